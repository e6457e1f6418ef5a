// The elementwise vocabulary against PyTorch's values and gradients, kinks and ties among them (golden/make_elementwise.py).
#include <map>
#include <string>

#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/rounding.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/special.h>
#include <gradus/autograd/ops/trigonometry.h>
#include <gradus/autograd/walk/grad.h>

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

}  // namespace gradus::elementwise_golden_test
