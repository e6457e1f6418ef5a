// nn::Embedding: initial values, options, training with gradients of rows, and what it refuses. Results against PyTorch: tests/autograd.
#include <cmath>

#include <gmock/gmock.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/layers/embedding_bag.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/state.h>

#include <message_of.h>

namespace embedding_test {

using namespace gradus;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

Tensor words(std::initializer_list<std::int64_t> numbers) {
  return Array::from<std::int64_t>(numbers, {static_cast<std::int64_t>(numbers.size())});
}

std::vector<double> row(const nn::Embedding& layer, std::int64_t i) {
  return layer.weight.value().slice(0, i, i + 1).contiguous_copy().to_vector();
}

TEST(Embedding, IsNormalWithAPaddingRowOfZeros) {
  Generator a(7), b(7);
  const nn::Embedding layer{400, 50, {.padding_idx = -397, .generator = &a}}, same{400, 50, {.generator = &b}};
  EXPECT_EQ(row(layer, 3), std::vector<double>(50, 0));
  EXPECT_NE(row(same, 3), std::vector<double>(50, 0));
  for (std::int64_t i : {0, 2, 4, 399}) EXPECT_EQ(row(layer, i), row(same, i)) << i;
  double sum = 0, squares = 0;
  for (double v : same.weight.value().to_vector()) sum += v, squares += v * v;
  EXPECT_NEAR(sum / 20000, 0, 5 / std::sqrt(20000.0));
  EXPECT_NEAR(squares / 20000, 1, 5 * std::sqrt(2 / 20000.0));
  EXPECT_EQ((nn::Embedding{3, 2, {.padding_idx = 0, .dtype = f64}}.weight.dtype()), f64);
}

TEST(Embedding, LooksUpItsRowsAndHasPyTorchsState) {
  nn::Embedding layer{5, 3};
  const nn::State state = nn::state(layer);
  ASSERT_EQ(state.arrays.size(), 1u);
  EXPECT_EQ(state.arrays.at("weight").shape(), (Shape{5, 3}));
  const Tensor y = layer(words({4, 1, 4}));
  EXPECT_EQ(y.shape(), (Shape{3, 3}));
  std::vector<double> wanted = row(layer, 4);
  for (std::int64_t i : {1, 4})
    for (double v : row(layer, i)) wanted.push_back(v);
  EXPECT_EQ(y.value().to_vector(), wanted);
  const nn::Embedding copy = layer;
  nn::init::zeros(layer.weight);
  EXPECT_NE(row(copy, 4), row(layer, 4));
}

TEST(Embedding, SparseLeavesTheGradientOfItsRows) {
  nn::Embedding layer{100, 2, {.padding_idx = 0, .sparse = true}}, dense{100, 2, {.padding_idx = 0}};
  sum(layer(words({7, 0, 7, 9}))).backward();
  EXPECT_THAT(layer.weight.row_grad().rows.to_vector(), ElementsAreArray({7, 9}));
  EXPECT_THAT(layer.weight.row_grad().values.to_vector(), ElementsAreArray({2, 2, 1, 1}));
  sum(dense(words({7, 0, 7, 9}))).backward();
  EXPECT_FALSE(dense.weight.row_grad().defined());
  EXPECT_EQ(dense.weight.grad().value().to_vector(), layer.weight.grad().value().to_vector());
  nn::zero_grad(layer);
  EXPECT_FALSE(layer.weight.grad().defined());
  sum(layer(words({7}))).backward();
  nn::to(layer, f64);
  EXPECT_FALSE(layer.weight.row_grad().defined());
}

// Two uses of one table, as an input and as the weights of an output: what comes of both is a tensor.
struct Tied {
  nn::Embedding table{6, 4, {.sparse = true}};
  Tensor operator()(const Tensor& x) const { return linear(table(x), table.weight); }
};

TEST(Embedding, TiedToAnOutputHasATensorForAGradient) {
  Tied net;
  const Tensor x = words({1, 3, 1});
  const auto loss = [&] { return nn::cross_entropy(net(x), words({2, 0, 5})); };
  loss().backward();
  EXPECT_FALSE(net.table.weight.row_grad().defined());
  const Tensor wanted = grad(loss(), net.table.weight.tensor());
  EXPECT_EQ(net.table.weight.grad().value().to_vector(), wanted.value().to_vector());
}

TEST(Embedding, FromPretrainedVectorsIsFrozenUnlessToldOtherwise) {
  const Array vectors = Array::from({1., 2., 3., 4., 5., 6.}, {3, 2});
  const nn::Embedding frozen = nn::Embedding::from_pretrained(vectors);
  EXPECT_THAT(frozen(words({2, 0})).value().to_vector(), ElementsAreArray({5, 6, 1, 2}));
  EXPECT_FALSE(frozen(words({2})).requires_grad());
  nn::Embedding tuned = nn::Embedding::from_pretrained(vectors, {.freeze = false, .padding_idx = -1, .sparse = true});
  EXPECT_THAT(row(tuned, 2), ElementsAreArray({5, 6}));   // as it was given
  sum(tuned(words({2, 1}))).backward();
  EXPECT_THAT(tuned.weight.row_grad().rows.to_vector(), ElementsAre(1));
  EXPECT_THROW(nn::Embedding::from_pretrained(Array::zeros({3})), ShapeError);
  EXPECT_THROW(nn::Embedding::from_pretrained(Array()), ShapeError);
  EXPECT_THROW(nn::Embedding::from_pretrained(Array::zeros({3, 2}, i64)), DtypeError);
  EXPECT_THROW(nn::Embedding::from_pretrained(vectors, {.padding_idx = 3}), ValueError);
}

TEST(Embedding, RefusesWhatMakesNoSense) {
  EXPECT_THROW(nn::Embedding(0, 3), ValueError);
  EXPECT_THROW(nn::Embedding(3, 0), ValueError);
  EXPECT_THROW(nn::Embedding(3, 3, {.dtype = i64}), DtypeError);
  EXPECT_THAT(message_of([] { nn::Embedding(3, 3, {.padding_idx = 3}); }), HasSubstr("padding_idx must be a row, in [-3, 3), not 3"));
  EXPECT_THROW(nn::Embedding(3, 3, {.padding_idx = -4}), ValueError);
  struct Net {
    nn::Embedding words{10, 4};
  } net;
  nn::parameters(net);   // names them
  EXPECT_THAT(message_of([&] {
                net.words(words({3, 10}));
              }),
              HasSubstr("index 10 at [1] of the indices [2] is out of range for 10 rows: words.weight [10, 4]"));
  EXPECT_THAT(message_of([&] { net.words(ones({2})); }), HasSubstr("indices must be whole numbers (i64, i32, i16, i8 or u8), not f32"));
}

TEST(Embedding, ShortensRowsInTrainingAndOnTheirWayInEvaluation) {
  nn::Embedding layer = nn::Embedding::from_pretrained(Array::from({3., 4., 6., 8., 0.3, 0.4}, {3, 2}), {.freeze = false, .max_norm = 1});
  const nn::Embedding copy = layer;
  nn::eval(layer);
  const std::vector<double> y = layer(words({0, 2})).value().to_vector();
  EXPECT_THAT(y, testing::Pointwise(testing::DoubleNear(1e-6), {0.6, 0.8, 0.3, 0.4}));
  EXPECT_THAT(row(layer, 0), ElementsAre(3, 4));
  sum(layer(words({0}))).backward();
  EXPECT_THAT(layer.weight.grad().value().to_vector(), ElementsAreArray({1, 1, 0, 0, 0, 0}));
  nn::train(layer);
  EXPECT_EQ(layer(words({0, 2})).value().to_vector(), y);
  EXPECT_THAT(row(layer, 0), testing::Pointwise(testing::DoubleNear(1e-6), {0.6, 0.8}));
  EXPECT_THAT(row(layer, 1), ElementsAre(6, 8));
  EXPECT_THAT(row(copy, 0), ElementsAre(3, 4));
  EXPECT_THAT(message_of([&] { layer(words({3})); }), HasSubstr("index 3"));
  EXPECT_THAT(message_of([] { nn::Embedding(3, 3, {.max_norm = -1}); }), HasSubstr("Embedding: max_norm must be at least 0, not -1"));
  EXPECT_THAT(message_of([] { nn::Embedding(3, 3, {.norm_type = 0}); }), HasSubstr("Embedding: norm_type must be above 0, not 0"));
}

TEST(EmbeddingBag, HasAPaddingRowOfZerosAndTakesPretrainedVectors) {
  const nn::EmbeddingBag bags{5, 3, {.padding_idx = -1}};
  EXPECT_THAT(bags.weight.value().slice(0, 4, 5).to_vector(), ElementsAreArray({0, 0, 0}));
  EXPECT_NE(bags.weight.value().at({0, 0}), 0);
  nn::EmbeddingBag given = nn::EmbeddingBag::from_pretrained(Array::from({1., 2., 3., 4., 5., 6.}, {3, 2}), {.mode = BagMode::sum});
  const Tensor y = given(words({0, 2, 1}), words({0, 2}), Tensor(Array::from({1., 10., 2.}, {3})));
  EXPECT_THAT(y.value().to_vector(), ElementsAreArray({51, 62, 6, 8}));
  EXPECT_FALSE(y.requires_grad());
  EXPECT_THAT(message_of([] { nn::EmbeddingBag(3, 2, {.mode = BagMode::max, .sparse = true}); }),
              HasSubstr("EmbeddingBag: scale_grad_by_freq and sparse are for sums and means"));
  EXPECT_THAT(message_of([] { nn::EmbeddingBag(3, 2, {.padding_idx = 3}); }), HasSubstr("EmbeddingBag: padding_idx must be a row"));
  EXPECT_THAT(message_of([] { nn::EmbeddingBag(0, 2); }), HasSubstr("EmbeddingBag: needs at least 1 vector"));
}

}  // namespace embedding_test
