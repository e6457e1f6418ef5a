#include <gradus/optim/around/accumulation.h>

#include <algorithm>

#include <gradus/optim/kernels/gradient_row.h>

namespace gradus::optim {

GradientAccumulation::GradientAccumulation(Parameters parameters, const GradientAccumulationOptions& options)
    : parameters_(std::move(parameters)), options_(options) {
  check<ValueError>(options.batches >= 1, "GradientAccumulation: batches must be at least 1, not ", options.batches);
  check<ValueError>(!parameters_.empty(), "GradientAccumulation: there are no parameters; did a name pattern match nothing?");
  for (const NamedParameter& p : parameters_) check<ValueError>(static_cast<bool>(p.leaf), "GradientAccumulation: parameter ", p.name, " is undefined");
  const GradientRow no_parameter_twice("GradientAccumulation", parameters_);
}

bool GradientAccumulation::backward(const Tensor& loss, std::int64_t samples) {
  check<ValueError>(samples >= 1, "GradientAccumulation: samples must be at least 1, not ", samples);
  check<ShapeError>(loss.defined() && loss.size() == 1, "GradientAccumulation: the loss must be one number, not ", loss.shape());
  const bool first = batches_ == 0;
  check<ValueError>(first || std::any_of(parameters_.begin(), parameters_.end(), [](const NamedParameter& p) { return p.leaf->has_gradient(); }),
                    "GradientAccumulation: the gradients of the ", batches_, " micro-batches before this one are gone; call zero_grad() only after a step");
  if (first)
    for (const NamedParameter& p : parameters_) p.leaf->zero_grad();
  loss.backward(Tensor(Array::full(loss.shape(), options_.mean ? static_cast<double>(samples) : 1, loss.dtype())));
  ++batches_;
  samples_ += samples;
  return batches_ == options_.batches && finish();
}

bool GradientAccumulation::finish() {
  if (batches_ == 0) return false;
  if (options_.mean && samples_ > 1) {
    const double factor = 1 / static_cast<double>(samples_);
    GradientRow("GradientAccumulation", parameters_).update([factor]<class T>(T* g, std::int64_t n) { vector_loops(T{}).scale(static_cast<T>(factor), g, g, n); });
  }
  batches_ = samples_ = 0;
  return true;
}

}  // namespace gradus::optim
