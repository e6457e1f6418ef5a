#include <gradus/autograd/op.h>

namespace gradus {

bool Op::prepare(const Tensor* const* inputs, std::size_t n) {
  wants_ = 0;
  if (recording())
    for (std::size_t i = 0; i < n; ++i)
      if (inputs[i]->requires_grad()) wants_ |= 1u << std::min<std::size_t>(i, 31);
  return tracked_ = wants_ != 0;
}

void Op::attach(const Tensor* const* inputs, std::size_t n, const Array& output) {
  inputs_.reserve(n);
  for (std::size_t i = 0; i < n; ++i) inputs_.push_back({inputs[i]->node(), inputs[i]->output()});
  if (keeps_output_) output_ = output;
}

Grads Op::run_backward(const SmallVector<Tensor, 1>& grads) { return backward_all({grads.data(), grads.size()}); }

void Op::forget() {
  saved_.clear();
  output_ = {};
}

}  // namespace gradus
