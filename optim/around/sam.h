// SAM, sharpness-aware minimisation (Foret et al. 2021): the gradient is taken where the loss is largest in a small ball around the
// weights, as the first gradient shows it, so that minima are sought whose neighbourhood is low too. ASAM (Kwon et al. 2021, adaptive =
// true) scales the ball by the weights. Any optimizer makes the step; each costs two gradients.
//   optim::SGD sgd(nn::parameters(net), {.lr = 0.1, .momentum = 0.9});
//   optim::SAM sam(sgd, {.rho = 0.05});                                      optim::CosineAnnealingLR schedule(sgd, {.t_max = 200});
//   sam.step([&] { sam.zero_grad();  Tensor loss = nn::cross_entropy(net(x), y);  loss.backward();  return loss; });
//   e = rho·t²·g/(‖t·g‖ + 1e-12) over all parameters together, t = 1, or |w| + eta if adaptive;   w ← optimizer(w, ∇L(w + e))
#pragma once
#include <gradus/optim/driver/closure.h>
#include <gradus/optim/driver/optimizer.h>

namespace gradus::optim {

struct SAMOptions {
  double rho = 0.05;                 // the radius; for ASAM about ten times as much (the paper: 0.5 to 2)
  bool adaptive = false;             // ASAM
  double eta = 0;                    // of ASAM alone: keeps small weights moving; the paper's is 0.01

  void describe(Describe& is) const { is(range::at_least_zero, rho, eta); }
};

class SAM {
 public:
  // The optimizer, on which schedules go on working, must outlive this. ValueError: rho or eta negative or not finite, eta without
  // adaptive.
  explicit SAM(Optimizer& optimizer, const SAMOptions& options = {});
  SAM(const SAM&) = delete;
  SAM& operator=(const SAM&) = delete;

  // Calls the closure (closure.h) twice, the second time with the weights moved by e, puts the weights back, bit for bit, and takes the
  // optimizer's step; returns the first loss. Parameters without a gradient in the first call do not move. Whatever throws, the weights are
  // as before. Layers that change when they are called do so twice: running statistics, random numbers. ValueError: the optimizer
  // maximizes; ShapeError or DtypeError: a gradient does not fit its parameter.
  template <LossClosure F>
  double step(F&& closure) {
    check_direction();
    const double loss = loss_of("SAM", closure);
    {
      const Climb up(*this);
      loss_of("SAM", closure);
    }
    optimizer_.step();
    return loss;
  }
  void zero_grad(bool set_to_none = true) { optimizer_.zero_grad(set_to_none); }

  Optimizer& optimizer() const { return optimizer_; }
  const SAMOptions& options() const { return options_; }
  void set_options(const SAMOptions& options);

  // The optimizer's state and "sam.<option>" in the values: SAM itself keeps nothing from step to step. Loading takes rho and eta from the
  // state; adaptive must agree. ValueError lists what does not fit, and nothing is changed then.
  State state() const;
  void load_state(const State& state);
  void save(const FileName& file) const;
  void load(const FileName& file);

  std::string describe() const;

 private:
  // The weights at w + e for as long as this lives.
  class Climb {
   public:
    explicit Climb(SAM& sam);
    ~Climb();
    Climb(const Climb&) = delete;

   private:
    SmallVector<std::pair<Leaf*, Array>, 16> kept_;      // the weights as they were
  };
  static void validate(const SAMOptions& options);
  void check_direction() const;

  Optimizer& optimizer_;
  SAMOptions options_;
  Parameters parameters_;            // the optimizer's
  int groups_ = 0;                   // that are in parameters_
};

}  // namespace gradus::optim
