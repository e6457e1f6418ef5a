// Which process this is. What a fork must find whole is in internal/after_fork.h.
#pragma once
#include <cstdint>

namespace gradus::detail {

// Forks between the first process and this one: who remembers another number than it reads has lost its threads since.
std::uint64_t forks();

// Has a fork cost this process threads? Then teams of threads that a library (OpenMP) kept are gone, and asking for one may hang.
bool lost_teams();

}  // namespace gradus::detail
