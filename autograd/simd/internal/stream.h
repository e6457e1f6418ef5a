// Stores past the caches, for *.simd.cpp files: a processor need not read first what is overwritten whole. For results that no cache
// would hold until somebody reads them (past_caches.h says which).
//   const Target<float> y{p, past};   y.put(v, i);      // to p[i], past the caches or not; p at a multiple of 64 bytes if so
//   end_stores(past);                                   // before another thread reads them
#pragma once
#include <cstring>

#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class T>
void store_past_caches(Vec<T> x, T* p) {
#if defined(GRADUS_PLAIN) || !defined(__SSE2__)
  x.store(p);
#elif defined(__AVX512F__)
  __m512i bits;
  std::memcpy(&bits, &x.b, sizeof bits);
  _mm512_stream_si512(reinterpret_cast<__m512i*>(p), bits);
#elif defined(__AVX__)
  __m256i bits;
  std::memcpy(&bits, &x.b, sizeof bits);
  _mm256_stream_si256(reinterpret_cast<__m256i*>(p), bits);
#else
  __m128i bits;
  std::memcpy(&bits, &x.b, sizeof bits);
  _mm_stream_si128(reinterpret_cast<__m128i*>(p), bits);
#endif
}

inline void end_stores([[maybe_unused]] bool past_caches) {
#if !defined(GRADUS_PLAIN) && defined(__SSE2__)
  if (past_caches) _mm_sfence();
#endif
}

template <class T>
struct Target {
  T* data;
  bool past_caches;
  void put(Vec<T> x, std::int64_t i) const { past_caches ? store_past_caches(x, data + i) : x.store(data + i); }
  void put(Vec<T> x, std::int64_t i, std::int64_t lanes) const { x.store(data + i, lanes); }
};

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
