"""torch.func's jacobians, hessians, their products and gradients of each sample, to functional/: of f(x, w) = tanh(w·x)·Σ x² and its sum
of squares s, at in.x, in.w, along in.vx, in.vw and in.u; per-sample gradients of a tiny network's loss.
"""
import torch
from torch import func

import golden
from with_gradients import randn

x, w, vx, vw, u = randn("in.x", 3), randn("in.w", 2, 3), randn("in.vx", 3), randn("in.vw", 2, 3), randn("in.u", 2)
arrays = {"in.x": x, "in.w": w, "in.vx": vx, "in.vw": vw, "in.u": u}


def f(x, w):
    return torch.tanh(w @ x) * (x**2).sum()


def s(x, w):
    return (f(x, w)**2).sum()


arrays["jacobian.x"], arrays["jacobian.w"] = func.jacrev(f, (0, 1))(x, w)
arrays["pulled.x"], arrays["pulled.w"] = func.vjp(f, x, w)[1](u)
arrays["pushed.f"] = func.jvp(f, (x, w), (vx, vw))[1]
for a, row in zip("xw", func.hessian(s, (0, 1))(x, w)):
    for b, block in zip("xw", row):
        arrays[f"hessian.{a}{b}"] = block
arrays["product.x"], arrays["product.w"] = func.jvp(func.grad(s, (0, 1)), (x, w), (vx, vw))[1]
arrays["third.x"] = func.grad(lambda x: torch.trace(func.hessian(s)(x, w)))(x)

batch, target = randn("in.batch", 4, 3), randn("in.target", 4, 2)
arrays["in.batch"], arrays["in.target"] = batch, target


def loss(w, b, x, t):
    return ((torch.tanh(x @ w.T + b) - t)**2).sum()


arrays["sample.w"], arrays["sample.b"] = func.vmap(func.grad(loss, (0, 1)), (None, None, 0, 0))(w, u, batch, target)
golden.save("functional", arrays, lambda name: "func")
