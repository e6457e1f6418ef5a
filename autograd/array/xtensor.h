// Arrays and xtensor's containers and expressions, both ways without copies. An opt-in header (Debian: libxtensor-dev); nothing else of
// gradus's headers knows xtensor.
//   auto x = as_xtensor<float>(a);                        // an expression over a's elements, whatever their strides
//   Array b = from_xtensor(xt::sin(x) * 2.f + 1.f);       // computed straight into b's memory
//   xt::xarray<double> table = …;  Array c = from_xtensor(std::move(table));   // c has table's memory now
//   assign_xtensor(c, xt::cumsum(as_xtensor<double>(c), 0));                   // into what c has already
// In an operation of one's own: docs/extending.md. Fast for contiguous elementwise expressions; for sums, transposes and column
// broadcasts the operations in ops/ are many times faster.
#pragma once
#include <array>
#include <memory>
#include <vector>

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <gradus/autograd/array/array.h>

namespace gradus {

namespace detail {

// Goes along with a view and keeps the elements alive. xtensor keeps whatever can be called.
struct KeptArray {
  Array array;
  void operator()() const {}
};

template <class List>
List list_of(const Shape& numbers) {
  List out{};
  if constexpr (requires { out.resize(1); }) out.resize(static_cast<std::size_t>(numbers.rank()));
  for (int i = 0; i < numbers.rank(); ++i) out[static_cast<std::size_t>(i)] = static_cast<typename List::value_type>(numbers[i]);
  return out;
}
template <std::size_t N>
void require_rank(const Array& a) {
  check<ShapeError>(a.rank() == static_cast<int>(N), "as_xtensor: rank ", N, " was asked for, but the shape is ", a.shape(),
                    "; without the number, as_xtensor<T>(a), any rank will do");
}
// Strides as Arrays have them: what has size 1 may have any, xtensor's is 0.
template <class Buffer>
auto any_rank(Buffer buffer, const Array& a) {
  using Sizes = std::vector<std::size_t>;
  using Steps = std::vector<std::ptrdiff_t>;
  using Adaptor = xt::xarray_adaptor<Buffer, xt::layout_type::dynamic, Sizes>;
  return Adaptor(std::move(buffer), list_of<Sizes>(a.shape()), list_of<Steps>(a.strides()));
}
template <std::size_t N, class Buffer>
auto of_rank(Buffer buffer, const Array& a) {
  require_rank<N>(a);
  using Sizes = std::array<std::size_t, N>;
  using Steps = std::array<std::ptrdiff_t, N>;
  using Adaptor = xt::xtensor_adaptor<Buffer, N, xt::layout_type::dynamic>;
  return Adaptor(std::move(buffer), list_of<Sizes>(a.shape()), list_of<Steps>(a.strides()));
}
template <class T>
auto reading(const Array& a) {
  return xt::xbuffer_adaptor<const T*, xt::no_ownership, KeptArray>(a.data<T>(), static_cast<std::size_t>(a.size()), KeptArray{a});
}
template <class T>
auto writing(Array& a) {
  T* const p = a.mutable_data<T>();   // before the strides are read: unsharing changes them
  return xt::xbuffer_adaptor<T*, xt::no_ownership, std::allocator<T>>(p, static_cast<std::size_t>(a.size()));
}

// Whether an expression has its elements in memory that goes with it: containers, and views that hold their container.
template <class E> inline constexpr bool owns_elements = false;
template <class S, xt::layout_type L, class C, class Tag>
inline constexpr bool owns_elements<xt::xarray_container<S, L, C, Tag>> = true;
template <class S, std::size_t N, xt::layout_type L, class Tag>
inline constexpr bool owns_elements<xt::xtensor_container<S, N, L, Tag>> = true;
template <class T, class S, xt::layout_type L, bool Shared, class Tag>
inline constexpr bool owns_elements<xt::xfixed_container<T, S, L, Shared, Tag>> = true;
template <class C, class... S>
inline constexpr bool owns_elements<xt::xview<C, S...>> = owns_elements<C>;
template <class C, class S, xt::layout_type L, class F>
inline constexpr bool owns_elements<xt::xstrided_view<C, S, L, F>> = owns_elements<C>;

// The container itself: what a move takes along. Views are copied instead.
template <class E>
auto& container_of(E& e) {
  if constexpr (requires { e.expression(); }) return container_of(e.expression());
  else return e;
}

template <class V>
auto stored_as() {
  if constexpr (is_element<V>) return V{};
  else if constexpr (std::is_integral_v<V>) return std::int64_t{};
  else static_assert(sizeof(V) == 0, "from_xtensor: no dtype has such elements; name one that has, from_xtensor<double>(…)");
}

template <class E>
Shape shape_of(const E& e) {
  Shape shape;
  for (const auto size : e.shape()) shape.push_back(static_cast<std::int64_t>(size));
  return shape;
}

}  // namespace detail

// The elements as an xtensor expression, for reading, any strides: a snapshot, which keeps them alive and which writing to the array does
// not change. DtypeError unless T is the dtype. With a rank, as_xtensor<float, 2>(a), loops over elements are faster; ShapeError for
// another.
template <class T>
auto as_xtensor(const Array& a) { return detail::any_rank(detail::reading<T>(a), a); }
template <class T, std::size_t N>
auto as_xtensor(const Array& a) { return detail::of_rank<N>(detail::reading<T>(a), a); }

// The same for writing; unshares first. It must not outlive the array, nor be used after the array has been copied or assigned.
template <class T>
auto as_mutable_xtensor(Array& a) {
  auto buffer = detail::writing<T>(a);
  return detail::any_rank(std::move(buffer), a);
}
template <class T, std::size_t N>
auto as_mutable_xtensor(Array& a) {
  detail::require_rank<N>(a);
  auto buffer = detail::writing<T>(a);
  return detail::of_rank<N>(std::move(buffer), a);
}

// The expression's values, computed straight into the array's memory. ShapeError unless the shapes are equal, DtypeError unless T, which
// is the expression's own type where none is named, is the dtype.
template <class T = void, class E>
void assign_xtensor(Array& a, const xt::xexpression<E>& expression) {
  using Stored = std::conditional_t<std::is_void_v<T>, decltype(detail::stored_as<typename E::value_type>()), T>;
  const E& e = expression.derived_cast();
  const Shape shape = detail::shape_of(e);
  check<ShapeError>(a.defined() && shape == a.shape(), "assign_xtensor: the expression has shape ", shape, ", the array ", a.shape(),
                    "; xt::broadcast repeats what is smaller");
  auto out = as_mutable_xtensor<Stored>(a);
  xt::noalias(out) = e;
}

// A new array with the expression's shape and values, computed straight into its memory. Its elements are T or, where none is named, what
// the expression's are; integers of a width that is no dtype become i64.
template <class T = void, class E>
Array from_xtensor(const xt::xexpression<E>& expression) {
  using Stored = std::conditional_t<std::is_void_v<T>, decltype(detail::stored_as<typename E::value_type>()), T>;
  Array a(detail::shape_of(expression.derived_cast()), dtype_of<Stored>);
  assign_xtensor<Stored>(a, expression);
  return a;
}

// A container, or a view that holds one, given away: the array has its memory and its strides (column-major ones, too), nothing is copied.
// What steps backwards is copied.
template <class T = void, class E>
  requires(!std::is_reference_v<E> && !std::is_const_v<E> && detail::owns_elements<E> && is_element<typename E::value_type> &&
           (std::is_void_v<T> || std::is_same_v<T, typename E::value_type>))
Array from_xtensor(E&& container) {
  const Shape shape = detail::shape_of(container);
  Shape strides;
  bool forwards = true;
  for (const auto step : container.strides()) {
    strides.push_back(static_cast<std::int64_t>(step));
    forwards = forwards && step >= 0;
  }
  if (!forwards) return from_xtensor<typename E::value_type>(static_cast<const xt::xexpression<E>&>(container));
  const auto offset = static_cast<std::ptrdiff_t>(container.data_offset());
  using Container = std::remove_reference_t<decltype(detail::container_of(container))>;
  auto holder = std::make_unique<Container>(std::move(detail::container_of(container)));
  Array a = Array::from_blob(holder->data() + offset, shape, strides, dtype_of<typename E::value_type>, holder.get(),
                             [](void* held) { delete static_cast<Container*>(held); });
  holder.release();
  return a;
}

}  // namespace gradus
