#include <gradus/optim/gradients/clip.h>

#include <gradus/optim/kernels/gradient_row.h>

namespace gradus::optim {
namespace {

double norm_of(const GradientRow& row, double p) {
  if (std::isinf(p)) return row.reduce(true, []<class T>(const T* g, std::int64_t n) { return vector_loops(T{}).largest(g, n); });
  if (p == 2) return std::sqrt(row.reduce(false, []<class T>(const T* g, std::int64_t n) { return vector_loops(T{}).square_sum(g, n); }));
  const double sum = row.reduce(false, [p]<class T>(const T* g, std::int64_t n) {
    double total = 0;
    for (std::int64_t i = 0; i < n; ++i) total += std::pow(std::abs(static_cast<double>(g[i])), p);
    return total;
  });
  return std::pow(sum, 1 / p);
}

double total_norm(const char* op, const GradientRow& row, const ClipOptions& options) {
  const double total = norm_of(row, options.norm_type);
  check<ValueError>(!options.error_if_nonfinite || std::isfinite(total), op, ": the total norm of the gradients is ", total,
                    "; leave error_if_nonfinite off to clip all the same");
  return total;
}

void require_norm_type(const char* op, double norm_type) {
  check<ValueError>(norm_type > 0, op, ": norm_type must be above 0 or infinity, not ", norm_type);
}

void require_max_norm(const char* op, double max_norm) {
  check<ValueError>(max_norm >= 0, op, ": max_norm must be at least 0, not ", max_norm);
}

void scale_to(const GradientRow& row, double max_norm, double total) {
  const double factor = max_norm / (total + 1e-6);
  if (!(factor >= 1)) row.update([factor]<class T>(T* g, std::int64_t n) { vector_loops(T{}).scale(static_cast<T>(factor), g, g, n); });
}

}  // namespace

double get_total_norm(const Parameters& parameters, const ClipOptions& options) {
  require_norm_type("get_total_norm", options.norm_type);
  return total_norm("get_total_norm", GradientRow("get_total_norm", parameters), options);
}

void clip_grads_with_norm(const Parameters& parameters, double max_norm, double total_norm) {
  require_max_norm("clip_grads_with_norm", max_norm);
  check<ValueError>(!(total_norm < 0), "clip_grads_with_norm: total_norm must be at least 0, not ", total_norm);
  scale_to(GradientRow("clip_grads_with_norm", parameters), max_norm, total_norm);
}

double clip_grad_norm(const Parameters& parameters, double max_norm, const ClipOptions& options) {
  require_max_norm("clip_grad_norm", max_norm);
  require_norm_type("clip_grad_norm", options.norm_type);
  const GradientRow row("clip_grad_norm", parameters);
  const double total = total_norm("clip_grad_norm", row, options);
  scale_to(row, max_norm, total);
  return total;
}

void clip_grad_value(const Parameters& parameters, double limit) {
  check<ValueError>(limit >= 0, "clip_grad_value: the limit must be at least 0, not ", limit);
  GradientRow("clip_grad_value", parameters).update([limit]<class T>(T* g, std::int64_t n) { vector_loops(T{}).clamp(g, n, limit); });
}

}  // namespace gradus::optim
