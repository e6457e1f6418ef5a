#include <gradus/autograd/ops/internal/described_operation.h>

#include <gradus/autograd/ops/internal/elementwise.h>

namespace gradus::detail {

void describe_operation(const Node& op, OpOptions& options) {
  if (const auto* formula = dynamic_cast<const ElementwiseOp*>(&op)) formula->describe(options);
  else if (const auto* described = dynamic_cast<const Described*>(&op)) described->describe(options);
}

}  // namespace gradus::detail
