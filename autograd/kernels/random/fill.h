// Random numbers for whole arrays, many at a time: element by element what draws.h says.
#pragma once
#include <cstdint>

namespace gradus::kernels {

// Compiled for each SIMD level. Block i of a key has four words; of f32 numbers, 2i and 2i + 1 come from block `block` + i, as fill_pairs
// has it, through f64. Their last bits may depend on the level where f64's do, once in some hundred million numbers.
struct RandomLoops {
  void (*words)(std::uint64_t block, std::uint64_t key, std::int64_t blocks, std::uint32_t* words);
  void (*uniform)(std::uint64_t block, std::uint64_t key, std::int64_t n, double low, double span, double last, float* y);
  void (*normal)(std::uint64_t block, std::uint64_t key, std::int64_t n, double mean, double deviation, float* y);
  void (*exponential)(std::uint64_t block, std::uint64_t key, std::int64_t n, float* y);   // of rate 1
};
const RandomLoops& random_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
