"""A small vision transformer (Dosovitskiy et al., 2021; without a token of the class, Beyer et al., 2022) with AdamW: images of 32 x 32,
patches of 4 x 4, width 128, 4 layers, 4 heads, batch 64: a step on a preloaded batch."""
import common
import torch
from torch.nn import Conv2d, LayerNorm, Linear
from torch.nn.functional import gelu, scaled_dot_product_attention

WIDTH, HEADS, PLACES = 128, 4, 64


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = LayerNorm(WIDTH)
        self.qkv = Linear(WIDTH, 3 * WIDTH)
        self.out = Linear(WIDTH, WIDTH)
        self.norm2 = LayerNorm(WIDTH)
        self.wide = Linear(WIDTH, 4 * WIDTH)
        self.narrow = Linear(4 * WIDTH, WIDTH)

    def attention(self, x):
        n = len(x)
        query, key, value = self.qkv(x).view(n, PLACES, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        return self.out(scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape(n, PLACES, WIDTH))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.narrow(gelu(self.wide(self.norm2(x))))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = Conv2d(3, WIDTH, 4, stride=4)
        self.positions = torch.nn.Parameter(torch.zeros(PLACES, WIDTH))
        self.blocks = torch.nn.Sequential(*(Block() for _ in range(4)))
        self.norm = LayerNorm(WIDTH)
        self.output = Linear(WIDTH, 10)

    def forward(self, image):
        x = self.patches(image).flatten(2).transpose(1, 2) + self.positions
        return self.output(self.norm(self.blocks(x)).mean(1))


options = common.arguments()
net = Net()
# A module's own parameters come before those of its layers; in the file they stand where the model's text has them.
order = ["patches.weight", "patches.bias", "positions"]
names = order + [name for name, _ in net.named_parameters() if name not in order]
common.load_weights(net, options, "vit", names)
adam = torch.optim.AdamW(net.parameters(), lr=1e-3, fused=True)
common.measure_steps_on(options, net, adam, common.colours(options)[:-1])
