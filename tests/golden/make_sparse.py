"""To sparse/: PyTorch's embedding and its gradients, and trajectories of the optimizers that take gradients of rows, in f64.

Weights, indices and gradients of the trajectories come from integer formulas that tests/optim/rules/sparse_test.cpp repeats. Of the four tables
a and b form the first group, c and d the second; every case takes 25 steps under StepLR(10, 0.5), and records all tables after the steps 1,
2, 3, 10 and 25. Table c sometimes has no gradient, a one without rows, b one of all rows; most have some rows twice.
"""
import torch
from torch.nn.functional import embedding

import golden

torch.set_default_dtype(torch.float64)
TABLES = [(11, 3), (5, 2), (8, 4), (1, 6)]
RECORDED = [1, 2, 3, 10, 25]


def weight(table, shape):
    i = torch.arange(torch.Size(shape).numel())
    return (((i * 37 + table * 11) % 101 - 50).double() / 25).reshape(shape)


def indices(step, table):
    n = TABLES[table][0]
    if table == 2 and step % 4 == 1:
        return None
    if table == 0 and step % 5 == 3:
        return torch.empty(0, dtype=torch.int64)
    if table == 1 and step % 6 == 2:
        return torch.arange(n)
    j = torch.arange(3 + (step + table) % 4)
    return (step * 5 + j * j * 3 + j + table * 7) % n


def values(step, table, shape):
    i = torch.arange(torch.Size(shape).numel())
    return (((step * 7919 + i * 104729 + table * 1299709) % 2003 - 1001).double() / 500).reshape(shape)


def trajectory(optimizer_class, first, second):
    w = [weight(t, shape).requires_grad_() for t, shape in enumerate(TABLES)]
    optimizer = optimizer_class([{"params": w[:2], **first}, {"params": w[2:], **second}])
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10, 0.5)
    rows = []
    for step in range(25):
        optimizer.zero_grad()
        for t in range(len(TABLES)):
            index = indices(step, t)
            if index is not None:
                y = embedding(index, w[t], sparse=True)
                y.backward(values(step, t, y.shape))
        optimizer.step()
        schedule.step()
        if step + 1 in RECORDED:
            rows.append(torch.cat([x.detach().flatten() for x in w]))
    return torch.stack(rows)


def lookups():
    """One table used twice, with a padding row: results, the gradient as a tensor, and as rows."""
    table = weight(1, (7, 3)).requires_grad_()
    one, two = torch.tensor([[3, 0, 3, 6], [2, 3, 2, 0]]), torch.tensor([6, 5, 2])
    out = {"table": table, "one": one, "two": two}
    for sparse in False, True:
        y, z = (embedding(i, table, padding_idx=-5, sparse=sparse) for i in (one, two))
        (grad,) = torch.autograd.grad([y, z], table, [values(0, 0, y.shape), values(1, 0, z.shape)])
        if sparse:
            grad = grad.coalesce()
            out |= {"grad_rows": grad.indices()[0], "grad_values": grad.values()}
        else:
            out |= {"y": y, "z": z, "grad": grad}
    return {key: value.detach().clone() for key, value in out.items()}


o = torch.optim
golden.save("sparse", lookups() | {
    "sparse_adam": trajectory(o.SparseAdam, dict(lr=0.1), dict(lr=0.05, betas=(0.8, 0.95), eps=1e-3, maximize=True)),
    "sgd": trajectory(o.SGD, dict(lr=0.1), dict(lr=0.02, maximize=True)),
    "adagrad": trajectory(o.Adagrad, dict(lr=0.1), dict(lr=0.05, lr_decay=0.1, eps=1e-3, maximize=True)),
}, subject=lambda name: name if name in ("sparse_adam", "sgd", "adagrad") else "embedding")
