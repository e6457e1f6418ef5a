// Gradients that are not finite: allowed as in PyTorch, skipped, or refused with the parameter's name.
#include <cmath>

#include <gtest/gtest.h>
#include <optim/schedules/schedule_table.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/optim/driver/nonfinite.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/sgd.h>

namespace gradus::optim::testing::nonfinite_test {

void put(const Parameters& p, double bad) {
  set_gradients(p, 4);
  Array g = p[2].leaf->grad.value().contiguous_copy();
  g.mutable_data<double>()[777] = bad;
  p[2].leaf->grad = Tensor(g);
}

TEST(NonFiniteGradients, GoIntoTheWeightsUnlessTold) {
  const Parameters p = table_parameters();
  SGD sgd(p, {.lr = 0.1});
  put(p, NAN);
  sgd.step();
  EXPECT_TRUE(std::isnan(p[2].leaf->value.at({777})));
}

TEST(NonFiniteGradients, AreRefusedByNameBeforeAnythingChanges) {
  const Parameters p = table_parameters();
  Adam adam(p);
  run(adam, p, 4, 6);
  adam.on_nonfinite(NonFinite::refuse);
  const std::vector<double> before = values(p);
  for (const double bad : {double{NAN}, HUGE_VAL, -HUGE_VAL}) {
    put(p, bad);
    EXPECT_EQ(value_error([&] { adam.step(); }),
              "Adam: the gradient of c is not finite, and on_nonfinite(NonFinite::refuse) says so; NonFinite::skip passes over such steps");
    EXPECT_EQ(values(p), before);
    EXPECT_EQ(adam.state().arrays.at("a.step").item(), 2);
  }
  put(p, 1);
  adam.step();
  EXPECT_NE(values(p), before);
}

TEST(NonFiniteGradients, AreSkippedWithTheWholeStep) {
  const Parameters p = table_parameters(), q = table_parameters();
  AdamW one(p), two(q);
  one.on_nonfinite(NonFinite::skip);
  for (int step = 4; step < 9; ++step) {
    run(one, p, step, step + 1);
    run(two, q, step, step + 1);
    put(p, -HUGE_VAL);
    one.step();
  }
  EXPECT_EQ(values(p), values(q));
  EXPECT_EQ(one.skipped_steps(), 5);
  EXPECT_EQ(one.nonfinite_parameter(), "c");
  EXPECT_EQ(two.nonfinite_parameter(), "");
}

}  // namespace gradus::optim::testing::nonfinite_test
