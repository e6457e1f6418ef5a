#include <gradus/autograd/tape/op.h>

namespace gradus {

void Op::forget() {
  saved_.clear();
  output_ = {};
  forms_.reset();
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

void Op::check_gradient(int i, const Tensor& g) const {
  const Edge& input = inputs_[static_cast<std::size_t>(i)];
  const auto check_form = [&](const Shape& shape, Dtype dtype) {
    const auto whose = [&] {
      const auto* leaf = dynamic_cast<const Leaf*>(input.node.get());
      return leaf && !leaf->label.empty() ? text(" (", leaf->label, ")") : "";
    };
    check<ShapeError>(g.shape() == shape, name(), ": backward returned a gradient of shape ", g.shape(), " for input ", i, whose,
                      " of shape ", shape, "; each gradient must have its input's shape (sum_to(g, x.shape()) undoes a broadcast)");
    check<DtypeError>(g.dtype() == dtype, name(), ": backward returned a gradient of dtype ", g.dtype(), " for input ", i, whose,
                      ", which is ", dtype, "; convert it: g.to(", dtype, ")");
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

void detail::describe_forward(profile::Span& span, std::span<const Tensor* const> inputs, const Array& output) {
  Traffic traffic;
  for (const Tensor* x : inputs) traffic.add(*x);
  span.describe(std::move(traffic.shapes), traffic.bytes + static_cast<double>(output.size()) * size_of(output.dtype()));
}

}  // namespace gradus
