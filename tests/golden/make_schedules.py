"""60 steps of PyTorch's learning rate schedulers in double precision, to schedules/, a file for each family.

Each case is [61, 2]: the learning rates of two groups, which begin with 0.1 and 0.5, at the construction and after each step;
"<case>.momentum" is the same for the momentum or the first of the betas. ReduceLROnPlateau's metrics are in "<case>.metric" [60]. Schedules
that PyTorch lacks are LambdaLR of their published formula.
"""
import math
import warnings

import torch

import golden

s = torch.optim.lr_scheduler
SWALR = torch.optim.swa_utils.SWALR
out = {}
warnings.filterwarnings("ignore")


def optimizer(kind=torch.optim.SGD):
    w = [torch.zeros(1, requires_grad=True) for _ in range(2)]
    return kind([{"params": w[:1], "lr": 0.1}, {"params": w[1:], "lr": 0.5}])


def lrs(opt):
    return [group["lr"] for group in opt.param_groups]


def momenta(opt):
    return [group["betas"][0] if "betas" in group else group["momentum"] for group in opt.param_groups]


def keep(name, rows):
    out[name] = torch.tensor(rows, dtype=torch.float64)


def case(name, make, kind=torch.optim.SGD, momentum=False, step=lambda schedules, t: [each.step() for each in schedules]):
    opt = optimizer(kind)
    made = make(opt)
    made = made if isinstance(made, list) else [made]
    rows, moved = [lrs(opt)], [momenta(opt)]
    for t in range(1, 61):
        opt.step()
        step(made, t)
        rows.append(lrs(opt))
        moved.append(momenta(opt))
    keep(name, rows)
    if momentum:
        keep(name + ".momentum", moved)


def plateau(name, metrics, **options):
    opt = optimizer()
    schedule = s.ReduceLROnPlateau(opt, **options)
    rows = [lrs(opt)]
    for metric in metrics:
        opt.step()
        schedule.step(metric)
        rows.append(lrs(opt))
    keep(name, rows)
    keep(name + ".metric", metrics)


