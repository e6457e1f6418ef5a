"""How a gamma number moves with its concentration, to random/: gamma.a, gamma.x, .slope, −(∂F/∂a)/f, and .curve, its slope by a, by mpmath at
60 digits; where PyTorch's _standard_gamma_grad, which gives a few digits, agrees."""
import mpmath
import numpy as np
import torch

import golden

mpmath.mp.dps = 60
concentrations, numbers, slopes, curves = [], [], [], []
for a in (0.01, 0.1, 0.5, 1, 1.7, 3, 8, 15, 19.9, 20.1, 50, 300, 1000, 20000):
    for place in (-3.5, -2, -1, -0.1, 0.3, 1, 2.5, 4.5):   # deviations of the cube root, which is nearly normal (Wilson and Hilferty)
        x = a * max(1 - 1 / (9 * a) + place / (3 * a**0.5), 1e-3 / (1 + abs(place))) ** 3
        at, exact = mpmath.mpf(float(a)), mpmath.mpf(float(x))
        below = lambda s: mpmath.gammainc(s, 0, exact, regularized=True)
        density = exact ** (at - 1) * mpmath.exp(-exact) / mpmath.gamma(at)
        h = at * mpmath.mpf(10) ** -15
        first, second = mpmath.diff(below, at, h=h), mpmath.diff(below, at, 2, h=h)
        concentrations.append(a), numbers.append(x), slopes.append(float(-first / density))
        curves.append(float((first * (mpmath.log(exact) - mpmath.psi(0, at)) - second) / density))
a, x, slope, curve = (np.array(values) for values in (concentrations, numbers, slopes, curves))
theirs = torch._standard_gamma_grad(torch.tensor(a), torch.tensor(x)).numpy()
print("PyTorch is off by", np.sort(np.abs(theirs / slope - 1))[[len(a) // 2, -1]], "(median, most)")
golden.save("random", {"gamma.a": a, "gamma.x": x, "gamma.slope": slope, "gamma.curve": curve})
