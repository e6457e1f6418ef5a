"""Batch norm of three shapes, to norm/: batch_norm.<shape>.x, .w, .b, .mean and .var; the results in evaluation, without weights, and in training,
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
golden.save("norm", arrays, subject=lambda name: "_".join(name.split(".")[:2]))
