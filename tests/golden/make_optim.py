"""Trajectories of PyTorch's optimizers in double precision, to optim/, a file for each rule.

Weights and gradients come from integer formulas that tests/optim/rules/table.h repeats. The four tensors are a [1], b [17], c [1000], d [4, 6];
a and b form the first group, c and d the second. Every optimizer case takes 25 steps under StepLR(10, 0.5), and records a, b, every 40th
element of c, and d after the steps 1, 2, 3, 10 and 25. Rules for whole parameters walk with other shapes, all of them recorded. Muon's
iteration runs in bfloat16 in PyTorch; here its source is run in double. Schedule-Free AdamW is that of the package schedulefree.
"""
import importlib
import inspect

import schedulefree
import torch

import golden

torch.set_default_dtype(torch.float64)   # or NAdam's mu_product and ASGD's eta would be float32
SHAPES = [(1,), (17,), (1000,), (4, 6)]
STACKS = [(4, 6), (6, 3), (2, 3, 4), (5,)]   # for rules that look at rows and columns
MATRICES = [(4, 6), (6, 3), (1, 5), (3, 3)]
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


def trajectory(optimizer_class, first, second, shapes=SHAPES):
    w = [weight(t, shape).requires_grad_() for t, shape in enumerate(shapes)]
    optimizer = optimizer_class([{"params": w[:2], **first}, {"params": w[2:], **second}])
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10, 0.5)
    rows = []
    for step in range(25):
        for t, shape in enumerate(shapes):
            w[t].grad = gradient(step, t, shape)
        optimizer.step()
        schedule.step()
        if step + 1 in RECORDED:
            rows.append(torch.cat([x.detach().flatten()[::40 if shapes is SHAPES and t == 2 else 1] for t, x in enumerate(w)]))
    return torch.stack(rows)


class EachAlone(torch.optim.Optimizer):
    """An optimizer for each parameter, which steps when it has a gradient: counts per parameter, as PyTorch's own rules have them."""

    def __init__(self, groups, make):
        super().__init__(groups, {})
        self.each = [(group, p, make([p], **{k: v for k, v in group.items() if k != "params"})) for group in self.param_groups for p in group["params"]]

    def step(self):
        for group, p, optimizer in self.each:
            if p.grad is not None:
                optimizer.param_groups[0]["lr"] = group["lr"]
                optimizer.step()


def schedule_free(params, **options):
    optimizer = schedulefree.AdamWScheduleFree(params, foreach=False, **options)
    optimizer.train()
    return optimizer


def muon_in_double():
    module = importlib.import_module("torch.optim._muon")
    exec(inspect.getsource(module._zeropower_via_newtonschulz).replace(".bfloat16()", ".double().clone()"), module.__dict__)
    return torch.optim.Muon


def lbfgs(**options):
    """Rosenbrock's function of six numbers in two tensors, from -1.2 and 1 in turn; weights and first loss of each of 10 steps."""
    w = [torch.tensor([-1.2, 1.0], requires_grad=True), torch.tensor([[-1.2, 1.0], [-1.2, 1.0]], requires_grad=True)]
    optimizer = torch.optim.LBFGS(w, **options)

    def closure():
        optimizer.zero_grad()
        x = torch.cat([p.flatten() for p in w])
        loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
        loss.backward()
        return loss

    rows = []
    for _ in range(10):
        loss = optimizer.step(closure)
        rows.append(torch.cat([p.detach().flatten() for p in w] + [loss.detach().reshape(1)]))
    return torch.stack(rows)


RULE = {"amsgrad": "adam", "dampening": "sgd", "momentum": "sgd", "nesterov": "sgd", "schedule_free": "schedule_free_adamw"}
o = torch.optim
golden.save("optim", {
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
    "schedule_free": trajectory(lambda groups: EachAlone(groups, schedule_free), dict(lr=0.01),
                                dict(lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1, warmup_steps=5, r=1.0, weight_lr_power=1.0)),
    "adafactor": trajectory(o.Adafactor, dict(lr=0.1), dict(lr=0.05, beta2_decay=-0.5, eps=(1e-4, 1e-2), d=1.5, weight_decay=0.1, maximize=True), STACKS),
    "muon": trajectory(muon_in_double(), dict(lr=0.1), dict(lr=0.05, weight_decay=0.3, momentum=0.8, nesterov=False, ns_steps=3,
                                                          adjust_lr_fn="match_rms_adamw"), MATRICES),
    "lbfgs": lbfgs(lr=0.1, max_iter=3),
    "lbfgs_history": lbfgs(lr=0.05, max_iter=5, history_size=3),
    "lbfgs_strong_wolfe": lbfgs(max_iter=4, line_search_fn="strong_wolfe"),
    "lbfgs_few_evaluations": lbfgs(lr=10, max_iter=4, max_eval=3, history_size=2, line_search_fn="strong_wolfe"),
}, subject=lambda name: RULE.get(name, golden.family(name)))
