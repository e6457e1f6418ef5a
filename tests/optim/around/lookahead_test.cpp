// Lookahead: optax's trajectories, around any optimizer and under schedules; its state, its slow weights, and what is refused.
#include <limits>

#include <gmock/gmock.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gtest/gtest.h>
#include <message_of.h>
#include <optim/rules/table.h>
#include <temporary_folder.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/optim/around/averaged_weights.h>
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/step_lr.h>

#include <golden_values.h>

namespace gradus::optim::testing::lookahead_test {

using ::testing::HasSubstr;

constexpr int recorded[] = {1, 2, 5, 10, 25};

// The table's gradients without zeros or gaps, as in make_wrappers.py.
void set_all_gradients(const Parameters& p, int step) {
  for (int t = 0; t < 4; ++t)
    p[t].leaf->grad = filled(shapes[t], p[t].leaf->value.dtype(), [&](auto i) {
      return static_cast<double>((step * std::int64_t{7919} + i * 104729 + t * std::int64_t{1299709}) % 2003 - 1001) / 500;
    });
}

std::vector<double> shown(const Parameters& p) {
  std::vector<double> out;
  for (const NamedParameter& each : p) {
    const std::vector<double> all = each.leaf->value.to_vector();
    for (std::size_t i = 0; i < all.size(); i += all.size() == 1000 ? 40 : 1) out.push_back(all[i]);
  }
  return out;
}

void expect_golden(Lookahead& lookahead, const Parameters& p, bool halved, const std::string& name) {
  const Array& golden = golden_values("wrappers").at(name);
  StepLR schedule(lookahead.optimizer(), {.step_size = 10, .gamma = halved ? 0.5 : 1});
  const auto compare = [&](int kind, int row) {
    const std::vector<double> got = shown(p);
    ASSERT_EQ(static_cast<std::int64_t>(got.size()), golden.dim(2));
    for (std::int64_t i = 0; i < golden.dim(2); ++i)
      ASSERT_NEAR(got[i], golden.at({kind, row, i}), 1e-12)
          << name << (kind ? " slow" : " fast") << " after " << recorded[row] << ", number " << i;
  };
  int step = 0;
  for (int row = 0; row < 5; ++row) {
    for (; step < recorded[row]; ++step) {
      set_all_gradients(p, step);
      lookahead.step();
      schedule.step();
    }
    compare(0, row);
    const AveragedWeights slow(lookahead);
    compare(1, row);
  }
}

TEST(Lookahead, IsThatOfOptax) {
  {
    const Parameters p = table_parameters();
    SGD sgd(p, {.lr = 0.1, .momentum = 0.9});
    Lookahead lookahead(sgd);
    expect_golden(lookahead, p, true, "lookahead_sgd");
  }
  {
    const Parameters p = table_parameters();
    Adam adam(p, {.lr = 0.05});
    Lookahead lookahead(adam, {.k = 3, .alpha = 0.8});
    expect_golden(lookahead, p, true, "lookahead_adam");
  }
  {
    const Parameters p = table_parameters();
    Adam adam(p, {.lr = 0.05});
    Lookahead lookahead(adam, {.k = 4, .alpha = 0.5, .reset_state = true});
    expect_golden(lookahead, p, false, "lookahead_adam_reset");
  }
}

// The table with its zero and undefined gradients, against the formula for one number at a time.
TEST(Lookahead, IsThePublishedFormula) {
  const Parameters p = table_parameters();
  SGD sgd(p, {.lr = 0.1});
  Lookahead lookahead(sgd, {.k = 4, .alpha = 0.3});
  std::vector<double> fast = values(p), slow = fast;
  for (int step = 0; step < 26; ++step) {
    set_gradients(p, step);
    lookahead.step();
    std::size_t at = 0;
    for (int t = 0; t < 4; ++t)
      for (std::int64_t i = 0; i < shapes[t].elements(); ++i, ++at) {
        if (has_gradient(step, t)) fast[at] -= 0.1 * table_gradient(step, t, i);
        if (step % 4 == 3) fast[at] = slow[at] += 0.3 * (fast[at] - slow[at]);
      }
    EXPECT_EQ(lookahead.steps_since_sync(), (step + 1) % 4);
  }
  const std::vector<double> got = values(p);
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], fast[i], 1e-12) << i;
}

TEST(Lookahead, WithAlphaOneIsTheOptimizerAlone) {
  const Parameters p = table_parameters(f32), q = table_parameters(f32);
  Adam one(p), two(q);
  Lookahead lookahead(two, {.k = 2, .alpha = 1});
  for (int step = 0; step < 9; ++step) {
    set_gradients(p, step);
    set_gradients(q, step);
    one.step();
    lookahead.step();
  }
  EXPECT_EQ(values(p), values(q));
}

