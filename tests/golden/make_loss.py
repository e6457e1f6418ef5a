"""Losses to loss/: cross entropy of logits, and losses of pairs, with each reduction. Of the others each case has NAME.a, .b, .c, by which
it is differentiated, and labels and weights as .label, .weight, .pos_weight; the result .y, its gradient .g, and .da, .db, .dc."""
import torch
import torch.nn.functional as F

import golden
from with_gradients import randn, with_gradients

logits = (4 * randn("cross_entropy.x", 9, 6)).requires_grad_()
label = torch.tensor([0, 5, 2, -100, 3, 3, 1, -100, 4])
arrays = {"cross_entropy.x": logits, "cross_entropy.label": label}
for reduction in ("mean", "sum", "none"):
    for smoothing in (0.0, 0.3, 1.0):
        for ignore in (-100, 3):
            used = label if ignore == -100 else label.clamp(min=0)
            loss = F.cross_entropy(logits, used, reduction=reduction, label_smoothing=smoothing, ignore_index=ignore)
            with_gradients(arrays, f"cross_entropy.{reduction}.{smoothing:.1f}.{ignore}", loss, {"x": logits})

a = (2 * randn("pair.x", 6, 5)).requires_grad_()
t = torch.rand(6, 5, generator=golden.generator("pair.t"), dtype=torch.float64).requires_grad_()
arrays |= {"pair.x": a, "pair.t": t}
for reduction in ("mean", "sum", "none"):
    with_gradients(arrays, f"mse.{reduction}", F.mse_loss(a, t, reduction=reduction), {"x": a, "t": t})
    with_gradients(arrays, f"bce.{reduction}", F.binary_cross_entropy_with_logits(a, t, reduction=reduction), {"x": a, "t": t})

REDUCTIONS = ("mean", "sum", "none")


def uniform(name, low, high, *shape):
    return low + (high - low) * torch.rand(shape, generator=golden.generator(name), dtype=torch.float64)


def add(name, function, inputs, reductions=(None,), **fixed):
    """function(a, b, …, **fixed, reduction=…) of the inputs, which are functions of a case's name; a case a reduction."""
    for reduction in reductions:
        case = name if reduction is None else f"{name}.{reduction}"
        xs = {key: make(f"{name}.{key}").requires_grad_() for key, make in zip("abc", inputs)}
        arrays.update({f"{case}.{key}": value for key, value in (xs | fixed).items()})
        said = {} if reduction is None else {"reduction": reduction}
        with_gradients(arrays, case, function(*xs.values(), **fixed, **said), xs)


def normal(*shape):
    return lambda name: randn(name, *shape)


def between(low, high, *shape):
    return lambda name: uniform(name, low, high, *shape)


def logs(*shape):
    return lambda name: F.log_softmax(randn(name, *shape), 1).detach()


two = [normal(4, 3), normal(4, 3)]
probabilities = [between(0.02, 0.98, 4, 3), between(0, 1, 4, 3)]
each = uniform("weights.each", 0.2, 2, 4, 3)
add("l1_loss", F.l1_loss, two, REDUCTIONS)
add("l1_loss.weight", F.l1_loss, two, REDUCTIONS, weight=each)
add("mse_loss.weight", F.mse_loss, two, REDUCTIONS, weight=each)
add("smooth_l1_loss", lambda a, b, **o: F.smooth_l1_loss(a, b, beta=0.7, **o), two, REDUCTIONS)
add("smooth_l1_loss.zero", lambda a, b: F.smooth_l1_loss(a, b, beta=0.0), two)
add("huber_loss", lambda a, b, **o: F.huber_loss(a, b, delta=0.6, **o), two, REDUCTIONS)
add("huber_loss.weight", F.huber_loss, two, REDUCTIONS, weight=each)
add("binary_cross_entropy", F.binary_cross_entropy, probabilities, REDUCTIONS)
add("binary_cross_entropy.weight", F.binary_cross_entropy, probabilities, REDUCTIONS, weight=each[:, :1])
with_logits = [normal(4, 3), between(0, 1, 4, 3)]
by_class = uniform("weights.class", 0.2, 2, 3)
add("bce_with_logits.weight", F.binary_cross_entropy_with_logits, with_logits, REDUCTIONS, weight=each[:, :1])
add("bce_with_logits.pos_weight", F.binary_cross_entropy_with_logits, with_logits, REDUCTIONS, pos_weight=by_class)
add("bce_with_logits.both", F.binary_cross_entropy_with_logits, with_logits, ("mean",), weight=each, pos_weight=by_class)

