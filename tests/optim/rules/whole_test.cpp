// Rules for whole parameters: trajectories of PyTorch and optax, f32 beside f64, state and threads, and the shapes that they want.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <set>

#include <gtest/gtest.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/optim/around/averaged_weights.h>
#include <gradus/optim/rules/adafactor.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/lamb.h>
#include <gradus/optim/rules/muon.h>
#include <gradus/optim/rules/schedule_free_adamw.h>
#include <golden_values.h>
#include <optim/rules/list.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing::whole_test {

const std::vector<Shape> stacks{{4, 6}, {6, 3}, {2, 3, 4}, {5}}, matrices{{4, 6}, {6, 3}, {1, 5}, {3, 3}};

// Two groups of two tensors each, as in trajectory_test.cpp.
struct Case {
  std::string name, golden;      // the folder
  std::vector<Shape> shapes;
  double ulp;                    // what rounding may come to in f32
  std::function<std::unique_ptr<Optimizer>(const Parameters& first, const Parameters& second)> make;
};

// The same as one writes it.
template <class O>
struct Row {
  std::string name, golden;
  const std::vector<Shape>& shapes;
  double ulp;
  typename O::Options first, second;

  operator Case() const {
    using Groups = std::vector<typename O::Group>;
    const auto make = [first = first, second = second](const Parameters& a, const Parameters& b) {
      return std::make_unique<O>(Groups{{a, first}, {b, second}});
    };
    return {.name = name, .golden = golden, .shapes = shapes, .ulp = ulp, .make = make};
  }
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      Row<Adafactor>{.name = "adafactor", .golden = "optim", .shapes = stacks, .ulp = 4, .first = {.lr = 0.1},
                     .second = {.lr = 0.05, .beta2_decay = -0.5, .eps = {1e-4, 1e-2}, .d = 1.5, .weight_decay = 0.1, .maximize = true}},
      Row<Muon>{.name = "muon", .golden = "optim", .shapes = matrices, .ulp = 8, .first = {.lr = 0.1},
                .second = {.lr = 0.05, .weight_decay = 0.3, .momentum = 0.8, .nesterov = false, .ns_steps = 3,
                           .adjust_lr = MuonScale::match_rms_adamw}},
      Row<LAMB>{.name = "lamb", .golden = "optim_peers", .shapes = stacks, .ulp = 4, .first = {.lr = 0.1},
                .second = {.lr = 0.05, .betas = {0.8, 0.95}, .eps = 1e-3, .weight_decay = 0.1}},
  };
  return all;
}

struct Whole : ::testing::TestWithParam<Case> {
  Parameters parameters(Dtype dtype) const {
    Parameters out;
    for (int t = 0; t < 4; ++t)
      out.push_back({std::string(1, static_cast<char>('a' + t)),
                     Counted<Leaf>(new Leaf(filled(GetParam().shapes[t], dtype, [&](auto i) { return table_weight(t, i); })))});
    return out;
  }
  std::unique_ptr<Optimizer> optimizer(const Parameters& p) const { return GetParam().make({p[0], p[1]}, {p[2], p[3]}); }
  static void walk(Optimizer& optimizer, const Parameters& p, int begin, int end) {
    for (int step = begin; step < end; ++step) {
      for (int t = 0; t < 4; ++t) {
        const Array& value = p[t].leaf->value;
        p[t].leaf->grad = has_gradient(step, t)
                              ? Tensor(filled(value.shape(), value.dtype(), [&](auto i) { return table_gradient(step, t, i); }))
                              : Tensor();
      }
      optimizer.step();
      if (step % 10 == 9)
        for (int group = 0; group < 2; ++group) optimizer.set_lr(optimizer.lr(group) / 2, group);
    }
  }
};

TEST_P(Whole, IsThatOfTheReference) {
  const Array& golden = golden_values(GetParam().golden).at(GetParam().name);
  const Parameters p = parameters(f64);
  const auto walker = optimizer(p);
  const int recorded[] = {1, 2, 3, 10, 25};
  for (int record = 0; record < 5; ++record) {
    walk(*walker, p, record ? recorded[record - 1] : 0, recorded[record]);
    const std::vector<double> shown = values(p);
    ASSERT_EQ(static_cast<std::int64_t>(shown.size()), golden.dim(1));
    for (std::int64_t i = 0; i < golden.dim(1); ++i)
      ASSERT_NEAR(shown[i], golden.at({record, i}), 1e-12) << "after step " << recorded[record] << ", number " << i;
  }
}

