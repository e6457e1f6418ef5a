// Moving elements: against index arithmetic, with gradients to second order.
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/mask.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::shape_test {

std::vector<double> numbers(const Tensor& x) { return x.value().to_vector(); }
Tensor counting(const Shape& shape) { return reshape(arange(0, double(shape.elements()), 1, f64), shape); }

TEST(Shape, ReshapeAndFlatten) {
  const Tensor x = counting({2, 3, 4});
  EXPECT_EQ(reshape(x, {4, -1}).shape(), (Shape{4, 6}));
  EXPECT_EQ(numbers(reshape(x, {-1})), numbers(x));
  EXPECT_EQ(flatten(x).shape(), Shape{24});
  EXPECT_EQ(flatten(x, 1).shape(), (Shape{2, 12}));
  EXPECT_EQ(flatten(x, 0, 1).shape(), (Shape{6, 4}));
  EXPECT_EQ(flatten(x, -2, -1).shape(), (Shape{2, 12}));
  EXPECT_EQ(flatten(tensor(3)).shape(), Shape{1});
  EXPECT_EQ(numbers(reshape(transpose(counting({2, 3})), {6})), (std::vector<double>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(reshape(zeros({0, 3}), {3, 0}).shape(), (Shape{3, 0}));
}

TEST(Shape, BracketsAreIndex) {
  const Tensor x = variable(counting({3, 4, 2})), rows = tensor({2, 0}, i64);
  const std::pair<Tensor, Tensor> pairs[] = {
      {x[1], index(x, {1})},           {x[Slice(1, None)], index(x, {Slice(1, None)})}, {x[rows], index(x, {rows})},
      {x[x > 5], index(x, {x > 5})},   {x[{1, -1, 0}], index(x, {1, -1, 0})},           {x[{{1, -1}}], index(x, {{1, -1}})},
      {x[{rows}], index(x, {rows})},   {x[{Ellipsis, None, rows - 1}], index(x, {Ellipsis, None, rows - 1})},
      {x[None], unsqueeze(x, 0)},      {x[{}], x},
      {x[std::vector<int>{1, 1}], index(x, {{1, 1}})}};
  for (const auto& [brackets, call] : pairs) {
    EXPECT_EQ(brackets.shape(), call.shape());
    EXPECT_EQ(numbers(brackets), numbers(call));
    EXPECT_EQ(numbers(grad(sum(square(brackets)), x)), numbers(grad(sum(square(call)), x)));
  }
  static_assert(!std::is_assignable_v<decltype(x[0]), Tensor>);   // which would change nothing
}

TEST(Shape, TransposeAndPermute) {
  const Tensor x = counting({2, 3, 4});
  EXPECT_EQ(transpose(x).shape(), (Shape{2, 4, 3}));
  EXPECT_EQ(transpose(x, 0, 2).value().at({3, 2, 1}), x.value().at({1, 2, 3}));
  EXPECT_EQ(permute(x, {2, 0, 1}).value().at({3, 1, 2}), x.value().at({1, 2, 3}));
  EXPECT_EQ(permute(x, {-1, 0, -2}).value().at({3, 1, 2}), x.value().at({1, 2, 3}));
}

TEST(Shape, ComesFromSizesOfAnyIntegerType) {
  const std::vector<double> words(5);
  const int width = 3;
  const Shape expected{5, 3};
  EXPECT_EQ(zeros({words.size(), width}).shape(), expected);
  EXPECT_EQ(zeros({words.size(), 3u}).shape(), expected);
  EXPECT_EQ(zeros(std::vector<int>{5, 3}).shape(), expected);
  EXPECT_EQ(zeros(std::vector<std::size_t>{5, 3}).shape(), expected);
  EXPECT_EQ(zeros(std::vector<std::int64_t>{5, 3}).shape(), expected);
  EXPECT_EQ(zeros(std::array<short, 2>{5, 3}).shape(), expected);
  EXPECT_EQ(reshape(zeros({15}), std::vector<int>{5, -1}).shape(), expected);
  EXPECT_EQ(Array(std::vector<int>{5, 3}, f32).shape(), expected);
  EXPECT_EQ(zeros(std::vector<int>{}).shape(), Shape{});
  EXPECT_TRUE(zeros({5, 3}).shape() == (std::vector<int>{5, 3}));
  static_assert(!std::is_convertible_v<std::vector<double>, Shape> && !std::is_convertible_v<std::string, Shape> &&
                !std::is_convertible_v<int, Shape>);
  expect_error<ShapeError>([] { zeros(std::vector<int>(9, 1)); }, {"shape: at most 8 dimensions are possible, not 9"});
  expect_error<ShapeError>([] { zeros({std::numeric_limits<std::size_t>::max()}); }, {"must not be negative"});
}

TEST(Shape, IsTheSameUnderPyTorchsNames) {
  const Tensor x = zeros({2, 3, 4});
  EXPECT_EQ(x.size(0), 2);
  EXPECT_EQ(x.size(-1), 4);
  EXPECT_EQ(x.dim(), 3);
  EXPECT_EQ(x.numel(), 24);
  EXPECT_EQ(x.sizes(), x.shape());
  expect_error<ValueError>([&] { x.size(3); }, {"axis 3", "3 dimensions"});
}

TEST(Shape, SqueezeAndUnsqueeze) {
  EXPECT_EQ(unsqueeze(zeros({2, 3}), -1).shape(), (Shape{2, 3, 1}));
  EXPECT_EQ(unsqueeze(zeros({2, 3}), 0).shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(unsqueeze(tensor(1), 0).shape(), Shape{1});
  EXPECT_EQ(squeeze(zeros({2, 1, 3}), -2).shape(), (Shape{2, 3}));
  EXPECT_EQ(squeeze(zeros({2, 1, 3}), 0).shape(), (Shape{2, 1, 3}));   // is not 1, and stays
  EXPECT_EQ(squeeze(zeros({1, 2, 1, 1})).shape(), Shape{2});
  EXPECT_EQ(squeeze(zeros({1, 2, 1, 1}), {0, 1, -1}).shape(), (Shape{2, 1}));
  EXPECT_EQ(expand(zeros({2, 1, 3}), {4, -1, 5, -1}).shape(), (Shape{4, 2, 5, 3}));
  expect_error<ShapeError>([] { expand(zeros({2}), {-1, 2}); }, {"expand", "dimension 0", "[-1, 2]", "[2]"});
}

TEST(Shape, SliceAndSelect) {
  const Tensor x = counting({3, 5});
  EXPECT_EQ(numbers(slice(x, 1, 1, 5, 2)), (std::vector<double>{1, 3, 6, 8, 11, 13}));
  EXPECT_EQ(numbers(slice(x, 0, -2, -1)), (std::vector<double>{5, 6, 7, 8, 9}));
  EXPECT_EQ(slice(x, 0, 2, 2).shape(), (Shape{0, 5}));
  EXPECT_EQ(numbers(select(x, 1, -1)), (std::vector<double>{4, 9, 14}));
  EXPECT_EQ(numbers(select(x, 0, 1)), (std::vector<double>{5, 6, 7, 8, 9}));
  EXPECT_EQ(select(arange(0, 3), 0, 2).item(), 2);
}

TEST(Shape, CatAndStack) {
  const Tensor a = counting({2, 2}), b = counting({2, 3});
  EXPECT_EQ(numbers(cat({a, b}, 1)), (std::vector<double>{0, 1, 0, 1, 2, 2, 3, 3, 4, 5}));
  EXPECT_EQ(numbers(cat({a, transpose(a)})), (std::vector<double>{0, 1, 2, 3, 0, 2, 1, 3}));
  EXPECT_EQ(numbers(stack({a, transpose(a)}, -1)), (std::vector<double>{0, 0, 1, 2, 2, 1, 3, 3}));
  EXPECT_EQ(cat({a, zeros({0, 2}, f64)}).shape(), (Shape{2, 2}));
  EXPECT_EQ(cat({zeros({2}, u8), ones({1}, u8)}).dtype(), u8);
  EXPECT_EQ(numbers(cat({expand(tensor(7, f64), {1, 3}), ones({1, 3}, f64)})), (std::vector<double>{7, 7, 7, 1, 1, 1}));
}

TEST(Shape, GatherAndScatterAdd) {
  const Tensor x = counting({2, 3, 2});
  const Tensor index(Array::from<std::int64_t>({2, 0, 1, 1, 0, 2, 0, 2}, {2, 2, 2}));
  EXPECT_EQ(numbers(gather(x, 1, index)), (std::vector<double>{4, 1, 2, 3, 6, 11, 6, 11}));
  EXPECT_EQ(numbers(scatter_add(ones({2, 2, 2}, f64), 1, index, {2, 3, 2})), (std::vector<double>{0, 1, 1, 1, 1, 0, 2, 0, 0, 0, 0, 2}));
  EXPECT_EQ(numbers(gather(transpose(counting({2, 2})), -1, Array::from<std::int64_t>({1, 0}, {2, 1}))), (std::vector<double>{2, 1}));
  EXPECT_EQ(gather(x, 1, Array::zeros({2, 0, 2}, i64)).shape(), (Shape{2, 0, 2}));
}

TEST(Shape, BackwardOfAViewLeavesTheValueAlone) {
  Tensor x = variable(counting({3, 3}));
  sum(square(select(x, 0, 1))).backward();
  EXPECT_EQ(numbers(x.grad()), (std::vector<double>{0, 0, 0, 6, 8, 10, 0, 0, 0}));
  EXPECT_EQ(numbers(x), numbers(counting({3, 3})));
}

TEST(Shape, Gradients) {
  for (const Shape& shape : {Shape{2, 3, 4}, Shape{1, 1, 1}, Shape{2, 0, 3}}) {
    const Tensor x = random(shape), y = random(shape, 2);
    const auto check = [&](const Function& f) { check_gradients(f, {x, y}); };
    const Shape flat{shape[2], shape[0] * shape[1]};
    check([flat](const auto& v) { return square(reshape(transpose(v[0]), flat)) * reshape(v[1], flat); });
    check([](const auto& v) { return square(flatten(v[0], 0, 1) * flatten(v[1], 0, 1)); });
    check([](const auto& v) { return square(permute(v[0], {2, 0, 1})); });
    check([](const auto& v) { return square(squeeze(unsqueeze(v[0], 1), 1)); });
    check([](const auto& v) { return square(slice(v[0], 2, 0, v[0].dim(2), 2)); });
    check([](const auto& v) { return square(select(v[0], 0, -1)) * select(v[1], 0, 0); });
    check([](const auto& v) { return square(cat({v[0], v[1], v[0]}, 1)); });
    check([](const auto& v) { return square(stack({v[0], v[1], v[0] * v[1]}, -1)); });
  }
}

TEST(Shape, GradientsThroughAnIndex) {
  const Tensor index(Array::from<std::int64_t>({2, 0, 2, 1, 0, 0}, {3, 2}));
  check_gradients([&](const auto& v) { return square(gather(v[0], 1, index)); }, {random({3, 3})});
  check_gradients([&](const auto& v) { return square(scatter_add(v[0], 1, index, {3, 4})); }, {random({3, 2})});
  check_gradients([&](const auto& v) { return square(gather(transpose(v[0]), 0, transpose(index))); }, {random({3, 3})});
}

TEST(Shape, ManyPartsOfWhichSomeWantNoGradient) {
  std::vector<Tensor> parts;
  Tensor x = variable(ones({2}, f64)), y = variable(ones({2}, f64));
  for (int i = 0; i < 40; ++i) parts.push_back(i == 0 ? x : i == 39 ? y : zeros({2}, f64));
  const auto [dx, dy] = grad<2>(sum(cat(parts) * counting({80})), {x, y});
  EXPECT_EQ(numbers(dx), (std::vector<double>{0, 1}));
  EXPECT_EQ(numbers(dy), (std::vector<double>{78, 79}));
}

TEST(Shape, Errors) {
  const Tensor x = zeros({2, 3});
  expect_error<ShapeError>([&] { reshape(x, {4, -1}); }, {"reshape", "[2, 3]", "[4, -1]"});
  expect_error<ValueError>([&] { flatten(x, 1, 0); }, {"flatten", "1", "0", "[2, 3]"});
  expect_error<ValueError>([&] { transpose(zeros({2})); }, {"transpose", "axis -2"});
  expect_error<ValueError>([&] { permute(x, {0, 0}); }, {"permute", "twice"});
  expect_error<ValueError>([&] { squeeze(x, 2); }, {"squeeze", "axis 2"});
  expect_error<ValueError>([&] { unsqueeze(x, 3); }, {"unsqueeze", "axis 3"});
  expect_error<ValueError>([&] { slice(x, 0, 0, 3); }, {"slice", "[0, 3)", "size 2"});
  expect_error<ValueError>([&] { slice(x, 0, 0, 2, 0); }, {"slice", "step"});
  expect_error<ValueError>([&] { select(x, 1, 3); }, {"select", "index 3", "axis 1", "[2, 3]"});
  expect_error<ValueError>([&] { select(x, 1, -4); }, {"select", "index -4"});
  expect_error<ValueError>([&] { cat({}); }, {"cat", "at least one"});
  expect_error<ShapeError>([&] { cat({x, zeros({2, 4})}); }, {"cat", "axis 0", "[2, 3]", "tensor 1", "[2, 4]"});
  expect_error<ShapeError>([&] { cat({x, zeros({2})}); }, {"cat", "[2]"});
  expect_error<DtypeError>([&] { cat({x, zeros({2, 3}, f64)}); }, {"cat", "f32", "tensor 1", "f64"});
  expect_error<ShapeError>([&] { stack({x, zeros({3, 2})}); }, {"stack", "[2, 3]", "[3, 2]"});
  expect_error<DtypeError>([&] { gather(x, 0, zeros({1, 3})); }, {"gather", "i64", "f32"});
  expect_error<ShapeError>([&] { gather(x, 0, Array::zeros({1, 4}, i64)); }, {"gather", "[1, 4]", "[2, 3]", "axis 0"});
  expect_error<ValueError>([&] { gather(x, 1, Array::full({2, 1}, 3, i64)); }, {"gather", "index 3", "[0, 0]", "[2, 3]"});
  expect_error<ValueError>([&] { gather(x, 1, Array::full({2, 1}, -1, i64)); }, {"gather", "index -1"});
  expect_error<ShapeError>([&] { scatter_add(x, 1, Array::zeros({2, 4}, i64), {2, 5}); }, {"scatter_add", "[2, 3]", "[2, 4]"});
  Array index = Array::zeros({2, 40}, i64);
  index.mutable_data<std::int64_t>()[40 + 37] = 3;
  expect_error<ValueError>([&] { gather(x, 1, index); }, {"gather", "index 3", "[1, 37]", "[2, 3]"});
  expect_error<ValueError>([&] { scatter_add(zeros({2, 40}), 1, index, {2, 3}); }, {"scatter_add", "index 3", "[1, 37]", "[2, 3]"});
}

TEST(Shape, LargeCopiesAreOfTheRightElements) {
  const Tensor x = random({300, 1024}, 1, f32);
  const auto columns = [&](const std::function<double(double)>& of, std::int64_t n) {
    std::vector<std::int64_t> from;
    for (std::int64_t j = 0; j < n; ++j) from.push_back(static_cast<std::int64_t>(of(double(j))));
    return index_select(x, 1, Array::from(from, {n})).value();
  };
  expect_near(roll(x, 3, 1), columns([](double j) { return j < 3 ? j + 1021 : j - 3; }, 1024), 0);
  expect_near(roll(x, -2, 1), columns([](double j) { return j < 1022 ? j + 2 : j - 1022; }, 1024), 0);
  expect_near(flip(x, 1), columns([](double j) { return 1023 - j; }, 1024), 0);
  expect_near(repeat_interleave(x, 3, 1), columns([](double j) { return std::floor(j / 3); }, 3072), 0);
  expect_near(repeat(x, {1, 2}), columns([](double j) { return j < 1024 ? j : j - 1024; }, 2048), 0);
  expect_near(pad(x, {2, 1}, PadMode::reflect), columns([](double j) { return j < 2 ? 2 - j : j < 1026 ? j - 2 : 1022; }, 1027), 0);
  expect_near(flatten(unfold(x, 1, 4, 4), 1), x.value(), 0);
  expect_near(select(unfold(x, 1, 3, 1).contiguous(), 2, 1), slice(x, 1, 1, 1023).value(), 0);
  expect_near(slice(pad(x, {1, 2, 3, 4}, PadMode::constant, 9), 0, 3, 303).value().slice(1, 1, 1025), x.value(), 0);
  EXPECT_EQ(sum(pad(x * 0, {1, 2, 3, 4}, PadMode::constant, 9)).item(), 9 * (307 * 1027 - 300 * 1024));
  expect_near(triu(x, 5) + tril(x, 4), x.value(), 0);
}

TEST(Shape, IndicesOfTriangles) {
  const auto numbers = [](const Tensor& x) { return x.value().to_vector(); };
  for (const std::int64_t offset : {-9, -2, 0, 1, 9})
    for (const Shape& shape : {Shape{3, 4}, {4, 2}, {0, 3}, {3, 0}}) {
      const std::int64_t m = shape[0], n = shape[1];
      EXPECT_EQ(numbers(tril_indices(m, n, offset)), numbers(transpose(nonzero(tril(ones({m, n}), offset))))) << shape << offset;
      EXPECT_EQ(numbers(triu_indices(m, n, offset)), numbers(transpose(nonzero(triu(ones({m, n}), offset))))) << shape << offset;
      EXPECT_EQ(tril_indices(m, n, offset).dim(0), 2);
    }
  EXPECT_EQ(numbers(tril_indices(2, 2)), (std::vector<double>{0, 1, 1, 0, 0, 1}));
  EXPECT_EQ(tril_indices(2, 2).dtype(), i64);
  expect_error<ShapeError>([] { triu_indices(2, -1); }, {"triu_indices", "negative", "[2, -1]"});
}

}  // namespace gradus::shape_test
