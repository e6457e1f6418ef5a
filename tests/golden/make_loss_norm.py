"""Reference values for softmax, losses, amax and batch norm, from PyTorch in float64: python make_loss_norm.py [folder]"""
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(7)
out = {}


def put(name, value):
    out[name] = value.detach().clone().contiguous()


def with_gradients(name, result, inputs, seed=None):
    """Stores the result and the gradients of seed·result by each named input."""
    if seed is None:
        seed = torch.randn_like(result)
    put(f"{name}.y", result)
    put(f"{name}.g", seed)
    for key, grad in zip(inputs, torch.autograd.grad(result, list(inputs.values()), seed)):
        put(f"{name}.d{key}", grad)


x = (3 * torch.randn(5, 7, 4, dtype=torch.float64)).requires_grad_()
put("softmax.x", x)
for axis in range(3):
    with_gradients(f"softmax.{axis}", F.softmax(x, axis), {"x": x})
    with_gradients(f"log_softmax.{axis}", F.log_softmax(x, axis), {"x": x})

logits = (4 * torch.randn(9, 6, dtype=torch.float64)).requires_grad_()
label = torch.tensor([0, 5, 2, -100, 3, 3, 1, -100, 4])
put("cross_entropy.x", logits)
put("cross_entropy.label", label)
for reduction in ("mean", "sum", "none"):
    for smoothing in (0.0, 0.3, 1.0):
        for ignore in (-100, 3):
            used = label if ignore == -100 else label.clamp(min=0)
            loss = F.cross_entropy(logits, used, reduction=reduction, label_smoothing=smoothing, ignore_index=ignore)
            with_gradients(f"cross_entropy.{reduction}.{smoothing:.1f}.{ignore}", loss, {"x": logits})

a = (2 * torch.randn(6, 5, dtype=torch.float64)).requires_grad_()
t = torch.rand(6, 5, dtype=torch.float64).requires_grad_()
put("pair.x", a)
put("pair.t", t)
for reduction in ("mean", "sum", "none"):
    with_gradients(f"mse.{reduction}", F.mse_loss(a, t, reduction=reduction), {"x": a, "t": t})
    with_gradients(f"bce.{reduction}", F.binary_cross_entropy_with_logits(a, t, reduction=reduction), {"x": a, "t": t})

ties = torch.randint(0, 3, (4, 5, 3)).double().requires_grad_()
put("amax.x", ties)
with_gradients("amax.all", ties.amax(), {"x": ties})
for axis in range(3):
    with_gradients(f"amax.{axis}", ties.amax(axis), {"x": ties})
    put(f"argmax.{axis}", ties.argmax(axis))

for name, shape in {"features": (11, 3), "images": (4, 3, 5, 2), "signals": (3, 3, 7)}.items():
    x = (2 * torch.randn(*shape, dtype=torch.float64) + 1).requires_grad_()
    w = torch.randn(3, dtype=torch.float64).requires_grad_()
    b = torch.randn(3, dtype=torch.float64).requires_grad_()
    mean, var = torch.randn(3, dtype=torch.float64), torch.rand(3, dtype=torch.float64) + 0.5
    for key, value in {"x": x, "w": w, "b": b, "mean": mean, "var": var}.items():
        put(f"batch_norm.{name}.{key}", value)
    with_gradients(f"batch_norm.{name}.eval", F.batch_norm(x, mean, var, w, b, training=False, eps=1e-3), {"x": x, "w": w, "b": b})
    with_gradients(f"batch_norm.{name}.plain", F.batch_norm(x, None, None, training=True), {"x": x})
    y = F.batch_norm(x, mean, var, w, b, training=True, momentum=0.2, eps=1e-3)
    with_gradients(f"batch_norm.{name}.train", y, {"x": x, "w": w, "b": b})
    put(f"batch_norm.{name}.new_mean", mean)
    put(f"batch_norm.{name}.new_var", var)

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
save_file(out, folder / "loss_norm.safetensors")
