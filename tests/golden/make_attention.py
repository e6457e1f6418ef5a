"""Scaled dot product attention and rotary embedding, to attention/: NAME.q, .k, .v and .mask where there is one, the result .y, its gradient .g, and .dq, .dk,
.dv, .dmask. Rotary embedding by complex numbers."""
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

import golden
from with_gradients import randn, with_gradients

torch.set_default_dtype(torch.float64)
arrays = {}


def add(name, q, k, v, mask=None, **options):
    inputs = {key: randn(f"{name}.{key}", *shape).requires_grad_() for key, shape in (("q", q), ("k", k), ("v", v))}
    if mask is not None:
        arrays[f"{name}.mask"] = mask
        if mask.requires_grad:
            inputs["mask"] = mask
    arrays.update({f"{name}.{key}": x for key, x in inputs.items()})
    with sdpa_kernel(SDPBackend.MATH):
        y = F.scaled_dot_product_attention(inputs["q"], inputs["k"], inputs["v"], attn_mask=mask, **options)
    with_gradients(arrays, name, y, inputs)


def some(name, *shape):
    return torch.rand(shape, generator=golden.generator(name)) < 0.6


add("plain", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6))
add("matrices", (5, 4), (7, 4), (7, 4), scale=0.3)
add("causal", (3, 6, 4), (3, 6, 4), (3, 6, 4), is_causal=True)
add("causal_wide", (2, 3, 4), (2, 5, 4), (2, 5, 4), is_causal=True)
add("causal_high", (2, 5, 4), (2, 3, 4), (2, 3, 4), is_causal=True)
truth = some("truth", 5, 7)
truth[2] = False
add("truth", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 4), truth)
add("keys", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 4), some("keys", 2, 1, 1, 7))
add("rows", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 4), some("rows", 2, 1, 5, 1))
add("added", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 4), randn("added.mask", 3, 5, 7).requires_grad_())
low = randn("low.mask", 2, 1, 5, 7).masked_fill(some("low", 2, 1, 5, 7), -torch.inf)
add("low", (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 4), low)
add("grouped", (2, 6, 5, 4), (2, 2, 7, 4), (2, 2, 7, 3), enable_gqa=True)
add("grouped_causal", (4, 5, 4), (1, 5, 4), (1, 5, 4), is_causal=True, enable_gqa=True)
add("broadcast", (2, 1, 5, 4), (3, 7, 4), (2, 1, 7, 4))


def rotary(name, shape, positions, interleaved=False, base=10000.0, dimensions=None):
    x = randn(f"{name}.x", *shape).requires_grad_()
    d = dimensions or shape[-1]
    angles = positions[..., None] * base ** (-torch.arange(0, d, 2) / d)
    pairs = x[..., :d].unflatten(-1, (-1, 2)) if interleaved else x[..., :d].unflatten(-1, (2, -1)).transpose(-1, -2)
    turned = torch.view_as_real(torch.view_as_complex(pairs.contiguous()) * torch.polar(torch.ones_like(angles), angles))
    turned = turned.flatten(-2) if interleaved else turned.transpose(-1, -2).flatten(-2)
    arrays[f"{name}.x"] = x
    with_gradients(arrays, name, torch.cat([turned, x[..., d:]], -1), {"x": x})


rotary("rotary.halves", (2, 5, 6), torch.arange(5.0))
rotary("rotary.neighbours", (2, 5, 6), torch.arange(5.0) + 3, interleaved=True, base=100.0)
rotary("rotary.part", (3, 6), torch.tensor([7.0, 0, 2]), dimensions=4)
rotary("rotary.batch", (2, 3, 4, 4), torch.tensor([[[0.0, 1, 2, 3]], [[5, 6, 7, 8]]]))
golden.save("attention", arrays)
