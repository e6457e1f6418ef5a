"""Every normalisation, to norm/. Of the others each case has NAME.x, .w and .b, the result .y, its gradient .g, .dx, .dw, .db. Batch norm of three shapes, to norm/: batch_norm.<shape>.x, .w, .b, .mean and .var; the results in evaluation, without weights, and in training,
with their gradients; and the statistics after training."""
import torch
import torch.nn.functional as F

import golden
from with_gradients import randn, with_gradients

arrays = {}
for shape_name, shape in {"features": (11, 3), "images": (4, 3, 5, 2), "signals": (3, 3, 7)}.items():
    name = f"batch_norm.{shape_name}"
    x = (2 * randn(name + ".x", *shape) + 1).requires_grad_()
    w, b = randn(name + ".w", 3).requires_grad_(), randn(name + ".b", 3).requires_grad_()
    mean, var = randn(name + ".mean", 3), randn(name + ".var", 3).abs() + 0.5
    arrays |= {f"{name}.x": x, f"{name}.w": w, f"{name}.b": b, f"{name}.mean": mean.clone(), f"{name}.var": var.clone()}
    with_gradients(arrays, f"{name}.eval", F.batch_norm(x, mean, var, w, b, training=False, eps=1e-3), {"x": x, "w": w, "b": b})
    with_gradients(arrays, f"{name}.plain", F.batch_norm(x, None, None, training=True), {"x": x})
    y = F.batch_norm(x, mean, var, w, b, training=True, momentum=0.2, eps=1e-3)
    with_gradients(arrays, f"{name}.train", y, {"x": x, "w": w, "b": b})
    axes = [0, *range(2, x.dim())]
    assert torch.allclose(mean, 0.8 * arrays[f"{name}.mean"] + 0.2 * x.mean(axes), rtol=1e-12)
    assert torch.allclose(var, 0.8 * arrays[f"{name}.var"] + 0.2 * x.var(axes, correction=1), rtol=1e-12)
    arrays |= {f"{name}.new_mean": mean, f"{name}.new_var": var}


def add(name, shape, factors, function, bias=True):
    x, w, b = (2 * randn(name + ".x", *shape) + 1).requires_grad_(), randn(name + ".w", *factors).requires_grad_(), randn(name + ".b", *factors).requires_grad_()
    inputs = {"x": x, "w": w, "b": b} if bias else {"x": x, "w": w} if factors else {"x": x}
    arrays.update({f"{name}.{key}": value for key, value in inputs.items()})
    with_gradients(arrays, name, function(x, w, b), inputs)


add("layer_norm.1", (3, 2, 5), (5,), lambda x, w, b: F.layer_norm(x, (5,), w, b, 1e-3))
add("layer_norm.2", (3, 4, 5), (4, 5), lambda x, w, b: F.layer_norm(x, (4, 5), w, b))
add("rms_norm.given", (3, 2, 5), (5,), lambda x, w, b: F.rms_norm(x, (5,), w, 1e-3), bias=False)
add("rms_norm.default", (4, 19), (4, 19), lambda x, w, b: F.rms_norm(x, (4, 19), w), bias=False)
add("group_norm.features", (3, 6), (6,), lambda x, w, b: F.group_norm(x, 2, w, b, 1e-3))
add("group_norm.signals", (3, 6, 3), (6,), lambda x, w, b: F.group_norm(x, 3, w, b))
add("group_norm.images", (2, 4, 5, 4), (4,), lambda x, w, b: F.group_norm(x, 2, w, b))
add("instance_norm.signals", (3, 2, 5), (2,), lambda x, w, b: F.instance_norm(x, None, None, w, b, eps=1e-3))
running = [torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)]
add("instance_norm.images", (2, 3, 5, 4), (3,), lambda x, w, b: F.instance_norm(x, *running, w, b, momentum=0.2))
arrays |= {"instance_norm.images.mean": running[0], "instance_norm.images.var": running[1]}
for size in (1, 2, 3, 7):
    add(f"local_response_norm.{size}", (2, 5, 3), (), lambda x, w, b: F.local_response_norm(x, size, 0.3, 0.6, 0.9), bias=False)
for p in (0.5, 1, 2, 3, float("inf")):
    add(f"normalize.{p}", (3, 4, 2), (), lambda x, w, b: F.normalize(x, p, 1), bias=False)
add("normalize.short", (3, 4), (), lambda x, w, b: F.normalize(x, 2, -1, eps=5.0), bias=False)
golden.save("norm", arrays, subject=lambda name: "_".join(name.split(".")[:2]))
