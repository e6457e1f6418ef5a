// Gradient accumulation: micro-batches give the gradient of the whole batch, whatever their sizes.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/optim/around/accumulation.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/sgd.h>

namespace gradus::optim::testing::accumulation_test {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// tanh(x·w + b) against targets, over samples begin, …, end − 1 of a fixed table.
struct Net {
  Parameter w{filled({3, 2}, f64, [](auto i) { return table_weight(1, i) / 3; }), "w"}, b{f64s({0.1, -0.2}), "b"};
  Parameters parameters() const { return {{"w", w.leaf()}, {"b", b.leaf()}}; }
  Tensor loss(std::int64_t begin, std::int64_t end, bool mean_of_them = true) const {
    const Tensor x(filled({end - begin, 3}, f64, [&](auto i) { return table_gradient(1, 2, begin * 3 + i); }));
    const Tensor y(filled({end - begin, 2}, f64, [&](auto i) { return table_gradient(2, 2, begin * 2 + i); }));
    const Tensor error = tanh(matmul(x, w) + b) - y;
    return mean_of_them ? mean(error * error) : sum(error * error);
  }
  std::vector<double> gradient() const {
    std::vector<double> out = w.grad().value().to_vector();
    for (double g : b.grad().value().to_vector()) out.push_back(g);
    return out;
  }
};

std::vector<double> of_whole_batch(std::int64_t begin, std::int64_t end, bool mean_of_them = true) {
  const Net net;
  net.loss(begin, end, mean_of_them).backward();
  return net.gradient();
}

void expect_near(const std::vector<double>& ours, const std::vector<double>& whole) {
  ASSERT_EQ(ours.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(ours[i], whole[i], 1e-12) << i;
}

TEST(GradientAccumulation, OfEqualMicroBatchesIsTheWholeBatch) {
  const Net net;
  GradientAccumulation accumulation(net.parameters(), {.batches = 4});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(accumulation.backward(net.loss(8 * i, 8 * i + 8), 8), i == 3);
  expect_near(net.gradient(), of_whole_batch(0, 32));
  EXPECT_FALSE(accumulation.finish());
}

TEST(GradientAccumulation, OfSizesThatDifferWeighsSamplesNotBatches) {
  const Net net;
  GradientAccumulation accumulation(net.parameters(), {.batches = 3});
  EXPECT_FALSE(accumulation.backward(net.loss(0, 1), 1));
  EXPECT_FALSE(accumulation.backward(net.loss(1, 12), 11));
  EXPECT_EQ(accumulation.samples(), 12);
  EXPECT_EQ(accumulation.batches(), 2);
  EXPECT_TRUE(accumulation.backward(net.loss(12, 17), 5));
  expect_near(net.gradient(), of_whole_batch(0, 17));
}

TEST(GradientAccumulation, OfALastShortGroupWithALastShortBatchIsTheirMean) {   // 3 + 3 | 3 + 1
  const Net net;
  GradientAccumulation accumulation(net.parameters(), {.batches = 2});
  EXPECT_FALSE(accumulation.backward(net.loss(0, 3), 3));
  EXPECT_TRUE(accumulation.backward(net.loss(3, 6), 3));
  expect_near(net.gradient(), of_whole_batch(0, 6));
  EXPECT_FALSE(accumulation.backward(net.loss(6, 9), 3));        // forgets the first group's gradients by itself
  EXPECT_TRUE(accumulation.backward(net.loss(9, 10), 1));
  expect_near(net.gradient(), of_whole_batch(6, 10));
  EXPECT_FALSE(accumulation.backward(net.loss(10, 13), 3));
  EXPECT_TRUE(accumulation.finish());                            // a group of one
  expect_near(net.gradient(), of_whole_batch(10, 13));
  EXPECT_FALSE(accumulation.finish());
}

TEST(GradientAccumulation, OfSumsAddsThem) {
  const Net net;
  GradientAccumulation accumulation(net.parameters(), {.batches = 2, .mean = false});
  EXPECT_FALSE(accumulation.backward(net.loss(0, 7, false)));
  EXPECT_TRUE(accumulation.backward(net.loss(7, 9, false)));
  expect_near(net.gradient(), of_whole_batch(0, 9, false));
}

TEST(GradientAccumulation, TrainsAsWholeBatchesDo) {
  Net small, large;
  Adam one(small.parameters(), {.lr = 0.05}), two(large.parameters(), {.lr = 0.05});
  GradientAccumulation accumulation(small.parameters(), {.batches = 5});
  int steps = 0;
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (int i = 0; i < 27; i += 4)                              // 6 of 4 and one of 3: groups of 5 and 2
      if (accumulation.backward(small.loss(i, std::min(i + 4, 27)), std::min(i + 4, 27) - i)) one.step(), ++steps;
    if (accumulation.finish()) one.step(), ++steps;
    for (const auto& [begin, end] : {std::pair{0, 20}, {20, 27}}) {
      two.zero_grad();
      large.loss(begin, end).backward();
      two.step();
    }
  }
  EXPECT_EQ(steps, 6);
  expect_near(values(small.parameters()), values(large.parameters()));
}

TEST(GradientAccumulation, NoticesGradientsForgottenInTheMiddle) {
  const Net net;
  GradientAccumulation accumulation(net.parameters(), {.batches = 3});
  SGD sgd(net.parameters());
  accumulation.backward(net.loss(0, 2), 2);
  sgd.zero_grad();                                               // where a loop without accumulation has it
  EXPECT_THAT([&] { accumulation.backward(net.loss(2, 4), 2); },
              ThrowsMessage<ValueError>(
                  "GradientAccumulation: the gradients of the 1 micro-batches before this one are gone; call zero_grad() only after "
                  "a step"));
}

TEST(GradientAccumulation, GoesOnAfterALossThatCannotBe) {
  const Net net;
  GradientAccumulation accumulation(net.parameters(), {.batches = 2});
  accumulation.backward(net.loss(0, 2), 2);
  EXPECT_THROW(accumulation.backward(Tensor(Array::scalar(1, f64)), 2), GraphError);
  EXPECT_THAT([&] { accumulation.backward(net.loss(2, 4), 0); },
              ThrowsMessage<ValueError>("GradientAccumulation: samples must be at least 1, not 0"));
  EXPECT_THAT([&] { accumulation.backward(net.w.tensor(), 2); },
              ThrowsMessage<ShapeError>(HasSubstr("the loss must be one number, not [3, 2]")));
  EXPECT_THROW(accumulation.backward(Tensor{}, 2), ShapeError);
  EXPECT_TRUE(accumulation.backward(net.loss(2, 6), 4));
  expect_near(net.gradient(), of_whole_batch(0, 6));
}

TEST(GradientAccumulation, RejectsWhatItCannotMean) {
  const Net net;
  const Parameters p = net.parameters();
  EXPECT_THAT([&] { GradientAccumulation(p, {.batches = 0}); },
              ThrowsMessage<ValueError>("GradientAccumulation: batches must be at least 1, not 0"));
  EXPECT_THAT([&] { GradientAccumulation({}, {.batches = 2}); },
              ThrowsMessage<ValueError>("GradientAccumulation: there are no parameters; did a name pattern match nothing?"));
  EXPECT_THAT(
      [&] {
        GradientAccumulation({p[0], p[1], p[0]}, {.batches = 2});
      },
      ThrowsMessage<ValueError>("GradientAccumulation: parameter w is given twice"));
}

TEST(GradientAccumulation, GoesOnInTheMiddleOfAGroup) {
  const Net net, other;
  GradientAccumulation accumulation(net.parameters(), {.batches = 3}), resumed(other.parameters(), {.batches = 3});
  accumulation.backward(net.loss(0, 4), 4);
  accumulation.backward(net.loss(4, 6), 2);
  const State state = accumulation.state();
  EXPECT_EQ(state.arrays.at("w.grad").shape(), (Shape{3, 2}));
  resumed.load_state(state);
  EXPECT_EQ(resumed.batches(), 2);
  EXPECT_EQ(resumed.samples(), 6);
  EXPECT_TRUE(accumulation.backward(net.loss(6, 9), 3));
  EXPECT_TRUE(resumed.backward(other.loss(6, 9), 3));
  EXPECT_EQ(other.gradient(), net.gradient());
  EXPECT_TRUE(accumulation.state().arrays.empty()) << "between groups there is nothing to remember";
}

TEST(GradientAccumulation, OfATableGoesOnWithItsRows) {
  const auto table = [] { return Parameter(Array::full({5, 2}, 1, f64), "t"); };
  const Parameter one = table(), two = table();
  const Tensor words(Array::from({std::int64_t{3}, std::int64_t{1}}, {2}));
  GradientAccumulation accumulation({{"t", one.leaf()}}, {.batches = 2}), resumed({{"t", two.leaf()}}, {.batches = 2});
  accumulation.backward(sum(embedding(words, one, {.sparse = true})), 1);
  resumed.load_state(accumulation.state());
  ASSERT_TRUE(two.row_grad().defined());
  EXPECT_EQ(two.row_grad().rows.to_vector(), (std::vector<double>{1, 3}));
  EXPECT_EQ(two.row_grad().values.to_vector(), one.row_grad().values.to_vector());
  EXPECT_TRUE(resumed.backward(sum(embedding(words, two, {.sparse = true})), 1));
}

TEST(GradientAccumulation, StateThatDoesNotFitChangesNothing) {
  const Net net;
  GradientAccumulation accumulation(net.parameters(), {.batches = 3});
  accumulation.backward(net.loss(0, 4), 4);
  const State before = accumulation.state();
  State odd = before;
  odd.arrays["w.grad"] = Array::zeros({2}, f64);
  odd.arrays["v.grad"] = Array::zeros({1}, f64);
  odd.values["mean"] = "false";
  odd.values.erase("group.samples");
  EXPECT_THAT(
      [&] { accumulation.load_state(odd); },
      ThrowsMessage<ValueError>("GradientAccumulation: the state does not fit:\n"
                                "  mean is false in the state but true here: construct it with .mean = false\n  missing group.samples\n"
                                "  w.grad is [2] f64 in the state but [3, 2] f64 here\n  unexpected v.grad [1] f64"));
  odd = before;
  odd.values["group.batches"] = "3";
  EXPECT_THAT([&] { accumulation.load_state(odd); },
              ThrowsMessage<ValueError>(HasSubstr("group.batches is 3, but it is below batches = 3")));
  EXPECT_EQ(accumulation.state().values, before.values);
  EXPECT_EQ(accumulation.state().arrays.at("w.grad").to_vector(), before.arrays.at("w.grad").to_vector());
}

}  // namespace gradus::optim::testing::accumulation_test
