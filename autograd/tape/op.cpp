#include <gradus/autograd/tape/op.h>

#include <gradus/autograd/tape/internal/op_listener.h>

namespace gradus {

// Here, so that what destroys an operation stays short: few have forms or several results.
detail::InputForm::~InputForm() = default;
detail::Results::~Results() = default;

Grads Op::backward(Tensor) { fail<GraphError>(name(), ": has no backward"); }

Tensor Op::tangent(std::span<const Tensor> vs) { return transposed(vs)[0]; }
Tangents Op::tangent_all(std::span<const Tensor> vs) { return transposed(vs); }
Tangents Op::run_tangent(std::span<const Tensor> vs) { return results_ ? tangent_all(vs) : Tangents{tangent(vs)}; }

Tangents Op::transposed(std::span<const Tensor> vs) {
  check<GraphError>(detail::wish.transpose, name(), ": tangents are taken by a walk, tangent(y, x, v) or jvp(f, x, v)");
  return detail::wish.transpose(*this, vs, detail::wish.walk);
}

Grads Op::run_backward(SmallVector<Tensor, 1>& grads) {
  if (!results_) [[likely]] return backward(std::move(grads[0]));
  complete(grads);
  return backward_all({grads.data(), grads.size()});
}

void Op::complete(SmallVector<Tensor, 1>& grads) const {
  grads.resize(results_->forms.size());
  if (!materializes_) return;
  for (std::size_t i = 0; i < grads.size(); ++i)
    if (!grads[i].defined()) grads[i] = Tensor(Array::full(results_->forms[i].shape, 0, results_->forms[i].dtype));
}

void Op::keep_results(std::span<const Array> outputs) {
  results_ = std::make_unique<detail::Results>();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    results_->forms.push_back({outputs[i].shape(), outputs[i].dtype(), true});
    results_->kept.push_back(i < 32 && keeps_outputs_ >> i & 1 ? outputs[i] : Array());
  }
}

void Op::join(const Tensor* const* inputs, std::size_t n) {
  inputs_.reserve(n);
  for (std::size_t i = 0; i < n; ++i) inputs_.push_back({inputs[i]->node(), inputs[i]->output()});
  be_born();
}

void Op::forget() {
  saved_.clear();
  output_ = {};
  forms_.reset();
  if (results_) [[unlikely]] results_->kept.clear();
}

SmallVector<Array, 4> Op::kept() const {
  SmallVector<Array, 4> all;
  const auto add = [&](const Array& a) {
    if (a.defined()) all.push_back(a);
  };
  for (const Tensor& x : saved_) add(x.value());
  for (const Array& a : keeps()) add(a);
  add(output_);
  if (results_)
    for (const Array& a : results_->kept) add(a);
  return all;
}

void Op::refuse_saved(std::size_t wanted) const {
  fail<GraphError>(name(), ": backward asks for ", wanted, " saved tensors, forward has saved ", saved_.size(),
                   "; call save(x) in forward for each that backward needs");
}

const Tensor* Op::find_saved(const Node* node, int output) const {
  for (const Tensor& x : saved_)
    if (x.node().get() == node && x.output() == output) return &x;
  return nullptr;
}

void Op::note_forms(const Tensor* const* inputs, int n) {
  checks_gradients_ = true;
  for (int i = 0; i < n; ++i) {
    const Tensor& x = *inputs[i];
    const Node* node = x.node().get();
    if (!node || node->is_leaf() || find_saved(node, x.output())) continue;
    auto form = std::make_unique<detail::InputForm>();
    form->input = i;
    form->shape = x.shape();
    form->dtype = x.dtype();
    form->next = std::exchange(forms_, nullptr);
    forms_ = std::move(form);
  }
}

Form Op::input_form(int i, const Form&) const {
  const Edge& input = inputs_[static_cast<std::size_t>(i)];
  if (input.node->is_leaf()) {
    const Array& value = static_cast<const Leaf&>(*input.node).value;
    return {value.shape(), value.dtype(), true};
  }
  if (const Tensor* x = find_saved(input.node.get(), input.output)) return {x->shape(), x->dtype(), true};
  for (const detail::InputForm* form = forms_.get(); form; form = form->next.get())
    if (form->input == i) return {form->shape, form->dtype, true};
  return {};
}

void Op::check_gradient(int i, const Gradient& g) const {
  const Edge& input = inputs_[static_cast<std::size_t>(i)];
  const auto check_form = [&](const Shape& shape, Dtype dtype) {
    const auto whose = [&] {
      const auto* leaf = dynamic_cast<const Leaf*>(input.node.get());
      return leaf && !leaf->label.empty() ? text(" (", leaf->label, ")") : "";
    };
    if (!g.is_rows() && g.value().shape() == shape && g.value().dtype() == dtype) [[likely]] return;
    check<ShapeError>(g.shape() == shape, name(), ": backward returned a gradient of shape ", g.shape(), " for input ", i, whose,
                      " of shape ", shape, "; each gradient must have its input's shape (sum_to(g, x.shape()) undoes a broadcast)");
    check<DtypeError>(g.element_type() == dtype, name(), ": backward returned a gradient of dtype ", g.element_type(), " for input ", i,
                      whose, ", which is ", dtype, "; convert it: g.to(", dtype, ")");
  };
  if (input.node->is_leaf()) {
    const Array& value = static_cast<const Leaf&>(*input.node).value;
    check_form(value.shape(), value.dtype());
  } else if (const Tensor* x = find_saved(input.node.get(), input.output)) {
    check_form(x->shape(), x->dtype());
  } else {
    for (const detail::InputForm* form = forms_.get(); form; form = form->next.get())
      if (form->input == i) check_form(form->shape, form->dtype);
  }
}

void Op::check_gradients(const Grads& grads) const {
  check<GraphError>(grads.size() <= inputs_.size(), name(), ": backward returned ", grads.size(), " gradients for ", inputs_.size(),
                    " inputs");
  for (std::size_t i = 0; i < grads.size(); ++i)
    if (grads[i].defined() && inputs_[i].node) check_gradient(static_cast<int>(i), grads[i]);
}

void detail::Traffic::add(const Tensor& x) {
  if (!x.defined()) return;
  shapes += text(shapes.empty() ? "" : " ", x.shape());
  bytes += static_cast<double>(x.size()) * size_of(x.dtype());
}

constinit thread_local detail::Capturing* detail::capturing = nullptr;
void detail::note_captured(const Tensor* const* inputs, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    if (inputs[i]->requires_grad()) capturing->note(*inputs[i]);
}

struct detail::Watch::Open {
  explicit Open(const Node& op) : op(op), span(op.name(), "forward") {}
  const Node& op;          // as long as it has not moved to the tape
  profile::Span span;
};
void detail::Watch::begin(const Node& op) { open_ = new Open(op); }
void detail::Watch::end() { delete open_; }

void detail::Watch::see(std::span<const Tensor* const> inputs, std::span<const Array> outputs, Node* node) {
  if (open_->span.wanted()) {
    Traffic traffic;
    for (const Tensor* x : inputs) traffic.add(*x);
    for (const Array& y : outputs) traffic.bytes += static_cast<double>(y.size()) * size_of(y.dtype());
    open_->span.describe(std::move(traffic.shapes), traffic.bytes);
  }
  if ((mode & looks) == 0) return;
  const Node* op = node ? node : &open_->op;
  if (!tell_listeners({.name = op->name(), .inputs = inputs, .outputs = outputs, .node = node, .op = op}))
    look_at_forward(op->name(), inputs, outputs, node);
}

}  // namespace gradus
