"""Convolutions, pooling and resampling of one, two and three dimensions to spatial/: FAMILY.NAME.x and other inputs, .y, .at (indices), .g (the gradient
of y), .d<input>. What the options are stands in tests/autograd/ops/spatial_golden_test.cpp under the same name.
"""
import torch
import torch.nn.functional as F

import golden
from with_gradients import randn, with_gradients

torch.set_default_dtype(torch.float64)
arrays = {}


def add(name, f, **inputs):
    """f of the inputs, by name a shape (random numbers) or a tensor; whole numbers have no gradient."""
    given = {k: (randn(f"{name}.{k}", *v) if isinstance(v, tuple) else v.clone()) for k, v in inputs.items()}
    arrays.update({f"{name}.{k}": v.clone() for k, v in given.items()})
    tracked = {k: v.requires_grad_() for k, v in given.items() if v.dtype == torch.float64}
    result = f(**given)
    if isinstance(result, tuple):
        arrays[f"{name}.at"] = result[1]
        result = result[0]
    with_gradients(arrays, name, result, tracked)


def conv(name, f, x, weight, bias=True, **options):
    channels = weight[1] * options.get("groups", 1) if "transpose" in f.__name__ else weight[0]
    inputs = dict(x=x, weight=weight) | (dict(bias=(channels,)) if bias else {})
    add(f"conv.{name}", lambda x, weight, bias=None: f(x, weight, bias, **options), **inputs)


conv("1d", F.conv1d, (2, 3, 9), (4, 3, 3))
conv("1d_options", F.conv1d, (2, 4, 11), (6, 2, 3), stride=2, padding=3, dilation=2, groups=2)
conv("1d_same", F.conv1d, (2, 3, 7), (4, 3, 4), padding="same", dilation=3)
conv("1d_pointwise", F.conv1d, (2, 3, 5), (4, 3, 1))
conv("1d_alone", F.conv1d, (3, 8), (4, 3, 3), bias=False, padding=1)
conv("2d_same", F.conv2d, (2, 2, 6, 5), (3, 2, 3, 4), padding="same", dilation=(2, 1))
conv("2d_alone", F.conv2d, (2, 6, 5), (4, 1, 3, 3), groups=2, stride=(2, 1))
conv("3d", F.conv3d, (2, 2, 5, 4, 6), (3, 2, 2, 3, 3))
conv("3d_options", F.conv3d, (1, 4, 6, 5, 7), (2, 2, 3, 2, 3), stride=(2, 1, 3), padding=(1, 2, 0), dilation=(1, 2, 2), groups=2)
conv("3d_same", F.conv3d, (1, 2, 4, 3, 5), (2, 2, 2, 3, 3), padding="same")
conv("3d_alone", F.conv3d, (2, 4, 3, 5), (3, 2, 2, 2, 3), bias=False)
conv("3d_pointwise", F.conv3d, (2, 3, 2, 3, 2), (4, 3, 1, 1, 1))
conv("transpose1d", F.conv_transpose1d, (2, 3, 5), (3, 4, 3))
conv("transpose1d_options", F.conv_transpose1d, (2, 4, 5), (4, 3, 4), stride=3, padding=2, output_padding=2, groups=2, dilation=2)
conv("transpose1d_alone", F.conv_transpose1d, (3, 6), (3, 2, 4), bias=False, stride=2, padding=1)
conv("transpose1d_pointwise", F.conv_transpose1d, (2, 3, 5), (3, 4, 1))
conv("transpose2d", F.conv_transpose2d, (2, 3, 4, 5), (3, 2, 3, 3), stride=2, padding=1, output_padding=1)
conv("transpose2d_options", F.conv_transpose2d, (1, 6, 3, 4), (6, 2, 3, 2), stride=(1, 3), padding=(2, 0), output_padding=(1, 2), groups=3,
     dilation=(2, 1))
conv("transpose2d_wide", F.conv_transpose2d, (2, 2, 3, 3), (2, 2, 2, 2), stride=1, output_padding=2, dilation=3)   # beyond the stride
conv("transpose2d_depthwise", F.conv_transpose2d, (2, 3, 4, 4), (3, 1, 3, 3), stride=2, groups=3)
conv("transpose2d_alone", F.conv_transpose2d, (3, 4, 4), (3, 2, 2, 2), stride=2)
conv("transpose3d", F.conv_transpose3d, (2, 2, 3, 2, 3), (2, 3, 2, 3, 3), stride=2, padding=(0, 1, 1), output_padding=(0, 1, 0))
conv("transpose3d_options", F.conv_transpose3d, (1, 4, 2, 3, 2), (4, 1, 3, 2, 2), groups=2, dilation=(1, 2, 3), output_padding=(0, 1, 2))
conv("transpose3d_alone", F.conv_transpose3d, (2, 2, 3, 2), (2, 2, 2, 2, 2), bias=False, stride=(2, 1, 2))

golden.save("spatial", arrays)
