"""The elementwise vocabulary where numbers end, to extremes/, a file for each dtype: for each case NAME, [1 + inputs, n], its value and its
gradients for ones at the points.K of its K inputs, [K, n]: zeros, denormal, tiny, huge and infinite numbers, NaN, and all pairs and
triples of some of them. Where PyTorch's own formula overflows, cancels or divides by zero on its way to a number that exists, there stands
that number (`ours`).
"""
import itertools

import torch
from torch import isinf, isnan
from torch.nn import functional as F

import golden

arrays = {}
inf, nan = float("inf"), float("nan")


def grid(dtype, inputs):
    f = torch.finfo(dtype)
    single = dtype == torch.float32
    denormal, tiny, rounded = f.tiny * 2**-9, f.tiny * 2.0**20, 12 if single else 20   # tanh(rounded) is 1
    outgrown = 95 if single else 720   # its exponential is infinite, that of its negative denormal
    if inputs == 1:
        some = [0, denormal, f.tiny, tiny, f.eps, 0.5, 1, 2.5, rounded, outgrown, 1e5, 1e15, f.max**0.5 * 4, f.max / 4, f.max, inf]
        return torch.tensor([[s * x for x in some for s in (1, -1)] + [nan]], dtype=dtype)
    some = [0., -0., denormal, 1, 2.5, -3, f.max / 4, -f.max, inf, -inf, nan] if inputs == 2 else [0, 2, -f.max, inf, nan]
    return torch.tensor(list(itertools.product(some, repeat=inputs)), dtype=dtype).T.contiguous()


def add(name, function, inputs=1, ours=()):
    """ours: (row, where, what) with functions of the inputs; row 0 is the value, row 1 + i the gradient by input i."""
    for dtype, letters in ((torch.float32, "f32"), (torch.float64, "f64")):
        points = arrays.setdefault(f"{letters}.points.{inputs}", grid(dtype, inputs))
        xs = [row.clone().requires_grad_() for row in points]
        out = function(*xs)
        gradients = [None] * inputs
        if out.requires_grad: gradients = torch.autograd.grad(out, xs, torch.ones_like(out), allow_unused=True)
        rows = torch.stack([out.detach()] + [torch.zeros_like(x) if g is None else g for x, g in zip(xs, gradients)])
        for row, where, what in ours:
            there, wide = where(*points), [x.double() for x in points]
            rows[row] = torch.where(there, torch.as_tensor(what(*wide), dtype=torch.float64).to(dtype), rows[row])
        arrays[f"{letters}.{name}"] = rows


def huge(*xs):
    return sum(abs(x) > torch.finfo(x.dtype).max**0.5 for x in xs) > 0


def trigamma(x):   # PyTorch's has about single precision, and numbers at its poles
    pole = (x <= 0) & (x == x.floor())
    below = (torch.pi / torch.sin(torch.pi * x))**2 - torch.special.zeta(torch.full_like(x, 2), 1 - x)
    above = torch.where(x > 1e17, 1 / x, torch.special.zeta(torch.full_like(x, 2), x))
    return torch.where(pole, inf, torch.where(x > 0, above, below))


for name in ("relu", "exp", "log", "log1p", "sqrt", "square", "tanh", "erf", "exp2", "log2", "log10", "rsqrt", "reciprocal", "sin", "cos",
             "tan", "asin", "acos", "atan", "sinh", "cosh", "atanh", "deg2rad", "rad2deg", "erfc", "erfinv", "lgamma", "floor", "ceil",
             "trunc", "round", "frac", "logit", "neg"):
    add(name, getattr(torch, name))
for name in ("softplus", "relu6", "logsigmoid"):
    add(name, getattr(F, name))
add("sign", torch.sign, ours=[(0, isnan, lambda x: nan)])
add("abs", torch.abs, ours=[(1, isnan, lambda x: nan)])
add("expm1", torch.expm1, ours=[(1, lambda x: x < 0, torch.exp)])   # not 1 + y
add("sigmoid", torch.sigmoid, ours=[(row, lambda x: x < -90, torch.exp) for row in (0, 1)])
add("asinh", torch.asinh, ours=[(1, huge, lambda x: 1 / abs(x))])
add("acosh", torch.acosh, ours=[(1, huge, lambda x: 1 / x), (1, lambda x: x < 1, lambda x: nan)])
add("sinc", torch.sinc, ours=[(1, lambda x: abs(x) < 1e-6, lambda x: -torch.pi**2 / 3 * x)])
add("digamma", torch.digamma, ours=[(1, lambda x: ~isinf(x), trigamma)])
add("polygamma_1", lambda x: torch.polygamma(1, x),
    ours=[(0, lambda x: ~isinf(x), trigamma), (1, isinf, lambda x: torch.where(x > 0, 0., nan)),
          (1, lambda x: (x > 1e18) & ~isinf(x), lambda x: -1 / x / x)])
