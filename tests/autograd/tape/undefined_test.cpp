// Undefined tensors outside the operations: whatever needs a shape or elements says so, and calls them neither [] nor a scalar.
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/losses/loss.h>

#include "support.h"

namespace gradus::undefined_test {

TEST(Undefined, IsRefusedWhereverAShapeOrElementsAreNeeded) {
  const Tensor none;
  const Array nothing;
  const Tensor leaf = variable(zeros({2}));
  Parameter no_bias;
  Parameter source(zeros({2}).value());
  const Parameter moved = std::move(source);
  const std::vector<std::pair<std::string, std::function<void()>>> uses{
      {"variable", [&] { variable(none); }},
      {"to", [&] { none.to(f64); }},
      {"to", [&] { none.to(f32); }},
      {"item", [&] { none.item(); }},
      {"dim", [&] { none.dim(0); }},
      {"dim", [&] { none.size(-1); }},
      {"grad", [&] { none.grad(); }},
      {"set_grad", [&] { none.set_grad(zeros({2})); }},
      {"zeros_like", [&] { zeros_like(none); }},
      {"ones_like", [&] { ones_like(none); }},
      {"full_like", [&] { full_like(none, 3); }},
      {"item", [&] { nothing.item(); }},
      {"at", [&] { nothing.at({}); }},
      {"value", [&] { no_bias.value(); }},
      {"value", [&] { source.value(); }},                      // NOLINT(bugprone-use-after-move)
      {"shape", [&] { no_bias.shape(); }},
      {"dtype", [&] { no_bias.dtype(); }},
      {"name", [&] { no_bias.name(); }},
      {"grad", [&] { no_bias.grad(); }},
      {"row_grad", [&] { no_bias.row_grad(); }},
      {"zero_grad", [&] { no_bias.zero_grad(); }},
      {"set_grad", [&] { no_bias.set_grad(zeros({2})); }},
      {"set_name", [&] { no_bias.set_name("bias"); }},
      {"set_value", [&] { no_bias.set_value(Array::zeros({2})); }},
      {"accuracy", [&] { nn::accuracy(none, zeros({2}, i64)); }},
      {"accuracy", [&] { nn::accuracy(zeros({2, 3}), none); }},
  };
  for (const auto& [op, use] : uses) {
    SCOPED_TRACE(op);
    try {
      use();
      ADD_FAILURE() << "no error";
    } catch (const GraphError& error) {
      EXPECT_THAT(error.what(), testing::AllOf(testing::StartsWith(op + ": "), testing::HasSubstr("undefined"),
                                               testing::Not(testing::HasSubstr("[]")), testing::Not(testing::HasSubstr("scalar"))));
    }
  }
}

TEST(Undefined, MayBeALeftOutBias) {
  EXPECT_EQ(linear(ones({1, 2}), ones({1, 2}), Tensor()).item(), 2);
  EXPECT_EQ(linear(ones({1, 2}), ones({1, 2}), Parameter()).item(), 2);
}

}  // namespace gradus::undefined_test
