#include <gradus/autograd/ops/rearrange.h>

#include <numeric>

#include <gradus/autograd/kernels/axes/place.h>
#include <gradus/autograd/ops/internal/picks.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

Tensor flip_axes(const Tensor& x, unsigned axes);

struct Flip final : Op, detail::Described {
  std::string_view name() const override { return "flip"; }
  void describe(detail::OpOptions& o) const override { o("axes", detail::positions_of(axes)); }
  unsigned axes;
  explicit Flip(unsigned axes) : axes(axes) {}
  Array forward(const Tensor& x) {
    Array out(x.shape(), x.dtype());
    Shape strides = out.strides();
    std::int64_t first = 0;
    for (int i = 0; i < x.rank(); ++i)
      if (axes >> i & 1) first += (x.dim(i) - 1) * strides[i], strides[i] = -strides[i];
    kernels::place_strided(x.value(), out, first, strides);
    return out;
  }
  Grads backward(Tensor g) override { return {flip_axes(g, axes)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return flip_axes(vs[0], axes); }
};

Tensor flip_axes(const Tensor& x, unsigned axes) { return axes == 0 ? x : record(Flip(axes), x); }

unsigned axis_bits(const char* op, const Tensor& x, const Axes& given) {
  unsigned axes = 0;
  for (const int each : given) {
    const int axis = normal_axis(each, x.rank(), op);
    check<ValueError>(!(axes >> axis & 1), op, ": axis ", axis, " is named twice, for shape ", x.shape());
    axes |= 1u << axis;
  }
  return axes;
}

// Each axis by its shift, 0 <= shift < n.
struct Roll final : Op, detail::Described {
  std::string_view name() const override { return "roll"; }
  void describe(detail::OpOptions& o) const override { o("shifts", shifts); }
  Shape shifts;
  explicit Roll(const Shape& shifts) : shifts(shifts) {}
  Array forward(const Tensor& x) {
    if (x.rank() > 1 && shifts[x.rank() - 1] != 0) return by_rows(x.value());
    Array out(x.shape(), x.dtype());
    for (unsigned wrapped = 0; wrapped < 1u << x.rank(); ++wrapped) place_block(x.value(), out, wrapped);
    return out;
  }
  // A row at a time, both parts.
  Array by_rows(const Array& x) const {
    SmallVector<Array, 4> sources;
    for (int i = 0; i < x.rank(); ++i) {
      Array source({x.dim(i)}, i64);
      std::int64_t* from = source.mutable_data<std::int64_t>();
      std::iota(from, from + shifts[i], x.dim(i) - shifts[i]), std::iota(from + shifts[i], from + x.dim(i), std::int64_t{0});
      sources.push_back(source);
    }
    return kernels::grid(x, {sources.data(), sources.size()});
  }
  // One of the blocks that lie between the cuts.
  void place_block(const Array& x, Array& out, unsigned wrapped) const {
    const Shape strides = out.strides();
    Array block = x;
    std::int64_t first = 0;
    for (int i = 0; i < x.rank(); ++i) {
      const std::int64_t n = x.dim(i), k = shifts[i];
      const bool wraps = wrapped >> i & 1;
      if (wraps && k == 0) return;
      if (k == 0) continue;
      block = wraps ? block.slice(i, n - k, n) : block.slice(i, 0, n - k);
      first += wraps ? 0 : k * strides[i];
    }
    kernels::place_strided(block, out, first, strides);
  }
  Grads backward(Tensor g) override {
    Shape back = shifts;
    for (int i = 0; i < back.rank(); ++i) back[i] = back[i] == 0 ? 0 : g.dim(i) - back[i];
    return {record(Roll(back), g)};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return record(Roll(shifts), vs[0]); }
};

Tensor rolled(const Tensor& x, const Shape& shifts) {
  for (const std::int64_t shift : shifts)
    if (shift != 0) return record(Roll(shifts), x);
  return x;
}

std::int64_t wrapped_shift(std::int64_t shift, std::int64_t n) { return n == 0 ? 0 : (shift % n + n) % n; }

std::int64_t product(const Shape& shape, int begin, int end) {
  std::int64_t n = 1;
  for (int i = begin; i < end; ++i) n *= shape[i];
  return n;
}

Tensor repeated(const char* op, const Tensor& x, const Shape& repeats) {
  for (const std::int64_t r : repeats) check<ValueError>(r >= 0, op, ": repeats must not be negative: ", repeats);
  const int rank = repeats.rank(), more = rank - x.rank();
  Shape shape = Shape::filled(rank, 1);
  for (int i = 0; i < x.rank(); ++i) shape[more + i] = x.dim(i);
  Shape whole = shape;
  for (int i = 0; i < rank; ++i) whole[i] *= repeats[i];
  checked_elements(whole, op);
  int wide = rank;   // dimensions with those of the repeats among them
  for (int i = 0; i < rank; ++i) wide += repeats[i] != 1 && shape[i] != 1;
  if (wide <= Shape::max_rank) {
    Shape from, to;
    for (int i = 0; i < rank; ++i) {
      if (shape[i] == 1) {
        from.push_back(1), to.push_back(repeats[i]);
        continue;
      }
      if (repeats[i] != 1) from.push_back(1), to.push_back(repeats[i]);
      from.push_back(shape[i]), to.push_back(shape[i]);
    }
    return reshape(expand(reshape(x, from), to), whole);
  }
  Tensor y = x;
  for (int i = rank; i-- > 0;) {   // one after the other, the last axis first, while there is least to copy
    if (repeats[i] == 1) continue;
    const std::int64_t outer = product(shape, 0, i), inner = product(shape, i, rank);
    y = expand(reshape(y, {outer, 1, inner}), {outer, repeats[i], inner});
    shape[i] *= repeats[i];
    y = reshape(y, shape);
  }
  return reshape(y, shape);
}

Tensor pick_along(const char* op, const Tensor& x, int axis,
                  Array index) { return detail::pick(x, {op, {1u << axis, axis}, {Tensor(std::move(index))}}); }

}  // namespace

