// Random numbers for elements, drawn by many threads: pure functions of a key and the element's place, whoever draws.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/kernels/random/fill.h>

namespace gradus::kernels {

inline double unit_of(std::uint32_t high, std::uint32_t low) {  // in [0, 1), 53 bits
  return static_cast<double>((std::uint64_t{high} << 32 | low) >> 11) * 0x1p-53;
}

// body(i, words of block i) for blocks begin to end − 1.
template <class Body>
void for_blocks(std::uint64_t key, std::int64_t begin, std::int64_t end, Body body) {
  constexpr std::int64_t many = 96;
  std::uint32_t words[4 * many];
  for (std::int64_t first = begin; first < end; first += many) {
    const std::int64_t last = std::min(first + many, end);
    random_loops().words(static_cast<std::uint64_t>(first), key, last - first, words);
    for (std::int64_t i = first; i < last; ++i) body(i, words + 4 * (i - first));
  }
}

// Elements 2i and 2i + 1 of `a`, f32 or f64, by pair(u, v) from the two numbers of block i.
template <class Pair>
Array fill_pairs(Array a, std::uint64_t key, Pair pair) {
  visit_floating(a.dtype(), "random numbers", [&]<class T>(T) {
    T* p = a.mutable_span<T>().data();
    const std::int64_t n = a.size();
    parallel_for((n + 1) / 2, 1 << 12, [&](std::int64_t begin, std::int64_t end) {
      for_blocks(key, begin, end, [&](std::int64_t i, const std::uint32_t* w) {
        const auto both = pair(unit_of(w[0], w[1]), unit_of(w[2], w[3]));
        p[2 * i] = static_cast<T>(both.first);
        if (2 * i + 1 < n) p[2 * i + 1] = static_cast<T>(both.second);
      });
    });
  });
  return a;
}

// The same of f32 by loop(first block, n, y), one of random_loops().
template <class Loop>
Array fill_f32(Array a, Loop loop) {
  float* p = a.mutable_span<float>().data();
  const std::int64_t n = a.size();
  parallel_for((n + 1) / 2, 1 << 13, [&](std::int64_t begin, std::int64_t end) {
    loop(static_cast<std::uint64_t>(begin), std::min(2 * end, n) - 2 * begin, p + 2 * begin);
  });
  return a;
}

// As many numbers as one element wants: its own blocks, one after the other.
class Draws {
 public:
  Draws(std::uint64_t key, std::int64_t element) : key_(key), element_(static_cast<std::uint64_t>(element)) {}
  // Whose first block is known.
  Draws(std::uint64_t key, std::int64_t element, const std::uint32_t* first)
      : key_(key), element_(static_cast<std::uint64_t>(element)), words_{first[0], first[1], first[2], first[3]}, block_(1), at_(0) {}
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

// body(i, the draws of element i) for elements begin to end − 1.
template <class Body>
void for_draws(std::uint64_t key, std::int64_t begin, std::int64_t end, Body body) {
  for_blocks(key, begin, end, [&](std::int64_t i, const std::uint32_t* words) {
    Draws draws(key, i, words);
    body(i, draws);
  });
}

// Uniform in [0, n), n >= 1, from a word of 32 bits and, where that will not do, from more words of element i (Lemire, "Fast random integer
// generation in an interval", 2019).
inline std::uint32_t below(std::uint32_t n, std::uint32_t word, std::uint64_t key, std::int64_t i) {
  std::uint64_t product = std::uint64_t{word} * n;
  if (static_cast<std::uint32_t>(product) >= n) return static_cast<std::uint32_t>(product >> 32);
  const std::uint32_t reject_under = (0 - n) % n;
  Draws more(key, i);
  for (int k = 0; k < 4; ++k) more.bits();   // those of its first block are other elements' words
  while (static_cast<std::uint32_t>(product) < reject_under) product = std::uint64_t{more.bits()} * n;
  return static_cast<std::uint32_t>(product >> 32);
}

// body(i, word i % 4 of block i / 4) for elements begin to end − 1; begin a multiple of 4.
template <class Body>
void for_words(std::uint64_t key, std::int64_t begin, std::int64_t end, Body body) {
  for_blocks(key, begin / 4, (end + 3) / 4, [&](std::int64_t block, const std::uint32_t* words) {
    for (std::int64_t i = 4 * block; i < std::min(4 * block + 4, end); ++i) body(i, words[i - 4 * block]);
  });
}

}  // namespace gradus::kernels
