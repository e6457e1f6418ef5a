// Whether anything has been computed since a leaf was made: an operation's node has a higher number than what was made before it.
#pragma once
#include <cstdint>

namespace gradus::detail {

std::uint64_t last_recorded();   // the number of the latest operation that this thread has recorded; 0: none

}  // namespace gradus::detail
