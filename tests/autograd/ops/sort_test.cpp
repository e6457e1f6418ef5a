// Sorting, running sums and reductions past the sizes of the kernels' blocks, strips and parts, against plain loops: every dtype, NaN and
// zeros of both signs, strided inputs, one thread and several.
#include <algorithm>
#include <limits>
#include <numeric>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/ops/ops.h>

#include "autograd/reference.h"

namespace gradus::sort_test {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

// Few different numbers, NaN, −0 and infinities among them.
std::vector<double> mixed(std::size_t n, std::uint64_t seed, bool whole = false) {
  std::vector<double> all = [&] { Generator g(seed); return rand({n}, g, f64); }().value().to_vector();
  const double special[] = {nan, inf, -inf, 0., -0., nan};
  for (std::size_t i = 0; i < n; ++i) all[i] = whole || i % 3 ? std::floor(all[i] * 50) : i % 7 == 0 ? special[i % 6] : all[i];
  if (whole)
    for (double& v : all) v = v == v && std::isfinite(v) ? v : 0;
  return all;
}

// The places in the order of a stable sort, NaN last, in descending order first.
std::vector<double> places(const std::vector<double>& x, bool descending) {
  std::vector<double> at(x.size());
  std::iota(at.begin(), at.end(), 0);
  const auto before = [](double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); };
  std::stable_sort(at.begin(), at.end(), [&](double i, double j) {
    const double a = x[static_cast<std::size_t>(i)], b = x[static_cast<std::size_t>(j)];
    return descending ? before(b, a) : before(a, b);
  });
  return at;
}

TEST(Sort, IsStableInEveryDtypeAndLength) {
  for (const std::size_t n : {1, 2, 24, 25, 70, 512, 513, 3000})
    for (const Dtype d : {f32, f64, f16, bf16, i64, i32, i16, i8, u8, boolean})
      for (const bool down : {false, true}) {
        const Tensor x = tensor(mixed(n, n, !is_floating(d)), f64).to(d);
        const auto given = x.value().to_vector();
        const auto [values, indices] = sort(x, 0, down);
        EXPECT_EQ(values.dtype(), d);
        EXPECT_EQ(indices.value().to_vector(), places(given, down)) << d << " " << n << down;
        const auto got = values.value().to_vector(), at = indices.value().to_vector();
        for (std::size_t i = 0; i < n; ++i) {
          const double v = given[static_cast<std::size_t>(at[i])];
          ASSERT_TRUE(std::isnan(v) ? std::isnan(got[i]) : got[i] == v && std::signbit(got[i]) == std::signbit(v));
        }
      }
  const Tensor wide = tensor({9007199254740993.0, -4e18, 4e18}, i64);
  EXPECT_EQ(argsort(wide).value().to_vector(), (std::vector<double>{1, 0, 2}));
}

TEST(Sort, ItsPartsAgreeWithIt) {
  for (const std::int64_t n : {1, 30, 200, 2000})
    for (const Dtype d : {f32, f64, i16})
      for (const bool largest : {false, true}) {
        const Tensor x = tensor(mixed(static_cast<std::size_t>(n), 5, d == i16), f64).to(d);
        const Tensor order = argsort(x, 0, largest);
        for (const std::int64_t k : {std::int64_t{1}, std::int64_t{16}, std::int64_t{17}, n / 2, n})
          if (1 <= k && k <= n) {
            EXPECT_EQ(topk(x, k, 0, largest).indices.value().to_vector(), slice(order, 0, 0, k).value().to_vector())
                << n << " " << k << " " << d;
            if (!largest) { EXPECT_EQ(kthvalue(x, k).indices.item(), select(order, 0, k - 1).item()) << n << " " << k; }
          }
      }
  const Tensor down = arange(5000, -1, -1, f64), up = arange(5000, f32);
  EXPECT_EQ(topk(up, 300).indices.value().at({299}), 4700);
  EXPECT_EQ(topk(down, 20, 0, false).values.value().at({19}), 19);
}

