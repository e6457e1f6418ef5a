// Elementwise mathematics against PyTorch's values and gradients (golden/make_math.py).
#include <map>
#include <string>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/walk/grad.h>

#include <golden_values.h>
#include "support.h"

namespace gradus::math_test {

using Tensors = std::vector<Tensor>;

void expect_near(const Tensor& ours, const Array& theirs, const std::string& what) {
  ASSERT_EQ(ours.shape(), theirs.shape()) << what;
  const auto a = ours.value().to_vector(), b = theirs.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-11 * (1 + std::abs(b[i]))) << what << " at " << i;
}

TEST(Math, ValuesAndGradientsArePyTorchs) {
  const std::map<std::string, Function> functions{
      {"exp", [](const Tensors& v) { return exp(v[0]); }},
      {"log", [](const Tensors& v) { return log(v[0]); }},
      {"log1p", [](const Tensors& v) { return log1p(v[0]); }},
      {"sqrt", [](const Tensors& v) { return sqrt(v[0]); }},
      {"square", [](const Tensors& v) { return square(v[0]); }},
      {"abs", [](const Tensors& v) { return abs(v[0]); }},
      {"tanh", [](const Tensors& v) { return tanh(v[0]); }},
      {"sigmoid", [](const Tensors& v) { return sigmoid(v[0]); }},
      {"softplus", [](const Tensors& v) { return softplus(v[0]); }},
      {"erf", [](const Tensors& v) { return erf(v[0]); }},
      {"relu", [](const Tensors& v) { return relu(v[0]); }},
      {"gelu", [](const Tensors& v) { return gelu(v[0]); }},
      {"gelu_tanh", [](const Tensors& v) { return gelu_tanh(v[0]); }},
      {"clamp", [](const Tensors& v) { return clamp(v[0], -0.5, 1.5); }},
      {"pow_3", [](const Tensors& v) { return pow(v[0], 3); }},
      {"pow_-1_5", [](const Tensors& v) { return pow(v[0], -1.5); }},
      {"pow", [](const Tensors& v) { return pow(v[0], v[1]); }},
      {"div", [](const Tensors& v) { return v[0] / v[1]; }},
      {"maximum", [](const Tensors& v) { return maximum(v[0], v[1]); }},
      {"minimum", [](const Tensors& v) { return minimum(v[0], v[1]); }},
  };
  const auto& golden = golden_values("math");
  std::size_t seen = 0;
  for (const auto& [name, function] : functions) {
    const Tensor x = variable(golden.at(name + ".x"));
    Tensors inputs{x};
    if (golden.contains(name + ".y")) inputs.push_back(variable(golden.at(name + ".y")));
    const Tensor out = function(inputs);
    expect_near(out, golden.at(name + ".out"), name);
    const Tensors gradients = grad(sum(out), inputs);
    expect_near(gradients[0], golden.at(name + ".dx"), "gradient of " + name);
    seen += 3;
    if (inputs.size() == 2) {
      expect_near(gradients[1], golden.at(name + ".dy"), "second gradient of " + name);
      seen += 2;
    }
  }
  EXPECT_EQ(seen, golden.size());   // nothing in the file is left unread
}

}  // namespace gradus::math_test
