// Vec<T>: as many numbers as one SIMD register holds, with the vocabulary that formulas are written in. For *.simd.cpp files and fuse.h.
// Everything lives in a namespace of its instruction-set level, so that code compiled for several levels can be linked together.
//   registers.h   the registers that xsimd knows
//   plain.h       a single number, in standard C++: level plain, and processors that xsimd does not know
#pragma once
#include <gradus/autograd/simd/namespace.h>

#ifdef GRADUS_PLAIN
#include <gradus/autograd/simd/plain.h>
#else
#include <gradus/autograd/simd/registers.h>
#endif
