#include <gradus/nn/losses/loss.h>

#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/tape.h>

namespace gradus::nn {

double accuracy(const Tensor& logits, const Tensor& label) {
  check_defined("accuracy", logits, "logits");
  check_defined("accuracy", label, "label");
  check<ShapeError>(logits.rank() == 2 && label.rank() == 1 && logits.dim(0) == label.dim(0),
                    "accuracy: needs logits [N, C] and label [N], not ", logits.shape(), " and ", label.shape());
  const Array truth = gradus::detail::positions("accuracy", "labels", label);
  check<ValueError>(label.size() > 0, "accuracy: there are no rows: logits ", logits.shape());
  const NoGrad guard;
  const Array guess = argmax(logits.detach(), 1).value().as_contiguous();
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < truth.size(); ++i) right += guess.data<std::int64_t>()[i] == truth.data<std::int64_t>()[i];
  return static_cast<double>(right) / static_cast<double>(truth.size());
}

}  // namespace gradus::nn
