#include <gradus/train/loop/training.h>

#include <cmath>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/gradients/clip.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/train/loop/internal/inside.h>

namespace gradus::train::detail {

Training::Training(const Setup& setup, const FitOptions& options) : in_(std::make_unique<Inside>(setup, options, *this)) {}
Training::~Training() = default;
History Training::run() { return in_->run(); }

void Means::add(std::string_view name, double value, double weight) {
  for (NamedValue& sum : sums)
    if (sum.name == name) {
      sum.value += value * weight;
      return;
    }
  sums.push_back({std::string(name), value * weight});
}

void Training::Inside::tell(Moment moment) {
  for (const CallbackRef& callback : options.callbacks) callback.call(moment, context);
}

bool Training::begin_batch() {
  Inside& in = *in_;
  if (in.passed < in.pass_over) {
    ++in.passed;
    return false;
  }
  ++in.context.batch;
  in.inside_batch = in.changed = true;
  in.tell(Moment::batch_begin);
  return true;
}

// What the model and the loss have made of a batch.
void Training::Inside::see(const Outcome& outcome) {
  check<ValueError>(outcome.loss->defined() && outcome.loss->size() == 1, "the loss function returned ",
                    outcome.loss->defined() ? text("a tensor ", outcome.loss->shape()) : "nothing", "; a loss is one number");
  context.loss = outcome.loss->item();
  context.samples = outcome.samples;
  context.inputs = outcome.inputs;
  context.prediction = outcome.prediction;
  context.target = outcome.target;
}

void Training::Inside::measure() {
  if (options.metrics.empty()) return;
  check<ValueError>(context.prediction && context.target, "metrics want predictions and targets that are tensors");
  const NoGrad guard;
  for (const MetricRef& metric : options.metrics) metric.update(*context.prediction, *context.target);
}

bool Training::end_batch(const Outcome& outcome) {
  Inside& in = *in_;
  in.see(outcome);
  if (in.trained_with(outcome)) {
    in.means.samples += static_cast<double>(outcome.samples);
    in.means.add("loss", in.context.loss, static_cast<double>(outcome.samples));
    if (in.options.metrics_in_training) in.measure();
  }
  in.tell(Moment::batch_end);
  in.forget_batch();
  return in.go_on();
}

bool Training::end_batch(std::span<const NamedValue> values, std::int64_t samples) {
  Inside& in = *in_;
  Context& c = in.context;
  c.samples = samples;
  c.loss = values.empty() ? Context::none : values.front().value;
  c.values = values;
  for (const NamedValue& v : values)
    check<ValueError>(std::isfinite(v.value) || in.options.nonfinite != optim::NonFinite::refuse, v.name, " is ",
                      number_text(v.value));
  in.means.samples += static_cast<double>(samples);
  for (const NamedValue& v : values) in.means.add(v.name, v.value, static_cast<double>(samples));
  in.count_step();
  in.tell(Moment::batch_end);
  in.forget_batch();
  return in.go_on();
}

bool Training::Inside::trained_with(const Outcome& outcome) {
  if (options.nonfinite != optim::NonFinite::allow && !std::isfinite(context.loss)) {
    check<ValueError>(options.nonfinite == optim::NonFinite::skip, "the loss is ", number_text(context.loss),
                      "; a DetectAnomaly around the same batch names the operation that made it");
    ++history.skipped;
    return false;
  }
  tell(Moment::before_backward);
  bool complete = true;
  if (accumulation) {
    complete = accumulation->backward(*outcome.loss, outcome.samples);
  } else {
    setup.stepper.optimizer->zero_grad();
    outcome.loss->backward();
  }
  tell(Moment::after_backward);
  if (complete) make_step();
  return true;
}

void Training::Inside::make_step() {
  if (options.clip_value > 0) optim::clip_grad_value(parameters, options.clip_value);
  if (options.clip_norm > 0) optim::clip_grad_norm(parameters, options.clip_norm);
  tell(Moment::before_step);
  if (setup.stepper.around) setup.stepper.step(setup.stepper.around);
  else setup.stepper.optimizer->step();
  count_step();
}

// A step has been made; what hangs from their number goes along.
void Training::Inside::count_step() {
  ++context.step;
  if (options.average && options.average_per == optim::Unit::step && context.step > options.average_from) options.average->update();
  if (options.schedule && options.schedule->unit() == optim::Unit::step) options.schedule->step();
  tell(Moment::after_step);
}

void Training::Inside::forget_batch() {
  inside_batch = false;
  context.values = {};
  context.inputs = {};
  context.prediction = context.target = nullptr;
}

bool Training::Inside::go_on() {
  if (interrupted()) end(Ended::interrupted, text("by signal ", interrupt->signal()));
  else if (out_of_time()) end(Ended::seconds, text("after ", options.max_seconds, " seconds"));
  else if (context.stopped()) end(Ended::stopped, *context.stopped());
  else if (options.steps > 0 && context.step >= options.steps) end(Ended::steps, text("after ", context.step, " steps"));
  else if (options.checkpoint_every > 0 && context.step != saved_at && context.step % options.checkpoint_every == 0) save();
  // Here, where the loader still knows its place. An epoch that is through is closed first, where that is still to come.
  if (ended && options.checkpoints && (goes_on_later() || !epoch_is_played())) save();
  return !ended;
}

void Training::begin_validation_batch() {
  ++in_->context.batch;
  in_->inside_batch = true;
}

bool Training::end_validation_batch(const Outcome& outcome) {
  Inside& in = *in_;
  in.see(outcome);
  in.validation.samples += static_cast<double>(outcome.samples);
  in.validation.add("val_loss", in.context.loss, static_cast<double>(outcome.samples));
  in.measure();
  in.tell(Moment::validation_batch);
  in.forget_batch();
  return !in.interrupted();
}

}  // namespace gradus::train::detail
