// Shared ownership for objects that count their own owners: one pointer, no control block.
#pragma once
#include <utility>

namespace gradus {

// T offers retain(T*) and release(T*) by argument-dependent lookup.
template <class T>
class Counted {
 public:
  Counted() = default;
  explicit Counted(T* fresh) : p_(fresh) { if (p_) retain(p_); }
  Counted(const Counted& o) : p_(o.p_) { if (p_) retain(p_); }
  Counted(Counted&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  template <class U> Counted(const Counted<U>& o) : Counted(static_cast<T*>(o.get())) {}
  Counted& operator=(Counted o) noexcept { std::swap(p_, o.p_); return *this; }
  ~Counted() { if (p_) release(p_); }

  T* get() const { return p_; }
  T* operator->() const { return p_; }
  T& operator*() const { return *p_; }
  explicit operator bool() const { return p_ != nullptr; }
  friend bool operator==(const Counted& a, const Counted& b) { return a.p_ == b.p_; }

 private:
  T* p_ = nullptr;
};

}  // namespace gradus
