// Callbacks: who watches a training, or has a hand in it. Any struct that has one or more of these members, each called with a Context&
// (opt-in: with train/loop/fit.h, not with gradus.h):
//   on_train_begin, on_train_end             once; the end also where the training was interrupted, not after an error
//   on_epoch_begin, on_epoch_end             the end after the validation, with all values of the epoch
//   on_batch_begin, on_batch_end             around every (micro-)batch
//   on_before_backward, on_after_backward    the loss is known; the gradients are
//   on_before_step, on_after_step            gradients are clipped, and the optimizer steps; so have the average and the schedule
//   on_validation_begin, on_validation_batch, on_validation_end
// With `State state() const` and `void load_state(const State&)` it is part of the checkpoint, too.
//   struct Stop { double goal; void on_epoch_end(train::Context& c) { if (c.value("val_loss") < goal) c.stop("good enough"); } } stop{0.1};
//   train::fit(net, loss, adam, training, validation, {.epochs = 50, .callbacks = {stop}});
#pragma once
#include <array>
#include <cstddef>
#include <type_traits>

#include <gradus/autograd/state/state.h>
#include <gradus/train/loop/context.h>

namespace gradus::train {

enum class Moment {
  train_begin, train_end, epoch_begin, epoch_end, batch_begin, batch_end, before_backward, after_backward, before_step, after_step,
  validation_begin, validation_batch, validation_end,
};
inline constexpr std::size_t moments = 13;

namespace detail {

// What stands behind a reference to a callback.
struct CallbackTable {
  std::array<void (*)(const void* callback, Context&), moments> calls = {};   // null: not wanted
  int wanted = 0;
  State (*state)(const void* callback) = nullptr;                             // null: it has none
  void (*load)(const void* callback, const State&) = nullptr;
};

// `Call` calls the member of that moment, `Member` names it. One that is there and does not take a Context is a mistake.
template <class C, class Call, class Member>
constexpr void offer(CallbackTable& table, Moment moment, Call, Member) {
  constexpr bool called = std::is_invocable_v<Call, C&, Context&>;
  static_assert(called || !std::is_invocable_v<Member, C&>, "a callback's members take a train::Context&, or a const one");
  if constexpr (called) {
    ++table.wanted;
    table.calls[static_cast<std::size_t>(moment)] = [](const void* c, Context& context) {
      Call{}(*static_cast<C*>(const_cast<void*>(c)), context);
    };
  }
}

template <class C>
constexpr CallbackTable callback_table() {
  CallbackTable t;
  offer<C>(t, Moment::train_begin, [](auto& c, auto& x) -> decltype(c.on_train_begin(x)) { return c.on_train_begin(x); },
           []<class T>(T&) -> decltype(&T::on_train_begin) { return {}; });
  offer<C>(t, Moment::train_end, [](auto& c, auto& x) -> decltype(c.on_train_end(x)) { return c.on_train_end(x); },
           []<class T>(T&) -> decltype(&T::on_train_end) { return {}; });
  offer<C>(t, Moment::epoch_begin, [](auto& c, auto& x) -> decltype(c.on_epoch_begin(x)) { return c.on_epoch_begin(x); },
           []<class T>(T&) -> decltype(&T::on_epoch_begin) { return {}; });
  offer<C>(t, Moment::epoch_end, [](auto& c, auto& x) -> decltype(c.on_epoch_end(x)) { return c.on_epoch_end(x); },
           []<class T>(T&) -> decltype(&T::on_epoch_end) { return {}; });
  offer<C>(t, Moment::batch_begin, [](auto& c, auto& x) -> decltype(c.on_batch_begin(x)) { return c.on_batch_begin(x); },
           []<class T>(T&) -> decltype(&T::on_batch_begin) { return {}; });
  offer<C>(t, Moment::batch_end, [](auto& c, auto& x) -> decltype(c.on_batch_end(x)) { return c.on_batch_end(x); },
           []<class T>(T&) -> decltype(&T::on_batch_end) { return {}; });
  offer<C>(t, Moment::before_backward, [](auto& c, auto& x) -> decltype(c.on_before_backward(x)) { return c.on_before_backward(x); },
           []<class T>(T&) -> decltype(&T::on_before_backward) { return {}; });
  offer<C>(t, Moment::after_backward, [](auto& c, auto& x) -> decltype(c.on_after_backward(x)) { return c.on_after_backward(x); },
           []<class T>(T&) -> decltype(&T::on_after_backward) { return {}; });
  offer<C>(t, Moment::before_step, [](auto& c, auto& x) -> decltype(c.on_before_step(x)) { return c.on_before_step(x); },
           []<class T>(T&) -> decltype(&T::on_before_step) { return {}; });
  offer<C>(t, Moment::after_step, [](auto& c, auto& x) -> decltype(c.on_after_step(x)) { return c.on_after_step(x); },
           []<class T>(T&) -> decltype(&T::on_after_step) { return {}; });
  offer<C>(t, Moment::validation_begin, [](auto& c, auto& x) -> decltype(c.on_validation_begin(x)) { return c.on_validation_begin(x); },
           []<class T>(T&) -> decltype(&T::on_validation_begin) { return {}; });
  offer<C>(t, Moment::validation_batch, [](auto& c, auto& x) -> decltype(c.on_validation_batch(x)) { return c.on_validation_batch(x); },
           []<class T>(T&) -> decltype(&T::on_validation_batch) { return {}; });
  offer<C>(t, Moment::validation_end, [](auto& c, auto& x) -> decltype(c.on_validation_end(x)) { return c.on_validation_end(x); },
           []<class T>(T&) -> decltype(&T::on_validation_end) { return {}; });
  if constexpr (Stateful<C>) {
    t.state = [](const void* c) { return StateAccess<C>::state(*static_cast<const C*>(c)); };
    t.load = [](const void* c, const State& state) { StateAccess<C>::load(*static_cast<C*>(const_cast<void*>(c)), state); };
  }
  return t;
}
template <class C> inline constexpr CallbackTable callback_table_of = callback_table<C>();

}  // namespace detail

// Has one of the members.
template <class C> concept Callback = detail::callback_table_of<C>.wanted > 0;

// A callback, by reference: it must outlive the training.
class CallbackRef {
 public:
  template <class C>
    requires(!std::is_same_v<std::remove_const_t<C>, CallbackRef>)
  CallbackRef(C& callback) : callback_(&callback), table_(&detail::callback_table_of<C>) {
    static_assert(Callback<C>, "a callback has one of the members on_train_begin, …, on_epoch_end, … (train/loop/callback.h)");
  }
  bool wants(Moment moment) const { return table_->calls[static_cast<std::size_t>(moment)] != nullptr; }
  void call(Moment moment, Context& context) const {
    if (const auto f = table_->calls[static_cast<std::size_t>(moment)]) f(callback_, context);
  }
  // As a part of a checkpoint, if it has a state.
  bool has_state() const { return table_->state != nullptr; }
  State state() const { return table_->state(callback_); }
  void load_state(const State& state) const { table_->load(callback_, state); }

 private:
  const void* callback_;
  const detail::CallbackTable* table_;
};

}  // namespace gradus::train
