// The checker itself: it must find every planted mistake.
#include <gradus/autograd/gradcheck.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/tape/op.h>

#include "support.h"

namespace gradus::gradcheck_test {

enum class Mistake { none, sign, factor, missing_input, unsummed_second_order };

struct Product final : Op {
  Mistake mistake;
  explicit Product(Mistake m) : mistake(m) {}
  std::string_view name() const override { return "product"; }
  Array forward(const Tensor& a, const Tensor& b) {
    save(a, b);
    return mul(a.detach(), b.detach()).value();
  }
  Grads backward(Tensor g) override {
    const auto [a, b] = saved<2>();
    switch (mistake) {
      case Mistake::sign: return {g * b, -(g * a)};
      case Mistake::factor: return {g * b * 1.01, g * a};
      case Mistake::missing_input: return {g * b};
      case Mistake::unsummed_second_order: return {g * b.detach(), g * a};   // right, but its own derivative is lost
      default: return {g * b, g * a};
    }
  }
};

std::vector<Tensor> inputs() { return {tensor({1.5, -0.5}, f64), tensor({2.0, 0.7}, f64)}; }
Function product(Mistake m) { return [m](const auto& x) { return record(Product(m), x[0], x[1]); }; }

TEST(Gradcheck, PassesWhatIsRightAndFindsWhatIsWrong) {
  EXPECT_NO_THROW(check_gradients(product(Mistake::none), inputs()));
  expect_error<GraphError>([] { check_gradients(product(Mistake::sign), inputs()); },
                           {"gradient of input 1", "element 0", "backward says"});
  expect_error<GraphError>([] { check_gradients(product(Mistake::factor), inputs()); }, {"input 0"});
  expect_error<GraphError>([] { check_gradients(product(Mistake::missing_input), inputs()); }, {"input 1"});
  expect_error<GraphError>([] { check_gradients(product(Mistake::unsummed_second_order), inputs()); }, {"second-order"});
  EXPECT_NO_THROW(check_gradients(product(Mistake::unsummed_second_order), inputs(), {.second_order = false}));
}

TEST(Gradcheck, ErrorsOfUse) {
  expect_error<DtypeError>([] { check_gradients(product(Mistake::none), {zeros({2}), zeros({2})}); }, {"f64", "f32"});
  expect_error<DtypeError>([] { check_gradients([](const auto& x) { return x[0]; }, {zeros({2}, i64)}); }, {"no input is f64"});
}

}  // namespace gradus::gradcheck_test
