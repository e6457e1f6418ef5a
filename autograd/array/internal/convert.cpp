#include <gradus/autograd/array/internal/convert.h>

#include <algorithm>

#include <gradus/autograd/simd/internal/level.h>

namespace gradus {
namespace kernels {

GRADUS_DISPATCH(SmallFloatLoops, small_float_loops)

}  // namespace kernels

namespace {

template <class T>
inline constexpr bool is_small = is_element<T> && !std::is_arithmetic_v<T>;

template <class T, class U>
void convert(const void* source, std::int64_t s, void* target, std::int64_t t, std::int64_t n) {
  const T* from = static_cast<const T*>(source);
  U* to = static_cast<U*>(target);
  if (s == 0 && t == 1) {
    std::fill_n(to, n, static_cast<U>(*from));
  } else if (s == 1 && t == 1) {
    if constexpr (is_small<T> && std::is_same_v<U, float>) kernels::small_float_loops().of(T{}).widen(from, n, to);
    else if constexpr (is_small<U> && std::is_same_v<T, float>) kernels::small_float_loops().of(U{}).round(from, n, to);
    else for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<U>(from[i]);
  } else {
    for (std::int64_t i = 0; i < n; ++i) to[i * t] = static_cast<U>(from[i * s]);
  }
}

}  // namespace

ConvertRow convert_row(Dtype from, Dtype to) {
  return visit(from, [to]<class T>(T) {
    return visit(to, []<class U>(U) -> ConvertRow { return convert<T, U>; });
  });
}

}  // namespace gradus
