// What holds for every row of the table of layers (table.h).
#include "nn/layers/table.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <latch>
#include <set>
#include <thread>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/nn/model/observe.h>
#include <gradus/nn/model/state.h>

#include <declared_functions.h>
#include <golden_values.h>

namespace gradus {

static std::vector<LayerRow>& rows() {
  static std::vector<LayerRow> all;
  return all;
}
LayerRows::LayerRows(std::initializer_list<LayerRow> added) { rows().insert(rows().end(), added); }
const std::vector<LayerRow>& layer_table() { return rows(); }
void PrintTo(const LayerRow& row, std::ostream* out) { *out << row.golden; }   // not its bytes, at each start of the program

namespace table_test {

using golden_map = std::map<std::string, Array>;
const golden_map& golden() { return golden_values("layers"); }

// The entries that begin with `prefix`, without it.
golden_map below(const std::string& prefix) {
  golden_map found;
  for (auto i = golden().lower_bound(prefix); i != golden().end() && i->first.starts_with(prefix); ++i)
    found.emplace(i->first.substr(prefix.size()), i->second);
  return found;
}

void expect_near(const Tensor& got, const Array& wanted, double tolerance, const std::string& what) {
  ASSERT_TRUE(got.defined()) << what;
  ASSERT_EQ(got.shape(), wanted.shape()) << what;
  const std::vector<double> a = got.value().to_vector(), b = wanted.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(b[i]) || std::isinf(b[i])) ASSERT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << what << " at " << i;
    else ASSERT_NEAR(a[i], b[i], tolerance * (1 + std::abs(b[i]))) << what << " at " << i;
  }
}

Tensor handle(const NamedParameter& p) { return Tensor(p.leaf->value, p.leaf); }

class LayerTable : public testing::TestWithParam<LayerRow> {
 protected:
  const LayerRow& row() const { return GetParam(); }

  std::unique_ptr<AnyLayer> loaded(Dtype dtype = f64) const {
    auto net = row().make();
    nn::to(*net, f64);
    State state;
    state.arrays = below(row().golden + ".state.");
    nn::load_state(*net, state);
    nn::to(*net, dtype);
    return net;
  }
  // The steps that the golden case has, in their order: "train0", …, "eval".
  std::vector<std::string> steps() const {
    std::vector<std::string> found;
    for (const char* step : {"train0", "train1", "train2", "eval"})
      if (golden().contains(row().golden + "." + step + ".y0")) found.emplace_back(step);
    return found;
  }
  std::string at(const std::string& step) const { return row().golden + "." + step + "."; }
  Tensors inputs(const std::string& step, Dtype dtype = f64) const {
    Tensors x;
    for (;;) {
      const auto i = golden().find(at(step) + "x" + std::to_string(x.size()));
      if (i == golden().end()) return x;
      const bool real = is_floating(i->second.dtype());
      x.push_back(real ? variable(Tensor(i->second).to(dtype)) : Tensor(i->second));
    }
  }
};

// Results, all gradients, and what the call leaves in the state.
TEST_P(LayerTable, AgreesWithPyTorch) {
  ASSERT_FALSE(steps().empty()) << "no golden case " << row().golden << " in tests/golden/layers";
  const auto net = loaded();
  for (const std::string& step : steps()) {
    SCOPED_TRACE(at(step));
    nn::train(*net, step != "eval");
    const Tensors x = inputs(step), y = (*net)(x);
    std::vector<Tensor> ys, seeds;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::string name = std::to_string(i);
      expect_near(y[i], golden().at(at(step) + "y" + name), 1e-9, at(step) + "y" + name);
      const auto seed = golden().find(at(step) + "g" + name);
      if (seed != golden().end()) ys.push_back(y[i]), seeds.emplace_back(seed->second);
    }
    EXPECT_FALSE(golden().contains(at(step) + "y" + std::to_string(y.size()))) << "PyTorch gives more results";
    const golden_map wanted = below(at(step) + "grad.");
    Tensors ends;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (wanted.contains("x" + std::to_string(i))) ends.push_back(x[i]), names.push_back("x" + std::to_string(i));
    for (const NamedParameter& p : nn::parameters(*net)) ends.push_back(handle(p)), names.push_back("p." + p.name);
    EXPECT_EQ(names.size(), wanted.size());
    if (!ends.empty()) {
      const Tensors grads = grad(ys, ends, seeds);
      for (std::size_t i = 0; i < ends.size(); ++i) {
        ASSERT_TRUE(wanted.contains(names[i])) << "PyTorch has no gradient of " << names[i];
        expect_near(grads[i], wanted.at(names[i]), 1e-9, "gradient of " + names[i]);
      }
    }
    const golden_map after = below(at(step) + "after.");
    const State state = nn::state(*net);
    for (const auto& [name, value] : after) {
      ASSERT_TRUE(state.arrays.contains(name)) << name;
      expect_near(Tensor(state.arrays.at(name)), value, 1e-9, name + " afterwards");
    }
  }
}

