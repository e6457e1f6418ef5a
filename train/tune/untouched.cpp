#include <gradus/train/tune/untouched.h>

#include <gradus/autograd/base/random.h>
#include <gradus/nn/model/state.h>
#include <gradus/train/loop/internal/modes.h>

namespace gradus::train {
namespace {

class Before {
 public:
  Before(nn::ModuleRef net, optim::Optimizer& optimizer, std::span<optim::LRScheduler* const> schedules)
      : net_(net), optimizer_(optimizer), model_(nn::state(net)), optimized_(optimizer.state()),
        generator_(default_generator().state()), modes_(net) {
    for (const Parameters& all : {nn::parameters(net), optimizer.parameters()})
      for (const NamedParameter& p : all) leaves_.push_back({p.leaf, p.leaf->value, p.leaf->grad});
    for (optim::LRScheduler* schedule : schedules) schedules_.emplace_back(schedule, schedule->state());
  }
  void put_back() const {
    nn::load_state(net_, model_);
    for (const auto& [leaf, value, grad] : leaves_) leaf->value = value, leaf->grad = grad;
    optimizer_.load_state(optimized_);
    for (const auto& [schedule, state] : schedules_) schedule->load_state(state);
    default_generator().restore(generator_);
  }

 private:
  struct Kept {
    Counted<Leaf> leaf;
    Array value;
    Gradient grad;
  };
  nn::ModuleRef net_;
  optim::Optimizer& optimizer_;
  State model_, optimized_;
  Generator::State generator_;
  std::vector<Kept> leaves_;
  std::vector<std::pair<optim::LRScheduler*, State>> schedules_;
  detail::Modes modes_;   // puts them back by itself
};

}  // namespace

void untouched(nn::ModuleRef net, optim::Optimizer& optimizer, std::span<optim::LRScheduler* const> schedules,
               const std::function<void()>& f) {
  const Before before(net, optimizer, schedules);
  try {
    f();
  } catch (...) {
    before.put_back();
    throw;
  }
  before.put_back();
}

}  // namespace gradus::train
