#include <gradus/autograd/array/formats/safetensors.h>
#include <optim/schedules/schedule_table.h>

#include <cmath>

#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/schedules.h>

#include <golden_values.h>

namespace gradus::optim::testing {

std::unique_ptr<Optimizer> two_groups(Kind kind) {
  const Parameters p = table_parameters();
  const auto make = [&]<class O>(std::type_identity<O>) -> std::unique_ptr<Optimizer> {
    return std::make_unique<O>(
        std::vector<typename O::Group>{{.params = {p[0]}, .options = {.lr = 0.1}}, {.params = {p[1]}, .options = {.lr = 0.5}}});
  };
  std::unique_ptr<Optimizer> out = kind == Kind::sgd    ? make(std::type_identity<SGD>{})
                                   : kind == Kind::adam  ? make(std::type_identity<Adam>{})
                                   : kind == Kind::adamw ? make(std::type_identity<AdamW>{})
                                                         : make(std::type_identity<RMSprop>{});
  out->step();
  return out;
}

std::vector<double> lrs(const Optimizer& optimizer) {
  std::vector<double> out;
  for (int group = 0; group < optimizer.groups(); ++group) out.push_back(optimizer.lr(group));
  return out;
}

namespace {

Factor power(double base) {
  return [base](std::int64_t e) { return std::pow(base, e); };
}
double hyperbola(std::int64_t e) { return 1 / (1 + static_cast<double>(e)); }

std::vector<Row> plain() {
  return {
      {.golden = "LambdaLR", .curve = LambdaLR::curve({.lr_lambda = power(0.95)})},
      {.golden = "LambdaLR_groups",
       .curve = LambdaLR::curve({.lr_lambda = {hyperbola, [](std::int64_t e) { return std::pow(0.5, e / 10); }}})},
      {.golden = "MultiplicativeLR",
       .curve = MultiplicativeLR::curve({.lr_lambda = [](std::int64_t e) { return 0.9 + static_cast<double>(e) / 1000; }})},
      {.golden = "MultiplicativeLR_groups",
       .curve = MultiplicativeLR::curve({.lr_lambda = {[](std::int64_t) { return 0.97; },
                                                       [](std::int64_t e) { return e % 3 ? 1 : 0.8; }}})},
      {.golden = "StepLR", .curve = StepLR::curve({.step_size = 7, .gamma = 0.3})},
      {.golden = "StepLR_default", .curve = StepLR::curve({.step_size = 20})},
      {.golden = "MultiStepLR", .curve = MultiStepLR::curve({.milestones = {5, 40, 12, 12}, .gamma = 0.5})},
      {.golden = "MultiStepLR_default", .curve = MultiStepLR::curve({.milestones = {0, 30}})},
      {.golden = "ConstantLR", .curve = ConstantLR::curve({.factor = 0.25, .total_iters = 17})},
      {.golden = "ConstantLR_default", .curve = ConstantLR::curve()},
      {.golden = "LinearLR", .curve = LinearLR::curve({.start_factor = 0.9, .end_factor = 0.1, .total_iters = 40})},
      {.golden = "LinearLR_default", .curve = LinearLR::curve()},
      {.golden = "ExponentialLR", .curve = ExponentialLR::curve({.gamma = 0.93})},
      {.golden = "PolynomialLR", .curve = PolynomialLR::curve({.total_iters = 45, .power = 2.5})},
      {.golden = "PolynomialLR_default", .curve = PolynomialLR::curve()},
      {.golden = "CosineAnnealingLR", .curve = CosineAnnealingLR::curve({.t_max = 25, .eta_min = 0.01})},
      {.golden = "CosineAnnealingLR_default", .curve = CosineAnnealingLR::curve({.t_max = 60})},
      {.golden = "CosineAnnealingWarmRestarts", .curve = CosineAnnealingWarmRestarts::curve({.t_0 = 7})},
      {.golden = "CosineAnnealingWarmRestarts_longer",
       .curve = CosineAnnealingWarmRestarts::curve({.t_0 = 5, .t_mult = 2, .eta_min = 0.01})},
      {.golden = "CosineAnnealingWarmRestarts_fractions", .curve = CosineAnnealingWarmRestarts::curve({.t_0 = 2, .t_mult = 2,
          .eta_min = 0.01}),
       .pace = 0.25, .offset = 0.1},
      {.golden = "CosineAnnealingWarmRestarts_fractions_1", .curve = CosineAnnealingWarmRestarts::curve({.t_0 = 3}), .pace = 0.25},
      {.golden = "SWALR", .curve = SWALR::curve({.swa_lr = 0.02})},
      {.golden = "SWALR_linear", .curve = SWALR::curve({.swa_lr = {0.5, 0.05}, .anneal_epochs = 40, .anneal_strategy = Anneal::linear})},
      {.golden = "SWALR_at_once", .curve = SWALR::curve({.swa_lr = 0.02, .anneal_epochs = 0})},
  };
}

std::vector<Row> cycles() {
  return {
      {.golden = "CyclicLR", .curve = CyclicLR::curve({.base_lr = 0.01, .max_lr = 0.2, .step_size_up = 8})},
      {.golden = "CyclicLR_groups",
       .curve = CyclicLR::curve({.base_lr = {0.01, 0.02}, .max_lr = {0.2, 0.1}, .step_size_up = 8, .step_size_down = 3,
                                 .mode = CyclicMode::triangular2,
                                 .base_momentum = {0.7, 0.6}, .max_momentum = {0.9, 0.95}}), .kind = Kind::adam},
      {.golden = "CyclicLR_exp_range", .curve = CyclicLR::curve({.base_lr = 0.01, .max_lr = 0.2, .step_size_up = 10, .step_size_down = 5,
                                                                 .mode = CyclicMode::exp_range, .gamma = 0.98})},
      {.golden = "CyclicLR_scale_fn",
       .curve = CyclicLR::curve({.base_lr = 0.01, .max_lr = 0.2, .step_size_up = 6, .scale_fn = [](double x) { return 1 / (1 + x); },
                                 .cycle_momentum = false})},
      {.golden = "CyclicLR_scale_t",
       .curve = CyclicLR::curve({.base_lr = 0.01, .max_lr = 0.2, .step_size_up = 6,
                                 .scale_fn = [](double x) { return std::pow(0.95, x); }, .scale_mode = CyclicScale::iterations})},
      {.golden = "OneCycleLR", .curve = OneCycleLR::curve({.max_lr = 0.3, .total_steps = 61})},
      {.golden = "OneCycleLR_groups",
       .curve = OneCycleLR::curve({.max_lr = {0.3, 0.7}, .epochs = 7, .steps_per_epoch = 9, .pct_start = 0.25,
                                   .anneal_strategy = Anneal::linear,
                                   .base_momentum = {0.5, 0.6}, .max_momentum = {0.9, 0.8}, .div_factor = 10, .final_div_factor = 100}),
                                       .kind = Kind::adamw},
      {.golden = "OneCycleLR_three_phase",
       .curve = OneCycleLR::curve({.max_lr = 0.3, .total_steps = 61, .three_phase = true}), .kind = Kind::rmsprop},
      {.golden = "OneCycleLR_three_phase_linear",
       .curve = OneCycleLR::curve({.max_lr = 0.3, .total_steps = 61, .pct_start = 0.4, .anneal_strategy = Anneal::linear,
                                   .cycle_momentum = false, .three_phase = true})},
      {.golden = "OneCycleLR_no_rise", .curve = OneCycleLR::curve({.max_lr = 0.3, .total_steps = 61, .pct_start = 0})},
  };
}

std::vector<Row> combined() {
  const Curve swa = SWALR::curve({.swa_lr = 0.02, .anneal_epochs = 20}), by_lambda = LambdaLR::curve({.lr_lambda = hyperbola});
  const auto factors = [](double first, double more) {
    return MultiplicativeLR::curve({.lr_lambda = [=](std::int64_t e) { return first + more * static_cast<double>(e); }});
  };
  const auto chained = [](std::vector<Curve> curves) { return ChainedScheduler::curve({.schedules = std::move(curves)}); };
  return {
      {.golden = "ChainedScheduler_constant_exponential",
       .curve = chained({ConstantLR::curve({.factor = 0.1, .total_iters = 20}), ExponentialLR::curve({.gamma = 0.95})})},
      {.golden = "ChainedScheduler_linear_cosine",
       .curve = chained({LinearLR::curve({.start_factor = 0.2, .total_iters = 10}),
                         CosineAnnealingLR::curve({.t_max = 60, .eta_min = 0.001})})},
      {.golden = "ChainedScheduler_four",
       .curve = chained({LinearLR::curve({.start_factor = 0.5, .end_factor = 0.7, .total_iters = 30}),
                         MultiStepLR::curve({.milestones = {10, 11, 50}, .gamma = 0.5}), StepLR::curve({.step_size = 9, .gamma = 0.9}),
                         MultiplicativeLR::curve({.lr_lambda = [](std::int64_t e) { return e % 2 ? 0.99 : 1.01; }})})},
      {.golden = "ChainedScheduler_polynomial_step",
       .curve = chained({PolynomialLR::curve({.total_iters = 70, .power = 2}), StepLR::curve({.step_size = 13, .gamma = 0.5})})},
      {.golden = "ChainedScheduler_lambda_last", .curve = chained({ExponentialLR::curve({.gamma = 0.9}), by_lambda})},
      {.golden = "ChainedScheduler_lambda_first", .curve = chained({by_lambda, StepLR::curve({.step_size = 10, .gamma = 0.5})})},
      {.golden = "ChainedScheduler_swa", .curve = chained({ExponentialLR::curve({.gamma = 0.99}), swa})},
      {.golden = "SequentialLR",
       .curve = SequentialLR::curve({.schedules = {LinearLR::curve({.start_factor = 0.1, .total_iters = 10}),
                                                   ExponentialLR::curve({.gamma = 0.95})},
                                     .milestones = {10}})},
      {.golden = "SequentialLR_three",
       .curve = SequentialLR::curve({.schedules = {ConstantLR::curve({.factor = 0.5, .total_iters = 100}),
                                                   CosineAnnealingLR::curve({.t_max = 25, .eta_min = 0.01}),
                                                       StepLR::curve({.step_size = 6, .gamma = 0.7})},
                                     .milestones = {8, 33}})},
      {.golden = "SequentialLR_restarts",
       .curve = SequentialLR::curve({.schedules = {by_lambda, CosineAnnealingWarmRestarts::curve({.t_0 = 6, .t_mult = 2}),
                                                   PolynomialLR::curve({.total_iters = 20, .power = 2})},
                                     .milestones = {15, 36}})},
      {.golden = "SequentialLR_empty_middle",
       .curve = SequentialLR::curve({.schedules = {ExponentialLR::curve({.gamma = 0.9}), StepLR::curve({.step_size = 3}),
                                                   LinearLR::curve({.start_factor = 0.5, .total_iters = 10})},
                                     .milestones = {20, 20}})},
      {.golden = "SequentialLR_multiplicative",
       .curve = SequentialLR::curve({.schedules = {ConstantLR::curve({.factor = 0.25, .total_iters = 100}), factors(0.9, 0)},
                                     .milestones = {8}})},
      {.golden = "SequentialLR_multiplicative_twice",
       .curve = SequentialLR::curve({.schedules = {ExponentialLR::curve({.gamma = 0.9}), factors(0.9, 0.001),
                                                   CosineAnnealingLR::curve({.t_max = 10, .eta_min = 0.01}),
                                                   factors(0.95, 0)},
                                     .milestones = {8, 20, 45}})},
      {.golden = "SequentialLR_multiplicative_at_once",
       .curve = SequentialLR::curve({.schedules = {ExponentialLR::curve({.gamma = 0.9}), factors(0.8, 0)}, .milestones = {0}})},
      {.golden = "SequentialLR_swa",
       .curve = SequentialLR::curve({.schedules = {ExponentialLR::curve({.gamma = 0.9}), SWALR::curve({.swa_lr = 0.02})},
                                     .milestones = {12}})},
  };
}

std::vector<Row> ours() {
  const Curve root = InverseSqrtLR::curve();
  const auto wsd = [](Decay shape) {
    return WSDLR::curve({.warmup = 10, .stable = 20, .decay = 25, .start_factor = 0.1, .end_factor = 0.05, .shape = shape});
  };
  const auto piecewise = [](Between between) {
    return PiecewiseLR::curve({.at = {5, 15, 50}, .factor = {0.1, 1, 0.02}, .between = between});
  };
  return {
      {.golden = "InverseSqrtLR", .curve = root},
      {.golden = "InverseTimeLR", .curve = InverseTimeLR::curve({.decay_rate = 0.5, .decay_steps = 4})},
      {.golden = "NoamLR", .curve = NoamLR::curve({.d_model = 64, .warmup = 15})},
      {.golden = "WarmupLR",
       .curve = WarmupLR::curve({.steps = 10, .start_factor = 0.1, .then = CosineAnnealingLR::curve({.t_max = 50})})},
      {.golden = "WarmupLR_default", .curve = WarmupLR::curve({.steps = 12, .then = root})},
      {.golden = "StaircaseLR", .curve = StaircaseLR::curve({.every = 8, .of = ExponentialLR::curve({.gamma = 0.6})})},
      {.golden = "StaircaseLR_sqrt", .curve = StaircaseLR::curve({.every = 9, .of = root})},
      {.golden = "WSDLR_linear", .curve = wsd(Decay::linear)},
      {.golden = "WSDLR_cos", .curve = wsd(Decay::cos)},
      {.golden = "WSDLR_sqrt", .curve = wsd(Decay::sqrt)},
      {.golden = "PiecewiseLR_hold", .curve = piecewise(Between::hold)},
      {.golden = "PiecewiseLR_linear", .curve = piecewise(Between::linear)},
      {.golden = "PiecewiseLR_cos", .curve = piecewise(Between::cos)},
  };
}

}  // namespace

const std::vector<Row>& schedule_table() {
  static const std::vector<Row> table = [] {
    std::vector<Row> rows;
    for (const auto& part : {plain(), cycles(), combined(), ours()}) rows.insert(rows.end(), part.begin(), part.end());
    return rows;
  }();
  return table;
}

const Array& schedule_golden(const std::string& name) { return golden_values("schedules").at(name); }
bool has_schedule_golden(const std::string& name) { return golden_values("schedules").contains(name); }

}  // namespace gradus::optim::testing
