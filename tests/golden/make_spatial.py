"""Convolutions, pooling and resampling of one, two and three dimensions to spatial/: FAMILY.NAME.x and other inputs, .y, .at (indices), .g
(the gradient of y), .d<input>. What the options are stands in tests/autograd/ops/spatial_golden_test.cpp under the same name.
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
    tracked = {k: v.requires_grad_() for k, v in given.items() if v.is_floating_point()}
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

def ints(name, high, *shape):
    return torch.randint(-high, high, shape, generator=golden.generator(name)).double()


nan = randn("pool.nan", 1, 2, 5, 6).masked_fill(torch.rand(1, 2, 5, 6, generator=golden.generator("pool.where")) < 0.1, float("nan"))
add("pool.max1d", lambda x: F.max_pool1d(x, 3, 2, 1, 2, True, return_indices=True), x=(2, 3, 10))
add("pool.max1d_alone", lambda x: F.max_pool1d(x, 2, return_indices=True), x=(3, 7))
add("pool.max2d_dilated", lambda x: F.max_pool2d(x, (3, 2), (2, 1), (1, 0), (2, 3), return_indices=True), x=(2, 2, 9, 8))
add("pool.max2d_ceil", lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True, return_indices=True), x=(2, 2, 6, 8))
add("pool.max2d_ceil_large", lambda x: F.max_pool2d(x, 4, 3, ceil_mode=True, return_indices=True), x=(1, 2, 3, 5))
add("pool.max2d_alone", lambda x: F.max_pool2d(x, 2, 1, return_indices=True), x=(2, 5, 4))
add("pool.max2d_ties", lambda x: F.max_pool2d(x, 3, 1, 1, return_indices=True), x=ints("pool.ties", 2, 2, 2, 5, 5))
add("pool.max2d_nan", lambda x: F.max_pool2d(x, 2, return_indices=True), x=nan)
add("pool.max3d", lambda x: F.max_pool3d(x, (2, 3, 2), (1, 2, 2), (1, 1, 0), (1, 1, 2), return_indices=True), x=(2, 2, 4, 5, 6))
add("pool.max3d_ceil", lambda x: F.max_pool3d(x, 2, ceil_mode=True, return_indices=True), x=(2, 3, 4, 5))
add("pool.avg1d", lambda x: F.avg_pool1d(x, 3, 2, 1, True, False), x=(2, 3, 10))
add("pool.avg1d_alone", lambda x: F.avg_pool1d(x, 2), x=(3, 7))
add("pool.avg2d_ceil", lambda x: F.avg_pool2d(x, 3, 2, 1, True), x=(2, 2, 6, 8))
add("pool.avg2d_ceil_inside", lambda x: F.avg_pool2d(x, (3, 2), (2, 3), (1, 0), True, False), x=(2, 2, 6, 7))
add("pool.avg2d_divisor", lambda x: F.avg_pool2d(x, (3, 2), 2, 1, divisor_override=5), x=(2, 2, 5, 6))
add("pool.avg2d_alone", lambda x: F.avg_pool2d(x, 2, 1), x=(2, 5, 4))
add("pool.avg3d", lambda x: F.avg_pool3d(x, (2, 3, 2), (1, 2, 2), (1, 1, 0), True, False), x=(2, 2, 4, 5, 7))
add("pool.avg3d_padded", lambda x: F.avg_pool3d(x, 3, 2, 1, True, True), x=(1, 2, 4, 5, 6))
add("pool.avg3d_divisor", lambda x: F.avg_pool3d(x, 2, divisor_override=3), x=(2, 4, 2, 5))
add("pool.adaptive_avg1d", lambda x: F.adaptive_avg_pool1d(x, 4), x=(2, 3, 7))
add("pool.adaptive_avg3d", lambda x: F.adaptive_avg_pool3d(x, (2, 3, 4)), x=(2, 2, 3, 5, 3))
add("pool.adaptive_max1d", lambda x: F.adaptive_max_pool1d(x, 4, return_indices=True), x=(2, 3, 7))
add("pool.adaptive_max2d", lambda x: F.adaptive_max_pool2d(x, (3, 4), return_indices=True), x=(2, 2, 7, 6))
add("pool.adaptive_max2d_nan", lambda x: F.adaptive_max_pool2d(x, (2, 3), return_indices=True), x=nan)
add("pool.adaptive_max2d_ties", lambda x: F.adaptive_max_pool2d(x, 2, return_indices=True), x=ints("pool.more_ties", 2, 2, 5, 5))
add("pool.adaptive_max3d", lambda x: F.adaptive_max_pool3d(x, (2, 3, 4), return_indices=True), x=(2, 2, 3, 5, 3))
add("pool.lp1d", lambda x: F.lp_pool1d(x, 2, 3, 2), x=(2, 3, 8))
add("pool.lp2d", lambda x: F.lp_pool2d(x, 3, (3, 2), 2, True), x=torch.rand(2, 2, 6, 5, generator=golden.generator("pool.positive")))
add("pool.lp2d_sum", lambda x: F.lp_pool2d(x, 1, 2), x=torch.rand(2, 4, 4, generator=golden.generator("pool.positive2")))
add("pool.lp3d", lambda x: F.lp_pool3d(x, 4, 2, 1), x=(1, 2, 3, 4, 3))
samples = torch.rand(2, 2, 2, generator=golden.generator("pool.samples"))
arrays["pool.fractional.samples"] = samples
add("pool.fractional", lambda x: F.fractional_max_pool2d(x, (2, 3), (4, 3), _random_samples=samples, return_indices=True), x=(2, 2, 8, 7))
samples3 = torch.rand(2, 1, 3, generator=golden.generator("pool.samples3"))
arrays["pool.fractional3d.samples"] = samples3
add("pool.fractional3d", lambda x: F.fractional_max_pool3d(x, (1, 2, 3), (3, 2, 2), _random_samples=samples3, return_indices=True), x=(2, 1, 5, 6, 7))
add("pool.adaptive_avg3d_unchanged", lambda x: F.adaptive_avg_pool3d(x, (2, None, 4)), x=(2, 3, 2, 3))
add("pool.adaptive_max2d_unchanged", lambda x: F.adaptive_max_pool2d(x, (None, 2), return_indices=True), x=(2, 3, 5))
for dims, f, unpool, size in ((1, F.max_pool1d, F.max_unpool1d, (7,)), (2, F.max_pool2d, F.max_unpool2d, (7, 6)),
                              (3, F.max_pool3d, F.max_unpool3d, (5, 4, 6))):
    at = f(randn(f"pool.at{dims}", 2, 2, *size), 2, return_indices=True)[1]
    add(f"pool.unpool{dims}d", lambda x, indices: unpool(x, indices, 2, output_size=size), x=tuple(at.shape), indices=at)
at = F.max_pool2d(randn("pool.at", 2, 6, 7), (2, 3), (2, 3), (0, 1), return_indices=True)[1]
add("pool.unpool2d_alone", lambda x, indices: F.max_unpool2d(x, indices, (2, 3), (2, 3), (0, 1)), x=tuple(at.shape), indices=at)

for mode, shape, sizes in (("linear", (2, 3, 5), ((8,), (3,), (5,), (1,))), ("bilinear", (2, 2, 4, 5), ((7, 9), (3, 2), (4, 8), (1, 1))),
                           ("bicubic", (2, 2, 4, 5), ((7, 9), (3, 2), (4, 8), (1, 1))),
                           ("trilinear", (1, 2, 3, 4, 2), ((5, 3, 4), (2, 8, 1)))):
    for corners in (False, True):
        for size in sizes:
            name = f"resample.{mode}_{'x'.join(map(str, size))}{'_corners' if corners else ''}"
            add(name, lambda x: F.interpolate(x, size, mode=mode, align_corners=corners), x=shape)
    add(f"resample.{mode}_factor", lambda x: F.interpolate(x, scale_factor=1.7, mode=mode, align_corners=False), x=shape)
    add(f"resample.{mode}_recomputed", lambda x: F.interpolate(x, scale_factor=1.7, mode=mode, align_corners=False, recompute_scale_factor=True),
        x=shape)
    if mode != "bicubic":   # PyTorch 2.13's gradient is that of a copy there, its value is not
        add(f"resample.{mode}_same", lambda x: F.interpolate(x, scale_factor=1.15, mode=mode, align_corners=False), x=shape)
for mode in ("bilinear", "bicubic"):
    for size in ((3, 2), (2, 9), (4, 5), (1, 1)):
        for corners in (False, True):
            name = f"resample.{mode}_smooth_{'x'.join(map(str, size))}{'_corners' if corners else ''}"
            add(name, lambda x: F.interpolate(x, size, mode=mode, align_corners=corners, antialias=True), x=(2, 2, 7, 6))
for mode in ("nearest", "nearest-exact", "area"):
    word = mode.replace("-", "_")
    for shape, sizes in (((2, 3, 5), ((8,), (3,), (10,))), ((2, 2, 4, 5), ((7, 9), (3, 2), (8, 10))), ((1, 2, 3, 4, 2), ((5, 3, 4),))):
        for size in sizes:
            add(f"resample.{word}_{'x'.join(map(str, size))}", lambda x: F.interpolate(x, size, mode=mode), x=shape)
    add(f"resample.{word}_factor", lambda x: F.interpolate(x, scale_factor=(0.6, 2.3), mode=mode), x=(1, 2, 7, 6))

# Places inside and outside, on pixels and on the edges.
grids = {2: (torch.rand(2, 3, 4, 2, generator=golden.generator("grid.2")) - 0.5) * 3.6,
         3: (torch.rand(2, 2, 3, 2, 3, generator=golden.generator("grid.3")) - 0.5) * 3.6}
grids[2][0, 0, 0], grids[2][0, 0, 1], grids[2][1, 1] = torch.tensor([-1.0, 1.0]), torch.tensor([0.0, 0.5]), torch.tensor([5.0, -7.0])
for dims, shape in ((2, (2, 3, 5, 4)), (3, (2, 2, 3, 4, 5))):
    for mode in ("bilinear", "nearest") + (("bicubic",) if dims == 2 else ()):
        for padding in ("zeros", "border", "reflection"):
            for corners in (False, True):
                add(f"grid.{dims}d_{mode}_{padding}{'_corners' if corners else ''}",
                    lambda x, grid: F.grid_sample(x, grid, mode, padding, corners), x=shape, grid=grids[dims])
for corners in (False, True):
    end = "_corners" if corners else ""
    add(f"affine.2d{end}", lambda theta: F.affine_grid(theta, (2, 1, 3, 4), corners), theta=(2, 2, 3))
    add(f"affine.3d{end}", lambda theta: F.affine_grid(theta, (2, 1, 3, 1, 2), corners), theta=(2, 3, 4))
add("shuffle.pixel", lambda x: F.pixel_shuffle(x, 2), x=(2, 8, 2, 3))
add("shuffle.unpixel", lambda x: F.pixel_unshuffle(x, 2), x=(2, 4, 6))
add("shuffle.channel", lambda x: F.channel_shuffle(x, 3), x=(2, 6, 2, 2))

golden.save("spatial", arrays)
