#include <gradus/optim/around/accumulation.h>

#include <algorithm>

#include <gradus/optim/kernels/gradient_row.h>

namespace gradus::optim {

GradientAccumulation::GradientAccumulation(Parameters parameters, const GradientAccumulationOptions& options)
    : parameters_(std::move(parameters)), options_(options) {
  check_options("GradientAccumulation", options);
  check<ValueError>(!parameters_.empty(), "GradientAccumulation: there are no parameters; did a name pattern match nothing?");
  for (const NamedParameter& p : parameters_)
    check<ValueError>(static_cast<bool>(p.leaf), "GradientAccumulation: parameter ", p.name, " is undefined");
  const GradientRow no_parameter_twice("GradientAccumulation", parameters_);
}

bool GradientAccumulation::backward(const Tensor& loss, std::int64_t samples) {
  check<ValueError>(samples >= 1, "GradientAccumulation: samples must be at least 1, not ", samples);
  check<ShapeError>(loss.defined() && loss.size() == 1, "GradientAccumulation: the loss must be one number, not ", loss.shape());
  const bool first = batches_ == 0;
  check<ValueError>(
      first || std::any_of(parameters_.begin(), parameters_.end(), [](const NamedParameter& p) { return p.leaf->has_gradient(); }),
      "GradientAccumulation: the gradients of the ", batches_,
      " micro-batches before this one are gone; call zero_grad() only after a step");
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
    GradientRow("GradientAccumulation", parameters_).update([factor]<class T>(T* g, std::int64_t n) {
      vector_loops(T{}).scale(static_cast<T>(factor), g, g, n);
    });
  }
  batches_ = samples_ = 0;
  return true;
}

std::string GradientAccumulation::name_of(std::size_t place) const {
  const NamedParameter& p = parameters_[place];
  return p.name.empty() ? text("parameter.", place) : p.name;
}

State GradientAccumulation::state() const {
  State state;
  write_options(state.values, "", options_of(options_));
  state.set("group.batches", batches_);
  state.set("group.samples", samples_);
  for (std::size_t i = 0; batches_ > 0 && i < parameters_.size(); ++i) {
    const Leaf& leaf = *parameters_[i].leaf;
    if (leaf.grad.is_rows()) {
      state.arrays[name_of(i) + ".rows"] = leaf.grad.rows().rows;
      state.arrays[name_of(i) + ".values"] = leaf.grad.rows().values;
    } else if (leaf.grad.defined()) {
      state.arrays[name_of(i) + ".grad"] = leaf.grad.value();
    }
  }
  return state;
}

void GradientAccumulation::load_state(const State& state) {
  StateReader reader(state);
  GradientAccumulationOptions options = options_;
  read_options(reader, "", options_of(options));
  const std::int64_t batches = reader.count("group.batches"), samples = reader.count("group.samples");
  std::vector<std::pair<Array, RowGradient>> gradients(parameters_.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Array& value = parameters_[i].leaf->value;
    const std::string name = name_of(i);
    if (reader.find_array(name + ".grad")) gradients[i].first = reader.array(name + ".grad", value.shape(), value.dtype());
    if (const Array* rows = reader.find_array(name + ".rows")) {
      const std::int64_t n = rows->rank() == 1 ? rows->dim(0) : 0;
      gradients[i].second.rows = reader.array(name + ".rows", {n}, i64);
      if (value.rank() == 2) gradients[i].second.values = reader.array(name + ".values", {n, value.dim(1)}, value.dtype());
      else reader.unexpected(name + ".rows");
    }
  }
  reader.expect_no_more_arrays();
  reader.finish("GradientAccumulation: the state does not fit");
  check_options("GradientAccumulation", options);
  check<ValueError>(batches < options.batches || batches == 0, "GradientAccumulation: group.batches is ", batches,
                    ", but it is below batches = ", options.batches);
  for (std::size_t i = 0; batches > 0 && i < parameters_.size(); ++i) {
    Leaf& leaf = *parameters_[i].leaf;
    auto& [dense, rows] = gradients[i];
    leaf.grad = rows.defined() ? Gradient(std::move(rows)) : dense.defined() ? Gradient(std::move(dense)) : Gradient();
  }
  options_ = options;
  batches_ = batches;
  samples_ = samples;
}

}  // namespace gradus::optim
