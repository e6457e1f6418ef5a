"""The elementwise vocabulary beyond make_math.py and its gradients, to elementwise/: for each case NAME.0, NAME.1, … (the inputs), NAME.out and
NAME.d0, NAME.d1, … for a gradient of ones. The first numbers of each input are the points where it could go wrong: kinks, ties, zeros.
"""
import torch
from torch.nn import functional as F

import golden

torch.set_default_dtype(torch.float64)
arrays = {}


def add(name, function, *ranges, at=(), along=None):
    draw = golden.generator(name)
    inputs = []
    for i, (low, high) in enumerate(ranges):
        points = torch.tensor([p[i] if isinstance(p, tuple) else p for p in at], dtype=torch.float64)
        x = torch.cat([points, low + (high - low) * torch.rand(12, generator=draw)])
        inputs.append(x.requires_grad_())
    out = function(*inputs)
    gradients = torch.autograd.grad(out.sum(), inputs, allow_unused=True) if out.requires_grad else [None] * len(inputs)
    for i, (x, gradient) in enumerate(zip(inputs, gradients)):
        arrays[f"{name}.{i}"] = x
        arrays[f"{name}.d{i}"] = torch.zeros_like(x) if gradient is None else gradient
    arrays[f"{name}.out"] = out


# activations; PyTorch's own celu and hardsigmoid keep 1/alpha and 1/6 in f32
add("relu6", F.relu6, (-3, 9), at=(0, 6, -1, 7))
add("leaky_relu", lambda x: F.leaky_relu(x, 0.2), (-3, 3), at=(0,))
add("elu", lambda x: F.elu(x, 0.7), (-3, 3), at=(0, -40, 40))
add("celu", lambda x: F.celu(x, 2.0), (-3, 3), at=(0, -40, 40))
add("selu", F.selu, (-3, 3), at=(0, -40, 40))
add("hardtanh", lambda x: F.hardtanh(x, -0.5, 1.5), (-3, 3), at=(-0.5, 1.5))
add("hardsigmoid", lambda x: F.relu6(x + 3) / 6, (-4, 4), at=(-3, 3))
add("hardswish", F.hardswish, (-4, 4), at=(-3, 3))
add("hardshrink", lambda x: F.hardshrink(x, 0.7), (-2, 2), at=(-0.7, 0.7, 0))
add("softshrink", lambda x: F.softshrink(x, 0.7), (-2, 2), at=(-0.7, 0.7, 0))
add("tanhshrink", F.tanhshrink, (-3, 3), at=(0,))
add("softsign", F.softsign, (-3, 3), at=(0, 1e10))
add("threshold", lambda x: F.threshold(x, 0.5, 7.0), (-2, 2), at=(0.5,))
add("logsigmoid", F.logsigmoid, (-9, 9), at=(0, -800, 800))
add("softplus_2_3", lambda x: F.softplus(x, 2, 3), (-3, 3), at=(1.5, -800, 800))
add("prelu", lambda x, w: F.prelu(x, w[:1]), (-3, 3), (0.1, 0.5), at=((0, 0.25),))
add("glu", lambda x: F.glu(x, 0), (-3, 3))
add("rrelu_eval", lambda x: F.rrelu(x, 0.1, 0.4, False), (-3, 3), at=(0,))

# one number
add("exp2", torch.exp2, (-5, 5), at=(0,))
add("expm1", torch.expm1, (-3, 3), at=(0, 1e-12, -40))
add("log2", torch.log2, (0.01, 9), at=(1,))
add("log10", torch.log10, (0.01, 9), at=(1,))
add("rsqrt", torch.rsqrt, (0.01, 9))
add("reciprocal", torch.reciprocal, (0.1, 9))
for name in ("sin", "cos", "sinh", "cosh", "asinh", "atan"):
    add(name, getattr(torch, name), (-9, 9), at=(0, 1e-9))
