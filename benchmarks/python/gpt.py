"""A character GPT (4 layers, width 128, 4 heads, context 128, batch 16) with AdamW: a step on a text."""
import common
import torch
from torch.nn import functional


class Attention(torch.nn.Module):
    """Written by hand: torch.nn.MultiheadAttention copies more."""

    def __init__(self):
        super().__init__()
        self.in_proj = torch.nn.Linear(128, 384)
        self.out_proj = torch.nn.Linear(128, 128)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (part.view(batch, length, 4, 32).transpose(1, 2) for part in self.in_proj(x).split(128, -1))
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(y.transpose(1, 2).reshape(batch, length, width))


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.linear1 = torch.nn.Linear(128, 512)
        self.linear2 = torch.nn.Linear(512, 128)
        self.norm1 = torch.nn.LayerNorm(128)
        self.norm2 = torch.nn.LayerNorm(128)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.linear2(functional.gelu(self.linear1(self.norm2(x))))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.Parameter(torch.zeros(128, 128))
        self.places = torch.nn.Parameter(torch.zeros(128, 128))
        self.blocks = torch.nn.ModuleList(Block() for _ in range(4))
        self.norm = torch.nn.LayerNorm(128)
        self.output = torch.nn.Linear(128, 128)

    def forward(self, x):
        x = functional.embedding(x, self.words) + self.places
        for block in self.blocks:
            x = block(x)
        return self.output(self.norm(x)).flatten(0, 1)


options = common.arguments()
net = Net()
common.load_weights(net, options, "gpt")
adamw = torch.optim.AdamW(net.parameters(), lr=1e-3, fused=True)
common.measure_steps_on(options, net, adamw, common.characters(options, 128, 16, batch_first=True)[:-1])
