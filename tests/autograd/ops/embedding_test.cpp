// Rows of tables: results and gradients of PyTorch, gradients of rows and what becomes of them at a leaf, and what is refused.
#include <map>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/tape/row_gradient.h>
#include <gradus/autograd/walk/grad.h>

#include <golden_values.h>
#include "support.h"

namespace gradus::embedding_test {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

const EmbeddingOptions by_rows{.sparse = true};

const Array& golden(const std::string& name) {
  return golden_values("sparse").at(name);
}

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }
std::vector<double> values(const Array& x) { return x.to_vector(); }
Tensor words(std::initializer_list<std::int64_t> numbers, const Shape& shape) { return Array::from<std::int64_t>(numbers, shape); }
Tensor words(std::initializer_list<std::int64_t> numbers) { return words(numbers, {static_cast<std::int64_t>(numbers.size())}); }
Tensor counting(const Shape& shape, double from = 1) {
  return reshape(arange(from, from + static_cast<double>(shape.elements()), 1, f64), shape);
}

// What make_sparse.py seeds its backwards with.
Tensor seed_of(int step, const Shape& shape) {
  std::vector<double> out;
  for (std::int64_t i = 0; i < shape.elements(); ++i) out.push_back(static_cast<double>((step * 7919 + i * 104729) % 2003 - 1001) / 500);
  return Array::from(out, shape);
}

Parameter table_of(const Shape& shape) { return Parameter(counting(shape).value(), "words"); }

