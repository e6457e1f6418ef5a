// NumPy-style expressions over arrays, by xtensor. An opt-in header (Debian: libxtensor-dev); nothing else of gradus's headers knows xtensor.
//   Array a = …;  auto v = as_xtensor<float>(a);  Array b = from_xtensor<float>(xt::sin(v) * 2);
// Fast for contiguous elementwise expressions; for sums, transposes and column broadcasts the operations in ops/ are many times faster.
#pragma once
#include <vector>

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnoalias.hpp>

#include <gradus/autograd/array/array.h>

namespace gradus {

namespace detail {
// The elements of `a`, which start at p, as xtensor sees them.
template <class T>
auto adapt(T* p, const Array& a) {
  const std::vector<std::size_t> shape(a.shape().begin(), a.shape().end());
  const std::vector<std::ptrdiff_t> strides(a.strides().begin(), a.strides().end());
  std::size_t reach = a.size() > 0;   // how many elements lie between the first and the last
  for (int i = 0; i < a.rank() && reach; ++i) reach += static_cast<std::size_t>((a.shape()[i] - 1) * a.strides()[i]);
  return xt::adapt(std::move(p), reach, xt::no_ownership(), shape, strides);
}
}  // namespace detail

// A view of the elements, any strides; it must not outlive the array. DtypeError unless T is the dtype.
template <class T>
auto as_xtensor(const Array& a) { return detail::adapt(a.data<T>(), a); }

// The same for writing; unshares first.
template <class T>
auto as_mutable_xtensor(Array& a) {
  T* p = a.mutable_data<T>();   // before the strides are read: unsharing changes them
  return detail::adapt(p, a);
}

// A new array with the expression's shape and values, computed straight into its memory.
template <class T, class E>
Array from_xtensor(const xt::xexpression<E>& expression) {
  const auto& e = expression.derived_cast();
  Shape shape;
  for (const auto size : e.shape()) shape.push_back(static_cast<std::int64_t>(size));
  Array a(shape, dtype_of<T>);
  auto out = as_mutable_xtensor<T>(a);
  xt::noalias(out) = e;
  return a;
}

}  // namespace gradus
