// What an Array points to: its layout, and its elements right behind it in one block of pooled memory, aligned to 64 bytes; of a view,
// the layout alone and the body that has the elements; of elements in somebody else's memory, who is to be told when nobody needs them any
// more. Shared by count, and never changed while shared.
#pragma once
#include <atomic>
#include <cstddef>

#include <gradus/autograd/array/dtype.h>
#include <gradus/autograd/array/shape.h>
#include <gradus/autograd/base/counted.h>

namespace gradus::detail {

// Whose memory it is: release(holder) frees it.
struct Foreign {
  void* holder;
  void (*release)(void* holder);
};

struct alignas(64) Body {
  static Counted<Body> row_major(const Shape& shape, const Shape& strides, std::int64_t size, Dtype dtype);   // with room for the elements
  // The layout of these two is the caller's to set.
  static Counted<Body> adopt(void* elements, Dtype dtype, const Foreign& foreign);
  static Counted<Body> view(const Counted<Body>& base, std::int64_t offset);        // starts `offset` elements behind base's first element

  std::byte* data = nullptr;       // the first element
  std::int64_t size = 0;           // number of elements
  Shape shape, strides;            // strides in elements
  Dtype dtype = f32;
  bool contiguous = true;          // row-major without gaps
  bool foreign = false;            // a Foreign lies behind it, and no elements
  Counted<Body> owner;             // of a view: whose elements it shows

  void set_layout(const Shape& shape, const Shape& strides);
  bool unique() const { return owners_.load(std::memory_order_acquire) == 1 && (!owner || owner->unique()); }

  friend void retain(Body* b) { b->owners_.fetch_add(1, std::memory_order_relaxed); }
  friend void release(Body* b) {
    if (b->owners_.load(std::memory_order_acquire) == 1 || b->owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(b);
  }

 private:
  Body(std::size_t bytes, Dtype type) : dtype(type), bytes_(bytes) {}
  Body(std::size_t bytes, const Shape& sizes, const Shape& steps, std::int64_t elements, Dtype type)
      : data(reinterpret_cast<std::byte*>(this + 1)), size(elements), shape(sizes), strides(steps), dtype(type), bytes_(bytes) {}
  static void destroy(Body* b);
  std::atomic<int> owners_{0};
  std::size_t bytes_;              // of the whole block
};

}  // namespace gradus::detail
