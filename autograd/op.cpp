#include <gradus/autograd/op.h>

namespace gradus {

void Op::forget() {
  saved_.clear();
  output_ = {};
}

void detail::describe_forward(profile::Span& span, std::span<const Tensor* const> inputs, const Array& output) {
  std::string shapes;
  double bytes = static_cast<double>(output.size()) * size_of(output.dtype());
  for (const Tensor* x : inputs) {
    if (!x->defined()) continue;
    shapes += text(shapes.empty() ? "" : " ", x->shape());
    bytes += static_cast<double>(x->size()) * size_of(x->dtype());
  }
  span.describe(std::move(shapes), bytes);
}

}  // namespace gradus
