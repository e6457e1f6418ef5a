#include <gradus/autograd/array/shape.h>

#include <algorithm>
#include <ostream>

#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/array/dtype.h>
#include <gradus/autograd/base/error.h>

namespace gradus {


int Shape::checked_rank(std::size_t rank) {
  check<ShapeError>(rank <= max_rank, "shape: at most ", max_rank, " dimensions are possible, not ", rank);
  return static_cast<int>(rank);
}

Shape::Shape(std::initializer_list<Size> sizes) : rank_(checked_rank(sizes.size())) {
  std::transform(sizes.begin(), sizes.end(), sizes_.begin(), [](Size size) { return size.value; });
}
Shape::Shape(std::span<const std::int64_t> sizes) : rank_(checked_rank(sizes.size())) {
  std::copy(sizes.begin(), sizes.end(), sizes_.begin());
}

std::size_t Axes::checked_count(std::size_t count) {
  check<ValueError>(count <= Shape::max_rank, "axes: there are at most ", Shape::max_rank, ", but ", count, " are named");
  return count;
}
Axes::Axes(std::initializer_list<Axis> axes) : count_(checked_count(axes.size())) { std::copy(axes.begin(), axes.end(), axes_.begin()); }

Shape Shape::filled(int rank, std::int64_t size) {
  Shape s;
  for (int i = 0; i < rank; ++i) s.push_back(size);
  return s;
}

void Shape::push_back(std::int64_t size) { insert(rank_, size); }

void Shape::insert(int at, std::int64_t size) {
  check<ShapeError>(rank_ < max_rank, "shape: at most ", max_rank, " dimensions are possible");
  std::copy_backward(sizes_.begin() + at, sizes_.begin() + rank_, sizes_.begin() + rank_ + 1);
  sizes_[at] = size;
  ++rank_;
}

void Shape::erase(int at) {
  std::copy(sizes_.begin() + at + 1, sizes_.begin() + rank_, sizes_.begin() + at);
  --rank_;
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '[';
  for (int i = 0; i < shape.rank(); ++i) out << (i ? ", " : "") << shape[i];
  return out << ']';
}

Shape row_major_strides(const Shape& shape) {
  Shape strides = shape;
  std::int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

std::int64_t checked_elements(const Shape& shape, const char* op) {
  constexpr std::int64_t most = std::int64_t{1} << 41;
  std::int64_t elements = 1;   // a size of 0 counts as 1, so that strides fit too
  bool empty = false;
  for (std::int64_t size : shape) {
    check<ShapeError>(size >= 0, op, ": sizes must not be negative: ", shape);
    empty |= size == 0;
    const bool overflow = __builtin_mul_overflow(elements, std::max<std::int64_t>(size, 1), &elements);
    check<ShapeError>(!overflow && elements <= most, op, ": shape ", shape, " has more elements than memory can hold");
  }
  return empty ? 0 : elements;
}

int normal_axis(int axis, int rank, const char* op) {
  check<ValueError>(-rank <= axis && axis < rank, op, ": axis ", axis, " is out of range for ", rank, " dimension", rank == 1 ? "" : "s",
                    [&] { return rank ? text(" (allowed: ", -rank, " to ", rank - 1, ")") : " (a scalar has none)"; });
  return axis < 0 ? axis + rank : axis;
}

Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op) {
  const int rank = std::max(a.rank(), b.rank());
  Shape out = Shape::filled(rank, 1);
  for (int i = 1; i <= rank; ++i) {
    const std::int64_t m = i <= a.rank() ? a[a.rank() - i] : 1, n = i <= b.rank() ? b[b.rank() - i] : 1;
    check<ShapeError>(m == n || m == 1 || n == 1, op, ": shapes ", a, " and ", b, " do not broadcast: sizes ", m, " and ", n,
                      " meet in dimension ", rank - i, "; sizes must be equal or 1, and unsqueeze(x, -1) puts a 1 behind those of x");
    out[rank - i] = m == 1 ? n : m;
  }
  return out;
}

}  // namespace gradus