TEST(Lookahead, LeavesParametersWithoutGradientsAlone) {
  const Parameters p{single(f64s({0.1}), f64s({1}), "moved")[0], single(f64s({0.1}), {}, "still")[0]};
  SGD sgd(p, {.lr = 0.1});
  Lookahead lookahead(sgd, {.k = 1, .alpha = 0.7});
  for (int i = 0; i < 5; ++i) lookahead.step();
  EXPECT_EQ(values(p)[1], 0.1);
  EXPECT_NEAR(values(p)[0], 0.1 - 5 * 0.07, 1e-15);
}

TEST(Lookahead, FollowsGroupsThatComeLater) {
  const Parameters a = single(f64s({0}), f64s({1}), "a"), b = single(f64s({10}), f64s({1}), "b");
  SGD sgd(a, {.lr = 1});
  Lookahead lookahead(sgd, {.k = 3, .alpha = 0.5});
  lookahead.step();
  sgd.add_param_group({b, {.lr = 2}});
  lookahead.step();
  EXPECT_EQ(values(b)[0], 8);
  lookahead.step();
  EXPECT_EQ(values(a)[0], -1.5);
  EXPECT_EQ(values(b)[0], 8) << "half of the way from 10 to 6";
}

TEST(Lookahead, BeginsAnewOnDemand) {
  const Parameters p = single(f64s({0}), f64s({1}));
  SGD sgd(p, {.lr = 1});
  Lookahead lookahead(sgd, {.k = 2, .alpha = 0.5});
  lookahead.step();
  p[0].leaf->value = f64s({100});
  lookahead.reset();
  lookahead.step();
  EXPECT_EQ(values(p)[0], 99);
  lookahead.step();
  EXPECT_EQ(values(p)[0], 99) << "half of the way from 100 to 98";
}

TEST(Lookahead, ContinuesBitForBitFromItsState) {
  for (const int saved_at : {0, 1, 4, 7}) {
    const Parameters p = table_parameters(f32), q = table_parameters(f32);
    AdamW one(p, {.lr = 0.1}), two(q, {.lr = 0.2});
    Lookahead straight(one, {.k = 4, .alpha = 0.3}), fresh(two, {.k = 9, .alpha = 0.9});
    const auto walk = [](Lookahead& lookahead, const Parameters& parameters, int begin, int end) {
      for (int step = begin; step < end; ++step) {
        set_gradients(parameters, step);
        lookahead.step();
      }
    };
    walk(straight, p, 0, saved_at);
    const TemporaryFolder folder;
    straight.save(folder / "lookahead.safetensors");
    for (int t = 0; t < 4; ++t) q[t].leaf->value = p[t].leaf->value;
    fresh.load(folder / "lookahead.safetensors");
    EXPECT_EQ(fresh.options().k, 4);
    EXPECT_EQ(fresh.options().alpha, 0.3);
    EXPECT_EQ(two.lr(), 0.1);
    walk(straight, p, saved_at, 15);
    walk(fresh, q, saved_at, 15);
    EXPECT_EQ(values(p), values(q)) << saved_at;
    EXPECT_EQ(straight.state().values, fresh.state().values);
  }
}

TEST(Lookahead, StateThatDoesNotFitIsListedAndChangesNothing) {
  const Parameters p = table_parameters();
  SGD sgd(p, {.lr = 0.1, .momentum = 0.9});
  Lookahead lookahead(sgd, {.k = 3});
  run(sgd, p, 0, 1);
  set_gradients(p, 1);
  lookahead.step();
  const State before = lookahead.state();
  EXPECT_EQ(before.values.at("lookahead.followed"), "4");

  State odd = before;
  odd.arrays.erase("a.slow");
  odd.arrays["b.slow"] = Array::zeros({16}, f64);
  odd.values["lookahead.reset_state"] = "true";
  odd.values.erase("lookahead.alpha");
  EXPECT_EQ(message_of([&] { lookahead.load_state(odd); }),
            "Lookahead: the state does not fit:\n  missing lookahead.alpha\n"
            "  lookahead.reset_state is true in the state but false here: construct it with .reset_state = true\n"
            "  missing a.slow [1] f64\n  b.slow is [16] f64 in the state but [17] f64 here");
  const auto changed = [&](const std::string& key, const std::string& value) {
    State state = before;
    state.values[key] = value;
    return message_of([&] { lookahead.load_state(state); });
  };
  EXPECT_EQ(changed("lookahead.k", "0"), "Lookahead: k must be at least 1, not 0");
  EXPECT_EQ(changed("lookahead.alpha", "0"), "Lookahead: alpha must lie in (0, 1], not 0");
  EXPECT_EQ(changed("lookahead.steps_since_sync", "3"), "Lookahead: lookahead.steps_since_sync is 3, but it is below k = 3");
  EXPECT_THAT(changed("lookahead.followed", "5"), HasSubstr("it follows 5 parameters, the optimizer has 4"));
  EXPECT_THAT(changed("lookahead.followed", "3"), HasSubstr("unexpected d.slow"));
  EXPECT_THAT(changed("group.0.lr", "-1"), HasSubstr("SGD: lr must be finite and at least 0"));
  State unknown = before;
  unknown.arrays["e.slow"] = Array::zeros({1}, f64);
  EXPECT_EQ(message_of([&] { lookahead.load_state(unknown); }), "SGD: the state does not fit this optimizer:\n  unexpected e.slow [1] f64");
  EXPECT_THAT(message_of([&] { lookahead.load_state(sgd.state()); }), HasSubstr("missing lookahead.k"));
  EXPECT_THAT(message_of([&] { sgd.load_state(before); }), HasSubstr("unexpected a.slow"));

  const State after = lookahead.state();
  EXPECT_EQ(after.values, before.values);
  for (const auto& [name, array] : before.arrays) EXPECT_EQ(after.arrays.at(name).to_vector(), array.to_vector()) << name;
}

