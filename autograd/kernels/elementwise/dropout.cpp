#include <gradus/autograd/kernels/elementwise/dropout.h>

#include <algorithm>
#include <array>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(DropoutLoops, dropout_loops)
GRADUS_DISPATCH(AlphaDropoutLoops, alpha_dropout_loops)

namespace {

// A word for each group of elements that go together.
template <class T>
void drop_groups(const T* x, std::int64_t groups, const Dropping& how, std::uint32_t threshold, T* y) {
  const T scale = static_cast<T>(how.scale), shift = static_cast<T>(how.shift), dropped = static_cast<T>(how.dropped);
  const std::int64_t n = how.together;
  parallel_for(groups, items_worth(1 << 15, n), [=, key = how.key](std::int64_t begin, std::int64_t end) {
    std::array<std::uint32_t, 4> words{};
    for (std::int64_t i = begin; i < end; ++i) {
      if (const auto block = static_cast<std::uint64_t>(i / 4); i == begin || i % 4 == 0)
        words = philox({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), 0, 0},
                       {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
      const T* from = x + i * n;
      T* to = y + i * n;
      if (words[static_cast<std::size_t>(i % 4)] < threshold) std::fill_n(to, n, dropped);
      else if (shift == 0) for (std::int64_t j = 0; j < n; ++j) to[j] = from[j] * scale;
      else for (std::int64_t j = 0; j < n; ++j) to[j] = from[j] * scale + shift;
    }
  });
}

}  // namespace

Array dropout(const Array& x, const Dropping& how) {
  if (how.p >= 1) return Array::full(x.shape(), how.dropped, x.dtype());
  Array out(x.shape(), x.dtype());
  if (x.size() == 0) return out;
  const auto threshold = static_cast<std::uint32_t>(how.p * 0x1p32);
  constexpr std::int64_t group = 96;   // threads meet between whole blocks of Philox, best where a loop has drawn what it can
  visit_floating(x.dtype(), "dropout", [&]<class T>(T) {
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    if (how.together > 1) return drop_groups(from, x.size() / how.together, how, threshold, to);
    const T scale = static_cast<T>(how.scale), shift = static_cast<T>(how.shift), dropped = static_cast<T>(how.dropped);
    const bool plain = shift == 0 && dropped == 0;
    const DropoutLoop<T> loop = dropout_loops().of(T{});
    const AlphaDropoutLoop<T> alpha = alpha_dropout_loops().of(T{});
    parallel_for((x.size() + group - 1) / group, 128, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t at = begin * group, n = std::min(end * group, x.size()) - at;
      const auto block = static_cast<std::uint64_t>(at / 4);
      if (plain) loop(from + at, n, block, how.key, threshold, scale, to + at);
      else alpha(from + at, n, block, how.key, threshold, scale, shift, dropped, to + at);
    });
  });
  return out;
}

}  // namespace gradus::kernels
