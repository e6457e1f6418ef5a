// Gradients of rows, whatever the rule: who refuses them, what of them must fit, what zeroing, clipping and L-BFGS make of them.
#include <string>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/row_gradient.h>
#include <gradus/optim/gradients/clip.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/second_order/lbfgs.h>
#include <optim/rules/list.h>
#include <optim/rules/table.h>

#include "support.h"

namespace gradus::optim::testing::row_use_test {

template <class Rule>
void expect_refusal(const typename Rule::Options& options = {}) {
  const Parameters p = single(Array::full({3, 2}, 1), {}, "words.weight");
  OptimizerOf<Rule> optimizer(p, options);
  p[0].leaf->grad = RowGradient{Array::from<std::int64_t>({1}, {1}), Array::full({1, 2}, 1)};
  SCOPED_TRACE(Rule::name);
  expect_error<ValueError>([&] { optimizer.step(); },
                           {std::string(Rule::name) + ": words.weight has a gradient of rows", "SparseAdam", "sparse = false"});
  EXPECT_EQ(values(p), std::vector<double>(6, 1));
  EXPECT_EQ(optimizer.state().arrays.size(), 0u);
}

TEST(GradientsOfRows, AreRefusedByRulesThatMoveAllRows) {
  const auto every = []<class... Rules>(RuleList<Rules...>) {
    const auto one = []<class Rule>(Rule*) {
      if constexpr (!requires(typename Rule::Options o) { Rule::row_use(o); }) expect_refusal<Rule>();
    };
    (one(static_cast<Rules*>(nullptr)), ...);
  };
  every(AllRules{});
  every(WholeRules{});
  expect_refusal<SGDRule>({.momentum = 0.9});
  expect_refusal<SGDRule>({.weight_decay = 0.1});
  expect_refusal<AdagradRule>({.weight_decay = 0.1});
  expect_refusal<AdagradRule>({.initial_accumulator_value = 0.1});
}

TEST(GradientsOfRows, MustFitTheirParameter) {
  const Parameters p = single(Array::full({3, 2}, 1), {}, "words");
  SGD sgd(p, {.lr = 1});
  const auto rows = [](std::initializer_list<std::int64_t> numbers) {
    return Array::from(numbers, {static_cast<std::int64_t>(numbers.size())});
  };
  const auto refused = [&]<class Kind>(Kind*, const RowGradient& g, std::initializer_list<std::string> says) {
    p[0].leaf->grad = g;
    expect_error<Kind>([&] { sgd.step(); }, says);
    EXPECT_EQ(values(p), std::vector<double>(6, 1));
  };
  ShapeError* const shape = nullptr;
  DtypeError* const dtype = nullptr;
  ValueError* const value = nullptr;
  refused(shape, {rows({0, 1}), Array::zeros({1, 2})}, {"words", "[2]", "[1, 2]", "[3, 2]"});
  refused(shape, {rows({0}), Array::zeros({1, 3})}, {"[1, 3]"});
  refused(shape, {rows({0}), Array::zeros({1})}, {"[1]"});
  refused(dtype, {rows({0}), Array::zeros({1, 2}, f64)}, {"f64", "f32"});
  refused(dtype, {Array::zeros({1}), Array::zeros({1, 2})}, {"f32 rows", "i64"});
  refused(value, {rows({0, 3}), Array::zeros({2, 2})}, {"row 3", "below 3"});
  refused(value, {rows({1, 1}), Array::zeros({2, 2})}, {"row 1", "once"});
  refused(value, {rows({-1}), Array::zeros({1, 2})}, {"row -1"});
  p[0].leaf->zero_grad();
  p[0].leaf->grad = RowGradient{rows({0, 9, 2, 9}).slice(0, 0, 4, 2), Array::from({1.f, 2.f, 3.f, 4.f}, {2, 2}).transpose(0, 1)};   // views
  sgd.step();
  EXPECT_EQ(values(p), (std::vector<double>{0, -2, 1, 1, -1, -3}));
}

TEST(GradientsOfRows, AreForgottenOrHaveNoRowsAfterZeroGrad) {
  const Parameters p = single(Array::full({3, 2}, 1), {}, "words");
  SparseAdam adam(p);
  p[0].leaf->grad = RowGradient{Array::from<std::int64_t>({1}, {1}), Array::full({1, 2}, 1)};
  adam.zero_grad(false);
  EXPECT_EQ(p[0].leaf->grad.rows().rows.shape(), Shape{0});
  EXPECT_EQ(p[0].leaf->grad.rows().values.shape(), (Shape{0, 2}));
  adam.step();
  EXPECT_EQ(values(p), std::vector<double>(6, 1));
  adam.zero_grad();
  EXPECT_FALSE(p[0].leaf->has_gradient());
}

TEST(GradientsOfRows, AreClippedAsTheirValues) {
  Parameters p = single(Array::zeros({100, 2}, f64), {}, "words");
  p.push_back(single(Array::zeros({1}, f64), f64s({4}), "bias")[0]);
  p[0].leaf->grad = RowGradient{Array::from<std::int64_t>({7, 70}, {2}), Array::from({3., 0., -12., 0.}, {2, 2})};
  EXPECT_NEAR(clip_grad_norm(p, 1.3), 13, 1e-14);
  const std::vector<double> clipped = p[0].leaf->grad.rows().values.to_vector();
  EXPECT_NEAR(clipped[2], -1.2, 1e-6);
  EXPECT_NEAR(p[1].leaf->grad.item(), 0.4, 1e-6);
  clip_grad_value(p, 1);
  EXPECT_EQ(p[0].leaf->grad.rows().values.to_vector(), (std::vector<double>{clipped[0], 0, -1, 0}));
  EXPECT_EQ(p[0].leaf->grad.rows().rows.to_vector(), (std::vector<double>{7, 70}));
}

TEST(LBFGS, TakesGradientsOfRowsAsTensors) {
  const Parameters p = single(Array::zeros({4, 1}, f64), {}, "words");
  LBFGS lbfgs(p, {.max_iter = 30});
  const Tensor index = Array::from<std::int64_t>({1, 3}, {2}), wanted = Array::from({5., -2.}, {2, 1});
  lbfgs.step([&] {
    lbfgs.zero_grad();
    const Tensor loss = sum(square(embedding(index, Tensor(p[0].leaf->value, p[0].leaf), {.sparse = true}) - wanted));
    loss.backward();
    return loss;
  });
  const std::vector<double> w = values(p);
  EXPECT_EQ(w[0], 0);
  EXPECT_NEAR(w[1], 5, 1e-6);
  EXPECT_NEAR(w[3], -2, 1e-6);
}

}  // namespace gradus::optim::testing::row_use_test
