"""Gradients clipped by PyTorch (norm, value) and by optax (adaptively), in double precision, to clip/.

Weights and gradients are those of the formulas in tests/optim/rules/table.h at step 6: a [1], b [17], c [1000], d [4, 6]; adaptive clipping takes
others, their shapes in PyTorch's layouts. A case is every gradient after clipping, one after the other, every 40th element of c; before them
the total norm, where there is one.
"""
import os

os.environ["JAX_ENABLE_X64"] = "true"
import jax.numpy as jnp
import numpy as np
import optax
import torch

import golden

SHAPES = [(1,), (17,), (1000,), (4, 6)]
UNITS = [(5,), (4, 6), (3, 2, 3, 3), (2, 3, 4), ()]   # a vector, a matrix, two convolutions' weights, a scalar


def weight(tensor, shape):
    i = np.arange(int(np.prod(shape)))
    return (((i * 37 + tensor * 11) % 101 - 50) / 25).reshape(shape)


def gradient(step, tensor, shape):
    i = np.arange(int(np.prod(shape)))
    return (((step * 7919 + i * 104729 + tensor * 1299709) % 2003 - 1001) / 500).reshape(shape)


def parameters():
    out = []
    for t, shape in enumerate(SHAPES):
        p = torch.nn.Parameter(torch.zeros(shape, dtype=torch.float64))
        p.grad = torch.tensor(gradient(6, t, shape))
        out.append(p)
    return out + [torch.nn.Parameter(torch.zeros(2))]   # without a gradient


def gradients(p):
    return [x.grad.flatten().numpy()[:: 40 if t == 2 else 1] for t, x in enumerate(p[:4])]


def norm(max_norm, norm_type):
    p = parameters()
    return np.concatenate([[torch.nn.utils.clip_grad_norm_(p, max_norm, norm_type).item()], *gradients(p)])


def value(limit):
    p = parameters()
    torch.nn.utils.clip_grad_value_(p, limit)
    return np.concatenate(gradients(p))


def adaptive(clipping, eps):
    """optax has its units in the last dimension; a tensor of rank 3 is one of several heads to it, so its axes are given."""
    out = []
    for t, shape in enumerate(UNITS):
        w, g = (weight(t, shape) * (t != 1), gradient(6, t, shape) / (1 + 20 * (t % 2)))
        axes = {0: None, 1: None, 2: 0, 3: (0, 1), 4: None}[len(shape)]
        back = lambda x: np.moveaxis(x, 0, -1) if len(shape) > 1 else x
        clip = optax.adaptive_grad_clip(clipping, eps, axis=axes)
        clipped, _ = clip.update(jnp.array(back(g)), clip.init(None), jnp.array(back(w)))
        out.append((np.moveaxis(np.array(clipped), -1, 0) if len(shape) > 1 else np.array(clipped)).flatten())
    return np.concatenate(out)


norms = {"1": 1.0, "2": 2.0, "3": 3.0, "half": 0.5, "inf": float("inf")}
golden.save("clip", {f"norm_{name}": norm(1.0, p) for name, p in norms.items()}
          | {"norm_large": norm(1e9, 2.0), "norm_zero": norm(0.0, 2.0), "norm_third": norm(1 / 3, 2.0), "norm_infinite": norm(float("inf"), 2.0)}
          | {f"value_{name}": value(limit) for name, limit in {"1": 1.0, "0": 0.0, "tenth": 0.1}.items()}
          | {"adaptive_default": adaptive(0.01, 1e-3), "adaptive_half": adaptive(0.5, 0.1), "adaptive_zero": adaptive(0.0, 1e-3)}, subject=golden.family)
