#include <gradus/nn/model/lazy.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/tape/recording.h>

namespace gradus::nn::detail {

struct Initialising::State {
  ModuleRef net;
  State* outer;
  NoGrad unrecorded = {};
  std::vector<bool> modes = {};
  std::vector<std::pair<const void*, void (*)(const void*)>> made = {};
  static thread_local State* present;
};
thread_local Initialising::State* Initialising::State::present = nullptr;

namespace {

struct TakeModes final : Visitor {
  explicit TakeModes(std::vector<bool>& modes) : modes(modes) {}
  void mode(bool& training) override { modes.push_back(std::exchange(training, false)); }
  std::vector<bool>& modes;
};

// A lazy layer has one mode before and after.
struct GiveModes final : Visitor {
  explicit GiveModes(const std::vector<bool>& modes) : modes(modes) {}
  void mode(bool& training) override {
    if (next < modes.size()) training = modes[next++];
  }
  const std::vector<bool>& modes;
  std::size_t next = 0;
};

struct Uncalled final : Visitor {
  void uninitialised(const Path& path) override { names += (names.empty() ? "" : ", ") + path.text(); }
  std::string names;
};

}   // namespace

Initialising::Initialising(ModuleRef net) {
  auto state = std::unique_ptr<State>(new State{.net = net, .outer = State::present});
  TakeModes take(state->modes);
  net.walk(take);
  State::present = state_ = state.release();
}

Initialising::~Initialising() {
  const std::unique_ptr<State> state(state_);
  State::present = state->outer;
  for (const auto& [lazy, forget] : state->made) forget(lazy);
  GiveModes give(state->modes);
  state->net.walk(give);
}

void Initialising::finish() {
  Uncalled uncalled;
  state_->net.walk(uncalled);
  check<ValueError>(uncalled.names.empty(), "initialize: the model's call did not reach ", uncalled.names,
                    ", which therefore still has no "
                    "parameters; initialise that part with an input of its own");
  state_->made.clear();
}

std::int64_t Initialising::size_for(const std::type_info& layer, const Tensor& x, int axis) {
  const std::string name = class_name(layer);
  check<ValueError>(State::present != nullptr, "lazy ", name,
                    ": called before it knows the size of its input; "
                    "show the model one, and make the optimizer afterwards: nn::initialize(net, sample)");
  check_defined("initialize", x);
  const int at = axis < 0 ? axis + x.rank() : axis;
  check<ShapeError>(at >= 0 && at < x.rank(), "lazy ", name, ": needs an input of ", axis < 0 ? -axis : axis + 1,
                    " dimensions or more, not ", x.shape());
  return x.dim(at);
}

void Initialising::made(const void* lazy, void (*forget)(const void* lazy)) { State::present->made.emplace_back(lazy, forget); }

}   // namespace gradus::nn::detail
