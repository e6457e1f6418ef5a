// Blocks of Philox (base/random.h), as many side by side as registers take, for *.simd.cpp files.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

#include <gradus/autograd/simd/simd.h>
#if defined(__AVX2__) || defined(__SSE2__)   // after xsimd.h, which keeps g++ 12 from warning of it
#include <immintrin.h>
#endif

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

static_assert(std::endian::native == std::endian::little, "two words are stored as one number");

// Philox words in the low halves of 64-bit lanes, one lane a block; what the high halves hold does not matter.
#if defined(__AVX512F__)
using Lanes = unsigned long long __attribute__((vector_size(64)));
inline Lanes product(Lanes a, Lanes b) {   // masked by nothing: g++ 12 warns of the other one
  return reinterpret_cast<Lanes>(
      _mm512_maskz_mul_epu32(static_cast<__mmask8>(-1), reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
inline Lanes merge_low(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
inline Lanes merge_high(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
#elif defined(__AVX2__)
using Lanes = unsigned long long __attribute__((vector_size(32)));
inline Lanes product(Lanes a, Lanes b) {
  return reinterpret_cast<Lanes>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
inline Lanes merge_low(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
inline Lanes merge_high(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
#else
using Lanes = unsigned long long __attribute__((vector_size(16)));
inline Lanes merge_low(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 2); }
inline Lanes merge_high(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 1, 3); }
#if defined(__SSE2__)
inline Lanes product(Lanes a, Lanes b) {
  return reinterpret_cast<Lanes>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
}
#else
inline Lanes product(Lanes a, Lanes b) { return (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF); }
#endif
#endif

inline constexpr int philox_lanes = sizeof(Lanes) / sizeof(std::uint64_t);
inline constexpr int philox_side = 3;   // vectors of blocks drawn side by side, which hides the latency of a product
inline constexpr int philox_blocks = philox_side * philox_lanes;

// The blocks block, block + 1, …: word k of the lanes of c[k], philox_lanes blocks a vector.
struct PhiloxBlocks {
  Lanes c[4][philox_side];
  PhiloxBlocks(std::uint64_t block, std::uint64_t key) {
    for (int s = 0; s < philox_side; ++s) {
      for (int l = 0; l < philox_lanes; ++l) c[0][s][l] = block + static_cast<std::uint64_t>(s * philox_lanes + l);
      c[1][s] = c[0][s] >> 32, c[2][s] = c[3][s] = Lanes{};
    }
    const Lanes first = Lanes{} + 0xD2511F53, second = Lanes{} + 0xCD9E8D57;
    auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9, k1 += 0xBB67AE85)
      for (int s = 0; s < philox_side; ++s) {
        const Lanes p = product(c[0][s], first), q = product(c[2][s], second);
        c[0][s] = (q >> 32) ^ c[1][s] ^ k0;
        c[2][s] = (p >> 32) ^ c[3][s] ^ k1;
        c[1][s] = q;
        c[3][s] = p;
      }
  }
  // One block after the other.
  void store(std::uint32_t* words) const {
    for (int s = 0; s < philox_side; ++s) {
      const Lanes front = (c[0][s] & 0xFFFFFFFF) | c[1][s] << 32, back = (c[2][s] & 0xFFFFFFFF) | c[3][s] << 32;
      const Lanes in_order[] = {merge_low(front, back), merge_high(front, back)};
      std::memcpy(words + 4 * philox_lanes * s, in_order, sizeof in_order);
    }
  }
};

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
