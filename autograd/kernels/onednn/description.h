// What oneDNN this build has, for people and for tests. No oneDNN header is included.
#pragma once
#include <cstdint>
#include <string>

namespace gradus::kernels {

// Which oneDNN, and the newest instructions that it uses here, for people.
std::string dnnl_description();

// Primitives of all threads since the start, and those that are kept.
struct PrimitiveCount { std::int64_t made = 0, kept = 0; };
PrimitiveCount dnnl_primitives();

}  // namespace gradus::kernels
