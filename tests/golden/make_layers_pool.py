"""Pooling layers, to layers/pool.safetensors. See layer_cases.py."""
import torch
import torch.nn.functional as F
from torch import nn

from layer_cases import case, save

case("max_pool1d", lambda: nn.MaxPool1d(2), [(2, 2, 5)])
case("max_pool1d_options", lambda: nn.MaxPool1d(3, 2, 1, dilation=2, ceil_mode=True, return_indices=True), [(2, 8)])
case("max_pool2d", lambda: nn.MaxPool2d(3, stride=2, padding=1), [(2, 2, 5, 4)])
case("max_pool2d_options", lambda: nn.MaxPool2d((2, 3), (2, 1), (0, 1), (2, 1), ceil_mode=True, return_indices=True), [(2, 1, 6, 5)])
case("max_pool3d", lambda: nn.MaxPool3d(2), [(2, 1, 2, 3, 4)])
case("max_pool3d_options", lambda: nn.MaxPool3d((1, 2, 2), (1, 2, 1), (0, 1, 0), ceil_mode=True, return_indices=True), [(1, 2, 3, 3)])
case("adaptive_max_pool1d", lambda: nn.AdaptiveMaxPool1d(3), [(2, 2, 5)])
case("adaptive_max_pool1d_indices", lambda: nn.AdaptiveMaxPool1d(2, return_indices=True), [(2, 5)])
case("adaptive_max_pool2d", lambda: nn.AdaptiveMaxPool2d((2, None)), [(2, 2, 3, 4)])
case("adaptive_max_pool2d_indices", lambda: nn.AdaptiveMaxPool2d(2, return_indices=True), [(2, 5, 3)])
case("adaptive_max_pool3d", lambda: nn.AdaptiveMaxPool3d((None, 2, None), return_indices=True), [(2, 1, 2, 3, 3)])

# Places among those that pooling had chosen, no two alike.
for dims, pool, unpool, shape, size in ((1, nn.MaxPool1d, nn.MaxUnpool1d, (2, 2, 5), (5,)), (2, nn.MaxPool2d, nn.MaxUnpool2d, (2, 1, 4, 5), (4, 5)),
                                        (3, nn.MaxPool3d, nn.MaxUnpool3d, (2, 1, 2, 3, 4), (2, 3, 4))):
    draw = torch.Generator().manual_seed(dims)
    at = pool(2, return_indices=True)(torch.randn(shape, generator=draw))[1]
    case(f"max_unpool{dims}d", lambda: unpool(2), [tuple(at.shape), at], call=lambda f, x, at: f(x, at, output_size=size))
    usual = pool((2,) * dims, (2,) * dims, return_indices=True)(torch.randn(1, *(2 * s for s in at.shape[2:]), generator=draw))[1]
    case(f"max_unpool{dims}d_one_sample", lambda: unpool(2, 2), [tuple(usual.shape), usual])

# Their samples are this everywhere, in the test as here, and no state.
for dims, module, pool, shape, options in (
        (2, nn.FractionalMaxPool2d, F.fractional_max_pool2d, (2, 2, 6, 5), dict(kernel_size=(2, 3), output_size=(3, 2))),
        (3, nn.FractionalMaxPool3d, F.fractional_max_pool3d, (2, 1, 4, 6, 5), dict(kernel_size=(1, 2, 3), output_size=(3, 2, 2)))):
    samples = torch.tensor([[[0.3, 0.7, 0.1], [0.05, 0.4, 0.8]], [[0.9, 0.2, 0.6], [0.5, 0.95, 0.35]]])[:, :shape[1], :dims]
    call = lambda f, x: pool(x, f.kernel_size, f.output_size, f.output_ratio, f.return_indices, samples[:x.shape[0] if x.dim() > dims + 1 else 1])
    case(f"fractional_max_pool{dims}d", lambda: module(**options, return_indices=True), [shape], call=call)
    case(f"fractional_max_pool{dims}d_ratio", lambda: module(2, output_ratio=(0.5, 0.7, 0.4)[:dims]), [shape[1:]], call=call)

case("avg_pool1d", lambda: nn.AvgPool1d(2), [(2, 2, 5)])
case("avg_pool1d_options", lambda: nn.AvgPool1d(3, 2, 1, True, False), [(2, 6)])
case("avg_pool2d", lambda: nn.AvgPool2d(2), [(2, 2, 5, 4)])
case("avg_pool2d_options", lambda: nn.AvgPool2d((3, 2), (2, 1), (1, 0), True, False), [(2, 2, 4, 3)])
case("avg_pool2d_divisor", lambda: nn.AvgPool2d(2, padding=1, divisor_override=3), [(2, 3, 3)])
case("avg_pool3d", lambda: nn.AvgPool3d(2), [(2, 1, 2, 3, 4)])
case("avg_pool3d_options", lambda: nn.AvgPool3d((1, 2, 2), (1, 2, 1), (0, 1, 1), True, False, 3), [(1, 2, 3, 2)])
case("adaptive_avg_pool1d", lambda: nn.AdaptiveAvgPool1d(3), [(2, 2, 5)])
case("adaptive_avg_pool2d", lambda: nn.AdaptiveAvgPool2d((None, 2)), [(2, 2, 3, 3)])
case("adaptive_avg_pool2d_one_sample", lambda: nn.AdaptiveAvgPool2d(1), [(2, 3, 3)])
case("adaptive_avg_pool3d", lambda: nn.AdaptiveAvgPool3d((2, None, 2)), [(2, 1, 3, 2, 3)])
case("lp_pool1d", lambda: nn.LPPool1d(2, 2), [(2, 2, 5)])
case("lp_pool1d_options", lambda: nn.LPPool1d(4, 3, 2, True), [(2, 5)])
case("lp_pool2d", lambda: nn.LPPool2d(2, 2), [(2, 2, 4, 3)])
case("lp_pool2d_options", lambda: nn.LPPool2d(1, (2, 3), 1), [(2, 1, 3, 4)])
case("lp_pool3d", lambda: nn.LPPool3d(4, 2), [(2, 1, 2, 4, 2)])
save("pool")
