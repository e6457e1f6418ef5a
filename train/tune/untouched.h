// Training that is tried and taken back: weights, buffers, streams of random numbers, gradients, the optimizer's state, schedules and
// default_generator() are afterwards what they were before, also where something was thrown; optimizer.steps() counts on.
// An opt-in header, not in <gradus/gradus.h>.
//   train::untouched(net, adam, {}, [&] { for (int i = 0; i < 10; ++i) train_a_batch(); });
#pragma once
#include <functional>
#include <span>

#include <gradus/nn/model/module.h>
#include <gradus/optim/driver/optimizer.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>

namespace gradus::train {

void untouched(nn::ModuleRef net, optim::Optimizer& optimizer, std::span<optim::LRScheduler* const> schedules,
               const std::function<void()>& f);

}  // namespace gradus::train
