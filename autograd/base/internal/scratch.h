// Pooled memory for the length of a scope.
#pragma once
#include <gradus/autograd/base/pool.h>

namespace gradus::pool {

template <class T>
class Scratch {
 public:
  explicit Scratch(std::int64_t count)
      : bytes_(static_cast<std::uint64_t>(count) * sizeof(T)), data_(bytes_ ? allocate(bytes_) : nullptr) {}
  ~Scratch() { if (data_) free(data_, bytes_); }
  Scratch(const Scratch&) = delete;
  T* data() const { return static_cast<T*>(data_); }

 private:
  std::uint64_t bytes_;
  void* data_;
};

}  // namespace gradus::pool
