"""Convolutions and their transposes in every dimension, to layers/conv.safetensors. See layer_cases.py."""
from torch import nn

from layer_cases import case, save

case("conv1d_plain", lambda: nn.Conv1d(2, 3, 3), [(2, 2, 5)])
case("conv1d_options", lambda: nn.Conv1d(4, 2, 3, stride=2, padding=3, dilation=2, groups=2), [(2, 4, 5)])
case("conv1d_same", lambda: nn.Conv1d(2, 2, 4, padding="same", dilation=2), [(2, 2, 5)])
case("conv1d_valid", lambda: nn.Conv1d(2, 2, 2, padding="valid", bias=False), [(2, 4)])
case("conv1d_reflect", lambda: nn.Conv1d(2, 2, 3, padding=2, padding_mode="reflect"), [(2, 2, 4)])
case("conv1d_replicate", lambda: nn.Conv1d(2, 2, 3, stride=2, padding=2, padding_mode="replicate"), [(2, 2, 4)])
case("conv1d_circular", lambda: nn.Conv1d(2, 2, 4, padding="same", padding_mode="circular"), [(2, 2, 4)])
case("conv2d_plain", lambda: nn.Conv2d(2, 3, 3, padding=1), [(2, 2, 4, 3)])
case("conv2d_options", lambda: nn.Conv2d(4, 2, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2, bias=False), [(2, 4, 4, 3)])
case("conv2d_same", lambda: nn.Conv2d(2, 2, (3, 2), padding="same", dilation=(1, 3)), [(2, 2, 4, 5)])
case("conv2d_one_sample", lambda: nn.Conv2d(2, 2, 2, padding="valid"), [(2, 3, 4)])
case("conv2d_reflect", lambda: nn.Conv2d(2, 2, 3, padding=(1, 2), padding_mode="reflect"), [(2, 2, 3, 3)])
case("conv2d_replicate", lambda: nn.Conv2d(2, 2, (2, 3), padding="same", dilation=(1, 2), padding_mode="replicate"), [(2, 2, 3, 3)])
case("conv2d_circular", lambda: nn.Conv2d(2, 2, 3, stride=2, padding=(2, 1), padding_mode="circular"), [(2, 3, 4)])
case("conv3d_plain", lambda: nn.Conv3d(2, 2, 2), [(2, 2, 3, 2, 3)])
case("conv3d_options", lambda: nn.Conv3d(2, 4, (2, 1, 2), stride=(1, 2, 1), padding=(1, 0, 1), dilation=(1, 1, 2), groups=2, bias=False),
     [(2, 2, 2, 3, 3)])
case("conv3d_same", lambda: nn.Conv3d(1, 2, (2, 3, 2), padding="same"), [(2, 1, 2, 3, 2)])
case("conv3d_reflect", lambda: nn.Conv3d(1, 2, 2, padding=(1, 0, 1), padding_mode="reflect"), [(2, 1, 2, 3, 2)])
case("conv3d_replicate", lambda: nn.Conv3d(1, 2, 2, padding=(2, 1, 0), padding_mode="replicate"), [(2, 1, 1, 2, 2)])
case("conv3d_circular", lambda: nn.Conv3d(1, 2, 2, padding="same", padding_mode="circular"), [(1, 2, 2, 3)])

case("conv_transpose1d_plain", lambda: nn.ConvTranspose1d(2, 3, 3), [(2, 2, 4)])
case("conv_transpose1d_options", lambda: nn.ConvTranspose1d(2, 4, 3, stride=3, padding=1, output_padding=2, groups=2, dilation=2, bias=False),
     [(2, 2, 3)])
case("conv_transpose1d_sized", lambda: nn.ConvTranspose1d(2, 2, 2, stride=3), [(2, 2, 3)], call=lambda f, x: f(x, output_size=(9,)))
case("conv_transpose2d_plain", lambda: nn.ConvTranspose2d(2, 3, 2, stride=2), [(2, 2, 2, 3)])
case("conv_transpose2d_options",
     lambda: nn.ConvTranspose2d(2, 2, (2, 3), stride=(1, 2), padding=(0, 1), output_padding=(1, 0), groups=2, dilation=(2, 1)), [(2, 2, 3, 2)])
case("conv_transpose2d_sized", lambda: nn.ConvTranspose2d(2, 1, 3, stride=2, padding=1), [(2, 2, 2, 3)],
     call=lambda f, x: f(x, output_size=(2, 1, 4, 5)))
case("conv_transpose2d_one_sample", lambda: nn.ConvTranspose2d(2, 2, 2, bias=False), [(2, 3, 2)])
case("conv_transpose3d_plain", lambda: nn.ConvTranspose3d(2, 1, 2, stride=2), [(2, 2, 2, 1, 2)])
case("conv_transpose3d_options",
     lambda: nn.ConvTranspose3d(2, 2, (2, 1, 2), stride=(1, 2, 1), padding=(1, 0, 0), output_padding=(0, 1, 1), groups=2, dilation=(1, 1, 2)),
     [(2, 2, 2, 2, 2)])
case("conv_transpose3d_sized", lambda: nn.ConvTranspose3d(1, 2, 2, stride=(1, 2, 3)), [(1, 2, 2, 2)],
     call=lambda f, x: f(x, output_size=(3, 5, 6)))
save("conv")
