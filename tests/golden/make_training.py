"""To training/: a convolutional network with batch norm trained 200 steps by PyTorch in double precision, and for each
optimizer its losses. The pictures are the first 300 of Fashion-MNIST (Debian's package dataset-fashion-mnist), four pixels made one by their
rounded mean; 300 pictures in batches of 64 make every fifth batch one of 44. The same training is done again in NumPy alone, gradients and
optimizers by their formulas, and must agree before anything is written.
"""
import gzip
import math

import numpy as np
import torch

import golden

COUNT, BATCH, STEPS = 300, 64, 200
FOLDER = "/usr/share/datasets/fashion-mnist/"
with gzip.open(FOLDER + "train-images-idx3-ubyte.gz") as file:
    pixels = np.frombuffer(file.read(16 + COUNT * 784)[16:], np.uint8).reshape(COUNT, 14, 2, 14, 2)
with gzip.open(FOLDER + "train-labels-idx1-ubyte.gz") as file:
    LABELS = np.frombuffer(file.read(8 + COUNT)[8:], np.uint8)
IMAGES = np.floor(pixels.mean(axis=(2, 4)) + 0.5).astype(np.uint8)

NAMES = ["conv.weight", "conv.bias", "norm.weight", "norm.bias", "hidden.weight", "hidden.bias", "output.weight", "output.bias"]
SHAPES = [(4, 1, 3, 3), (4,), (4,), (4,), (16, 4 * 6 * 6), (16,), (10, 16), (10,)]
draw = np.random.default_rng(1)
WEIGHTS = [np.ones(4) if name == "norm.weight" else draw.uniform(-1, 1, shape) / math.sqrt(max(9, np.prod(shape[1:])))
           for name, shape in zip(NAMES, SHAPES)]


def batches():
    for step in range(STEPS):
        begin = step * BATCH % (math.ceil(COUNT / BATCH) * BATCH)
        yield IMAGES[begin:begin + BATCH].astype(np.float64) / 255, LABELS[begin:begin + BATCH].astype(np.int64)


class Net(torch.nn.Module):
    """14x14 -> 3x3 convolution -> batch norm -> relu -> 2x2 means (6x6) -> 16 (tanh) -> 10"""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4)
        self.hidden, self.output = torch.nn.Linear(144, 16), torch.nn.Linear(16, 10)
        self.load_state_dict({name: torch.from_numpy(w.copy()) for name, w in zip(NAMES, WEIGHTS)}, strict=False)

    def forward(self, x):
        x = torch.nn.functional.avg_pool2d(torch.relu(self.norm(self.conv(x[:, None]))), 2)
        return self.output(torch.tanh(self.hidden(x.flatten(1))))


def by_torch(make):
    net = Net()
    optimizer, schedule = make(net)
    losses = []
    for image, label in batches():
        loss = torch.nn.functional.cross_entropy(net(torch.from_numpy(image)), torch.from_numpy(label))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule:
            schedule.step()
        losses.append(loss.item())
    return np.array(losses)


def loss_and_gradients(w, image, label):
    """The network and its gradients in NumPy."""
    conv, conv_bias, scale, shift, hidden, hidden_bias, output, output_bias = w
    n = len(image)
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3), axis=(1, 2))            # [n, 12, 12, 3, 3]
    x = np.einsum("nhwij,cij->nchw", windows, conv[:, 0]) + conv_bias[:, None, None]
    deviation = np.sqrt(x.var(axis=(0, 2, 3)) + 1e-5)[:, None, None]
    normal = (x - x.mean(axis=(0, 2, 3), keepdims=True)) / deviation
    y = normal * scale[:, None, None] + shift[:, None, None]
    flat = np.maximum(y, 0).reshape(n, 4, 6, 2, 6, 2).mean(axis=(3, 5)).reshape(n, 144)
    h = np.tanh(flat @ hidden.T + hidden_bias)
    logits = h @ output.T + output_bias
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(n), label]).mean()

    d = (p - np.eye(10)[label]) / n
    dh = d @ output * (1 - h * h)
    dy = np.repeat(np.repeat((dh @ hidden).reshape(n, 4, 6, 6) / 4, 2, axis=2), 2, axis=3) * (y > 0)
    dn = dy * scale[:, None, None]
    dx = (dn - dn.mean(axis=(0, 2, 3), keepdims=True) - normal * (dn * normal).mean(axis=(0, 2, 3), keepdims=True)) / deviation
    return loss, [np.einsum("nchw,nhwij->cij", dx, windows)[:, None], dx.sum(axis=(0, 2, 3)), (dy * normal).sum(axis=(0, 2, 3)),
                  dy.sum(axis=(0, 2, 3)), dh.T @ flat, dh.sum(axis=0), d.T @ h, d.sum(axis=0)]


