#include <gradus/autograd/formula/broadcast.h>

#include <algorithm>
#include <array>
#include <utility>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/profile/profile.h>

namespace gradus::kernels {
namespace {

constexpr std::size_t most = most_operands;

struct Operands {
  std::size_t in = 0, out = 0;
  std::array<const std::byte*, most> from;
  std::array<std::byte*, most> to;
  std::array<std::int64_t, most> from_size, to_size;   // bytes of an element
  std::array<Shape, most> strides;                     // of the inputs, along the merged dimensions
  std::array<bool, most> moves;
  Shape shape;                                         // merged: the last one is the row
};

// Strides of `a` along the dimensions of `shape`, zero where it is repeated.
Shape aligned_strides(const Array& a, const Shape& shape) {
  Shape strides = Shape::filled(shape.rank(), 0);
  const int more = shape.rank() - a.rank();
  for (int i = 0; i < a.rank(); ++i) strides[more + i] = a.shape()[i] == 1 ? 0 : a.strides()[i];
  return strides;
}

void merge_dimensions(Operands& o, const Shape& shape) {
  std::array<Shape, most> strides;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1) continue;
    const int last = o.shape.rank() - 1;
    bool together = last >= 0;
    for (std::size_t k = 0; together && k < o.in; ++k) together = strides[k][last] == o.strides[k][i] * shape[i];
    if (together) {
      o.shape[last] *= shape[i];
      for (std::size_t k = 0; k < o.in; ++k) strides[k][last] = o.strides[k][i];
    } else {
      o.shape.push_back(shape[i]);
      for (std::size_t k = 0; k < o.in; ++k) strides[k].push_back(o.strides[k][i]);
    }
  }
  if (o.shape.rank() == 0) {
    o.shape.push_back(1);
    for (std::size_t k = 0; k < o.in; ++k) strides[k].push_back(0);
  }
  for (std::size_t k = 0; k < o.in; ++k) o.strides[k] = strides[k];
}

void run(const Operands& o, Row row, const void* formula, std::int64_t first_row, std::int64_t rows, std::int64_t begin, std::int64_t n) {
  const int last = o.shape.rank() - 1;
  const std::int64_t inner = o.shape[last];
  for (std::int64_t r = first_row; r < first_row + rows; ++r) {
    std::array<const void*, most> in;
    std::array<void*, most> out;
    std::array<std::int64_t, most> offset{};
    std::int64_t rest = r;
    for (int i = last - 1; i >= 0; --i) {
      const std::int64_t at = rest % o.shape[i];
      rest /= o.shape[i];
      for (std::size_t k = 0; k < o.in; ++k) offset[k] += at * o.strides[k][i];
    }
    for (std::size_t k = 0; k < o.in; ++k) in[k] = o.from[k] + (offset[k] + (o.moves[k] ? begin : 0)) * o.from_size[k];
    for (std::size_t k = 0; k < o.out; ++k) out[k] = o.to[k] ? o.to[k] + (r * inner + begin) * o.to_size[k] : nullptr;
    row(formula, in.data(), o.moves.data(), out.data(), n);
  }
}

// Every operand lies as the results do, or is a single number: one row.
bool one_row(const Shape& shape, std::span<const Array* const> in, bool row_major) {
  for (const Array* a : in)
    if (a->size() != 1 && !(a->shape() == shape && (row_major ? a->contiguous() : is_channels_last(*a)))) return false;
  return true;
}

void run_one_row(std::int64_t elements, std::span<const Array* const> in, std::span<Array* const> out, Row row, const void* formula,
                 std::int64_t grain) {
  const void* from[most];
  void* to[most];
  bool moves[most];
  for (std::size_t k = 0; k < in.size(); ++k) from[k] = in[k]->raw(), moves[k] = in[k]->size() != 1;
  for (std::size_t k = 0; k < out.size(); ++k) to[k] = out[k] ? out[k]->mutable_raw() : nullptr;
  if (elements <= grain) return row(formula, from, moves, to, elements);
  parallel_for(elements, grain, [&](std::int64_t begin, std::int64_t end) {
    const void* my_from[most];
    void* my_to[most];
    for (std::size_t k = 0; k < in.size(); ++k)
      my_from[k] = static_cast<const std::byte*>(from[k]) + (moves[k] ? begin : 0) * static_cast<std::int64_t>(size_of(in[k]->dtype()));
    for (std::size_t k = 0; k < out.size(); ++k)
      my_to[k] = to[k] ? static_cast<std::byte*>(to[k]) + begin * static_cast<std::int64_t>(size_of(out[k]->dtype())) : nullptr;
    row(formula, my_from, moves, my_to, end - begin);
  });
}

