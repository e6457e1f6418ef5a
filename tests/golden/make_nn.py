"""Layers and models in f64 to nn/ (state, inputs, outputs, gradients), and saved/net.safetensors, the state_dict of a model in f32, as people
save it; for tests/nn/layers/golden_test.cpp."""
import torch
from torch import nn

import golden

arrays = {}


def keep(name, tensor):
    arrays[name] = tensor.detach().clone()


def keep_state(name, module):
    for key, value in module.state_dict().items():
        keep(f"{name}.{key}", value)


def randomise(module):
    module.to(torch.float64)
    for p in module.parameters():
        nn.init.normal_(p, std=0.5)
    return module


# One call and one backward of sum(y · g): NAME.state.*, .x, .y, .g, .grad.x, .grad.*
def call(name, module, x):
    keep_state(f"{name}.state", module)
    x = x.clone().requires_grad_()
    y = module(x)
    g = torch.randn_like(y)
    module.zero_grad()
    (y * g).sum().backward()
    for key, value in {"x": x, "y": y, "g": g, "grad.x": x.grad}.items():
        keep(f"{name}.{key}", value)
    for key, p in module.named_parameters():
        keep(f"{name}.grad.{key}", p.grad)
    keep_state(f"{name}.after", module)


# All that is random in a case comes from its name: the weights, the input of this shape, the gradient of the result.
def case(name, module, *shape):
    torch.manual_seed(golden.seed(name))
    call(name, randomise(module), torch.randn(*shape, dtype=torch.float64))


# Three batches in training, then one in evaluation: NAME.0 … NAME.2, NAME.eval
def batches(name, module, *shape):
    torch.manual_seed(golden.seed(name))
    randomise(module)
    for i in range(3):
        call(f"{name}.{i}", module, 3 * torch.randn(*shape, dtype=torch.float64) + i)
    module.eval()
    call(f"{name}.eval", module, torch.randn(*shape, dtype=torch.float64))


case("linear", nn.Linear(5, 3), 2, 4, 5)
case("linear_without_bias", nn.Linear(5, 3, bias=False), 4, 5)
case("conv", nn.Conv2d(2, 3, 3, padding=1), 2, 2, 5, 6)
case("conv_all_options", nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2), 2, 4, 7, 6)
case("conv_without_bias", nn.Conv2d(2, 2, 2, stride=2, bias=False), 1, 2, 4, 5)
batches("batch_norm_1d", nn.BatchNorm1d(3), 6, 3)
batches("batch_norm_1d_length", nn.BatchNorm1d(3, eps=1e-3, momentum=0.3), 2, 3, 4)
batches("batch_norm_2d", nn.BatchNorm2d(2), 2, 2, 3, 3)
batches("batch_norm_2d_plain", nn.BatchNorm2d(2, affine=False, momentum=None), 2, 2, 2, 3)
batches("batch_norm_2d_untracked", nn.BatchNorm2d(2, track_running_stats=False), 2, 2, 2, 3)
case("max_pool", nn.MaxPool2d(3, stride=2, padding=1), 2, 2, 6, 7)
case("avg_pool", nn.AvgPool2d(2), 2, 2, 5, 6)
case("avg_pool_unpadded", nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False), 1, 2, 4, 4)
case("adaptive_pool", nn.AdaptiveAvgPool2d((2, 3)), 2, 2, 5, 7)
case("mlp", nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 8), nn.GELU(approximate="tanh"), nn.Linear(8, 6),
                          nn.ReLU(), nn.Linear(6, 3), nn.LogSoftmax(dim=-1)), 5, 4)
case("squashed", nn.Sequential(nn.Flatten(), nn.Sigmoid(), nn.Softplus(), nn.Softmax(dim=-1)), 3, 2, 4)


class GatedBlock(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.data = nn.Linear(n, n)
        self.gate = nn.Linear(n, n)

    def forward(self, x):
        return self.data(x) * torch.sigmoid(self.gate(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.blocks = nn.ModuleList([GatedBlock(16), GatedBlock(16)])
        self.output = nn.Linear(16, 3)

    def forward(self, x):
        x = self.features(x)
        for block in self.blocks:
            x = block(x)
        return self.output(x)


# A small convolutional network, its loss and all its gradients.
net = Net()
case("cnn", net, 5, 1, 4, 4)
label = torch.tensor([0, 2, 1, 1, 0])
net.zero_grad()
loss = nn.functional.cross_entropy(net(arrays["cnn.x"]), label)
loss.backward()
keep("cnn.label", label)
keep("cnn.loss", loss)
for key, p in net.named_parameters():
    keep(f"cnn.loss_grad.{key}", p.grad)

# The same architecture in f32 after three steps of training, saved by PyTorch alone.
torch.manual_seed(golden.seed("saved"))
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(torch.randn(8, 1, 4, 4)), torch.randint(0, 3, (8,))).backward()
    optimizer.step()
model.eval()
golden.save("saved", model.state_dict(), subject=lambda name: "net")
x = torch.randn(5, 1, 4, 4)
keep("saved.x", x)
keep("saved.y", model(x))

# Initialisation: gains.
for name, a in {"linear": None, "sigmoid": None, "tanh": None, "relu": None, "leaky_relu": 0.2, "selu": None}.items():
    keep(f"gain.{name}", torch.tensor(nn.init.calculate_gain(name, a), dtype=torch.float64))

golden.save("nn", arrays)
