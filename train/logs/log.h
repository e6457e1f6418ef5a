// Logs of a training: numbers by name and step, written while it runs. Opt-in: train/logs/logs.h, not with gradus.h. From a bare loop:
//   train::JsonLog log("run/log.jsonl");                       // or CsvLog, TensorBoardLog
//   log.add("loss", step, loss.item());   log.add("lr", step, adam.lr());
// or as a callback, train::fit(net, loss, adam, training, validation, {.callbacks = {log}}): "batch_loss" and "lr" at steps, and at the
// end of each epoch all that it has to say: "loss", "val_loss", metrics, "epoch", "seconds".
// What is added for one step is one row, written when another step's begins, at the end of an epoch, by flush() and by the destructor; a
// row that is written has reached the system, so a killed process loses none.
// A log begins anew with its first row, unless it was told before to go on: resume(step) keeps the rows up to that step and cuts those
// beyond, which the resumed training writes again. As a callback it does so by itself where fit resumes from a checkpoint.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/train/loop/context.h>

namespace gradus::train {

struct LogOptions {
  std::int64_t every = 1;            // steps between two rows of batches; 0: epochs alone

  void describe(Describe& is) const { is(range::at_least_zero, every); }
};

class Log {
 public:
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log() = default;          // the kinds of log flush; what fails then is lost

  // A second value of the same name and step takes the first one's place. ValueError: a name that is empty or "step", step below 0.
  // FileError: it cannot be written.
  void add(std::string_view name, std::int64_t step, double value);
  void flush();
  void resume(std::int64_t step);    // FileError: the file is no log of this kind

  void on_train_begin(const Context& context);
  void on_batch_end(const Context& context);
  void on_epoch_end(const Context& context);
  void on_train_end(const Context& context);

 protected:
  explicit Log(const LogOptions& options);
  void flush_quietly() noexcept;

 private:
  virtual void begin() = 0;                                                      // before the first row of a new log
  virtual void cut(std::int64_t step) = 0;                                       // go on after this step
  virtual void write(std::int64_t step, const std::vector<NamedValue>& row) = 0;
  void write_row();

  LogOptions options_;
  bool begun_ = false;
  std::int64_t step_ = -1, last_batch_ = -1;
  std::vector<NamedValue> row_;
};

}  // namespace gradus::train
