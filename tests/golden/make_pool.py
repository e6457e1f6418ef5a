"""Pooling to pool/: KIND.NAME.x, .y, .g (the gradient of y), .dx and .options (kernels, strides or 0, paddings, whether padding counts; of adaptive
pooling the size of the result)."""
import torch
import torch.nn.functional as F

import golden

torch.set_default_dtype(torch.float64)
arrays = {}


def pair(v):
    return [v, v] if isinstance(v, int) else list(v)


def pool(name, x, f, *options):
    draw = golden.generator("pool." + name)
    x = (torch.randn(x, generator=draw) if isinstance(x, tuple) else x.clone()).requires_grad_()
    y = f(x)
    g = torch.randn(y.shape, generator=draw)
    y.backward(g)
    arrays.update({f"{name}.{k}": v for k, v in dict(x=x, y=y, g=g, dx=x.grad, options=torch.tensor(options)).items()})


def max_pool(name, x, kernel, stride=None, padding=0):
    options = [*pair(kernel), *pair(stride or 0), *pair(padding)]
    pool(f"max.{name}", x, lambda t: F.max_pool2d(t, kernel, stride, padding), *options)


def avg_pool(name, x, kernel, stride=None, padding=0, count=True):
    options = [*pair(kernel), *pair(stride or 0), *pair(padding), int(count)]
    pool(f"avg.{name}", x, lambda t: F.avg_pool2d(t, kernel, stride, padding, count_include_pad=count), *options)


def adaptive_pool(name, x, size):
    pool(f"adaptive.{name}", x, lambda t: F.adaptive_avg_pool2d(t, size), *size)


max_pool("plain", (2, 3, 6, 8), 2)
max_pool("overlapping", (2, 2, 7, 7), 3, 2, 1)
max_pool("uneven", (1, 2, 9, 7), (3, 2), (1, 3), (1, 0))
max_pool("ties", torch.tensor([1.0, 1, 0, 2, 2, 1, 1, 2, 0, 0, 0, 0, -1, 0, 0, 0]).reshape(1, 1, 4, 4), 2)
avg_pool("plain", (2, 3, 6, 8), 2)
avg_pool("padded", (2, 2, 7, 7), 3, 2, 1)
avg_pool("padded_not_counted", (2, 2, 7, 7), 3, 2, 1, count=False)
avg_pool("uneven", (1, 2, 9, 7), (3, 2), (1, 3), (1, 1), count=False)
adaptive_pool("one", (2, 3, 5, 7), (1, 1))
adaptive_pool("uneven", (1, 2, 7, 10), (3, 4))
adaptive_pool("finer", (1, 2, 3, 2), (5, 4))
golden.save("pool", arrays)
