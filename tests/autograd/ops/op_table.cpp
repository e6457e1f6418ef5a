#include "autograd/ops/op_table.h"

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>

namespace gradus {
namespace {

using Tensors = std::vector<Tensor>;

template <class F>
Function unary(F f) { return [f](const Tensors& x) { return f(x[0]); }; }
template <class F>
Function binary(F f) { return [f](const Tensors& x) { return f(x[0], x[1]); }; }

Row elementwise(std::string name, Function f, double low = -2, double high = 2) {
  return {name, f, {{{2, 3}, low, high}}, true, true, [f] { f({zeros({2}, i64)}); }, {name, "f32 or f64", "i64"}};
}
Row elementwise2(std::string name, Function f, double low = -2, double high = 2) {
  return {name, f, {{{2, 3}, low, high}, {{2, 3}, low, high}}, true, true, [f] { f({zeros({2, 3}), zeros({2, 4})}); },
          {name, "[2, 3]", "[2, 4]", "do not broadcast"}};
}
// Those that whole numbers have as well.
Row elementwise_of_numbers(std::string name, Function f) {
  return {name, f, {{{2, 3}}}, true, true, [f] { f({zeros({2}, boolean)}); }, {name, "not for bool", "[2] bool"}};
}
Row whole_numbers(std::string name, Function f) {
  return {name, f, {{{2, 3}, -7, 8, i64}, {{3}, 1, 5, i64}}, false, false, [f] { f({arange(6, i64), zeros({6}, i64)}); }, {name, "division by zero", "[6] i64"}};
}
Row logic(std::string name, Function f) {
  return {name, f, {{{2, 3}, 0, 2, boolean}, {{3}, -1, 2, i64}}, false, false, [f] { f({zeros({2}, boolean), zeros({3}, u8)}); },
          {"logical_", "[2]", "[3]", "do not broadcast"}};
}
Row comparison(std::string name, Function f) {
  return {name, f, {{{2, 3}}, {{3}}}, true, false, [f] { f({zeros({2}), zeros({2}, f64)}); }, {"dtypes differ", "f32", "f64"}};
}

std::vector<Row> make_table() {
  std::vector<Row> rows{
      elementwise2("add", binary([](auto& a, auto& b) { return add(a, b); })),
      elementwise2("sub", binary([](auto& a, auto& b) { return sub(a, b); })),
      elementwise2("mul", binary([](auto& a, auto& b) { return mul(a, b); })),
      elementwise2("div", binary([](auto& a, auto& b) { return div(a, b); }), 0.5, 2),
      elementwise2("maximum", binary([](auto& a, auto& b) { return maximum(a, b); })),
      elementwise2("minimum", binary([](auto& a, auto& b) { return minimum(a, b); })),
      elementwise2("pow", binary([](auto& a, auto& b) { return pow(a, b); }), 0.3, 2.5),
      elementwise("add", unary([](auto& x) { return add(x, 1.5); })),
      elementwise("mul", unary([](auto& x) { return mul(x, -0.7); })),
      elementwise("sub", unary([](auto& x) { return sub(x, 1.5); })),
      elementwise("div", unary([](auto& x) { return div(x, 1.5); })),
      elementwise("maximum", unary([](auto& x) { return maximum(x, 0.25) * maximum(0.5, x); })),
      elementwise("minimum", unary([](auto& x) { return minimum(x, 0.25) * minimum(0.5, x); })),
      elementwise_of_numbers("neg", unary([](auto& x) { return neg(x); })),
      {"pow", unary([](auto& x) { return pow(2.5, x); }), {{{2, 3}}}, true, true, [] { pow(0.5, zeros({2}, i64)); }, {"pow", "0.5", "i64"}},
      elementwise("pow", unary([](auto& x) { return pow(x, 2.5); }), 0.3, 2),
      elementwise("pow", unary([](auto& x) { return pow(x, -3.0); }), 0.5, 2),
      {"operator-", unary([](auto& x) { return 2 - x; }), {{{2, 3}}}, true, true, [] { 2 - zeros({2}, boolean); }, {"sub", "not for bool"}},
      {"operator/", unary([](auto& x) { return 2 / x; }), {{{2, 3}, 0.5, 2}}, true, true, [] { 2 / zeros({2}, u8); }, {"div", "u8"}},
      {"operator+", binary([](auto& a, auto& b) { return a + b; }), {{{3}}, {{3}}}, true, true, [] { zeros({2}) + zeros({2}, f64); },
       {"add", "f32", "f64", "nothing is promoted"}},
      {"operator*", binary([](auto& a, auto& b) { return a * b; }), {{{3}}, {{3}}}, true, true, [] { Tensor() * zeros({2}, f64); },
       {"mul", "a is undefined", "default-constructed"}},
      {"clamp", unary([](auto& x) { return clamp(x, -0.8, 0.9); }), {{{2, 5}}}, true, true, [] { clamp(zeros({1}), 2, 1); },
       {"clamp", "lower bound 2", "upper bound 1"}},
      {"where", [](const Tensors& x) { return where(x[0], x[1], x[2]); }, {{{2, 3}, 0, 2, boolean}, {{2, 3}}, {{3}}}, false, true,
       [] { where(zeros({2}), zeros({2}), zeros({2})); }, {"where", "bool", "f32"}},
      {"where", [](const Tensors& x) { return where(x[0], x[1], 0.5) * where(x[0], 0.25, x[1]); }, {{{2, 3}, 0, 2, boolean}, {{2, 3}}}, false, true,
       [] { where(zeros({2}, boolean), zeros({2}), zeros({2}, f64)); }, {"where", "dtypes differ"}},
      {"where", [](const Tensors& x) { return where(x[0], 1.0, 0.0); }, {{{2, 3}, 0, 2, boolean}}, false, false,
       [] { where(zeros({2}, boolean), 0.5, 1.0, i64); }, {"where", "0.5 is no i64"}},
      whole_numbers("floor_divide", binary([](auto& a, auto& b) { return floor_divide(a, b); })),
      whole_numbers("remainder", binary([](auto& a, auto& b) { return remainder(a, b); })),
      logic("logical_and", binary([](auto& a, auto& b) { return logical_and(a, b); })),
      logic("logical_or", binary([](auto& a, auto& b) { return logical_or(a, b); })),
      logic("logical_xor", binary([](auto& a, auto& b) { return logical_xor(a, b); })),
      logic("operator&&", binary([](auto& a, auto& b) { return a && b; })),
      logic("operator||", binary([](auto& a, auto& b) { return a || b; })),
      {"logical_not", unary([](auto& x) { return logical_not(x); }), {{{2, 3}}}, false, false, [] { logical_not(Tensor()); }, {"logical_not", "undefined"}},
      {"operator!", unary([](auto& x) { return !x; }), {{{2, 3}, 0, 2, boolean}}, false, false, [] { !Tensor(); }, {"logical_not", "undefined"}},
      comparison("operator==", binary([](auto& a, auto& b) { return a == b; })),
      comparison("operator!=", binary([](auto& a, auto& b) { return a != b; })),
      comparison("operator<", binary([](auto& a, auto& b) { return a < b; })),
      comparison("operator<=", binary([](auto& a, auto& b) { return a <= b; })),
      comparison("operator>", binary([](auto& a, auto& b) { return a > b; })),
      comparison("operator>=", binary([](auto& a, auto& b) { return a >= b; })),
      elementwise("exp", unary([](auto& x) { return exp(x); })),
      elementwise("log", unary([](auto& x) { return log(x); }), 0.3, 3),
      elementwise("log1p", unary([](auto& x) { return log1p(x); }), -0.7, 3),
      elementwise("sqrt", unary([](auto& x) { return sqrt(x); }), 0.3, 3),
      elementwise_of_numbers("square", unary([](auto& x) { return square(x); })),
      elementwise_of_numbers("abs", unary([](auto& x) { return abs(x); })),
      elementwise_of_numbers("sign", unary([](auto& x) { return sign(x); })),
      elementwise("tanh", unary([](auto& x) { return tanh(x); })),
      elementwise("sigmoid", unary([](auto& x) { return sigmoid(x); })),
      elementwise("softplus", unary([](auto& x) { return softplus(x); })),
      elementwise("erf", unary([](auto& x) { return erf(x); })),
      elementwise("relu", unary([](auto& x) { return relu(x); })),
      elementwise("gelu", unary([](auto& x) { return gelu(x); })),
      elementwise("gelu_tanh", unary([](auto& x) { return gelu_tanh(x); })),
      elementwise("silu", unary([](auto& x) { return silu(x); })),
      elementwise("mish", unary([](auto& x) { return mish(x); })),

      {"sum", unary([](auto& x) { return square(sum(x)); }), {{{2, 3, 2}}}, false, true, [] { sum(zeros({2, 3}), {1, -1}); }, {"sum", "twice"}},
      {"sum", unary([](auto& x) { return square(sum(x, {0, 2})); }), {{{2, 3, 2}}}, false, true, [] { sum(zeros({2, 3}), 2); }, {"sum", "axis 2"}},
      {"sum", unary([](auto& x) { return square(sum(x, -1, true)); }), {{{2, 3, 2}}}},
      {"mean", unary([](auto& x) { return square(mean(x)); }), {{{2, 3}}}, false, true, [] { mean(zeros({2}, i64)); }, {"mean", "i64"}},
      {"mean", unary([](auto& x) { return square(mean(x, 0)); }), {{{2, 3}}}, false, true, [] { mean(zeros({2, 3}), -3); }, {"mean", "axis -3"}},
      {"max", unary([](auto& x) { return square(max(x)); }), {{{2, 3}}}, false, true, [] { max(zeros({0})); }, {"max", "[0]"}},
      {"max", unary([](auto& x) { return square(max(x, 1)); }), {{{3, 4}}}, false, true, [] { max(zeros({2, 0}), 1); }, {"max", "[2, 0]"}},
      {"max", unary([](auto& x) { return square(max(x, {0, -1}, true)); }), {{{3, 4, 2}}}},
      {"sum", unary([](auto& x) { return square(sum(x, std::vector<std::size_t>{0, 2})); }), {{{3, 4, 2}}}},
      {"all", unary([](auto& x) { return all(x, 1); }), {{{3, 4}, 0, 2, boolean}}, false, false, [] { all(zeros({2}), 1); }, {"all", "axis 1"}},
      {"any", unary([](auto& x) { return any(x, 1); }), {{{3, 4}, 0, 2, boolean}}, false, false, [] { any(zeros({2}), {0, 0}); }, {"any", "twice"}},
      {"argmax", unary([](auto& x) { return argmax(x, 1); }), {{{3, 4}}}, false, false, [] { argmax(zeros({2, 0}), 1); }, {"argmax", "[2, 0]"}},
      {"sum_to", unary([](auto& x) { return square(sum_to(x, {1, 3})); }), {{{4, 2, 3}}}, false, true, [] { sum_to(zeros({2, 3}), {4}); },
       {"sum_to", "[2, 3]", "[4]"}},
      {"expand", unary([](auto& x) { return square(expand(x, {4, 2, 3})); }), {{{2, 1}}}, false, true, [] { expand(zeros({2}), {3}); },
       {"expand", "[2]", "[3]"}},

      {"reshape", unary([](auto& x) { return square(reshape(x, {3, -1})); }), {{{2, 3}}}, false, true, [] { reshape(zeros({2, 3}), {4}); },
       {"reshape", "[2, 3]", "[4]"}},
      {"flatten", unary([](auto& x) { return square(flatten(x, 1)); }), {{{2, 3, 2}}}, false, true, [] { flatten(zeros({2, 3}), 2); }, {"flatten"}},
      {"transpose", unary([](auto& x) { return square(transpose(x)); }), {{{2, 3}}}, false, true, [] { transpose(zeros({2, 3}), 0, 2); },
       {"transpose", "axis 2"}},
      {"permute", unary([](auto& x) { return square(permute(x, {2, 0, 1})); }), {{{2, 3, 4}}}, false, true,
       [] { permute(zeros({2, 3}), {0, 0}); }, {"permute", "twice"}},
      {"unsqueeze", unary([](auto& x) { return square(unsqueeze(x, 1)); }), {{{2, 3}}}, false, true, [] { unsqueeze(zeros({2}), 3); }, {"unsqueeze", "axis 3"}},
      {"squeeze", unary([](auto& x) { return square(squeeze(x, 1)); }), {{{2, 1, 3}}}, false, true, [] { squeeze(zeros({2}), 0); }, {"squeeze", "size 2"}},
      {"slice", unary([](auto& x) { return square(slice(x, 1, 1, 5, 2)); }), {{{2, 5}}}, false, true, [] { slice(zeros({2, 3}), 1, 0, 9); },
       {"slice", "9", "[2, 3]"}},
      {"select", unary([](auto& x) { return square(select(x, 1, -1)); }), {{{2, 5}}}, false, true, [] { select(zeros({2, 3}), 1, 3); },
       {"select", "3", "[2, 3]"}},
      {"cat", [](const Tensors& x) { return square(cat({x[0], x[1], x[0]}, 1)); }, {{{2, 3}}, {{2, 1}}}, false, true,
       [] { cat({zeros({2, 3}), zeros({3, 3})}, 1); }, {"cat", "[2, 3]", "[3, 3]"}},
      {"stack", [](const Tensors& x) { return square(stack({x[0], x[1]}, 1)); }, {{{2, 3}}, {{2, 3}}}, false, true,
       [] { stack({zeros({2}), zeros({3})}); }, {"stack", "[2]", "[3]"}},
      {"gather", [](const Tensors& x) { return square(gather(x[0], 1, x[1])); }, {{{3, 4}}, {{3, 6}, 0, 4, i64}}, false, true,
       [] { gather(zeros({2, 3}), 1, Tensor(Array::full({2, 1}, 3, i64))); }, {"gather", "3"}},
      {"scatter_add", [](const Tensors& x) { return square(scatter_add(x[0], 1, x[1], {3, 4})); }, {{{3, 6}}, {{3, 6}, 0, 4, i64}}, false, true,
       [] { scatter_add(zeros({2, 1}), 1, Tensor(Array::full({2, 1}, 7, i64)), {2, 3}); }, {"scatter_add", "7"}},
      {"embedding", binary([](auto& table, auto& words) { return square(embedding(words, table)); }), {{{5, 3}}, {{2, 4}, 0, 5, i64}}, false, true,
       [] { embedding(Tensor(Array::full({2, 1}, 5, i64)), zeros({5, 3})); }, {"embedding", "index 5", "[0, 0]", "5 rows"}},
      {"embedding", binary([](auto& table, auto& words) { return square(embedding(words, table, {.padding_idx = -1, .sparse = true})); }),
       {{{5, 3}}, {{2, 4}, 0, 4, i64}}},   // the padding row is not used: where it is, PyTorch keeps its gradient from it

      {"softmax", unary([](auto& x) { return softmax(x, 1); }), {{{3, 4}}}, false, true, [] { softmax(zeros({2, 3}), 2); }, {"softmax", "axis 2"}},
      {"softmax", unary([](auto& x) { return softmax(x, 0); }), {{{3, 4, 2}}}},
      {"log_softmax", unary([](auto& x) { return log_softmax(x); }), {{{3, 4}}}, false, true, [] { log_softmax(zeros({2}, i64)); }, {"log_softmax", "i64"}},
      {"cross_entropy", binary([](auto& x, auto& label) { return cross_entropy(x, label); }), {{{4, 3}}, {{4}, 0, 3, i64}}, false, true,
       [] { cross_entropy(zeros({2, 3}), Tensor(Array::from<std::int64_t>({0, 3}, {2}))); }, {"cross_entropy", "label 3", "row 1", "3"}},
      {"cross_entropy",
       binary([](auto& x, auto& label) {
         return cross_entropy(x, label, {.reduction = Reduction::none, .ignore_index = 1, .label_smoothing = 0.1});
       }),
       {{{5, 3}}, {{5}, 0, 3, i64}}, false, true, [] { cross_entropy(zeros({2, 3}), zeros({3}, i64)); }, {"cross_entropy", "[2, 3]", "[3]"}},
      {"mse_loss", binary([](auto& x, auto& t) { return mse_loss(x, t); }), {{{2, 3}}, {{2, 3}}}, false, true,
       [] { mse_loss(zeros({2, 3}), zeros({3})); }, {"mse_loss", "[2, 3]", "[3]"}},
      {"bce_with_logits", binary([](auto& x, auto& t) { return bce_with_logits(x, t, {.reduction = Reduction::sum}); }), {{{2, 3}}, {{2, 3}, 0, 1}}, false, true,
       [] { bce_with_logits(zeros({2, 3}), zeros({3})); }, {"bce_with_logits", "[2, 3]", "[3]"}},

      {"matmul", binary([](auto& a, auto& b) { return matmul(a, b); }), {{{2, 3}}, {{3, 4}}}, false, true,
       [] { matmul(zeros({2, 3}), zeros({2, 3})); }, {"matmul", "inner dimensions differ", "[2, 3]"}},
      {"matmul", binary([](auto& a, auto& b) { return matmul(a, b); }), {{{2, 1, 2, 3}}, {{4, 3, 1}}}},
      {"linear", [](const Tensors& x) { return linear(x[0], x[1], x[2]); }, {{{3, 4}}, {{2, 4}}, {{2}}}, false, true,
       [] { linear(zeros({64, 800}), variable(zeros({128, 784}), "fc1.weight")); },
       {"linear", "800 features", "fc1.weight", "784", "[64, 800]", "[128, 784]"}, 2},
      {"linear", binary([](auto& x, auto& w) { return linear(x, w); }), {{{2, 2, 3}}, {{1, 3}}}},
      {"conv2d", [](const Tensors& x) { return conv2d(x[0], x[1], x[2], {.stride = 2, .padding = 1}); }, {{{2, 2, 5, 4}}, {{3, 2, 3, 3}}, {{3}}},
       false, true, [] { conv2d(zeros({1, 2, 5, 5}), zeros({3, 4, 3, 3})); }, {"conv2d", "[1, 2, 5, 5]", "[3, 4, 3, 3]"}, 2},
      {"conv2d", binary([](auto& x, auto& w) { return conv2d(x, w, {}, {.padding = {0, 1}, .dilation = 2, .groups = 2}); }),
       {{{1, 4, 5, 6}}, {{2, 2, 2, 3}}}},
      {"max_pool2d", unary([](auto& x) { return max_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1}); }), {{{2, 2, 5, 6}}}, false, true,
       [] { max_pool2d(zeros({1, 1, 2, 2}), {.kernel = 3}); }, {"max_pool2d", "[1, 1, 2, 2]"}},
      {"avg_pool2d", unary([](auto& x) { return square(avg_pool2d(x, {.kernel = 2, .padding = 1, .count_include_pad = false})); }),
       {{{2, 2, 5, 4}}}, false, true, [] { avg_pool2d(zeros({4, 4}), {}); }, {"avg_pool2d", "[4, 4]"}},
      {"adaptive_avg_pool2d", unary([](auto& x) { return square(adaptive_avg_pool2d(x, {2, 3})); }), {{{2, 2, 5, 4}}}, false, true,
       [] { adaptive_avg_pool2d(zeros({1, 1, 4, 4}), 0); }, {"adaptive_avg_pool2d"}},
      {"batch_norm",
       [](const Tensors& x) {
         Array mean, var;
         return batch_norm(x[0], x[1], x[2], mean, var);
       },
       {{{4, 3, 2}}, {{3}, 0.5, 2}, {{3}}}, false, true,
       [] {
         Array mean, var;
         batch_norm(zeros({1, 3}), {}, {}, mean, var);
       },
       {"batch_norm", "[1, 3]"}, 1},
      {"batch_norm_eval",
       [](const Tensors& x) {
         return batch_norm_eval(x[0], x[1], x[2], Array::full({3}, 0.5, f64), Array::full({3}, 2.0, f64));
       },
       {{{4, 3}}, {{3}, 0.5, 2}, {{3}}}, false, true, [] { batch_norm_eval(zeros({2, 3}), {}, {}, Array::zeros({2}), Array::zeros({2})); },
       {"batch_norm", "[2, 3]", "[2]"}, 1},
      {"dropout",
       unary([](auto& x) {
         Generator g(5);
         return square(dropout(x, 0.4, g));
       }),
       {{{4, 3}}}, false, true,
       [] {
         Generator g;
         dropout(zeros({2}), 1.5, g);
       },
       {"dropout", "1.5"}},
  };
  return rows;
}

}  // namespace

const std::vector<Row>& op_table() {
  static const std::vector<Row> table = make_table();
  return table;
}

}  // namespace gradus