TEST(Sort, AlongAnyAxisOfAnyStrides) {
  const Tensor x = random({7, 30, 5}), moved = permute(x, {1, 2, 0});
  for (const int axis : {0, 1, 2}) {
    const auto [values, indices] = sort(moved, axis);
    expect_near(gather(moved, axis, indices), values.value(), 0);
    expect_near(sort(moved.contiguous(), axis).values, values.value(), 0);
    expect_near(topk(moved, 3, axis, false).values, slice(values, axis, 0, 3).value(), 0);
    expect_near(median(moved, axis).values, select(values, axis, (moved.dim(axis) - 1) / 2).value(), 0);
    EXPECT_EQ(kthvalue(moved, 2, axis, true).indices.dim(axis), 1);
  }
  const double middle = sort(reshape(x, {-1})).values.value().at({524});
  EXPECT_EQ(median(moved).item(), middle);
  EXPECT_EQ(median(moved, {0, 1, 2}, true).value().at({0, 0, 0}), middle);
  expect_near(median(x, {0, 2}), median(reshape(permute(x, {1, 0, 2}), {30, 35}), 1).values.value(), 0);
}

TEST(Search, AgainstPlainLoops) {
  const Tensor sorted = sort(tensor({1, 2, 2, 3, nan}, f64)).values;
  EXPECT_EQ(searchsorted(sorted, tensor({2, nan, 0, 9, inf}, f64)).value().to_vector(), (std::vector<double>{1, 5, 0, 5, 5}));
  EXPECT_EQ(searchsorted(slice(sorted, 0, 0, 4), tensor({2, nan, 0, 9}, f64), true).value().to_vector(), (std::vector<double>{3, 4, 0, 4}));
  EXPECT_EQ(searchsorted(tensor({{1, 2}, {3, 4}}), tensor({{2}, {2}})).value().to_vector(), (std::vector<double>{1, 0}));
  EXPECT_EQ(bucketize(tensor({{0, 5}, {2, 3}}, i32), tensor({1, 3}, i32), true).value().to_vector(), (std::vector<double>{0, 2, 1, 2}));
  const Tensor unsorted = tensor({{3, 1, 2}, {1, 3, 2}});
  EXPECT_EQ(searchsorted(unsorted, tensor({{2}, {3}}), argsort(unsorted), true).value().to_vector(), (std::vector<double>{2, 3}));
  expect_error<ShapeError>([&] { searchsorted(unsorted, tensor({{2}, {3}}), tensor({0, 1}, i64)); },
                           {"searchsorted", "sorter [2]", "[2, 3]"});
  EXPECT_EQ(searchsorted(zeros({0}), ones({2, 2})).value().to_vector(), std::vector<double>(4, 0));
  const auto [values, inverse, counts] = unique(tensor({3, nan, 1, nan, 3, -0.0, 0.0}, f64));
  EXPECT_TRUE(std::signbit(values.value().at({0})));
  EXPECT_EQ(inverse.value().to_vector(), (std::vector<double>{2, 3, 1, 4, 2, 0, 0}));
  EXPECT_EQ(counts.value().to_vector(), (std::vector<double>{2, 1, 2, 1, 1}));
  const Tensor x = tensor(mixed(5000, 3, true), i64);
  const Unique all = unique(reshape(x, {50, 100}));
  EXPECT_EQ(all.inverse.shape(), (Shape{50, 100}));
  EXPECT_EQ(gather(all.values, 0, reshape(all.inverse, {-1})).value().to_vector(), x.value().to_vector());
  EXPECT_EQ(sum(all.counts).item(), 5000);
  const Unique runs = unique_consecutive(tensor({1, 1, 2, 1, 1, 1}, u8));
  EXPECT_EQ(runs.values.value().to_vector(), (std::vector<double>{1, 2, 1}));
  EXPECT_EQ(runs.counts.value().to_vector(), (std::vector<double>{2, 1, 3}));
}

// y[i] = step(y[i − 1], x[i]) along axis 1 of three.
template <class Step>
Array running(const Array& x, double start, Step step) {
  Array out(x.shape(), f64);
  double* y = out.mutable_data<double>();
  const auto values = x.to_vector();
  const std::int64_t n = x.dim(1), inner = x.dim(2);
  for (std::int64_t o = 0; o < x.dim(0); ++o)
    for (std::int64_t j = 0; j < inner; ++j) {
      double state = start;
      for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t at = (o * n + i) * inner + j;
        y[at] = state = step(state, values[static_cast<std::size_t>(at)]);
      }
    }
  return out;
}

