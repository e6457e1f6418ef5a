// Gradient accumulation: several micro-batches make one step, with the gradient that their samples would give as one batch.
//   optim::GradientAccumulation accumulation(nn::parameters(net), {.batches = 4});
//   for (auto [x, y] : loader)
//     if (accumulation.backward(nn::cross_entropy(net(x), y), x.dim(0))) adam.step();     // after every fourth micro-batch
//   if (accumulation.finish()) adam.step();                                               // the last ones, if fewer than four are left
// The gradients add up at the parameters, where backward() leaves them; this counts, and weighs means by the samples they are of, so that a
// short last micro-batch counts for no more than it has. (With k·loss/k for each, its samples would weigh more than the others.)
#pragma once
#include <cstdint>

#include <gradus/autograd/state/state.h>
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/tape/parameter_list.h>

namespace gradus::optim {

struct GradientAccumulationOptions {
  std::int64_t batches = 1;       // micro-batches that make a step
  bool mean = true;               // losses are means over their samples; false: sums, which are added up as they are

  void describe(Describe& is) const { is(range::at_least_one, batches); }
};

class GradientAccumulation {
 public:
  // ValueError: batches below 1, a parameter twice.
  explicit GradientAccumulation(Parameters parameters, const GradientAccumulationOptions& options = {});

  // Adds the gradients of a micro-batch, whose loss is of `samples` samples, and says whether a group is complete: then the parameters have
  // the gradients of the whole batch, to be clipped and stepped with. The first of a group forgets the gradients that it finds, so there is
  // no need for zero_grad(). ValueError: samples below 1, the group's gradients have been forgotten meanwhile; ShapeError: the loss is not
  // one number; GraphError: it cannot be differentiated. After an error the group goes on as if this micro-batch had not been.
  bool backward(const Tensor& loss, std::int64_t samples = 1);
  // Ends a group before it is complete; false if there was none.
  bool finish();

  // The group that has begun: its counts, and the gradients that are at the parameters, "<parameter>.grad" (or ".rows" and ".values").
  // ValueError for a state that does not fit, with nothing changed.
  State state() const;
  void load_state(const State& state);

  std::int64_t batches() const { return batches_; }   // of the group that has begun
  std::int64_t samples() const { return samples_; }

 private:
  std::string name_of(std::size_t place) const;

  Parameters parameters_;
  GradientAccumulationOptions options_;
  std::int64_t batches_ = 0, samples_ = 0;
};

}  // namespace gradus::optim
