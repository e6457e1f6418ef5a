// The element types of a safetensors file, more than gradus has: each with its name and size in the file, and how it becomes one of ours.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <gradus/autograd/array/dtype.h>

namespace gradus::detail {

struct StoredDtype {
  std::string_view name;
  int bits;                                   // of an element
  std::optional<Dtype> loads_as;              // none: gradus has nothing that holds it exactly
  // Converts n elements; returns how many it converted before one that does not fit (a U64 beyond i64). Null: the bytes are ours.
  std::int64_t (*convert)(const std::byte* from, void* to, std::int64_t n);
};

const StoredDtype* stored_dtype(std::string_view name);   // null if the format has none of this name
const StoredDtype& stored_dtype(Dtype dtype);             // what an array of ours is written as
int order_in_file(Dtype dtype);                           // of the reference writer: larger elements first, so that all are aligned

}  // namespace gradus::detail
