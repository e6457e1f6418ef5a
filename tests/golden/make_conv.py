"""Reference values for convolution and pooling, in f64: python make_conv.py writes conv.safetensors beside this file (PyTorch 2.13)."""
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
out = {}


def pair(v):
    return [v, v] if isinstance(v, int) else list(v)


def conv(name, x, weight, bias=True, stride=1, padding=0, dilation=1, groups=1):
    x = torch.randn(x, requires_grad=True)
    w = torch.randn(weight, requires_grad=True)
    b = torch.randn(weight[0], requires_grad=True) if bias else None
    y = F.conv2d(x, w, b, stride, padding, dilation, groups)
    g = torch.randn_like(y)
    y.backward(g)
    options = torch.tensor([*pair(stride), *pair(padding), *pair(dilation), groups])
    tensors = dict(x=x, weight=w, y=y, g=g, dx=x.grad, dweight=w.grad, options=options)
    if bias:
        tensors |= dict(bias=b, dbias=b.grad)
    out.update({f"conv.{name}.{k}": v.detach().contiguous() for k, v in tensors.items()})


def pool(name, x, f, *options):
    x = torch.randn(x, requires_grad=True) if isinstance(x, tuple) else x.clone().requires_grad_()
    y = f(x)
    g = torch.randn_like(y)
    y.backward(g)
    tensors = dict(x=x, y=y, g=g, dx=x.grad, options=torch.tensor(options))
    out.update({f"{name}.{k}": v.detach().contiguous() for k, v in tensors.items()})


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


def max_pool(name, x, kernel, stride=None, padding=0):
    options = [*pair(kernel), *pair(stride or 0), *pair(padding)]
    pool(f"max.{name}", x, lambda t: F.max_pool2d(t, kernel, stride, padding), *options)


def avg_pool(name, x, kernel, stride=None, padding=0, count=True):
    options = [*pair(kernel), *pair(stride or 0), *pair(padding), int(count)]
    pool(f"avg.{name}", x, lambda t: F.avg_pool2d(t, kernel, stride, padding, count_include_pad=count), *options)


max_pool("plain", (2, 3, 6, 8), 2)
max_pool("overlapping", (2, 2, 7, 7), 3, 2, 1)
max_pool("uneven", (1, 2, 9, 7), (3, 2), (1, 3), (1, 0))
max_pool("ties", torch.tensor([1.0, 1, 0, 2, 2, 1, 1, 2, 0, 0, 0, 0, -1, 0, 0, 0]).reshape(1, 1, 4, 4), 2)
avg_pool("plain", (2, 3, 6, 8), 2)
avg_pool("padded", (2, 2, 7, 7), 3, 2, 1)
avg_pool("padded_not_counted", (2, 2, 7, 7), 3, 2, 1, count=False)
avg_pool("uneven", (1, 2, 9, 7), (3, 2), (1, 3), (1, 1), count=False)
for name, x, size in [("one", (2, 3, 5, 7), (1, 1)), ("uneven", (1, 2, 7, 10), (3, 4)), ("finer", (1, 2, 3, 2), (5, 4))]:
    pool(f"adaptive.{name}", x, lambda t: F.adaptive_avg_pool2d(t, size), *size)

save_file(out, pathlib.Path(__file__).with_name("conv.safetensors"))
