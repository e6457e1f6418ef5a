#include <gradus/autograd/kernels/elementwise/dropout.h>

#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(DropoutLoops, dropout_loops)

Array dropout(const Array& x, double p, std::uint64_t key) {
  if (p >= 1) return Array::zeros(x.shape(), x.dtype());
  Array out(x.shape(), x.dtype());
  const auto threshold = static_cast<std::uint32_t>(p * 0x1p32);
  constexpr std::int64_t group = 96;   // threads meet between whole blocks of Philox, best where a loop has drawn what it can
  visit_floating(x.dtype(), "dropout", [&]<class T>(T) {
    const DropoutLoop<T> loop = dropout_loops().of(T{});
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    const T scale = static_cast<T>(1 / (1 - p));
    parallel_for((x.size() + group - 1) / group, 128, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t at = begin * group;
      loop(from + at, std::min(end * group, x.size()) - at, static_cast<std::uint64_t>(at / 4), key, threshold, scale, to + at);
    });
  });
  return out;
}

}  // namespace gradus::kernels
