#include <gradus/autograd/array/storage.h>

#include <new>

#include <gradus/autograd/base/pool.h>

namespace gradus {

Counted<Storage> Storage::allocate(std::size_t bytes) {
  if (bytes > std::size_t{1} << 44) throw std::bad_alloc();
  return Counted<Storage>(new (pool::allocate(sizeof(Storage) + bytes)) Storage(bytes));
}

void Storage::destroy(Storage* s) {
  const std::size_t bytes = s->bytes_;
  s->~Storage();
  pool::free(s, sizeof(Storage) + bytes);
}

}  // namespace gradus