const std::vector<Shape> sizes{{1, 140000, 1}, {40, 7, 1}, {3, 300, 1}, {2, 50, 300}, {3, 9, 5}, {1, 70000, 2}};

TEST(Scan, PastItsBlocks) {
  for (const Shape& shape : sizes)
    for (const Dtype d : {f64, f32}) {
      const Tensor x = random(shape, 4, d), near_one = 1 + x * 0.01;
      const double tolerance = d == f64 ? 1e-10 : 1e-4;
      const std::string what = text(shape, " ", d);
      expect_near(cumsum(x, 1), running(x.value(), 0, [](double s, double v) { return s + v; }), tolerance, what);
      expect_near(cumprod(near_one, 1), running(near_one.value(), 1, [](double s, double v) { return s * v; }), tolerance, what);
      expect_near(cummax(x, 1), running(x.value(), -inf, [](double s, double v) { return std::max(s, v); }), 0, what);
      expect_near(logcumsumexp(x, 1),
                  running(x.value(), -inf, [](double s, double v) { return std::max(s, v) + std::log1p(std::exp(-std::abs(s - v))); }),
                  1e-5, what);
      const Tensor v = variable(x);   // its gradient is the same sum in reverse
      const Tensor ones = ones_like(x), down = grad(cumsum(v, 1), v, {.seed = ones}),
                   counts = arange(static_cast<double>(shape[1]), 0, -1, d);
      expect_near(down, expand(reshape(counts, {1, -1, 1}), shape).value(), 1e-6, what);
    }
  const Tensor whole = reshape(remainder(arange(600, i64), 7), {2, 60, 5});
  expect_near(cumsum(whole.to(u8), 1), running(whole.value(), 0, [](double s, double v) { return s + v; }), 0);
  expect_near(cummin(whole.to(i16), 1).values.to(f64), running(whole.value(), inf, [](double s, double v) { return std::min(s, v); }), 0);
  expect_near(gather(whole, 1, cummax(whole, 1).indices), cummax(whole, 1).values.value(), 0);
}

TEST(Scan, FusedGradientsAreTheComposedOnes) {
  for (const Shape& shape : {Shape{40, 7, 1}, Shape{2, 9, 70}, Shape{3, 5, 2}}) {
    const Tensor x = random(shape), holes = where(x > -1, x, 0.0);
    expect_same_gradients([](const auto& v) { return cumprod(v[0], 1); }, {holes});
    expect_same_gradients([](const auto& v) { return prod(v[0], 1); }, {holes});
    expect_same_gradients([](const auto& v) { return prod(v[0], {0, 2}); }, {1 + x * 0.1}, 1e-10);
    expect_same_gradients([](const auto& v) { return logcumsumexp(v[0], 1); }, {x});
  }
}

