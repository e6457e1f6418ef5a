// Where a training is: what train::fit tells those who watch it (callback.h).
//   struct Say { void on_epoch_end(train::Context& c) { std::printf("%lld: %g\n", c.epoch, c.value("val_loss")); } };
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {
class Tensor;
}
namespace gradus::optim {
class Optimizer;
}
namespace gradus::nn {
class ModuleRef;
}

namespace gradus::train {

struct NamedValue {
  std::string name;
  double value = 0;
};

struct Context {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  std::int64_t step = 0;             // steps of the optimizer so far, those before a resume too
  std::int64_t epoch = 0;            // the one that is running, or has just run; the first is 1
  std::int64_t epochs = 0;           // how many are wanted
  std::int64_t batch = 0;            // of the epoch (or of the validation), the first is 1
  std::int64_t batches = 0;          // of the epoch (or of the validation); 0: the loader does not know
  std::int64_t samples = 0;          // of this batch
  double loss = none;                // of this batch, as the loss function gave it
  double seconds = 0;                // since fit was called; told at ends of epochs and of the training
  bool resumed = false;              // from a checkpoint, of which `step` is the step when the training begins

  // At the end of a batch: what a step function returned by name. At the end of a validation: "val_loss" and "val_<metric>". At the end of
  // an epoch: "loss" (a mean over its samples), metrics, and those of the validation.
  std::span<const NamedValue> values = {};
  double value(std::string_view name) const;   // ValueError, with the names that there are

  // Null or empty where there is none: a step function of one's own has no optimizer, a batch of texts no tensors. Of a batch, from
  // on_before_backward to on_batch_end and on_validation_batch; the tensors are those of the loop, and go with the batch.
  optim::Optimizer* optimizer = nullptr;
  const nn::ModuleRef* model = nullptr;
  std::span<const Tensor* const> inputs = {};
  const Tensor* prediction = nullptr;
  const Tensor* target = nullptr;

  double lr() const;                 // of the optimizer's first group; none without one

  // The training ends after this step (or epoch, or validation), as if it had reached its last; `why` is part of the History.
  void stop(std::string why);
  const std::string* stopped() const { return stop_ ? &why_ : nullptr; }

 private:
  bool stop_ = false;
  std::string why_;
};

}  // namespace gradus::train
