// step(closure): every optimizer takes one, records inside, and returns the loss.
#include <gtest/gtest.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/second_order/lbfgs.h>
#include <optim/rules/list.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing::closure_test {

auto square_of(const Parameters& p) {
  return [&p] {
    p[0].leaf->grad = {};
    const Tensor w(p[0].leaf->value, p[0].leaf), loss = sum(w * w);
    loss.backward();
    return loss;
  };
}

TEST(Closure, IsTakenByEveryOptimizer) {
  const auto expect_same = []<class Rule>(std::type_identity<Rule>) {
    const Parameters p = single(filled({2, 2}, f64, [](auto i) { return 1. + static_cast<double>(i); })),
                     q = single(p[0].leaf->value.contiguous_copy());
    OptimizerOf<Rule> by_hand(p), by_closure(q);
    for (int i = 0; i < 3; ++i) {
      const Tensor loss = square_of(p)();
      by_hand.step();
      EXPECT_EQ(by_closure.step(square_of(q)), loss.item()) << Rule::name;
    }
    EXPECT_EQ(values(p), values(q)) << Rule::name;
    EXPECT_EQ(by_closure.steps(), 3) << Rule::name;
  };
  [&]<class... Rules>(RuleList<Rules...>) { (expect_same(std::type_identity<Rules>{}), ...); }(AllRules{});
  [&]<class... Rules>(RuleList<Rules...>) { (expect_same(std::type_identity<Rules>{}), ...); }(WholeRules{});
}

TEST(Closure, IsRecordedUnderNoGrad) {
  const Parameters p = single(f64s({3})), q = single(f64s({3})), r = single(f64s({3}));
  SGD sgd(p, {.lr = 0.1}), inner(r, {.lr = 0.1});
  LBFGS lbfgs(q);
  Lookahead lookahead(inner, {.k = 1});
  const NoGrad guard;
  EXPECT_EQ(sgd.step(square_of(p)), 9);
  EXPECT_NEAR(values(p)[0], 2.4, 1e-15);
  EXPECT_EQ(lbfgs.step(square_of(q)), 9);
  EXPECT_NEAR(values(q)[0], 0, 1e-6);
  EXPECT_EQ(lookahead.step(square_of(r)), 9);
  EXPECT_NEAR(values(r)[0], 2.7, 1e-15);
  EXPECT_FALSE(recording()) << "the caller's mode is back";
}

TEST(Closure, ThatThrowsOrReturnsNoLossTakesNoStep) {
  const Parameters p = single(f64s({3}), f64s({1}));
  SGD sgd(p, {.lr = 0.1});
  const NoGrad guard;
  EXPECT_THROW(sgd.step([]() -> Tensor { throw std::runtime_error("out of data"); }), std::runtime_error);
  EXPECT_FALSE(recording());
  const auto refusal = [&](const Tensor& loss) {
    try {
      sgd.step([&] { return loss; });
    } catch (const ValueError& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(refusal({}), "SGD: the closure returned an undefined loss; let it return what it called backward() on");
  EXPECT_EQ(refusal(Array::zeros({3})), "SGD: the closure returned [3]; a loss is one number");
  EXPECT_EQ(values(p)[0], 3);
  EXPECT_EQ(sgd.steps(), 0);
}

TEST(Closure, OfANaNLossStepsAsPyTorchDoes) {
  const Parameters p = single(f64s({3}), f64s({1}));
  SGD sgd(p, {.lr = 0.1});
  EXPECT_TRUE(std::isnan(sgd.step([] { return Tensor(Array::scalar(NAN, f64)); })));
  EXPECT_NEAR(values(p)[0], 2.9, 1e-15);
}

}  // namespace gradus::optim::testing::closure_test
