"""Linear, Identity, Flatten and the cells, to layers/linear.safetensors. See layer_cases.py."""
from torch import nn

from layer_cases import case, save

case("linear_plain", lambda: nn.Linear(5, 3), [(4, 5)])
case("linear_without_bias", lambda: nn.Linear(5, 3, bias=False), [(2, 4, 5)])
case("linear_one_sample", lambda: nn.Linear(5, 3), [(5,)])
case("identity", lambda: nn.Identity(), [(2, 3)])
case("flatten_plain", lambda: nn.Flatten(), [(2, 3, 2, 2)])
case("flatten_middle", lambda: nn.Flatten(1, 2), [(2, 3, 2, 2)])
save("linear")
