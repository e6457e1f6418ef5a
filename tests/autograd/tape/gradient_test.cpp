// A gradient of either kind adds itself.
#include <gradus/autograd/tape/gradient.h>

#include <gradus/autograd/creation.h>

#include "support.h"

namespace gradus::gradient_test {

using testing::ElementsAreArray;

std::vector<double> values(const Array& a) { return a.to_vector(); }
Gradient rows(std::vector<std::int64_t> index, std::vector<double> numbers, std::int64_t skipped = -1) {
  const auto n = static_cast<std::int64_t>(index.size());
  return Gradient::of_rows(4, Array::from(index, {n}), Array::from(numbers, {n, 1}), skipped);
}
Gradient dense(std::vector<double> numbers) { return Array::from(numbers, {4, 1}); }

TEST(Gradient, OfEitherKindAddsItself) {
  const auto total = [](Gradient a, Gradient b) {
    a.add(std::move(b));
    return values(std::move(a).dense().value());
  };
  EXPECT_THAT(total(dense({1, 2, 3, 4}), dense({1, 1, 1, 1})), ElementsAreArray({2, 3, 4, 5}));
  EXPECT_THAT(total(rows({3, 1, 3}, {1, 2, 3}), dense({1, 1, 1, 1})), ElementsAreArray({1, 3, 1, 5}));
  EXPECT_THAT(total(dense({1, 1, 1, 1}), rows({3, 1, 3}, {1, 2, 3})), ElementsAreArray({1, 3, 1, 5}));
  EXPECT_THAT(total(rows({3, 1}, {1, 2}), rows({1, 0}, {5, 7}, 0)), ElementsAreArray({0, 7, 0, 1}));
  EXPECT_THAT(total({}, rows({2}, {5})), ElementsAreArray({0, 0, 5, 0}));
  EXPECT_THAT(total(rows({2}, {5}), {}), ElementsAreArray({0, 0, 5, 0}));
}

TEST(Gradient, OfRowsStaysSoUntilATensorMeetsIt) {
  Gradient g = rows({3, 1}, {1, 2});
  g.add(rows({3}, {10}));
  EXPECT_TRUE(g.is_rows());
  EXPECT_FALSE(g.tensor().defined());
  EXPECT_EQ(g.shape(), (Shape{4, 1}));
  EXPECT_EQ(g.element_type(), f64);
  g.settle();
  EXPECT_THAT(values(g.rows().rows), ElementsAreArray({1, 3}));
  EXPECT_THAT(values(g.elements()), ElementsAreArray({2, 11}));
  g.add(rows({1}, {5}));
  g.settle();
  EXPECT_THAT(values(g.elements()), ElementsAreArray({7, 11}));
  g.add(dense({1, 1, 1, 1}));
  EXPECT_FALSE(g.is_rows());
  EXPECT_FALSE(g.rows().defined());
  EXPECT_THAT(values(g.value()), ElementsAreArray({1, 8, 1, 12}));
}

TEST(Gradient, IsAValue) {
  Gradient g = rows({3, 1}, {1, 2});
  g.settle();
  const Gradient copy = g;
  g.set_elements(Array::from({5., 6.}, {2, 1}));
  EXPECT_THAT(values(copy.elements()), ElementsAreArray({2, 1}));
  EXPECT_THAT(values(g.elements()), ElementsAreArray({5, 6}));
  EXPECT_THAT(values(g.rows().rows), ElementsAreArray({1, 3}));
  g.add(copy);
  EXPECT_THAT(values(copy.elements()), ElementsAreArray({2, 1}));
  EXPECT_THAT(values(std::move(g).dense().value()), ElementsAreArray({0, 7, 0, 7}));
  Gradient tensor = dense({1, 2, 3, 4});
  const Gradient same = tensor;
  tensor.add(dense({1, 1, 1, 1}));
  EXPECT_THAT(values(same.value()), ElementsAreArray({1, 2, 3, 4}));
  EXPECT_FALSE(Gradient().defined());
  EXPECT_FALSE(Gradient(RowGradient{}).defined());
}

}  // namespace gradus::gradient_test