// Each f32 step from the same numbers agrees with the f64 step to the rounding of the rule's few operations; Muon's are five products deep.
TEST_P(Whole, InF32IsThatOfF64ToAFewUlp) {
  const Parameters wide = parameters(f64), narrow = parameters(f32);
  const auto one = optimizer(wide), two = optimizer(narrow);
  for (int step = 0; step < 25; ++step) {
    State state = two->state();
    for (auto& [key, array] : state.arrays)
      if (array.dtype() == f32) array = array.to(f64);
    one->load_state(state);
    for (int t = 0; t < 4; ++t) wide[t].leaf->value = narrow[t].leaf->value.to(f64);
    const std::vector<double> before = values(wide);
    walk(*two, narrow, step, step + 1);
    for (int t = 0; t < 4; ++t) {
      const Tensor g = narrow[t].leaf->grad.tensor();
      wide[t].leaf->grad = g.defined() ? Tensor(g.value().to(f64)) : g;
    }
    one->step();
    const std::vector<double> exact = values(wide), rounded = values(narrow);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const double size = std::max({std::abs(before[i]), std::abs(exact[i]), 10 * one->lr(0)});
      ASSERT_NEAR(rounded[i], exact[i], GetParam().ulp * size * 0x1p-24) << "step " << step << ", number " << i;
    }
  }
}

TEST_P(Whole, ContinuesBitForBitFromItsState) {
  for (int saved_at : {0, 1, 7}) {
    const Parameters p = parameters(f32), q = parameters(f32);
    const auto straight = optimizer(p), fresh = optimizer(q);
    walk(*straight, p, 0, saved_at);
    const State state = straight->state();
    for (int t = 0; t < 4; ++t) q[t].leaf->value = p[t].leaf->value;
    fresh->load_state(state);
    walk(*straight, p, saved_at, 15);
    walk(*fresh, q, saved_at, 15);
    EXPECT_EQ(values(p), values(q)) << saved_at;
  }
}

TEST_P(Whole, HasTheSameBitsEveryTime) {
  const Parameters p = parameters(f32), q = parameters(f32);
  walk(*optimizer(p), p, 0, 5);
  walk(*optimizer(q), q, 0, 5);
  EXPECT_EQ(values(p), values(q));
}

TEST_P(Whole, TakesEmptyParametersAndZeroGradients) {
  const Parameters p = single(Array::zeros({0, 3}), Array::zeros({0, 3}), "empty"),
                   q = single(Array::full({3, 2}, 1), Array::zeros({3, 2}), "still");
  GetParam().make(p, q)->step();
  for (double w : values(q)) EXPECT_NEAR(w, 1, 0.11) << "only weight decay may move it";
}

INSTANTIATE_TEST_SUITE_P(Rules, Whole, ::testing::ValuesIn(cases()), [](const auto& info) { return info.param.name; });

TEST(TableOfRules, HasARowForEveryRuleOfWholeParameters) {
  std::set<std::string> walked, listed;
  for (const Case& row : cases()) walked.emplace(row.make(single(Array::zeros({1, 1})), single(Array::zeros({1, 1}), {}, "v"))->name());
  [&]<class... Rules>(RuleList<Rules...>) { (listed.emplace(Rules::name), ...); }(WholeRules{});
  EXPECT_EQ(walked, listed);
}