rows = torch.tensor([2, 0, -100, 1])
places = torch.tensor([[[2, 0], [1, 1]], [[-100, 2], [0, 0]]])
one = torch.tensor(2)
for loss, function, scores in (("cross_entropy", F.cross_entropy, normal), ("nll_loss", F.nll_loss, logs)):
    def of(a, label, weight=None, **o):
        return function(a, label, weight, **o)
    single = normal(3) if loss == "cross_entropy" else lambda name: F.log_softmax(randn(name, 3), 0)
    add(f"{loss}.rows", of, [scores(4, 3)], REDUCTIONS, label=rows)
    add(f"{loss}.rows.weight", of, [scores(4, 3)], REDUCTIONS, label=rows, weight=by_class)
    add(f"{loss}.places", of, [scores(2, 3, 2, 2)], REDUCTIONS, label=places)
    add(f"{loss}.places.weight", of, [scores(2, 3, 2, 2)], REDUCTIONS, label=places, weight=by_class)
    add(f"{loss}.one", of, [single], REDUCTIONS, label=one)
    add(f"{loss}.one.weight", of, [single], ("mean", "none"), label=one, weight=by_class)
smooth = lambda a, label, weight, **o: F.cross_entropy(a, label, weight, label_smoothing=0.3, **o)
add("cross_entropy.rows.smooth", smooth, [normal(4, 3)], REDUCTIONS, label=rows, weight=by_class)
add("cross_entropy.places.smooth", smooth, [normal(2, 3, 2, 2)], REDUCTIONS, label=places, weight=by_class)
shares = lambda *shape: lambda name: torch.softmax(randn(name, *shape), 1)
add("cross_entropy.shares", F.cross_entropy, [normal(4, 3), shares(4, 3)], REDUCTIONS)
add("cross_entropy.shares.smooth", lambda a, b, weight, **o: F.cross_entropy(a, b, weight, label_smoothing=0.3, **o),
    [normal(4, 3), shares(4, 3)], REDUCTIONS, weight=by_class)
add("cross_entropy.shares.places", F.cross_entropy, [normal(2, 3, 2, 2), shares(2, 3, 2, 2)], REDUCTIONS, weight=by_class)
add("cross_entropy.shares.one", F.cross_entropy, [normal(3), between(0, 1, 3)], REDUCTIONS)

divergence = [logs(4, 3), shares(4, 3)]
add("kl_div", F.kl_div, divergence, (*REDUCTIONS, "batchmean"))
add("kl_div.logs", lambda a, b, **o: F.kl_div(a, b, log_target=True, **o), [logs(4, 3), logs(4, 3)], (*REDUCTIONS, "batchmean"))
counts = [normal(4, 3), between(0, 5, 4, 3)]
add("poisson_nll_loss", F.poisson_nll_loss, counts, REDUCTIONS)
add("poisson_nll_loss.full", lambda a, b, **o: F.poisson_nll_loss(a, b, full=True, **o), counts, REDUCTIONS)
add("poisson_nll_loss.rate", lambda a, b: F.poisson_nll_loss(a, b, log_input=False, full=True, eps=1e-3),
    [between(0, 3, 4, 3), between(0, 5, 4, 3)])
add("gaussian_nll_loss", F.gaussian_nll_loss, [*two, between(0.1, 2, 4, 3)], REDUCTIONS)
add("gaussian_nll_loss.full", lambda a, b, c, **o: F.gaussian_nll_loss(a, b, c, full=True, eps=0.8, **o),
    [*two, between(0.1, 2, 4, 3)], REDUCTIONS)
