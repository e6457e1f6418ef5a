// Numbers that come one after the other, many of them: memory that grows where it lies, if it can, and becomes an Array as it is.
//   Grown<double> seen;   seen.push(0.5);   Array x = seen.take();      // f64 [1], and `seen` is empty
#pragma once
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <gradus/autograd/array/array.h>

namespace gradus::data {

void* more_memory(void* old, std::size_t bytes);   // realloc; std::bad_alloc, and `old` is as it was

template <class T>
class Grown {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  T* begin() { return data_.get(); }
  T* end() { return data_.get() + size_; }
  [[gnu::always_inline]] void push(T value) {
    if (size_ == capacity_) [[unlikely]] reserve(size_ < 8 ? 16 : 2 * size_);
    data_.get()[size_++] = value;
  }
  void shorten(std::size_t size) { size_ = size < size_ ? size : size_; }
  [[gnu::noinline]] void reserve(std::size_t n) {
    if (n <= capacity_) return;
    if (n > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc();
    T* const more = static_cast<T*>(more_memory(data_.get(), n * sizeof(T)));
    (void)data_.release();
    data_.reset(more);
    capacity_ = n;
  }
  // Many of them stay where they are.
  Array take() {
    const Shape shape{static_cast<std::int64_t>(size_)};
    Array out;
    if (size_ < 10'000 || capacity_ > size_ / 4 * 5) {
      out = Array(shape, dtype_of<T>);
      std::copy(begin(), end(), out.template mutable_data<T>());
    } else {
      out = Array::from_blob(data_.get(), shape, {1}, dtype_of<T>, data_.get(), [](void* p) { std::free(p); });
      (void)data_.release();
    }
    *this = Grown();
    return out;
  }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0, capacity_ = 0;

 public:
  Grown() = default;
  Grown(Grown&& other) noexcept
      : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}
  Grown& operator=(Grown&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0), capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }
};

}  // namespace gradus::data
