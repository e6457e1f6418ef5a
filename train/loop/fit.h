// A training loop that one may use or not: epochs over a loader, with validation, schedules, averages, early stopping, callbacks and
// checkpoints from which it goes on, each where it is asked for. Opt-in: <gradus/train/loop/fit.h>.
//   const train::History h = train::fit(net, nn::CrossEntropyLoss(), adam, training, validation,
//                                       {.epochs = 20, .schedule = &cosine, .early_stopping = train::EarlyStopping{.patience = 3}});
// It does what the loop would do that one writes oneself, bit for bit:
//   for (auto [x, y] : training) { Tensor loss = criterion(net(x), y);  adam.zero_grad();  loss.backward();  adam.step(); }
// A batch is a tuple (input…, target), for net(input…) and loss(prediction, target); one Tensor is its own target. A loader is any range of
// batches; with state() and load_state() (data::DataLoader) it goes on in the middle of an epoch, others are run through to that place.
#pragma once
#include <array>
#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gradus/train/checkpoint/checkpoints.h>
#include <gradus/train/loop/training.h>

namespace gradus::train {

// What makes the steps: an Optimizer, or an optim::Lookahead around one.
template <class O>
concept Stepper = requires(O& o) { o.zero_grad();  o.step(); } &&
                  (std::derived_from<O, optim::Optimizer> ||
                   requires(O& o) { { o.optimizer() } -> std::convertible_to<optim::Optimizer&>; });

// A range of batches.
template <class L>
concept Batches = !std::same_as<std::remove_cvref_t<L>, FitOptions> && requires(L& loader) { *loader.begin();  loader.end(); };

namespace detail {

template <class T> inline constexpr bool is_batch_tuple = false;
template <class... T> inline constexpr bool is_batch_tuple<std::tuple<T...>> = true;
template <class A, class B> inline constexpr bool is_batch_tuple<std::pair<A, B>> = true;

template <class T>
const Tensor* if_tensor(const T& thing) {
  if constexpr (std::same_as<T, Tensor>) return &thing;
  else return nullptr;
}
// Of the first dimension, or of a list.
template <class T>
std::int64_t samples_in(const T& first) {
  if constexpr (std::same_as<T, Tensor>) return first.rank() > 0 ? first.dim(0) : 1;
  else if constexpr (is_batch_tuple<T>) return samples_in(std::get<0>(first));
  else if constexpr (requires { { first.size() } -> std::convertible_to<std::int64_t>; }) return static_cast<std::int64_t>(first.size());
  else return 1;
}

// batch → prediction → loss → done(outcome)
template <class Net, class Loss, class Batch, class Done>
bool through(Net& net, Loss& loss, const Batch& batch, Done done) {
  const auto finish = [&](const auto& prediction, const auto& target, std::span<const Tensor* const> inputs) {
    const Tensor value = loss(prediction, target);
    return done(Outcome{&value, if_tensor(prediction), if_tensor(target), inputs, samples_in(batch)});
  };
  if constexpr (is_batch_tuple<Batch>) {
    constexpr std::size_t n = std::tuple_size_v<Batch> - 1;
    static_assert(n > 0, "train::fit: a batch is a tuple (input…, target)");
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      const std::array<const Tensor*, n> inputs{if_tensor(std::get<i>(batch))...};
      const bool tensors = ((inputs[i] != nullptr) && ...);
      const auto prediction = net(std::get<i>(batch)...);
      return finish(prediction, std::get<n>(batch), tensors ? std::span<const Tensor* const>(inputs) : std::span<const Tensor* const>());
    }(std::make_index_sequence<n>());
  } else {
    const std::array<const Tensor*, 1> inputs{if_tensor(batch)};
    const auto prediction = net(batch);
    return finish(prediction, batch, inputs[0] ? std::span<const Tensor* const>(inputs) : std::span<const Tensor* const>());
  }
}

template <class Net, class Loss, class Loader>
struct Feed {
  Net& net;
  Loss& loss;
  Loader& loader;
  static void train(void* what, Training& training) {
    Feed& f = *static_cast<Feed*>(what);
    for (auto&& batch : f.loader)
      if (training.begin_batch() && !through(f.net, f.loss, batch, [&](const Outcome& o) { return training.end_batch(o); })) break;
  }
  static void validate(void* what, Training& training) {
    Feed& f = *static_cast<Feed*>(what);
    for (auto&& batch : f.loader) {
      training.begin_validation_batch();
      if (!through(f.net, f.loss, batch, [&](const Outcome& o) { return training.end_validation_batch(o); })) break;
    }
  }
};

template <class Step, class Loader>
struct StepFeed {
  Step& step;
  Loader& loader;
  static void train(void* what, Training& training) {
    StepFeed& f = *static_cast<StepFeed*>(what);
    for (auto&& batch : f.loader) {
      if (!training.begin_batch()) continue;
      const auto end = [&](std::span<const NamedValue> values) { return training.end_batch(values, samples_in(std::as_const(batch))); };
      bool on;
      if constexpr (std::is_void_v<decltype(f.step(batch))>) {
        f.step(batch);
        on = end({});
      } else {
        auto&& result = f.step(batch);
        if constexpr (std::is_convertible_v<decltype(result), const NamedValues&>) on = end(result);
        else if constexpr (std::is_convertible_v<decltype(result), const Tensor&>) on = end(std::array{NamedValue{"loss", result.item()}});
        else on = end(std::array{NamedValue{"loss", static_cast<double>(result)}});
      }
      if (!on) break;
    }
  }
};

template <class F, class Loader>
BatchesRef batches_ref(F& feed, Loader& loader, void (*play)(void*, Training&)) {
  const auto size = [](void* what) -> std::int64_t {
    if constexpr (requires(Loader& l) { { l.size() } -> std::convertible_to<std::int64_t>; })
      return static_cast<std::int64_t>(static_cast<F*>(what)->loader.size());
    else return (void)what, 0;
  };
  return {&feed, play, size, state_ref(loader)};
}

template <class O>
StepperRef stepper_ref(O& optimizer) {
  if constexpr (std::derived_from<O, optim::Optimizer>) return {&optimizer, nullptr, nullptr, {}};
  else {
    StepperRef ref{&optimizer.optimizer(), &optimizer, [](void* o) { static_cast<O*>(o)->step(); }, state_ref(optimizer)};
    if constexpr (std::same_as<O, optim::Lookahead>) ref.lookahead = &optimizer;
    return ref;
  }
}

}  // namespace detail

