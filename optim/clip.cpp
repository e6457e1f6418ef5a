#include <gradus/optim/clip.h>

#include <cmath>

#include <gradus/autograd/kernels/level.h>
#include <gradus/optim/clip_loops.h>
#include <gradus/optim/partition.h>

GRADUS_DISPATCH(ClipLoops, clip_loops)

namespace gradus::optim {
namespace {

constexpr std::int64_t block = 4096;     // elements of one partial sum
constexpr std::int64_t grain = 16384;    // elements that are worth a thread

const kernels::ClipLoopsOf<float>& loops(float) { return kernels::clip_loops().f32; }
const kernels::ClipLoopsOf<double>& loops(double) { return kernels::clip_loops().f64; }

// The parameters that have gradients, and their gradients as one row.
struct Row {
  SmallVector<Leaf*, 16> leaves;
  Partition partition{block};

  Row(const char* op, const Parameters& parameters) {
    for (const NamedParameter& p : parameters) {
      if (!p.leaf || !p.leaf->grad.defined()) continue;
      check<DtypeError>(is_floating(p.leaf->grad.dtype()), op, ": the gradient of ", p.name, " is ", p.leaf->grad.dtype(), "; it must be f32 or f64");
      leaves.push_back(p.leaf.get());
      partition.add(p.leaf->grad.size());
    }
  }

  // total = Σ part(stretch) or max of part(stretch), a stretch being at most a block of one gradient; the same for any number of threads.
  template <class Part>
  double reduce(bool maximum, Part part) const {
    SmallVector<Array, 16> gradients;
    for (const Leaf* leaf : leaves) gradients.push_back(leaf->grad.value().as_contiguous());
    SmallVector<double, 64> parts;
    parts.resize(partition.units());
    partition.for_each(grain, [&](std::size_t i, std::int64_t begin, std::int64_t end) {
      visit_floating(gradients[i].dtype(), "clip", [&](auto zero) {
        const auto* g = gradients[i].data<decltype(zero)>();
        for (std::int64_t at = begin; at < end; at += block)
          parts[partition.first_unit(i) + at / block] = part(g + at, std::min(block, end - at));
      });
    });
    double total = 0;
    for (double x : parts) total = maximum ? (total < x || std::isnan(x) ? x : total) : total + x;
    return total;
  }

  // Calls change(g, n) on stretches of all gradients, in place.
  template <class Change>
  void update(Change change) const {
    SmallVector<Array, 16> gradients;
    for (Leaf* leaf : leaves) {
      Array g = leaf->grad.value().as_contiguous();
      leaf->grad = {};             // or else writing would have to copy
      g.mutable_raw();
      gradients.push_back(std::move(g));
    }
    partition.for_each(grain, [&](std::size_t i, std::int64_t begin, std::int64_t end) {
      visit_floating(gradients[i].dtype(), "clip", [&](auto zero) { change(gradients[i].mutable_data<decltype(zero)>() + begin, end - begin); });
    });
    for (std::size_t i = 0; i < leaves.size(); ++i) leaves[i]->grad = std::move(gradients[i]);
  }
};

double total_norm(const Row& row, double p) {
  if (std::isinf(p)) return row.reduce(true, []<class T>(const T* g, std::int64_t n) { return loops(T{}).largest(g, n); });
  if (p == 2) return std::sqrt(row.reduce(false, []<class T>(const T* g, std::int64_t n) { return loops(T{}).square_sum(g, n); }));
  const double sum = row.reduce(false, [p]<class T>(const T* g, std::int64_t n) {
    double total = 0;
    for (std::int64_t i = 0; i < n; ++i) total += std::pow(std::abs(static_cast<double>(g[i])), p);
    return total;
  });
  return std::pow(sum, 1 / p);
}

}  // namespace

double clip_grad_norm(const Parameters& parameters, double max_norm, const ClipOptions& options) {
  check<ValueError>(max_norm >= 0, "clip_grad_norm: max_norm must be at least 0, not ", max_norm);
  check<ValueError>(options.norm_type > 0, "clip_grad_norm: norm_type must be above 0 or infinity, not ", options.norm_type);
  const Row row("clip_grad_norm", parameters);
  const double total = total_norm(row, options.norm_type);
  check<ValueError>(!options.error_if_nonfinite || std::isfinite(total), "clip_grad_norm: the total norm of the gradients is ", total,
                    "; leave error_if_nonfinite off to clip all the same");
  const double factor = max_norm / (total + 1e-6);
  if (!(factor >= 1)) row.update([factor]<class T>(T* g, std::int64_t n) { loops(T{}).scale(g, n, factor); });
  return total;
}

void clip_grad_value(const Parameters& parameters, double limit) {
  check<ValueError>(limit >= 0, "clip_grad_value: the limit must be at least 0, not ", limit);
  Row("clip_grad_value", parameters).update([limit]<class T>(T* g, std::int64_t n) { loops(T{}).clamp(g, n, limit); });
}

}  // namespace gradus::optim
