// What a training leaves behind to be looked at: a folder with its log and all else that the report shows (opt-in). A callback:
//   train::RunRecord record("runs/a", {.classes = {"shirt", "shoe"}});
//   record.set("optimizer", adam_options);   record.summary(nn::summary(net, sample));
//   train::fit(net, loss, adam, training, validation, {.epochs = 20, .callbacks = {record}});
//   train::report("runs/a");                                    // report.h: runs/a/report.html
// or in a bare loop: record.add("loss", step, loss), record.seen(inputs, prediction, target) for each batch of a validation, then save().
// In the folder are log.jsonl (json_log.h), norms.jsonl (the norms of gradients and updates, layer by layer) and run.json (the rest).
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/optim/gradients/statistics.h>
#include <gradus/train/logs/json_log.h>
#include <gradus/train/metrics/confusion.h>

namespace gradus::train {

struct RecordOptions {
  std::int64_t every = 1;                        // steps between two rows of batches; 0: epochs alone
  std::int64_t norms_every = 10;                 // steps between two measurements of norms, which cost about a step each; 0: none
  std::int64_t worst = 12;                       // predictions that were most wrong in the last validation; 0: none
  std::vector<std::string> classes = {};         // their names

  void describe(Describe& is) const {
    is(range::at_least_zero, every, norms_every);
    is(range::between(0, 100), worst);
  }
};

class RunRecord {
 public:
  // ValueError: options.
  explicit RunRecord(const FileName& folder, const RecordOptions& options = {});

  // The configuration: a text, a number, or all options of an aggregate ("optimizer.lr").
  void set(std::string_view name, std::string_view value);
  template <class Options>
    requires(!std::is_convertible_v<const Options&, std::string_view>)
  void set(std::string_view name, const Options& options) {
    if constexpr (std::is_arithmetic_v<Options>) set(name, std::string_view(OptionTraits<Options>::type.text(&options)));
    else set_all(name, options_of(options));
  }
  void summary(std::string_view table) { summary_ = table; }

  void add(std::string_view name, std::int64_t step, double value);
  // A batch of a validation: scores of classes [N, C] with targets [N], of which the table of confusion and the worst predictions are kept,
  // with the pictures [N, 1 or 3, H, W] if the inputs are some. Other predictions, and rows with NaN, are passed over.
  void seen(const Tensor* inputs, const Tensor& prediction, const Tensor& target);
  void save();                                   // FileError

  void on_train_begin(const Context& context);
  void on_batch_begin(const Context& context);
  void on_batch_end(const Context& context);
  void on_after_step(const Context& context);
  void on_validation_begin(const Context& context);
  void on_validation_batch(const Context& context);
  void on_epoch_end(const Context& context);
  void on_train_end(const Context& context);

 private:
  struct Mistake {
    double loss;
    std::int64_t target, predicted;
    Array picture;                               // undefined: it was none
  };
  void set_all(std::string_view name, const OptionList& options);
  void forget_validation();
  std::string name_of(std::int64_t label) const;

  FileName folder_;
  RecordOptions options_;
  JsonLog log_, norms_;
  std::vector<std::pair<std::string, std::string>> configuration_;
  std::string summary_, ended_;
  std::unique_ptr<optim::Statistics> statistics_;
  std::int64_t measured_ = 0, steps_ = 0, epochs_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  ConfusionMatrix confusion_;
  std::vector<Mistake> worst_;                   // the largest loss first
};

}  // namespace gradus::train
