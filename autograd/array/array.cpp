#include <gradus/autograd/array/array.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include <gradus/autograd/base/parallel.h>

namespace gradus {

Array::Array(const Shape& shape, const Shape& row_major, std::int64_t elements, Dtype dtype)
    : body_(detail::Body::row_major(shape, row_major, elements, dtype)) {}

Array::Array(const Shape& shape, Dtype dtype) {
  const std::int64_t elements = checked_elements(shape, "array");   // before the strides, which a hostile shape would overflow
  *this = Array(shape, row_major_strides(shape), elements, dtype);
}

Array Array::empty_like(const Array& a) {
  return a.defined() && a.contiguous() ? Array(a.shape(), a.strides(), a.size(), a.dtype()) : Array(a.shape(), a.dtype());
}

Array Array::view(const Shape& shape, const Shape& strides, std::int64_t offset) const {
  if (!body_) return *this;
  Array out;
  out.body_ = detail::Body::view(body_, offset);
  out.body_->set_layout(shape, strides);
  return out;
}

Array Array::full(const Shape& shape, double value, Dtype dtype) {
  Array a(shape, dtype);
  if (value == 0 && !std::signbit(value)) {   // most often so, and memset is twice as fast as a loop
    auto* bytes = static_cast<std::byte*>(a.mutable_raw());
    parallel_for(a.size() * static_cast<std::int64_t>(size_of(dtype)), 1 << 18, [=](std::int64_t begin, std::int64_t end) {
      std::memset(bytes + begin, 0, static_cast<std::size_t>(end - begin));
    });
    return a;
  }
  visit(dtype, [&]<class T>(T) {
    T* p = a.mutable_data<T>();
    const T element = static_cast<T>(value);
    parallel_for(a.size(), 1 << 16, [=](std::int64_t begin, std::int64_t end) { std::fill(p + begin, p + end, element); });
  });
  return a;
}

Array Array::from_elements(const void* values, std::size_t count, Dtype dtype, const Shape& shape) {
  const std::int64_t elements = checked_elements(shape, "array");
  check<ShapeError>(static_cast<std::int64_t>(count) == elements, "array: ", count, " values do not fill shape ", shape, ", which has ",
                    elements);
  Array a(shape, dtype);
  if (count > 0) std::memcpy(a.mutable_raw(), values, count * size_of(dtype));
  return a;
}

Array Array::from_blob(void* elements, const Shape& shape, const Shape& strides, Dtype dtype, void* holder, void (*release)(void* holder)) {
  const std::int64_t count = checked_elements(shape, "from_blob");
  check<ShapeError>(strides.rank() == shape.rank(), "from_blob: ", strides.rank(), " strides ", strides, " for shape ", shape);
  check<ShapeError>(std::all_of(strides.begin(), strides.end(), [](std::int64_t stride) { return stride >= 0; }), "from_blob: strides ",
                    strides, " of shape ", shape, " must not be negative; copy the elements in the order that they are wanted in");
  check<ValueError>(elements || count == 0, "from_blob: there are no elements at nullptr for shape ", shape);
  check<ValueError>(release != nullptr, "from_blob: release must be a function, one that does nothing if the memory outlives the array");
  Array a;
  a.body_ = detail::Body::adopt(elements, dtype, {holder, release});
  a.body_->set_layout(shape, strides);
  return a;
}

namespace {

// Whether several elements may have one place: expanded dimensions, windows that overlap. From the smallest stride on, each must reach
// beyond all that the ones before it cover.
bool overlap(const Shape& shape, const Shape& strides) {
  Shape order;   // dimensions, by their strides
  for (int i = 0; i < shape.rank(); ++i) {
    int at = order.rank();
    while (at > 0 && strides[static_cast<int>(order[at - 1])] > strides[i]) --at;
    if (shape[i] > 1) order.insert(at, i);
  }
  std::int64_t covered = 0;
  for (const std::int64_t each : order) {
    const int i = static_cast<int>(each);
    if (strides[i] <= covered) return true;
    covered += strides[i] * (shape[i] - 1);
  }
  return false;
}

}  // namespace

void* Array::mutable_raw() {
  if (!body_) return nullptr;
  // A view in which elements share places must get places of its own as well.
  if (!body_->unique() || (!body_->contiguous && overlap(shape(), strides()))) *this = contiguous_copy();
  return body_->data;
}

void Array::refuse_undefined(const char* op) {
  fail<GraphError>(op,
                   ": the tensor or array is undefined: it was default-constructed (an optional one that was left out?) and has neither ",
                   "shape nor elements");
}

void Array::refuse_dtype(Dtype wanted) const {
  expect_defined("array");
  fail<DtypeError>("array: elements are ", dtype(), ", not ", wanted, "; convert with a.to(", wanted, ")");
}

void Array::expect_contiguous() const {
  check<ShapeError>(contiguous(), "array: a span needs contiguous elements, but shape ", shape(), " has strides ", strides(),
                    "; call array.as_contiguous() first");
}

double Array::item() const {
  expect_defined("item");
  check<ShapeError>(size() == 1, "item: needs exactly one element, but the shape is ", shape());
  return at(Shape::filled(rank(), 0));
}

double Array::at(const Shape& index) const {
  expect_defined("at");
  check<ShapeError>(index.rank() == rank(), "at: index ", index, " for shape ", shape());
  std::int64_t offset = 0;
  for (int i = 0; i < rank(); ++i) {
    check<ValueError>(0 <= index[i] && index[i] < shape()[i], "at: index ", index, " is out of range for shape ", shape());
    offset += index[i] * strides()[i];
  }
  return visit(dtype(), [&]<class T>(T) { return static_cast<double>(data<T>()[offset]); });
}

std::vector<double> Array::to_vector() const {
  const Array flat = to(f64).as_contiguous();
  const double* p = flat.data<double>();
  return {p, p + flat.size()};
}

Array Array::transpose(int a, int b) const {
  a = normal_axis(a, rank(), "transpose"), b = normal_axis(b, rank(), "transpose");
  Shape sizes = shape(), steps = strides();
  std::swap(sizes[a], sizes[b]);
  std::swap(steps[a], steps[b]);
  return view(sizes, steps);
}

Array Array::permute(const Shape& axes) const {
  check<ShapeError>(axes.rank() == rank(), "permute: ", axes.rank(), " axes ", axes, " for shape ", shape());
  Shape sizes = shape(), steps = strides();
  unsigned seen = 0;
  for (int i = 0; i < rank(); ++i) {
    const int axis = normal_axis(static_cast<int>(axes[i]), rank(), "permute");
    check<ValueError>(!(seen >> axis & 1), "permute: axis ", axis, " is named twice in ", axes);
    seen |= 1u << axis;
    sizes[i] = shape()[axis];
    steps[i] = strides()[axis];
  }
  return view(sizes, steps);
}

Array Array::slice(int axis, std::int64_t begin, std::int64_t end, std::int64_t step) const {
  axis = normal_axis(axis, rank(), "slice");
  check<ValueError>(step >= 1, "slice: the step must be at least 1, not ", step);
  check<ValueError>(0 <= begin && begin <= end && end <= shape()[axis], "slice: [", begin, ", ", end, ") is out of range for axis ", axis,
                    " of shape ", shape(), ", which has size ", shape()[axis]);
  Shape sizes = shape(), steps = strides();
  sizes[axis] = (end - begin + step - 1) / step;
  steps[axis] *= step;
  return view(sizes, steps, begin * strides()[axis]);
}

Array Array::expand(const Shape& wanted) const {
  const int more = wanted.rank() - rank();
  check<ShapeError>(more >= 0, "expand: shape ", shape(), " has more dimensions than ", wanted);
  checked_elements(wanted, "expand");
  Shape steps = Shape::filled(wanted.rank(), 0);
  for (int i = 0; i < rank(); ++i) {
    check<ShapeError>(shape()[i] == wanted[more + i] || shape()[i] == 1, "expand: shape ", shape(), " cannot be expanded to ", wanted,
                      ": only sizes of 1 can grow");
    steps[more + i] = shape()[i] == wanted[more + i] ? strides()[i] : 0;
  }
  return view(wanted, steps);
}

Array Array::diagonal(std::int64_t offset, int a, int b) const {
  a = normal_axis(a, rank(), "diagonal"), b = normal_axis(b, rank(), "diagonal");
  check<ValueError>(a != b, "diagonal: axes must be two, not ", a, " twice, for shape ", shape());
  const std::int64_t rows = shape()[a], columns = shape()[b];
  const std::int64_t down = offset < 0 ? -std::max(offset, -rows) : 0,
      right = std::clamp<std::int64_t>(offset, 0, columns);   // where it begins
  const std::int64_t length = std::min(rows - down, columns - right), step = strides()[a] + strides()[b];
  const std::int64_t first = length > 0 ? down * strides()[a] + right * strides()[b] : 0;
  Shape sizes = shape(), steps = strides();
  for (const int axis : {std::max(a, b), std::min(a, b)}) sizes.erase(axis), steps.erase(axis);
  sizes.push_back(length), steps.push_back(step);
  return view(sizes, steps, first);
}

Array Array::windows(int axis, std::int64_t size, std::int64_t step, std::int64_t dilation) const {
  axis = normal_axis(axis, rank(), "windows");
  const std::int64_t n = shape()[axis];
  check<ValueError>(size >= 1 && step >= 1 && dilation >= 1, "windows: size, step and dilation must be at least 1, not ", size, ", ", step,
                    " and ",
                    dilation);
  const bool fits = size <= n && (size == 1 || dilation <= (n - 1) / (size - 1));
  check<ValueError>(fits, "windows: ", size, " elements, ", dilation, " apart, do not fit into axis ", axis, " of shape ", shape());
  Shape sizes = shape(), steps = strides();
  sizes[axis] = (n - 1 - dilation * (size - 1)) / step + 1;
  steps[axis] *= step;
  sizes.push_back(size), steps.push_back(strides()[axis] * dilation);
  return view(sizes, steps);
}

Array Array::unsqueeze(int axis) const {
  axis = normal_axis(axis, rank() + 1, "unsqueeze");
  Shape sizes = shape(), steps = strides();
  sizes.insert(axis, 1);
  steps.insert(axis, 1);
  return view(sizes, steps);
}

Array Array::squeeze(int axis) const {
  axis = normal_axis(axis, rank(), "squeeze");
  check<ShapeError>(shape()[axis] == 1, "squeeze: axis ", axis, " of shape ", shape(), " has size ", shape()[axis], ", not 1");
  Shape sizes = shape(), steps = strides();
  sizes.erase(axis);
  steps.erase(axis);
  return view(sizes, steps);
}

namespace {

// The strides with which elements that lie so have the shape `sizes`, if there are any: dimensions that lie within each other are one run,
// and each run may be cut as one likes (PyTorch's rule). Neither shape is empty.
bool strides_for(const Shape& sizes, const Shape& shape, const Shape& strides, Shape& steps) {
  steps = Shape::filled(sizes.rank(), 1);
  int to = sizes.rank() - 1;
  std::int64_t run = 1, cut = 1, step = 1;   // elements of the run, and of what was cut from it; between its neighbours
  for (int i = shape.rank(); i-- > 0;) {
    if (shape[i] == 1) continue;
    if (run == 1) step = strides[i];
    run *= shape[i];
    int next = i - 1;
    while (next >= 0 && shape[next] == 1) --next;
    if (next >= 0 && strides[next] == run * step) continue;
    for (; to >= 0 && (cut < run || sizes[to] == 1); --to) steps[to] = cut * step, cut *= sizes[to];
    if (cut != run) return false;
    run = cut = 1;
  }
  return true;
}

}  // namespace

Array Array::reshape(const Shape& wanted) const {
  Shape sizes = wanted;
  int open = -1;
  for (int i = 0; i < sizes.rank(); ++i) {
    if (sizes[i] != -1) continue;
    check<ShapeError>(open < 0, "reshape: at most one size may be -1: ", wanted);
    open = i;
    sizes[i] = 1;
  }
  std::int64_t elements = checked_elements(sizes, "reshape");
  if (open >= 0) {
    check<ShapeError>(elements > 0 && size() % elements == 0, "reshape: ", shape(), " cannot become ", wanted, ": ", size(),
                      " elements are no multiple of ", elements);
    sizes[open] = size() / elements;
    elements = size();
  }
  check<ShapeError>(elements == size(), "reshape: ", shape(), " has ", size(), " elements, ", wanted, " would have ", elements);
  Shape steps;
  if (!contiguous() && strides_for(sizes, shape(), strides(), steps)) return view(sizes, steps);
  return as_contiguous().view(sizes, row_major_strides(sizes));
}

Array Array::contiguous_copy() const {
  Array copy(shape(), dtype());
  copy_elements(*this, copy);
  return copy;
}

Array Array::to(Dtype dtype) const {
  if (dtype == this->dtype()) return *this;
  Array out(shape(), dtype);
  copy_elements(*this, out);
  return out;
}

}  // namespace gradus