TEST(Adafactor, KeepsRowsAndColumnsInsteadOfMatrices) {
  const Parameters p{{"matrix", Counted<Leaf>(new Leaf(Array::full({3, 5}, 1)))},
                     {"stack", Counted<Leaf>(new Leaf(Array::full({2, 3, 5}, 1)))},
                     {"vector", Counted<Leaf>(new Leaf(Array::full({4}, 1)))},
                     {"scalar", Counted<Leaf>(new Leaf(Array::scalar(1)))}};
  for (const NamedParameter& each : p) each.leaf->grad = Array::full(each.leaf->value.shape(), 0.5);
  Adafactor adafactor(p);
  adafactor.step();
  const State state = adafactor.state();
  std::string shapes;
  for (const auto& [name, array] : state.arrays)
    if (!name.ends_with(".step")) shapes += text(name, " ", array.shape(), " ");
  EXPECT_EQ(shapes,
            "matrix.col_var [1, 5] matrix.row_var [3, 1] scalar.variance [] stack.col_var [2, 1, 5] stack.row_var [2, 3, 1] "
            "vector.variance [4] ");
  State odd = state;
  odd.arrays["matrix.row_var"] = Array::zeros({3, 5});
  odd.arrays["vector.row_var"] = Array::zeros({4});
  try {
    adafactor.load_state(odd);
    ADD_FAILURE();
  } catch (const ValueError& e) {
    EXPECT_STREQ(e.what(),
                 "Adafactor: the state does not fit this optimizer:\n  matrix.row_var is [3, 5] f32 in the state but [3, 1] f32 here\n"
                 "  unexpected vector.row_var for a parameter of shape [4]");
  }
}

TEST(Muon, WantsMatrices) {
  Parameters p = single(Array::zeros({2, 2}), {}, "fc.weight");
  p.push_back(single(Array::zeros({2}), {}, "fc.bias")[0]);
  try {
    Muon muon(p);
    ADD_FAILURE();
  } catch (const ShapeError& e) {
    EXPECT_STREQ(
        e.what(),
        "Muon: parameter fc.bias has shape [2], but only matrices can be made orthogonal: give vectors and images to another optimizer");
  }
  EXPECT_THROW(Muon(single(Array::zeros({2, 2})), {.ns_steps = 0}), ValueError);
  EXPECT_THROW(Muon(single(Array::zeros({2, 2})), {.ns_steps = 100}), ValueError);
}

TEST(Muon, StepsHaveSingularValuesNearOne) {
  const Parameters p = single(Array::zeros({2, 2}, f64), Array::from({300., 0., 0., 0.5}, {2, 2}));
  Muon(p, {.lr = 1, .weight_decay = 0, .ns_steps = 20}).step();
  const std::vector<double> w = values(p);
  EXPECT_NEAR(w[0], -1, 0.4);
  EXPECT_NEAR(w[3], -1, 0.4);
  EXPECT_NEAR(w[1], 0, 1e-12);
}

TEST(LAMB, StepsInProportionToTheWeights) {
  const Parameters p = single(f64s({3, 4}), f64s({1e-3, 1e-3}), "large"), zero = single(f64s({0, 0}), f64s({7, 7}), "zero");
  LAMB lamb(Parameters{p[0], zero[0]}, {.lr = 0.1, .eps = 0});
  lamb.step();
  EXPECT_NEAR(values(p)[0], 3 - 0.1 * 5 / std::sqrt(2), 1e-14);   // ‖w‖ = 5, r = (1, 1)
  EXPECT_NEAR(values(zero)[0], -0.1, 1e-14);                      // a norm of 0: Adam's step
}

TEST(AveragedWeights, StandInForAsLongAsTheyLive) {
  const Parameters p = single(f64s({0})), q = single(f64s({0}));
  ScheduleFreeAdamW free(p, {.lr = 0.1});
  ASGD asgd(q, {.lr = 0.1, .lambd = 0, .t0 = 0});
  double mean = 0, z = 0, x = 0;
  for (int t = 1; t <= 6; ++t) {
    p[0].leaf->grad = q[0].leaf->grad = f64s({1});
    free.step();
    asgd.step();
    z = -0.1 * t;
    x += (z - x) / t;
    mean = t == 1 ? values(q)[0] : mean + (values(q)[0] - mean) / std::max(1, t - 1);
  }
  const double training = values(p)[0];
  {
    const AveragedWeights one(free), two(asgd);
    EXPECT_NEAR(values(p)[0], x, 1e-7);
    EXPECT_NEAR(values(q)[0], mean, 1e-14);
  }
  EXPECT_EQ(values(p)[0], training);
  EXPECT_NEAR(values(q)[0], -0.6, 1e-14);
}

}  // namespace gradus::optim::testing::whole_test
