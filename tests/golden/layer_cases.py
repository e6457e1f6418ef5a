"""Golden cases of layers, for the table in tests/nn/layers/table.h, in f64. A script make_layers_<family>.py is

    from layer_cases import case, save
    case("linear_plain", lambda: nn.Linear(5, 3), [(4, 5)])
    case("batch_norm_3d", lambda: nn.BatchNorm3d(2), [(3, 2, 2, 2, 3)])             # has a state: three steps of training and one evaluation
    case("dropout", lambda: nn.Dropout(0.3), [(4, 5)], steps=("eval",))             # random in training
    case("embedding", lambda: nn.Embedding(7, 3), [indices("embedding.x", (2, 4), 7)])
    save("family")

and writes layers/<family>.safetensors. A case has CASE.state.<name>, what the module begins with (random numbers, not its initial values), and for
each step (train0, train1, train2, eval) CASE.<step>.x0, x1, … (inputs), y0, … (results), g0, … (random gradients of the results), grad.x0, …,
grad.p.<parameter>, and where the module has buffers after.<name>."""
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file

import golden

torch.set_default_dtype(torch.float64)
arrays = {}


def randn(name, *shape):
    return torch.randn(shape, generator=golden.generator(name), dtype=torch.float64)


def indices(name, shape, below):
    return torch.randint(below, shape, generator=golden.generator(name))


def case(name, make, inputs, *, steps=None, call=None, rename=lambda key: key, scale=1.0):
    """make() gives the module. Inputs: shapes (random numbers, another draw for each step), or tensors (whole numbers, masks: as they are).
    call(module, *inputs) where it is not module(*inputs). rename(key) where gradus calls a state by another name: say why beside it."""
    torch.manual_seed(golden.seed(name))
    module = make()
    with torch.no_grad():
        for key, value in module.state_dict().items():
            if value.is_floating_point():
                value.copy_(randn(f"{name}.{key}", *value.shape) * 0.5)
                if key.endswith("running_var"):
                    value.abs_().add_(0.5)
    keep = lambda key, value: arrays.__setitem__(f"{name}.{key}", value.detach().clone().numpy())
    for key, value in module.state_dict().items():
        keep(f"state.{rename(key)}", value)
    buffers = dict(module.named_buffers())
    if steps is None:
        steps = ("train0", "train1", "train2", "eval") if buffers else ("train0",)
    for step in steps:
        module.train(step != "eval")
        module.zero_grad()
        given = []
        for i, x in enumerate(inputs):
            fixed = isinstance(x, torch.Tensor)
            x = x.clone() if fixed else randn(f"{name}.{step}.x{i}", *x) * scale
            if x.is_floating_point():
                x.requires_grad_()
            given.append(x)
            keep(f"{step}.x{i}", x)
        result = call(module, *given) if call else module(*given)
        results = [y for y in (result if isinstance(result, (tuple, list)) else [result]) if y is not None]
        seeds = {}
        for i, y in enumerate(results):
            keep(f"{step}.y{i}", y)
            if y.is_floating_point() and y.requires_grad:
                seeds[i] = randn(f"{name}.{step}.g{i}", *y.shape)
                keep(f"{step}.g{i}", seeds[i])
        if seeds:
            torch.autograd.backward([results[i] for i in seeds], list(seeds.values()))
        for i, x in enumerate(given):
            if x.is_floating_point():
                keep(f"{step}.grad.x{i}", x.grad if x.grad is not None else torch.zeros_like(x))
        for key, p in module.named_parameters():
            if p.requires_grad:
                g = p.grad if p.grad is not None else torch.zeros_like(p)
                keep(f"{step}.grad.p.{rename(key)}", g.to_dense() if g.is_sparse else g)
        for key, value in module.named_buffers():
            if key in module.state_dict():
                keep(f"{step}.after.{rename(key)}", value)


def save(family):
    folder = pathlib.Path(__file__).parent / "layers"
    folder.mkdir(exist_ok=True)
    save_file({key: np.ascontiguousarray(value).reshape(value.shape) for key, value in arrays.items()}, folder / f"{family}.safetensors")