Tensor flip(const Tensor& x, const Axes& axes) {
  check_defined("flip", x);
  return flip_axes(x, axes.empty() ? (1u << x.rank()) - 1 : axis_bits("flip", x, axes));
}
Tensor fliplr(const Tensor& x) {
  check_defined("fliplr", x);
  return flip_axes(x, axis_bits("fliplr", x, 1));
}
Tensor flipud(const Tensor& x) {
  check_defined("flipud", x);
  return flip_axes(x, axis_bits("flipud", x, 0));
}

Tensor roll(const Tensor& x, std::int64_t shift) {
  check_defined("roll", x);
  return reshape(rolled(reshape(x, {x.size()}), {wrapped_shift(shift, x.size())}), x.shape());
}

Tensor roll(const Tensor& x, const Shape& shifts, const Axes& axes) {
  check_defined("roll", x);
  check<ValueError>(shifts.rank() == axes.end() - axes.begin(), "roll: ", shifts, " are shifts for ", shifts.rank(),
                    " axes, and there are ", axes.end() - axes.begin());
  Shape all = Shape::filled(x.rank(), 0);
  for (int i = 0; i < shifts.rank(); ++i) {
    const int axis = normal_axis(axes.begin()[i], x.rank(), "roll");
    all[axis] = wrapped_shift(all[axis] + wrapped_shift(shifts[i], x.dim(axis)), x.dim(axis));
  }
  return rolled(x, all);
}

Tensor rot90(const Tensor& x, std::int64_t times, Axis from, Axis to) {
  check_defined("rot90", x);
  const int a = normal_axis(from, x.rank(), "rot90"), b = normal_axis(to, x.rank(), "rot90");
  check<ValueError>(a != b, "rot90: axes must be two, not ", a, " twice, for shape ", x.shape());
  switch ((times % 4 + 4) % 4) {
    case 0: return x;
    case 1: return transpose(flip_axes(x, 1u << b), a, b);
    case 2: return flip_axes(x, 1u << a | 1u << b);
    default: return flip_axes(transpose(x, a, b), 1u << b);
  }
}

Tensor repeat(const Tensor& x, const Shape& repeats) {
  check_defined("repeat", x);
  check<ShapeError>(repeats.rank() >= x.rank(), "repeat: there must be one of the repeats ", repeats, " for each dimension of shape ",
                    x.shape(),
                    "; tile takes fewer");
  return repeated("repeat", x, repeats);
}

Tensor tile(const Tensor& x, const Shape& repeats) {
  check_defined("tile", x);
  Shape all = repeats;
  while (all.rank() < x.rank()) all.insert(0, 1);
  return repeated("tile", x, all);
}

Tensor repeat_interleave(const Tensor& x, std::int64_t repeats) {
  check_defined("repeat_interleave", x);
  return repeat_interleave(reshape(x, {x.size()}), repeats, 0);
}

Tensor repeat_interleave(const Tensor& x, std::int64_t repeats, Axis axis) {
  check_defined("repeat_interleave", x);
  axis = normal_axis(axis, x.rank(), "repeat_interleave");
  check<ValueError>(repeats >= 0, "repeat_interleave: repeats must not be negative: ", repeats);
  const std::int64_t outer = product(x.shape(), 0, axis + 1), inner = product(x.shape(), axis + 1, x.rank());
  Shape shape = x.shape();
  shape[axis] *= repeats;
  return reshape(expand(reshape(x, {outer, 1, inner}), {outer, repeats, inner}), shape);
}

Tensor repeat_interleave(const Tensor& x, const Tensor& repeats) {
  check_defined("repeat_interleave", x);
  return repeat_interleave(reshape(x, {x.size()}), repeats, 0);
}

Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, Axis axis) {
  check_defined("repeat_interleave", x);
  check_defined("repeat_interleave", repeats, "repeats");
  axis = normal_axis(axis, x.rank(), "repeat_interleave");
  const Array times = detail::positions("repeat_interleave", "repeats", repeats);
  const std::int64_t n = x.dim(axis);
  check<ShapeError>(times.size() == 1 || (times.rank() == 1 && times.size() == n), "repeat_interleave: repeats ", times.shape(),
                    " must have one number, or one for each index of axis ", axis.number, " of shape ", x.shape());
  const auto given = times.span<std::int64_t>();
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t r = given[times.size() == 1 ? 0 : static_cast<std::size_t>(i)];
    check<ValueError>(r >= 0, "repeat_interleave: repeats must not be negative: ", r, " at [", i, "]");
    total += r;
  }
  Array index({total}, i64);
  std::int64_t* to = index.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t r = given[times.size() == 1 ? 0 : static_cast<std::size_t>(i)]; r > 0; --r) *to++ = i;
  return pick_along("repeat_interleave", x, axis, index);
}

}  // namespace gradus
