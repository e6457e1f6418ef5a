// PyTorch's element types by the names that stand in its files: torch.float32, torch.FloatStorage; each as one of a safetensors file, where
// how it becomes ours is said (safetensors_dtype.h).
//   const TorchDtype* type = torch_dtype("bfloat16");      type->stored->convert;      torch_dtype_of(f32).storage      // FloatStorage
#pragma once
#include <string_view>

#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>

namespace gradus::detail {

struct TorchDtype {
  std::string_view name;          // "float32"
  std::string_view storage;       // "FloatStorage"; "" for those that have none, whose storages are untyped
  std::string_view in_files;      // of safetensors; "" for those that it has not either
  int bytes;                      // of an element
  const StoredDtype* stored = nullptr;
};

// Null if PyTorch has none of this name.
const TorchDtype* torch_dtype(std::string_view name);
const TorchDtype* torch_dtype_of_storage(std::string_view name);
const TorchDtype& torch_dtype_of(Dtype dtype);

}  // namespace gradus::detail
