// Averages that stand in for the weights, and what is put back afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gradus/optim/around/averaged_weights.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/sgd.h>
#include <message_of.h>
#include <optim/around/two_buffers.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing::averaged_weights_test {

TEST(AveragedWeights, OfAnAverageStandInWithTheirBuffers) {
  const Parameters p = single(f64s({1}));
  TwoBuffers buffers;
  buffers.mean = f64s({1, 1, 1});
  EMA ema(p, {.decay = 0.5, .use_buffers = true}, buffers.visitor());
  ema.update();
  p[0].leaf->value = f64s({3});
  buffers.mean = f64s({2, 3, 4});
  buffers.count = Array::from({std::int64_t{9}}, {});
  ema.update();
  {
    const AveragedWeights average(ema);
    EXPECT_EQ(values(p)[0], 2);
    EXPECT_EQ(buffers.mean.to_vector(), (std::vector<double>{1.5, 2, 2.5}));
    buffers.count.mutable_data<std::int64_t>()[0] = 100;                         // as a pass for new statistics does
    p[0].leaf->value.mutable_data<double>()[0] = -1;
  }
  EXPECT_EQ(values(p)[0], 3);
  EXPECT_EQ(buffers.mean.to_vector(), (std::vector<double>{2, 3, 4}));
  EXPECT_EQ(buffers.count.item(), 9);
  EXPECT_EQ(ema.state().arrays.at("w").item(), 2) << "writing over the stand-in does not reach the average";
}

TEST(AveragedWeights, KeepABufferOfTwoNames) {
  const Parameters p = single(f64s({1}));
  Array shared = f64s({1});
  SWA swa(p, {.use_buffers = true}, [&](const VisitBuffer& visit) {
    visit("one.mean", shared);
    visit("two.mean", shared);
  });
  swa.update();
  shared = f64s({3});
  swa.update();
  {
    const AveragedWeights average(swa);
    EXPECT_EQ(shared.item(), 2);
  }
  EXPECT_EQ(shared.item(), 3);
}

TEST(AveragedWeights, BeforeAnyUpdateAreTheWeights) {
  const Parameters p = single(f64s({7}));
  const EMA ema(p);
  const AveragedWeights average(ema);
  EXPECT_EQ(values(p)[0], 7);
}

TEST(AveragedWeights, Nest) {
  const Parameters p = single(f64s({0}));
  EMA ema(p, {.decay = 0.5});
  SWA swa(p);
  for (const double w : {1., 2., 6.}) {
    p[0].leaf->value = f64s({w});
    ema.update();
    swa.update();
  }
  {
    const AveragedWeights outer(ema);
    EXPECT_EQ(values(p)[0], 3.75);
    {
      const AveragedWeights inner(swa), again(ema);
      EXPECT_EQ(values(p)[0], 3.75);
    }
    EXPECT_EQ(values(p)[0], 3.75);
    {
      const AveragedWeights inner(swa);
      EXPECT_EQ(values(p)[0], 3);
    }
    EXPECT_EQ(values(p)[0], 3.75);
  }
  EXPECT_EQ(values(p)[0], 6);
}

TEST(AveragedWeights, ForgetWhatStepsDidMeanwhileAndRefuseUpdates) {
  const Parameters p = single(f64s({4}), f64s({1}));
  SGD sgd(p, {.lr = 1});
  SWA swa(p);
  swa.update();
  sgd.step();
  swa.update();
  {
    const AveragedWeights average(swa);
    EXPECT_EQ(values(p)[0], 3.5);
    sgd.step();
    EXPECT_EQ(values(p)[0], 2.5);
    EXPECT_EQ(message_of([&] { swa.update(); }),
              "SWA: update() while its averages stand in for the weights, which would average the averages");
  }
  EXPECT_EQ(values(p)[0], 3) << "as before the scope";
  EXPECT_EQ(swa.updates(), 2);
  EXPECT_EQ(swa.state().arrays.at("w").item(), 3.5) << "the average has not felt it";
  swa.update();
  EXPECT_EQ(swa.updates(), 3) << "and goes on afterwards";
}

TEST(AveragedWeights, PutEverythingBackWhenABufferThrows) {
  const Parameters p = single(f64s({1}));
  int visits_left = 100;
  Array buffer = f64s({0});
  SWA swa(p, {}, [&](const VisitBuffer& visit) {
    if (visits_left-- == 0) throw ValueError("no more");
    visit("mean", buffer);
  });
  swa.update();
  p[0].leaf->value = f64s({3});
  swa.update();
  for (const int possible : {0, 1}) {
    visits_left = possible;
    EXPECT_THROW(AveragedWeights{swa}, ValueError);
    EXPECT_EQ(values(p)[0], 3);
  }
  swa.update();
  EXPECT_EQ(swa.updates(), 3);
}

TEST(AveragedWeights, DoNotStandInForWeightsOfAnotherKind) {
  Parameters p = single(f64s({1}), {}, "first");
  p.push_back(single(f64s({2}), {}, "second")[0]);
  SWA swa(p);
  swa.update();
  p[0].leaf->value = f64s({5});
  p[1].leaf->value = Array::zeros({1}, f32);
  EXPECT_THROW(AveragedWeights{swa}, DtypeError);
  p[1].leaf->value = f64s({1, 2});
  EXPECT_THROW(AveragedWeights{swa}, ShapeError);
  EXPECT_EQ(values(p), (std::vector<double>{5, 1, 2}));
  p[1].leaf->value = f64s({6});
  swa.update();
  EXPECT_EQ(swa.updates(), 2) << "nothing stands in any more";
}

TEST(AveragedWeights, KeepBuffersForOtherAveragesOnDemand) {
  const Parameters p = single(f64s({0}), f64s({1}));
  TwoBuffers buffers;
  ASGD asgd(p, {.lr = 0.1, .t0 = 0});
  asgd.step();
  {
    const AveragedWeights average(asgd, buffers.visitor());
    buffers.go_to(3);
  }
  EXPECT_EQ(buffers.mean.to_vector(), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(buffers.count.item(), 0);
}

}  // namespace gradus::optim::testing::averaged_weights_test
