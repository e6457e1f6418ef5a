// State: what a thing that changes has to remember, as named arrays and named values. Everything that carries state (a model, an optimizer,
// a schedule, an average, a loader, a generator, a struct of one's own) gives it by state() and takes it by load_state(), which refuses,
// with one error that says all that does not fit and nothing changed, what is not of its kind. Several things' states have a sum:
//   struct Best {                                            // a struct of one's own
//     double loss = HUGE_VAL;
//     State state() const { State s;  s.set("loss", loss);  return s; }
//     void load_state(const State& s) { StateReader r(s);  const double l = r.number("loss", 0);  r.finish("Best: the state does not fit");
//     loss = l; }
//   };
//   const State all = sum_of_states({{"optimizer", adam}, {"best", best}});      // "optimizer.w.exp_avg", "best.loss"
//   load_sum_of_states("resume", {{"optimizer", adam}, {"best", best}}, all);     // all of them, or an error and none
// In a file: train/checkpoint/checkpoint.h, with models as parts.
#pragma once
#include <concepts>
#include <functional>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/describe/option.h>
#include <gradus/autograd/base/describe/values.h>
#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/base/random.h>

namespace gradus {

struct State {
  std::map<std::string, Array> arrays;                     // "fc1.weight.exp_avg"
  Values values;                                           // "group.0.lr" = "0.001", as text that reads back exactly

  State() = default;
  State(std::map<std::string, Array> of_arrays, Values of_values = {}) : arrays(std::move(of_arrays)), values(std::move(of_values)) {}

  // A number, a bool, a text or an enumeration's value.
  template <HasOptionTraits T>
  void set(const std::string& key, const T& value) {
    values[key] = OptionTraits<T>::type.text(&value);
  }
  void add(std::string_view prefix, const State& other);   // its entries, prefix before each name
  State part(std::string_view prefix) const;               // those whose names begin so, without it
};

// One safetensors file, values in its metadata. FileError.
void save_state(const FileName& file, const State& state);
State read_state(const FileName& file);

// Reads a state and keeps book of what is missing, unexpected or different (values.h), arrays too.
class StateReader : public ValueReader {
 public:
  explicit StateReader(const State& state) : ValueReader(state.values), arrays_(state.arrays) {}

  const Array* find_array(const std::string& key);
  // Contiguous; undefined, after a line in the report, if it is missing or not of this shape and dtype.
  Array array(const std::string& key, const Shape& shape, Dtype dtype);
  // A line for each array that nobody has asked for.
  void expect_no_more_arrays();

 private:
  const std::map<std::string, Array>& arrays_;
  Values read_arrays_;                                     // keys alone
};

// How a T gives and takes its state, where it is not by members.
template <class T> struct StateAccess;
template <class T>
  requires requires(T& thing, const T& constant, const State& state) {
    { constant.state() } -> std::same_as<State>;
    thing.load_state(state);
  }
struct StateAccess<T> {
  static State state(const T& thing) { return thing.state(); }
  static void load(T& thing, const State& state) { thing.load_state(state); }
};
// Values "seed", "stream" and "position".
template <> struct StateAccess<Generator> {
  static State state(const Generator& generator);
  static void load(Generator& generator, const State& state);
};
template <class T> concept Stateful = requires(T& thing, const State& state) {
  { StateAccess<T>::state(thing) } -> std::same_as<State>;
  StateAccess<T>::load(thing, state);
};

// A thing with state and the name that it has in a sum.
class StatePart {
 public:
  template <Stateful T>
  StatePart(std::string name, T& thing)
      : StatePart(
            std::move(name), [&thing] { return StateAccess<T>::state(thing); },
            [&thing](const State& state) { StateAccess<T>::load(thing, state); }) {}
  StatePart(std::string name, std::function<State()> state, std::function<void(const State&)> load)
      : name_(std::move(name)), state_(std::move(state)), load_(std::move(load)) {}

  const std::string& name() const { return name_; }
  State state() const { return state_(); }
  void load_state(const State& state) const { load_(state); }

 private:
  std::string name_;
  std::function<State()> state_;
  std::function<void(const State&)> load_;
};

// The parts' states, each behind "<name>."; value "parts" lists the names. ValueError: a name that is empty, has a dot, or is given twice.
State sum_of_states(std::span<const StatePart> parts);
inline State sum_of_states(std::initializer_list<StatePart> parts) { return sum_of_states({parts.begin(), parts.size()}); }

// Loads a sum into as many parts of these names. If one of them refuses, ValueError lists what each of them says, and all are as before.
void load_sum_of_states(std::string_view who, std::span<const StatePart> parts, const State& sum);
inline void load_sum_of_states(std::string_view who, std::initializer_list<StatePart> parts, const State& sum) {
  load_sum_of_states(who, {parts.begin(), parts.size()}, sum);
}

}  // namespace gradus
