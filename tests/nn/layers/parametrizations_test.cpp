// Parametrizations that are there, against golden values of PyTorch's. One's own: tests/nn/model/parametrize_test.cpp.
#include "nn/layers/golden.h"

#include <array>
#include <map>
#include <thread>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/layers/parametrizations.h>
#include <gradus/nn/layers/recurrent.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/tie.h>
#include <gradus/optim/rules/sgd.h>

#include <message_of.h>
#include "temporary_folder.h"
#include "nn/names.h"

namespace parametrizations_test {

using namespace gradus;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Tensor> leaves(nn::ModuleRef net) {
  std::vector<Tensor> all;
  for (const NamedParameter& p : nn::parameters(net)) all.push_back(Tensor(p.leaf->value, p.leaf));
  return all;
}

// ---- against PyTorch

class Case {
 public:
  explicit Case(const std::string& name) : name_(name) {}
  const Array& at(const std::string& key) const { return golden_values("parametrizations").at(name_ + "." + key); }
  nn::State state(const std::string& which) const {
    nn::State s;
    const std::string prefix = name_ + "." + which + ".";
    for (const auto& [key, value] : golden_values("parametrizations"))
      if (key.starts_with(prefix)) s.arrays.emplace(key.substr(prefix.size()), value);
    return s;
  }
  void expect(const Array& got, const std::string& key) const { golden::expect_near(got, at(key), 1e-9, name_ + "." + key); }
  void expect_state(nn::ConstModuleRef net, const std::string& which) const {
    const nn::State wanted = state(which), got = nn::state(net);
    ASSERT_EQ(got.arrays.size(), wanted.arrays.size()) << name_ << which;
    for (const auto& [key, value] : wanted.arrays) {
      ASSERT_TRUE(got.arrays.contains(key)) << name_ << ": " << key;
      expect(got.arrays.at(key), which + "." + key);
    }
  }

