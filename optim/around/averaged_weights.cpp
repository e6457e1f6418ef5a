#include <gradus/optim/around/averaged_weights.h>

#include <algorithm>

namespace gradus::optim {

AveragedWeights::AveragedWeights(Buffers buffers, int* standing_in) : buffers_(std::move(buffers)), standing_in_(standing_in) {
  if (standing_in_) ++*standing_in_;
}

// After a delegation the object is whole: whatever throws below, the destructor puts everything back.
AveragedWeights::AveragedWeights(const WeightAverage& average) : AveragedWeights(average.visit_buffers_, &average.standing_in_) {
  for (const auto& entry : average.entries_)
    if (entry.updates > 0) put(entry.leaf, entry.average);
  keep_buffers();
  if (!buffers_) return;
  buffers_([&](std::string_view name, Array& buffer) {
    const auto at = std::find_if(average.buffers_.begin(), average.buffers_.end(), [&](const auto& entry) { return entry.name == name; });
    if (at != average.buffers_.end() && at->updates > 0) buffer = at->average;
  });
}

AveragedWeights::AveragedWeights(const Lookahead& optimizer, Buffers keep) : AveragedWeights(std::move(keep), &optimizer.standing_in_) {
  for (const auto& followed : optimizer.followed_)
    if (followed.slow.defined()) put(followed.leaf, followed.slow);
  keep_buffers();
}

AveragedWeights::AveragedWeights(const Optimizer& optimizer, Buffers keep) : AveragedWeights(std::move(keep), nullptr) {
  const Parameters parameters = optimizer.parameters();
  std::vector<Array> averages = optimizer.averages();
  for (std::size_t i = 0; i < averages.size(); ++i)
    if (averages[i].defined()) put(parameters[i].leaf, std::move(averages[i]));
  keep_buffers();
}

void AveragedWeights::put(const Counted<Leaf>& leaf, Array average) {
  const Array& now = leaf->value;
  check<ShapeError>(average.shape() == now.shape(), "AveragedWeights: ", leaf->label, " has shape ", now.shape(), " but its average has ",
                    average.shape());
  check<DtypeError>(average.dtype() == now.dtype(), "AveragedWeights: ", leaf->label, " is ", now.dtype(), " but its average is ",
                    average.dtype());
  kept_.emplace_back(leaf, now);
  leaf->value = std::move(average);
}

void AveragedWeights::keep_buffers() {
  if (!buffers_) return;
  buffers_([&](std::string_view name, Array& buffer) { kept_buffers_.emplace_back(name, buffer); });
}

AveragedWeights::~AveragedWeights() {
  for (auto at = kept_.rbegin(); at != kept_.rend(); ++at) at->first->value = std::move(at->second);
  try {
    if (!kept_buffers_.empty())
      buffers_([&](std::string_view name, Array& buffer) {
        for (const auto& [kept, value] : kept_buffers_)
          if (kept == name) buffer = value;
      });
  } catch (...) {   // a visitor that fails where it has gone before; the weights are back
  }
  if (standing_in_) --*standing_in_;
}

}  // namespace gradus::optim
