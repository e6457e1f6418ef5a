"""Makes optim.safetensors: trajectories of PyTorch's optimizers and schedules in double precision.

Weights and gradients come from integer formulas that tests/optim/table.h repeats. The four tensors are a [1], b [17], c [1000], d [4, 6];
a and b form the first group, c and d the second. Every optimizer case takes 25 steps under StepLR(10, 0.5), and records a, b, every 40th
element of c, and d after the steps 1, 2, 3, 10 and 25.
"""
import torch
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)   # or NAdam's mu_product and ASGD's eta would be float32
SHAPES = [(1,), (17,), (1000,), (4, 6)]
RECORDED = [1, 2, 3, 10, 25]


def weight(tensor, shape):
    i = torch.arange(torch.Size(shape).numel())
    return (((i * 37 + tensor * 11) % 101 - 50).double() / 25).reshape(shape)


def gradient(step, tensor, shape):
    if (tensor == 2 and step % 4 == 1) or (tensor == 3 and step < 2):
        return None
    i = torch.arange(torch.Size(shape).numel())
    g = (((step * 7919 + i * 104729 + tensor * 1299709) % 2003 - 1001).double() / 500).reshape(shape)
    zero = (tensor == 1 and step % 5 == 3) or (tensor == 0 and step == 0)
    return torch.zeros_like(g) if zero else g


def trajectory(optimizer_class, first, second):
    w = [weight(t, shape).requires_grad_() for t, shape in enumerate(SHAPES)]
    optimizer = optimizer_class([{"params": w[:2], **first}, {"params": w[2:], **second}])
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10, 0.5)
    rows = []
    for step in range(25):
        for t, shape in enumerate(SHAPES):
            w[t].grad = gradient(step, t, shape)
        optimizer.step()
        schedule.step()
        if step + 1 in RECORDED:
            rows.append(torch.cat([w[0].detach(), w[1].detach(), w[2].detach()[::40], w[3].detach().flatten()]))
    return torch.stack(rows)


def schedule(make):
    w = [torch.zeros(1, requires_grad=True) for _ in range(2)]
    optimizer = torch.optim.SGD([{"params": w[:1], "lr": 0.1}, {"params": w[1:], "lr": 0.5}])
    s = make(optimizer)
    rows = [s.get_last_lr()]
    for _ in range(60):
        optimizer.step()
        s.step()
        rows.append(s.get_last_lr())
    return torch.tensor(rows, dtype=torch.float64)


o, lr = torch.optim, torch.optim.lr_scheduler
save_file({
    "sgd": trajectory(o.SGD, dict(lr=0.1), dict(lr=0.02)),
    "sgd_decay": trajectory(o.SGD, dict(lr=0.1, weight_decay=0.1), dict(lr=0.02, maximize=True)),
    "momentum": trajectory(o.SGD, dict(lr=0.1, momentum=0.9), dict(lr=0.02, momentum=0.5, weight_decay=0.01)),
    "dampening": trajectory(o.SGD, dict(lr=0.1, momentum=0.9, dampening=0.3), dict(lr=0.02, momentum=0.8, dampening=0.9)),
    "nesterov": trajectory(o.SGD, dict(lr=0.1, momentum=0.9, nesterov=True), dict(lr=0.02, momentum=0.5, nesterov=True, weight_decay=0.01)),
    "rmsprop": trajectory(o.RMSprop, dict(lr=0.01), dict(lr=0.02, alpha=0.9, eps=1e-3, weight_decay=0.1)),
    "rmsprop_centered": trajectory(o.RMSprop, dict(lr=0.01, centered=True), dict(lr=0.02, alpha=0.9, centered=True, maximize=True)),
    "rmsprop_momentum": trajectory(o.RMSprop, dict(lr=0.01, momentum=0.9), dict(lr=0.02, momentum=0.5, centered=True, weight_decay=0.1)),
    "adam": trajectory(o.Adam, dict(lr=0.01), dict(lr=0.02, betas=(0.8, 0.95), eps=1e-3)),
    "adam_decay": trajectory(o.Adam, dict(lr=0.01, weight_decay=0.1), dict(lr=0.02, weight_decay=0.01, maximize=True)),
    "amsgrad": trajectory(o.Adam, dict(lr=0.01, amsgrad=True), dict(lr=0.02, betas=(0.5, 0.6), amsgrad=True, weight_decay=0.1)),
    "adamw": trajectory(o.AdamW, dict(lr=0.01), dict(lr=0.02, weight_decay=0.3)),
    "adamw_amsgrad": trajectory(o.AdamW, dict(lr=0.01, amsgrad=True), dict(lr=0.02, betas=(0.5, 0.6), amsgrad=True, maximize=True)),
    "adagrad": trajectory(lambda groups: o.Adagrad(groups, initial_accumulator_value=0.3),   # of a group it would be ignored
                          dict(lr=0.1), dict(lr=0.05, lr_decay=0.1, weight_decay=0.1, eps=1e-3)),
    "adagrad_maximize": trajectory(o.Adagrad, dict(lr=0.1, weight_decay=0.1), dict(lr=0.02, lr_decay=0.01, maximize=True)),
    "adadelta": trajectory(o.Adadelta, dict(lr=1), dict(lr=0.5, rho=0.5, eps=1e-3, weight_decay=0.1, maximize=True)),
    "adamax": trajectory(o.Adamax, dict(lr=0.01), dict(lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1, maximize=True)),
    "nadam": trajectory(o.NAdam, dict(lr=0.01), dict(lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1, momentum_decay=0.1)),
    "nadam_decoupled": trajectory(o.NAdam, dict(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True),
                                  dict(lr=0.02, weight_decay=0.3, decoupled_weight_decay=True, maximize=True)),
    "radam": trajectory(o.RAdam, dict(lr=0.01), dict(lr=0.02, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1, maximize=True)),
    "radam_decoupled": trajectory(o.RAdam, dict(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True),
                                  dict(lr=0.02, betas=(0.5, 0.6), weight_decay=0.3, decoupled_weight_decay=True)),
    "asgd": trajectory(o.ASGD, dict(lr=0.1), dict(lr=0.05, lambd=0.01, alpha=0.5, t0=5, weight_decay=0.1, maximize=True)),
    "rprop": trajectory(o.Rprop, dict(lr=0.01), dict(lr=0.02, etas=(0.4, 1.5), step_sizes=(1e-2, 0.05), maximize=True)),
    "StepLR": schedule(lambda opt: lr.StepLR(opt, step_size=7, gamma=0.3)),
    "StepLR_default": schedule(lambda opt: lr.StepLR(opt, step_size=20)),
    "CosineAnnealingLR": schedule(lambda opt: lr.CosineAnnealingLR(opt, T_max=25, eta_min=0.01)),
    "CosineAnnealingLR_default": schedule(lambda opt: lr.CosineAnnealingLR(opt, T_max=60)),
}, "optim.safetensors")
