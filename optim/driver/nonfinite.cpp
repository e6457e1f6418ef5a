#include <gradus/optim/driver/nonfinite.h>

#include <atomic>
#include <cmath>

#include <gradus/optim/driver/whole.h>
#include <gradus/optim/kernels/vector_loops.h>

namespace gradus::optim {

bool all_finite(const Array& a) {
  const Array row = a.as_contiguous();
  std::atomic<bool> finite = true;
  visit_floating(row.dtype(), "all_finite", [&]<class T>(T) {
    const T* p = row.data<T>();
    for_blocks(row.size(), [&](std::int64_t begin, std::int64_t end) {
      if (!std::isfinite(kernels::vector_loops().of(T{}).largest(p + begin, end - begin))) finite.store(false, std::memory_order_relaxed);
    });
  });
  return finite;
}

}  // namespace gradus::optim
