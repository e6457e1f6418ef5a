#include <gradus/data/dataset/windows.h>

#include <algorithm>
#include <cstring>

namespace gradus::data {
namespace {

// Of window after window, `count` rows from begin(i) on.
template <class Begin>
Array stacked(const Array& rows, std::int64_t windows, std::int64_t count, Begin begin) {
  Shape shape = rows.shape();
  shape[0] = count;
  shape.insert(0, windows);
  Array out(shape, rows.dtype());
  std::size_t row_bytes = size_of(rows.dtype());
  for (int i = 1; i < rows.rank(); ++i) row_bytes *= static_cast<std::size_t>(rows.dim(i));
  const auto* from = static_cast<const std::byte*>(rows.raw());
  auto* to = static_cast<std::byte*>(out.mutable_raw());
  const std::size_t bytes = row_bytes * static_cast<std::size_t>(count);
  for (std::int64_t i = 0; i < windows && bytes > 0; ++i, to += bytes)
    std::memcpy(to, from + static_cast<std::size_t>(begin(i)) * row_bytes, bytes);
  return out;
}

}  // namespace

Windows::Windows(const Tensor& rows, WindowOptions options, std::span<const std::int64_t> lengths)
    : Windows(rows, rows, std::move(options), lengths) {}

Windows::Windows(const Tensor& rows, const Tensor& targets, WindowOptions options, std::span<const std::int64_t> lengths)
    : options_(std::move(options)), offset_(options_.offset.value_or(options_.length)) {
  check_options("Windows", options_);
  check<ValueError>(offset_ >= 0, "Windows: offset must be at least 0, not ", offset_);
  for (const Tensor* t : {&rows, &targets})
    check<ShapeError>(t->defined() && t->value().rank() > 0, "Windows: sequences have a first dimension, their rows; one is ",
                      t->defined() ? "a scalar" : "undefined");
  rows_ = rows.value().as_contiguous();
  targets_ = targets.value().as_contiguous();
  const std::int64_t all = rows_.dim(0);
  check<ShapeError>(targets_.dim(0) == all, "Windows: inputs and targets have as many rows: ", rows_.shape(), " and ", targets_.shape());
  std::int64_t reach = 0, begin = 0;   // rows that a window and its target take together
  check<ValueError>(!__builtin_add_overflow(offset_, options_.horizon, &reach), "Windows: offset ", offset_, " and horizon ",
                    options_.horizon, " are too large");
  reach = options_.horizon ? std::max(reach, options_.length) : options_.length;
  const std::int64_t one[] = {all};
  for (const std::int64_t length : lengths.empty() ? std::span<const std::int64_t>(one) : lengths) {
    check<ValueError>(0 <= length && length <= all - begin, "Windows: the series' lengths do not add up to the ", all,
                      " rows that there are");
    if (length >= reach) {
      ends_.push_back(size() + (length - reach) / options_.stride + 1);
      begins_.push_back(begin);
    }
    begin += length;
  }
  check<ValueError>(begin == all, "Windows: the series' lengths add up to ", begin, ", not to the ", all, " rows that there are");
}

std::int64_t Windows::row(std::int64_t i) const {
  check_index(i, size(), "Windows");
  const auto series = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), i) - ends_.begin());
  return begins_[series] + (i - (series ? ends_[series - 1] : 0)) * options_.stride;
}

std::tuple<Tensor, Tensor> Windows::get(std::int64_t i) const {
  const std::int64_t begin = row(i), target = options_.horizon ? begin + offset_ : 0;
  return {rows_.slice(0, begin, begin + options_.length), targets_.slice(0, target, target + options_.horizon)};
}

std::tuple<Tensor, Tensor> Windows::get_batch(std::span<const std::int64_t> indices) const {
  const auto n = static_cast<std::int64_t>(indices.size());
  const auto begin = [&](std::int64_t i) { return row(indices[static_cast<std::size_t>(i)]); };
  Array x = stacked(rows_, n, options_.length, begin);
  return {std::move(x), stacked(targets_, n, options_.horizon, [&](std::int64_t i) { return begin(i) + offset_; })};
}

}  // namespace gradus::data
