// Models that are assigned over while an optimizer holds their parameters.
#include <gmock/gmock.h>

#include <utility>
#include <vector>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/state.h>
#include <gradus/optim/rules/sgd.h>

namespace assignment_test {

using namespace gradus;

struct Net {
  nn::Linear first{2, 3};
  std::vector<nn::Linear> blocks{{3, 3}, {3, 3}};
  nn::BatchNorm1d norm{3};
  nn::Linear last{3, 1};
  Tensor operator()(Tensor x) {
    x = first(x);
    for (nn::Linear& block : blocks) x = block(x);
    return last(norm(x));
  }
};

std::vector<const Leaf*> leaves(const Parameters& parameters) {
  std::vector<const Leaf*> all;
  for (const NamedParameter& p : parameters) all.push_back(p.leaf.get());
  return all;
}
std::vector<double> numbers(nn::ModuleRef net) {
  std::vector<double> all;
  for (const auto& [name, array] : nn::state(net).arrays) {
    const std::vector<double> some = array.to_vector();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

TEST(Assignment, OfACopyKeepsWhatAnOptimizerHolds) {
  Net net, best;
  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});
  sum(net(randn({4, 2}))).backward();
  net = best;
  EXPECT_EQ(leaves(nn::parameters(net)), leaves(sgd.parameters()));
  EXPECT_EQ(numbers(net), numbers(best));
  EXPECT_FALSE(net.first.weight.grad().defined());
  sum(net(randn({4, 2})) * reshape(tensor({1.f, 2.f, 3.f, 4.f}), {4, 1})).backward();
  sgd.step();
  EXPECT_NE(net.last.weight.value().to_vector(), best.last.weight.value().to_vector()) << "the optimizer trains the model";
  EXPECT_NE(leaves(nn::parameters(best)), leaves(sgd.parameters()));
}

TEST(Assignment, OfATemporaryKeepsWhatAnOptimizerHolds) {
  nn::Linear layer{2, 2};
  optim::SGD sgd(nn::parameters(layer), {.lr = 0.1});
  nn::Linear other{2, 2};
  const std::vector<double> values = other.weight.value().to_vector();
  layer = std::move(other);
  EXPECT_EQ(leaves(nn::parameters(layer)), leaves(sgd.parameters()));
  EXPECT_EQ(layer.weight.value().to_vector(), values);
  layer = nn::Linear{2, 2};
  EXPECT_EQ(leaves(nn::parameters(layer)), leaves(sgd.parameters()));
  layer = nn::Linear{5, 2};                                  // another shape: another parameter
  EXPECT_NE(nn::parameters(layer)[0].leaf.get(), sgd.parameters()[0].leaf.get());
  EXPECT_EQ(nn::parameters(layer)[1].leaf.get(), sgd.parameters()[1].leaf.get());
}

TEST(Assignment, TakesWhetherAParameterIsFrozen) {
  nn::Linear layer{2, 2}, frozen{2, 2};
  nn::set_requires_grad(frozen, false);
  layer = frozen;
  EXPECT_FALSE(layer.weight.requires_grad());
  nn::set_requires_grad(frozen, true);
  const Parameters held = nn::parameters(layer);
  layer = std::move(frozen);
  EXPECT_TRUE(layer.weight.requires_grad());
}

TEST(Assignment, OfWhatAnOptimizerHoldsMovesIt) {
  std::vector<nn::Linear> blocks{{2, 2}, {2, 2}, {2, 2}};
  const optim::SGD sgd(nn::parameters(blocks), {.lr = 0.1});
  const std::vector<const Leaf*> before = leaves(sgd.parameters());
  std::swap(blocks[0], blocks[1]);
  EXPECT_EQ(blocks[0].weight.leaf().get(), before[2]);
  EXPECT_EQ(blocks[1].weight.leaf().get(), before[0]);
  blocks.erase(blocks.begin());                              // each moves up with the state that the optimizer has for it
  EXPECT_EQ(blocks[0].weight.leaf().get(), before[0]);
  EXPECT_EQ(blocks[1].weight.leaf().get(), before[4]);
}

TEST(Assignment, ToItselfAndToNothing) {
  Parameter p(Array::full({2}, 3), "p");
  const Parameter& same = p;
  p = same;
  EXPECT_EQ(p.value().to_vector(), (std::vector<double>{3, 3}));
  p = Parameter();
  EXPECT_FALSE(p.defined());
  const Parameter q(Array::full({2}, 4), "q");
  p = q;
  EXPECT_NE(p.leaf().get(), q.leaf().get());
  EXPECT_EQ(p.name(), "q");
}

}  // namespace assignment_test