TEST(Lookahead, RefusesBadInput) {
  const Parameters p = single(f64s({1}));
  SGD sgd(p);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::int64_t k : {0, -1})
    EXPECT_THAT(message_of([&] { Lookahead(sgd, {.k = k}); }), HasSubstr("Lookahead: k must be at least 1, not ")) << k;
  for (const double alpha : {0., -0.5, 1.01, nan})
    EXPECT_THAT(message_of([&] { Lookahead(sgd, {.alpha = alpha}); }), HasSubstr("Lookahead: alpha must lie in (0, 1], not ")) << alpha;
  Lookahead lookahead(sgd);
  EXPECT_EQ(lookahead.options().k, 5);
  EXPECT_EQ(lookahead.options().alpha, 0.5);
  EXPECT_THROW(lookahead.set_options({.k = 0}), ValueError);
  EXPECT_EQ(lookahead.options().k, 5);
}

TEST(Lookahead, ChangesNothingWhenTheOptimizerThrows) {
  const Parameters p = single(f64s({1}), f64s({1, 2}));
  SGD sgd(p, {.lr = 1});
  Lookahead lookahead(sgd, {.k = 1, .alpha = 0.5});
  EXPECT_THROW(lookahead.step(), ShapeError);
  EXPECT_EQ(lookahead.steps_since_sync(), 0);
  EXPECT_EQ(lookahead.state().values.at("lookahead.followed"), "0");
  p[0].leaf->value = f64s({10});
  p[0].leaf->grad = f64s({4});
  lookahead.step();
  EXPECT_EQ(values(p)[0], 8) << "slow weights begin at 10";
  p[0].leaf->value = f64s({1, 2});
  p[0].leaf->grad = f64s({1, 2});
  EXPECT_EQ(message_of([&] { lookahead.step(); }), "Lookahead: w has shape [2] but its slow weights have [1]");
}

TEST(Lookahead, IsNotSteppedWhileItsSlowWeightsStandIn) {
  const Parameters p = single(f64s({0}), f64s({1}));
  SGD sgd(p, {.lr = 1});
  Lookahead lookahead(sgd, {.k = 2, .alpha = 0.5});
  {
    const AveragedWeights none(lookahead);
    EXPECT_EQ(values(p)[0], 0) << "before any step: the weights";
  }
  lookahead.step();
  {
    const AveragedWeights slow(lookahead);
    EXPECT_EQ(values(p)[0], 0);
    EXPECT_EQ(message_of([&] { lookahead.step(); }), "Lookahead: step() while its slow weights stand in for the weights");
  }
  EXPECT_EQ(values(p)[0], -1);
  lookahead.step();
  EXPECT_EQ(values(p)[0], -1) << "half of the way from 0 to −2";
}

TEST(Lookahead, HasTheSameBitsForAnyNumberOfThreads) {
  const int threads = num_threads();
  std::vector<std::vector<double>> results;
  for (const int n : {1, 2, 3}) {
    set_threads(n);
    const auto wave = [](auto i) { return static_cast<double>(i % 1013) / 100; };
    const Parameters p = single(filled({100003}, f32, wave), filled({100003}, f32, wave));
    SGD sgd(p, {.lr = 0.1});
    Lookahead lookahead(sgd, {.k = 1, .alpha = 0.3});
    lookahead.step();
    results.push_back(values(p));
  }
  set_threads(threads);
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(Lookahead, DescribesItself) {
  SGD sgd(single(f64s({1})), {.lr = 0.1});
  EXPECT_EQ(Lookahead(sgd).describe(), sgd.describe() + "\n  Lookahead\n    every 5 steps: slow ← slow + 0.5·(w − slow);  w ← slow");
  EXPECT_THAT(Lookahead(sgd, {.k = 1, .reset_state = true}).describe(),
              HasSubstr("every 1 step: slow ← slow + 0.5·(w − slow);  w ← slow;  the optimizer starts anew"));
}

}  // namespace gradus::optim::testing::lookahead_test
