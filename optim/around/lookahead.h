// Lookahead (Zhang et al. 2019, "Lookahead optimizer: k steps forward, 1 step back"): any optimizer explores for k steps, then slow weights
// go a part of the way to where it arrived, and it goes on from there. PyTorch has none; the semantics are optax.lookahead's.
//   optim::SGD sgd(nn::parameters(net), {.lr = 0.1, .momentum = 0.9});
//   optim::Lookahead lookahead(sgd, {.k = 5, .alpha = 0.5});      optim::CosineAnnealingLR schedule(sgd, {.t_max = 90});
//   sgd.zero_grad();  loss.backward();  lookahead.step();
//   { optim::AveragedWeights slow(lookahead);  evaluate(net); }              // as the paper does;
//   after a multiple of k steps they are the same
//   every k-th step:  slow ← slow + alpha·(w − slow);  w ← slow
#pragma once
#include <gradus/optim/driver/closure.h>
#include <gradus/optim/driver/optimizer.h>

namespace gradus::optim {

struct LookaheadOptions {
  std::int64_t k = 5;                // steps of the optimizer between two of the slow weights; optax: sync_period
  double alpha = 0.5;                // how far these go, in (0, 1]; optax: slow_step_size
  bool reset_state = false;          // the optimizer forgets its averages and counts each time, as optax's option has it

  void describe(Describe& is) const {
    is(range::at_least_one, k);
    is(range::factor, alpha);
  }
};

class Lookahead {
 public:
  // The optimizer, on which schedules go on working, must outlive this. ValueError: k below 1, alpha outside (0, 1].
  explicit Lookahead(Optimizer& optimizer, const LookaheadOptions& options = {});
  Lookahead(const Lookahead&) = delete;
  Lookahead& operator=(const Lookahead&) = delete;

  // A step of the optimizer, and every k-th time one of the slow weights, in one pass over memory on all cores. Slow weights begin as the
  // weights before their first step here. If the optimizer throws, nothing has changed. ShapeError or DtypeError when a weight is no longer
  // what it was; ValueError while an AveragedWeights of this lives.
  void step();
  template <LossClosure F>
  double step(F&& closure) {
    const double loss = loss_of("Lookahead", closure);
    step();
    return loss;
  }
  void zero_grad(bool set_to_none = true) { optimizer_.zero_grad(set_to_none); }
  // Begins anew from the weights as they are: after other ones were loaded.
  void reset();

  Optimizer& optimizer() const { return optimizer_; }
  const LookaheadOptions& options() const { return options_; }
  void set_options(const LookaheadOptions& options);
  std::int64_t steps_since_sync() const { return steps_since_sync_; }      // below k

  // The optimizer's state together with this one's: arrays "<parameter>.slow", metadata "lookahead.<option>", "lookahead.steps_since_sync"
  // and "lookahead.followed" (how many parameters have slow weights). ValueError lists what does not fit, and nothing is changed then.
  State state() const;
  void load_state(const State& state);
  void save(const FileName& file) const;
  void load(const FileName& file);

  std::string describe() const;

 private:
  friend class AveragedWeights;
  struct Followed {
    std::string name;
    Counted<Leaf> leaf;
    Array slow;                      // undefined until its first step
  };
  void follow_new_groups();

  Optimizer& optimizer_;
  LookaheadOptions options_;
  std::vector<Followed> followed_;
  int groups_ = 0;                   // of the optimizer, that are in followed_
  std::int64_t steps_since_sync_ = 0;
  mutable int standing_in_ = 0;      // how many AveragedWeights of this live
};

}  // namespace gradus::optim
