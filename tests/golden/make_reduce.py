"""Reductions, running sums and their like, and sorting, with their gradients, to reduce/: each on the inputs `in.…`, ties, zeros, NaN and infinities
among them. CASE.y is the result, .at its indices, .g the gradient that it is given, .dx what comes of it.
"""
import math

import torch

import golden
from with_gradients import randn, with_gradients

torch.set_default_dtype(torch.float64)
ties = torch.randint(0, 3, (4, 5, 3), generator=golden.generator("amax.x")).double().requires_grad_()
arrays = {"amax.x": ties}
with_gradients(arrays, "amax.all", ties.amax(), {"x": ties})
for axis in range(3):
    with_gradients(arrays, f"amax.{axis}", ties.amax(axis), {"x": ties})
    arrays[f"argmax.{axis}"] = ties.argmax(axis)

inputs = {
    "plain": randn("in.plain", 3, 4, 5),
    "ties": torch.randint(-2, 2, (3, 4, 5), generator=golden.generator("in.ties")).double(),
    "zeros": randn("in.zeros", 3, 4, 5) * (torch.rand(3, 4, 5, generator=golden.generator("in.where")) < 0.8),
    "nan": randn("in.nan", 3, 4, 5).masked_fill(torch.rand(3, 4, 5, generator=golden.generator("in.which")) < 0.1, math.nan),
    "low": randn("in.low", 3, 4, 5).masked_fill(torch.rand(3, 4, 5, generator=golden.generator("in.none")) < 0.3, -math.inf),
    "scalar": torch.tensor(1.5),
}
arrays |= {f"in.{name}": x for name, x in inputs.items()}


def add(name, function, on="plain"):
    """One result, or values with indices."""
    x = inputs[on].clone().requires_grad_()
    result = function(x)
    if not isinstance(result, torch.Tensor):
        arrays[f"{name}.at"] = result[1]
        result = result[0]
    with_gradients(arrays, name, result, {"x": x})


for on in ("plain", "ties", "zeros", "nan"):
    add(f"sum.{on}", lambda x: x.sum((0, 2)), on)
    add(f"mean.{on}", lambda x: x.mean((0, -1), keepdim=True), on)
    add(f"prod.{on}", lambda x: x.prod(1), on)
    add(f"prod.{on}_all", lambda x: x.prod(), on)
    add(f"nansum.{on}", lambda x: x.nansum((0, 2)), on)
    add(f"nanmean.{on}", lambda x: x.nanmean(1), on)
    add(f"var.{on}", lambda x: x.var((0, 2)), on)
    add(f"var.{on}_0", lambda x: x.var(1, correction=0, keepdim=True), on)
    add(f"std.{on}", lambda x: x.std(2, correction=2), on)
    add(f"std.{on}_all", lambda x: x.std(), on)
    add(f"max.{on}", lambda x: x.max(), on)
    add(f"min.{on}", lambda x: x.min(), on)
    add(f"amin.{on}", lambda x: x.amin((0, 2)), on)
    add(f"max.{on}_1", lambda x: x.max(1), on)
    add(f"min.{on}_2", lambda x: x.min(-1, keepdim=True), on)
    add(f"median.{on}", lambda x: x.median(), on)
    add(f"median.{on}_1", lambda x: x.median(1), on) if on != "ties" else None   # which of several equal ones is open
    add(f"cumsum.{on}", lambda x: x.cumsum(1), on)
    add(f"cumprod.{on}", lambda x: x.cumprod(-1), on)
    add(f"cummax.{on}", lambda x: x.cummax(1), on)
    add(f"cummin.{on}", lambda x: x.cummin(2), on)
    add(f"sort.{on}", lambda x: x.sort(dim=1, stable=True), on)
    add(f"sort.{on}_down", lambda x: x.sort(dim=2, stable=True, descending=True), on)
for p in (0.5, 1, 1.5, 2, 3, -1, math.inf, -math.inf):
    for on in ("plain", "zeros"):
        add(f"norm.{on}_{p}", lambda x: x.norm(p, (0, 2)), on)
add("topk.plain", lambda x: x.topk(2, 1))
add("topk.nan", lambda x: x.topk(3, 2, largest=False), "nan")
add("kthvalue.plain", lambda x: x.kthvalue(2, 1))
add("logsumexp.plain", lambda x: x.logsumexp((0, 2)))
add("logsumexp.low", lambda x: x.logsumexp(1), "low")
add("logcumsumexp.plain", lambda x: x.logcumsumexp(1))
add("logcumsumexp.nan", lambda x: x.logcumsumexp(2), "nan")
add("diff.plain", lambda x: x.diff(2, 1))
add("trapezoid.plain", lambda x: torch.trapezoid(x, dx=0.5, dim=1))
add("trapezoid.places", lambda x: torch.cumulative_trapezoid(x, torch.tensor([0.0, 1.0, 3.0, 3.5]), dim=1))
add("cov.plain", lambda x: torch.cov(x.flatten(1), correction=0))
weights = torch.linspace(0.5, 2, 20)
add("cov.plain_weights", lambda x: torch.cov(x.flatten(1), fweights=torch.arange(20) % 3, aweights=weights))
add("cov.plain_fweights", lambda x: torch.cov(x.flatten(1), correction=2, fweights=torch.arange(20) % 3))
add("cov.plain_aweights", lambda x: torch.cov(x.flatten(1), correction=0, aweights=weights))
add("cov.plain_own", lambda x: torch.cov(x.flatten(1), aweights=x.flatten(1)[1] ** 2))   # the weights have a gradient, too
add("diff.plain_ends", lambda x: x.diff(2, 1, prepend=3 * x[:, :2], append=x[:, 1:2] ** 2))
add("diff.plain_behind", lambda x: x.diff(append=2 * x))
add("corrcoef.plain", lambda x: torch.corrcoef(x.flatten(1)))
for name in ("sum", "mean", "prod", "nansum", "nanmean", "logsumexp", "amax", "amin", "softmax", "log_softmax", "cumsum", "cumprod", "logcumsumexp",
             "max", "min", "median", "sort", "cummax", "cummin"):
    for axis in (0, -1):
        add(f"{name}.scalar{axis}", lambda x: getattr(x, name)(axis), "scalar")
few = torch.randint(0, 2, (6, 3, 5), generator=golden.generator("unique.x")).double()
arrays["unique.x"] = few
for axis in range(3):
    for name, function in (("unique", torch.unique), ("consecutive", torch.unique_consecutive)):
        found = function(few[:, :1, :2] if axis == 0 else few[:2, :, :1] if axis == 1 else few[:1, :2], return_inverse=True, return_counts=True, dim=axis)
        for part, array in zip(("values", "inverse", "counts"), found):
            arrays[f"unique.{name}_{axis}.{part}"] = array
golden.save("reduce", arrays)