 private:
  std::string name_;
};

// How ⟨gradients, c⟩ changes when the parameters move along d: by a second gradient, and by differences.
template <class Layer>
void check_second_order(Layer& layer, const Tensor& x, const Tensor& gy) {
  std::vector<Tensor> c, d;
  for (const Tensor& w : leaves(layer))
    c.push_back(randn(w.shape(), default_generator(), f64)), d.push_back(randn(w.shape(), default_generator(), f64));
  const auto along = [](const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
    Tensor total = zeros({}, f64);
    for (std::size_t i = 0; i < a.size(); ++i) total = total + sum(a[i] * b[i]);
    return total;
  };
  const auto slope = [&](bool recorded) {
    const std::vector<Tensor> w = leaves(layer);
    return along(grad(sum(layer(x) * gy * layer(x)), w, {.create_graph = recorded}), c);
  };
  const double wanted = along(grad(slope(true), leaves(layer)), d).item();
  const auto shifted = [&](double h) {
    Layer other = layer;
    std::size_t i = 0;
    for (const NamedParameter& p : nn::parameters(other)) p.leaf->value = (Tensor(p.leaf->value) + h * d[i++]).value();
    const std::vector<Tensor> w = leaves(other);
    return along(grad(sum(other(x) * gy * other(x)), w), c).item();
  };
  EXPECT_NEAR((shifted(1e-5) - shifted(-1e-5)) / 2e-5, wanted, 1e-5 * (1 + std::abs(wanted)));
}

template <class Layer>
void check_layer(const std::string& name, Layer layer, const std::string& weight = "weight") {
  SCOPED_TRACE(name);
  const Case wanted(name);
  nn::load_state(layer, wanted.state("state"));
  EXPECT_TRUE(nn::is_parametrized(layer, weight));
  const Tensor x = variable(Tensor(wanted.at("x")));
  for (int step = 0; step < 3; ++step) {
    nn::zero_grad(layer);
    const Tensor y = layer(x);
    y.backward(Tensor(wanted.at("gy")));
    if (step == 0) {
      wanted.expect(y.value(), "y");
      wanted.expect(x.grad().value(), "grad.x");
      for (const NamedParameter& p : nn::parameters(layer)) wanted.expect(p.leaf->gradient().value(), "grad." + p.name);
    }
    for (const NamedParameter& p : nn::parameters(layer)) p.leaf->value = (Tensor(p.leaf->value) - 0.1 * p.leaf->gradient()).value();
  }
  wanted.expect_state(layer, "after");
  nn::eval(layer);
  for (int again = 0; again < 2; ++again) wanted.expect(layer(x).value(), "eval");
  check_second_order(layer, Tensor(wanted.at("x")), Tensor(wanted.at("gy")));
  nn::remove_parametrizations(layer, weight);
  EXPECT_FALSE(nn::is_parametrized(layer));
  wanted.expect_state(layer, "baked");
}

nn::Linear linear(std::int64_t in, std::int64_t out) { return {in, out, {.dtype = f64}}; }
nn::Conv2d conv() { return {2, 3, {.kernel = 2, .dtype = f64}}; }

TEST(Parametrizations, AreThoseOfPyTorch) {
  check_layer("weight_norm", nn::weight_norm(linear(3, 4)));
  check_layer("weight_norm_conv", nn::weight_norm(conv(), {.dim = 1}));
  check_layer("weight_norm_whole", nn::weight_norm(linear(3, 4), {.dim = -1}));
  check_layer("weight_norm_bias", nn::weight_norm(linear(3, 4), {.name = "bias"}), "bias");
  check_layer("spectral_norm", nn::spectral_norm(linear(3, 4)));
  check_layer("spectral_norm_conv", nn::spectral_norm(conv(), {.n_power_iterations = 2, .dim = 1}));
  check_layer("spectral_norm_bias", nn::spectral_norm(linear(3, 4), {.name = "bias"}), "bias");
  check_layer("spectral_norm_transposed", nn::spectral_norm(nn::ConvTranspose2d{2, 3, {.kernel = 2, .dtype = f64}}));
  check_layer("orthogonal", nn::orthogonal(linear(3, 3)));
  check_layer("orthogonal_tall", nn::orthogonal(linear(2, 4)));
  check_layer("orthogonal_wide", nn::orthogonal(linear(4, 2)));
  check_layer("orthogonal_cayley", nn::orthogonal(linear(2, 3), {.orthogonal_map = nn::OrthogonalMap::cayley}));
  check_layer("orthogonal_batch",
              nn::orthogonal(nn::Conv2d{3, 2, {.kernel = {3, 2}, .dtype = f64}}, {.orthogonal_map = nn::OrthogonalMap::matrix_exp}));
}

// ---- where they begin

double distance(const Tensor& a, const Tensor& b) { return sum(abs(a - b)).item(); }

TEST(Parametrizations, BeginWithTheWeightThatIsThere) {
  manual_seed(1);
  for (const auto& [in, out] : {std::pair<int, int>{3, 3}, {2, 5}, {5, 2}}) {
    const nn::Linear plain = linear(in, out), normed = nn::weight_norm(nn::Linear(plain)), straight = nn::orthogonal(nn::Linear(plain));
    EXPECT_LT(distance(normed.weight, plain.weight), 1e-12);
    const Tensor w = straight.weight, gram = in <= out ? matmul(transpose(w), w) : matmul(w, transpose(w));
    EXPECT_LT(distance(gram, eye(std::min(in, out), f64)), 1e-12);
    nn::Linear again = plain;
    again.weight.set_value(w.value());
    nn::orthogonal(again);
    EXPECT_LT(distance(again.weight, w), 1e-12);   // orthogonal already: it stays
    again.weight.set_value(plain.weight.value());
    EXPECT_LT(distance(again.weight, w), 1e-12);
  }
}

TEST(SpectralNorm, HasTheLargestSingularValueOne) {
  manual_seed(1);
  nn::Linear layer = nn::spectral_norm(linear(4, 6), {.n_power_iterations = 50});
  const Tensor w = layer.weight;
  Tensor power = eye(4, f64);
  for (int i = 0; i < 200; ++i) power = matmul(power, matmul(transpose(w), w));   // the largest eigenvalue of wᵀw alone is left
  EXPECT_NEAR(trace(power).item(), 1, 1e-6);
}

TEST(SpectralNorm, MovesInTrainingAloneAndByOneThread) {
  manual_seed(1);
  nn::Linear layer = nn::spectral_norm(linear(4, 6));
  const auto u = [&] { return nn::state(layer).arrays.at("parametrizations.weight.0._u").to_vector(); };
  layer.weight.computed()->set_value(randn({6, 4}, default_generator(), f64).value());
  const auto first = u();
  layer(ones({1, 4}, f64));
  const auto second = u();
  EXPECT_NE(first, second);
  nn::eval(layer);
  const nn::Linear& constant = layer;
  const Tensor wanted = constant(ones({1, 4}, f64));
  std::vector<std::thread> threads;
  std::array<double, 4> differences{1, 1, 1, 1};
  for (double& each : differences) threads.emplace_back([&] { each = distance(constant(ones({1, 4}, f64)), wanted); });
  for (std::thread& each : threads) each.join();
  EXPECT_THAT(differences, testing::Each(0));
  EXPECT_EQ(u(), second);
}

}  // namespace parametrizations_test
