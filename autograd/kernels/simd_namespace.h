// GRADUS_SIMD_NAMESPACE: the namespace of the instruction-set level that a source is compiled for. All code with SIMD registers lives there,
// inline functions too: else the linker would keep one level's copy of them for all. GRADUS_PLAIN: that level has no registers; set by the
// build for level plain, and here for processors without any that xsimd knows.
#pragma once

#if !defined(__SSE2__) && !defined(__aarch64__) && !defined(GRADUS_PLAIN)
#define GRADUS_PLAIN
#endif

#ifdef GRADUS_SIMD_LEVEL
#define GRADUS_SIMD_NAMESPACE GRADUS_SIMD_LEVEL
#elif defined(GRADUS_PLAIN)
#define GRADUS_SIMD_NAMESPACE plain
#elif defined(__AVX512F__)
#define GRADUS_SIMD_NAMESPACE v4
#elif defined(__AVX2__)
#define GRADUS_SIMD_NAMESPACE v3
#elif defined(__SSE4_2__)
#define GRADUS_SIMD_NAMESPACE v2
#else
#define GRADUS_SIMD_NAMESPACE base
#endif
