#include <gradus/optim/rules/sparse_adam.h>

namespace gradus::optim {

std::string SparseAdamRule::formula(const Options& o) { return AdamRule<false>::formula(as_adam(o)) + "  for the rows of g"; }

Loop SparseAdamRule::loop(Dtype dtype, Kept kept) { return AdamRule<false>::loop(dtype, kept); }

template class OptimizerOf<SparseAdamRule>;

}  // namespace gradus::optim
