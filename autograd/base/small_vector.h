// A vector whose first n elements live in place; longer ones move to pooled memory. For the short lists of a tape.
#pragma once
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <new>
#include <utility>

#include <gradus/autograd/base/pool.h>

namespace gradus {

template <class T, std::size_t n>
class SmallVector {
 public:
  SmallVector() = default;
  SmallVector(std::initializer_list<T> items) {
    reserve(items.size());
    for (const T& item : items) push_back(item);
  }
  SmallVector(const SmallVector& o) {
    reserve(o.size_);
    for (const T& item : o) push_back(item);
  }
  SmallVector(SmallVector&& o) noexcept {
    if (o.items_ == o.place()) {
      for (T& item : o) new (items_ + size_++) T(std::move(item));
      o.clear();
    } else {
      items_ = std::exchange(o.items_, o.place());
      size_ = std::exchange(o.size_, 0);
      room_ = std::exchange(o.room_, n);
    }
  }
  SmallVector& operator=(SmallVector o) noexcept {
    this->~SmallVector();
    new (this) SmallVector(std::move(o));
    return *this;
  }
  ~SmallVector() {
    clear();
    if (items_ != place()) pool::free(items_, room_ * sizeof(T));
  }

  void reserve(std::size_t room) {
    if (room <= room_) return;
    T* items = static_cast<T*>(pool::allocate(room * sizeof(T)));
    std::uninitialized_move(begin(), end(), items);
    std::destroy(begin(), end());
    if (items_ != place()) pool::free(items_, room_ * sizeof(T));
    items_ = items;
    room_ = room;
  }
  template <class... A>
  T& emplace_back(A&&... a) {
    if (size_ == room_) {
      T item(std::forward<A>(a)...);   // before growing: an argument may live in here
      reserve(2 * room_);
      return *new (items_ + size_++) T(std::move(item));
    }
    return *new (items_ + size_++) T(std::forward<A>(a)...);
  }
  void push_back(const T& item) { emplace_back(item); }
  void push_back(T&& item) { emplace_back(std::move(item)); }
  void pop_back() { items_[--size_].~T(); }
  void resize(std::size_t size) {
    reserve(size);
    while (size_ < size) emplace_back();
    while (size_ > size) pop_back();
  }
  void clear() {
    std::destroy(begin(), end());
    size_ = 0;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return items_; }
  const T* data() const { return items_; }
  T& operator[](std::size_t i) { return items_[i]; }
  const T& operator[](std::size_t i) const { return items_[i]; }
  T* begin() { return items_; }
  T* end() { return items_ + size_; }
  const T* begin() const { return items_; }
  const T* end() const { return items_ + size_; }
  T& back() { return items_[size_ - 1]; }

 private:
  T* place() { return reinterpret_cast<T*>(place_); }
  alignas(T) std::byte place_[n * sizeof(T)];
  T* items_ = place();
  std::size_t size_ = 0, room_ = n;
};

}  // namespace gradus
