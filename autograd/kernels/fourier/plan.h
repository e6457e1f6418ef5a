// How a Fourier transform of n numbers is cut into passes, and the roots of unity that they take. Plans of the last lengths are kept, of
// 2²¹ numbers together at most, but for the last one.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

namespace gradus::kernels {

// Complex numbers, real and imaginary parts apart.
template <class T>
struct Planes {
  T *re, *im;
  Planes swapped() const { return {im, re}; }
};
template <class T>
struct Roots {
  std::vector<T> re, im;
  explicit Roots(std::int64_t count = 0) : re(static_cast<std::size_t>(count)), im(re.size()) {}
  Planes<const T> planes() const { return {re.data(), im.data()}; }
};

// A pass of Stockham's algorithm, which leaves everything in order: of numbers m apart, `radix` are transformed; stride numbers lie side by
// side that earlier passes have done.
template <class T>
struct FourierPass {
  std::int64_t radix, m, stride;
  Planes<const T> turns;   // e^(−2πi·p·k/(radix·m)) at p·(radix − 1) + k − 1
  Planes<const T> roots;   // cos and sin of 2πk/radix, for the odd ones
};
inline constexpr std::int64_t most_radix = 31;

template <class T>
struct FourierPlan {
  std::int64_t n;
  std::vector<FourierPass<T>> passes;
  std::vector<Roots<T>> of_passes;   // what they point to
  Roots<T> half_turns;   // e^(−πi·k/n), k <= n: where it serves 2n real numbers
  // Lengths with a prime factor above 31 are convolutions of a longer, smooth one (Bluestein 1970).
  std::shared_ptr<const FourierPlan> longer;
  Roots<T> chirp, spectrum;   // e^(−πi·k²/n); of its conjugate, /longer->n

  FourierPlan(std::int64_t n, bool serves_real);
  FourierPlan(const FourierPlan&) = delete;
  std::int64_t room() const { return longer ? longer->n : n; }
};

template <class T>
std::shared_ptr<const FourierPlan<T>> fourier_plan(std::int64_t n, bool serves_real = false);   // n >= 1

}  // namespace gradus::kernels
