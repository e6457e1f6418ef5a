// Embedding bags against rows that are looked up and then added up: values, gradients as tensors and of rows, at sizes past registers and
// threads; what is empty, infinite or no number; what is refused. PyTorch's: tests/nn/layers/table/embedding.cpp.
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/embedding_bag.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::embedding_bag_test {

using testing::ElementsAreArray;
constexpr double infinite = std::numeric_limits<double>::infinity();

Tensor numbers(std::initializer_list<std::int64_t> values) { return Array::from<std::int64_t>(values, {std::ssize(values)}); }
std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }
Tensor words_of(const Shape& shape, std::int64_t n) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < shape.elements(); ++i) out.push_back(i * i * 7919 % n);
  return Array::from(out, shape);
}

Tensor looked_up(const Tensor& words, const Tensor& table, const EmbeddingBagOptions& o) {
  Tensor rows = embedding(words, table);
  if (o.per_sample_weights.defined()) rows = rows * unsqueeze(o.per_sample_weights, -1);
  return o.mode == BagMode::sum ? sum(rows, 1) : o.mode == BagMode::mean ? mean(rows, 1) : max(rows, 1).values;
}

TEST(EmbeddingBag, IsRowsLookedUpAndAddedUpAtAnySize) {
  for (const std::int64_t d : {1, 3, 8, 17, 64, 129, 300})
    for (const Dtype dtype : {f64, f32})
      for (const BagMode mode : {BagMode::sum, BagMode::mean, BagMode::max}) {
        SCOPED_TRACE(text(d, " ", dtype, " ", static_cast<int>(mode)));
        const double tolerance = dtype == f32 ? 1e-5 : 1e-13;
        const Tensor words = words_of({40, 7}, 23);
        EmbeddingBagOptions options{.mode = mode};
        std::vector<Tensor> inputs{variable(random({23, d}, 1, dtype))};
        if (mode == BagMode::sum) inputs.push_back(options.per_sample_weights = variable(random({40, 7}, 2, dtype)));
        const Tensor y = embedding_bag(words, inputs[0], {}, options), wanted = looked_up(words, inputs[0], options);
        expect_near(y, wanted.value(), tolerance);
        const Tensor seed = random(y.shape(), 3, dtype);
        const std::vector<Tensor> got = grad(y, inputs, {.seed = seed}), slopes = grad(wanted, inputs, {.seed = seed});
        for (std::size_t i = 0; i < got.size(); ++i) expect_near(got[i], slopes[i].value(), tolerance);
      }
}

TEST(EmbeddingBag, LeavesGradientsOfTheRowsThatWereUsed) {
  for (const bool frequency : {false, true}) {
    Parameter sparse(random({90, 5}).value()), dense(random({90, 5}).value());
    const Tensor words = words_of({30}, 41), bags = numbers({0, 7, 7, 20}), seed = random({4, 5}, 4);
    EmbeddingBagOptions options{.padding_idx = 0, .scale_grad_by_freq = frequency};
    embedding_bag(words, dense, bags, options).backward(seed);
    options.sparse = true;
    embedding_bag(words, sparse, bags, options).backward(seed);
    EXPECT_FALSE(dense.row_grad().defined());
    ASSERT_TRUE(sparse.row_grad().defined());
    EXPECT_LT(sparse.row_grad().rows.size(), 25);
    expect_near(sparse.grad(), dense.grad().value(), 1e-14);
    for (const double row : sparse.row_grad().rows.to_vector()) EXPECT_GT(row, 0);   // not that of padding
  }
}

TEST(EmbeddingBag, FrequencyDividesTheGradientOfARow) {
  const Tensor table = variable(ones({4, 1}, f64)), words = numbers({3, 1, 3, 3});
  const auto slope = [&](const Tensor& y) { return values(grad(sum(y), table)); };
  EXPECT_THAT(slope(embedding_bag(words, table, numbers({0, 2}), {.mode = BagMode::sum, .scale_grad_by_freq = true})),
              ElementsAreArray({0, 1, 0, 1}));
  const Tensor factors = tensor({{1}, {2}, {3}, {5}}, f64);
  EXPECT_THAT(slope(embedding(words, table, {.scale_grad_by_freq = true}) * factors), ElementsAreArray({0, 2, 0, 3}));
}

TEST(EmbeddingBag, OfNothingIsZero) {
  const Tensor table = variable(random({4, 2}));
  for (const BagMode mode : {BagMode::sum, BagMode::mean, BagMode::max}) {
    const Tensor y = embedding_bag(numbers({1, 2, 0}), table, numbers({0, 0, 1, 1}), {.mode = mode, .padding_idx = 1});
    const std::vector<double> got = values(y);
    EXPECT_THAT(std::vector<double>(got.begin(), got.begin() + 6), ElementsAreArray({0, 0, 0, 0, 0, 0}));
    EXPECT_THAT(values(narrow(grad(sum(y), table), 0, 1, 1)), ElementsAreArray({0, 0}));
    EXPECT_EQ(embedding_bag(numbers({}), table, numbers({}), {.mode = mode}).shape(), (Shape{0, 2}));
    EXPECT_EQ(embedding_bag(numbers({}), table, numbers({0}), {.mode = mode}).shape(), (Shape{1, 2}));
    EXPECT_EQ(values(embedding_bag(numbers({1, 2, 0}), table, numbers({0, 2}), {.mode = mode, .include_last_offset = true})),
              values(embedding_bag(numbers({1, 2}), table, numbers({0}), {.mode = mode})));
  }
}

