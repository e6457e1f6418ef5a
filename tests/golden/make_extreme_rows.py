"""What works on rows of numbers, where these end, to extreme_rows/, a file for each dtype: of the rows `x` [n, 4] the values NAME and the
gradients NAME.d, for g = [1, 2, -1, 0.5] or 1. Where PyTorch's own formula overflows on its way, or says 0 or NaN where we do not, stands
what we say (`ours`).
"""
import torch
from torch import isfinite, isnan
from torch.nn import functional as F

import golden

arrays = {}
inf, nan = float("inf"), float("nan")


def rows(dtype):
    f = torch.finfo(dtype)
    m, d = f.max, f.tiny * 2**-9
    s = m**0.5
    return torch.tensor([
        [1, 2, 3, 4], [0, 0, 0, 0], [0., -0., 0., -0.], [2, 2, 2, 2], [0, 1, 2, 0], [0, 5, 2, 1],
        [m, m, 1, 1], [m / 2, -m / 2, m / 4, 1], [m / 8, m / 8, -m / 8, -m / 4], [-m, -m, -m, -m], [m / 8, m / 8, m / 4, m / 2], [s, -s, 2 * s, 1],
        [d, d, d, d], [d, -d, 2 * d, 0], [f.tiny, f.tiny, 2 * f.tiny, -f.tiny], [1 / s, 2 / s, -1 / s, 0], [1, d, m, 1],
        [inf, 1, 2, 3], [1, inf, inf, 2], [inf, -inf, 1, 2], [-inf, 1, 2, 3], [-inf, -inf, 0, 1], [-inf, -inf, -inf, -inf],
        [inf, inf, inf, inf],
        [inf, 0, 1, 2], [inf, m, 1, 2], [nan, 1, 2, 3], [nan, inf, 1, 2], [3, nan, -inf, nan], [0, nan, 1, 2], [nan, nan, nan, nan],
        [100, -100, 1000, -1000], [64, 64, 64, -64]], dtype=dtype)


def both(function, x):
    x = x.clone().requires_grad_()
    y = function(x)
    if not isinstance(y, torch.Tensor): y = y[0]
    g = torch.tensor([1, 2, -1, 0.5], dtype=x.dtype).expand(len(x), 4)
    return [y.detach(), *torch.autograd.grad(y, x, g if y.dim() == 2 else g[:, 0])]


def add(name, function, *ours, wide=None):
    """ours: (0 of the value or 1 of the gradient, where, what), functions of x and of what stands there; wide: finite rows done in f64."""
    for dtype, letters in ((torch.float32, "f32"), (torch.float64, "f64")):
        x = rows(dtype)
        arrays[f"{letters}.x"] = x
        parts = both(function, x)
        for i, part in enumerate(both(function, x.double()) if wide else []):
            those = every(x) & wide(x)
            parts[i] = torch.where(those[:, None] if part.dim() == 2 else those, part.to(dtype), parts[i])
        for i, where, what in ours:
            new = torch.as_tensor(what(x.double()) if callable(what) else what, dtype=torch.float64)
            parts[i] = torch.where(where(x, parts[i]), new.to(dtype), parts[i])
        arrays[f"{letters}.{name}"], arrays[f"{letters}.{name}.d"] = parts


def finite(x, y):   # what is NaN, of rows that are finite
    all_of = isfinite(x).all(1)
    return (all_of[:, None] if y.dim() == 2 else all_of) & isnan(y)


def equal(x, y):
    all_of = (isfinite(x) & (x == x[:, :1])).all(1)
    return all_of[:, None] if y.dim() == 2 else all_of


def every(x):
    return isfinite(x).all(1)


def spread_slope(x):   # 2/3 of x less its mean
    return (x - (x / 4).sum(1, keepdim=True)) * (2 / 3)


def running(x):   # the slopes of logcumsumexp
    y = x.logcumsumexp(1)
    g = torch.tensor([1, 2, -1, 0.5])
    return torch.stack([sum(g[j] * torch.exp(x[:, i] - y[:, j]) for j in range(i, 4)) for i in range(4)], 1)


for name in ("sum", "mean", "prod", "nansum", "amax", "amin", "max", "min", "softmax", "log_softmax", "cumsum", "cummax", "cummin",
             "median", "sort"):
    add(name, lambda x: getattr(x, name)(-1))
add("nanmean", lambda x: x.nanmean(-1), (1, lambda x, y: isnan(x).all(1, keepdim=True), 0.))
add("logsumexp", lambda x: x.logsumexp(-1), (1, lambda x, y: (x == -inf).all(1, keepdim=True), 0.))
add("logcumsumexp", lambda x: x.logcumsumexp(-1),
    (1, lambda x, y: isfinite(x).all(1, keepdim=True), running), (1, lambda x, y: (x == -inf) & ~isnan(x).any(1, keepdim=True), 0.))
for correction in (0, 1):
    add(f"var_{correction}", lambda x: x.var(-1, correction=correction), (0, finite, inf), (0, equal, 0.),
        (1, lambda x, y: isfinite(x).all(1, keepdim=True), lambda x: spread_slope(x) * (1 if correction else 0.75)))
add("std", lambda x: x.std(-1), (0, finite, inf), (1, finite, 0.), (0, equal, 0.),
    (1, equal, 0.), wide=lambda x: abs(x).amax(1) > 1e-37)
add("norm_1", lambda x: torch.linalg.vector_norm(x, 1, -1), (1, lambda x, y: isnan(x), nan))
add("norm_2", lambda x: torch.linalg.vector_norm(x, 2, -1))
add("norm_3", lambda x: torch.linalg.vector_norm(x, 3, -1), (1, lambda x, y: isfinite(x) & isnan(y) & ~isnan(x).any(1, keepdim=True), 0.))
for p in (inf, -inf):
    add(f"norm_{p}", lambda x: torch.linalg.vector_norm(x, p, -1), (1, lambda x, y: isnan(x).any(1, keepdim=True) & (x != 0), nan))
add("softmin", lambda x: F.softmin(x, -1))
add("layer_norm", lambda x: F.layer_norm(x, (4,)), (0, finite, 0.), (1, finite, 0.), wide=every)
add("rms_norm", lambda x: F.rms_norm(x, (4,), eps=1e-6), (1, finite, 0.), wide=every)
add("normalize", lambda x: F.normalize(x, dim=-1))
label = torch.ones(len(rows(torch.float32)), dtype=torch.int64)
add("cross_entropy", lambda x: F.cross_entropy(x, label, reduction="none"))
add("cross_entropy_smooth", lambda x: F.cross_entropy(x, label, reduction="none", label_smoothing=0.2), wide=every)
add("matmul", lambda x: x @ torch.tensor([1, 0, 2, -1], dtype=x.dtype))
golden.save("extreme_rows", arrays, golden.family)
