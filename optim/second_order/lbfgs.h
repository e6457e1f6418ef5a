// L-BFGS (Liu and Nocedal 1989), as PyTorch has it: steps by the curvature that the last gradients show. For smooth functions without
// noise, such as the loss over the whole set. It asks for the loss as often as it likes, so step() takes a function that computes it:
//   optim::LBFGS lbfgs(nn::parameters(net), {.line_search = optim::LineSearch::strong_wolfe});
//   lbfgs.step([&] { lbfgs.zero_grad();  Tensor loss = nn::mse_loss(net(x), y);  loss.backward();  return loss; });
// All parameters are one vector, kept in double with its history: up to 2·history_size + 5 times their number.
#pragma once
#include <functional>

#include <gradus/autograd/tape/tensor.h>
#include <gradus/optim/driver/optimizer.h>
#include <gradus/optim/second_order/line_search.h>

namespace gradus::optim {

enum class LineSearch { none, strong_wolfe };

struct LBFGSOptions {
  double lr = 1;                          // the length of a step, or of its first trial
  std::int64_t max_iter = 20;             // iterations in one step()
  std::int64_t max_eval = 0;              // calls of the closure after which no iteration begins;
                                          // a line search may make one more; 0: max_iter·5/4
  double tolerance_grad = 1e-7;           // done when no |gᵢ| is larger
  double tolerance_change = 1e-9;         // done when neither the loss nor a weight changes by more
  std::int64_t history_size = 100;
  LineSearch line_search = LineSearch::none;

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, max_eval, tolerance_grad, tolerance_change);
    is(range::at_least_one, max_iter, history_size);
  }
};

class LBFGS {
 public:
  using Closure = std::function<Tensor()>;

  // ValueError: no parameters, one twice or two of one name, an option out of range; DtypeError: neither f32 nor f64.
  explicit LBFGS(const Parameters& parameters, const LBFGSOptions& options = {});

  // Minimises for up to max_iter iterations and returns the loss at the start. The closure forgets the gradients, computes the loss, calls
  // backward() and returns it. If it throws, the weights are put back and the history is forgotten.
  double step(const Closure& closure);
  void zero_grad();

  const Parameters& parameters() const { return parameters_; }
  const LBFGSOptions& options() const { return options_; }
  void set_options(const LBFGSOptions& options);
  std::int64_t iterations() const { return memory_.iterations; }      // of all steps
  std::int64_t evaluations() const { return memory_.evaluations; }

  // Options, counts and history, to go on bit for bit. ValueError, with nothing changed, for another optimizer's state or other parameters;
  // the line search must agree with this object's, numbers are taken from the state.
  State state() const;
  void load_state(const State& state);

  std::string describe() const;

 private:
  struct Memory {
    std::int64_t iterations = 0, evaluations = 0;
    double t = 0, scale = 1;                        // the last step's length; the first approximation of the inverse Hessian
    Array direction, gradient;                      // the last step's, vectors of doubles
    std::vector<Array> y, s;                        // changes of the gradient and of the weights, oldest first
    std::vector<double> curvature;                  // y·s of each
  };

  std::string layout() const;                       // the parameters' names and shapes
  Array weights() const;
  Array gradient() const;
  void set_weights(const Array& from, double t, const Array& direction);
  void remember(const Array& gradient);
  Array direction(const Array& gradient) const;
  double run(const Closure& closure);

  Parameters parameters_;
  LBFGSOptions options_;
  Memory memory_;
};

}  // namespace gradus::optim
