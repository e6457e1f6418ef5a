// The elementwise vocabulary against PyTorch's values and gradients: kinks and ties among them (golden/make_elementwise.py, make_math.py),
// and where numbers end (make_extremes.py).
#include <cmath>
#include <map>
#include <string>

#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/loss.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/rounding.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/special.h>
#include <gradus/autograd/ops/trigonometry.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/tangent.h>

#include <golden_values.h>
#include "autograd/reference.h"
#include "support.h"

namespace gradus::elementwise_golden_test {

using V = std::vector<Tensor>;
using Case = Tensor (*)(const V& v);

const std::map<std::string, Case> cases{
    {"relu6", [](const V& v) { return relu6(v[0]); }},
    {"leaky_relu", [](const V& v) { return leaky_relu(v[0], 0.2); }},
    {"elu", [](const V& v) { return elu(v[0], 0.7); }},
    {"celu", [](const V& v) { return celu(v[0], 2); }},
    {"selu", [](const V& v) { return selu(v[0]); }},
    {"hardtanh", [](const V& v) { return hardtanh(v[0], -0.5, 1.5); }},
    {"hardsigmoid", [](const V& v) { return hardsigmoid(v[0]); }},
    {"hardswish", [](const V& v) { return hardswish(v[0]); }},
    {"hardshrink", [](const V& v) { return hardshrink(v[0], 0.7); }},
    {"softshrink", [](const V& v) { return softshrink(v[0], 0.7); }},
    {"tanhshrink", [](const V& v) { return tanhshrink(v[0]); }},
    {"softsign", [](const V& v) { return softsign(v[0]); }},
    {"threshold", [](const V& v) { return threshold(v[0], 0.5, 7); }},
    {"logsigmoid", [](const V& v) { return logsigmoid(v[0]); }},
    {"softplus_2_3", [](const V& v) { return softplus(v[0], 2, 3); }},
    {"prelu", [](const V& v) { return prelu(v[0], slice(v[1], 0, 0, 1)); }},
    {"glu", [](const V& v) { return glu(v[0], 0); }},
    {"rrelu_eval", [](const V& v) { return rrelu(v[0], 0.1, 0.4); }},
    {"exp2", [](const V& v) { return exp2(v[0]); }},
    {"expm1", [](const V& v) { return expm1(v[0]); }},
    {"log2", [](const V& v) { return log2(v[0]); }},
    {"log10", [](const V& v) { return log10(v[0]); }},
    {"rsqrt", [](const V& v) { return rsqrt(v[0]); }},
    {"reciprocal", [](const V& v) { return reciprocal(v[0]); }},
    {"sin", [](const V& v) { return sin(v[0]); }},
    {"cos", [](const V& v) { return cos(v[0]); }},
    {"tan", [](const V& v) { return tan(v[0]); }},
    {"asin", [](const V& v) { return asin(v[0]); }},
    {"acos", [](const V& v) { return acos(v[0]); }},
    {"atan", [](const V& v) { return atan(v[0]); }},
    {"sinh", [](const V& v) { return sinh(v[0]); }},
    {"cosh", [](const V& v) { return cosh(v[0]); }},
    {"asinh", [](const V& v) { return asinh(v[0]); }},
    {"acosh", [](const V& v) { return acosh(v[0]); }},
    {"atanh", [](const V& v) { return atanh(v[0]); }},
    {"sinc", [](const V& v) { return sinc(v[0]); }},
    {"deg2rad", [](const V& v) { return deg2rad(v[0]); }},
    {"rad2deg", [](const V& v) { return rad2deg(v[0]); }},
    {"erfc", [](const V& v) { return erfc(v[0]); }},
    {"erfinv", [](const V& v) { return erfinv(v[0]); }},
    {"lgamma", [](const V& v) { return lgamma(v[0]); }},
    {"digamma", [](const V& v) { return digamma(v[0]); }},
    {"polygamma_1", [](const V& v) { return polygamma(1, v[0]); }},
    {"polygamma_3", [](const V& v) { return polygamma(3, v[0]); }},
    {"mvlgamma_3", [](const V& v) { return mvlgamma(v[0], 3); }},
    {"expit", [](const V& v) { return expit(v[0]); }},
    {"logit", [](const V& v) { return logit(v[0]); }},
    {"logit_eps", [](const V& v) { return logit(v[0], 0.2); }},
    {"floor", [](const V& v) { return floor(v[0]); }},
    {"ceil", [](const V& v) { return ceil(v[0]); }},
    {"trunc", [](const V& v) { return trunc(v[0]); }},
    {"round", [](const V& v) { return round(v[0]); }},
    {"round_2", [](const V& v) { return round(v[0], {.decimals = 2}); }},
    {"round_-1", [](const V& v) { return round(v[0], {.decimals = -1}); }},
    {"frac", [](const V& v) { return frac(v[0]); }},
    {"logaddexp", [](const V& v) { return logaddexp(v[0], v[1]); }},
    {"logaddexp2", [](const V& v) { return logaddexp2(v[0], v[1]); }},
    {"hypot", [](const V& v) { return hypot(v[0], v[1]); }},
    {"copysign", [](const V& v) { return copysign(v[0], v[1]); }},
    {"ldexp", [](const V& v) { return ldexp(v[0], v[1]); }},
    {"atan2", [](const V& v) { return atan2(v[0], v[1]); }},
    {"fmax", [](const V& v) { return fmax(v[0], v[1]); }},
    {"fmin", [](const V& v) { return fmin(v[0], v[1]); }},
    {"fmod", [](const V& v) { return fmod(v[0], v[1]); }},
    {"remainder", [](const V& v) { return remainder(v[0], v[1]); }},
    {"div_floor", [](const V& v) { return div(v[0], v[1], Rounding::floor); }},
    {"div_trunc", [](const V& v) { return div(v[0], v[1], Rounding::trunc); }},
    {"xlogy", [](const V& v) { return xlogy(v[0], v[1]); }},
    {"add_alpha", [](const V& v) { return add(v[0], v[1], -2.5); }},
    {"sub_alpha", [](const V& v) { return sub(v[0], v[1], -2.5); }},
    {"lerp", [](const V& v) { return lerp(v[0], v[1], v[2]); }},
    {"lerp_number", [](const V& v) { return lerp(v[0], v[1], 0.7); }},
    {"addcmul", [](const V& v) { return addcmul(v[0], v[1], v[2], -0.7); }},
    {"addcdiv", [](const V& v) { return addcdiv(v[0], v[1], v[2], -0.7); }},
    {"clamp_tensors", [](const V& v) { return clamp(v[0], v[1], v[2]); }},
    {"clamp_min", [](const V& v) { return clamp_min(v[0], v[1]); }},
    {"clamp_max", [](const V& v) { return clamp_max(v[0], v[1]); }},
    {"nan_to_num", [](const V& v) { return nan_to_num(v[0], 1, 2, 3); }},
};

// Those of golden/make_math.py, and forms that are asked of only where numbers end.
const std::map<std::string, Case> more{
    {"abs", [](const V& v) { return abs(v[0]); }},
    {"exp", [](const V& v) { return exp(v[0]); }},
    {"erf", [](const V& v) { return erf(v[0]); }},
    {"gelu", [](const V& v) { return gelu(v[0]); }},
    {"gelu_tanh", [](const V& v) { return gelu_tanh(v[0]); }},
    {"log", [](const V& v) { return log(v[0]); }},
    {"log1p", [](const V& v) { return log1p(v[0]); }},
    {"mish", [](const V& v) { return mish(v[0]); }},
    {"neg", [](const V& v) { return neg(v[0]); }},
    {"relu", [](const V& v) { return relu(v[0]); }},
    {"sigmoid", [](const V& v) { return sigmoid(v[0]); }},
    {"sign", [](const V& v) { return sign(v[0]); }},
    {"silu", [](const V& v) { return silu(v[0]); }},
    {"softplus", [](const V& v) { return softplus(v[0]); }},
    {"sqrt", [](const V& v) { return sqrt(v[0]); }},
    {"square", [](const V& v) { return square(v[0]); }},
    {"tanh", [](const V& v) { return tanh(v[0]); }},
    {"add", [](const V& v) { return add(v[0], v[1]); }},
    {"div", [](const V& v) { return div(v[0], v[1]); }},
    {"maximum", [](const V& v) { return maximum(v[0], v[1]); }},
    {"minimum", [](const V& v) { return minimum(v[0], v[1]); }},
    {"mul", [](const V& v) { return mul(v[0], v[1]); }},
    {"pow", [](const V& v) { return pow(v[0], v[1]); }},
    {"sub", [](const V& v) { return sub(v[0], v[1]); }},
    {"pow_0", [](const V& v) { return pow(v[0], 0); }},
    {"pow_1", [](const V& v) { return pow(v[0], 1); }},
    {"pow_2", [](const V& v) { return pow(v[0], 2); }},
    {"pow_3", [](const V& v) { return pow(v[0], 3); }},
    {"pow_0_5", [](const V& v) { return pow(v[0], 0.5); }},
    {"pow_-1", [](const V& v) { return pow(v[0], -1); }},
    {"pow_-1_5", [](const V& v) { return pow(v[0], -1.5); }},
    {"0_pow", [](const V& v) { return pow(0, v[0]); }},
    {"1_pow", [](const V& v) { return pow(1, v[0]); }},
    {"2_5_pow", [](const V& v) { return pow(2.5, v[0]); }},
    {"-2_pow", [](const V& v) { return pow(-2, v[0]); }},
    {"clamp", [](const V& v) { return clamp(v[0], -0.5, 1.5); }},
    {"add_number", [](const V& v) { return v[0] + 1.5; }},
    {"sub_number", [](const V& v) { return 1.5 - v[0]; }},
    {"mul_number", [](const V& v) { return v[0] * -3; }},
    {"mul_zero", [](const V& v) { return v[0] * 0; }},
    {"div_number", [](const V& v) { return v[0] / -3; }},
    {"number_div", [](const V& v) { return 2.5 / v[0]; }},
    {"xlogy_number", [](const V& v) { return xlogy(v[0], 2.5); }},
    {"number_xlogy", [](const V& v) { return xlogy(1.5, v[0]); }},
    {"nan_to_num_most", [](const V& v) { return nan_to_num(v[0]); }},
    {"prelu_each", [](const V& v) { return reshape(prelu(unsqueeze(v[0], 0), v[1]), {-1}); }},
    {"glu_halves", [](const V& v) { return glu(cat(v), 0); }},
    {"mse_loss", [](const V& v) { return mse_loss(v[0], v[1], Reduction::none); }},
    {"bce_with_logits", [](const V& v) { return bce_with_logits(v[0], v[1], Reduction::none); }},
};

TEST(ElementwiseGolden, ValuesAndGradientsArePyTorchs) {
  const auto& golden = golden_values("elementwise");
  std::size_t seen = 0;
  for (const auto& [name, function] : cases) {
    V inputs;
    for (int i = 0; golden.contains(text(name, ".", i)); ++i) inputs.push_back(variable(golden.at(text(name, ".", i))));
    ASSERT_FALSE(inputs.empty()) << name;
    const Tensor out = function(inputs);
    expect_near(out, golden.at(name + ".out"), 1e-9, name);
    const V gradients = grad(sum(out), inputs, {.retain_graph = true}), recorded = grad(sum(out), inputs, {.create_graph = true});
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      expect_near(gradients[i], golden.at(text(name, ".d", i)), 1e-9, text("gradient ", i, " of ", name));
      expect_near(recorded[i], golden.at(text(name, ".d", i)), 1e-9, text("recorded gradient ", i, " of ", name));
    }
    seen += 2 * inputs.size() + 1;
  }
  EXPECT_EQ(seen, golden.size());   // nothing in the file is left unread
}