TEST(Embedding, IsPyTorchsWithItsGradients) {
  for (bool sparse : {false, true}) {
    Parameter table(golden("table"));
    const EmbeddingOptions options{.padding_idx = -5, .sparse = sparse};
    const Tensor y = embedding(golden("one"), table, options), z = embedding(golden("two"), table, options);
    EXPECT_EQ(y.shape(), golden("y").shape());
    EXPECT_EQ(values(y), values(golden("y")));
    EXPECT_EQ(values(z), values(golden("z")));
    (sum(y * seed_of(0, y.shape())) + sum(z * seed_of(1, z.shape()))).backward();
    EXPECT_EQ(table.row_grad().defined(), sparse);
    const std::vector<double> dense = values(table.grad()), wanted = values(golden("grad"));
    for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(dense[i], wanted[i], 1e-14) << i;
    if (!sparse) continue;
    EXPECT_EQ(values(table.row_grad().rows), values(golden("grad_rows")));
    const std::vector<double> rows = values(table.row_grad().values), wanted_rows = values(golden("grad_values"));
    ASSERT_EQ(rows.size(), wanted_rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_NEAR(rows[i], wanted_rows[i], 1e-14) << i;
  }
}

TEST(Embedding, HasTheShapeOfTheIndicesAndTheWidthOfTheTable) {
  const Tensor table = counting({4, 3});
  EXPECT_EQ(embedding(tensor(2, i64), table).shape(), Shape{3});
  EXPECT_THAT(values(embedding(tensor(2, i64), table)), ElementsAreArray({7, 8, 9}));
  EXPECT_EQ(embedding(zeros({2, 0, 5}, i64), table).shape(), (Shape{2, 0, 5, 3}));
  EXPECT_EQ(embedding(zeros({0}, i64), zeros({0, 3})).shape(), (Shape{0, 3}));
  EXPECT_EQ(embedding(zeros({2}, i64), zeros({4, 0})).shape(), (Shape{2, 0}));
  EXPECT_EQ(embedding(words({1}), table.to(f32)).dtype(), f32);
}

TEST(Embedding, ReadsViewsOfIndicesTablesAndGradients) {
  const Tensor index = transpose(words({0, 1, 2, 3, 3, 2}, {2, 3}));
  const Tensor turned = variable(counting({2, 4}));
  const Tensor y = embedding(index, transpose(turned), by_rows);   // the table is no leaf: a tensor
  EXPECT_THAT(values(y), ElementsAreArray({1, 5, 4, 8, 2, 6, 4, 8, 3, 7, 3, 7}));
  y.backward(transpose(counting({2, 3, 2}), 0, 1));
  EXPECT_THAT(values(turned.grad()), ElementsAre(1, 3, 5 + 11, 7 + 9, 2, 4, 6 + 12, 8 + 10));
  Parameter table(counting({4, 2}).value());
  embedding(index, table, by_rows).backward(transpose(counting({2, 3, 2}), 0, 1));
  EXPECT_THAT(values(table.row_grad().values), ElementsAreArray({1, 2, 3, 4, 16, 18, 16, 18}));
}

TEST(Embedding, ThePaddingRowIsReadAndHasNoGradientToSecondOrder) {
  for (bool sparse : {false, true}) {
    Parameter table = table_of({3, 2});
    const Tensor y = embedding(words({1, 2, 1}), table, {.padding_idx = 1, .sparse = sparse});
    EXPECT_THAT(values(y), ElementsAreArray({3, 4, 5, 6, 3, 4}));
    sum(y * y).backward({.retain_graph = true});
    EXPECT_THAT(values(table.grad()), ElementsAreArray({0, 0, 0, 0, 10, 12}));
    const Tensor slope = grad(sum(y * y), table.tensor(), {.create_graph = true});
    EXPECT_THAT(values(grad(sum(slope), table.tensor())), ElementsAreArray({0, 0, 0, 0, 2, 2}));
    const Tensor factor = variable(ones({3, 2}, f64)), product = sum(embedding(words({1, 2, 1}), table, {.padding_idx = 1}) * factor);
    const Tensor by_table = grad(product, table.tensor(), {.create_graph = true});   // of what is linear in factor
    EXPECT_THAT(values(grad(sum(by_table), factor)), ElementsAreArray({0, 0, 1, 1, 0, 0}));
  }
}

TEST(RowGradient, HasTheRowsThatWereUsedSummedUpAndInOrder) {
  Parameter table = table_of({1000, 2});
  EXPECT_FALSE(table.row_grad().defined());
  embedding(words({900, 3, 900, 17}), table, by_rows).backward(counting({4, 2}));
  EXPECT_TRUE(table.leaf()->grad.is_rows());
  EXPECT_THAT(values(table.row_grad().rows), ElementsAreArray({3, 17, 900}));
  EXPECT_THAT(values(table.row_grad().values), ElementsAre(3, 4, 7, 8, 1 + 5, 2 + 6));
  EXPECT_EQ(table.grad().shape(), (Shape{1000, 2}));
  EXPECT_EQ(table.grad().value().at({900, 1}), 8);
  EXPECT_EQ(table.tensor().grad().value().at({17, 0}), 7);
  table.zero_grad();
  EXPECT_FALSE(table.row_grad().defined());
  EXPECT_FALSE(table.grad().defined());
  embedding(words({5}), table, by_rows).backward(counting({1, 2}));
  table.tensor().zero_grad();
  EXPECT_FALSE(table.row_grad().defined());
}

TEST(RowGradient, OfNoRowIsAGradientStill) {
  for (const Tensor& index : {zeros({0}, i64), words({2, 2})}) {
    Parameter table = table_of({3, 2});
    const Tensor y = embedding(index, table, {.padding_idx = 2, .sparse = true});
    y.backward(Tensor(Array::full(y.shape(), 1, f64)));
    ASSERT_TRUE(table.row_grad().defined());
    EXPECT_THAT(values(table.row_grad().rows), IsEmpty());
    EXPECT_EQ(table.row_grad().values.shape(), (Shape{0, 2}));
    EXPECT_THAT(values(table.grad()), ElementsAreArray({0, 0, 0, 0, 0, 0}));
  }
}

TEST(RowGradient, AddsUpOverUsesAndBackwards) {
  Parameter table = table_of({6, 1});
  const Tensor loss = sum(embedding(words({4, 1}), table, by_rows)) + 10 * sum(embedding(words({1, 5}, {2, 1}), table, by_rows));
  loss.backward({.retain_graph = true});
  EXPECT_THAT(values(table.row_grad().rows), ElementsAreArray({1, 4, 5}));
  EXPECT_THAT(values(table.row_grad().values), ElementsAreArray({11, 1, 10}));
  loss.backward();
  sum(embedding(words({0}), table, by_rows)).backward();
  EXPECT_THAT(values(table.row_grad().rows), ElementsAreArray({0, 1, 4, 5}));
  EXPECT_THAT(values(table.row_grad().values), ElementsAreArray({1, 22, 2, 20}));
}

TEST(RowGradient, BecomesATensorWhereOneMeetsIt) {
  const auto rows = [](const Parameter& t) { return sum(embedding(words({2, 0, 2}), t, by_rows)); };
  const auto tensors = [](const Parameter& t) { return 10 * sum(t.tensor()); };
  const std::map<std::string, std::function<void(Parameter&)>> meetings{
      {"in one graph", [&](Parameter& t) { (rows(t) + tensors(t)).backward(); }},
      {"in one graph, the other way round", [&](Parameter& t) { (tensors(t) + rows(t)).backward(); }},
      {"rows first", [&](Parameter& t) { rows(t).backward(), tensors(t).backward(); }},
      {"tensor first", [&](Parameter& t) { tensors(t).backward(), rows(t).backward(); }},
      {"rows, then a recorded sweep", [&](Parameter& t) { rows(t).backward(), tensors(t).backward({.create_graph = true}); }}};
  for (const auto& [how, meet] : meetings) {
    Parameter table = table_of({3, 1});
    meet(table);
    EXPECT_FALSE(table.row_grad().defined()) << how;
    EXPECT_THAT(values(table.leaf()->grad.tensor()), ElementsAreArray({11, 10, 12})) << how;
    table.zero_grad();
  }
}

TEST(RowGradient, IsATensorToWhomAsksForOneOrRecords) {
  Parameter table = table_of({3, 1});
  const Tensor y = sum(square(embedding(words({1}), table, by_rows)));
  EXPECT_THAT(values(grad(y, table.tensor(), {.retain_graph = true})), ElementsAreArray({0, 4, 0}));
  EXPECT_FALSE(table.row_grad().defined());
  y.backward({.create_graph = true});
  EXPECT_FALSE(table.row_grad().defined());
  EXPECT_THAT(values(grad(table.grad(), table.tensor(), {.seed = Tensor(Array::full({3, 1}, 1, f64))})), ElementsAreArray({0, 2, 0}));
  table.zero_grad();
}

TEST(RowGradient, DoesNotFollowItsTable) {
  Parameter table = table_of({3, 1});
  sum(embedding(words({1}), table, by_rows)).backward();
  const Parameter copy = table;
  EXPECT_FALSE(copy.row_grad().defined());
  EXPECT_TRUE(table.row_grad().defined());
}

struct Fails final : Op {
  std::string_view name() const override { return "fails"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor) override { fail<ValueError>("on purpose"); }
};

TEST(RowGradient, ABackwardThatFailsLeavesNothing) {
  Parameter older = table_of({3, 1});
  const Tensor early = record(Fails{}, older.tensor());
  Parameter table = table_of({3, 1}), plain = table_of({3, 1});   // reached before the failure
  const Tensor loss = sum(embedding(words({1}), table, by_rows)) + sum(plain.tensor()) + sum(early);
  EXPECT_THROW(loss.backward(), ValueError);
  EXPECT_FALSE(table.row_grad().defined());
  EXPECT_FALSE(plain.grad().defined());
  sum(embedding(words({2}), table, by_rows)).backward();
  sum(plain.tensor()).backward();
  EXPECT_THAT(values(table.grad()), ElementsAreArray({0, 0, 1}));
  EXPECT_THAT(values(plain.grad()), ElementsAreArray({1, 1, 1}));
}

TEST(Embedding, HasTheSameBitsForAnyNumberOfThreads) {
  struct Restore {
    int n = num_threads();
    ~Restore() { set_threads(n); }
  } restore;
  Generator generator(3);
  const Tensor index = [&] {
    std::vector<std::int64_t> out;
    for (std::int64_t i = 0; i < 5000; ++i) out.push_back(i * i * 7919 % 701);
    return Tensor(Array::from(out, {50, 100}));
  }();
  const Tensor table = randn({701, 33}, generator), seed = randn({50, 100, 33}, generator);
  const auto run = [&](int threads, bool sparse) {
    set_threads(threads);
    Parameter p(table.value());
    const Tensor y = embedding(index, p, {.padding_idx = 0, .sparse = sparse});
    y.backward(seed);
    std::vector<double> all = values(y), gradient = values(p.grad());
    all.insert(all.end(), gradient.begin(), gradient.end());
    return all;
  };
  const std::vector<double> alone = run(1, false);
  for (int threads : {1, 2, 3})
    for (bool sparse : {false, true}) EXPECT_EQ(run(threads, sparse), alone) << threads << sparse;
}

TEST(Embedding, RefusesWhatItCannotLookUp) {
  const Tensor table = variable(zeros({10, 4}), "words.weight");
  expect_error<ValueError>([&] { embedding(words({0, 9, 3, 1, 12, 2}, {2, 3}), table); },
                           {"embedding: index 12 at [1, 1] of the indices [2, 3] is out of range for 10 rows: words.weight [10, 4] f32"});
  expect_error<ValueError>([&] { embedding(tensor(-1, i64), table); }, {"index -1 at [] ", "10 rows"});
  expect_error<ValueError>([&] { embedding(words({0}), zeros({0, 4})); }, {"index 0 at [0]", "0 rows"});
  expect_error<DtypeError>([&] { embedding(zeros({2}), table); }, {"indices must be whole numbers", "not f32"});
  expect_error<DtypeError>([&] { embedding(words({0}), zeros({2, 2}, i64)); }, {"weight must be f32 or f64", "i64"});
  expect_error<ShapeError>([&] { embedding(words({0}), zeros({4})); }, {"must be a table [n, d], not [4]"});
  expect_error<ShapeError>([&] { embedding(zeros(Shape::filled(8, 1), i64), table); }, {"no room"});
  for (std::int64_t padding : {10, -11})
    expect_error<ValueError>([&] { embedding(words({0}), table, {.padding_idx = padding}); },
                             {"padding_idx", std::to_string(padding), "10 rows"});
  EXPECT_NO_THROW(embedding(words({0}), table, {.padding_idx = -10}));
}

}  // namespace gradus::embedding_test
