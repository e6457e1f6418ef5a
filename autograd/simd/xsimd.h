// xsimd, in a namespace of the level's own: what is written xsimd::batch is xsimd::gradus_v4::batch to the linker. xsimd's functions are
// inline, and the linker keeps one copy of each: without this it could be one that was compiled for another level or without optimisation.
// Where a program has included xsimd before, that one is used as it is.
#pragma once
#include <gradus/autograd/simd/namespace.h>

#ifndef XSIMD_HPP

// GCC 12 takes what its AVX-512 intrinsics leave undefined for a mistake (its bug 105593), wherever they are inlined.
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

#ifdef GRADUS_INTRINSICS_ARE_MACROS
namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {
inline __m512i blend_bytes(__mmask64 m, __m512i a, __m512i b) { return _mm512_mask_blend_epi8(m, a, b); }
inline __m512i blend_words(__mmask32 m, __m512i a, __m512i b) { return _mm512_mask_blend_epi16(m, a, b); }
}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
#pragma push_macro("_mm512_mask_blend_epi8")
#pragma push_macro("_mm512_mask_blend_epi16")
#undef _mm512_mask_blend_epi8
#undef _mm512_mask_blend_epi16
#define _mm512_mask_blend_epi8 gradus::kernels::GRADUS_SIMD_NAMESPACE::blend_bytes
#define _mm512_mask_blend_epi16 gradus::kernels::GRADUS_SIMD_NAMESPACE::blend_words
#endif

#define GRADUS_PASTED(a, b) a##b
#define GRADUS_PASTE(a, b) GRADUS_PASTED(a, b)
namespace xsimd {
inline namespace GRADUS_PASTE(gradus_, GRADUS_SIMD_NAMESPACE) {}
}  // namespace xsimd
#define xsimd xsimd::GRADUS_PASTE(gradus_, GRADUS_SIMD_NAMESPACE)
#include <xsimd/xsimd.hpp>
#undef xsimd
#undef GRADUS_PASTE
#undef GRADUS_PASTED

#ifdef GRADUS_INTRINSICS_ARE_MACROS
#pragma pop_macro("_mm512_mask_blend_epi8")
#pragma pop_macro("_mm512_mask_blend_epi16")
#endif

#endif
