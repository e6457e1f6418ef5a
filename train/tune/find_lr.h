// The learning rate range test (optim/around/lr_range_test.h) of a model as train::fit trains it: a few steps while the rate grows from
// tiny to absurd, the curve of the losses, and a suggestion. Then everything is as it was: weights, buffers, random numbers, optimizer,
// loader.
// An opt-in header, not in <gradus/gradus.h>.
//   const optim::RangeTest found = train::find_lr(net, nn::CrossEntropyLoss(), adam, loader);
//   std::cout << found;                                          // the curve
//   if (found.steepest) adam.set_lr(*found.steepest);
#pragma once
#include <optional>
#include <type_traits>

#include <gradus/autograd/base/error.h>
#include <gradus/optim/around/lr_range_test.h>
#include <gradus/train/tune/batch_loss.h>
#include <gradus/train/tune/untouched.h>

namespace gradus::train {

// The model is in training mode meanwhile. The loader is copied, and the copy is run through; where its batches end it begins again.
// ValueError: options out of range, a loader without a batch. What the model, the loss or the data throw passes through.
template <class Net, class Loss, class Loader>
optim::RangeTest find_lr(Net& net, Loss&& loss, optim::Optimizer& optimizer, Loader& loader, const optim::RangeTestOptions& options = {}) {
  optim::RangeTest found;
  untouched(net, optimizer, options.schedules, [&] {
    nn::train(net);
    std::remove_const_t<Loader> batches = loader;
    auto at = std::make_optional(batches.begin());
    bool fresh = true;   // no batch of this round has been seen
    found = optim::lr_range_test(
        optimizer,
        [&] {
          if (*at == batches.end()) {
            check<ValueError>(!fresh, "find_lr: the loader has no batch");
            at.reset(), at.emplace(batches.begin()), fresh = true;
            check<ValueError>(!(*at == batches.end()), "find_lr: the loader has no batch");
          }
          fresh = false;
          const auto batch = **at;
          ++*at;
          const Tensor value = batch_loss(net, loss, batch);
          optimizer.zero_grad();
          value.backward();
          optimizer.step();
          for (optim::LRScheduler* schedule : options.schedules) schedule->step();
          return value.item();
        },
        options);
  });
  return found;
}

}  // namespace gradus::train
