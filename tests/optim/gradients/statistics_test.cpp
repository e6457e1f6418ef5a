// Statistics of steps: against sums by hand, and without a trace in the steps themselves.
#include <cmath>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/optim/gradients/clip.h>
#include <gradus/optim/gradients/statistics.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/lamb.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/sgd.h>

namespace gradus::optim::testing::statistics_test {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

double norm(const std::vector<double>& x) {
  double sum = 0;
  for (double each : x) sum += each * each;
  return std::sqrt(sum);
}

TEST(Statistics, AreTheNormsOfGradientWeightAndRealUpdate) {
  const Parameters p = table_parameters();
  AdamW adamw({{.params = {p[0], p[1]}, .options = {.lr = 0.1}}, {.params = {p[2], p[3]}, .options = {.lr = 0.01, .weight_decay = 0.5}}});
  const Statistics watch(adamw);
  EXPECT_EQ(watch.step(), 0);
  for (int step = 0; step < 7; ++step) {
    set_gradients(p, step);
    clip_grad_norm(p, 1);
    const std::vector<double> before[] = {values({p[0]}), values({p[1]}), values({p[2]}), values({p[3]})};
    adamw.step();
    EXPECT_EQ(watch.step(), step + 1);
    for (int group = 0; group < 2; ++group) {
      std::vector<double> g, w, d;
      for (int t = 2 * group; t < 2 * group + 2; ++t) {
        const StepStatistics& one = watch.parameter(p[t].name);
        EXPECT_EQ(one.parameters, has_gradient(step, t)) << step << " " << t;
        if (!has_gradient(step, t)) continue;       // takes no part
        const std::vector<double> slopes = p[t].leaf->grad.value().to_vector(), after = values({p[t]});
        std::vector<double> update;
        for (std::size_t i = 0; i < after.size(); ++i) update.push_back(after[i] - before[t][i]);
        EXPECT_NEAR(one.gradient_norm, norm(slopes), 1e-14);
        EXPECT_NEAR(one.update_ratio, norm(update) / norm(before[t]), 1e-15);
        g.insert(g.end(), slopes.begin(), slopes.end());
        w.insert(w.end(), before[t].begin(), before[t].end());
        d.insert(d.end(), update.begin(), update.end());
      }
      const StepStatistics& all = watch.group(group);
      EXPECT_NEAR(all.gradient_norm, norm(g), 1e-14) << step;
      EXPECT_NEAR(all.parameter_norm, norm(w), 1e-12) << step;
      EXPECT_NEAR(all.update_norm, norm(d), 1e-14) << step;
      EXPECT_NEAR(all.update_ratio, w.empty() ? 0 : norm(d) / norm(w), 1e-14) << step;
      EXPECT_EQ(all.elements, static_cast<std::int64_t>(w.size()));
      EXPECT_EQ(all.nonfinite, 0);
    }
  }
}

TEST(Statistics, OfRulesOfWholeParametersAndOfF32) {
  const Parameters p = table_parameters(f32);
  LAMB lamb(p, {.lr = 0.25, .weight_decay = 0});
  const Statistics watch(lamb);
  set_gradients(p, 4);
  lamb.step();
  for (const NamedParameter& each : p) EXPECT_NEAR(watch.parameter(each.name).update_ratio, 0.25, 1e-6) << each.name;   // that is LAMB
}

TEST(Statistics, OfGradientsOfRows) {
  const auto table = [] { return single(Array::from({1., 2., 3., 4., 5., 6.}, {3, 2})); };
  const Parameters dense = table(), rows = table();
  dense[0].leaf->grad = Array::from({0., 0., 6., 8., 0., 1.}, {3, 2});
  rows[0].leaf->grad = RowGradient{Array::from({std::int64_t{1}, std::int64_t{2}}, {2}), Array::from({6., 8., 0., 1.}, {2, 2})};
  SGD one(dense), two(rows);
  const Statistics of_dense(one), of_rows(two);
  one.step();
  two.step();
  EXPECT_NEAR(of_rows.group(0).gradient_norm, std::sqrt(101), 1e-14);
  EXPECT_EQ(of_rows.text(), of_dense.text());
}

TEST(Statistics, ChangeNothing) {
  const Parameters watched = table_parameters(), alone = table_parameters();
  RMSprop one(watched, {.momentum = 0.9}), two(alone, {.momentum = 0.9});
  const Statistics watch(one), again(one, {.every = 3});
  run(one, watched, 0, 9);
  run(two, alone, 0, 9);
  EXPECT_EQ(values(watched), values(alone));
  EXPECT_EQ(watch.step(), 9);
  EXPECT_EQ(again.step(), 7);
  EXPECT_TRUE(watched[0].leaf->value.unique());      // nothing is held on to between steps
}

TEST(Statistics, CountGradientsThatAreNotFinite) {
  Parameters p = single(f64s({1, 2, 3}), f64s({NAN, HUGE_VAL, 1}), "bad");
  p.push_back(single(f64s({1}), f64s({2}), "good")[0]);
  SGD sgd(p);
  const Statistics watch(sgd);
  sgd.step();
  EXPECT_EQ(watch.group(0).nonfinite, 2);
  EXPECT_EQ(watch.parameter("bad").nonfinite, 2);
  EXPECT_EQ(watch.parameter("good").nonfinite, 0);
  EXPECT_TRUE(std::isnan(watch.group(0).gradient_norm));
  EXPECT_THAT(watch.text(), HasSubstr("  2 of 4 gradients are not finite\n"));
}

TEST(Statistics, OfZeroWeightsAndOfNoUpdate) {
  const Parameters p = single(f64s({0, 0}), f64s({3, 4}));
  SGD sgd(p, {.lr = 0.5});
  const Statistics watch(sgd);
  sgd.step();
  EXPECT_EQ(watch.group(0).update_norm, 2.5);
  EXPECT_EQ(watch.group(0).update_ratio, HUGE_VAL);
  sgd.set_lr(0);
  sgd.step();
  EXPECT_EQ(watch.group(0).parameter_norm, 2.5);
  EXPECT_EQ(watch.group(0).update_ratio, 0);
  sgd.zero_grad();
  sgd.step();
  EXPECT_EQ(watch.group(0).parameters, 0);
}

TEST(Statistics, PrintLinesThatCanBeRead) {
  Parameters p = single(f64s({3, 4}), f64s({0.3, 0.4}), "output.weight");
  p.push_back(single(f64s({1}), {}, "frozen")[0]);
  SGD sgd(p, {.lr = 0.01});
  const Statistics watch(sgd);
  sgd.step();
  std::ostringstream out;
  out << watch;
  EXPECT_EQ(out.str(), "step 1  group 0  ‖g‖ 5.00e-01  ‖w‖ 5.00e+00  ‖Δw‖ 5.00e-03  ‖Δw‖/‖w‖ 1.00e-03\n");
  EXPECT_EQ(watch.table(), "parameter           ‖g‖       ‖w‖      ‖Δw‖  ‖Δw‖/‖w‖\n"
                           "output.weight  5.00e-01  5.00e+00  5.00e-03  1.00e-03\n");
}

TEST(Statistics, MeetGroupsAddedLaterAndLetGoOfTheOptimizer) {
  const Parameters p = table_parameters();
  SGD sgd({p[0], p[1]});
  {
    const Statistics watch(sgd);
    sgd.add_param_group({.params = {p[2]}, .options = {.lr = 0.1}});
    run(sgd, p, 4, 5);
    ASSERT_EQ(watch.groups(), 2);
    EXPECT_GT(watch.group(1).update_ratio, 0);
    EXPECT_EQ(watch.names(), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_THAT([&] { watch.group(2); }, ThrowsMessage<ValueError>("Statistics: there is no group 2; it has 2"));
    EXPECT_THAT([&] { watch.parameter("d"); },
                ThrowsMessage<ValueError>("Statistics: there is no parameter d; there are 3, the first being a"));
  }
  run(sgd, p, 5, 6);                                  // the watcher is gone
  EXPECT_THAT([&] { Statistics(sgd, {.every = 0}); }, ThrowsMessage<ValueError>("Statistics: every must be at least 1, not 0"));
}

TEST(Statistics, StayAsTheyWereWhenAStepFails) {
  const Parameters p = single(f64s({3, 4}), f64s({3, 4}));
  SGD sgd(p);
  const Statistics watch(sgd);
  sgd.step();
  p[0].leaf->grad = f64s({1});
  EXPECT_THROW(sgd.step(), ShapeError);
  EXPECT_EQ(watch.step(), 1);
  EXPECT_EQ(watch.group(0).gradient_norm, 5);
}

TEST(Statistics, HaveTheSameBitsForAnyNumberOfThreads) {
  const int threads_before = num_threads();
  const auto measured = [](int threads) {
    set_threads(threads);
    const Parameters p = single(filled({100003}, f32, [](auto i) { return table_weight(2, i); }),
                                filled({100003}, f32, [](auto i) { return table_gradient(3, 2, i); }));
    Adam adam(p);
    const Statistics watch(adam);
    for (int i = 0; i < 3; ++i) adam.step();
    const StepStatistics& s = watch.group(0);
    return std::vector<double>{s.gradient_norm, s.parameter_norm, s.update_norm, s.update_ratio};
  };
  const auto alone = measured(1), three = measured(3);
  set_threads(threads_before);
  EXPECT_EQ(alone, three);
}

}  // namespace gradus::optim::testing::statistics_test