add("polygamma_3", lambda x: torch.polygamma(3, x), ours=[(row, isinf, lambda x: torch.where(x > 0, 0., nan)) for row in (0, 1)])
add("gelu", F.gelu, ours=[(0, lambda x: x > 99, lambda x: x), (0, lambda x: x == -inf, lambda x: 0), (1, isinf, lambda x: x > 0),
                          (1, lambda x: (x < -10) & ~isinf(x), lambda x: x * torch.exp(-x * x / 2) / (2 * torch.pi)**0.5)])
add("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), ours=[(0, lambda x: x == -inf, lambda x: 0), (1, huge, lambda x: x > 0)])
for name in ("silu", "mish"):
    add(name, getattr(F, name),
        ours=[(0, lambda x: x < -90, lambda x: x * torch.exp(x)), (1, lambda x: x < -90, lambda x: (1 + x) * torch.exp(x)),
              (0, lambda x: x == -inf, lambda x: 0), (1, isinf, lambda x: x > 0)])
for name, function in (("elu", lambda x: F.elu(x, 0.7)), ("celu", lambda x: F.celu(x, 2.0)), ("selu", F.selu)):
    add(name, function, ours=[(1, isnan, lambda x: nan)])
add("hardsigmoid", F.hardsigmoid, ours=[(1, lambda x: abs(x) < 3, lambda x: 1 / 6)])   # PyTorch's 1/6 is of single precision
add("hardswish", F.hardswish, ours=[(0, lambda x: x > 3, lambda x: x), (0, lambda x: x == -inf, lambda x: 0), (1, isnan, lambda x: nan)])
add("tanhshrink", F.tanhshrink, ours=[(1, lambda x: abs(x) < 1e-6, lambda x: x * x)])
add("softsign", F.softsign, ours=[(0, isinf, torch.sign), (1, lambda x: ~isnan(x), lambda x: (1 / (1 + abs(x)))**2)])
add("leaky_relu", lambda x: F.leaky_relu(x, 0.2))
add("hardtanh", lambda x: F.hardtanh(x, -0.5, 1.5))
add("hardshrink", lambda x: F.hardshrink(x, 0.7))
add("softshrink", lambda x: F.softshrink(x, 0.7))
add("threshold", lambda x: F.threshold(x, 0.5, 7.0))
add("softplus_2_3", lambda x: F.softplus(x, 2, 3))
add("rrelu_eval", lambda x: F.rrelu(x, 0.1, 0.4, False))
add("logit_eps", lambda x: torch.logit(x, 0.2))
add("round_2", lambda x: torch.round(x, decimals=2))
add("round_-1", lambda x: torch.round(x, decimals=-1))
add("clamp", lambda x: torch.clamp(x, -0.5, 1.5))
for exponent in (0, 1, 2, 3, 0.5, -1.5):
    add(f"pow_{exponent}".replace(".", "_"), lambda x: torch.pow(x, exponent))
add("pow_-1", lambda x: torch.pow(x, -1), ours=[(1, huge, lambda x: -1 / x / x)])
for base in (0, 1, 2.5):
    add(f"{base}_pow".replace(".", "_"), lambda x: torch.pow(torch.tensor(base, dtype=x.dtype), x))
add("-2_pow", lambda x: torch.pow(torch.tensor(-2, dtype=x.dtype), x), ours=[(1, lambda x: x < -1e4, lambda x: 0)])
add("add_number", lambda x: x + 1.5)
add("sub_number", lambda x: 1.5 - x)
add("mul_number", lambda x: x * -3)
add("mul_zero", lambda x: x * 0)
add("div_number", lambda x: x / -3)
add("number_div", lambda x: 2.5 / x)
add("xlogy_number", lambda x: torch.xlogy(x, 2.5))
add("number_xlogy", lambda x: torch.xlogy(1.5, x))
add("nan_to_num_most", torch.nan_to_num)
add("nan_to_num", lambda x: torch.nan_to_num(x, 1, 2, 3))

for name in ("add", "sub", "mul", "maximum", "minimum", "fmax", "fmin", "clamp_min", "clamp_max"):
    add(name, getattr(torch, name), 2)
add("div", torch.div, 2, [(2, lambda a, b: (a == 0) & (0 < b) & (b < 1e-30), lambda a, b: nan)])   # g/b overflows
add("pow", torch.pow, 2, [(2, lambda a, b: torch.pow(a, b) == 0, lambda a, b: 0)])
for name in ("logaddexp", "logaddexp2"):
    add(name, getattr(torch, name), 2, [(row, lambda a, b: isinf(a) & (a == b), lambda a, b: 0.5 * (a > 0)) for row in (1, 2)])
add("hypot", torch.hypot, 2, [(row, lambda a, b: (a == 0) & (b == 0), lambda a, b: 0) for row in (1, 2)])
add("copysign", torch.copysign, 2,
    [(1, lambda a, b: ~(abs(a) < inf), lambda a, b: (1 - 2. * torch.signbit(a)) * (1 - 2. * torch.signbit(b)))])
add("ldexp", torch.ldexp, 2, [(2, lambda a, b: huge(a) & (b == 2.5), lambda a, b: a * 0.6931471805599453 * 2**b)])
atan2_at = lambda y, x: (torch.hypot(x, y) > 0) & (torch.hypot(x, y) < inf)
add("atan2", torch.atan2, 2, [(1, atan2_at, lambda y, x: x / torch.hypot(x, y) / torch.hypot(x, y)),
                              (2, atan2_at, lambda y, x: -y / torch.hypot(x, y) / torch.hypot(x, y))])
for name in ("fmod", "remainder"):
    add(name, getattr(torch, name), 2, [(0, lambda a, b: (0 < b) & (b < 1e-30) & (abs(a) < inf), lambda a, b: 0),
                                        (2, lambda a, b: (b == 0) | isinf(a), lambda a, b: nan)])
add("xlogy", torch.xlogy, 2, [(2, lambda a, b: (a == 0) & (b == 0), lambda a, b: 0)])
add("prelu_each", torch._prelu_kernel, 2)
add("glu_halves", lambda a, b: F.glu(torch.cat([a, b]), 0), 2)
add("div_floor", lambda a, b: torch.div(a, b, rounding_mode="floor"), 2)
add("div_trunc", lambda a, b: torch.div(a, b, rounding_mode="trunc"), 2)
add("lerp_number", lambda a, b: torch.lerp(a, b, 0.7), 2)
add("mse_loss", lambda a, b: F.mse_loss(a, b, reduction="none"), 2)
add("bce_with_logits", lambda a, b: F.binary_cross_entropy_with_logits(a, b, reduction="none"), 2,
    [(0, lambda x, t: isinf(x) & ~isnan(t), lambda x, t: torch.nan_to_num(x * ((x > 0) * 1. - t), 0, inf, -inf)),
     (0, lambda x, t: (x < -1e30) & (abs(t) < 1e-30) & (t > 0) & ~isinf(x), lambda x, t: -x * t)])
add("addcmul", lambda x, a, b: torch.addcmul(x, a, b, value=-0.7), 3,   # the product of a and b comes first, and may overflow
    [(0, lambda x, a, b: (x == inf) & huge(a) & (a == b) & ~isinf(a), lambda x, a, b: nan),
     (0, lambda x, a, b: huge(x) & ~isinf(x) & ~isinf(a) & ~isinf(b) & (a * b == -inf), lambda x, a, b: inf)])
add("addcdiv", lambda x, a, b: torch.addcdiv(x, a, b, value=-0.7), 3,
    [(3, lambda x, a, b: huge(b) & ~isinf(b), lambda x, a, b: 0.7 * (a / b) / b)])
add("lerp", torch.lerp, 3)
add("clamp_tensors", torch.clamp, 3, [(2, lambda x, low, high: (x < low) & (low == high), lambda x, low, high: 1)])
golden.save("extremes", arrays, golden.family)
