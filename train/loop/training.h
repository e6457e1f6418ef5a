// What train::fit is made of: the training itself, compiled once for all models, losses and loaders. fit.h hands it, for every batch, what
// came out of the model. Opt-in, with fit.h; nobody else needs it.
#pragma once
#include <cstdint>
#include <memory>
#include <span>

#include <gradus/nn/model/module.h>
#include <gradus/optim/driver/optimizer.h>
#include <gradus/train/loop/fit_options.h>
#include <gradus/train/loop/history.h>

namespace gradus::optim {
class Lookahead;
}

namespace gradus::train::detail {

class Training;

// A thing with state, by reference; nothing where it has none.
struct StateRef {
  void* thing = nullptr;
  State (*state)(const void* thing) = nullptr;
  void (*load)(void* thing, const State& state) = nullptr;
};
template <class T>
StateRef state_ref(T& thing) {
  if constexpr (Stateful<T>)
    return {&thing, [](const void* t) { return StateAccess<T>::state(*static_cast<const T*>(t)); },
            [](void* t, const State& state) { StateAccess<T>::load(*static_cast<T*>(t), state); }};
  else return {};
}

// What makes the steps: an Optimizer, or what is around one.
struct StepperRef {
  optim::Optimizer* optimizer = nullptr;
  void* around = nullptr;
  void (*step)(void* around) = nullptr;
  StateRef state;
  const optim::Lookahead* lookahead = nullptr;   // if it is one
};

// A loader, and what is done with its batches.
struct BatchesRef {
  void* what = nullptr;                                    // null: there are none
  void (*play)(void* what, Training& training) = nullptr;  // hands on batch after batch of an epoch, until the training has enough
  std::int64_t (*size)(void* what) = nullptr;              // batches; 0: not known
  StateRef state;
};

struct Setup {
  const nn::ModuleRef* model = nullptr;
  StepperRef stepper;
  BatchesRef training, validation;
};

// A batch that has been through the model. Pointers are null for what is no Tensor.
struct Outcome {
  const Tensor* loss = nullptr;
  const Tensor* prediction = nullptr;
  const Tensor* target = nullptr;
  std::span<const Tensor* const> inputs = {};
  std::int64_t samples = 1;
};

class Training {
 public:
  Training(const Setup& setup, const FitOptions& options);
  ~Training();
  History run();

  // For fit.h, in this order for each batch. false: it has been trained with before the resume, and is passed over.
  bool begin_batch();
  // Backward, step and all that goes along; false: the epoch ends here. The second: of a step function.
  bool end_batch(const Outcome& outcome);
  bool end_batch(std::span<const NamedValue> values, std::int64_t samples);
  // The same for validations.
  void begin_validation_batch();
  bool end_validation_batch(const Outcome& outcome);

 private:
  struct Inside;
  std::unique_ptr<Inside> in_;
};

}  // namespace gradus::train::detail
