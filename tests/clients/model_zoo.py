"""The models of models.py, as one writes them in PyTorch, with the names of torchvision and of Hugging Face; models.cpp has their twins."""
import torch
from torch import nn
from torch.nn import functional as F


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(6, 16), nn.Linear(16, 16), nn.Linear(16, 3)

    def forward(self, x):
        return self.fc3(torch.tanh(self.fc2(F.relu(self.fc1(x)))))


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(16 * 5 * 5, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv2(F.avg_pool2d(torch.tanh(self.conv1(x)), 2))), 2)
        return self.fc3(torch.tanh(self.fc2(torch.tanh(self.fc1(x.flatten(1))))))


class Block(nn.Module):
    def __init__(self, before, width, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        narrow = stride == 1 and before == width
        self.downsample = None if narrow else nn.Sequential(nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        for i, (before, width) in enumerate([(64, 64), (64, 128), (128, 256), (256, 512)]):
            setattr(self, f"layer{i + 1}", nn.Sequential(Block(before, width, 1 if i == 0 else 2), Block(width, width, 1)))
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(20, 8)
        self.rnn = nn.LSTM(8, 12, num_layers=2, batch_first=True, bidirectional=True)
        self.output = nn.Linear(24, 20)

    def forward(self, x):
        return self.output(self.rnn(self.words(x))[0])


class Conv1D(nn.Module):
    """Hugging Face's: a linear layer whose matrix is [in, out]."""
    def __init__(self, before, after):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(before, after) * 0.2), nn.Parameter(torch.randn(after) * 0.1)

    def forward(self, x):
        return x @ self.weight + self.bias


class Part(nn.Module):
    """Of named layers."""
    def __init__(self, **layers):
        super().__init__()
        for name, layer in layers.items():
            setattr(self, name, layer)


class Gpt2(nn.Module):
    def __init__(self, words=40, context=16, width=24, layers=3, heads=4):
        super().__init__()
        self.heads = heads
        blocks = [Part(ln_1=nn.LayerNorm(width), attn=Part(c_attn=Conv1D(width, 3 * width), c_proj=Conv1D(width, width)),
                       ln_2=nn.LayerNorm(width), mlp=Part(c_fc=Conv1D(width, 4 * width), c_proj=Conv1D(4 * width, width)))
                  for _ in range(layers)]
        self.transformer = Part(wte=nn.Embedding(words, width), wpe=nn.Embedding(context, width), h=nn.ModuleList(blocks),
                                ln_f=nn.LayerNorm(width))
        self.lm_head = nn.Linear(width, words, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, x):
        t = self.transformer
        h = t.wte(x) + t.wpe(torch.arange(x.shape[1]))
        for block in t.h:
            q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in block.attn.c_attn(block.ln_1(h)).chunk(3, -1))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            h = h + block.attn.c_proj(y.transpose(1, 2).flatten(2))
            h = h + block.mlp.c_proj(F.gelu(block.mlp.c_fc(block.ln_2(h)), approximate="tanh"))
        return self.lm_head(t.ln_f(h))


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Transformer(16, 4, 2, 2, 24, dropout=0.0, batch_first=True)

    def forward(self, source, target):
        mask = nn.Transformer.generate_square_subsequent_mask(target.shape[1], dtype=target.dtype)
        return self.net(source, target, tgt_mask=mask, tgt_is_causal=True)


MODELS = {"mlp": Mlp, "lenet": LeNet, "resnet18": ResNet18, "lstm": Lstm, "gpt2": Gpt2, "transformer": Seq2Seq}
INPUTS = {"mlp": [(5, 6)], "lenet": [(2, 1, 28, 28)], "resnet18": [(2, 3, 64, 64)], "transformer": [(2, 5, 16), (2, 4, 16)]}
WORDS = {"lstm": (20, (3, 7)), "gpt2": (40, (2, 11))}


def model(name, dtype):
    """A model of this dtype and its inputs by name, always the same."""
    torch.manual_seed(1)
    net = MODELS[name]().to(dtype)
    net.tied = {"lm_head.weight": "transformer.wte.weight"} if name == "gpt2" else {}
    for norm in net.modules():   # running statistics as after some training
        if isinstance(norm, nn.BatchNorm2d):
            norm.running_mean.normal_(0, 0.1), norm.running_var.uniform_(0.5, 1.5), norm.num_batches_tracked.fill_(3)
    if name in WORDS:
        most, shape = WORDS[name]
        return net, {"x": torch.randint(0, most, shape)}
    return net, {"x" if i == 0 else f"x{i + 1}": torch.randn(shape, dtype=dtype) for i, shape in enumerate(INPUTS[name])}


def weights(net):
    """The state, tied weights once, as safetensors want it."""
    return {name: x.detach() for name, x in net.state_dict().items() if name not in net.tied}


def take(net, state):
    """Strictly, with all names where they are tied."""
    for name, first in net.tied.items():
        state = {**state, name: state.get(name, state[first])}
    net.load_state_dict(state, strict=True)
