// A steady training loop asks nobody for memory. This file counts every operator new of the test program.
#include <gtest/gtest.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/around/sam.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/gradients/clip.h>
#include <gradus/optim/gradients/statistics.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adafactor.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/lamb.h>
#include <gradus/optim/rules/nadam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/rprop.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/rules/sparse_adam.h>
#include <gradus/optim/schedules/cosine_annealing_lr.h>

#include <count_allocations.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing::allocation_test {

template <class O>
void expect_no_allocation(typename O::Options options) {
  const Parameters p = table_parameters(f32);
  O optimizer(p, options);
  const Statistics watch(optimizer);
  CosineAnnealingLR schedule(optimizer, {.t_max = 20});
  std::vector<Array> gradients;
  for (int t = 0; t < 4; ++t) gradients.push_back(filled(shapes[t], f32, [&](auto i) { return table_gradient(4, t, i); }));
  const Array transposed = gradients[3].reshape({6, 4}).transpose(0, 1);   // a view: made contiguous in pooled memory
  const auto step = [&] {
    optimizer.zero_grad();
    for (int t = 0; t < 4; ++t) p[t].leaf->grad = Tensor(t == 3 ? transposed : gradients[t]);
    clip_grad_norm(p, 1.0);
    clip_grad_value(p, 0.5);
    clip_grad_adaptive(p);
    optimizer.step();
    schedule.step();
  };
  for (int i = 0; i < 3; ++i) step();
  const std::int64_t blocks = pool::blocks_from_system();
  const AllocationCount count;
  for (int i = 0; i < 10; ++i) step();
  EXPECT_EQ(count.so_far(), 0) << optimizer.name();
  EXPECT_EQ(pool::blocks_from_system() - blocks, 0) << optimizer.name();
}

TEST(Allocation, StepsClippingStatisticsAndSchedulesAllocateNothing) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns operator new";
  expect_no_allocation<SGD>({.momentum = 0.9});
  expect_no_allocation<RMSprop>({.momentum = 0.9, .centered = true});
  expect_no_allocation<Adam>({.amsgrad = true});
  expect_no_allocation<AdamW>({});
  expect_no_allocation<NAdam>({});
  expect_no_allocation<ASGD>({});
  expect_no_allocation<Rprop>({});
  expect_no_allocation<Adafactor>({});
  expect_no_allocation<LAMB>({});
}

struct Normed {
  nn::Linear hidden{6, 5};
  nn::BatchNorm1d normalisation{5};
  Tensor operator()(const Tensor& x) const { return normalisation(hidden(x)); }
};

TEST(Allocation, AveragesLookaheadAndSAMAllocateNothing) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns operator new";
  Normed net;
  const Parameters p = nn::parameters(net);
  SGD sgd(p, {.lr = 0.01, .momentum = 0.9});
  Lookahead lookahead(sgd, {.k = 2});
  SAM sam(sgd), asam(sgd, {.adaptive = true});
  const auto buffers = [&](const auto& visit) { nn::each_buffer(net, visit); };
  EMA ema(p, {.use_buffers = true}, buffers);
  SWA swa(p, {}, buffers);
  const Tensor x(filled({8, 6}, f32, [](auto i) { return table_weight(1, i); }));
  const auto closure = [&] {
    sgd.zero_grad();
    const Tensor y = net(x), loss = mean(y * y * y);
    loss.backward();
    return loss;
  };
  const auto step = [&] {
    sgd.step(closure);
    lookahead.step(closure);
    sam.step(closure);
    asam.step(closure);
    ema.update();
    swa.update();
  };
  for (int i = 0; i < 4; ++i) step();
  const std::int64_t blocks = pool::blocks_from_system();
  const AllocationCount count;
  for (int i = 0; i < 10; ++i) step();
  EXPECT_EQ(count.so_far(), 0);
  EXPECT_EQ(pool::blocks_from_system() - blocks, 0);
}

TEST(Allocation, BackwardsAndStepsOfRowsAllocateNothing) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns operator new";
  const Parameters p = single(Array::full({200, 8}, 1), {}, "words");
  SparseAdam adam(p);
  std::vector<std::int64_t> words;
  for (std::int64_t i = 0; i < 150; ++i) words.push_back(i * i % 200);
  const Tensor index = Array::from(words, {15, 10});
  const auto step = [&] {
    adam.zero_grad();
    sum(embedding(index, Tensor(p[0].leaf->value, p[0].leaf), {.sparse = true})).backward();
    clip_grad_norm(p, 1.0);
    adam.step();
  };
  for (int i = 0; i < 3; ++i) step();
  const std::int64_t blocks = pool::blocks_from_system();
  const AllocationCount count;
  for (int i = 0; i < 10; ++i) step();
  EXPECT_EQ(count.so_far(), 0);
  EXPECT_EQ(pool::blocks_from_system() - blocks, 0);
}

}  // namespace gradus::optim::testing::allocation_test
