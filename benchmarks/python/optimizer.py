"""A step of an optimizer on ten million parameters in fifty tensors, with gradients that are there already; fused where PyTorch has it."""
import statistics

import common
import torch

TENSORS, SHAPE = 50, (400, 500)
RULES = {
    "optimizer-sgd": lambda weights: torch.optim.SGD(weights, lr=1e-3, fused=True),
    "optimizer-momentum": lambda weights: torch.optim.SGD(weights, lr=1e-3, momentum=0.9, fused=True),
    "optimizer-rmsprop": lambda weights: torch.optim.RMSprop(weights, lr=1e-3, foreach=True),
    "optimizer-adam": lambda weights: torch.optim.Adam(weights, lr=1e-3, fused=True),
    "optimizer-adamw": lambda weights: torch.optim.AdamW(weights, lr=1e-3, fused=True),
}

options = common.arguments()
if options.compile:
    raise SystemExit   # a fused step leaves nothing to compile
weights = [torch.full(SHAPE, 0.5, requires_grad=True) for _ in range(TENSORS)]
for i, weight in enumerate(weights):
    weight.grad = torch.full(SHAPE, 0.01 * (i + 1))
optimizer = RULES[options.job](weights)
for _ in range(5):
    optimizer.step()
check = statistics.mean(weight[1, 1].item() for weight in weights)
seconds = statistics.median(common.samples_of(options.seconds, optimizer.step))
common.report(options.job, "ns/parameter", seconds / (TENSORS * SHAPE[0] * SHAPE[1]) * 1e9, check)
