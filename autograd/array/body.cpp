#include <gradus/autograd/array/body.h>

#include <new>

#include <gradus/autograd/base/pool.h>

namespace gradus::detail {

Counted<Body> Body::row_major(const Shape& shape, const Shape& strides, std::int64_t size, Dtype dtype) {
  const std::uint64_t bytes = static_cast<std::uint64_t>(size) * size_of(dtype);
  if (bytes > std::uint64_t{1} << 44) throw std::bad_alloc();
  const std::uint64_t all = sizeof(Body) + bytes;
  return Counted<Body>(new (pool::allocate(all)) Body(static_cast<std::size_t>(all), shape, strides, size, dtype));
}

Counted<Body> Body::adopt(void* elements, Dtype dtype, const Foreign& foreign) {
  constexpr std::size_t all = sizeof(Body) + sizeof(Foreign);
  Body* body = new (pool::allocate(all)) Body(all, dtype);
  new (body + 1) Foreign(foreign);
  body->data = static_cast<std::byte*>(elements);
  body->foreign = true;
  return Counted<Body>(body);
}

Counted<Body> Body::view(const Counted<Body>& base, std::int64_t offset) {
  Body* body = new (pool::allocate(sizeof(Body))) Body(sizeof(Body), base->dtype);
  body->data = base->data + offset * static_cast<std::int64_t>(size_of(base->dtype));
  body->owner = base->owner ? base->owner : base;
  return Counted<Body>(body);
}

void Body::set_layout(const Shape& new_shape, const Shape& new_strides) {
  shape = new_shape, strides = new_strides;
  size = shape.elements();
  contiguous = true;
  std::int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0 && size > 0; --i) {
    contiguous &= shape[i] == 1 || strides[i] == step;
    step *= shape[i];
  }
}

void Body::destroy(Body* b) {
  const std::size_t bytes = b->bytes_;
  if (b->foreign) [[unlikely]] {
    const Foreign& foreign = *std::launder(reinterpret_cast<Foreign*>(b + 1));
    foreign.release(foreign.holder);
  }
  b->~Body();
  pool::free(b, bytes);
}

}  // namespace gradus::detail