add("gaussian_nll_loss.short", F.gaussian_nll_loss, [*two, between(0.1, 2, 4)])
add("gaussian_nll_loss.column", F.gaussian_nll_loss, [*two, between(0.1, 2, 4, 1)])
add("gaussian_nll_loss.row", F.gaussian_nll_loss, [*two, between(0.1, 2, 1, 3)], ("none",))

signs = torch.sign(randn("signs", 4, 3))
add("hinge_embedding_loss", lambda a, label, **o: F.hinge_embedding_loss(a, label, margin=0.7, **o), [normal(4, 3)], REDUCTIONS,
    label=signs)
add("margin_ranking_loss", lambda a, b, label, **o: F.margin_ranking_loss(a, b, label, margin=0.3, **o), two, REDUCTIONS, label=signs)
add("soft_margin_loss", lambda a, label, **o: F.soft_margin_loss(a, label, **o), [normal(4, 3)], REDUCTIONS, label=signs)
known = torch.tensor([2, 0, 0, 1])
margins = lambda a, label, **o: F.multi_margin_loss(a, label, **o)
add("multi_margin_loss", margins, [normal(4, 3)], REDUCTIONS, label=known)
add("multi_margin_loss.square", lambda a, label, **o: F.multi_margin_loss(a, label, p=2, margin=0.4, **o), [normal(4, 3)], REDUCTIONS,
    label=known, weight=by_class)
add("multi_margin_loss.one", margins, [normal(3)], ("mean", "none"), label=one, weight=by_class)
several = torch.tensor([[2, 0, -1, 1], [-1, 2, 3, 0], [3, 1, 0, 2], [1, -1, -1, -1]])
margins = lambda a, label, **o: F.multilabel_margin_loss(a, label, **o)
add("multilabel_margin_loss", margins, [normal(4, 4)], REDUCTIONS, label=several)
add("multilabel_margin_loss.one", margins, [normal(4)], ("mean", "none"), label=several[0])
add("multilabel_soft_margin_loss", F.multilabel_soft_margin_loss, with_logits, REDUCTIONS)
add("multilabel_soft_margin_loss.weight", F.multilabel_soft_margin_loss, with_logits, REDUCTIONS, weight=by_class)

same = torch.tensor([1, -1, -1, 1])
near = lambda a, b, label, **o: F.cosine_embedding_loss(a, b, label, margin=0.1, **o)
add("cosine_embedding_loss", near, two, REDUCTIONS, label=same)
add("cosine_embedding_loss.one", near, [normal(3), normal(3)], ("mean", "none"), label=torch.tensor(-1))
three = [*two, normal(4, 3)]
add("triplet_margin_loss", F.triplet_margin_loss, three, REDUCTIONS)
add("triplet_margin_loss.swap", lambda a, b, c, **o: F.triplet_margin_loss(a, b, c, margin=2.5, p=3, eps=1e-3, swap=True, **o), three,
    REDUCTIONS)
add("triplet_margin_with_distance_loss", F.triplet_margin_with_distance_loss, three, REDUCTIONS)
apart = {"distance_function": lambda x, y: 1 - F.cosine_similarity(x, y), "margin": 0.4, "swap": True}
add("triplet_margin_with_distance_loss.swap", lambda a, b, c: F.triplet_margin_with_distance_loss(a, b, c, **apart), three)
for p in (1, 2, 3):
    add(f"pairwise_distance.{p}", lambda a, b: F.pairwise_distance(a, b, p), [normal(2, 4, 3), normal(3)])
add("pairwise_distance.kept", lambda a, b: F.pairwise_distance(a, b, eps=0.1, keepdim=True), two)
add("cosine_similarity", F.cosine_similarity, [normal(2, 3, 4), normal(2, 3, 4)])
add("cosine_similarity.last", lambda a, b: F.cosine_similarity(a, b, dim=-1), [normal(2, 3, 4), normal(4)])
add("cosine_similarity.short", lambda a, b: F.cosine_similarity(a, b, eps=2.0), two)


