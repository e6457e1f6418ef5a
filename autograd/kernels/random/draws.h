// Random numbers for elements, drawn by many threads: pure functions of a key and the element's place, whoever draws.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/random.h>

namespace gradus::kernels {

inline double unit_of(std::uint32_t high, std::uint32_t low) {  // in [0, 1), 53 bits
  return static_cast<double>((std::uint64_t{high} << 32 | low) >> 11) * 0x1p-53;
}

// Elements 2i and 2i + 1 of `a`, f32 or f64, by pair(u, v) from the two numbers of block i.
template <class Pair>
Array fill_pairs(Array a, std::uint64_t key, Pair pair) {
  visit_floating(a.dtype(), "random numbers", [&]<class T>(T) {
    T* p = a.mutable_span<T>().data();
    const std::int64_t n = a.size();
    parallel_for((n + 1) / 2, 1 << 12, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto w = philox({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32), 0, 0},
                              {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
        const auto both = pair(unit_of(w[0], w[1]), unit_of(w[2], w[3]));
        p[2 * i] = static_cast<T>(both.first);
        if (2 * i + 1 < n) p[2 * i + 1] = static_cast<T>(both.second);
      }
    });
  });
  return a;
}

// As many numbers as one element wants: its own blocks, one after the other.
class Draws {
 public:
  Draws(std::uint64_t key, std::int64_t element) : key_(key), element_(static_cast<std::uint64_t>(element)) {}
  std::uint32_t bits() {
    if (at_ == 4) {
      words_ = philox({static_cast<std::uint32_t>(element_), static_cast<std::uint32_t>(element_ >> 32), block_++, 0},
                      {static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32)});
      at_ = 0;
    }
    return words_[at_++];
  }
  std::uint64_t wide() {
    const std::uint64_t high = bits();
    return high << 32 | bits();
  }
  double uniform() { return static_cast<double>(wide() >> 11) * 0x1p-53; }  // in [0, 1)
  double positive() { return 1 - uniform(); }                               // in (0, 1]
  double normal() {
    const double radius = std::sqrt(-2 * std::log(positive()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }
  std::uint64_t below(std::uint64_t n) {  // as Generator::below
    const std::uint64_t reject_under = (0 - n) % n;
    while (true)
      if (const std::uint64_t x = wide(); x >= reject_under) return x % n;
  }

 private:
  std::uint64_t key_, element_;
  std::array<std::uint32_t, 4> words_{};
  std::uint32_t block_ = 0;
  std::size_t at_ = 4;
};

}  // namespace gradus::kernels