TEST(Reduce, PastItsBlocks) {
  for (const Shape& shape : sizes) {
    const Tensor x = random(shape, 8);
    const auto last = [&](const Array& all) { return Tensor(all.slice(1, shape[1] - 1, shape[1])).contiguous().value(); };
    const auto sums = [&](auto f) { return last(running(x.value(), 0, [f](double s, double v) { return s + f(v); })); };
    for (const Dtype d : {f64, f32}) {
      const Tensor y = x.to(d);
      const double tolerance = d == f64 ? 1e-11 : 1e-5;
      const std::string what = text(shape, " ", d);
      expect_near(norm(y, 1, 1, true), sums([](double v) { return std::abs(v); }), tolerance, what);
      expect_near(square(norm(y, 2, 1, true)), sums([](double v) { return v * v; }), tolerance, what);
      expect_near(nansum(where(y > 1, full_like(y, nan), y), 1, true), sums([](double v) { return v > 1 ? 0 : v; }), 4 * tolerance, what);
      expect_near(exp(logsumexp(y, 1, true) - std::log(static_cast<double>(shape[1]))),
                  (Tensor(sums([](double v) { return std::exp(v); })) * (1.0 / static_cast<double>(shape[1]))).value(), tolerance, what);
      const auto [variance, average] = var_mean(y + 100, 1, 0, true);
      const Tensor difference = (y + 100).to(f64) - average.to(f64);
      expect_near(variance, mean(square(difference), 1, true).value(), 1e-6, what);
      const auto [top, place] = max(y, 1, true);
      expect_near(top, last(running(y.value(), -inf, [](double s, double v) { return std::max(s, v); })), 0, what);
      expect_near(gather(y, 1, place), top.value(), 0, what);
      expect_near(amin(y, 1, true), last(running(y.value(), inf, [](double s, double v) { return std::min(s, v); })), 0, what);
      expect_near(gather(y, 1, argmin(y, 1, true)), amin(y, 1, true).value(), 0, what);
      const Tensor near_one = 1 + y * 0.01;
      expect_near(prod(near_one, 1, true), last(running(near_one.value(), 1, [](double s, double v) { return s * v; })), 1e-5, what);
    }
  }
  const Tensor whole = reshape(remainder(arange(60000, i64), 100), {20, 3000});
  EXPECT_EQ(sum(whole.to(i8), {0, 1}).item(), sum(whole.to(f64)).item());
  EXPECT_EQ(sum(whole.to(i32), 0).value().to_vector(), sum(whole.to(f64), 0).value().to_vector());
  EXPECT_EQ(count_nonzero(whole.to(f16)).item(), 60000 - 600);
  // NaN in every place of a column, and of the part of a register.
  for (std::int64_t at = 0; at < 19; ++at) {
    Array column = Array::full({19, 21}, 1, f32);
    column.mutable_data<float>()[at * 21 + at] = std::numeric_limits<float>::quiet_NaN();
    for (const Tensor& y :
         {amax(column, 0), max(column, 0).values, amin(column, 0), logsumexp(column, 0), norm(column, 2, 0), prod(column, 0)})
      for (std::int64_t j = 0; j < 21; ++j) EXPECT_EQ(std::isnan(y.value().at({j})), j == at) << at;
    EXPECT_EQ(argmin(column, 0).value().at({at}), at);
  }
}

TEST(Reduce, SeveralRunsAreOneReduction) {
  const Tensor x = random({3, 4, 5, 6, 2}), flat = reshape(permute(x, {1, 3, 0, 2, 4}), {4, 6, 30});
  const std::vector<std::int64_t> axes{-1, 0, 2};
  expect_near(sum(x, axes), sum(flat, 2).value(), 1e-12);
  expect_near(prod(x, axes), prod(flat, 2).value(), 1e-12);
  expect_near(var(x, axes), var(flat, 2).value(), 1e-12);
  expect_near(norm(x, 2, axes), norm(flat, 2, 2).value(), 1e-12);
  expect_near(logsumexp(x, axes), logsumexp(flat, 2).value(), 1e-12);
  expect_near(amax(x, axes), amax(flat, 2).value(), 0);
  expect_near(argmin(x, axes), argmin(flat, 2).value(), 0);
  // What is added up between two runs is not rounded to f32.
  const Tensor large = tensor({{1e8, 1}, {-1e8, 1}}, f32), cube = reshape(large, {2, 1, 2}) * ones({2, 3, 2});
  EXPECT_EQ(sum(cube, {0, 2}).value().to_vector(), std::vector<double>(3, 2));
}

TEST(Reduce, DoesNotDependOnTheNumberOfThreads) {
  const Tensor x = random({1, 200000, 3}, 2, f32), row = reshape(x, {-1});
  const auto all = [&] {
    std::vector<double> list;
    for (const Tensor& y : {cumsum(row, 0), cumprod(1 + row * 0.001, 0), var(x, 1), var(row), prod(1 + x * 0.001, 1), logsumexp(row),
                            logsumexp(x, 1), norm(row), sort(row).values, topk(row, 100).values, max(row, 0).values}) {
      const auto values = y.value().to_vector();
      list.insert(list.end(), values.begin(), values.end());
    }
    return list;
  };
  const int before = num_threads();
  set_threads(1);
  const auto alone = all();
  set_threads(3);
  EXPECT_EQ(all(), alone);
  set_threads(before);
}

}  // namespace gradus::sort_test
