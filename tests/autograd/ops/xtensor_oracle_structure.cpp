#include <xtensor/xbuilder.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xsort.hpp>

#include <gradus/autograd/array/xtensor.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scan.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/ops/sort.h>
#include <gradus/autograd/ops/statistics.h>

#include "autograd/ops/xtensor_oracle.h"

namespace gradus {
namespace {

using X = xt::xarray<double>;
using Xs = std::vector<X>;
using Tensors = std::vector<Tensor>;
using Cases = std::vector<std::vector<Shape>>;
using Axes_ = std::vector<std::size_t>;

const Cases cubes{{{2, 3, 4}}, {{1, 3, 1}}, {{2, 1, 5}}}, cubes_and_none{{{2, 3, 4}}, {{1, 3, 1}}, {{2, 0, 4}}, {{0, 1, 3}}};

// Each oracle is a function of containers that gives one.
OracleRow row(std::string name, std::function<Tensor(const Tensors&)> f, X (*oracle)(const Xs&), const Cases& shapes,
              std::vector<OracleInput> inputs = {}) {
  inputs.resize(shapes[0].size());
  const auto on_arrays = [oracle](const std::vector<Array>& in) {
    Xs xs;
    for (const Array& a : in) xs.push_back(as_xtensor<double>(a));
    return from_xtensor(oracle(xs));
  };
  return {std::move(name), std::move(f), on_arrays, std::move(inputs), shapes};
}

X sum_of(const X& x, const Axes_& axes) { return xt::sum(x, axes); }
X sum_kept(const X& x, const Axes_& axes) { return xt::sum(x, axes, xt::keep_dims); }
X max_of(const X& x, const Axes_& axes) { return xt::amax(x, axes); }
X max_kept(const X& x, const Axes_& axes) { return xt::amax(x, axes, xt::keep_dims); }
X spread(const X& x, const Axes_& shape) { return xt::broadcast(x, shape); }
X is_not_zero(const X& x) { return xt::cast<double>(xt::not_equal(x, 0.)); }
X softmax_of(const X& x, std::size_t axis) {
  const X e = xt::exp(x - max_kept(x, {axis}));
  return e / sum_kept(e, {axis});
}
// The nearest point of the simplex (Martins, Astudillo 2016) by its definition: max(x − τ, 0) with the τ that makes the sum 1, by halving.
X sparsemax_of(const X& x, std::size_t axis) {
  X high = max_kept(x, {axis}), low = high - 1.;
  for (int i = 0; i < 100; ++i) {
    const X middle = (low + high) / 2., more = is_not_zero(xt::cast<double>(sum_kept(xt::maximum(x - middle, 0.), {axis}) > 1.));
    low = more * middle + (1. - more) * low;
    high = (1. - more) * middle + more * high;
  }
  return xt::maximum(x - low, 0.);
}
// The numbers 0, 1, …, n − 1, which are compared with indices.
X numbers(std::size_t n) { return xt::arange<double>(static_cast<double>(n)); }

void add_reductions(std::vector<OracleRow>& rows) {
  rows.push_back(row("sum", [](const Tensors& in) { return sum(in[0]); }, [](const Xs& x) { return X(xt::sum(x[0])); }, cubes_and_none));
  rows.push_back(row("sum", [](const Tensors& in) { return sum(in[0], {0, -1}); },
                     [](const Xs& x) { return sum_of(x[0], {0, 2}); }, cubes_and_none));
  rows.push_back(row("sum", [](const Tensors& in) { return sum(in[0], 1, true); },
                     [](const Xs& x) { return sum_kept(x[0], {1}); }, cubes_and_none));
  rows.push_back(row("mean", [](const Tensors& in) { return mean(in[0]); }, [](const Xs& x) { return X(xt::mean(x[0])); }, cubes));
  rows.push_back(row("mean", [](const Tensors& in) { return mean(in[0], {0, 1}); },
                     [](const Xs& x) { return X(xt::mean(x[0], {0, 1})); }, cubes));
  rows.push_back(row("max", [](const Tensors& in) { return max(in[0]); }, [](const Xs& x) { return X(xt::amax(x[0])); }, cubes));
  rows.push_back(row("max", [](const Tensors& in) { return max(in[0], 1); },
                     [](const Xs& x) { return max_of(x[0], {1}); }, cubes, {{-2, 2, true}}));
  rows.push_back(row("max", [](const Tensors& in) { return max(in[0], {0, 2}, true); },
                     [](const Xs& x) { return max_kept(x[0], {0, 2}); }, cubes));
  rows.push_back(row("argmax", [](const Tensors& in) { return argmax(in[0]); },
                     [](const Xs& x) { return X(xt::cast<double>(xt::argmax(x[0]))); }, cubes));
  rows.push_back(row("argmax", [](const Tensors& in) { return argmax(in[0], 1); },
                     [](const Xs& x) { return X(xt::cast<double>(xt::argmax(x[0], 1))); }, cubes, {{-2, 2, true}}));
  rows.push_back(row("max", [](const Tensors& in) { return max(in[0], {1}); },
                     [](const Xs& x) { return max_of(x[0], {1}); }, cubes, {{-2, 2, true}}));
  rows.push_back(row("min", [](const Tensors& in) { return min(in[0], 1).values; },
                     [](const Xs& x) { return X(-max_of(-x[0], {1})); }, cubes, {{-2, 2, true}}));
  rows.push_back(row(
      "amax",
      [](const Tensors& in) {
        return amax(in[0], {0, 2});
      },
      [](const Xs& x) {
        return max_of(x[0], {0, 2});
      },
      cubes));
  rows.push_back(row(
      "amin", [](const Tensors& in) { return amin(in[0], 0, true); }, [](const Xs& x) { return X(-max_kept(-x[0], {0})); }, cubes));
  rows.push_back(row("argmin", [](const Tensors& in) { return argmin(in[0], 2); },
                     [](const Xs& x) { return X(xt::cast<double>(xt::argmin(x[0], 2))); }, cubes, {{-2, 2, true}}));
  rows.push_back(row(
      "prod",
      [](const Tensors& in) {
        return prod(in[0], {0, 2});
      },
      [](const Xs& x) {
        return X(xt::prod(x[0], {0, 2}));
      },
      cubes_and_none));
  rows.push_back(row("prod", [](const Tensors& in) { return prod(in[0], 1, true); },
                     [](const Xs& x) { return X(xt::prod(x[0], {1}, xt::keep_dims)); }, cubes_and_none));
  rows.push_back(row("nansum", [](const Tensors& in) { return nansum(in[0] / in[0], {0, 1}); },   // 0/0
                     [](const Xs& x) { return sum_of(is_not_zero(x[0]), {0, 1}); }, cubes_and_none, {{-1, 2, true}}));
  rows.push_back(row("nanmean", [](const Tensors& in) { return nanmean(in[0] * (in[0] / in[0]), {}); },
                     [](const Xs& x) { return X(xt::sum(x[0]) / xt::sum(is_not_zero(x[0]))); }, {{{4, 3, 5}}}, {{-1, 3, true}}));
  rows.push_back(row("logsumexp", [](const Tensors& in) { return logsumexp(in[0], {0, 1}); },
                     [](const Xs& x) { return X(xt::log(sum_of(xt::exp(x[0]), {0, 1}))); }, cubes));
  rows.push_back(row("norm", [](const Tensors& in) { return norm(in[0], 2, {0, 2}); },
                     [](const Xs& x) { return X(xt::sqrt(sum_of(x[0] * x[0], {0, 2}))); }, cubes_and_none));
  rows.push_back(row(
      "norm", [](const Tensors& in) { return norm(in[0], 1, 1); }, [](const Xs& x) { return sum_of(xt::abs(x[0]), {1}); }, cubes_and_none));
  rows.push_back(row("norm", [](const Tensors& in) { return norm(in[0], 3, 1, true); },
                     [](const Xs& x) { return X(xt::cbrt(sum_kept(xt::abs(x[0] * x[0] * x[0]), {1}))); }, cubes));
  rows.push_back(row("count_nonzero", [](const Tensors& in) { return count_nonzero(in[0], {0, 2}); },
                     [](const Xs& x) { return sum_of(is_not_zero(x[0]), {0, 2}); }, cubes_and_none, {{-1, 3, true}}));
  const std::vector<OracleInput> often_zero{{-1, 3, true}};
  rows.push_back(row("all", [](const Tensors& in) { return all(in[0], 2); },
                     [](const Xs& x) { return X(xt::prod(is_not_zero(x[0]), {2})); }, cubes_and_none,
                     often_zero));
  rows.push_back(row("all", [](const Tensors& in) { return all(in[0]); },
                     [](const Xs& x) { return X(xt::prod(is_not_zero(x[0]))); }, cubes_and_none, often_zero));
  rows.push_back(row("any", [](const Tensors& in) { return any(in[0], {0, 1}, true); },
                     [](const Xs& x) { return is_not_zero(sum_kept(is_not_zero(x[0]), {0, 1})); }, cubes_and_none, often_zero));
  rows.push_back(row("sum_to", [](const Tensors& in) { return sum_to(in[0], {3, 1}); },
                     [](const Xs& x) { return sum_of(sum_kept(x[0], {2}), {0}); }, {{{2, 3, 4}}, {{1, 3, 1}}, {{0, 3, 2}}}));
  rows.push_back(row("expand", [](const Tensors& in) { return expand(in[0], {2, 3, 4}); },
                     [](const Xs& x) { return spread(x[0], {2, 3, 4}); },
                     {{{3, 1}}, {{4}}, {{}}, {{2, 1, 4}}}));
  rows.push_back(row("softmax", [](const Tensors& in) { return softmax(in[0]); }, [](const Xs& x) { return softmax_of(x[0], 2); }, cubes));
  rows.push_back(row("softmax", [](const Tensors& in) { return softmax(in[0], 1); },
                     [](const Xs& x) { return softmax_of(x[0], 1); }, cubes));
  rows.push_back(row("log_softmax", [](const Tensors& in) { return log_softmax(in[0], 0); },
                     [](const Xs& x) { return X(xt::log(softmax_of(x[0], 0))); }, cubes));
  rows.push_back(row("softmin", [](const Tensors& in) { return softmin(in[0], 1); },
                     [](const Xs& x) { return softmax_of(-x[0], 1); }, cubes));
  rows.push_back(row("sparsemax", [](const Tensors& in) { return sparsemax(in[0], 2); },
                     [](const Xs& x) { return sparsemax_of(x[0], 2); }, cubes));
}

void add_orders(std::vector<OracleRow>& rows) {
  const Cases columns{{{2, 3, 4}}, {{2, 5, 1}}, {{1, 3, 70}}};
  rows.push_back(row(
      "cumsum", [](const Tensors& in) { return cumsum(in[0], 1); }, [](const Xs& x) { return X(xt::cumsum(x[0], 1)); }, columns));
  rows.push_back(row(
      "cumprod", [](const Tensors& in) { return cumprod(in[0], -1); }, [](const Xs& x) { return X(xt::cumprod(x[0], 2)); }, columns));
  rows.push_back(row("logcumsumexp", [](const Tensors& in) { return logcumsumexp(in[0], 1); },
                     [](const Xs& x) { return X(xt::log(xt::cumsum(xt::exp(x[0]), 1))); }, columns));
  rows.push_back(row(
      "diff", [](const Tensors& in) { return diff(in[0], 2, 1); }, [](const Xs& x) { return X(xt::diff(x[0], 2, 1)); }, columns));
  rows.push_back(row("trapezoid", [](const Tensors& in) { return trapezoid(in[0], 0.5, 1); }, [](const Xs& x) {
                       const std::size_t n = x[0].shape(1);
                       return sum_of((xt::view(x[0], xt::all(), xt::range(1, n)) + xt::view(x[0], xt::all(), xt::range(0, n - 1))) / 4,
                                     {1});
                     },
                     columns));
  rows.push_back(row(
      "cumulative_trapezoid", [](const Tensors& in) { return cumulative_trapezoid(in[0], in[1], 1); },
      [](const Xs& x) {
        const X areas = (xt::view(x[0], xt::all(), xt::range(1, 3)) + xt::view(x[0], xt::all(), xt::range(0, 2))) / 2 * xt::diff(x[1]);
        return X(xt::cumsum(areas, 1));
      },
      {{{2, 3}, {3}}}));
  rows.push_back(row(
      "sort", [](const Tensors& in) { return sort(in[0], 1).values; }, [](const Xs& x) { return X(xt::sort(x[0], 1)); }, columns));
  rows.push_back(row("argsort", [](const Tensors& in) { return argsort(in[0], 1); },
                     [](const Xs& x) { return X(xt::cast<double>(xt::argsort(x[0], 1))); }, columns));
  rows.push_back(row(
      "median", [](const Tensors& in) { return median(in[0], {1}); }, [](const Xs& x) { return X(xt::median(x[0], 1)); }, columns));
}

X centred(const X& x) { return x - sum_kept(x, {1}) / static_cast<double>(x.shape(1)); }
X products_of_rows(const X& x) { return sum_of(xt::expand_dims(centred(x), 1) * xt::expand_dims(centred(x), 0), {2}); }

void add_statistics(std::vector<OracleRow>& rows) {
  rows.push_back(row("var", [](const Tensors& in) { return var(in[0], {0, 2}, 0); }, [](const Xs& x) {
                       const auto n = static_cast<double>(x[0].shape(0) * x[0].shape(2));
                       const X centred = x[0] - sum_kept(x[0], {0, 2}) / n;
                       return X(sum_of(centred * centred, {0, 2}) / n);
                     },
                     cubes));
  rows.push_back(row(
      "std", [](const Tensors& in) { return std(in[0], 1); },
      [](const Xs& x) { return X(xt::sqrt(sum_of(centred(x[0]) * centred(x[0]), {1}) / (static_cast<double>(x[0].shape(1)) - 1))); },
      {{{3, 5, 2}}, {{1, 4}}}));
  rows.push_back(row(
      "cov", [](const Tensors& in) { return cov(in[0]); }, [](const Xs& x) { return X(products_of_rows(x[0]) / 4.); },
      {{{3, 5}}, {{1, 5}}}));
  rows.push_back(row("corrcoef", [](const Tensors& in) { return corrcoef(in[0]); },
                     [](const Xs& x) {
                       const X all = products_of_rows(x[0]), roots = xt::sqrt(xt::diagonal(all));
                       return X(all / xt::expand_dims(roots, 0) / xt::expand_dims(roots, 1));
                     },
                     {{{3, 5}}, {{2, 7}}}));
  rows.push_back(row(
      "histc", [](const Tensors& in) { return histc(in[0], 4, -1, 3); },
      [](const Xs& x) { return sum_of(xt::cast<double>(xt::equal(xt::expand_dims(x[0], 1), numbers(4) - 1.)), {0}); }, {{{40}}},
      {{-3, 3, true}}));
  rows.push_back(row("bincount", [](const Tensors& in) { return bincount(in[0].to(i64), in[1], 4); },
                     [](const Xs& x) {
                       return sum_of(xt::cast<double>(xt::equal(xt::expand_dims(x[0], 1), numbers(4))) * xt::expand_dims(x[1], 1), {0});
                     },
                     {{{40}, {40}}}, {{0, 4, true}, {}}));
}

void add_shapes(std::vector<OracleRow>& rows) {
  rows.push_back(row("reshape", [](const Tensors& in) { return reshape(in[0], {4, -1}); },
                     [](const Xs& x) { return X(xt::reshape_view(x[0], std::vector<std::size_t>{4, x[0].size() / 4})); },
                     {{{2, 3, 4}}, {{1, 4}}, {{2, 6}}}));
  rows.push_back(row(
      "flatten", [](const Tensors& in) { return flatten(in[0], 1); },
      [](const Xs& x) {
        return X(xt::reshape_view(x[0], Axes_{x[0].shape(0), x[0].shape(1) * x[0].shape(2)}));
      },
      cubes_and_none));
  rows.push_back(row("transpose", [](const Tensors& in) { return transpose(in[0], 0, 2); },
                     [](const Xs& x) { return X(xt::transpose(x[0], {2, 1, 0})); }, cubes_and_none));
  rows.push_back(row("transpose", [](const Tensors& in) { return transpose(in[0]); },
                     [](const Xs& x) { return X(xt::transpose(x[0], {0, 2, 1})); }, cubes_and_none));
  rows.push_back(row("permute", [](const Tensors& in) { return permute(in[0], {2, 0, 1}); },
                     [](const Xs& x) { return X(xt::transpose(x[0], {2, 0, 1})); },
                     cubes_and_none));
  rows.push_back(row("unsqueeze", [](const Tensors& in) { return unsqueeze(in[0], 1); },
                     [](const Xs& x) { return X(xt::expand_dims(x[0], 1)); }, cubes_and_none));
  rows.push_back(row("squeeze", [](const Tensors& in) { return squeeze(in[0], 1); },
                     [](const Xs& x) { return X(xt::squeeze(x[0], std::size_t{1})); },
                     {{{2, 1, 4}}, {{3, 1}}}));
  rows.push_back(row("slice", [](const Tensors& in) { return slice(in[0], 2, 1, 6, 2); },
                     [](const Xs& x) { return X(xt::view(x[0], xt::all(), xt::all(), xt::range(1, 6, 2))); },
                     {{{2, 3, 6}}, {{1, 1, 7}}, {{0, 2, 6}}}));
  rows.push_back(row("select", [](const Tensors& in) { return select(in[0], 1, -1); },
                     [](const Xs& x) { return X(xt::view(x[0], xt::all(), x[0].shape(1) - 1, xt::all())); }, cubes));
  rows.push_back(row("cat", [](const Tensors& in) { return cat({in[0], in[1]}, 1); },
                     [](const Xs& x) { return X(xt::concatenate(xt::xtuple(x[0], x[1]), 1)); },
                     {{{2, 3, 4}, {2, 1, 4}}, {{1, 1}, {1, 2}}}));
  rows.push_back(row("stack", [](const Tensors& in) { return stack({in[0], in[1], in[0]}, 1); },
                     [](const Xs& x) { return X(xt::stack(xt::xtuple(x[0], x[1], x[0]), 1)); }, {{{2, 3}, {2, 3}}, {{1, 1}, {1, 1}}}));
  // y[i, j] = x[i, index[i, j]]: of all k, that which is the index.
  rows.push_back(row("gather", [](const Tensors& in) { return gather(in[0], 1, in[1].to(i64)); },
                     [](const Xs& x) {
                       const X hit = xt::cast<double>(xt::equal(xt::expand_dims(x[1], 2), numbers(x[0].shape(1))));
                       return sum_of(hit * xt::expand_dims(x[0], 1), {2});
                     },
                     {{{2, 3}, {2, 5}}, {{1, 3}, {1, 1}}}, {{}, {0, 3, true}}));
  // y[i, k] = the sum of the x[i, j] whose index is k.
  rows.push_back(row("scatter_add", [](const Tensors& in) { return scatter_add(in[0], 1, in[1].to(i64), {in[0].dim(0), 4}); },
                     [](const Xs& x) {
                       const X hit = xt::cast<double>(xt::equal(xt::expand_dims(x[1], 2), numbers(4)));
                       return sum_of(hit * xt::expand_dims(x[0], 2), {1});
                     },
                     {{{2, 5}, {2, 5}}, {{1, 1}, {1, 1}}}, {{}, {0, 4, true}}));
}

X joined(const X& a, const X& b, std::size_t axis) { return xt::concatenate(xt::xtuple(a, b), axis); }
X moved(const X& x, const Axes_& axes) { return xt::transpose(x, axes); }
X shaped(const X& x, const Axes_& shape) { return xt::reshape_view(x, shape); }
X repeated(const X& x, std::size_t times, std::size_t axis) { return xt::repeat(x, times, axis); }
X turned(const X& x, std::size_t axis) { return xt::flip(x, axis); }
X line_of(const X& x, int offset) { return xt::diagonal(x, offset); }
X part(const X& x, std::size_t axis, std::ptrdiff_t begin, std::ptrdiff_t end) {
  xt::xstrided_slice_vector at(x.dimension(), xt::all());
  at[axis] = xt::range(begin, end);
  return xt::strided_view(x, at);
}
X zeros_of(const Axes_& shape) { return xt::zeros<double>(shape); }

X places(const X& kept) { return X(xt::transpose(xt::cast<double>(xt::from_indices(xt::argwhere(kept))))); }

void add_more_shapes(std::vector<OracleRow>& rows) {
  rows.push_back(row("unflatten", [](const Tensors& in) { return unflatten(in[0], 1, {2, -1}); },
                     [](const Xs& x) { return shaped(x[0], {x[0].shape(0), 2, x[0].shape(1) / 2}); }, {{{3, 4}}, {{2, 2}}, {{1, 6}}}));
  rows.push_back(row("swapaxes", [](const Tensors& in) { return swapaxes(in[0], 0, 1); },
                     [](const Xs& x) { return moved(x[0], {1, 0, 2}); }, cubes_and_none));
  rows.push_back(row("movedim", [](const Tensors& in) { return movedim(in[0], 0, -1); },
                     [](const Xs& x) { return moved(x[0], {1, 2, 0}); }, cubes_and_none));
  rows.push_back(row("broadcast_to", [](const Tensors& in) { return broadcast_to(in[0], {2, 3, 4}); },
                     [](const Xs& x) { return spread(x[0], {2, 3, 4}); },
                         {{{3, 1}}, {{4}}, {{}}, {{2, 1, 4}}}));
  rows.push_back(row("narrow", [](const Tensors& in) { return narrow(in[0], 1, 1, 2); },
                     [](const Xs& x) { return part(x[0], 1, 1, 3); }, {{{2, 3}}, {{4, 5}}}));
  // Windows of 2, one after the other: pairs of neighbours.
  rows.push_back(row("unfold", [](const Tensors& in) { return unfold(in[0], 1, 2, 1); },
                     [](const Xs& x) {
                       const auto n = static_cast<std::ptrdiff_t>(x[0].shape(1));
                       const Axes_ column{x[0].shape(0), x[0].shape(1) - 1, 1};
                       return joined(shaped(part(x[0], 1, 0, n - 1), column), shaped(part(x[0], 1, 1, n), column), 2);
                     },
                     {{{2, 3}}, {{4, 2}}}));
  rows.push_back(row("hstack", [](const Tensors& in) { return hstack({in[0], in[1]}); }, [](const Xs& x) { return joined(x[0], x[1], 1); },
                     {{{2, 3}, {2, 1}}, {{1, 1}, {1, 2}}}));
  rows.push_back(row("vstack", [](const Tensors& in) { return vstack({in[0], in[1]}); }, [](const Xs& x) { return joined(x[0], x[1], 0); },
                     {{{2, 3}, {1, 3}}, {{1, 1}, {2, 1}}}));
  rows.push_back(row("dstack", [](const Tensors& in) { return dstack({in[0], in[1]}); }, [](const Xs& x) { return joined(x[0], x[1], 2); },
                     {{{2, 3, 1}, {2, 3, 2}}, {{1, 1, 1}, {1, 1, 2}}}));

  rows.push_back(row("flip", [](const Tensors& in) { return flip(in[0], {0, 2}); }, [](const Xs& x) { return turned(turned(x[0], 0), 2); },
                     cubes));
  rows.push_back(row("fliplr", [](const Tensors& in) { return fliplr(in[0]); }, [](const Xs& x) { return turned(x[0], 1); }, cubes));
  rows.push_back(row("flipud", [](const Tensors& in) { return flipud(in[0]); }, [](const Xs& x) { return turned(x[0], 0); }, cubes));
  rows.push_back(row("roll", [](const Tensors& in) { return roll(in[0], 4, 1); }, 
                     [](const Xs& x) {
                       const auto n = static_cast<std::ptrdiff_t>(x[0].shape(1)), k = n - 4 % n;
                       return joined(part(x[0], 1, k, n), part(x[0], 1, 0, k), 1);
                     },
                     {{{2, 3, 4}}, {{3, 5, 2}}}));
  rows.push_back(row("rot90", [](const Tensors& in) { return rot90(in[0]); }, [](const Xs& x) { return turned(moved(x[0], {1, 0}), 0); },
                     {{{2, 3}}, {{1, 4}}}));
  rows.push_back(row("repeat", [](const Tensors& in) { return repeat(in[0], {1, 2}); }, [](const Xs& x) { return joined(x[0], x[0], 1); },
                     {{{2, 3}}, {{3, 1}}}));
  rows.push_back(row("tile", [](const Tensors& in) { return tile(in[0], {2, 1}); }, [](const Xs& x) { return joined(x[0], x[0], 0); },
                     {{{2, 3}}, {{1, 3}}}));
  rows.push_back(row("repeat_interleave", [](const Tensors& in) { return repeat_interleave(in[0], 3, 1); },
                     [](const Xs& x) { return repeated(x[0], 3, 1); }, {{{2, 3}}, {{1, 1}}}));
  rows.push_back(row("pad", [](const Tensors& in) { return pad(in[0], {2, 1, 3, 1}); },
                     [](const Xs& x) {
                       const std::size_t m = x[0].shape(0), n = x[0].shape(1);
                       const X wide = joined(joined(zeros_of({m, 2}), x[0], 1), zeros_of({m, 1}), 1);
                       return joined(joined(zeros_of({3, n + 3}), wide, 0), zeros_of({1, n + 3}), 0);
                     },
                     {{{2, 3}}, {{1, 1}}}));

  const Cases matrices{{{3, 4}}, {{4, 3}}, {{1, 1}}};
  rows.push_back(row("diagonal", [](const Tensors& in) { return diagonal(in[0], 1); },
                     [](const Xs& x) { return line_of(x[0], 1); }, {{{3, 4}}, {{2, 2}}}));
  rows.push_back(row("diag_embed", [](const Tensors& in) { return diag_embed(in[0]); },
                     [](const Xs& x) { return X(xt::expand_dims(x[0], 2) * xt::eye<double>(x[0].shape(1))); }, {{{2, 3}}, {{1, 1}}}));
  rows.push_back(row("diag", [](const Tensors& in) { return diag(in[0], -1); }, [](const Xs& x) { return X(xt::diag(x[0], -1)); },
                     {{{3}}, {{1}}}));
  rows.push_back(row("trace", [](const Tensors& in) { return trace(in[0]); }, [](const Xs& x) { return sum_of(line_of(x[0], 0), {0}); },
                     matrices));
  rows.push_back(row("tril", [](const Tensors& in) { return tril(in[0], 1); }, [](const Xs& x) { return X(xt::tril(x[0], 1)); }, matrices));
  rows.push_back(row(
      "triu", [](const Tensors& in) { return triu(in[0], -1); }, [](const Xs& x) { return X(xt::triu(x[0], -1)); }, matrices));
  rows.push_back(row("tril_indices", [](const Tensors& in) { return tril_indices(in[0].dim(0), in[0].dim(1), 1).to(in[0].dtype()); },
                     [](const Xs& x) { return places(xt::tril(X(xt::ones_like(x[0])), 1)); }, matrices));
  rows.push_back(row("triu_indices", [](const Tensors& in) { return triu_indices(in[0].dim(0), in[0].dim(1), -1).to(in[0].dtype()); },
                     [](const Xs& x) { return places(xt::triu(X(xt::ones_like(x[0])), -1)); }, matrices));
}

// Products as sums of all products: a [..., M, K, 1] times b [..., 1, K, N], summed over K.
X product(const X& a, const X& b) {
  const X wide_a = xt::expand_dims(a, a.dimension()), wide_b = xt::expand_dims(b, b.dimension() - 2);
  const X all = wide_a * wide_b;
  return sum_of(all, {all.dimension() - 2});
}

void add_products(std::vector<OracleRow>& rows) {
  rows.push_back(row("matmul", [](const Tensors& in) { return matmul(in[0], in[1]); }, [](const Xs& x) { return product(x[0], x[1]); },
                     {{{3, 4}, {4, 5}}, {{1, 1}, {1, 1}}, {{2, 3, 4}, {4, 2}}, {{3, 1, 2, 4}, {2, 4, 3}}, {{17, 33}, {33, 9}},
                      {{0, 4}, {4, 2}}, {{2, 0}, {0, 3}}}));
  const auto matrices = [](const Xs& x) { return product(x[0], x[1]); };
  const auto added = [](const Xs& x) { return X(2. * x[0] + 3. * product(x[1], x[2])); };
  rows.push_back(row("mm", [](const Tensors& in) { return mm(in[0], in[1]); }, matrices, {{{3, 4}, {4, 5}}, {{2, 0}, {0, 3}}}));
  rows.push_back(row("bmm", [](const Tensors& in) { return bmm(in[0], in[1]); }, matrices,
                     {{{2, 3, 4}, {2, 4, 5}}, {{0, 1, 2}, {0, 2, 3}}}));
  rows.push_back(row("mv", [](const Tensors& in) { return mv(in[0], in[1]); }, [](const Xs& x) { return X(xt::sum(x[0] * x[1], {1})); },
                     {{{3, 4}, {4}}, {{17, 33}, {33}}, {{1, 1}, {1}}}));
  rows.push_back(row("dot", [](const Tensors& in) { return dot(in[0], in[1]); }, [](const Xs& x) { return X(xt::sum(x[0] * x[1])); },
                     {{{4}, {4}}, {{33}, {33}}, {{1}, {1}}}));
  static constexpr auto wide = [](const X& x) { return X(xt::view(x, xt::all(), xt::newaxis(), xt::newaxis(), xt::all())); };
  rows.push_back(row("bilinear", [](const Tensors& in) { return bilinear(in[0], in[2], in[1]); },
                     [](const Xs& x) { return sum_of(product(wide(x[0]), x[1]) * wide(x[2]), {2, 3}); }, {{{5, 3}, {2, 3, 4}, {5, 4}}}));
  rows.push_back(row("addmm", [](const Tensors& in) { return addmm(in[0], in[1], in[2], 2, 3); }, added, {{{5}, {3, 4}, {4, 5}}}));
  rows.push_back(row("baddbmm", [](const Tensors& in) { return baddbmm(in[0], in[1], in[2], 2, 3); }, added,
                     {{{3, 1}, {2, 3, 4}, {2, 4, 5}}}));
  rows.push_back(row("outer", [](const Tensors& in) { return outer(in[0], in[1]); },
                     [](const Xs& x) { return X(xt::expand_dims(x[0], 1) * x[1]); }, {{{3}, {5}}, {{0}, {2}}, {{1}, {1}}}));
  rows.push_back(row("inner", [](const Tensors& in) { return inner(in[0], in[1]); },
                     [](const Xs& x) { return product(x[0], xt::transpose(x[1])); }, {{{3, 4}, {5, 4}}, {{1, 1}, {1, 1}}}));
  rows.push_back(row("linear", [](const Tensors& in) { return linear(in[0], in[1], in[2]); },
                     [](const Xs& x) { return X(product(x[0], xt::transpose(x[1])) + x[2]); },
                     {{{3, 4}, {5, 4}, {5}}, {{2, 3, 4}, {1, 4}, {1}}, {{1, 1}, {1, 1}, {1}}, {{0, 4}, {2, 4}, {2}}}));
  rows.push_back(row("linear", [](const Tensors& in) { return linear(in[0], in[1]); },
                     [](const Xs& x) { return product(x[0], xt::transpose(x[1])); }, {{{3, 4}, {5, 4}}}));
}

}  // namespace

std::vector<OracleRow> structure_oracle() {
  std::vector<OracleRow> rows;
  add_reductions(rows);
  add_orders(rows);
  add_statistics(rows);
  add_shapes(rows);
  add_more_shapes(rows);
  add_products(rows);
  return rows;
}

}  // namespace gradus
