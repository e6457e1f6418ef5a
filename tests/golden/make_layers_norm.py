"""Normalisation, to layers/norm.safetensors. See layer_cases.py."""
from torch import nn

from layer_cases import case, save

case("batch_norm_1d", lambda: nn.BatchNorm1d(3), [(4, 3)])
case("batch_norm_1d_length", lambda: nn.BatchNorm1d(3, eps=1e-3, momentum=0.3), [(2, 3, 4)], scale=2)
case("batch_norm_1d_without_bias", lambda: nn.BatchNorm1d(3, bias=False), [(4, 3)])
case("batch_norm_2d", lambda: nn.BatchNorm2d(2), [(2, 2, 2, 3)])
case("batch_norm_2d_plain", lambda: nn.BatchNorm2d(2, affine=False, momentum=None), [(2, 2, 2, 3)])
case("batch_norm_2d_untracked", lambda: nn.BatchNorm2d(2, track_running_stats=False), [(2, 2, 2, 3)], steps=("train0", "eval"))
case("batch_norm_3d", lambda: nn.BatchNorm3d(2), [(2, 2, 2, 2, 3)], scale=3)
case("batch_norm_3d_plain", lambda: nn.BatchNorm3d(2, affine=False, momentum=0.5), [(2, 2, 1, 2, 2)])
case("layer_norm", lambda: nn.LayerNorm(5), [(3, 5)])
case("layer_norm_two", lambda: nn.LayerNorm([2, 3], eps=1e-2), [(2, 2, 2, 3)])
case("layer_norm_without_bias", lambda: nn.LayerNorm(5, bias=False), [(3, 5)])
case("layer_norm_plain", lambda: nn.LayerNorm(5, elementwise_affine=False), [(3, 5)])
case("layer_norm_one_sample", lambda: nn.LayerNorm(5), [(5,)])
case("rms_norm", lambda: nn.RMSNorm(5), [(3, 5)])
case("rms_norm_two", lambda: nn.RMSNorm([2, 3], eps=1e-2), [(2, 2, 3)])
case("rms_norm_plain", lambda: nn.RMSNorm(5, elementwise_affine=False), [(3, 5)])
case("group_norm", lambda: nn.GroupNorm(2, 4), [(2, 4, 3)])
case("group_norm_without_bias", lambda: nn.GroupNorm(2, 4, eps=1e-2, bias=False), [(2, 4, 2, 2)])
case("group_norm_plain", lambda: nn.GroupNorm(1, 4, affine=False), [(2, 4)])
case("instance_norm_1d", lambda: nn.InstanceNorm1d(3), [(2, 3, 4)])
case("instance_norm_1d_one_sample", lambda: nn.InstanceNorm1d(3, affine=True), [(3, 4)])
case("instance_norm_1d_tracked", lambda: nn.InstanceNorm1d(3, track_running_stats=True), [(2, 3, 4)])
case("instance_norm_2d", lambda: nn.InstanceNorm2d(2, affine=True, eps=1e-2), [(2, 2, 2, 3)])
case("instance_norm_2d_tracked", lambda: nn.InstanceNorm2d(2, affine=True, track_running_stats=True, momentum=0.3), [(2, 2, 2, 3)])
case("instance_norm_2d_tracked_sample", lambda: nn.InstanceNorm2d(2, track_running_stats=True), [(2, 2, 3)])
case("instance_norm_3d", lambda: nn.InstanceNorm3d(2, affine=True, bias=False), [(2, 2, 2, 2, 2)])
case("instance_norm_3d_tracked", lambda: nn.InstanceNorm3d(2, track_running_stats=True), [(2, 2, 1, 2, 3)])
case("local_response_norm", lambda: nn.LocalResponseNorm(2), [(2, 4, 3)], scale=3)
case("local_response_norm_options", lambda: nn.LocalResponseNorm(3, 0.5, 0.6, 2.0), [(2, 4, 2, 2)])
# PyTorch's own never takes the first channel out of its sums again (c > pre_pad, where it should be >=), and of an odd size the gradient is that
# of other channels: by local_response_norm it is right; of an even size it has the channels of the odd size below, and alpha/size as it is.
lrn = nn.functional.local_response_norm
case("cross_map_lrn", lambda: nn.CrossMapLRN2d(3, 0.5), [(2, 5, 2, 2)], call=lambda f, x: lrn(x, 3, 0.5))
case("cross_map_lrn_even", lambda: nn.CrossMapLRN2d(4, 0.5, 0.6, 2.0), [(2, 5, 2, 2)], call=lambda f, x: lrn(x, 3, 0.5 * 3 / 4, 0.6, 2.0))
case("cross_map_lrn_few", lambda: nn.CrossMapLRN2d(4, 0.5, 0.6, 2.0), [(2, 2, 2, 2)])
save("norm")