TEST(EmbeddingBag, KeepsInfinitiesAndNaNsToTheirBags) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor table = variable(tensor({{infinite, 1}, {-infinite, 2}, {nan, 3}, {5, 2}}, f64));
  const Tensor words = reshape(numbers({0, 3, 1, 3, 3, 2}), {3, 2});
  const auto some = [&](BagMode mode) { return values(embedding_bag(words, table, {}, {.mode = mode})); };
  const std::vector<double> sums = some(BagMode::sum), largest = some(BagMode::max);
  EXPECT_EQ(sums[0], infinite);
  EXPECT_EQ(sums[2], -infinite);
  EXPECT_TRUE(std::isnan(sums[4]) && std::isnan(largest[4]));
  EXPECT_EQ(largest[0], infinite);
  EXPECT_EQ(largest[2], 5);
  const Tensor y = embedding_bag(words, table, {}, {.mode = BagMode::max});
  EXPECT_THAT(values(grad(sum(y), table)), ElementsAreArray({1, 0, 0, 1, 1, 1, 1, 1}));   // of the two 2s the first
}

TEST(EmbeddingBag, HasTheSameBitsForAnyNumberOfThreads) {
  const int before = num_threads();
  const Tensor words = words_of({300, 20}, 701), seed = random({300, 33}, 5, f32);
  std::vector<std::vector<double>> first;
  for (const int threads : {1, 3, 4}) {
    set_threads(threads);
    std::vector<std::vector<double>> got;
    for (const BagMode mode : {BagMode::sum, BagMode::mean, BagMode::max}) {
      const Tensor table = variable(random({701, 33}, 6, f32)), y = embedding_bag(words, table, {}, {.mode = mode});
      got.push_back(values(y)), got.push_back(values(grad(y, table, {.seed = seed})));
    }
    if (first.empty()) first = got;
    EXPECT_EQ(got, first);
  }
  set_threads(before);
}

TEST(EmbeddingBag, RefusesWhatMakesNoSense) {
  const Tensor table = random({5, 3}), words = numbers({1, 2, 3});
  using Options = EmbeddingBagOptions;
  const auto refused = [&](std::initializer_list<std::string> says, const Tensor& w, const Tensor& offsets, const Options& o = {}) {
    expect_error<Error>([&] { embedding_bag(w, table, offsets, o); }, says);
  };
  refused({"offsets", "one dimension"}, reshape(words, {1, 3}), numbers({0}));
  refused({"[B, n]", "[1, 1, 3]"}, reshape(words, {1, 1, 3}), {});
  refused({"begins at 0, not at 1"}, words, numbers({1, 2}));
  refused({"must not descend", "2 at 1 is beyond 1"}, words, numbers({0, 2, 1}));
  refused({"must not descend", "4 at 1 is beyond 3"}, words, numbers({0, 4}));
  refused({"last offset 4", "3 indices"}, words, numbers({0, 4}), {.include_last_offset = true});
  refused({"at least one offset"}, words, numbers({}), {.include_last_offset = true});
  refused({"index 5 at [1]", "5 rows"}, numbers({0, 5}), numbers({0}));
  refused({"padding_idx 5"}, words, numbers({0}), {.padding_idx = 5});
  refused({"sums and means"}, words, numbers({0}), {.mode = BagMode::max, .sparse = true});
  refused({"sums and means"}, words, numbers({0}), {.mode = BagMode::max, .scale_grad_by_freq = true});
  refused({"BagMode::sum"}, words, numbers({0}), {.per_sample_weights = random({3})});
  refused({"[2]", "shape of the indices"}, words, numbers({0}), {.mode = BagMode::sum, .per_sample_weights = random({2})});
  refused({"f32", "f64"}, words, numbers({0}), {.mode = BagMode::sum, .per_sample_weights = ones({3})});
}

TEST(EmbeddingRenorm, ShortensTheRowsThatAreTooLongAndNoOthers) {
  Array table = Array::from({3., 4., 0.3, 0.4, 6., 8., 3., 4.}, {4, 2});
  const Array before = table;
  embedding_renorm(table, numbers({0, 1, 3, 0}), 2);
  expect_near(table, Array::from({1.2, 1.6, 0.3, 0.4, 6., 8., 1.2, 1.6}, {4, 2}), 1e-7);
  EXPECT_THAT(before.to_vector(), ElementsAreArray({3., 4., 0.3, 0.4, 6., 8., 3., 4.}));
  embedding_renorm(table, numbers({2}), 7, 1);
  EXPECT_NEAR(table.at({2, 0}), 3, 1e-6);
  embedding_renorm(table, numbers({2}), 2, infinite);
  EXPECT_NEAR(table.at({2, 1}), 2, 1e-6);
  const void* place = table.raw();
  embedding_renorm(table, numbers({0, 1, 2, 3}), 1.5);
  EXPECT_EQ(table.raw(), place);   // nobody shares it
  expect_error<ValueError>([&] { embedding_renorm(table, numbers({0}), -1); }, {"embedding_renorm", "max_norm", "-1"});
}

}  // namespace gradus::embedding_bag_test
