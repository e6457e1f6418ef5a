#include <gradus/autograd/ops/packed_sequence.h>

#include <algorithm>
#include <numeric>

#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus {
namespace {

// Where each row of the packed data stands among the rows of [T, N, …].
Tensor places(const std::vector<std::int64_t>& batch_sizes, const std::vector<std::int64_t>& order) {
  const auto samples = static_cast<std::int64_t>(order.size());
  std::vector<std::int64_t> at;
  for (std::size_t t = 0; t < batch_sizes.size(); ++t)
    for (std::int64_t i = 0; i < batch_sizes[t]; ++i)
      at.push_back(static_cast<std::int64_t>(t) * samples + order[static_cast<std::size_t>(i)]);
  return Tensor(Array::from(at, {at.size()}));
}

}  // namespace

Lengths::Lengths(std::initializer_list<std::int64_t> lengths) : values(lengths) {}
Lengths::Lengths(std::vector<std::int64_t> lengths) : values(std::move(lengths)) {}
Lengths::Lengths(const Tensor& lengths) {
  check_defined("Lengths", lengths);
  check<DtypeError>(is_integer(lengths.dtype()), "Lengths: must be whole numbers, not ", lengths.dtype());
  check<ShapeError>(lengths.rank() == 1, "Lengths: must be [N], one for each sample, not ", lengths.shape());
  const Array whole = lengths.value().to(i64).as_contiguous();
  values.assign(whole.span<std::int64_t>().begin(), whole.span<std::int64_t>().end());
}

PackedSequence PackedSequence::with(const Tensor& other) const { return {other, batch_sizes, sorted_indices}; }

PackedSequence pack_padded_sequence(const Tensor& given, const Lengths& lengths, bool batch_first) {
  constexpr const char* op = "pack_padded_sequence";
  check_defined(op, given);
  check<ShapeError>(given.rank() >= 2, op, ": takes [T, N, …] (batch_first: [N, T, …]), not ", given.shape());
  const Tensor x = batch_first ? transpose(given, 0, 1) : given;
  const std::int64_t steps = x.dim(0), samples = x.dim(1);
  const auto& n = lengths.values;
  check<ValueError>(static_cast<std::int64_t>(n.size()) == samples, op, ": ", n.size(), " lengths for ", samples,
                    " samples: ", given.shape());
  for (std::size_t i = 0; i < n.size(); ++i)
    check<ValueError>(1 <= n[i] && n[i] <= steps, op, ": length ", n[i], " of sample ", i, " is not in 1 … ", steps, ": ", given.shape());
  PackedSequence packed;
  auto& order = packed.sorted_indices;
  order.resize(n.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return n[static_cast<std::size_t>(a)] > n[static_cast<std::size_t>(b)]; });
  const std::int64_t longest = samples > 0 ? *std::max_element(n.begin(), n.end()) : 0;
  for (std::int64_t t = 0; t < longest; ++t)
    packed.batch_sizes.push_back(std::count_if(n.begin(), n.end(), [=](std::int64_t l) { return l > t; }));
  packed.data = index_select(flatten(x, 0, 1), 0, places(packed.batch_sizes, order));
  return packed;
}

void PackedSequence::validate(const char* op) const {
  check_defined(op, data);
  const auto& sizes = batch_sizes;
  const auto samples = static_cast<std::int64_t>(sorted_indices.size());
  for (std::size_t t = 0; t < sizes.size(); ++t)
    check<ValueError>(1 <= sizes[t] && sizes[t] <= (t == 0 ? samples : sizes[t - 1]), op, ": batch_sizes has ", sizes[t], " at step ", t,
                      "; they begin with the number of samples, ", samples, ", and never grow");
  check<ValueError>(sizes.empty() ? samples == 0 : sizes[0] == samples, op, ": ", samples, " samples are in order, but ",
                      sizes.empty() ? 0 : sizes[0], " have a first step");
  std::vector<bool> named(sorted_indices.size());
  for (const std::int64_t i : sorted_indices) {
    check<ValueError>(0 <= i && i < samples && !named[static_cast<std::size_t>(i)], op, ": sorted_indices must name each of ", samples,
                      " samples once; it has ", i);
    named[static_cast<std::size_t>(i)] = true;
  }
  const std::int64_t rows = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  check<ShapeError>(data.rank() >= 1 && data.dim(0) == rows, op, ": batch_sizes add up to ", rows, " rows: ", data.shape());
}

Tensor pad_packed_sequence(const PackedSequence& packed, const PadOptions& options) {
  constexpr const char* op = "pad_packed_sequence";
  packed.validate(op);
  const auto& sizes = packed.batch_sizes;
  const auto samples = static_cast<std::int64_t>(packed.sorted_indices.size()), longest = static_cast<std::int64_t>(sizes.size());
  const std::int64_t steps = options.total_length.value_or(longest);
  check<ValueError>(steps >= longest, op, ": total_length ", steps, " is less than the longest sequence's ", longest);
  Shape shape = packed.data.shape();
  shape[0] = steps * samples;
  const Tensor base(Array::full(shape, options.padding_value, packed.data.dtype()));
  const Tensor all = unflatten(index_copy(base, 0, places(sizes, packed.sorted_indices), packed.data), 0, {steps, samples});
  return options.batch_first ? transpose(all, 0, 1) : all;
}

}  // namespace gradus
