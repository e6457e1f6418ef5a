#include <gradus/autograd/kernels/sequences/ctc.h>

#include <limits>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

void step(const double* x, std::int64_t n, const double* skips, const double* said, double* y) {
  const Vec<double> none = -std::numeric_limits<double>::infinity();
  for_batches<double>(n, [=](std::int64_t s, auto... lanes) {
    const auto load = [=](const double* p) { return Vec<double>::load(p + s, lanes...); };
    const Vec<double> a = load(x), b = load(x - 1), c = load(x - 2) + load(skips), top = larger(larger(a, b), c);
    const Vec<double> shift = where(top == none, Vec<double>(0), top);
    const Vec<double> total = exp_to_one(a - shift) + exp_to_one(b - shift) + exp_to_one(c - shift);
    (where(top == none, none, shift + log(where(top == none, Vec<double>(1), total))) + load(said)).store(y + s, lanes...);
  });
}

}  // namespace

const CtcLoops& ctc_loops() {
  static constexpr CtcLoops loops{step};
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
