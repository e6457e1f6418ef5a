"""A step of an optimizer on ten million parameters in fifty matrices, with gradients that are there already; fused where PyTorch has it."""
import statistics

import common
import torch

TENSORS, SHAPE = 50, (400, 500)
o = torch.optim
RULES = {
    "sgd": lambda weights: o.SGD(weights, lr=1e-3, fused=True),
    "momentum": lambda weights: o.SGD(weights, lr=1e-3, momentum=0.9, fused=True),
    "rmsprop": lambda weights: o.RMSprop(weights, lr=1e-3, foreach=True),
    "centered": lambda weights: o.RMSprop(weights, lr=1e-3, momentum=0.9, centered=True, foreach=True),
    "adam": lambda weights: o.Adam(weights, lr=1e-3, fused=True),
    "amsgrad": lambda weights: o.Adam(weights, lr=1e-3, amsgrad=True, fused=True),
    "adamw": lambda weights: o.AdamW(weights, lr=1e-3, fused=True),
    "adagrad": lambda weights: o.Adagrad(weights, lr=1e-3, fused=True),
    "adadelta": lambda weights: o.Adadelta(weights, lr=1, foreach=True),
    "adamax": lambda weights: o.Adamax(weights, lr=1e-3, foreach=True),
    "nadam": lambda weights: o.NAdam(weights, lr=1e-3, foreach=True),
    "radam": lambda weights: o.RAdam(weights, lr=1e-3, foreach=True),
    "asgd": lambda weights: o.ASGD(weights, lr=1e-3, foreach=True),
    "rprop": lambda weights: o.Rprop(weights, lr=1e-3, foreach=True),
    "adafactor": lambda weights: o.Adafactor(weights, lr=1e-3, foreach=True),
    "muon": lambda weights: o.Muon(weights, lr=1e-3),
    "lbfgs": lambda weights: o.LBFGS(weights, lr=1e-3, max_iter=1, history_size=5),
}

options = common.arguments()
rule = options.job.removeprefix("optimizer-")
if options.compile or rule not in RULES:
    raise SystemExit   # a fused step leaves nothing to compile
weights = [torch.full(SHAPE, 0.5, requires_grad=True) for _ in range(TENSORS)]
for i, weight in enumerate(weights):
    weight.grad = torch.full(SHAPE, 0.01 * (i + 1))
optimizer = RULES[rule](weights)
loss = torch.tensor(1.0)


def closure():
    """½‖w‖²: its gradient is the weights themselves."""
    for weight in weights:
        weight.grad = weight.detach()
    return loss


step = (lambda: optimizer.step(closure)) if rule == "lbfgs" else optimizer.step
for _ in range(5):
    step()
check = statistics.mean(weight[1, 1].item() for weight in weights)
seconds = statistics.median(common.samples_of(options.seconds, step))
common.report(options.job, "ns/parameter", seconds / (TENSORS * SHAPE[0] * SHAPE[1]) * 1e9, check)
