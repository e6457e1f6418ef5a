// Adaptive gradient clipping: every unit of a weight for itself.
#include <gradus/optim/gradients/clip.h>

#include <atomic>

#include <gradus/optim/kernels/gradient_row.h>

namespace gradus::optim {
namespace {

// Shortens the units first, …, last − 1, of n elements each, and returns how many it had to. rows: which of the weight's units they belong
// to, null for the same ones.
template <class T>
std::int64_t clip_units(T* g, const T* w, const std::int64_t* rows, std::int64_t n, std::int64_t first, std::int64_t last,
                        const AdaptiveClipOptions& o) {
  std::int64_t shortened = 0;
  for (std::int64_t unit = first; unit < last; ++unit) {
    T* const gradient = g + unit * n;
    const double weight = std::sqrt(vector_loops(T{}).square_sum(w + (rows ? rows[unit] : unit) * n, n));
    const double norm = std::sqrt(vector_loops(T{}).square_sum(gradient, n)), allowed = o.clipping * (weight < o.eps ? o.eps : weight);
    if (norm <= allowed) continue;                // not for NaN, which is to spread over the unit
    vector_loops(T{}).scale(static_cast<T>(allowed / norm), gradient, gradient, n);
    ++shortened;
  }
  return shortened;
}

}  // namespace

std::int64_t clip_grad_adaptive(const Parameters& parameters, const AdaptiveClipOptions& options) {
  check_options("clip_grad_adaptive", options);
  const GradientRow row("clip_grad_adaptive", parameters);
  for (const NamedParameter& p : parameters)
    check<DtypeError>(
        !p.leaf || !p.leaf->grad.tensor().defined() || p.leaf->grad.dtype() == p.leaf->value.dtype(),
        "clip_grad_adaptive: the gradient of ", p.name, " is ", [&] { return p.leaf->grad.dtype(); }, " but the parameter is ",
        [&] { return p.leaf->value.dtype(); });
  SmallVector<Array, 16> gradients = row.take();
  std::atomic<std::int64_t> shortened = 0;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    Array& gradient = gradients[i];
    const Leaf& leaf = *row.leaves()[i];
    const Array weight = leaf.value.as_contiguous();
    if (gradient.size() == 0) continue;
    const std::int64_t units = weight.rank() < 2 ? 1 : gradient.dim(0), n = gradient.size() / units;
    const std::int64_t* const rows = leaf.grad.is_rows() ? leaf.grad.rows().rows.data<std::int64_t>() : nullptr;
    visit_floating(weight.dtype(), "clip_grad_adaptive", [&](auto zero) {
      auto* const g = gradient.mutable_data<decltype(zero)>();
      parallel_for(units, items_worth(Partition::grain, n), [&](std::int64_t first, std::int64_t last) {
        shortened += clip_units(g, weight.data<decltype(zero)>(), rows, n, first, last, options);
      });
    });
  }
  row.put(gradients);
  return shortened;
}

}  // namespace gradus::optim
