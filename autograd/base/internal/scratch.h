// Pooled memory for the length of a scope.
#pragma once
#include <new>

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

// The same for who can do with less, and must not fail: where memory has ended, `few` elements that are always there. A step of an
// optimizer that has begun multiplies in it.
template <class T, std::int64_t few>
class SpareScratch {
 public:
  explicit SpareScratch(std::int64_t count) : size_(count) {
    if (count <= few) return;
    try {
      data_ = static_cast<T*>(allocate(bytes()));
    } catch (const std::bad_alloc&) {
      size_ = few;
    }
  }
  ~SpareScratch() { if (data_ != spare_) free(data_, bytes()); }
  SpareScratch(const SpareScratch&) = delete;
  T* data() const { return data_; }
  std::int64_t size() const { return size_; }

 private:
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(size_) * sizeof(T); }

  std::int64_t size_;
  alignas(64) T spare_[few];
  T* data_ = spare_;
};

}  // namespace gradus::pool
