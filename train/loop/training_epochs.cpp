// What is around the batches: epochs, validations, what is made of their values, and how a training ends.
#include <cmath>

#include <gradus/autograd/tape/recording.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>
#include <gradus/train/loop/internal/evaluated.h>
#include <gradus/train/loop/internal/inside.h>
#include <gradus/train/loop/internal/modes.h>
#include <gradus/train/loop/internal/rethrow.h>

namespace gradus::train::detail {
namespace {

double seconds_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

}  // namespace

Training::Inside::Inside(const Setup& what, const FitOptions& how, Training& whose) : outside(whose), setup(what), options(how) {
  check_options("train::fit", options);
  if (options.early_stopping) check_options("train::fit: early_stopping", *options.early_stopping);
  check_setup();
  context.epochs = options.epochs;
  context.optimizer = setup.stepper.optimizer;
  context.model = setup.model;
  if (context.optimizer) parameters = context.optimizer->parameters();
  if (options.accumulate > 1) accumulation.emplace(parameters, optim::GradientAccumulationOptions{.batches = options.accumulate});
}

// What the options ask for is there.
void Training::Inside::check_setup() const {
  const auto needs = [](bool there, const char* option, const char* what) {
    check<ValueError>(there, "train::fit: ", option, " needs ", what, ", which a step function of one's own has not; let that do it");
  };
  const bool model = setup.model != nullptr;
  needs(model || options.accumulate == 1, "accumulate", "an optimizer");
  needs(model || (options.clip_norm == 0 && options.clip_value == 0), "clipping", "an optimizer");
  needs(model || options.metrics.empty(), "a metric", "predictions");
  needs(model || !options.early_stopping || !options.early_stopping->restore_best, "early_stopping with restore_best", "a model");
  if (!model || options.monitor.empty()) return;
  std::string names = "loss";
  bool known = options.monitor == "loss";
  const auto offer = [&](const std::string& name) {
    names += ", " + name;
    known = known || options.monitor == name || options.monitor.starts_with(name + ".");
  };
  if (options.metrics_in_training)
    for (const MetricRef& metric : options.metrics) offer(metric.name());
  if (setup.validation.what) {
    offer("val_loss");
    for (const MetricRef& metric : options.metrics) offer("val_" + metric.name());
  }
  check<ValueError>(known, "train::fit: monitor: there will be no value \"", options.monitor, "\"; there will be ", names);
}

History Training::Inside::run() {
  if (options.checkpoints || options.catch_signals) interrupt.emplace();
  if (setup.model && Modes(*setup.model).all_evaluate()) nn::train(*setup.model);
  if (options.checkpoints && options.resume) resume();
  tell(Moment::train_begin);
  if (!stopped.empty()) end(Ended::stopped, stopped);
  else if (context.stopped()) end(Ended::stopped, *context.stopped());
  else if (options.early_stopping && bad_epochs >= options.early_stopping->patience)
    end(Ended::early, text(monitored_name(), " had not become better for ", bad_epochs, " epochs when it was saved"));
  else if (has_steps() && !in_the_middle) end(Ended::steps, text("after ", context.step, " steps"));
  while (!ended && epochs_done < options.epochs) {
    if (interrupted()) end(Ended::interrupted, text("by signal ", interrupt->signal()));
    else epoch();
  }
  if (!ended) end(Ended::epochs, text("after ", epochs_done, epochs_done == 1 ? " epoch" : " epochs"));
  if (options.checkpoints && goes_on_later() && changed) save();
  if (best_model && !goes_on_later()) nn::load_state(*setup.model, *best_model);
  context.seconds = seconds_since(began);
  history.epochs = epochs_done;
  history.steps = context.step;
  tell(Moment::train_end);
  return std::move(history);
}

void Training::Inside::end(Ended how, std::string why) {
  if (ended) return;
  ended = true;
  history.ended = how;
  history.why = std::move(why);
}

bool Training::Inside::out_of_time() const { return options.max_seconds > 0 && seconds_since(began) >= options.max_seconds; }

void Training::Inside::play(const BatchesRef& loader, const char* what) try {
  loader.play(loader.what, outside);
} catch (...) {
  rethrow_at(text("train::fit: ", what, context.epoch, inside_batch ? ", batch " : ", after batch ", context.batch, ": "));
}

void Training::Inside::epoch() {
  context.epoch = epochs_done + 1;
  context.batches = batches = setup.training.size(setup.training.what);
  epoch_began = std::chrono::steady_clock::now();
  passed = pass_over = 0;
  if (!in_the_middle) {
    context.batch = 0;
    played = false;
    means = {};
    for (const MetricRef& metric : options.metrics) metric.reset();
  } else if (!setup.training.state.thing) {
    pass_over = context.batch;
  }
  tell(Moment::epoch_begin);
  if (in_the_middle && has_steps()) end(Ended::steps, text("after ", context.step, " steps"));
  else if (!in_the_middle || !(played || epoch_is_played())) play(setup.training, "epoch ");
  in_the_middle = false;
  played = !ended;
  if (goes_on_later()) return;
  // A training that goes on with other limits goes on in the middle, where go_on() saved it; what is done now is for this end alone.
  const bool whole = !ended || epoch_is_played();
  if (accumulation && accumulation->finish()) make_step();
  close_epoch(whole);
}

void Training::Inside::close_epoch(bool whole) {
  if (options.average && options.average_per == optim::Unit::epoch && context.epoch > options.average_from) options.average->update();
  NamedValues values;
  for (const NamedValue& sum : means.sums) values.push_back({sum.name, means.mean(sum)});
  if (options.metrics_in_training)
    for (const MetricRef& metric : options.metrics) metric.write(values, {});
  if (!setup.validation.what) judge(values);
  else if (!validate(values)) return end(Ended::interrupted, text("by signal ", interrupt->signal(), ", in a validation"));
  append(values);
  if (options.schedule && options.schedule->unit() == optim::Unit::epoch) options.schedule->step();
  context.values = values;
  context.seconds = seconds_since(began);
  history.epochs = context.epoch;
  history.steps = context.step;
  tell(Moment::epoch_end);
  context.values = {};
  const std::int64_t batch = std::exchange(context.batch, 0);
  played = false;
  ++epochs_done;
  if (context.stopped()) stopped = *context.stopped();
  if (options.checkpoints && whole) save(monitored(values));
  context.batch = batch;
  if (!stopped.empty()) end(Ended::stopped, stopped);
  else if (options.early_stopping && bad_epochs >= options.early_stopping->patience)
    end(Ended::early, text(monitored_name(), " has not become better for ", bad_epochs, bad_epochs == 1 ? " epoch" : " epochs", ", best ",
                           history.best, " in epoch ", history.best_epoch));
}

bool Training::Inside::validate(NamedValues& values) {
  const std::int64_t batch = context.batch;
  // For the case that the epoch is closed once more: what metrics gathered in training, and where the loader and the generator are.
  std::vector<State> gathered;
  const Generator::State drawn = default_generator().state();
  const StateRef& loader = setup.validation.state;
  const State place = loader.thing ? loader.state(loader.thing) : State();
  for (const MetricRef& metric : options.metrics) {
    gathered.push_back(metric.has_state() ? metric.state() : State());
    metric.reset();
  }
  {
    const Evaluated weights(setup.stepper, options);
    const Modes modes(*setup.model);
    nn::eval(*setup.model);
    const NoGrad guard;
    validation = {};
    context.batch = 0;
    context.batches = setup.validation.size(setup.validation.what);
    tell(Moment::validation_begin);
    play(setup.validation, "validation after epoch ");
    context.batch = batch;
    context.batches = batches;
    if (!interrupted()) {
      NamedValues found;
      for (const NamedValue& sum : validation.sums) found.push_back({sum.name, validation.mean(sum)});
      for (const MetricRef& metric : options.metrics) metric.write(found, "val_");
      context.values = found;
      tell(Moment::validation_end);
      context.values = {};
      values.insert(values.end(), found.begin(), found.end());
      judge(values);                              // the best weights are those that were evaluated
      return true;
    }
  }
  for (std::size_t i = 0; i < options.metrics.size(); ++i)
    if (options.metrics[i].has_state()) options.metrics[i].load_state(gathered[i]);
  if (loader.thing) loader.load(loader.thing, place);
  default_generator().restore(drawn);
  return false;
}

std::string Training::Inside::monitored_name() const {
  return !options.monitor.empty() ? options.monitor : setup.validation.what ? "val_loss" : "loss";
}

std::optional<double> Training::Inside::monitored(const NamedValues& values) const {
  const std::string name = monitored_name();
  for (const NamedValue& v : values)
    if (v.name == name) return v.value;
  check<ValueError>(!options.plateau && !options.early_stopping && options.monitor.empty(), "train::fit: epoch ", context.epoch,
                    " has no value \"", name, "\" to monitor");
  return {};
}

void Training::Inside::judge(const NamedValues& values) {
  const std::optional<double> value = monitored(values);
  if (!value) return;
  if (options.plateau) options.plateau->step(*value);
  if (!std::isnan(*value) && (history.best_epoch == 0 || better(*value, history.best))) {
    history.best = *value;
    history.best_epoch = context.epoch;
    if (options.early_stopping && options.early_stopping->restore_best) best_model = nn::state(*setup.model);
  }
  if (!options.early_stopping) return;
  const double delta = options.early_stopping->min_delta;
  const double wanted = options.higher_is_better ? reference + delta : reference - delta;
  if (!std::isnan(*value) && (std::isnan(reference) || better(*value, wanted))) {
    reference = *value;
    bad_epochs = 0;
  } else {
    ++bad_epochs;
  }
}

void Training::Inside::append(const NamedValues& values) {
  const auto rows = static_cast<std::size_t>(context.epoch);
  const auto put = [&](const std::string& name, double value) {
    std::vector<double>& column = history.values[name];
    column.resize(rows, Context::none);
    column.back() = value;
  };
  for (const NamedValue& v : values) put(v.name, v.value);
  if (context.optimizer) put("lr", context.lr());
  put("seconds", seconds_since(epoch_began));
  for (auto& [name, column] : history.values) column.resize(rows, Context::none);
}

}  // namespace gradus::train::detail
