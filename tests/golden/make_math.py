"""Elementwise mathematics and its gradients, to math/: for each function NAME.x (and NAME.y for two inputs), NAME.out, NAME.dx (and NAME.dy)
for a gradient of ones. Each gradient is confirmed here by central differences before anything is written.
"""
import torch
from torch.nn import functional as F

import golden

torch.set_default_dtype(torch.float64)
arrays = {}


def add(name, function, *ranges):
    draw = golden.generator(name)
    inputs = [(low + (high - low) * torch.rand(19, generator=draw)).requires_grad_() for low, high in ranges]
    out = function(*inputs)
    gradients = torch.autograd.grad(out.sum(), inputs)
    for i, gradient in enumerate(gradients):
        step = 1e-6
        moved = [[x.detach() + (sign * step if j == i else 0) for j, x in enumerate(inputs)] for sign in (1, -1)]
        numeric = (function(*moved[0]) - function(*moved[1])) / (2 * step)
        assert torch.allclose(numeric, gradient, rtol=1e-5, atol=1e-6), name
    for letter, x, gradient in zip("xy", inputs, gradients):
        arrays[f"{name}.{letter}"] = x
        arrays[f"{name}.d{letter}"] = gradient
    arrays[f"{name}.out"] = out


add("exp", torch.exp, (-5, 5))
add("log", torch.log, (0.01, 9))
add("log1p", torch.log1p, (-0.9, 9))
add("sqrt", torch.sqrt, (0.01, 9))
add("square", torch.square, (-3, 3))
add("abs", torch.abs, (-3, 3))
add("tanh", torch.tanh, (-4, 4))
add("sigmoid", torch.sigmoid, (-9, 9))
add("softplus", F.softplus, (-9, 9))
add("erf", torch.erf, (-3, 3))
add("relu", torch.relu, (-3, 3))
add("gelu", F.gelu, (-4, 4))
add("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), (-4, 4))
add("clamp", lambda x: torch.clamp(x, -0.5, 1.5), (-3, 3))
add("pow_3", lambda x: torch.pow(x, 3), (-3, 3))
add("pow_-1_5", lambda x: torch.pow(x, -1.5), (0.2, 3))
add("pow", torch.pow, (0.2, 3), (-2, 2))
add("div", torch.div, (-3, 3), (0.3, 2))
add("maximum", torch.maximum, (-3, 3), (-3, 3))
add("minimum", torch.minimum, (-3, 3), (-3, 3))
golden.save("math", arrays)
