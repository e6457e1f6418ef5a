#include <gradus/autograd/kernels/axes/loss.h>

#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/grain.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(PairLossLoops, pair_loss_loops)

namespace {

constexpr std::int64_t loss_part = 1 << 15;

}  // namespace

Array loss_each(const Array& x, const Array& target, const PairRule& rule, double scale) {
  Array out(x.shape(), x.dtype());
  visit_floating(x.dtype(), "loss", [&]<class T>(T) {
    const auto& loops = pair_loss_loops().of(T{}).of(rule.loss);
    const T delta = static_cast<T>(rule.delta);
    const T *a = x.data<T>(), *t = target.data<T>();
    T* y = out.mutable_data<T>();
    parallel_for(x.size(), step_grain, [&](std::int64_t begin, std::int64_t end) {
      loops.each(a + begin, t + begin, delta, static_cast<T>(scale), end - begin, y + begin);
    });
  });
  return out;
}

Array loss_sum(const Array& x, const Array& target, const PairRule& rule, double scale) {
  const std::int64_t n = x.size(), parts = (n + loss_part - 1) / loss_part;
  return visit_floating(x.dtype(), "loss", [&]<class T>(T) {
    Array partial({parts}, dtype_of<SumOf<T>>);
    SumOf<T>* sums = partial.mutable_data<SumOf<T>>();
    const auto& loops = pair_loss_loops().of(T{}).of(rule.loss);
    const T delta = static_cast<T>(rule.delta);
    const T *a = x.data<T>(), *t = target.data<T>();
    parallel_for(parts, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = begin; p < end; ++p)
        sums[p] = loops.sum(a + p * loss_part, t + p * loss_part, delta, std::min(loss_part, n - p * loss_part));
    });
    SumOf<T> total = 0;
    for (std::int64_t p = 0; p < parts; ++p) total += sums[p];
    return Array::scalar(total * scale, x.dtype());
  });
}

PairSlopes loss_backward(const Array& x, const Array& target, const Array& g, double scale, const PairRule& rule, bool want_x,
                         bool want_target) {
  PairSlopes out;
  if (want_x) out.x = Array(x.shape(), x.dtype());
  if (want_target) out.target = Array(x.shape(), x.dtype());
  visit_floating(x.dtype(), "loss", [&]<class T>(T) {
    const auto& loops = pair_loss_loops().of(T{}).of(rule.loss);
    const T delta = static_cast<T>(rule.delta);
    const bool one = g.rank() == 0 && x.rank() > 0;
    const T *a = x.data<T>(), *t = target.data<T>(), *slopes = one ? nullptr : g.data<T>();
    const T factor = static_cast<T>(one ? g.item() * scale : scale);
    T* dx = want_x ? out.x.mutable_data<T>() : nullptr;
    T* dt = want_target ? out.target.mutable_data<T>() : nullptr;
    parallel_for(x.size(), step_grain, [&](std::int64_t begin, std::int64_t end) {
      loops.backward(a + begin, t + begin, delta, slopes ? slopes + begin : nullptr, factor, end - begin, dx ? dx + begin : nullptr,
                     dt ? dt + begin : nullptr);
    });
  });
  return out;
}

}  // namespace gradus::kernels
