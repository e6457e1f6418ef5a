"""Metrics by scikit-learn (1.9), in double precision, to metrics/. Calibration errors are NumPy's, by the definition; perplexity is exp of log_loss.

A case has its predictions and targets beside the values. Scores of "tied" are multiples of a tenth, so that many are equal.
"""
import numpy as np
from sklearn import metrics as m

import golden

arrays = {}
averages = ["micro", "macro", "weighted"]


def put(case, **values):
    for name, value in values.items():
        arrays[f"{case}.{name}"] = np.asarray(value)


def confusing(case, target, predicted, suffix="", **labels):
    for average in averages:
        p, r, f, _ = m.precision_recall_fscore_support(target, predicted, average=average, zero_division=0)
        f2 = m.fbeta_score(target, predicted, beta=2, average=average, zero_division=0)
        put(case, **{f"precision_{average}": p, f"recall_{average}": r, f"f1_{average}": f, f"f2_{average}": f2})
    p, r, f, _ = m.precision_recall_fscore_support(target, predicted, average=None, zero_division=0, **labels)
    put(case, precision_each=p, recall_each=r, f1_each=f)


def calibration(confidence, right, bins):
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[at == b].mean() - right[at == b].mean()) for b in range(bins) if (at == b).any()]
    weights = [(at == b).mean() for b in range(bins) if (at == b).any()]
    return np.array([np.dot(gaps, weights), max(gaps)])


def classes(case, n, width, tenths, absent):
    r = np.random.default_rng(golden.seed(case))
    target = r.integers(0, width - absent, n)
    logits = r.normal(size=(n, width)) + 1.2 * np.eye(width)[target] - 9 * (np.arange(width) >= width - absent)
    if tenths:
        logits = np.round(logits, 1)
    scores = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    predicted = logits.argmax(1)
    ranked = logits if tenths else scores   # the softmax of tied logits is tied no more
    put(case, logits=logits, ranked=ranked, target=target, accuracy=m.accuracy_score(target, predicted), matthews=m.matthews_corrcoef(target, predicted),
        confusion=m.confusion_matrix(target, predicted, labels=range(width)),
        perplexity=np.exp(m.log_loss(target, scores, labels=range(width))), calibration=calibration(scores.max(1), predicted == target, 15))
    confusing(case, target, predicted, labels=range(width))
    seen = width - absent
    each = [m.roc_auc_score(target == c, ranked[:, c]) for c in range(seen)]
    area = [m.average_precision_score(target == c, ranked[:, c]) for c in range(seen)]
    weights = np.bincount(target, minlength=seen)[:seen]
    put(case, roc_macro=np.mean(each), roc_weighted=np.average(each, weights=weights), ap_macro=np.mean(area),
        ap_weighted=np.average(area, weights=weights))
    if not absent:
        assert np.isclose(m.roc_auc_score(target, scores, multi_class="ovr", average="weighted"), arrays[f"{case}.roc_weighted"]) or tenths
    if not tenths:
        put(case, top_2=m.top_k_accuracy_score(target, logits, k=2, labels=range(width)))


def labels(case, n, width):
    r = np.random.default_rng(golden.seed(case))
    target = (r.random((n, width)) < np.linspace(0.15, 0.7, width)).astype(int)
    scores = np.round(np.clip(r.normal(0.35, 0.25, (n, width)) + 0.25 * target, 0, 1), 1)
    predicted = (scores > 0.5).astype(int)
    put(case, scores=scores, target=target, accuracy=(predicted == target).mean(), whole_rows=m.accuracy_score(target, predicted),
        calibration=calibration(scores.ravel(), target.ravel(), 10))
    for average in averages:
        put(case, **{f"roc_{average}": m.roc_auc_score(target, scores, average=average),
                     f"ap_{average}": m.average_precision_score(target, scores, average=average)})
    confusing(case, target, predicted)


def yes_or_no(case, n):
    r = np.random.default_rng(golden.seed(case))
    target = (r.random(n) < 0.3).astype(int)
    scores = np.round(np.clip(r.normal(0.4, 0.2, n) + 0.2 * target, 0, 1), 1)
    predicted = (scores > 0.5).astype(int)
    p, q, f, _ = m.precision_recall_fscore_support(target, predicted, average="binary")
    put(case, scores=scores, target=target, accuracy=m.accuracy_score(target, predicted), matthews=m.matthews_corrcoef(target, predicted),
        precision=p, recall=q, f1=f, roc=m.roc_auc_score(target, scores), ap=m.average_precision_score(target, scores),
        confusion=m.confusion_matrix(target, predicted))


def regression(case, n, mean):
    r = np.random.default_rng(golden.seed(case))
    target = r.normal(mean, 1, n)
    predicted = target + r.normal(0, 0.5, n)
    put(case, prediction=predicted, target=target, mae=m.mean_absolute_error(target, predicted), mse=m.mean_squared_error(target, predicted),
        rmse=m.root_mean_squared_error(target, predicted), r2=m.r2_score(target, predicted))


classes("classes", 60, 4, tenths=False, absent=0)
classes("tied", 50, 4, tenths=True, absent=1)
labels("labels", 40, 3)
yes_or_no("yes", 50)
regression("regression", 40, 0)
regression("regression_far", 40, 1e6)
golden.save("metrics", arrays, golden.family)