TEST_P(LayerTable, StateHasPyTorchsNamesAndShapes) {
  std::map<std::string, Shape> have, wanted;
  const auto net = row().make();
  for (const auto& [name, value] : nn::state(*net).arrays) have.emplace(name, value.shape());
  for (const auto& [name, value] : below(row().golden + ".state.")) wanted.emplace(name, value.shape());
  EXPECT_EQ(have, wanted);
}

// ∂²⟨w, y²⟩/∂θ² along two random directions u of all parameters and inputs at once: ⟨∂⟨∂L/∂θ, v⟩/∂θ, u⟩ against differences of ⟨∂L/∂θ, v⟩.
TEST_P(LayerTable, SecondOrderAgreesWithDifferences) {
  if (!row().second_order) return;
  const auto net = loaded();
  std::vector<std::pair<std::string, Array>> before;
  nn::each_buffer(*net, [&](std::string_view name, const Array& a) { before.emplace_back(name, a); });
  const auto restore = [&] {
    std::size_t i = 0;
    nn::each_buffer(*net, [&](std::string_view, Array& a) { a = before[i++].second; });
  };
  const std::string step = steps().back();
  nn::train(*net, step != "eval");
  Generator random(7);
  const auto like = [&](const Tensor& x) {
    Array a = Array::zeros(x.shape(), f64);
    for (double& value : a.mutable_span<double>()) value = random.uniform() * 2 - 1;
    return Tensor(a);
  };
  Tensors x = inputs(step);
  const Parameters parameters = nn::parameters(*net);
  std::vector<std::size_t> real;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (golden().contains(at(step) + "grad.x" + std::to_string(i))) real.push_back(i);
  Tensors weights, v, u;
  const auto ends = [&] {
    Tensors all;
    for (const std::size_t i : real) all.push_back(x[i]);
    for (const NamedParameter& p : parameters) all.push_back(handle(p));
    return all;
  };
  if (ends().empty()) return;
  const auto slope = [&](bool record) {
    restore();
    Tensor loss;
    const Tensors y = (*net)(x);
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (!golden().contains(at(step) + "g" + std::to_string(i))) continue;
      while (weights.size() <= i) weights.push_back(like(y[weights.size()]));
      const Tensor term = sum(y[i] * y[i] * weights[i]);
      loss = loss.defined() ? loss + term : term;
    }
    const Tensors g = grad(loss, ends(), {.create_graph = record});
    Tensor s;
    for (std::size_t i = 0; i < g.size(); ++i) s = s.defined() ? s + sum(g[i] * v[i]) : sum(g[i] * v[i]);
    return s;
  };
  for (int round = 0; round < 2; ++round) {
    v.clear(), u.clear();
    for (const Tensor& end : ends()) v.push_back(like(end)), u.push_back(like(end));
    double exact = 0;
    const Tensor s = slope(true);
    if (s.requires_grad()) {
      const Tensors h = grad(s, ends());
      for (std::size_t i = 0; i < h.size(); ++i) exact += sum(h[i] * u[i]).item();
    }
    const auto moved = [&](double by) {
      std::size_t i = 0;
      for (const std::size_t k : real) x[k] = variable(Tensor(x[k].value()) + u[i++] * by);
      for (const NamedParameter& p : parameters) p.leaf->value = (Tensor(p.leaf->value) + u[i++] * by).value();
    };
    const double step_size = 1e-5;
    moved(step_size);
    const double above = slope(false).item();
    moved(-2 * step_size);
    const double under = slope(false).item();
    moved(step_size);
    const double differences = (above - under) / (2 * step_size);
    EXPECT_NEAR(exact, differences, 1e-5 * (1 + std::abs(differences))) << row().golden << ", " << step;
  }
}

