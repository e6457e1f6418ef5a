#include <gradus/autograd/kernels/elementwise/compare.h>

#include <functional>

#include <gradus/autograd/formula/broadcast.h>

namespace gradus::kernels {
namespace {

template <class T, class How>
void compare_row(const void*, const void* const* in, const bool* moves, void* const* out, std::int64_t n) {
  const T *a = static_cast<const T*>(in[0]), *b = static_cast<const T*>(in[1]);
  bool* y = static_cast<bool*>(out[0]);
  const How how;
  if (moves[0] && moves[1]) for (std::int64_t i = 0; i < n; ++i) y[i] = how(a[i], b[i]);
  else for (std::int64_t i = 0; i < n; ++i) y[i] = how(a[moves[0] ? i : 0], b[moves[1] ? i : 0]);
}

template <class T>
Row compare_row_for(Comparison how) {
  switch (how) {
    case Comparison::equal: return compare_row<T, std::equal_to<T>>;
    case Comparison::not_equal: return compare_row<T, std::not_equal_to<T>>;
    case Comparison::less: return compare_row<T, std::less<T>>;
    case Comparison::less_equal: return compare_row<T, std::less_equal<T>>;
    case Comparison::greater: return compare_row<T, std::greater<T>>;
    default: return compare_row<T, std::greater_equal<T>>;
  }
}

template <class T>
void select_row(const void*, const void* const* in, const bool* moves, void* const* out, std::int64_t n) {
  const bool* condition = static_cast<const bool*>(in[0]);
  const T *a = static_cast<const T*>(in[1]), *b = static_cast<const T*>(in[2]);
  T* y = static_cast<T*>(out[0]);
  for (std::int64_t i = 0; i < n; ++i) {
    const T left = a[moves[1] ? i : 0], right = b[moves[2] ? i : 0];
    y[i] = condition[moves[0] ? i : 0] ? left : right;
  }
}

}  // namespace

Array compare(Comparison how, const Array& a, const Array& b, const Shape& shape) {
  Array y(shape, boolean);
  const Array* in[] = {&a, &b};
  Array* out[] = {&y};
  visit(a.dtype(), [&]<class T>(T) { for_rows(shape, in, out, compare_row_for<T>(how), nullptr); });
  return y;
}

Array select(const Array& condition, const Array& a, const Array& b, const Shape& shape) {
  Array y(shape, a.dtype());
  const Array* in[] = {&condition, &a, &b};
  Array* out[] = {&y};
  visit(a.dtype(), [&]<class T>(T) { for_rows(shape, in, out, select_row<T>, nullptr); });
  return y;
}

}  // namespace gradus::kernels
