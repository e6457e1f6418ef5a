// Metrics, as train::fit takes them (opt-in, with train/loop/fit.h): anything that gathers predictions and targets and says a number, or
// several. Those of the library are in train/metrics; one of your own:
//   struct Right {
//     double right = 0, all = 0;
//     void update(const Tensor& prediction, const Tensor& target) { … }
//     double value() const { return right / all; }           // or NamedValues values() const: {{"precision", …}, {"recall", …}}
//     void reset() { *this = {}; }
//     State state() const;  void load_state(const State&);   // for checkpoints in the middle of an epoch
//   } right;
//   train::fit(net, loss, adam, training, validation, {.metrics = {{"accuracy", right}}});
#pragma once
#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/state/state.h>
#include <gradus/train/loop/context.h>

namespace gradus::train {

using NamedValues = std::vector<NamedValue>;

template <class M>
concept Metric = requires(M& metric, const M& constant, const Tensor& tensor) {
  metric.update(tensor, tensor);
  metric.reset();
} && (requires(const M& metric) { { metric.value() } -> std::convertible_to<double>; } ||
      requires(const M& metric) { { metric.values() } -> std::convertible_to<NamedValues>; });

// A metric, by reference, and its name among the values of an epoch.
class MetricRef {
 public:
  template <Metric M>
  MetricRef(std::string name, M& metric) : name_(std::move(name)), metric_(&metric), table_(&table_of<M>) {}

  const std::string& name() const { return name_; }
  void update(const Tensor& prediction, const Tensor& target) const { table_->update(metric_, prediction, target); }
  void reset() const { table_->reset(metric_); }
  // Appends what it says now, under prefix + name, or prefix + name + "." + <its own name> where it says several things.
  void write(NamedValues& to, std::string_view prefix) const { table_->write(metric_, to, std::string(prefix) + name_); }
  bool has_state() const { return table_->state != nullptr; }
  State state() const { return table_->state(metric_); }
  void load_state(const State& state) const { table_->load(metric_, state); }

 private:
  struct Table {
    void (*update)(void* metric, const Tensor& prediction, const Tensor& target);
    void (*reset)(void* metric);
    void (*write)(const void* metric, NamedValues& to, const std::string& name);
    State (*state)(const void* metric) = nullptr;
    void (*load)(void* metric, const State& state) = nullptr;
  };
  template <class M>
  static constexpr Table table() {
    Table t{[](void* m, const Tensor& prediction, const Tensor& target) { static_cast<M*>(m)->update(prediction, target); },
            [](void* m) { static_cast<M*>(m)->reset(); },
            [](const void* m, NamedValues& to, const std::string& name) {
              const M& metric = *static_cast<const M*>(m);
              if constexpr (requires { { metric.value() } -> std::convertible_to<double>; }) to.push_back({name, metric.value()});
              else
                for (const NamedValue& v : metric.values()) to.push_back({name + "." + v.name, v.value});
            }};
    if constexpr (Stateful<M>) {
      t.state = [](const void* m) { return StateAccess<M>::state(*static_cast<const M*>(m)); };
      t.load = [](void* m, const State& state) { StateAccess<M>::load(*static_cast<M*>(m), state); };
    }
    return t;
  }
  template <class M> static constexpr Table table_of = table<M>();

  std::string name_;
  void* metric_;
  const Table* table_;
};

}  // namespace gradus::train
