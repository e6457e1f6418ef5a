#include <gradus/autograd/kernels/axes/triangle.h>

#include <algorithm>
#include <cstring>

#include <gradus/autograd/base/parallel.h>

namespace gradus::kernels {

Array triangle(const Array& x, bool lower, std::int64_t offset) {
  Array out(x.shape(), x.dtype());
  if (x.size() == 0) return out;
  const std::int64_t m = x.dim(-2), n = x.dim(-1);
  offset = std::clamp(offset, -m, n);
  const auto element = static_cast<std::int64_t>(size_of(x.dtype()));
  const auto* from = static_cast<const std::byte*>(x.raw());
  auto* to = static_cast<std::byte*>(out.mutable_raw());
  const auto bytes = [element](std::int64_t count) { return static_cast<std::size_t>(count * element); };
  parallel_for(x.size() / n, items_worth(1 << 15, n), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t i = row % m, middle = std::clamp<std::int64_t>(i + offset + (lower ? 1 : 0), 0, n);
      const std::byte* source = from + row * n * element;
      std::byte* target = to + row * n * element;
      const std::int64_t kept = lower ? 0 : middle, zero = lower ? middle : 0;
      std::memcpy(target + kept * element, source + kept * element, bytes(lower ? middle : n - middle));
      std::memset(target + zero * element, 0, bytes(lower ? n - middle : middle));
    }
  });
  return out;
}

}  // namespace gradus::kernels
