#include <gradus/optim/averaged_weights.h>

namespace gradus::optim {

AveragedWeights::AveragedWeights(const ASGD& optimizer) {
  const State state = optimizer.state();
  for (const NamedParameter& p : optimizer.parameters()) {
    const auto average = state.arrays.find(p.name + ".ax");
    if (average == state.arrays.end()) continue;
    kept_.emplace_back(p.leaf, p.leaf->value);
    p.leaf->value = average->second;
  }
}

AveragedWeights::AveragedWeights(const ScheduleFreeAdamW& optimizer) {
  const State state = optimizer.state();
  for (const NamedParameter& p : optimizer.parameters()) {
    const auto at = state.arrays.find(p.name + ".z");
    if (at == state.arrays.end()) continue;
    const double beta1 = optimizer.options(std::stoi(state.metadata.at(p.name + ".group"))).betas[0];
    kept_.emplace_back(p.leaf, p.leaf->value);
    Array x = p.leaf->value.contiguous_copy();
    visit_floating(x.dtype(), "AveragedWeights", [&]<class T>(T) {
      T* y = x.mutable_data<T>();
      const T* z = at->second.template data<T>();
      for (std::int64_t i = 0; i < x.size(); ++i) y[i] += static_cast<T>(1 - 1 / beta1) * (z[i] - y[i]);
    });
    p.leaf->value = std::move(x);
  }
}

AveragedWeights::~AveragedWeights() {
  for (auto& [leaf, value] : kept_) leaf->value = std::move(value);
}

}  // namespace gradus::optim
