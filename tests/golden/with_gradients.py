"""For the scripts that keep results with their gradients."""
import torch

import golden


def randn(name, *shape):
    return torch.randn(shape, generator=golden.generator(name), dtype=torch.float64)


def with_gradients(arrays, name, result, inputs):
    """Keeps the result as NAME.y, a random gradient of it as .g, and what comes of it at each named input, .d<input>."""
    seed = randn(name + ".g", *result.shape)
    arrays[f"{name}.y"], arrays[f"{name}.g"] = result, seed
    for key, grad in zip(inputs, torch.autograd.grad(result, list(inputs.values()), seed)):
        arrays[f"{name}.d{key}"] = grad
