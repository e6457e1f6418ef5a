"""Elementwise mathematics and its gradients from PyTorch, in f64: math.safetensors.

    pip install torch==2.13.0 numpy safetensors && python3 make_math.py

For each function NAME: NAME.x (and NAME.y for two inputs), NAME.out, NAME.dx (and NAME.dy) for a gradient of ones.
Each gradient is confirmed here by central differences before anything is written.
"""
import os

import torch
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(20)


def draw(low, high, n=19):
    return low + (high - low) * torch.rand(n, generator=generator)


unary = {
    "exp": (torch.exp, draw(-5, 5)),
    "log": (torch.log, draw(0.01, 9)),
    "log1p": (torch.log1p, draw(-0.9, 9)),
    "sqrt": (torch.sqrt, draw(0.01, 9)),
    "square": (torch.square, draw(-3, 3)),
    "abs": (torch.abs, draw(-3, 3)),
    "tanh": (torch.tanh, draw(-4, 4)),
    "sigmoid": (torch.sigmoid, draw(-9, 9)),
    "softplus": (torch.nn.functional.softplus, draw(-9, 9)),
    "erf": (torch.erf, draw(-3, 3)),
    "relu": (torch.relu, draw(-3, 3)),
    "gelu": (torch.nn.functional.gelu, draw(-4, 4)),
    "gelu_tanh": (lambda x: torch.nn.functional.gelu(x, approximate="tanh"), draw(-4, 4)),
    "clamp": (lambda x: torch.clamp(x, -0.5, 1.5), draw(-3, 3)),
    "pow_3": (lambda x: torch.pow(x, 3), draw(-3, 3)),
    "pow_-1.5": (lambda x: torch.pow(x, -1.5), draw(0.2, 3)),
}
binary = {
    "pow": (torch.pow, draw(0.2, 3), draw(-2, 2)),
    "div": (torch.div, draw(-3, 3), draw(0.3, 2)),
    "maximum": (torch.maximum, draw(-3, 3), draw(-3, 3)),
    "minimum": (torch.minimum, draw(-3, 3), draw(-3, 3)),
}

tensors = {}


def add(name, function, inputs):
    inputs = [x.clone().requires_grad_() for x in inputs]
    out = function(*inputs)
    gradients = torch.autograd.grad(out.sum(), inputs)
    for i, gradient in enumerate(gradients):
        step = 1e-6
        moved = [[x.detach() + (sign * step if j == i else 0) for j, x in enumerate(inputs)] for sign in (1, -1)]
        numeric = (function(*moved[0]) - function(*moved[1])) / (2 * step)
        assert torch.allclose(numeric, gradient, rtol=1e-5, atol=1e-6), name
    for letter, x, gradient in zip("xy", inputs, gradients):
        tensors[f"{name}.{letter}"] = x.detach()
        tensors[f"{name}.d{letter}"] = gradient
    tensors[f"{name}.out"] = out.detach()


for name, (function, x) in unary.items():
    add(name, function, [x])
for name, (function, x, y) in binary.items():
    add(name, function, [x, y])
save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(os.path.dirname(os.path.abspath(__file__)), "math.safetensors"),
          {"made_by": f"make_math.py, torch {torch.__version__.split('+')[0]}"})
