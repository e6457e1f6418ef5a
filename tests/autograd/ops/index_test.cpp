// Indexing, scattering and what moves elements about: against PyTorch's numbers (golden/make_index.py), and by hand where those say
// nothing.
#include <cmath>
#include <functional>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/mask.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/window.h>

#include "autograd/reference.h"

namespace gradus::index_test {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> numbers(const Tensor& x) { return x.value().to_vector(); }
Tensor counting(const Shape& shape, Dtype dtype = f64) { return reshape(arange(0, double(shape.elements()), 1, dtype), shape); }
Tensor whole(const std::vector<std::int64_t>& values, const Shape& shape) { return Array::from(values, shape); }
using Doubles = std::vector<double>;

// A case's inputs by name, those that have a gradient tracked; its result and gradients are compared.
struct Case {
  std::string name;
  std::vector<std::string> inputs;
  Tensor (*f)(const std::vector<Tensor>& x);
};

void expect_golden(const Case& c) {
  SCOPED_TRACE(c.name);
  const auto& values = golden_values("index");
  std::vector<Tensor> xs, wanted;
  std::vector<Array> slopes;
  for (const std::string& input : c.inputs) {
    const Array& x = values.at(c.name + "." + input);
    xs.push_back(is_floating(x.dtype()) ? variable(x) : Tensor(x));
    if (is_floating(x.dtype())) wanted.push_back(xs.back()), slopes.push_back(values.at(c.name + ".d" + input));
  }
  const Tensor y = c.f(xs);
  expect_near(y, values.at(c.name + ".y"), 1e-12);
  for (const bool create_graph : {true, false}) {   // the last one uses the graph up
    const auto found = grad(y, wanted, {.create_graph = create_graph, .seed = values.at(c.name + ".g")});
    for (std::size_t i = 0; i < wanted.size(); ++i) expect_near(found[i], slopes[i], 1e-12, text("gradient ", i));
  }
}

TEST(Index, IsPyTorchs) {
  const std::vector<std::string> ij{"x", "i", "j"};
  expect_golden({"index_together", ij, [](auto& x) { return index(x[0], {x[1], x[2]}); }});
  expect_golden({"index_behind", ij, [](auto& x) { return index(x[0], {Slice(), x[2]}); }});
  expect_golden({"index_apart", ij, [](auto& x) { return index(x[0], {x[1], Slice(1, None), x[2]}); }});
  expect_golden({"index_new", ij, [](auto& x) { return index(x[0], {x[1], None, x[2]}); }});
  expect_golden({"index_ellipsis", ij, [](auto& x) { return index(x[0], {Ellipsis, None, x[2]}); }});
  expect_golden({"index_slices", ij, [](auto& x) { return index(x[0], {Slice(-1, None), Slice(None, None, 3), Slice(-4, -1)}); }});
  expect_golden({"index_mask", {"x", "mask"}, [](auto& x) { return index(x[0], {x[1]}); }});
  expect_golden({"index_mask_behind", {"x", "mask"}, [](auto& x) { return index(x[0], {Slice(), x[1]}); }});
  expect_golden({"index_number_first", ij, [](auto& x) { return index(x[0], {1, x[2]}); }});
  expect_golden({"index_number_apart", ij, [](auto& x) { return index(x[0], {1, Slice(), x[2]}); }});
  expect_golden({"index_put_add", {"x", "i", "j", "v"}, [](auto& x) { return index_put(x[0], {x[1], x[2]}, x[3], true); }});
}

template <Reduce reduce, bool include_self>
void expect_reductions(const std::string& name) {
  const std::string which = name + (include_self ? "_with" : "_without");
  expect_golden(
      {"scatter_" + which, {"x", "index", "src"}, [](auto& x) { return scatter_reduce(x[0], 1, x[1], x[2], reduce, include_self); }});
  if (reduce == Reduce::sum) return;
  expect_golden({"index_" + which, {"x", "index", "src"}, [](auto& x) { return index_reduce(x[0], 0, x[1], x[2], reduce, include_self); }});
}

TEST(Index, ReductionsArePyTorchs) {
  expect_reductions<Reduce::sum, true>("sum"), expect_reductions<Reduce::sum, false>("sum");
  expect_reductions<Reduce::prod, true>("prod"), expect_reductions<Reduce::prod, false>("prod");
  expect_reductions<Reduce::mean, true>("mean"), expect_reductions<Reduce::mean, false>("mean");
  expect_reductions<Reduce::amax, true>("amax"), expect_reductions<Reduce::amax, false>("amax");
  expect_reductions<Reduce::amin, true>("amin"), expect_reductions<Reduce::amin, false>("amin");
}

TEST(Index, PaddingAndPatchesArePyTorchs) {
  expect_golden({"pad_constant", {"x"}, [](auto& x) { return pad(x[0], {1, 2, -1, 3, 0, 1}, PadMode::constant, 1.5); }});
  expect_golden({"pad_reflect_1", {"x"}, [](auto& x) { return pad(x[0], {2, 1}, PadMode::reflect); }});
  expect_golden({"pad_reflect_2", {"x"}, [](auto& x) { return pad(x[0], {2, 1, 0, 2}, PadMode::reflect); }});
  expect_golden({"pad_reflect_3", {"x"}, [](auto& x) { return pad(x[0], {1, 1, 2, 0, 1, 2}, PadMode::reflect); }});
  expect_golden({"pad_replicate_1", {"x"}, [](auto& x) { return pad(x[0], {2, 1}, PadMode::replicate); }});
  expect_golden({"pad_replicate_2", {"x"}, [](auto& x) { return pad(x[0], {2, 1, 0, 2}, PadMode::replicate); }});
  expect_golden({"pad_replicate_3", {"x"}, [](auto& x) { return pad(x[0], {1, 1, 2, 0, 1, 2}, PadMode::replicate); }});
  expect_golden({"pad_circular_1", {"x"}, [](auto& x) { return pad(x[0], {2, 1}, PadMode::circular); }});
  expect_golden({"pad_circular_2", {"x"}, [](auto& x) { return pad(x[0], {2, 1, 0, 2}, PadMode::circular); }});
  expect_golden({"pad_circular_3", {"x"}, [](auto& x) { return pad(x[0], {1, 1, 2, 0, 1, 2}, PadMode::circular); }});
  expect_golden({"unfold", {"x"}, [](auto& x) { return unfold(x[0], {2, 3}, {.dilation = {2, 1}, .padding = {1, 2}, .stride = {1, 2}}); }});
  expect_golden({"fold", {"x"}, [](auto& x) {
                   return fold(x[0], {4, 5}, {2, 3}, {.dilation = {2, 1}, .padding = {1, 2}, .stride = {1, 2}});
                 }});
  expect_golden({"windows", {"x"}, [](auto& x) { return unfold(x[0], 1, 3, 2); }});
}

TEST(Index, BracesAreWhatTheyAreInNumPy) {
  const Tensor x = counting({2, 3, 2});
  EXPECT_EQ(index(x, {0}).shape(), (Shape{3, 2}));                      // x[0]
  EXPECT_EQ(index(x, {{0}}).shape(), (Shape{1, 3, 2}));                 // x[[0]]
  EXPECT_EQ(numbers(index(x, {1, {2, 0, -1}, 1})), (Doubles{11, 7, 11}));
  EXPECT_EQ(numbers(index(x, {std::vector<int>{1}, 0, Slice()})), (Doubles{6, 7}));
  EXPECT_EQ(index(x, {}).shape(), x.shape());
  EXPECT_EQ(index(x, {Ellipsis, None}).shape(), (Shape{2, 3, 2, 1}));
  EXPECT_EQ(index(x, {None, Slice(), None, 1, Ellipsis}).shape(), (Shape{1, 2, 1, 2}));
  EXPECT_EQ(index(x, {Slice(), std::vector<int>{}}).shape(), (Shape{2, 0, 2}));
  EXPECT_EQ(numbers(index(tensor(3, f64), {tensor(1, boolean)})), Doubles{3});   // a mask without dimensions
  EXPECT_EQ(index(tensor(3, f64), {tensor(0, boolean)}).shape(), Shape{0});
  EXPECT_EQ(index(tensor(3, f64), {}).item(), 3);
  EXPECT_EQ(numbers(index(x, {tensor(1, i64), Slice(None, 1), 0})), Doubles{6});
  EXPECT_EQ(index(zeros({5, 3, 4}), {Slice(), {0, 1}, Ellipsis, {0, 1}}).shape(), (Shape{2, 5}));   // parted, by nothing
  std::vector<Index> later{Slice(1, 2)};
  later.push_back(Ellipsis), later.push_back(0);
  EXPECT_EQ(numbers(index(x, later)), (Doubles{6, 8, 10}));
}

TEST(Index, SlicesAreCutOffAsInPython) {
  const Tensor x = counting({5});
  EXPECT_EQ(numbers(index(x, {Slice(1, 99)})), (Doubles{1, 2, 3, 4}));
  EXPECT_EQ(numbers(index(x, {Slice(-99, 2)})), (Doubles{0, 1}));
  EXPECT_EQ(numbers(index(x, {Slice(3, 1)})), Doubles{});
  EXPECT_EQ(numbers(index(x, {Slice(7, 9)})), Doubles{});
  EXPECT_EQ(numbers(index(x, {Slice(None, None, -1)})), (Doubles{4, 3, 2, 1, 0}));
  EXPECT_EQ(numbers(index(x, {Slice(3, None, -2)})), (Doubles{3, 1}));
  EXPECT_EQ(numbers(index(x, {Slice(99, 0, -3)})), (Doubles{4, 1}));
  EXPECT_EQ(numbers(index(x, {Slice(-2, -5, -1)})), (Doubles{3, 2, 1}));
  EXPECT_EQ(numbers(index(x, {Slice(0, 3, -1)})), Doubles{});
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(numbers(index(x, {Slice(1, most, most)})), Doubles{1});
  EXPECT_EQ(numbers(index(x, {Slice(None, least, least)})), Doubles{4});
  EXPECT_EQ(numbers(index(x, {Slice(least, most)})).size(), 5u);
}

TEST(Index, AssigningGivesANewTensor) {
  const Tensor x = counting({3, 4}), kept = x;
  EXPECT_EQ(numbers(index_put(x, {1, Slice(None, None, 2)}, tensor(-1, f64))), (Doubles{0, 1, 2, 3, -1, 5, -1, 7, 8, 9, 10, 11}));
  EXPECT_EQ(numbers(index_put(x, {Slice(None, None, -2), 0}, tensor({-1, -2}, f64))), (Doubles{-2, 1, 2, 3, 4, 5, 6, 7, -1, 9, 10, 11}));
  EXPECT_EQ(numbers(index_put(x, {x > 9}, tensor(0, f64))), (Doubles{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0}));
  EXPECT_EQ(numbers(index_put(x, {{0, 0, 2}, {1, 1, 3}}, tensor({5, 6, 7}, f64))),
            (Doubles{0, 6, 2, 3, 4, 5, 6, 7, 8, 9, 10, 7}));   // the last one
  EXPECT_EQ(numbers(index_put(x, {{0, 0, 2}, {1, 1, 3}}, tensor({5, 6, 7}, f64), true)), (Doubles{0, 12, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18}));
  EXPECT_EQ(numbers(index_put(x, {Ellipsis}, tensor(1, f64))), Doubles(12, 1));
  EXPECT_EQ(numbers(x), numbers(kept));
  const Tensor flags = index_put(zeros({3}, boolean), {{0, 0, 1}}, ones({3}, boolean), true);
  EXPECT_EQ(numbers(flags), (Doubles{1, 1, 0}));
  EXPECT_EQ(numbers(index_put(ones({3}, f16), {{0, 0, 1}}, ones({3}, f16), true)), (Doubles{3, 2, 1}));
  EXPECT_EQ(numbers(index_put(ones({3}, f16), {Slice(1, None)}, ones({}, f16), true)), (Doubles{1, 2, 2}));
}

TEST(Index, ViewsCopyNothing) {
  const Tensor x = zeros({4, 4}, f64);
  const auto is_view = [&](const Tensor& y) {
    const auto *first = static_cast<const std::byte*>(x.value().raw()), *at = static_cast<const std::byte*>(y.value().raw());
    return first <= at && at < first + 16 * 8;
  };
  EXPECT_TRUE(is_view(index(x, {1, Slice(1, None, 2), None})) && is_view(diagonal(x, -1)) && is_view(unfold(x, 1, 3,
                                                                                                            1)) && is_view(movedim(x, 0,
                                                                                                                                   1)));
  EXPECT_TRUE(is_view(squeeze(unsqueeze(x, 1))) && is_view(broadcast_to(x, {2, 4, 4})) && is_view(unbind(x, 1)[3]) && is_view(split(x, 3,
                                                                                                                                    1)[1]));
  EXPECT_TRUE(is_view(meshgrid({x.value().slice(0, 1, 2).squeeze(0), tensor({1, 2}, f64)})[0]));
}

// Windows share elements: who writes to one must not write to another.
TEST(Index, WindowsAreWrittenToApart) {
  Array windows = counting({5}).value().windows(0, 3, 1);
  windows.mutable_data<double>()[0] = 9;
  EXPECT_EQ(windows.to_vector(), (Doubles{9, 1, 2, 1, 2, 3, 2, 3, 4}));
  Array apart = counting({6}).value().windows(0, 2, 2, 1);
  apart.mutable_data<double>()[0] = 9;
  EXPECT_EQ(apart.to_vector(), (Doubles{9, 1, 2, 3, 4, 5}));
  const Tensor x = variable(counting({4}));
  sum(square(unfold(x, 0, 2, 1)) * 1.0).backward();
  EXPECT_EQ(numbers(x.grad()), (Doubles{0, 4, 8, 6}));
}

TEST(Index, ScalarsHaveAnAxis) {
  const Tensor x = variable(tensor(2, f64)), zero = tensor(0, i64), other = tensor(3, f64);
  for (const int axis : {0, -1}) {
    EXPECT_EQ(gather(x, axis, zero).shape(), Shape{});
    EXPECT_EQ(scatter_add(x, axis, zero, other).item(), 5);
    EXPECT_EQ(scatter_add(other, axis, zero, Shape{}).item(), 3);
    EXPECT_EQ(scatter(x, axis, zero, other).item(), 3);
    EXPECT_EQ(scatter_reduce(x, axis, zero, other, Reduce::prod).item(), 6);
    EXPECT_EQ(index_select(x, axis, zero).item(), 2);
    EXPECT_EQ(index_add(x, axis, zero, other).item(), 5);
    EXPECT_EQ(index_fill(x, axis, zero, 7).item(), 7);
    EXPECT_EQ(unfold(x, axis, 1, 1).shape(), Shape{1});
  }
  EXPECT_EQ(gather(x, 0, tensor({0, 0}, i64)).shape(), Shape{2});
  expect_error<ValueError>([&] { gather(x, 1, zero); }, {"gather", "axis 1"});
}

TEST(Index, WholeNumbersAndTruthHaveThemToo) {
  const Tensor index = whole({0, 0, 2}, {3});
  EXPECT_EQ(numbers(scatter_add(full({3}, 200, u8), 0, index, full({3}, 100, u8))), (Doubles{144, 200, 44}));
  EXPECT_EQ(numbers(scatter_reduce(zeros({3}, boolean), 0, index, ones({3}, boolean), Reduce::sum)), (Doubles{1, 0, 1}));
  EXPECT_EQ(numbers(scatter_reduce(tensor({-1, 5, 4}, i32), 0, index, tensor({-3, -3, 9}, i32), Reduce::mean)),
            (Doubles{-3, 5, 6}));   // rounded down
  EXPECT_EQ(numbers(scatter_reduce(tensor({-1, 5, 4}, i64), 0, index, tensor({-3, -4, 9}, i64), Reduce::amax, false)), (Doubles{-3, 5, 9}));
  EXPECT_EQ(numbers(scatter_reduce(tensor({2, 5, 4}, i8), 0, index, tensor({-3, 3, 2}, i8), Reduce::prod)), (Doubles{-18, 5, 8}));
  EXPECT_EQ(numbers(index_add(tensor({1, 2, 3}, i64), 0, index, tensor({1, 1, 1}, i64), 2)), (Doubles{5, 2, 5}));
  EXPECT_EQ(numbers(index_add(tensor({1, 2, 3}, f16), 0, index, tensor({1, 1, 1}, f16), 2)), (Doubles{5, 2, 5}));
  EXPECT_EQ(numbers(pad(tensor({1, 2}, i32), {1, 1}, PadMode::constant, 9)), (Doubles{9, 1, 2, 9}));
  EXPECT_EQ(numbers(unfold(tensor({1, 2, 3}, u8), 0, 2, 1)), (Doubles{1, 2, 2, 3}));
  EXPECT_EQ(trace(counting({3, 3}, i64)).item(), 12);
  EXPECT_EQ(numbers(tril(ones({2, 2}, boolean))), (Doubles{1, 0, 1, 1}));
  EXPECT_EQ(numbers(flip(tensor({1, 2, 3}, i16), 0)), (Doubles{3, 2, 1}));
  EXPECT_EQ(masked_fill(tensor({1, 2}, i64), tensor({0, 1}, boolean), 7).dtype(), i64);
  expect_error<DtypeError>([] { pad(zeros({2}, u8), {1, 0}, PadMode::constant, 0.5); }, {"pad: the number 0.5 is no u8"});
}

TEST(Index, MasksSelect) {
  const Tensor x = variable(tensor({1, inf, nan, 2}, f64)), mask = tensor({0, 1, 1, 0}, boolean);
  const auto slope = [&](const Tensor& y) { return numbers(grad(sum(y * y), x)); };
  EXPECT_EQ(slope(masked_fill(x, mask, 3)), (Doubles{2, 0, 0, 4}));
  EXPECT_EQ(slope(masked_select(x, !mask)), (Doubles{2, 0, 0, 4}));
  EXPECT_EQ(slope(masked_scatter(x, mask, tensor({5, 6, 7}, f64))), (Doubles{2, 0, 0, 4}));
  EXPECT_EQ(slope(index_put(x, {mask}, tensor(0, f64))), (Doubles{2, 0, 0, 4}));
  EXPECT_EQ(slope(scatter(x, 0, whole({1, 2}, {2}), 0.0)), (Doubles{2, 0, 0, 4}));
  EXPECT_EQ(slope(index_fill(x, 0, whole({1, 2}, {2}), 0.0)), (Doubles{2, 0, 0, 4}));
  EXPECT_EQ(numbers(grad(sum(tril(reshape(x, {2, 2})) * 0.5), x)), (Doubles{0.5, 0, 0.5, 0.5}));
  // An extreme that is NaN has the gradient, as a number has.
  const Tensor y = scatter_reduce(x, 0, whole({0, 3}, {2}), tensor({nan, inf}, f64), Reduce::amax);
  EXPECT_EQ(numbers(grad(sum(y), x)), (Doubles{0, 1, 1, 0}));
}

// Products with one zero, two zeros, and so large that they leave the range of numbers, to second order.
TEST(Index, ProductsOfZeros) {
  const Tensor index = whole({0, 0, 0, 1, 1, 2, 2}, {7});
  const auto f = [&](const std::vector<Tensor>& x) { return scatter_reduce(x[0], 0, index, x[1], Reduce::prod); };
  check_gradients(f, {tensor({2, 0, 0, 5}, f64), tensor({0, 3, 4, 0, 2, 3, 4}, f64)});
  check_gradients(f, {tensor({2, 1, 3, 5}, f64), tensor({0, 3, 4, 0, 0, 3, 4}, f64)});
  const Tensor huge = variable(tensor({1e200, 1e-200, 3}, f64)), x = tensor({1e200, 1e-200, 1, 5}, f64);
  EXPECT_EQ(numbers(grad(sum(scatter_reduce(x, 0, whole({0, 1, 2}, {3}), huge, Reduce::prod)), huge)), (Doubles{1e200, 1e-200, 1}));
}

TEST(Index, RepeatedIndicesLeaveTheGradientToTheLast) {
  const Tensor x = variable(zeros({3}, f64)), v = variable(tensor({1, 2, 3}, f64)), at = whole({1, 1, 0}, {3});
  for (const Tensor& y : {index_put(x, {at}, v), index_copy(x, 0, at, v), scatter(x, 0, at, v)}) {
    EXPECT_EQ(numbers(y), (Doubles{3, 2, 0}));
    const auto [dx, dv] = grad<2>(sum(y), {x, v});
    EXPECT_EQ(numbers(dx), (Doubles{0, 0, 1}));
    EXPECT_EQ(numbers(dv), (Doubles{0, 1, 1}));
  }
}

TEST(Index, TheSameTensorTwice) {
  const Tensor order = whole({2, 0, 2}, {3}), mask = tensor({1, 0, 1}, boolean);
  for (const auto& f : std::vector<Function>{
           [&](auto& x) { return scatter_add(x[0], 0, order, x[0]) * x[0]; },
           [&](auto& x) { return square(index_copy(x[0], 0, order, x[0])); },
           [&](auto& x) { return square(index_put(x[0], {order}, x[0], true)); },
           [&](auto& x) { return square(masked_scatter(x[0], mask, x[0])); },
           [&](auto& x) { return scatter_reduce(x[0], 0, order, x[0], Reduce::prod); },
           [&](auto& x) { return scatter_reduce(x[0], 0, order, x[0] * 1.5, Reduce::amax) * x[0]; },
           [&](auto& x) { return index(x[0], {order}) * index(x[0], {Slice(None, None, -1)}); },
           [&](auto& x) { return meshgrid({x[0], x[0]})[0] * meshgrid({x[0], x[0]})[1]; },
       })
    check_gradients(f, {tensor({0.5, -1.2, 2}, f64)});
}

TEST(Index, NothingIsSomethingToo) {
  const Tensor none = whole({}, {0}), x = variable(zeros({0, 3}, f64)), y = variable(ones({2, 3}, f64));
  const auto shape_of = [](const Tensor& t) { return t.shape(); };
  EXPECT_EQ(shape_of(index(x, {none})), (Shape{0, 3}));
  EXPECT_EQ(shape_of(index_select(y, 1, none)), (Shape{2, 0}));
  EXPECT_EQ(shape_of(gather(x, 1, Array::zeros({0, 2}, i64))), (Shape{0, 2}));
  EXPECT_EQ(shape_of(flip(x, {})), (Shape{0, 3}));
  EXPECT_EQ(shape_of(roll(x, 1)), (Shape{0, 3}));
  EXPECT_EQ(shape_of(repeat(y, {0, 2})), (Shape{0, 6}));
  EXPECT_EQ(shape_of(pad(x, {0, 0, 1, 1})), (Shape{2, 3}));
  EXPECT_EQ(shape_of(masked_select(y, zeros({3}, boolean))), Shape{0});
  EXPECT_EQ(shape_of(diagonal(y, 5)), Shape{0});
  EXPECT_EQ(shape_of(diag(zeros({0}), 1)), (Shape{1, 1}));
  EXPECT_EQ(shape_of(nonzero(x)), (Shape{0, 2}));
  EXPECT_EQ(shape_of(nonzero(tensor(1))), (Shape{1, 0}));
  EXPECT_EQ(shape_of(tril(zeros({2, 0}))), (Shape{2, 0}));
  EXPECT_EQ(unbind(x).size(), 0u);
  EXPECT_EQ(chunk(x, 3).size(), 3u);
  EXPECT_EQ(split(x, 0).size(), 1u);
  EXPECT_EQ(numbers(grad(sum(index_add(y, 0, none, zeros({0, 3}, f64))), y)), Doubles(6, 1));
  EXPECT_EQ(numbers(grad(sum(scatter_reduce(y, 0, Array::zeros({0, 3}, i64), zeros({0, 3}, f64), Reduce::prod)), y)), Doubles(6, 1));
  check_gradients([&](const auto& v) { return cat({pad(v[0], {1, 1, 2, 0}), index(v[1], {none})}, 0); },
                  {zeros({0, 1}, f64), zeros({2, 3}, f64)});
}

TEST(Index, PositionsFromValues) {
  const Tensor x = tensor({{0, 2, 0}, {nan, 0, -1}}, f64);
  EXPECT_EQ(numbers(nonzero(x)), (Doubles{0, 1, 1, 0, 1, 2}));
  EXPECT_EQ(numbers(nonzero(transpose(x))), (Doubles{0, 1, 1, 0, 2, 1}));
  EXPECT_EQ(numbers(one_hot(tensor({2, 0}, u8))), (Doubles{0, 0, 1, 1, 0, 0}));
  EXPECT_EQ(one_hot(tensor(1, i64), 3).shape(), Shape{3});
  expect_error<ValueError>([] { one_hot(tensor({-1}, i64)); }, {"one_hot: index -1"});
  EXPECT_EQ(numbers(isin(x, tensor({nan, 2, 7}, f64))), (Doubles{0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(numbers(isin(x, tensor({nan, 2, 7}, f64), true)), (Doubles{1, 0, 1, 1, 1, 1}));
  EXPECT_EQ(numbers(isin(tensor({1, 2}, u8), zeros({0}, u8))), (Doubles{0, 0}));
  // Past the pieces in which they are counted.
  Array many = Array::zeros({100000}, boolean);
  Doubles wanted;
  for (std::int64_t i = 0; i < 100000; i += i % 7 + 1) many.mutable_span<bool>()[static_cast<std::size_t>(i)] = true,
      wanted.push_back(double(i));
  EXPECT_EQ(numbers(nonzero(many)), wanted);
}

TEST(Index, MovesElements) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(numbers(rot90(x)), (Doubles{2, 5, 1, 4, 0, 3}));
  EXPECT_EQ(numbers(rot90(x, 2)), (Doubles{5, 4, 3, 2, 1, 0}));
  EXPECT_EQ(numbers(rot90(x, 3)), (Doubles{3, 0, 4, 1, 5, 2}));
  EXPECT_EQ(numbers(rot90(x, -1)), numbers(rot90(x, 3)));
  EXPECT_EQ(numbers(roll(x, 1)), (Doubles{5, 0, 1, 2, 3, 4}));
  EXPECT_EQ(numbers(roll(x, {1, -1}, {0, 1})), (Doubles{4, 5, 3, 1, 2, 0}));
  EXPECT_EQ(numbers(roll(x, {1, 1}, {1, 1})), (Doubles{1, 2, 0, 4, 5, 3}));   // an axis twice
  EXPECT_EQ(numbers(tile(x, {2, 1, 1})), (Doubles{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(numbers(repeat_interleave(x, 2)), (Doubles{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5}));
  EXPECT_EQ(numbers(repeat_interleave(x, whole({2, 0, 1}, {3}), 1)), (Doubles{0, 0, 2, 3, 3, 5}));
  EXPECT_EQ(numbers(repeat_interleave(tensor({1, 2}, f64), whole({0, 2}, {2}))), (Doubles{2, 2}));
  EXPECT_EQ(numbers(vstack({tensor({1, 2}, f64), x.value().slice(1, 0, 2)})), (Doubles{1, 2, 0, 1, 3, 4}));
  EXPECT_EQ(dstack({tensor({1, 2}), tensor({3, 4})}).shape(), (Shape{1, 2, 2}));
  EXPECT_EQ(hstack({tensor(1), tensor(2)}).shape(), Shape{2});
  EXPECT_EQ(meshgrid({tensor({1, 2}), tensor({3, 4, 5})}, Indexing::xy)[0].shape(), (Shape{3, 2}));
  EXPECT_EQ(numbers(diag_embed(tensor({{1, 2}, {3, 4}}, f64), 1, 0, 1)), (Doubles{0, 0, 1, 3, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0, 0}));
  std::vector<Tensor> parts = split(counting({7}), 3);
  EXPECT_EQ(numbers(parts[2]), Doubles{6});
  EXPECT_EQ(chunk(counting({5}), 4).size(), 3u);   // of 2, 2 and 1
  EXPECT_EQ(split(counting({5}), std::vector<std::int64_t>{2, 3})[1].size(), 3);
}

// Rows of a length that loops go by, and single elements, in several pieces: each against where().
TEST(Index, LargeOnes) {
  const Tensor pick = whole({3, 0, 3, 2}, {4});
  for (const Shape& shape : {Shape{4, 40000}, Shape{40000, 4}, Shape{300, 4, 70}}) {
    const int axis = shape[0] == 4 ? 0 : 1;
    const Tensor x = random(shape), v = random(shape, 2);
    const auto rows = unbind(x, axis), values = unbind(v, axis);
    expect_near(index_select(x, axis, pick), stack({rows[3], rows[0], rows[3], rows[2]}, axis).value(), 0);
    expect_near(index_add(x, axis, pick, v), stack({rows[0] + values[1], rows[1], rows[2] + values[3], rows[3] + values[0] + values[2]},
                                                   axis).value(), 1e-14);
    Shape line = Shape::filled(shape.rank(), 1);
    line[axis] = 4;
    const Tensor wide = expand(reshape(pick, line), shape);
    expect_near(gather(x, axis, wide), index_select(x, axis, pick).value(), 0);
    expect_near(scatter_add(x, axis, wide, v), index_add(x, axis, pick, v).value(), 0);
    expect_near(scatter(x, axis, wide, v), index_copy(x, axis, pick, v).value(), 0);
    expect_near(flip(x, axis), stack({rows[3], rows[2], rows[1], rows[0]}, axis).value(), 0);
    expect_near(flip(flip(x, {}), {}), x.value(), 0);
  }
}

// Copies by rows, backwards, in tiles, and of pages: sizes past what one of these does at a time.
TEST(Index, AnyNumberOfThreadsGivesTheSame) {
  const Tensor x = random({50, 40, 30}), v = random({400, 40, 30}, 2), line = random({100000}, 3);
  const Tensor at = (rand({400}) * 50).to(i64), each = (rand({400, 40, 30}) * 50).to(i64), few = (rand({100000}) * 7).to(i64);
  const int threads = num_threads();
  std::vector<Array> all;
  for (const int n : {1, 2, 5}) {
    set_threads(n);
    for (const Tensor& y : {index_add(x, 0, at, v), scatter_add(x, 0, each, v), scatter_add(zeros({7}, f64), 0, few, line),
                            index_add(zeros({7}, f64), 0, few, line), index_put(x, {Slice(), Slice(0, 5), {0, 0, 1}}, ones({}, f64), true)})
      all.push_back(y.value());
  }
  set_threads(threads);
  for (std::size_t i = 5; i < all.size(); ++i) expect_near(all[i], all[i % 5], 0, text("result ", i % 5));
  const Tensor wrong = index_put(each, {-1, -2, -3}, tensor(50, i64));
  expect_error<ValueError>([&] { gather(x, 0, slice(wrong, 1, 0, 40)); }, {"gather: index 50 at [399, 38, 27] of the index [400, 40, 30]"});
  expect_error<ValueError>([&] { scatter_add(x, 0, wrong, v); }, {"scatter_add: index 50 at [399, 38, 27]"});
  expect_error<ValueError>([&] { scatter(x, 0, wrong, v); }, {"scatter: index 50 at [399, 38, 27]"});
}

TEST(Index, Errors) {
  const Tensor x = zeros({2, 3});
  expect_error<ValueError>([&] { index(x, {0, 0, 0}); }, {"index: indices for 3 dimensions are too many for shape [2, 3]"});
  expect_error<ValueError>([&] { index(x, {Ellipsis, Ellipsis}); }, {"index", "only one", "ellipsis"});
  expect_error<ValueError>([&] { index(x, {-3}); }, {"index: index -3 at place 0", "axis 0", "[2, 3]", "size 2"});
  expect_error<ValueError>([&] { index(x, {Slice(0, 1, 0)}); }, {"index", "step"});
  expect_error<ValueError>([&] { index(x, {Slice(), {0, -4}}); }, {"index: index -4 at [1] of the indices at place 1 [2]", "axis 1"});
  expect_error<DtypeError>([&] { index(x, {x}); }, {"index: the indices at place 0 must be whole numbers", "f32"});
  expect_error<ShapeError>([&] { index(x, {{0, 1}, {0, 1, 2}}); }, {"index", "[2]", "[3]", "do not broadcast"});
  expect_error<GraphError>([&] { index(x, {Tensor()}); }, {"index: index 0 is undefined"});
  expect_error<ShapeError>([&] { index_put(x, {Slice(), {0, 1}}, zeros({3})); }, {"index_put: values of shape [3]", "[2, 2]"});
  expect_error<ValueError>([&] { scatter_add(x, 0, Array::full({1, 3}, 5, i32), zeros({1, 3})); },
                           {"scatter_add: index 5 at [0, 0] of the index [1, 3]"});
  expect_error<ValueError>([&] { split(x, {2, 2}, 1); }, {"split", "they are more"});
  expect_error<ShapeError>([&] { index_fill(x, 0, whole({0}, {1}), zeros({2})); }, {"index_fill", "one element", "[2]"});
}

}  // namespace gradus::index_test