add("tan", torch.tan, (-1.5, 1.5), at=(0,))
add("asin", torch.asin, (-0.99, 0.99), at=(0,))
add("acos", torch.acos, (-0.99, 0.99), at=(0,))
add("atanh", torch.atanh, (-0.99, 0.99), at=(0,))
add("acosh", torch.acosh, (1.01, 9), at=(100,))
add("sinc", torch.sinc, (-4, 4), at=(0, 1, -0.5))
add("deg2rad", torch.deg2rad, (-400, 400))
add("rad2deg", torch.rad2deg, (-9, 9))
add("erfc", torch.erfc, (-3, 6), at=(0,))
add("erfinv", torch.erfinv, (-0.99, 0.99), at=(0, 0.5))
add("lgamma", torch.lgamma, (-3.5, 9), at=(0.5, 1, 2, 40))
add("digamma", torch.digamma, (-3.5, 9), at=(0.5, 1, 40))
add("polygamma_1", lambda x: torch.polygamma(1, x), (0.2, 9), at=(0.5, 1, 40))
add("polygamma_3", lambda x: torch.polygamma(3, x), (0.2, 9), at=(0.5, 1, 40))
add("mvlgamma_3", lambda x: torch.mvlgamma(x, 3), (1.2, 9))
add("expit", torch.special.expit, (-9, 9), at=(0,))
add("logit", torch.logit, (0.01, 0.99), at=(0.5, 0.25))
add("logit_eps", lambda x: torch.logit(x, 0.2), (0.01, 0.99), at=(0.5, 0.2))
add("floor", torch.floor, (-3, 3), at=(0, 1, -1))
add("ceil", torch.ceil, (-3, 3), at=(0, 1, -1))
add("trunc", torch.trunc, (-3, 3), at=(0, 1, -1))
add("round", torch.round, (-3, 3), at=(0.5, 1.5, -0.5, -2.5))
add("round_2", lambda x: torch.round(x, decimals=2), (-3, 3), at=(0.125, 0.375))
add("round_-1", lambda x: torch.round(x, decimals=-1), (-300, 300), at=(15, 25, -5))
add("frac", torch.frac, (-3, 3), at=(1, -1))

# two numbers and three
add("logaddexp", torch.logaddexp, (-9, 9), (-9, 9), at=((1, 1), (900, 1), (-900, -901)))
add("logaddexp2", torch.logaddexp2, (-9, 9), (-9, 9), at=((1, 1), (900, 1), (-900, -901)))
add("hypot", torch.hypot, (-3, 3), (-3, 3), at=((0, 1), (3, 4), (-2, 0)))
add("copysign", torch.copysign, (-3, 3), (-3, 3), at=((0, 1), (1, -0.0), (-2, 0)))
add("ldexp", torch.ldexp, (-3, 3), (-3, 3))
add("atan2", torch.atan2, (-3, 3), (-3, 3), at=((0, 1), (0, -1), (1, 0), (0, 0)))
add("fmax", torch.fmax, (-3, 3), (-3, 3), at=((1, 1),))
add("fmin", torch.fmin, (-3, 3), (-3, 3), at=((1, 1),))
add("fmod", torch.fmod, (-9, 9), (0.3, 2), at=((7, -2), (-7, 2), (6, 2)))
add("remainder", torch.remainder, (-9, 9), (0.3, 2), at=((7, -2), (-7, 2), (6, 2)))
add("div_floor", lambda a, b: torch.div(a, b, rounding_mode="floor"), (-9, 9), (0.3, 2), at=((7, -2), (-7, 2), (6, 2), (0.9, 0.1)))
add("div_trunc", lambda a, b: torch.div(a, b, rounding_mode="trunc"), (-9, 9), (0.3, 2), at=((7, -2), (-7, 2), (6, 2), (0.9, 0.1)))
add("xlogy", torch.xlogy, (-3, 3), (0.1, 3), at=((0, 2), (2, 1)))
add("add_alpha", lambda a, b: torch.add(a, b, alpha=-2.5), (-3, 3), (-3, 3))
add("sub_alpha", lambda a, b: torch.sub(a, b, alpha=-2.5), (-3, 3), (-3, 3))
add("lerp", torch.lerp, (-3, 3), (-3, 3), (-1, 2), at=((1, 3, 0.5),))
add("lerp_number", lambda a, b: torch.lerp(a, b, 0.7), (-3, 3), (-3, 3))
add("addcmul", lambda x, a, b: torch.addcmul(x, a, b, value=-0.7), (-3, 3), (-3, 3), (-3, 3))
add("addcdiv", lambda x, a, b: torch.addcdiv(x, a, b, value=-0.7), (-3, 3), (-3, 3), (0.3, 3))
add("clamp_tensors", torch.clamp, (-3, 3), (-2, 0), (0, 2), at=((0, 1, -1), (2, 1, 1.5), (-2, -1, 1)))
add("clamp_min", torch.clamp_min, (-3, 3), (-2, 2), at=((1, 1),))
add("clamp_max", torch.clamp_max, (-3, 3), (-2, 2), at=((1, 1),))
add("nan_to_num", lambda x: torch.nan_to_num(x, 1, 2, 3), (-3, 3), at=(float("nan"), float("inf"), -float("inf")))
golden.save("elementwise", arrays)
