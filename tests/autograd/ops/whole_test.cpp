// Arithmetic on whole numbers and logic; the values are PyTorch's.
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>

#include <limits>

#include "support.h"

namespace gradus::whole_test {

using testing::ElementsAre;
using testing::ElementsAreArray;

std::vector<std::int64_t> whole(const Tensor& x) {
  EXPECT_EQ(x.dtype(), i64);
  const auto all = x.value().as_contiguous().span<std::int64_t>();
  return {all.begin(), all.end()};
}
std::vector<int> bytes(const Tensor& x) {
  EXPECT_EQ(x.dtype(), u8);
  const auto all = x.value().as_contiguous().span<std::uint8_t>();
  return {all.begin(), all.end()};
}
std::vector<bool> truth(const Tensor& x) {
  EXPECT_EQ(x.dtype(), boolean);
  const auto all = x.value().as_contiguous().span<bool>();
  return {all.begin(), all.end()};
}

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();

TEST(WholeNumbers, ArithmeticStaysInTheDtype) {
  const Tensor a = tensor({-7, 7, -8, 0}, i64), b = tensor({2, -2, 3, 5}, i64);
  EXPECT_THAT(whole(a + b), ElementsAreArray({-5, 5, -5, 5}));
  EXPECT_THAT(whole(a - b), ElementsAreArray({-9, 9, -11, -5}));
  EXPECT_THAT(whole(a * b), ElementsAreArray({-14, -14, -24, 0}));
  EXPECT_THAT(whole(floor_divide(a, b)), ElementsAreArray({-4, -4, -3, 0}));
  EXPECT_THAT(whole(remainder(a, b)), ElementsAreArray({1, -1, 1, 0}));
  EXPECT_THAT(whole(-a), ElementsAreArray({7, -7, 8, 0}));
  EXPECT_THAT(whole(abs(a)), ElementsAreArray({7, 7, 8, 0}));
  EXPECT_THAT(whole(sign(a)), ElementsAreArray({-1, 1, -1, 0}));
  EXPECT_THAT(whole(square(a)), ElementsAreArray({49, 49, 64, 0}));
  EXPECT_THAT(whole(clamp(a, -3, 4)), ElementsAreArray({-3, 4, -3, 0}));
  EXPECT_THAT(whole(maximum(a, b)), ElementsAreArray({2, 7, 3, 5}));
  EXPECT_THAT(whole(minimum(a, 0)), ElementsAreArray({-7, 0, -8, 0}));
  EXPECT_THAT(whole(unsqueeze(a, 1) + tensor({10, 20}, i64)), ElementsAreArray({3, 13, 17, 27, 2, 12, 10, 20}));
}

TEST(WholeNumbers, PlainNumbersTakeTheDtype) {
  const Tensor a = tensor({-7, 7}, i64);
  EXPECT_THAT(whole(a + 1), ElementsAreArray({-6, 8}));
  EXPECT_THAT(whole(a - 1), ElementsAreArray({-8, 6}));
  EXPECT_THAT(whole(10 - a), ElementsAreArray({17, 3}));
  EXPECT_THAT(whole(a * 3), ElementsAreArray({-21, 21}));
  EXPECT_THAT(whole(floor_divide(a, 2)), ElementsAreArray({-4, 3}));
  EXPECT_THAT(whole(remainder(a, 4)), ElementsAreArray({1, 3}));
}

TEST(WholeNumbers, Powers) {
  EXPECT_THAT(whole(pow(tensor({-7, 3}, i64), 2)), ElementsAreArray({49, 9}));
  EXPECT_THAT(whole(pow(tensor({-7, 3}, i64), 0)), ElementsAreArray({1, 1}));
  EXPECT_THAT(whole(pow(2, tensor({0, 3, -1, 62, 64}, i64))), ElementsAre(1, 8, 0, std::int64_t{1} << 62, 0));
  EXPECT_THAT(whole(pow(tensor({-2, -1, 1, 0, 3}, i64), tensor({-3, -3, -5, 2, 4}, i64))), ElementsAreArray({0, -1, 1, 0, 81}));
  EXPECT_THAT(bytes(pow(tensor({2, 3}, u8), 5)), ElementsAreArray({32, 243}));
}

TEST(WholeNumbers, WrapAround) {
  const Tensor u = tensor({1, 200, 255}, u8);
  EXPECT_THAT(bytes(u + u), ElementsAreArray({2, 144, 254}));
  EXPECT_THAT(bytes(-u), ElementsAreArray({255, 56, 1}));
  EXPECT_THAT(bytes(u * 3), ElementsAreArray({3, 88, 253}));
  EXPECT_THAT(bytes(u - 2), ElementsAreArray({255, 198, 253}));
  EXPECT_THAT(bytes(abs(u)), ElementsAreArray({1, 200, 255}));
  const Tensor ends = tensor(std::vector<std::int64_t>{least, most}, i64);
  EXPECT_THAT(whole(ends + 1), ElementsAre(least + 1, least));
  EXPECT_THAT(whole(-ends), ElementsAre(least, -most));
  EXPECT_THAT(whole(floor_divide(ends, -1)), ElementsAre(least, -most));
  EXPECT_THAT(whole(remainder(ends, -1)), ElementsAreArray({0, 0}));
  EXPECT_THAT(whole(ends * 2), ElementsAreArray({0, -2}));
}

TEST(WholeNumbers, AreNotPromoted) {
  const Tensor label = tensor({1, 2}, i64), mask = label > 1;
  expect_error<DtypeError>([&] { label * 0.5; }, {"mul: the number 0.5 is no i64", "[2] i64", "x.to(f32)"});
  expect_error<DtypeError>([&] { label - 0.5; }, {"sub: the number 0.5 is no i64"});
  expect_error<DtypeError>([&] { tensor({1}, u8) + 256; }, {"add: the number 256 is no u8"});
  expect_error<DtypeError>([&] { label / 2; }, {"div: true division", "[2] i64", "x.to(f32)", "floor_divide(a, b)"});
  expect_error<DtypeError>([&] { label / label; }, {"div: true division", "floor_divide(a, b)"});
  expect_error<DtypeError>([&] { 1 / label; }, {"div: true division"});
  expect_error<DtypeError>([&] { label + zeros({2}); }, {"add: dtypes differ: [2] i64 and [2] f32", "a.to(f32)"});
  expect_error<DtypeError>([&] { zeros({2}) * label; }, {"mul: dtypes differ: [2] f32 and [2] i64", "b.to(f32)"});
  expect_error<DtypeError>([&] { -mask; }, {"neg: not for bool", "x.to(i64)"});
  expect_error<DtypeError>([&] { mask + 1; }, {"add: not for bool"});
  expect_error<DtypeError>([&] { mask - mask; }, {"sub: not for bool", "logical_xor(a, b)"});
  expect_error<DtypeError>([&] { exp(label); }, {"exp: needs f32 or f64, not [2] i64", "x.to(f32)"});
  expect_error<DtypeError>([&] { where(mask, label, 0.5); }, {"where: the number 0.5 is no i64"});
  expect_error<ValueError>([&] { pow(label, -1); }, {"pow", "negative power", "x.to(f32)"});
  expect_error<ValueError>([&] { floor_divide(label, 0); }, {"floor_divide: division by zero"});
  expect_error<ValueError>([&] { remainder(label, label - 1); }, {"remainder: division by zero"});
}

TEST(WholeNumbers, ErrorsNameWhatWasWritten) {
  const Tensor none;
  const std::pair<const char*, std::function<void()>> uses[] = {
      {"neg: ", [&] { -none; }},          {"sub: ", [&] { none - 1; }},
      {"sub: ", [&] { 1 - none; }},       {"div: ", [&] { none / 2; }},
      {"div: ", [&] { 2 / none; }},       {"pow: ", [&] { pow(none, 2); }},
      {"pow: ", [&] { pow(none, 0.5); }}, {"maximum: ", [&] { maximum(none, 0); }}};
  for (const auto& [op, use] : uses) expect_error<GraphError>(use, {std::string(op) + (op == std::string("maximum: ") ? "a" : "")});
}

TEST(WholeNumbers, BoolAddsByOrAndMultipliesByAnd) {
  const Tensor a = tensor({1, 0, 1}, boolean), b = tensor({1, 1, 0}, boolean);
  EXPECT_THAT(truth(a + b), ElementsAre(true, true, true));
  EXPECT_THAT(truth(a * b), ElementsAre(true, false, false));
  EXPECT_THAT(truth(maximum(a, b)), ElementsAre(true, true, true));
  EXPECT_THAT(truth(minimum(a, b)), ElementsAre(true, false, false));
}

TEST(WholeNumbers, Reductions) {
  EXPECT_THAT(whole(sum(tensor({{1, 2}, {3, 4}}, i64), 0)), ElementsAreArray({4, 6}));
  EXPECT_THAT(whole(sum(tensor({200, 200}, u8))), ElementsAre(400));
  EXPECT_THAT(whole(sum(tensor({1, 0, 1}, boolean))), ElementsAre(2));
  EXPECT_THAT(bytes(max(tensor({{1, 200}, {3, 4}}, u8), 0)), ElementsAreArray({3, 200}));
  EXPECT_THAT(whole(max(tensor({least, -3.0}, i64))), ElementsAre(-3));
  expect_error<DtypeError>([] { mean(tensor({1, 2}, i64)); }, {"mean: needs f32 or f64, not i64", "x.to(f32)"});
}

TEST(Logic, OfAnyDtypes) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(truth(logical_xor(tensor({0, 2}), tensor({1, 1}, i64))), ElementsAre(true, false));
  EXPECT_THAT(truth(logical_and(tensor({0.5, 0}), tensor({2, 2}, u8))), ElementsAre(true, false));
  EXPECT_THAT(truth(logical_or(tensor({nan, 0}, f64), tensor({0, 0}))), ElementsAre(true, false));
  EXPECT_THAT(truth(logical_not(tensor({nan, 0}))), ElementsAre(false, true));
  const Tensor x = tensor({-1, 0.5, 3});
  EXPECT_THAT(truth(x > 0 && x < 1), ElementsAre(false, true, false));
  EXPECT_THAT(truth(!(x > 0) || x > 1), ElementsAre(true, false, true));
  EXPECT_THAT(truth(tensor({1, 0}, boolean) == 1), ElementsAre(true, false));
}

TEST(Logic, AllAndAny) {
  const Tensor x = tensor({{1, 0}, {2, 3}});
  EXPECT_THAT(truth(all(x, 1)), ElementsAre(false, true));
  EXPECT_THAT(truth(any(x == 0, 0, true)), ElementsAre(false, true));
  EXPECT_EQ(any(x == 0, 0, true).shape(), (Shape{1, 2}));
  EXPECT_TRUE(any(x).item() && !all(x).item() && all(x == x).item());
  EXPECT_TRUE(all(zeros({0})).item() && !any(zeros({0})).item());
  EXPECT_THAT(truth(all(zeros({2, 0}), 1)), ElementsAre(true, true));
  EXPECT_THAT(truth(any(zeros({2, 0}), 1)), ElementsAre(false, false));
}

TEST(Where, OfTwoNumbers) {
  const Tensor mask = tensor({1, 0}, boolean);
  EXPECT_THAT(where(mask, 1.0, 0.0).value().to_vector(), ElementsAreArray({1, 0}));
  EXPECT_EQ(where(mask, 1, 0).dtype(), f32);
  EXPECT_THAT(whole(where(mask, 1, -1, i64)), ElementsAreArray({1, -1}));
}

}  // namespace gradus::whole_test
