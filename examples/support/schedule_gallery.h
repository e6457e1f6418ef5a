// Every schedule that there is, each with options that show what it does: the pictures of docs/optimizers.md.
//   for (const auto& [name, preview] : schedule_gallery()) preview.save_svg("schedule_" + name + ".svg");
#pragma once
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/lr_scheduler/preview.h>
#include <gradus/optim/schedules/schedules.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace support {

inline std::vector<std::pair<std::string, gradus::optim::Preview>> schedule_gallery() {
  using namespace gradus::optim;
  const auto half = [](std::int64_t epoch) { return std::pow(0.5, static_cast<double>(epoch) / 25); };
  const auto cosine = [](std::int64_t n) { return CosineAnnealingLR::curve({.t_max = n}); };
  const std::vector<std::pair<std::string, gradus::optim::Curve>> curves{
      {"constant_lr", ConstantLR::curve({.factor = 0.5, .total_iters = 30})},
      {"linear_lr", LinearLR::curve({.start_factor = 0.1, .total_iters = 30})},
      {"step_lr", StepLR::curve({.step_size = 30, .gamma = 0.5})},
      {"multi_step_lr", MultiStepLR::curve({.milestones = {50, 75}, .gamma = 0.3})},
      {"exponential_lr", ExponentialLR::curve({.gamma = 0.96})},
      {"polynomial_lr", PolynomialLR::curve({.total_iters = 100, .power = 2})},
      {"cosine_annealing_lr", cosine(100)},
      {"cosine_annealing_warm_restarts", CosineAnnealingWarmRestarts::curve({.t_0 = 15, .t_mult = 2})},
      {"cyclic_lr", CyclicLR::curve({.base_lr = 0.1, .max_lr = 1, .step_size_up = 12, .mode = CyclicMode::triangular2})},
      {"one_cycle_lr", OneCycleLR::curve({.max_lr = 1, .total_steps = 100})},
      {"lambda_lr", LambdaLR::curve({.lr_lambda = half})},
      {"multiplicative_lr", MultiplicativeLR::curve({.lr_lambda = [](std::int64_t epoch) { return epoch < 40 ? 1 : 0.95; }})},
      {"swa_lr", SWALR::curve({.swa_lr = 0.3, .anneal_epochs = 25})},
      {"inverse_sqrt_lr", InverseSqrtLR::curve()},
      {"inverse_time_lr", InverseTimeLR::curve({.decay_rate = 0.5, .decay_steps = 5})},
      {"staircase_lr", StaircaseLR::curve({.every = 15, .of = InverseSqrtLR::curve()})},
      {"noam_lr", NoamLR::curve({.d_model = 16, .warmup = 20})},
      {"wsd_lr", WSDLR::curve({.warmup = 10, .stable = 60, .decay = 30})},
      {"piecewise_lr", PiecewiseLR::curve({.at = {0, 20, 50, 100}, .factor = {0.1, 1, 0.4, 0}, .between = Between::linear})},
      {"warmup_lr", WarmupLR::curve({.steps = 15, .then = cosine(85)})},
      {"sequential_lr",
       SequentialLR::curve({.schedules = {LinearLR::curve({.start_factor = 0.1, .total_iters = 20}), ExponentialLR::curve({.gamma = 0.97})},
                            .milestones = {20}})},
      {"chained_scheduler", ChainedScheduler::curve({.schedules = {cosine(100), StepLR::curve({.step_size = 25, .gamma = 0.7})}})},
  };
  std::vector<std::pair<std::string, Preview>> out;
  for (const auto& [name, curve] : curves) out.emplace_back(name, preview(curve, 101));
  return out;
}

}  // namespace support
