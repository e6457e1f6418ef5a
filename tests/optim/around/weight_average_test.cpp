// EMA and SWA: PyTorch's trajectories, state by name, and what is refused. Averages that stand in for the weights:
// averaged_weights_test.cpp.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/driver/internal/checked_parameters.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/anneal.h>
#include <gradus/optim/schedules/swa_lr.h>
#include <golden_values.h>
#include <message_of.h>
#include <optim/around/two_buffers.h>
#include <optim/rules/table.h>
#include <temporary_folder.h>

namespace gradus::optim::testing::weight_average_test {

using ::testing::HasSubstr;

constexpr int recorded[] = {1, 2, 3, 10, 25};

// The weights after `step` updates in make_averages.py.
void go_to(const Parameters& p, int step) {
  for (int t = 0; t < 4; ++t)
    p[t].leaf->value = filled(shapes[t], p[t].leaf->value.dtype(), [&](auto i) {
      const double slope = static_cast<double>((step * std::int64_t{7919} + i * 104729 + t * std::int64_t{1299709}) % 2003 - 1001) / 500;
      return table_weight(t, i) + 0.01 * step * slope;
    });
}

// What the golden files hold of parameters: every 40th number of the long one.
std::vector<double> shown(const std::vector<Array>& arrays) {
  std::vector<double> out;
  for (const Array& a : arrays)
    for (std::int64_t i = 0; i < a.size(); i += a.size() == 1000 ? 40 : 1) out.push_back(a.to_vector()[i]);
  return out;
}

void expect_golden(WeightAverage& average, const Parameters& p, TwoBuffers& buffers, const std::string& name) {
  const Array& golden = golden_values("averages").at(name);
  int step = 0;
  for (int row = 0; row < 5; ++row) {
    while (step < recorded[row]) {
      go_to(p, ++step);
      buffers.go_to(step);
      average.update();
    }
    const State state = average.state();
    const std::vector<double> got = shown({state.arrays.at("a"), state.arrays.at("b"), state.arrays.at("c"), state.arrays.at("d"),
                                           state.arrays.at("norm.mean")});
    ASSERT_EQ(static_cast<std::int64_t>(got.size()), golden.dim(1));
    for (std::int64_t i = 0; i < golden.dim(1); ++i)
      ASSERT_NEAR(got[i], golden.at({row, i}), 1e-14) << name << " after " << step << ", number " << i;
    EXPECT_EQ(state.arrays.at("norm.count").item(), step) << "counts are copied";
  }
  EXPECT_EQ(average.updates(), 25);
}

TEST(WeightAverage, IsThatOfPyTorch) {
  const auto ema = [](EMAOptions options, const std::string& name) {
    const Parameters p = table_parameters();
    TwoBuffers buffers;
    EMA average(p, options, buffers.visitor());
    expect_golden(average, p, buffers, name);
  };
  ema({.decay = 0.9}, "ema");
  ema({.decay = 0.3}, "ema_low");
  ema({.decay = 0.9, .use_buffers = true}, "ema_buffers");
  for (const bool use_buffers : {false, true}) {
    const Parameters p = table_parameters();
    TwoBuffers buffers;
    SWA average(p, {.use_buffers = use_buffers}, buffers.visitor());
    expect_golden(average, p, buffers, use_buffers ? "swa_buffers" : "swa");
  }
}

TEST(WeightAverage, HasTheDefaultsOfPyTorch) {
  const EMA ema(single(f64s({0})));
  EXPECT_EQ(ema.options().decay, 0.999);
  EXPECT_FALSE(ema.options().use_buffers);
  EXPECT_EQ(ema.updates(), 0);
}

TEST(WeightAverage, DecaysOfZeroAndOneAreExact) {
  const Parameters p = single(f64s({0.1, 1e16}));
  EMA last(p, {.decay = 0}), first(p, {.decay = 1});
  last.update();
  first.update();
  p[0].leaf->value = f64s({0.3, 0.7});
  last.update();
  first.update();
  EXPECT_EQ(last.state().arrays.at("w").to_vector(), (std::vector<double>{0.3, 0.7}));
  EXPECT_EQ(first.state().arrays.at("w").to_vector(), (std::vector<double>{0.1, 1e16}));
}

TEST(WeightAverage, OfF32IsThatOfF64ToRounding) {
  const Parameters wide = table_parameters(), narrow = table_parameters(f32);
  SWA one(wide), two(narrow);
  for (int step = 1; step <= 12; ++step) {
    go_to(wide, step);
    go_to(narrow, step);
    one.update();
    two.update();
  }
  const std::vector<double> exact = one.state().arrays.at("c").to_vector(), rounded = two.state().arrays.at("c").to_vector();
  for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(rounded[i], exact[i], 1e-6);
}

TEST(WeightAverage, HasTheSameBitsForAnyNumberOfThreads) {
  const int threads = num_threads();
  std::vector<std::vector<double>> results;
  for (const int n : {1, 2, 3}) {
    set_threads(n);
    const Parameters p = single(filled({100003}, f32, [](auto i) { return std::sin(static_cast<double>(i)); }));
    EMA ema(p, {.decay = 0.7});
    ema.update();
    p[0].leaf->value = filled({100003}, f32, [](auto i) { return std::cos(static_cast<double>(i)); });
    ema.update();
    results.push_back(ema.state().arrays.at("w").to_vector());
  }
  set_threads(threads);
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(WeightAverage, LeavesTheModelAndSnapshotsAlone) {
  const Parameters p = single(f64s({1}));
  SWA swa(p);
  swa.update();
  const State before = swa.state();
  p[0].leaf->value = f64s({3});
  swa.update();
  EXPECT_EQ(before.arrays.at("w").item(), 1) << "a state is a snapshot";
  EXPECT_EQ(swa.state().arrays.at("w").item(), 2);
  EXPECT_EQ(values(p)[0], 3);
}

TEST(WeightAverage, TakesViewsAndEmptyParameters) {
  const Array table = filled({3, 2}, f64, [](auto i) { return static_cast<double>(i); });
  Parameters p = single(table.transpose(0, 1));
  p.push_back(single(Array::zeros({0, 4}, f64), {}, "none")[0]);
  SWA swa(p);
  swa.update();
  p[0].leaf->value = table.transpose(0, 1);
  swa.update();
  EXPECT_EQ(swa.state().arrays.at("w").to_vector(), (std::vector<double>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(swa.state().arrays.at("none").shape(), (Shape{0, 4}));
}

TEST(WeightAverage, FollowsParametersThatComeLater) {
  const Parameters a = single(f64s({1}), {}, "a"), b = single(f64s({10}), {}, "b");
  SWA swa(a);
  swa.update();
  swa.add_parameters(b);
  a[0].leaf->value = f64s({3});
  swa.update();
  b[0].leaf->value = f64s({20});
  swa.update();
  EXPECT_NEAR(swa.state().arrays.at("a").item(), 7. / 3, 1e-15);
  EXPECT_EQ(swa.state().arrays.at("b").item(), 15) << "the mean of the two updates that it was there for";
  EXPECT_EQ(swa.state().values.at("b.updates"), "2");
  EXPECT_EQ(swa.updates(), 3);
}

TEST(WeightAverage, RefusesBadInput) {
  const Parameters p = single(f64s({1}));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double decay : {-0.1, 1.1, nan, HUGE_VAL}) {
    EXPECT_THAT(message_of([&] { EMA(p, {.decay = decay}); }), HasSubstr("EMA: decay must lie in [0, 1], not ")) << decay;
    EMA ema(p);
    EXPECT_THROW(ema.set_decay(decay), ValueError);
    EXPECT_EQ(ema.options().decay, 0.999);
  }
  EXPECT_EQ(message_of([] { SWA({}); }), "SWA: no parameters; did a name pattern match nothing?");
  EXPECT_EQ(message_of([&] { SWA(Parameters{p[0], p[0]}); }), "SWA: parameter w is given twice");
  EXPECT_EQ(message_of([&] { SWA(Parameters{p[0], single(f64s({2}))[0]}); }), "SWA: " + named_alike("w"));
  EXPECT_EQ(message_of([] { SWA(Parameters{{"lost", {}}}); }), "SWA: parameter lost is undefined");
  EXPECT_EQ(message_of([] { SWA(single(Array::zeros({2}, i64))); }), "SWA: parameter w is i64; only f32 and f64 can be trained");
  EXPECT_THAT(message_of([&] { EMA(p, {.use_buffers = true}); }),
              HasSubstr("EMA: use_buffers needs to see the buffers: give a third argument"));
  Array buffer = f64s({0});
  EXPECT_EQ(message_of([&] { SWA(p, {}, [&](const VisitBuffer& visit) { visit("w", buffer); }); }),
            "SWA: a buffer and a parameter are named w; state is kept by name");
  SWA swa(p);
  EXPECT_EQ(message_of([&] { swa.add_parameters(p); }), "SWA: parameter w is given twice");
  EXPECT_EQ(swa.parameters().size(), 1u);
}

TEST(WeightAverage, RefusesWeightsThatHaveChangedTheirKind) {
  Parameters p = single(f64s({1, 2}), {}, "first");
  p.push_back(single(f64s({3, 4}), {}, "second")[0]);
  EMA ema(p);
  ema.update();
  p[0].leaf->value = f64s({5, 6});
  p[1].leaf->value = f64s({1, 2, 3});
  EXPECT_EQ(message_of([&] { ema.update(); }), "EMA: second has shape [3] but its average has [2]");
  p[1].leaf->value = Array::zeros({2}, f32);
  EXPECT_EQ(message_of([&] { ema.update(); }), "EMA: second is f32 but its average is f64");
  EXPECT_EQ(ema.updates(), 1);
  EXPECT_EQ(ema.state().arrays.at("first").to_vector(), (std::vector<double>{1, 2})) << "nothing has changed";
}

TEST(WeightAverageState, ContinuesBitForBit) {
  for (const int saved_at : {0, 1, 7}) {
    const Parameters p = table_parameters(f32), q = table_parameters(f32);
    TwoBuffers one, two;
    EMA straight(p, {.decay = 0.7, .use_buffers = true}, one.visitor()), fresh(q, {.decay = 0.1, .use_buffers = true}, two.visitor());
    for (int step = 1; step <= 15; ++step) {
      if (step == saved_at + 1) {
        const TemporaryFolder folder;
        straight.save(folder / "ema.safetensors");
        fresh.load(folder / "ema.safetensors");
        EXPECT_EQ(fresh.updates(), saved_at);
      }
      go_to(p, step);
      one.go_to(step);
      straight.update();
      if (step <= saved_at) continue;
      go_to(q, step);
      two.go_to(step);
      fresh.update();
    }
    const State a = straight.state(), b = fresh.state();
    EXPECT_EQ(a.values, b.values);
    ASSERT_EQ(a.arrays.size(), 6u);
    for (const auto& [name, array] : a.arrays) EXPECT_EQ(array.to_vector(), b.arrays.at(name).to_vector()) << name << saved_at;
  }
}

TEST(WeightAverageState, ThatDoesNotFitIsListedAndChangesNothing) {
  const Parameters p = table_parameters();
  EMA ema(p, {.decay = 0.5});
  go_to(p, 1);
  ema.update();
  State state = ema.state();
  const State before = state;
  state.arrays.erase("a");
  state.values.erase("b.updates");
  state.arrays["c"] = Array::zeros({999}, f64);
  state.values["d.updates"] = "-1";
  state.arrays["e"] = Array::zeros({2}, f64);
  state.values["f.updates"] = "0";
  state.values["decay"] = "2";
  state.values["use_buffers"] = "true";
  state.values["updates"] = "many";
  state.values["note"] = "a user's own";
  const std::string message = message_of([&] { ema.load_state(state); });
  for (const char* line :
       {"missing a [1] f64\n", "missing b.updates", "c is [999] f64 in the state but [1000] f64 here",
        "d.updates is \"-1\", which is no count", "unexpected e [2] f64\n", "unexpected f.updates", "decay must lie in [0, 1], not 2",
        "updates is \"many\", which is no count", "use_buffers is true in the state but false here: construct it with .use_buffers = true"})
    EXPECT_THAT(message + "\n", HasSubstr(line));
  EXPECT_THAT(message, ::testing::Not(HasSubstr("note")));
  const State after = ema.state();
  EXPECT_EQ(after.values, before.values);
  for (const auto& [name, array] : before.arrays) EXPECT_EQ(after.arrays.at(name).to_vector(), array.to_vector()) << name;

  SWA swa(p);
  EXPECT_EQ(message_of([&] { swa.load_state(before); }), "SWA: this is the state of EMA; load it into optim::EMA");
  EXPECT_EQ(message_of([&] { swa.load_state({}); }), "SWA: this is not an average's state: it has no \"average\"");
  State renamed = before;
  renamed.arrays["z"] = renamed.arrays.at("a");
  renamed.arrays.erase("a");
  EXPECT_EQ(message_of([&] { ema.load_state(renamed); }),
            "EMA: the state does not fit this average:\n  missing a [1] f64\n  unexpected z [1] f64");
}

TEST(WeightAverageState, OfBuffersIsByNameToo) {
  const Parameters p = single(f64s({1}));
  TwoBuffers buffers;
  SWA with(p, {}, buffers.visitor()), without(p);
  with.update();
  without.update();
  EXPECT_EQ(message_of([&] { with.load_state(without.state()); }),
            "SWA: the state does not fit this average:\n  missing norm.mean.updates\n  missing norm.count.updates");
  EXPECT_THAT(message_of([&] { without.load_state(with.state()); }), HasSubstr("unexpected norm.mean"));
  State wide = with.state();
  wide.arrays["norm.mean"] = Array::zeros({4}, f64);
  EXPECT_THAT(message_of([&] { with.load_state(wide); }), HasSubstr("norm.mean is [4] f64 in the state but [3] f64 here"));
}

TEST(WeightAverage, DescribesItself) {
  const Parameters p = table_parameters();
  EMA ema(p, {.decay = 0.75});
  EXPECT_EQ(ema.describe(), "EMA\n  4 parameters, 1042 numbers, 0 updates\n    a ← w at first, then a ← 0.75·a + 0.25·w");
  TwoBuffers buffers;
  SWA swa(single(f64s({1, 2})), {}, buffers.visitor());
  EXPECT_EQ(swa.describe(), "SWA\n  1 parameter, 2 numbers, 0 updates, buffers copied\n    a ← w at first, then a ← a + (w − a)/(n + 1)");
}

TEST(WeightAverage, WithSWALR) {
  const Parameters p = single(f64s({0}));
  SGD sgd(p, {.lr = 1});
  SWALR schedule(sgd, {.swa_lr = 0.5, .anneal_epochs = 2, .anneal_strategy = Anneal::linear});
  SWA swa(p);
  double w = 0, sum = 0;
  for (const double lr : {1., 0.75, 0.5, 0.5}) {
    p[0].leaf->grad = f64s({1});
    sgd.step();
    swa.update();
    schedule.step();
    sum += w -= lr;
  }
  EXPECT_NEAR(swa.state().arrays.at("w").item(), sum / 4, 1e-15);
}

}  // namespace gradus::optim::testing::weight_average_test
