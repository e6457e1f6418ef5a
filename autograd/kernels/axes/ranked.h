// Elements of any dtype as whole numbers in their order, with the place where each stood: what is sorted in their stead.
//   std::vector<RankedOf<float>> all(n);   rank(x, n, descending, all.data());   std::sort(all.begin(), all.end());   place_of(all[0])
// Equal elements keep their order, so that every sort of these is stable; NaN is larger than all numbers, -0 equals 0.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <gradus/autograd/array/dtype.h>

namespace gradus::kernels {

struct Ranked {   // 64 bits of rank, above the place
  std::uint64_t rank, place;
  friend bool operator<(const Ranked& a, const Ranked& b) { return a.rank < b.rank || (a.rank == b.rank && a.place < b.place); }
};
// 32 bits of each in one number, for types that 32 bits can rank.
template <class T>
using RankedOf = std::conditional_t<sizeof(T) == 8, Ranked, std::uint64_t>;

inline std::int64_t place_of(std::uint64_t x) { return static_cast<std::int64_t>(x & 0xffffffffu); }
inline std::int64_t place_of(const Ranked& x) { return static_cast<std::int64_t>(x.place); }
inline constexpr std::int64_t most_places = (std::int64_t{1} << 32) - 1;   // that the narrow one can tell

template <class U, class T>
U floating_rank(T x) {
  constexpr U top = U{1} << (8 * sizeof(U) - 1);
  U bits;
  std::memcpy(&bits, &x, sizeof(U));
  bits = x == 0 ? 0 : bits;
  bits ^= bits & top ? ~U{0} : top;
  return x == x ? bits : ~U{0};
}

template <class T>
auto rank_of(T x) {
  if constexpr (sizeof(T) == 8 && std::is_floating_point_v<T>) return floating_rank<std::uint64_t>(x);
  else if constexpr (sizeof(T) == 8) return static_cast<std::uint64_t>(x) ^ (std::uint64_t{1} << 63);
  else if constexpr (std::is_integral_v<T>) return static_cast<std::uint32_t>(static_cast<std::int32_t>(x)) ^ (std::uint32_t{1} << 31);
  else return floating_rank<std::uint32_t>(static_cast<float>(x));
}

// Ranks x[0], …, x[n − 1], the first of which stands at `place`; the smallest rank comes first.
template <class T>
void rank(const T* x, std::int64_t n, bool descending, RankedOf<T>* out, std::int64_t place = 0) {
  using U = decltype(rank_of(T{}));
  const U turn = descending ? ~U{0} : 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const U key = rank_of(x[i]) ^ turn;
    const auto at = static_cast<std::uint64_t>(place + i);
    if constexpr (sizeof(T) == 8) out[i] = {key, at};
    else out[i] = static_cast<std::uint64_t>(key) << 32 | at;
  }
}

}  // namespace gradus::kernels
