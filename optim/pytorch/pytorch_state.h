// The state of PyTorch's optimizers: what torch.save(optimizer.state_dict(), "adam.pt") wrote goes on here with equal steps, and the way
// back.
//   optim::Adam adam(nn::parameters(net));      optim::load_pytorch_state(adam, load_pt("adam.pt"));
//   save_pt("adam.pt", optim::pytorch_state(adam));                           // Python: optimizer.load_state_dict(torch.load("adam.pt"))
// Parameters are matched by their order, as PyTorch does: group by group, in the order in which the optimizer was given them.
#pragma once

namespace gradus {
class PtValue;
}

namespace gradus::optim {

class LBFGS;
class Optimizer;

// Takes learning rates and all other numbers, averages and step counts; initial_lr, where a schedule has left one. ValueError lists all
// that does not fit, with nothing changed: another rule's state, other groups or shapes, a formula that was chosen otherwise (amsgrad,
// nesterov, or one of ours that PyTorch has not). What says how PyTorch computes (foreach, fused, capturable), and keys of a group that no
// rule of PyTorch's knows, are passed over. PyTorch counts no steps for SGD and Muon; here they are then at their first.
void load_pytorch_state(Optimizer& optimizer, const PtValue& state_dict);
void load_pytorch_state(LBFGS& optimizer, const PtValue& state_dict);

// What PyTorch's optimizer of the same rule takes by load_state_dict. ValueError for a rule or a formula that PyTorch has not.
PtValue pytorch_state(const Optimizer& optimizer);
PtValue pytorch_state(const LBFGS& optimizer);

}  // namespace gradus::optim
