"""Losses to loss/: cross entropy of logits, and losses of pairs, with each reduction."""
import torch
import torch.nn.functional as F

import golden
from with_gradients import randn, with_gradients

logits = (4 * randn("cross_entropy.x", 9, 6)).requires_grad_()
label = torch.tensor([0, 5, 2, -100, 3, 3, 1, -100, 4])
arrays = {"cross_entropy.x": logits, "cross_entropy.label": label}
for reduction in ("mean", "sum", "none"):
    for smoothing in (0.0, 0.3, 1.0):
        for ignore in (-100, 3):
            used = label if ignore == -100 else label.clamp(min=0)
            loss = F.cross_entropy(logits, used, reduction=reduction, label_smoothing=smoothing, ignore_index=ignore)
            with_gradients(arrays, f"cross_entropy.{reduction}.{smoothing:.1f}.{ignore}", loss, {"x": logits})

a = (2 * randn("pair.x", 6, 5)).requires_grad_()
t = torch.rand(6, 5, generator=golden.generator("pair.t"), dtype=torch.float64).requires_grad_()
arrays |= {"pair.x": a, "pair.t": t}
for reduction in ("mean", "sum", "none"):
    with_gradients(arrays, f"mse.{reduction}", F.mse_loss(a, t, reduction=reduction), {"x": a, "t": t})
    with_gradients(arrays, f"bce.{reduction}", F.binary_cross_entropy_with_logits(a, t, reduction=reduction), {"x": a, "t": t})
golden.save("loss", arrays)