TEST(ElementwiseGolden, OfOneAndTwoNumbers) {
  const auto& golden = golden_values("math");
  std::size_t seen = 0;
  for (const auto& [name, function] : more) {
    if (!golden.contains(name + ".x")) continue;
    V inputs;
    const std::vector<std::string> letters{"x", "y"};
    for (const std::string& letter : letters)
      if (golden.contains(name + "." + letter)) inputs.push_back(variable(golden.at(name + "." + letter)));
    const Tensor out = function(inputs);
    expect_near(out, golden.at(name + ".out"), 1e-11, name);
    const V gradients = grad(sum(out), inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      expect_near(gradients[i], golden.at(name + ".d" + letters[i]), 1e-11, text("gradient ", i, " of ", name));
    seen += 2 * inputs.size() + 1;
  }
  EXPECT_EQ(seen, golden.size());   // nothing in the file is left unread
}

// Zeros, denormal, tiny, huge and infinite numbers, NaN: values, gradients of both kinds and tangents (golden/make_extremes.py).
TEST(ElementwiseGolden, WhereNumbersEnd) {
  const auto& golden = golden_values("extremes");
  std::map<std::string, Case> all(cases);
  all.insert(more.begin(), more.end());
  std::size_t seen = 0;
  for (const Dtype dtype : {f32, f64})
    for (const auto& [name, function] : all) {
      const auto found = golden.find(text(dtype, ".", name));
      if (found == golden.end()) continue;
      ++seen;
      const double relative = dtype == f32 ? 2e-5 : 1e-9, least = dtype == f32 ? 3e-45 : 1e-323;
      const Array& wanted = found->second;
      const auto n = wanted.shape()[1];
      const int inputs = static_cast<int>(wanted.shape()[0]) - 1;
      const Array& points = golden.at(text(dtype, ".points.", inputs));
      V xs;
      for (int i = 0; i < inputs; ++i) xs.push_back(variable(points.slice(0, i, i + 1).reshape({n})));
      const Tensor y = function(xs), ones = ones_like(y);
      const V gradients = grad(y, xs, {.retain_graph = true, .seed = ones}), recorded = grad(y, xs, {.create_graph = true, .seed = ones});
      const auto compare = [&](const Tensor& got, int row, const char* what) {
        const auto a = got.value().to_vector(), b = wanted.slice(0, row, row + 1).to_vector();
        for (std::size_t i = 0; i < b.size(); ++i) {
          const bool near = std::isnan(b[i])      ? std::isnan(a[i])
                            : std::isfinite(b[i]) ? std::abs(a[i] - b[i]) <= relative * std::abs(b[i]) + least
                                                  : a[i] == b[i];
          if (near) continue;
          std::string where;
          for (const Tensor& x : xs) where += text(" ", x.value().to_vector()[i]);
          ADD_FAILURE() << what << " of " << found->first << " at" << where << ": " << a[i] << ", not " << b[i];
        }
      };
      compare(y, 0, "value");
      for (int i = 0; i < inputs; ++i) {
        const auto k = static_cast<std::size_t>(i);
        compare(gradients[k], i + 1, "gradient");
        compare(recorded[k], i + 1, "recorded gradient");
        if (name == "glu_halves") continue;   // its tangent is 0 of one half times what stands in the other
        compare(tangent(V{y}, V{xs[k]}, V{ones_like(xs[k])})[0], i + 1, "tangent");
      }
    }
  EXPECT_EQ(seen + 6, golden.size());   // beside them the points
}

}  // namespace gradus::elementwise_golden_test
