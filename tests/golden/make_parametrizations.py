"""Parametrized weights in f64, to parametrizations/, for tests/nn/layers/parametrizations_test.cpp: NAME.state.*, the input .x, the result .y in
training with gradient .gy, .grad.x and .grad.<weight>, .after.* the state after three steps of SGD (lr 0.1), .eval the result in evaluation
then, .baked.* the state when the parametrization has been removed."""
import torch
from torch import nn
from torch.nn.utils import parametrizations as par
from torch.nn.utils.parametrize import remove_parametrizations

import golden
from with_gradients import randn

torch.set_default_dtype(torch.float64)
arrays = {}


def keep(name, **tensors):
    for key, tensor in tensors.items():
        arrays[f"{name}.{key}"] = tensor.detach().clone()


def state(name, key, module):
    keep(name, **{f"{key}.{entry}": value for entry, value in module.state_dict().items()})


def case(case_name, module, shape, parametrize, **options):
    name, what = case_name, options.get("name", "weight")
    torch.manual_seed(golden.seed(name))
    module = module()
    parametrize(module, **options)
    for key, p in module.named_parameters():     # away from where it begins, where some derivatives are special
        if ".original" in key:
            away = 0.1 * randn(f"{name}.{key}", *p.shape)
            if parametrize is par.orthogonal:    # whose diagonal is a sign
                away *= 1 - torch.eye(*p.shape[-2:])
            p.data += away
    state(name, "state", module)
    x = randn(f"{name}.x", *shape).requires_grad_()
    for step in range(3):
        module.zero_grad()
        y = module(x)
        seed = randn(f"{name}.gy", *y.shape)
        y.backward(seed)
        if step == 0:
            keep(name, x=x, y=y, gy=seed, **{"grad.x": x.grad}, **{f"grad.{key}": p.grad for key, p in module.named_parameters()})
        for p in module.parameters():
            p.data -= 0.1 * p.grad
    state(name, "after", module)
    module.eval()
    keep(name, eval=module(x))
    remove_parametrizations(module, what)
    state(name, "baked", module)


def linear(inputs, outputs):
    return lambda: nn.Linear(inputs, outputs)


def conv():
    return nn.Conv2d(2, 3, 2)


def transposed():
    return nn.ConvTranspose2d(2, 3, 2)


case("weight_norm", linear(3, 4), (2, 3), par.weight_norm)
case("weight_norm_conv", conv, (2, 2, 3, 3), par.weight_norm, dim=1)
case("weight_norm_whole", linear(3, 4), (2, 3), par.weight_norm, dim=None)
case("weight_norm_bias", linear(3, 4), (2, 3), par.weight_norm, name="bias")
case("spectral_norm", linear(3, 4), (2, 3), par.spectral_norm)
case("spectral_norm_conv", conv, (2, 2, 3, 3), par.spectral_norm, n_power_iterations=2, dim=1)
case("spectral_norm_bias", linear(3, 4), (2, 3), par.spectral_norm, name="bias")
case("spectral_norm_transposed", transposed, (1, 2, 2, 2), par.spectral_norm)   # whose outputs are axis 1 of the weight
case("orthogonal", linear(3, 3), (2, 3), par.orthogonal)
case("orthogonal_tall", linear(2, 4), (2, 2), par.orthogonal)
case("orthogonal_wide", linear(4, 2), (2, 4), par.orthogonal)
case("orthogonal_cayley", linear(2, 3), (2, 2), par.orthogonal, orthogonal_map="cayley")
case("orthogonal_batch", lambda: nn.Conv2d(3, 2, (3, 2)), (1, 3, 4, 3), par.orthogonal, orthogonal_map="matrix_exp")

golden.save("parametrizations", arrays, subject=golden.family)
