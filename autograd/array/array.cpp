#include <gradus/autograd/array/array.h>

#include <cstring>

namespace gradus {

Array::Array(const Shape& shape, Dtype dtype) : shape_(shape), dtype_(dtype) {
  const std::int64_t elements = checked_elements(shape, "array");
  strides_ = row_major_strides(shape);
  storage_ = Storage::allocate(static_cast<std::size_t>(elements) * size_of(dtype));
}

Array Array::full(const Shape& shape, double value, Dtype dtype) {
  Array a(shape, dtype);
  visit(dtype, [&]<class T>(T) {
    T* p = a.mutable_data<T>();
    std::fill(p, p + a.size(), static_cast<T>(value));
  });
  return a;
}

template <class T>
Array Array::from(std::span<const T> values, const Shape& shape) {
  const std::int64_t elements = checked_elements(shape, "array");
  check<ShapeError>(static_cast<std::int64_t>(values.size()) == elements, "array: ", values.size(), " values do not fill shape ",
                    shape, ", which has ", elements);
  Array a(shape, dtype_of<T>);
  if (!values.empty()) std::memcpy(a.mutable_raw(), values.data(), values.size_bytes());
  return a;
}
template Array Array::from(std::span<const float>, const Shape&);
template Array Array::from(std::span<const double>, const Shape&);
template Array Array::from(std::span<const std::int64_t>, const Shape&);
template Array Array::from(std::span<const std::uint8_t>, const Shape&);
template Array Array::from(std::span<const bool>, const Shape&);

bool Array::contiguous() const {
  std::int64_t step = 1;
  for (int i = rank() - 1; i >= 0; --i) {
    if (shape_[i] == 0) return true;
    if (shape_[i] != 1 && strides_[i] != step) return false;
    step *= shape_[i];
  }
  return true;
}

void* Array::mutable_raw() {
  // A view with repeated elements (stride 0) must get places of its own as well.
  bool repeats = false;
  for (int i = 0; i < rank(); ++i) repeats |= strides_[i] == 0 && shape_[i] > 1;
  if (storage_ && (!storage_->unique() || repeats)) *this = contiguous_copy();
  return const_cast<void*>(raw());
}

void Array::expect_dtype(Dtype wanted) const {
  check<GraphError>(defined(), "array: undefined array: it has no elements to read (an optional tensor that was left out?)");
  check<DtypeError>(dtype_ == wanted, "array: elements are ", dtype_, ", not ", wanted, "; convert with to(", wanted, ")");
}

void Array::expect_contiguous() const {
  check<ShapeError>(contiguous(), "array: a span needs contiguous elements, but shape ", shape_, " has strides ", strides_,
                    "; call as_contiguous() first");
}

double Array::item() const {
  check<ShapeError>(defined() && size() == 1, "item: needs exactly one element, but the shape is ", shape_);
  return at(Shape::filled(rank(), 0));
}

double Array::at(const Shape& index) const {
  check<ShapeError>(defined() && index.rank() == rank(), "at: index ", index, " for shape ", shape_);
  std::int64_t offset = 0;
  for (int i = 0; i < rank(); ++i) {
    check<ValueError>(0 <= index[i] && index[i] < shape_[i], "at: index ", index, " is out of range for shape ", shape_);
    offset += index[i] * strides_[i];
  }
  return visit(dtype_, [&]<class T>(T) { return static_cast<double>(data<T>()[offset]); });
}

std::vector<double> Array::to_vector() const {
  const Array flat = to(f64).as_contiguous();
  const double* p = flat.data<double>();
  return {p, p + flat.size()};
}

Array Array::transpose(int a, int b) const {
  a = normal_axis(a, rank(), "transpose"), b = normal_axis(b, rank(), "transpose");
  Array view = *this;
  std::swap(view.shape_[a], view.shape_[b]);
  std::swap(view.strides_[a], view.strides_[b]);
  return view;
}

Array Array::permute(const Shape& axes) const {
  check<ShapeError>(axes.rank() == rank(), "permute: ", axes.rank(), " axes ", axes, " for shape ", shape_);
  Array view = *this;
  unsigned seen = 0;
  for (int i = 0; i < rank(); ++i) {
    const int axis = normal_axis(static_cast<int>(axes[i]), rank(), "permute");
    check<ValueError>(!(seen >> axis & 1), "permute: axis ", axis, " is named twice in ", axes);
    seen |= 1u << axis;
    view.shape_[i] = shape_[axis];
    view.strides_[i] = strides_[axis];
  }
  return view;
}

Array Array::slice(int axis, std::int64_t begin, std::int64_t end, std::int64_t step) const {
  axis = normal_axis(axis, rank(), "slice");
  check<ValueError>(step >= 1, "slice: the step must be at least 1, not ", step);
  check<ValueError>(0 <= begin && begin <= end && end <= shape_[axis], "slice: [", begin, ", ", end, ") is out of range for axis ", axis,
                    " of shape ", shape_, ", which has size ", shape_[axis]);
  Array view = *this;
  view.offset_ += begin * strides_[axis];
  view.shape_[axis] = (end - begin + step - 1) / step;
  view.strides_[axis] *= step;
  return view;
}

Array Array::expand(const Shape& shape) const {
  const int more = shape.rank() - rank();
  check<ShapeError>(more >= 0, "expand: shape ", shape_, " has more dimensions than ", shape);
  checked_elements(shape, "expand");
  Array view = *this;
  view.shape_ = shape;
  view.strides_ = Shape::filled(shape.rank(), 0);
  for (int i = 0; i < rank(); ++i) {
    check<ShapeError>(shape_[i] == shape[more + i] || shape_[i] == 1, "expand: shape ", shape_, " cannot be expanded to ", shape,
                      ": only sizes of 1 can grow");
    view.strides_[more + i] = shape_[i] == shape[more + i] ? strides_[i] : 0;
  }
  return view;
}

Array Array::unsqueeze(int axis) const {
  axis = normal_axis(axis, rank() + 1, "unsqueeze");
  Array view = *this;
  view.shape_.insert(axis, 1);
  view.strides_.insert(axis, 1);
  return view;
}

Array Array::squeeze(int axis) const {
  axis = normal_axis(axis, rank(), "squeeze");
  check<ShapeError>(shape_[axis] == 1, "squeeze: axis ", axis, " of shape ", shape_, " has size ", shape_[axis], ", not 1");
  Array view = *this;
  view.shape_.erase(axis);
  view.strides_.erase(axis);
  return view;
}

Array Array::reshape(const Shape& wanted) const {
  Shape shape = wanted;
  int open = -1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] != -1) continue;
    check<ShapeError>(open < 0, "reshape: at most one size may be -1: ", wanted);
    open = i;
    shape[i] = 1;
  }
  std::int64_t elements = checked_elements(shape, "reshape");
  if (open >= 0) {
    check<ShapeError>(elements > 0 && size() % elements == 0, "reshape: ", shape_, " cannot become ", wanted, ": ", size(),
                      " elements are no multiple of ", elements);
    shape[open] = size() / elements;
    elements = size();
  }
  check<ShapeError>(elements == size(), "reshape: ", shape_, " has ", size(), " elements, ", wanted, " would have ", elements);
  Array view = as_contiguous();
  view.shape_ = shape;
  view.strides_ = row_major_strides(shape);
  return view;
}

Array Array::contiguous_copy() const {
  Array copy(shape_, dtype_);
  copy_elements(*this, copy);
  return copy;
}

Array Array::to(Dtype dtype) const {
  if (dtype == dtype_) return *this;
  Array out(shape_, dtype);
  copy_elements(*this, out);
  return out;
}

}  // namespace gradus
