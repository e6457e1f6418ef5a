// GRADUS_SIMD_NAMESPACE: the namespace of what a source is compiled for: its instruction-set level, where it belongs to the library, and
// another one in a program that uses fuse(). All code with SIMD registers lives there, inline functions too: else the linker would keep one
// copy of them for all, another level's or, in the library's loops, a debugged program's. GRADUS_PLAIN: there are no registers; set by the
// build for level plain, and here for processors without any that xsimd knows.
#pragma once

#if !defined(__SSE2__) && !defined(__aarch64__) && !defined(GRADUS_PLAIN)
#define GRADUS_PLAIN
#endif

// Without optimisation some of GCC's intrinsics are macros that xsimd 8 does not fit (xsimd.h mends what it brings in itself).
#if defined(__AVX512BW__) && !defined(__OPTIMIZE__) && !defined(__clang__)
#define GRADUS_INTRINSICS_ARE_MACROS
#if defined(XSIMD_HPP) && !defined(GRADUS_PLAIN)
#define GRADUS_PLAIN
#endif
#endif

#ifdef GRADUS_SIMD_LEVEL
#define GRADUS_SIMD_NAMESPACE GRADUS_SIMD_LEVEL
#else
#ifdef __OPTIMIZE__
#define GRADUS_SIMD_OF_PROGRAM(level) program_##level
#else
#define GRADUS_SIMD_OF_PROGRAM(level) unoptimised_##level
#endif
#if defined(GRADUS_PLAIN)
#define GRADUS_SIMD_NAMESPACE GRADUS_SIMD_OF_PROGRAM(plain)
#elif defined(__AVX512F__)
#define GRADUS_SIMD_NAMESPACE GRADUS_SIMD_OF_PROGRAM(v4)
#elif defined(__AVX2__)
#define GRADUS_SIMD_NAMESPACE GRADUS_SIMD_OF_PROGRAM(v3)
#elif defined(__SSE4_2__)
#define GRADUS_SIMD_NAMESPACE GRADUS_SIMD_OF_PROGRAM(v2)
#else
#define GRADUS_SIMD_NAMESPACE GRADUS_SIMD_OF_PROGRAM(base)
#endif
#endif
