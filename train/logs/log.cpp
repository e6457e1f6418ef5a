#include <gradus/train/logs/log.h>

#include <cmath>

namespace gradus::train {

Log::Log(const LogOptions& options) : options_(options) { check_options("Log", options_); }

void Log::add(std::string_view name, std::int64_t step, double value) {
  check<ValueError>(!name.empty() && name != "step", "Log: \"", name, "\" is no name of a value");
  check<ValueError>(step >= 0, "Log: step is ", step, ", below 0");
  if (step != step_) write_row();
  step_ = step;
  for (NamedValue& given : row_)
    if (given.name == name) {
      given.value = value;
      return;
    }
  row_.push_back({std::string(name), value});
}

void Log::flush() { write_row(); }

void Log::flush_quietly() noexcept {
  try {
    write_row();
  } catch (...) {   // the destructor's: who wants to know calls flush()
  }
}

void Log::write_row() {
  if (row_.empty()) return;
  if (!begun_) begin();
  begun_ = true;
  write(step_, row_);
  row_.clear();
}

void Log::resume(std::int64_t step) {
  row_.clear();
  cut(step);
  begun_ = true;
  step_ = last_batch_ = step;
}

void Log::on_train_begin(const Context& context) {
  if (context.resumed) resume(context.step);
}

// Several batches make a step where gradients are accumulated; the row is of the last one.
void Log::on_batch_end(const Context& context) {
  if (options_.every == 0 || (context.step % options_.every != 0 && context.step != last_batch_)) return;
  last_batch_ = context.step;
  if (!std::isnan(context.loss)) add("batch_loss", context.step, context.loss);
  if (const double lr = context.lr(); !std::isnan(lr)) add("lr", context.step, lr);
  for (const NamedValue& value : context.values) add(value.name, context.step, value.value);
}

void Log::on_epoch_end(const Context& context) {
  add("epoch", context.step, static_cast<double>(context.epoch));
  for (const NamedValue& value : context.values) add(value.name, context.step, value.value);
  if (!std::isnan(context.seconds)) add("seconds", context.step, context.seconds);
  flush();
}

void Log::on_train_end(const Context&) { flush(); }

}  // namespace gradus::train
