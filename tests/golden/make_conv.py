"""Convolutions to conv/: NAME.x, .weight, .bias, .y, .g (the gradient of y), .dx, .dweight, .dbias and .options (strides, paddings, dilations,
groups). Each result is confirmed by the definition, in NumPy."""
import numpy as np
import torch
import torch.nn.functional as F

import golden

torch.set_default_dtype(torch.float64)
arrays = {}


def pair(v):
    return [v, v] if isinstance(v, int) else list(v)


def by_definition(x, w, stride, padding, dilation, groups):
    x = np.pad(x, [(0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2])
    reach = [dilation[i] * (w.shape[2 + i] - 1) + 1 for i in range(2)]
    height, width = [(x.shape[2 + i] - reach[i]) // stride[i] + 1 for i in range(2)]
    y = np.zeros((x.shape[0], w.shape[0], height, width))
    channels, filters = w.shape[1], w.shape[0] // groups
    for f in range(w.shape[0]):
        first = f // filters * channels
        for i in range(height):
            for j in range(width):
                top, left = i * stride[0], j * stride[1]
                window = x[:, first:first + channels, top:top + reach[0]:dilation[0], left:left + reach[1]:dilation[1]]
                y[:, f, i, j] = (window * w[f]).sum(axis=(1, 2, 3))
    return y


def conv(name, x, weight, bias=True, stride=1, padding=0, dilation=1, groups=1):
    draw = golden.generator("conv." + name)
    x = torch.randn(x, generator=draw).requires_grad_()
    w = torch.randn(weight, generator=draw).requires_grad_()
    b = torch.randn(weight[0], generator=draw).requires_grad_() if bias else None
    y = F.conv2d(x, w, b, stride, padding, dilation, groups)
    again = by_definition(x.detach().numpy(), w.detach().numpy(), pair(stride), pair(padding), pair(dilation), groups)
    assert np.allclose(y.detach().numpy(), again + (b.detach().numpy()[:, None, None] if bias else 0), rtol=1e-12, atol=1e-12), name
    g = torch.randn(y.shape, generator=draw)
    y.backward(g)
    options = torch.tensor([*pair(stride), *pair(padding), *pair(dilation), groups])
    tensors = dict(x=x, weight=w, y=y, g=g, dx=x.grad, dweight=w.grad, options=options)
    if bias:
        tensors |= dict(bias=b, dbias=b.grad)
    arrays.update({f"{name}.{k}": v for k, v in tensors.items()})


conv("plain", (2, 3, 7, 6), (4, 3, 3, 3))
conv("no_bias", (2, 1, 5, 5), (3, 1, 2, 2), bias=False)
conv("pointwise", (2, 4, 3, 5), (3, 4, 1, 1))
conv("strided", (2, 3, 8, 9), (4, 3, 3, 3), stride=2, padding=1)
conv("uneven", (1, 2, 9, 8), (3, 2, 3, 2), stride=(3, 2), padding=(2, 1), dilation=(1, 2))
conv("dilated", (2, 2, 9, 9), (2, 2, 3, 3), padding=2, dilation=2)
conv("groups", (2, 4, 6, 6), (6, 2, 3, 3), padding=1, groups=2)
conv("depthwise", (2, 3, 6, 7), (6, 1, 3, 3), stride=2, groups=3)
conv("wide", (1, 8, 6, 6), (16, 8, 3, 3), padding=1)
conv("all_padding", (1, 1, 1, 1), (2, 1, 3, 3), padding=3)
golden.save("conv", arrays)