case("LambdaLR", lambda o: s.LambdaLR(o, lambda e: 0.95 ** e))
case("LambdaLR_groups", lambda o: s.LambdaLR(o, [lambda e: 1 / (1 + e), lambda e: 0.5 ** (e // 10)]))
case("MultiplicativeLR", lambda o: s.MultiplicativeLR(o, lambda e: 0.9 + e / 1000))
case("MultiplicativeLR_groups", lambda o: s.MultiplicativeLR(o, [lambda e: 0.97, lambda e: 1 if e % 3 else 0.8]))
case("StepLR", lambda o: s.StepLR(o, 7, 0.3))
case("StepLR_default", lambda o: s.StepLR(o, 20))
case("MultiStepLR", lambda o: s.MultiStepLR(o, [5, 40, 12, 12], 0.5))
case("MultiStepLR_default", lambda o: s.MultiStepLR(o, [0, 30]))
case("ConstantLR", lambda o: s.ConstantLR(o, 0.25, 17))
case("ConstantLR_default", lambda o: s.ConstantLR(o))
case("LinearLR", lambda o: s.LinearLR(o, 0.9, 0.1, 40))
case("LinearLR_default", lambda o: s.LinearLR(o))
case("ExponentialLR", lambda o: s.ExponentialLR(o, 0.93))
case("PolynomialLR", lambda o: s.PolynomialLR(o, 45, 2.5))
case("PolynomialLR_default", lambda o: s.PolynomialLR(o))
case("CosineAnnealingLR", lambda o: s.CosineAnnealingLR(o, 25, 0.01))
case("CosineAnnealingLR_default", lambda o: s.CosineAnnealingLR(o, 60))
case("CosineAnnealingWarmRestarts", lambda o: s.CosineAnnealingWarmRestarts(o, 7))
case("CosineAnnealingWarmRestarts_longer", lambda o: s.CosineAnnealingWarmRestarts(o, 5, 2, 0.01))
case("CosineAnnealingWarmRestarts_fractions", lambda o: s.CosineAnnealingWarmRestarts(o, 2, 2, 0.01), step=lambda c, t: c[0].step(t / 4 + 0.1))
case("CosineAnnealingWarmRestarts_fractions_1", lambda o: s.CosineAnnealingWarmRestarts(o, 3), step=lambda c, t: c[0].step(t / 4))
case("CyclicLR", lambda o: s.CyclicLR(o, 0.01, 0.2, 8), momentum=True)
case("CyclicLR_groups", lambda o: s.CyclicLR(o, [0.01, 0.02], [0.2, 0.1], 8, 3, mode="triangular2", base_momentum=[0.7, 0.6],
                                           max_momentum=[0.9, 0.95]), kind=torch.optim.Adam, momentum=True)
case("CyclicLR_exp_range", lambda o: s.CyclicLR(o, 0.01, 0.2, 10, 5, mode="exp_range", gamma=0.98), momentum=True)
case("CyclicLR_scale_fn", lambda o: s.CyclicLR(o, 0.01, 0.2, 6, scale_fn=lambda x: 1 / (1 + x), cycle_momentum=False), momentum=True)
case("CyclicLR_scale_t", lambda o: s.CyclicLR(o, 0.01, 0.2, 6, scale_fn=lambda x: 0.95 ** x, scale_mode="iterations"), momentum=True)
case("OneCycleLR", lambda o: s.OneCycleLR(o, 0.3, 61), momentum=True)
case("OneCycleLR_groups", lambda o: s.OneCycleLR(o, [0.3, 0.7], epochs=7, steps_per_epoch=9, pct_start=0.25, anneal_strategy="linear",
                                               base_momentum=[0.5, 0.6], max_momentum=[0.9, 0.8], div_factor=10, final_div_factor=100),
     kind=torch.optim.AdamW, momentum=True)
case("OneCycleLR_three_phase", lambda o: s.OneCycleLR(o, 0.3, 61, three_phase=True), kind=torch.optim.RMSprop, momentum=True)
case("OneCycleLR_three_phase_linear", lambda o: s.OneCycleLR(o, 0.3, 61, pct_start=0.4, three_phase=True, anneal_strategy="linear",
                                                           cycle_momentum=False), momentum=True)
case("OneCycleLR_no_rise", lambda o: s.OneCycleLR(o, 0.3, 61, pct_start=0.0), momentum=True)
case("SWALR", lambda o: SWALR(o, 0.02))
case("SWALR_linear", lambda o: SWALR(o, [0.5, 0.05], 40, "linear"))
case("SWALR_at_once", lambda o: SWALR(o, 0.02, 0))

# Chains: in one ChainedScheduler, and as schedulers of their own that step in turn.
chains = {
    "constant_exponential": lambda o: [s.ConstantLR(o, 0.1, 20), s.ExponentialLR(o, 0.95)],
    "linear_cosine": lambda o: [s.LinearLR(o, 0.2, 1, 10), s.CosineAnnealingLR(o, 60, 0.001)],
    "four": lambda o: [s.LinearLR(o, 0.5, 0.7, 30), s.MultiStepLR(o, [10, 11, 50], 0.5), s.StepLR(o, 9, 0.9),
                       s.MultiplicativeLR(o, lambda e: 0.99 if e % 2 else 1.01)],
    "polynomial_step": lambda o: [s.PolynomialLR(o, 70, 2), s.StepLR(o, 13, 0.5)],
    "lambda_last": lambda o: [s.ExponentialLR(o, 0.9), s.LambdaLR(o, lambda e: 1 / (1 + e))],
    "lambda_first": lambda o: [s.LambdaLR(o, lambda e: 1 / (1 + e)), s.StepLR(o, 10, 0.5)],
    "swa": lambda o: [s.ExponentialLR(o, 0.99), SWALR(o, 0.02, 20)],
    "cosine_past_its_end": lambda o: [s.ExponentialLR(o, 0.9), s.CosineAnnealingLR(o, 20)],
    "cosine_before_another": lambda o: [s.CosineAnnealingLR(o, 13), s.StepLR(o, 10, 0.5)],
    "cosine_after_a_warm_up": lambda o: [s.LinearLR(o, 0.2, 1, 10), s.CosineAnnealingLR(o, 12)],
    "two_cosines": lambda o: [s.CosineAnnealingLR(o, 9), s.CosineAnnealingLR(o, 14)],
    "cosine_of_one": lambda o: [s.CosineAnnealingLR(o, 1), s.ExponentialLR(o, 0.95)],
    "polynomial_past_its_end": lambda o: [s.PolynomialLR(o, 15, 2), s.CosineAnnealingLR(o, 20, 0.01)],
    "cosine_lifts_a_polynomial": lambda o: [s.CosineAnnealingLR(o, 20), s.PolynomialLR(o, 15)],
    "linear_to_zero": lambda o: [s.LinearLR(o, 0.9, 0, 12), s.CosineAnnealingLR(o, 9)],
    "swa_lifts_a_polynomial": lambda o: [s.PolynomialLR(o, 10), SWALR(o, 0.02, 30)],
}
for name, make in chains.items():
    case("chain_" + name, make)
    case("ChainedScheduler_" + name, lambda o: s.ChainedScheduler(make(o)))
case("swa_from_30", lambda o: [s.StepLR(o, 10, 0.5), SWALR(o, 0.05, 20, "linear")], step=lambda c, t: c[t > 30].step())
case("by_hand", lambda o: [s.ExponentialLR(o, 0.95)],
     step=lambda c, t: [c[0].optimizer.param_groups[0].update(lr=0.03) if t == 20 else None, c[0].step()])
case("by_hand_after_the_end", lambda o: [s.PolynomialLR(o, 10)],
     step=lambda c, t: [c[0].optimizer.param_groups[0].update(lr=0.03) if t == 20 else None, c[0].step()])

case("SequentialLR", lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1, 10), s.ExponentialLR(o, 0.95)], [10]))
case("SequentialLR_three", lambda o: s.SequentialLR(
    o, [s.ConstantLR(o, 0.5, 100), s.CosineAnnealingLR(o, 25, 0.01), s.StepLR(o, 6, 0.7)], [8, 33]))
case("SequentialLR_restarts", lambda o: s.SequentialLR(
    o, [s.LambdaLR(o, lambda e: 1 / (1 + e)), s.CosineAnnealingWarmRestarts(o, 6, 2), s.PolynomialLR(o, 20, 2)], [15, 36]))
case("SequentialLR_empty_middle", lambda o: s.SequentialLR(
    o, [s.ExponentialLR(o, 0.9), s.StepLR(o, 3), s.LinearLR(o, 0.5, 1, 10)], [20, 20]))
case("SequentialLR_multiplicative", lambda o: s.SequentialLR(o, [s.ConstantLR(o, 0.25, 100), s.MultiplicativeLR(o, lambda e: 0.9)], [8]))
case("SequentialLR_multiplicative_twice", lambda o: s.SequentialLR(
    o, [s.ExponentialLR(o, 0.9), s.MultiplicativeLR(o, lambda e: 0.9 + e / 1000), s.CosineAnnealingLR(o, 10, 0.01),
        s.MultiplicativeLR(o, lambda e: 0.95)], [8, 20, 45]))
case("SequentialLR_multiplicative_at_once", lambda o: s.SequentialLR(o, [s.ExponentialLR(o, 0.9), s.MultiplicativeLR(o, lambda e: 0.8)], [0]))
case("SequentialLR_swa", lambda o: s.SequentialLR(o, [s.ExponentialLR(o, 0.9), SWALR(o, 0.02, 10)], [12]))

waves = [2 * math.exp(-t / 15) + 0.3 * math.sin(3 * t) for t in range(60)]
holes = [math.nan if t % 7 == 3 or t < 2 else math.inf if t == 20 else x for t, x in enumerate(waves)]
below = [-x for x in reversed(waves)]
falling = [-1 - 0.5 * min(t, 12) for t in range(60)]
plateau("plateau", waves, patience=1)
plateau("plateau_default", [1.0] * 60)
plateau("plateau_groups", waves, factor=0.5, patience=1, cooldown=3, min_lr=[0.01, 0.2])
plateau("plateau_max", [1 - x for x in waves], mode="max", patience=1, factor=0.7, threshold=0.02)
plateau("plateau_abs", waves, patience=1, factor=0.6, threshold=0.03, threshold_mode="abs", cooldown=1)
plateau("plateau_nan", holes, patience=1, factor=0.8)
plateau("plateau_negative_abs", below, patience=1, factor=0.6, threshold=0.03, threshold_mode="abs")
plateau("plateau_negative", falling, patience=3, factor=0.6, threshold=0)
plateau("plateau_max_negative", [-x for x in waves], mode="max", patience=2, factor=0.9, threshold=0)
plateau("plateau_eps", [1.0] * 60, patience=0, factor=0.1, eps=1e-4)
# PyTorch's fault: with a negative best, worse metrics pass as better ones. It never reduces here.
plateau("plateau_fault", [-1 + 0.01 * t for t in range(60)], patience=3, threshold=0.1)

# What PyTorch lacks.
case("InverseSqrtLR", lambda o: s.LambdaLR(o, lambda e: 1 / math.sqrt(e + 1)))
case("ExponentialLR_from_k", lambda o: s.LambdaLR(o, lambda e: math.exp(-0.07 * e)))
case("InverseTimeLR", lambda o: s.LambdaLR(o, lambda e: 1 / (1 + 0.5 * e / 4)))
case("NoamLR", lambda o: s.LambdaLR(o, lambda e: 64 ** -0.5 * min((e + 1) ** -0.5, (e + 1) * 15 ** -1.5)))
case("WarmupLR", lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1, 10), s.CosineAnnealingLR(o, 50)], [10]))
case("WarmupLR_default", lambda o: s.LambdaLR(o, lambda e: min(e / 12, 1 / math.sqrt(max(e - 12, 0) + 1))))
case("StaircaseLR", lambda o: s.StepLR(o, 8, 0.6))
case("StaircaseLR_sqrt", lambda o: s.LambdaLR(o, lambda e: 1 / math.sqrt(e // 9 + 1)))


def wsd(shape):
    def factor(e):
        if e < 10:
            return 0.1 + 0.9 * e / 10
        u = min(max(e - 30, 0) / 25, 1)
        return 0.05 + 0.95 * {"linear": 1 - u, "sqrt": 1 - math.sqrt(u), "cos": 0.5 + 0.5 * math.cos(math.pi * u)}[shape]
    return factor


for shape in ["linear", "cos", "sqrt"]:
    case("WSDLR_" + shape, lambda o: s.LambdaLR(o, wsd(shape)))


def piecewise(ease):
    points = [(5, 0.1), (15, 1), (50, 0.02)]

    def factor(e):
        for (a, x), (b, y) in zip(points, points[1:]):
            if a <= e < b:
                return x + (y - x) * ease((e - a) / (b - a))
        return points[0][1] if e < 5 else points[-1][1]
    return factor


case("PiecewiseLR_hold", lambda o: s.LambdaLR(o, piecewise(lambda u: 0)))
case("PiecewiseLR_linear", lambda o: s.LambdaLR(o, piecewise(lambda u: u)))
case("PiecewiseLR_cos", lambda o: s.LambdaLR(o, piecewise(lambda u: 0.5 - 0.5 * math.cos(math.pi * u))))

golden.save("schedules", out, subject=lambda name: "by_hand" if name.startswith("by_hand") else golden.family(name))
