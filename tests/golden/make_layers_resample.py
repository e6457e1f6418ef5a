"""Layers that put something around images, resample and rearrange them, to layers/resample.safetensors. See layer_cases.py."""
from torch import nn

from layer_cases import case, save

for name, module in (("constant", lambda dims, sides: getattr(nn, f"ConstantPad{dims}d")(sides, 1.5)),
                     ("zero", lambda dims, sides: getattr(nn, f"ZeroPad{dims}d")(sides)),
                     ("reflection", lambda dims, sides: getattr(nn, f"ReflectionPad{dims}d")(sides)),
                     ("replication", lambda dims, sides: getattr(nn, f"ReplicationPad{dims}d")(sides)),
                     ("circular", lambda dims, sides: getattr(nn, f"CircularPad{dims}d")(sides))):
    case(f"{name}_pad1d", lambda: module(1, (2, 1)), [(2, 2, 3)])
    case(f"{name}_pad2d", lambda: module(2, (1, 2, 0, 1)), [(2, 2, 2, 3)])
    case(f"{name}_pad3d", lambda: module(3, 1), [(2, 1, 2, 3, 2)])
    case(f"{name}_pad2d_one_sample", lambda: module(2, 1), [(2, 2, 3)])
case("constant_pad2d_cut", lambda: nn.ConstantPad2d((-1, 2, 1, -1), 0.5), [(2, 1, 3, 3)])

case("upsample_nearest", lambda: nn.Upsample(scale_factor=2), [(2, 2, 3)])
case("upsample_linear", lambda: nn.Upsample(5, mode="linear"), [(2, 2, 3)])
case("upsample_bilinear", lambda: nn.Upsample(scale_factor=(1.7, 2), mode="bilinear"), [(2, 1, 3, 2)])
case("upsample_recomputed", lambda: nn.Upsample(scale_factor=1.7, mode="bilinear", recompute_scale_factor=True), [(2, 1, 3, 2)])
case("upsample_bicubic", lambda: nn.Upsample((4, 5), mode="bicubic", align_corners=True), [(2, 1, 3, 2)])
case("upsample_trilinear", lambda: nn.Upsample(3, mode="trilinear", align_corners=True), [(2, 1, 2, 2, 1)])
case("upsampling_nearest2d", lambda: nn.UpsamplingNearest2d((3, 5)), [(2, 1, 2, 3)])
case("upsampling_bilinear2d", lambda: nn.UpsamplingBilinear2d(scale_factor=2), [(2, 1, 2, 3)])
case("pixel_shuffle", lambda: nn.PixelShuffle(2), [(2, 4, 2, 3)])
case("pixel_shuffle_one_sample", lambda: nn.PixelShuffle(2), [(8, 1, 2)])
case("pixel_unshuffle", lambda: nn.PixelUnshuffle(2), [(2, 1, 4, 2)])
case("channel_shuffle", lambda: nn.ChannelShuffle(2), [(2, 6, 2)])
case("unfold", lambda: nn.Unfold((2, 3), dilation=(1, 2), padding=(0, 1), stride=2), [(2, 2, 4, 5)])
case("unfold_one_sample", lambda: nn.Unfold(2), [(2, 3, 2)])
case("fold", lambda: nn.Fold((4, 5), (2, 3), padding=(0, 1), stride=(2, 1)), [(2, 12, 10)])
case("fold_one_sample", lambda: nn.Fold((3, 2), 2), [(8, 2)])
case("unflatten", lambda: nn.Unflatten(1, (2, -1)), [(2, 6, 2)])
case("unflatten_last", lambda: nn.Unflatten(-1, (1, 3)), [(2, 3)])
save("resample")
