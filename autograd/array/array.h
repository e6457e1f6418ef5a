// Array: shape, strides, dtype and shared elements; a value without a history. Copying shares (an Array is one pointer), writing unshares
// first (copy on write), so a copy is a snapshot and is free. Transposes, slices and expands are views.
//   Array a = Array::from({1.f, 2.f, 3.f, 4.f}, {2, 2});  Array b = a.transpose(0, 1);  b.mutable_data<float>()[0] = 7;   // a is as before
// Mathematics does not live here: see ops/ (differentiable) and kernels/ (raw loops).
#pragma once
#include <span>
#include <vector>

#include <gradus/autograd/array/body.h>

namespace gradus {

class Array {
 public:
  Array() = default;                                              // undefined: no elements, no dtype
  Array(const Shape& shape, Dtype dtype);                         // contents undefined; throws ShapeError for negative sizes
  static Array empty_like(const Array& a);                        // a's shape and dtype, row-major; contents undefined
  static Array full(const Shape& shape, double value, Dtype dtype = f32);
  static Array zeros(const Shape& shape, Dtype dtype = f32) { return full(shape, 0, dtype); }
  static Array scalar(double value, Dtype dtype = f32) { return full({}, value, dtype); }
  // The values in row-major order, in their own dtype; integers of a type that is none become i64, and so do ints in braces. ShapeError
  // unless the counts agree.
  template <class T> static Array from(std::span<const T> values, const Shape& shape);
  template <class T> static Array from(const std::vector<T>& values, const Shape& shape);
  template <class T> static Array from(std::initializer_list<T> values, const Shape& shape);
  // Elements in memory of another library, without a copy (strides in elements): when no array shows them any more, release(holder) is
  // called, once, by whichever thread that was. ShapeError and ValueError; then nothing is taken over.
  static Array from_blob(void* elements, const Shape& shape, const Shape& strides, Dtype dtype, void* holder,
                         void (*release)(void* holder));

  bool defined() const { return static_cast<bool>(body_); }
  const Shape& shape() const { return body_ ? body_->shape : scalar_shape; }
  const Shape& strides() const { return body_ ? body_->strides : scalar_shape; }   // in elements
  Dtype dtype() const { return body_ ? body_->dtype : f32; }
  int rank() const { return shape().rank(); }
  std::int64_t size() const { return body_ ? body_->size : 1; }   // number of elements
  std::int64_t dim(int axis) const { return expect_defined("dim"), shape()[normal_axis(axis, rank(), "dim")]; }
  bool contiguous() const { return !body_ || body_->contiguous; } // row-major without gaps
  bool unique() const { return body_ && body_->unique(); }        // nobody else shares the elements: writing will not copy

  // Pointers to the first element; DtypeError unless T is the dtype. Index with strides(), or ask contiguous() first.
  template <class T> const T* data() const { expect_dtype(dtype_of<T>); return static_cast<const T*>(raw()); }
  // Unshares first: if the elements were shared, the array gets its own, contiguous ones.
  template <class T> T* mutable_data() { expect_dtype(dtype_of<T>); return static_cast<T*>(mutable_raw()); }
  // All elements in row-major order; ShapeError unless contiguous.
  template <class T> std::span<const T> span() const { expect_contiguous(); return {data<T>(), static_cast<std::size_t>(size())}; }
  template <class T> std::span<T> mutable_span() {
    T* const elements = mutable_data<T>();
    expect_contiguous();
    return {elements, static_cast<std::size_t>(size())};
  }
  const void* raw() const { return body_ ? body_->data : nullptr; }
  void* mutable_raw();

  // The only element, or the one at `index`, converted to double. ShapeError / ValueError.
  double item() const;
  double at(const Shape& index) const;
  std::vector<double> to_vector() const;                          // all elements, row-major, as doubles

  // Views; they share the elements.
  Array transpose(int a, int b) const;
  Array permute(const Shape& axes) const;                         // axis i of the result is axis axes[i] of this
  Array slice(int axis, std::int64_t begin, std::int64_t end, std::int64_t step = 1) const;   // step >= 1; ValueError out of range
  Array expand(const Shape& shape) const;                         // repeats size-1 dimensions without copying; ShapeError
  // Element i of the new last dimension stands at [i, i + offset] of dimensions a and b, or at [i − offset, i]; ValueError for a equal to
  // b.
  Array diagonal(std::int64_t offset, int a, int b) const;
  // Windows of `size` elements, `dilation` apart, every `step` along an axis, in a new last dimension; they may overlap. ValueError.
  Array windows(int axis, std::int64_t size, std::int64_t step, std::int64_t dilation = 1) const;
  Array unsqueeze(int axis) const;                                // a new dimension of size 1
  Array squeeze(int axis) const;                                  // drops a dimension of size 1
  Array reshape(const Shape& shape) const;                        // one size may be -1; a view where strides allow it, else a copy

  Array contiguous_copy() const;                                  // always elements of its own
  Array as_contiguous() const { return contiguous() ? *this : contiguous_copy(); }
  // Converts. To whole numbers: the fraction is cut off, what is out of range is undefined; to bool: whether it is not zero; to a floating
  // type: rounded once, to nearest even.
  Array to(Dtype dtype) const;

 private:
  static constexpr Shape scalar_shape{};
  static Array from_elements(const void* values, std::size_t count, Dtype dtype, const Shape& shape);
  void expect_defined(const char* op) const { if (!body_) [[unlikely]] refuse_undefined(op); }
  [[noreturn]] static void refuse_undefined(const char* op);
  void expect_dtype(Dtype wanted) const { if (!body_ || body_->dtype != wanted) [[unlikely]] refuse_dtype(wanted); }
  void expect_contiguous() const;
  [[noreturn]] void refuse_dtype(Dtype wanted) const;
  Array(const Shape& shape, const Shape& row_major, std::int64_t elements, Dtype dtype);   // shape and strides known to be right
  Array view(const Shape& shape, const Shape& strides, std::int64_t offset = 0) const;
  Counted<detail::Body> body_;
};

// Copies the elements of `from` over those of `to`; shapes equal, dtypes converted.
void copy_elements(const Array& from, Array& to);

// Shape, dtype and the elements (the first and last few of long dimensions).
std::ostream& operator<<(std::ostream& out, const Array& a);

template <class T>
Array Array::from(std::span<const T> values, const Shape& shape) {
  if constexpr (is_element<T>) {
    return from_elements(values.data(), values.size(), dtype_of<T>, shape);
  } else {
    static_assert(std::is_integral_v<T>,
                  "Array::from: elements are float, double, Half, BFloat16, bool or integers; convert the values first");
    const std::vector<std::int64_t> wide(values.begin(), values.end());
    return from_elements(wide.data(), wide.size(), i64, shape);
  }
}

template <class T>
Array Array::from(std::initializer_list<T> values, const Shape& shape) {
  // {1, 2} says no width
  if constexpr (std::is_same_v<T, int>) return from(std::vector<std::int64_t>(values.begin(), values.end()), shape);
  else return from(std::span<const T>(values.begin(), values.size()), shape);
}

template <class T>
Array Array::from(const std::vector<T>& values, const Shape& shape) {
  if constexpr (std::is_same_v<T, bool>) {   // packed bits
    const std::vector<std::uint8_t> bytes(values.begin(), values.end());
    return from_elements(bytes.data(), bytes.size(), boolean, shape);
  } else {
    return from(std::span<const T>(values), shape);
  }
}

}  // namespace gradus