void run_rows(const Shape& shape, std::span<const Array* const> in, std::span<Array* const> out, Row row, const void* formula,
              std::int64_t grain) {
  Operands o;
  o.in = in.size(), o.out = out.size();
  for (std::size_t k = 0; k < o.out; ++k) {
    o.to[k] = out[k] ? static_cast<std::byte*>(out[k]->mutable_raw()) : nullptr;
    o.to_size[k] = out[k] ? static_cast<std::int64_t>(size_of(out[k]->dtype())) : 0;
  }
  std::array<Array, most> copies;   // of operands whose innermost stride is neither 0 nor 1
  for (std::size_t k = 0; k < o.in; ++k) {
    const Array* a = in[k];
    int inner = a->rank() - 1;
    while (inner >= 0 && a->shape()[inner] == 1) --inner;
    if (inner >= 0 && a->strides()[inner] > 1) {
      copies[k] = a->contiguous_copy();
      a = &copies[k];
    }
    o.from[k] = static_cast<const std::byte*>(a->raw());
    o.from_size[k] = static_cast<std::int64_t>(size_of(a->dtype()));
    o.strides[k] = aligned_strides(*a, shape);
  }
  merge_dimensions(o, shape);
  for (std::size_t k = 0; k < o.in; ++k) o.moves[k] = o.strides[k][o.shape.rank() - 1] != 0;
  const std::int64_t inner = o.shape[o.shape.rank() - 1], rows = shape.elements() / inner;
  if (rows == 1) {
    parallel_for(inner, grain, [&](std::int64_t begin, std::int64_t end) { run(o, row, formula, 0, 1, begin, end - begin); });
  } else {
    parallel_for(rows, items_worth(grain, inner), [&](std::int64_t begin, std::int64_t end) {
      run(o, row, formula, begin, end - begin, 0, inner);
    });
  }
}

}  // namespace

void for_rows(const Shape& shape, std::span<const Array* const> in, std::span<Array* const> out, Row row, const void* formula,
              std::int64_t grain) {
  const std::int64_t elements = shape.elements();
  if (elements == 0) return;
  check<Error>(in.size() <= most && out.size() <= most, "elementwise: at most ", most, " operands are possible, not ", in.size());
  profile::add_flops(static_cast<double>(elements) * static_cast<double>(out.size()));
  const Array* const result = *std::find_if(out.begin(), out.end(), [](const Array* a) { return a != nullptr; });
  if (one_row(shape, in, result->contiguous())) return run_one_row(elements, in, out, row, formula, grain);
  if (result->contiguous()) return run_rows(shape, in, out, row, formula, grain);
  // Channels-last: the same with the dimensions in the order in which the results lie. The shape may be one of theirs, which are taken
  // apart.
  const Shape whole = shape, order = pixels_first(whole.rank());
  std::array<Array, most> views;
  std::array<const Array*, most> from;
  std::array<Array, most> places;
  std::array<Array*, most> to{};
  for (std::size_t k = 0; k < in.size(); ++k) from[k] = &(views[k] = in[k]->expand(whole).permute(order));
  for (std::size_t k = 0; k < out.size(); ++k)
    if (out[k]) places[k] = std::exchange(*out[k], Array()).permute(order), to[k] = &places[k];
  Shape lying = whole;
  for (int i = 0; i < whole.rank(); ++i) lying[i] = whole[static_cast<int>(order[i])];
  run_rows(lying, {from.data(), in.size()}, {to.data(), out.size()}, row, formula, grain);
  const Shape back = channels_first(whole.rank());
  for (std::size_t k = 0; k < out.size(); ++k)
    if (out[k]) *out[k] = std::exchange(places[k], Array()).permute(back);
}

}  // namespace gradus::kernels
