#include <gradus/autograd/creation.h>

#include <cmath>
#include <limits>
#include <sstream>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>

#include "support.h"

namespace gradus::creation_test {

using testing::ElementsAre;
using testing::ElementsAreArray;

TEST(Creation, Values) {
  EXPECT_THAT(arange(0, 1, 0.25).value().to_vector(), ElementsAreArray({0., 0.25, 0.5, 0.75}));
  EXPECT_THAT(arange(3, 0, -1, i64).value().to_vector(), ElementsAreArray({3, 2, 1}));
  EXPECT_EQ(arange(1, 1).size(), 0);
  EXPECT_THAT(linspace(0, 1, 3).value().to_vector(), ElementsAreArray({0., 0.5, 1.}));
  EXPECT_THAT(linspace(2, 5, 1).value().to_vector(), ElementsAre(2));
  EXPECT_EQ(tensor({{1, 2, 3}, {4, 5, 6}}).shape(), (Shape{2, 3}));
  EXPECT_EQ(tensor(1.5).shape(), Shape{});
  expect_error<ShapeError>([] { tensor({{1, 2}, {3}}); }, {"rows", "2 and 1"});
  expect_error<ValueError>([] { arange(0, 1, 0); }, {"arange", "not zero"});
  expect_error<ValueError>([] { arange(0, std::numeric_limits<double>::infinity()); }, {"arange", "finite"});
  expect_error<ValueError>([] { arange(3, 0); }, {"arange", "from 3 to 0 in steps of 1", "leads away"});
  expect_error<ValueError>([] { arange(0, 3, -0.5); }, {"arange", "leads away"});
  EXPECT_THAT(logspace(0, 2, 3).value().to_vector(), ElementsAreArray({1., 10., 100.}));
  EXPECT_THAT(logspace(-1, 2, 4, 2, f64).value().to_vector(), ElementsAreArray({0.5, 1., 2., 4.}));
  EXPECT_EQ(logspace(0, 1, 0).size(), 0);
  EXPECT_EQ(randn_like(zeros({2, 3}, f64)).dtype(), f64);
  EXPECT_EQ(rand_like(zeros({2, 3})).shape(), (Shape{2, 3}));
}

TEST(Creation, FromVectors) {
  EXPECT_THAT(tensor(std::vector<double>{1, 2.5}).value().to_vector(), ElementsAreArray({1., 2.5}));
  EXPECT_EQ(tensor(std::vector<double>{1, 2.5}).dtype(), f32);
  EXPECT_EQ(tensor(std::vector<int>{1, 2}, i64).dtype(), i64);
  EXPECT_EQ(tensor(std::array{1.0f, 2.0f}, f64).dtype(), f64);
  const std::int64_t large = (std::int64_t{1} << 53) + 1;
  EXPECT_EQ(tensor(std::vector<std::int64_t>{large}, i64).value().data<std::int64_t>()[0], large);
  EXPECT_EQ(tensor(std::vector<std::vector<float>>{{1, 2, 3}, {4, 5, 6}}).shape(), (Shape{2, 3}));
  EXPECT_EQ(tensor(std::vector<float>{}).shape(), Shape{0});
  expect_error<ShapeError>([] { tensor(std::vector<std::vector<float>>{{1, 2}, {3}}); }, {"rows", "2 and 1"});
}

TEST(Creation, BracesAroundOneNumberMakeAVector) {
  EXPECT_EQ(tensor({1}).shape(), Shape{1});
  EXPECT_EQ(tensor({1.5}, f64).shape(), Shape{1});
  EXPECT_EQ(tensor(1).shape(), Shape{});
  EXPECT_EQ(tensor({{1}, {2}}).shape(), (Shape{2, 1}));
}

TEST(Creation, LikeOthers) {
  const Tensor x = zeros({2, 3}, f64);
  EXPECT_EQ(full_like(x, 2.5).dtype(), f64);
  EXPECT_EQ(full_like(x, 2.5).shape(), x.shape());
  EXPECT_EQ(full_like(x, 2.5).value().at({1, 2}), 2.5);
  EXPECT_EQ(empty_like(x).dtype(), f64);
  EXPECT_EQ(empty_like(x).shape(), x.shape());
  EXPECT_EQ(empty({2, 0}, i32).dtype(), i32);
  Generator g(1);
  for (const Tensor& y : {zeros_like(x, i64), ones_like(x, i64), full_like(x, 3, i64), empty_like(x, i64)}) {
    EXPECT_EQ(y.dtype(), i64);
    EXPECT_EQ(y.shape(), x.shape());
  }
  EXPECT_EQ(full_like(x, 3, i64).value().at({1, 2}), 3);
  EXPECT_EQ(randn_like(x, g, f32).dtype(), f32);
  EXPECT_EQ(rand_like(zeros({2}, i64), g, f32).dtype(), f32);
  expect_error<GraphError>([] { empty_like(Tensor()); }, {"empty_like", "undefined"});
}

TEST(Creation, Eye) {
  EXPECT_THAT(eye(2).value().to_vector(), ElementsAreArray({1, 0, 0, 1}));
  EXPECT_THAT(eye(2, 3, i64).value().to_vector(), ElementsAreArray({1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(eye(2, 3, i64).dtype(), i64);
  EXPECT_EQ(eye(0).shape(), (Shape{0, 0}));
  expect_error<ShapeError>([] { eye(-1); }, {"eye", "negative", "[-1, -1]"});
}

TEST(Creation, ArangeAsInPyTorch) {
  EXPECT_THAT(arange(3).value().to_vector(), ElementsAreArray({0, 1, 2}));
  EXPECT_EQ(arange(3, i64).dtype(), i64);
  EXPECT_THAT(arange(1, 3, i64).value().to_vector(), ElementsAreArray({1, 2}));
}

TEST(Creation, ArraysFromIntegersOfAnyWidth) {
  EXPECT_EQ(Array::from({1, 2}, {2}).dtype(), i64);
  EXPECT_EQ(Array::from(std::vector<int>{1, -2}, {2}).at({1}), -2);
  EXPECT_EQ(Array::from(std::vector<std::size_t>{1, 2}, {2}).dtype(), i64);
  EXPECT_EQ(Array::from(std::vector<short>{1, 2}, {2, 1}).shape(), (Shape{2, 1}));
  EXPECT_EQ(Array::from(std::vector<long long>{1, 2}, {2}).dtype(), i64);
  EXPECT_EQ(Array::from(std::vector<std::uint8_t>{1, 2}, {2}).dtype(), u8);
  EXPECT_THAT(Array::from(std::vector<bool>{true, false}, {2}).span<bool>(), ElementsAre(true, false));
  expect_error<ShapeError>([] { Array::from({1, 2, 3}, {2}); }, {"3 values do not fill shape [2]"});
}

TEST(Creation, RandomNumbersDependOnTheGeneratorAlone) {
  const int threads = num_threads();
  Generator a(5), b(5);
  const auto first = randn({100001}, a).value().to_vector();
  set_threads(1);
  const auto second = randn({100001}, b).value().to_vector();
  set_threads(threads);
  EXPECT_EQ(first, second);
  EXPECT_NE(randn({10}, a).value().to_vector(), randn({10}, a).value().to_vector());
  double sum = 0, squares = 0;
  for (double z : first) sum += z, squares += z * z;
  EXPECT_NEAR(sum / 100001, 0, 0.02);
  EXPECT_NEAR(squares / 100001, 1, 0.02);
  for (double u : rand({10001}, a).value().to_vector()) ASSERT_TRUE(0 <= u && u < 1);
  for (double u : uniform(Array({10001}, f32), -3, -2.9, a).to_vector()) ASSERT_TRUE(-3.0000001 <= u && u < -2.9);
}

TEST(Print, ShowsValuesDtypeAndShape) {
  std::ostringstream out;
  out << tensor({{1, 2.5}, {-3, 4}}) << '\n' << arange(0, 100) << '\n' << (tensor({1, 2}) > 1.5) << '\n' << Tensor();
  EXPECT_EQ(out.str(), "[[1, 2.5],\n [-3, 4]] f32 [2, 2]\n[0, 1, 2, …, 97, 98, 99] f32 [100]\n[false, true] bool [2]\nundefined");
}

}  // namespace gradus::creation_test