def by_numpy(rule):
    """rule(name, w, g, state, t) returns the new weight; state: a dict of the parameter's own."""
    w, states, losses = [x.copy() for x in WEIGHTS], [{} for _ in WEIGHTS], []
    for t, (image, label) in enumerate(batches(), 1):
        loss, gradients = loss_and_gradients(w, image, label)
        w = [rule(name, x, g, state, t) for name, x, g, state in zip(NAMES, w, gradients, states)]
        losses.append(loss)
    return np.array(losses)


def momentum(name, w, g, state, t):
    lr = 0.01 + (0.1 - 0.01) * (1 + math.cos(math.pi * (t - 1) / 200)) / 2     # CosineAnnealingLR(T_max=200, eta_min=0.01)
    state["b"] = 0.9 * state["b"] + g if state else g
    return w - lr * state["b"]


def rmsprop(name, w, g, state, t):
    g = g + 1e-3 * w
    state["v"] = 0.9 * state.get("v", 0) + 0.1 * g**2
    return w - 2e-3 * g / (np.sqrt(state["v"]) + 1e-8)


def adam(name, w, g, state, t, lr=5e-3):
    state["m"], state["v"] = 0.9 * state.get("m", 0) + 0.1 * g, 0.999 * state.get("v", 0) + 0.001 * g**2
    return w - lr * (state["m"] / (1 - 0.9**t)) / (np.sqrt(state["v"] / (1 - 0.999**t)) + 1e-8)


def adamw(name, w, g, state, t):
    if name.endswith(".weight") and not name.startswith("norm"):
        return adam(name, w * (1 - 5e-3 * 0.1), g, state, t)
    return adam(name, w, g, state, t, 1e-2)


def torch_momentum(net):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    return optimizer, torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=200, eta_min=0.01)


def torch_adamw(net):
    named = dict(net.named_parameters())
    decay = [name for name in named if name.endswith(".weight") and not name.startswith("norm")]
    return torch.optim.AdamW([{"params": [named[name] for name in decay], "weight_decay": 0.1},
                              {"params": [p for name, p in named.items() if name not in decay], "weight_decay": 0, "lr": 1e-2}], lr=5e-3), None


torch.set_default_dtype(torch.float64)
CASES = {
    "momentum": (torch_momentum, momentum),
    "rmsprop": (lambda net: (torch.optim.RMSprop(net.parameters(), lr=2e-3, alpha=0.9, weight_decay=1e-3), None), rmsprop),
    "adam": (lambda net: (torch.optim.Adam(net.parameters(), lr=5e-3), None), adam),
    "adamw": (torch_adamw, adamw),
}
arrays = {"images": IMAGES, "labels": LABELS} | {"weights." + name: w for name, w in zip(NAMES, WEIGHTS)}
for name, (make, rule) in CASES.items():
    losses, again = by_torch(make), by_numpy(rule)
    apart = np.abs(again / losses - 1).max()
    print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.6f}, NumPy agrees to {apart:.1e}")
    assert apart < 1e-9
    arrays["losses." + name] = losses
golden.save("training", arrays, subject=lambda name: name.removeprefix("losses.") if name.startswith("losses.") else "network")
