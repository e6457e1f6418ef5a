"""onnx/: what PyTorch's two exporters write for small models; onnx_values/: what PyTorch computes, <name>.x and <name>.y, in f64."""
import pathlib

import torch
from torch import nn

from golden import save, seed

HERE = pathlib.Path(__file__).parent / "onnx"


class Conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.head = nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.Linear(12, 4)
        nn.init.uniform_(self.norm.running_mean)
        nn.init.uniform_(self.norm.running_var, 0.5, 2)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.norm(self.conv(x))), 2)
        return torch.log_softmax(self.head(x.reshape(x.shape[0], -1)), -1)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.gru = nn.LSTM(3, 4, bidirectional=True, batch_first=True), nn.GRU(8, 2, batch_first=True)

    def forward(self, x):
        return self.gru(self.lstm(x)[0])[0]


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(4), nn.Linear(4, 12), nn.Linear(4, 4)

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, n, 3, 2, 2).permute(2, 0, 3, 1, 4)
        mask = torch.ones(n, n, dtype=torch.bool).tril()
        weights = ((q @ k.transpose(-1, -2)) * 0.75).masked_fill(~mask, float("-inf")).softmax(-1)
        return x + nn.functional.silu(self.out((weights @ v).transpose(1, 2).reshape(b, n, 4)))


arrays = {}
for name, net, sample, shape, dynamo in [("conv", Conv, (2, 1, 4, 4), (3, 1, 4, 4), True),
                                         ("recurrent", Recurrent, (2, 5, 3), (3, 5, 3), False),
                                         ("attention", Attention, (2, 5, 4), (3, 5, 4), True)]:
    torch.manual_seed(seed(name))
    net = net().double().eval()
    x = torch.randn(shape, dtype=torch.float64)
    options = {"dynamic_axes": {"x": {0: "batch"}}}
    if dynamo:
        options = {"dynamic_shapes": ({0: torch.export.Dim("batch")},), "external_data": False}
    torch.onnx.export(net, (torch.randn(sample, dtype=torch.float64),), str(HERE / f"{name}.onnx"), input_names=["x"], output_names=["y"],
                      opset_version=18, dynamo=dynamo, **options)
    if dynamo:   # without its notes on where each node comes from
        import onnx
        model = onnx.load(HERE / f"{name}.onnx")
        for thing in [model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info]:
            del thing.metadata_props[:]
        del model.graph.value_info[:]
        onnx.save(model, HERE / f"{name}.onnx")
    arrays[f"{name}.x"], arrays[f"{name}.y"] = x, net(x)
save("onnx_values", arrays)
