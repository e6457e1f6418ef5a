#include <gradus/autograd/ops/internal/running.h>

namespace gradus::detail {

void update_running(const char* op, Array& running, const Array& batch, double factor, double momentum) {
  if (!running.defined()) return;
  Array next = running.as_contiguous();
  visit_floating(next.dtype(), op, [&]<class T>(T) {
    T* r = next.mutable_data<T>();
    const double* b = batch.data<double>();
    for (std::int64_t c = 0; c < next.size(); ++c)
      r[c] = static_cast<T>((1 - momentum) * static_cast<double>(r[c]) + momentum * b[c] * factor);
  });
  running = std::move(next);
}

}  // namespace gradus::detail
