# Writes averages/: EMA and SWA of weights and buffers, and batch norm's statistics computed anew, by torch.optim.swa_utils in
# f64, for tests/optim/around/weight_average_test.cpp and tests/nn/layers/update_batch_norm_test.cpp.    python3 make_averages.py      (PyTorch 2.13)
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn

import golden

SHAPES = [(1,), (17,), (1000,), (4, 6)]
RECORDED = [1, 2, 3, 10, 25]


def table(step, tensor, shape):
    i = torch.arange(torch.Size(shape).numel())
    weight = ((i * 37 + tensor * 11) % 101 - 50).double() / 25
    gradient = ((step * 7919 + i * 104729 + tensor * 1299709) % 2003 - 1001).double() / 500
    return (weight + 0.01 * step * gradient).reshape(shape)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.ParameterList(nn.Parameter(table(0, t, shape)) for t, shape in enumerate(SHAPES))
        self.register_buffer("mean", torch.zeros(3, dtype=torch.float64))

    def go_to(self, step):
        with torch.no_grad():
            for t, p in enumerate(self.p):
                p.copy_(table(step, t, p.shape))
            self.mean.copy_(table(step, 5, (3,)))


def trajectory(use_buffers, average):
    model = Model()
    averaged = AveragedModel(model, multi_avg_fn=average, use_buffers=use_buffers)
    rows = []
    for step in range(1, 26):
        model.go_to(step)
        averaged.update_parameters(model)
        if step in RECORDED:
            tensors = [x.detach().flatten()[:: 40 if t == 2 else 1] for t, x in enumerate(averaged.module.p)]
            rows.append(torch.cat(tensors + [averaged.module.mean]).clone())
    return torch.stack(rows)


arrays = {
    "ema": trajectory(False, get_ema_multi_avg_fn(0.9)),
    "ema_low": trajectory(False, get_ema_multi_avg_fn(0.3)),
    "ema_buffers": trajectory(True, get_ema_multi_avg_fn(0.9)),
    "swa": trajectory(False, None),
    "swa_buffers": trajectory(True, None),
}

torch.manual_seed(20261124)
model = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 3), nn.BatchNorm1d(3, momentum=None)).double()
batches = [3 * torch.randn(n, 4, dtype=torch.float64) + n for n in (6, 2, 9)]
model(torch.randn(7, 4, dtype=torch.float64))
arrays |= {f"bn.before.{name}": x.clone() for name, x in model.state_dict().items()}
arrays |= {f"bn.batch.{i}": batch for i, batch in enumerate(batches)}
update_bn(((batch, None) for batch in batches), model)
arrays |= {f"bn.after.{name}": x.clone() for name, x in model.state_dict().items()}
golden.save("averages", arrays, subject=golden.family)