# What PyTorch has not, from its operations.
def reduced(each, reduction):
    return {"mean": torch.mean, "sum": torch.sum, "none": lambda x: x}[reduction](each)


def sigmoid_focal(a, b, alpha=0.25, gamma=2.0, reduction="mean"):   # torchvision's
    p = torch.sigmoid(a)
    p_t = p * b + (1 - p) * (1 - b)
    loss = F.binary_cross_entropy_with_logits(a, b, reduction="none") * (1 - p_t) ** gamma
    return reduced((alpha * b + (1 - alpha) * (1 - b)) * loss if alpha >= 0 else loss, reduction)


def softmax_focal(a, label, gamma=2.0, weight=None, reduction="mean"):
    counts = label != -100
    log_p = F.log_softmax(a, 1).gather(1, torch.where(counts, label, 0).unsqueeze(1)).squeeze(1)
    factor = counts * (1.0 if weight is None else weight[torch.where(counts, label, 0)])
    each = -factor * (1 - log_p.exp()) ** gamma * log_p
    return each.sum() / factor.sum() if reduction == "mean" else reduced(each, reduction)


def dice(a, b, smooth=1.0, power=1, reduction="mean"):
    overlap, area = (a * b).sum((2, 3)), (a ** power).sum((2, 3)) + (b ** power).sum((2, 3))
    return reduced(1 - (2 * overlap + smooth) / (area + smooth), reduction)


def info_nce(a, b, c=None, temperature=0.1, symmetric=False, reduction="mean"):
    a, b = F.normalize(a), F.normalize(b)
    if c is not None:
        scores = torch.cat([(a * b).sum(1, keepdim=True), a @ F.normalize(c).T], 1) / temperature
        return F.cross_entropy(scores, torch.zeros(len(a), dtype=torch.long), reduction=reduction)
    scores, own = a @ b.T / temperature, torch.arange(len(a))
    each = F.cross_entropy(scores, own, reduction="none")
    return reduced((each + F.cross_entropy(scores.T, own, reduction="none")) / 2 if symmetric else each, reduction)


add("sigmoid_focal_loss", sigmoid_focal, with_logits, REDUCTIONS)
add("sigmoid_focal_loss.plain", lambda a, b: sigmoid_focal(a, b, -1, 1.5), with_logits)
add("softmax_focal_loss", softmax_focal, [normal(4, 3)], REDUCTIONS, label=rows)
add("softmax_focal_loss.places", lambda a, **o: softmax_focal(a, gamma=0.5, **o), [normal(2, 3, 2, 2)], REDUCTIONS, label=places,
    weight=by_class)
areas = [between(0, 1, 2, 3, 2, 2), between(0, 1, 2, 3, 2, 2)]
add("dice_loss", dice, areas, REDUCTIONS)
add("dice_loss.squared", lambda a, b: dice(a, b, 0.1, 2), areas)
add("info_nce", info_nce, two, REDUCTIONS)
add("info_nce.symmetric", lambda a, b: info_nce(a, b, temperature=0.5, symmetric=True), two)
add("info_nce.negatives", lambda a, b, c: info_nce(a, b, c), [*two, normal(5, 3)])

torch.manual_seed(golden.seed("adaptive"))
layer = torch.nn.AdaptiveLogSoftmaxWithLoss(6, 9, [3, 5], div_value=2.0, head_bias=True, dtype=torch.float64)
x = randn("adaptive.x", 7, 6).requires_grad_()
words = torch.tensor([0, 8, 3, 4, 2, 5, 0])
arrays |= {"adaptive.x": x, "adaptive.label": words, "adaptive.log_prob": layer.log_prob(x), "adaptive.predict": layer.predict(x)}
arrays |= {f"adaptive.state.{name}": value.clone() for name, value in layer.state_dict().items()}
output, loss = layer(x, words)
arrays |= {"adaptive.output": output, "adaptive.loss": loss}
for key, slope in zip(["x", *dict(layer.named_parameters())], torch.autograd.grad(loss, [x, *layer.parameters()])):
    arrays[f"adaptive.d.{key}"] = slope
golden.save("loss", arrays)
