// Results larger than the caches, which are written past them (stream.h): what is overwritten is not read first.
#pragma once
#include <cstdint>

namespace gradus::kernels {

// Whether a result of so many bytes, written in rows of row_bytes from `to` on, goes past the caches.
inline bool goes_past_caches(const void* to, std::int64_t bytes, std::int64_t row_bytes) {
  constexpr std::int64_t larger = 1 << 25;   // than what most processors have for a few cores
  return bytes >= larger && row_bytes % 64 == 0 && reinterpret_cast<std::uintptr_t>(to) % 64 == 0;
}

}  // namespace gradus::kernels