TEST_P(LayerTable, IsTheSameInF32) {
  const auto net = loaded(f32);
  const std::string step = steps().front();
  nn::train(*net, step != "eval");
  const Tensors y = (*net)(inputs(step, f32));
  for (std::size_t i = 0; i < y.size(); ++i) {
    const Array& wanted = golden().at(at(step) + "y" + std::to_string(i));
    EXPECT_EQ(y[i].dtype(), is_floating(wanted.dtype()) ? f32 : wanted.dtype());
    expect_near(y[i], wanted, row().f32_tolerance, "y" + std::to_string(i));
  }
}

TEST_P(LayerTable, ConstCallsFromSeveralThreadsGiveTheSameBits) {
  const auto net = loaded();
  const std::string step = steps().back();
  nn::eval(*net);
  const AnyLayer& shared = *net;
  const auto call = [&] {
    std::vector<std::vector<double>> bits;
    for (const Tensor& y : shared(inputs(step))) bits.push_back(y.value().to_vector());
    return bits;
  };
  const auto wanted = call();
  std::vector<std::vector<std::vector<double>>> got(3);
  std::latch start(3);
  std::vector<std::thread> threads;
  for (auto& mine : got)
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int i = 0; i < 3; ++i) mine = call();
    });
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : got) EXPECT_THAT(mine, testing::ContainerEq(wanted));
}

TEST_P(LayerTable, TakesAnEmptyBatch) {
  if (row().batch < 0) return;
  const auto net = loaded();
  nn::eval(*net);
  Tensors x = inputs(steps().back());
  const std::int64_t samples = x[0].shape()[row().batch];
  for (Tensor& input : x) {
    if (input.rank() <= row().batch || input.shape()[row().batch] != samples) continue;
    const Tensor none = narrow(input.detach(), row().batch, 0, 0);
    input = input.requires_grad() ? variable(none) : none;
  }
  const Tensors y = (*net)(x);
  Tensors ends;
  for (const NamedParameter& p : nn::parameters(*net)) ends.push_back(handle(p));
  for (const Tensor& result : y) {
    EXPECT_EQ(result.size(), 0) << result.shape();
    if (!result.requires_grad() || ends.empty()) continue;
    for (const Tensor& g : grad(sum(result), ends, {.retain_graph = true})) EXPECT_EQ(sum(abs(g)).item(), 0);
  }
}

TEST_P(LayerTable, ItsCallIsSeen) {
  if (!row().seen) return;
  const auto net = loaded();
  nn::eval(*net);
  std::vector<std::string> seen;
  const nn::Hook hook = nn::register_forward_hook(*net, "", [&](const nn::Called& called) { seen.emplace_back(called.layer); });
  (*net)(inputs(steps().back()));
  EXPECT_THAT(seen, testing::ElementsAre(row().layer));
}

INSTANTIATE_TEST_SUITE_P(Nn, LayerTable, testing::ValuesIn(layer_table()), [](const auto& info) { return info.param.golden; });

TEST(LayerTableIsWhole, EveryLayerHasARow) {
  std::set<std::string> missing;
  for (const auto& header : std::filesystem::directory_iterator(GRADUS_SOURCE "/nn/layers"))
    if (header.path().extension() == ".h") missing.merge(declared_layers(header.path()));
  EXPECT_GE(missing.size(), 20u);
  for (const LayerRow& row : layer_table()) missing.erase(row.layer);
  EXPECT_THAT(missing, testing::IsEmpty()) << "a row in tests/nn/layers/table/";
}

}  // namespace table_test
}  // namespace gradus