// Trains the model, and validates it after every epoch where there is a loader for it: in evaluation mode, nothing recorded. The model, the
// optimizer and the loaders are the caller's and end as the training leaves them. A model that is wholly in evaluation is put into
// training. ValueError: an option out of its range, or one that needs what is not there; a loss that is no number, or not finite. What the
// model, the loss, the data or a callback throws passes through; errors of gradus, and the plain standard ones, with epoch and batch before
// the message.
template <class Net, class Loss, Stepper O, Batches L>
History fit(Net& net, Loss&& loss, O& optimizer, L&& training, const FitOptions& options = {}) {
  const nn::ModuleRef model(net);
  detail::Feed<Net, std::remove_reference_t<Loss>, std::remove_reference_t<L>> feed{net, loss, training};
  return detail::Training({&model, detail::stepper_ref(optimizer), detail::batches_ref(feed, training, feed.train), {}}, options).run();
}
template <class Net, class Loss, Stepper O, Batches L, Batches V>
History fit(Net& net, Loss&& loss, O& optimizer, L&& training, V&& validation, const FitOptions& options = {}) {
  const nn::ModuleRef model(net);
  detail::Feed<Net, std::remove_reference_t<Loss>, std::remove_reference_t<L>> feed{net, loss, training};
  detail::Feed<Net, std::remove_reference_t<Loss>, std::remove_reference_t<V>> check{net, loss, validation};
  return detail::Training({&model, detail::stepper_ref(optimizer), detail::batches_ref(feed, training, feed.train),
                           detail::batches_ref(check, validation, check.validate)}, options).run();
}

// The same with a step of one's own, for several optimizers (GANs), closures (L-BFGS, SAM) or none: step(batch) does all that is to be done
// with a batch, and returns its loss, or NamedValues, or nothing. What it changes is given as options.parts, so that checkpoints have it.
template <class Step, Batches L>
  requires std::invocable<Step&, decltype(*std::declval<L&>().begin())>
History fit(Step&& step, L&& training, const FitOptions& options = {}) {
  detail::StepFeed<std::remove_reference_t<Step>, std::remove_reference_t<L>> feed{step, training};
  return detail::Training({nullptr, {}, detail::batches_ref(feed, training, feed.train), {}}, options).run();
}

}  // namespace gradus::train
