#include <gradus/autograd/op.h>

namespace gradus {

void Op::forget() {
  saved_.clear();
  output_ = {};
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
