"""The table of all metrics: targets, predictions, and scikit-learn or a formula for all samples at once."""

import numpy as np
from scipy import special, stats
from sklearn import metrics as sk

import ondol as od

rng = np.random.default_rng(2)
N, K = 60, 5
LABELS = rng.integers(0, K, N)
ONE_HOT = np.eye(K)[LABELS]
P = rng.dirichlet(np.ones(K), N)
BITS, SCORES = rng.integers(0, 2, N), rng.uniform(0.01, 0.99, N)
Y, Z = rng.normal(size=(2, N, 3))
COUNTS, RATES = rng.poisson(2.0, (N, 1)).astype(float), rng.uniform(0.1, 4.0, (N, 1))
W = rng.uniform(0, 2, N)
W[::7] = 0  # masked
YES = BITS == 1
# Scores in the middle between 200 thresholds: then the sums over thresholds are those over all scores.
GRID = (np.clip((60 * rng.normal(size=N) + 60 * BITS + 90).astype(int), 0, 198) + 0.5) / 199
COLUMNS, COLUMN_SCORES = rng.integers(0, 2, (N, 3)), (rng.integers(0, 199, (N, 3)) + 0.5) / 199
Z_SHIFTED = Y + 0.7 * Z + 0.3

TOKENS, TOKEN_LOGITS = rng.integers(0, K, (N, 4)), rng.normal(0.0, 2.0, (N, 4, K))


def true_logits():
    return np.take_along_axis(TOKEN_LOGITS, TOKENS[..., None], -1)[..., 0]


def full(w):
    """A weight for each token."""
    return np.ones((N, 4)) * (1.0 if w is None else w[:, None])


def average(values, w):
    return np.average(values, weights=w)


def weight(chosen, w):
    return np.sum(np.ones(N)[chosen] if w is None else w[chosen])


def share_where(of, where, least):
    return of[where >= least].max()


def pr_points(w):
    """Alarms and right alarms for each threshold, from none on."""
    order = np.argsort(-GRID)
    w = (np.ones(N) if w is None else w)[order]
    last = np.append(np.diff(GRID[order]) != 0, True)
    return np.r_[0, np.cumsum(w)[last]], np.r_[0, np.cumsum(w * BITS[order])[last]]


def interpolated_pr_area(w):
    """∫ TP / (TP + FP) d recall, with TP a line over the alarms between two thresholds, by the midpoint rule."""
    alarms, right = pr_points(w)
    area = 0.0
    for i in range(len(alarms) - 1):
        t = (np.arange(2000) + 0.5) / 2000
        tp = right[i] + t * (right[i + 1] - right[i])
        everything = alarms[i] + t * (alarms[i + 1] - alarms[i])
        area += np.mean(tp / np.maximum(everything, 1e-12)) * (right[i + 1] - right[i])
    return area / right[-1]


def pr_gain_area(w):
    """Flach and Kull: gains of precision and recall over a model that always says yes, with trapezoids."""
    alarms, right = pr_points(w)
    positives = right[-1]
    share = positives / alarms[-1]
    with np.errstate(all="ignore"):
        precision, recall = right / alarms, right / positives
        precision_gain = np.where(right > 0, (precision - share) / ((1 - share) * precision), 1.0)
        recall_gain = np.where(right > 0, np.maximum((recall - share) / ((1 - share) * recall), 0), 0.0)
    return np.trapezoid(precision_gain, recall_gain)


def columns_of(f, w):
    return [f(COLUMNS[:, i], COLUMN_SCORES[:, i], sample_weight=w) for i in range(3)]


def concordance(y, z):
    return 2 * np.cov(y, z, bias=True)[0, 1] / (y.var() + z.var() + (y.mean() - z.mean()) ** 2)


CASES = {
    "Accuracy": (LABELS, P.argmax(-1), lambda w: sk.accuracy_score(LABELS, P.argmax(-1), sample_weight=w)),
    "BinaryAccuracy": (
        BITS,
        SCORES[:, None],
        lambda w: sk.accuracy_score(BITS, SCORES > 0.5, sample_weight=w),
    ),
    "CategoricalAccuracy": (ONE_HOT, P, lambda w: sk.accuracy_score(LABELS, P.argmax(-1), sample_weight=w)),
    "SparseCategoricalAccuracy": (
        LABELS,
        P,
        lambda w: sk.accuracy_score(LABELS, P.argmax(-1), sample_weight=w),
    ),
    "TopKCategoricalAccuracy": (
        ONE_HOT,
        P,
        lambda w: sk.top_k_accuracy_score(LABELS, P, k=2, sample_weight=w),
    ),
    "SparseTopKCategoricalAccuracy": (
        LABELS,
        P,
        lambda w: sk.top_k_accuracy_score(LABELS, P, k=2, sample_weight=w),
    ),
    "MeanSquaredError": (Y, Z, lambda w: sk.mean_squared_error(Y, Z, sample_weight=w)),
    "RootMeanSquaredError": (Y, Z, lambda w: np.sqrt(sk.mean_squared_error(Y, Z, sample_weight=w))),
    "MeanAbsoluteError": (Y, Z, lambda w: sk.mean_absolute_error(Y, Z, sample_weight=w)),
    "MeanAbsolutePercentageError": (
        Y,
        Z,
        lambda w: 100 * sk.mean_absolute_percentage_error(Y, Z, sample_weight=w),
    ),
    "MeanSquaredLogarithmicError": (
        COUNTS,
        RATES,
        lambda w: sk.mean_squared_log_error(COUNTS, RATES, sample_weight=w),
    ),
    "LogCoshError": (Y, Z, lambda w: average(np.log(np.cosh(Z - Y)).mean(-1), w)),
    "CosineSimilarity": (
        Y,
        Z,
        lambda w: average((Y * Z).sum(-1) / np.linalg.norm(Y, axis=-1) / np.linalg.norm(Z, axis=-1), w),
    ),
    "BinaryCrossentropy": (BITS, SCORES[:, None], lambda w: sk.log_loss(BITS, SCORES, sample_weight=w)),
    "CategoricalCrossentropy": (ONE_HOT, P, lambda w: sk.log_loss(ONE_HOT, P, sample_weight=w)),
    "SparseCategoricalCrossentropy": (LABELS, P, lambda w: sk.log_loss(LABELS, P, sample_weight=w)),
    "Perplexity": (LABELS, P, lambda w: np.exp(sk.log_loss(LABELS, P, sample_weight=w))),
    "Perplexity of logits": (
        TOKENS,
        TOKEN_LOGITS,
        lambda w: np.exp(average(special.logsumexp(TOKEN_LOGITS, -1) - true_logits(), full(w))),
    ),
    "Perplexity without padding": (
        TOKENS,
        special.softmax(TOKEN_LOGITS, -1),
        lambda w: np.exp(
            average(special.logsumexp(TOKEN_LOGITS, -1) - true_logits(), full(w) * (TOKENS != 0))
        ),
    ),
    "KLDivergence": (P[::-1], P, lambda w: average(stats.entropy(P[::-1], P, axis=-1), w)),
    "Poisson": (COUNTS, RATES, lambda w: average((RATES - COUNTS * np.log(RATES))[:, 0], w)),
    "Hinge": (2 * BITS - 1, Z[:, :1], lambda w: sk.hinge_loss(BITS, Z[:, 0], sample_weight=w)),
    "SquaredHinge": (
        2 * BITS - 1,
        Z[:, :1],
        lambda w: average(np.maximum(1 - (2 * BITS - 1) * Z[:, 0], 0) ** 2, w),
    ),
    "CategoricalHinge": (
        ONE_HOT,
        P,
        lambda w: average(np.maximum(np.where(ONE_HOT, 0, P).max(-1) - P[np.arange(N), LABELS] + 1, 0), w),
    ),
    "TruePositives": (BITS, SCORES, lambda w: weight(YES & (SCORES > 0.5), w)),
    "TrueNegatives": (BITS, SCORES, lambda w: weight(~YES & (SCORES <= 0.5), w)),
    "FalsePositives": (BITS, SCORES, lambda w: weight(~YES & (SCORES > 0.5), w)),
    "FalseNegatives": (BITS, SCORES, lambda w: weight(YES & (SCORES <= 0.5), w)),
    "FalseNegatives at several thresholds": (
        BITS,
        SCORES[:, None],
        lambda w: [weight(YES & (t >= SCORES), w) for t in (0.6, 0.1, 0.25)],
    ),
    "TruePositives at even thresholds": (
        BITS,
        SCORES,
        lambda w: [weight(YES & (t < SCORES), w) for t in (0, 0.25, 0.5, 0.75, 1)],
    ),
    "Precision": (BITS, SCORES, lambda w: sk.precision_score(BITS, SCORES > 0.5, sample_weight=w)),
    "Recall": (BITS, SCORES, lambda w: sk.recall_score(BITS, SCORES > 0.5, sample_weight=w)),
    "Precision of class 2": (
        ONE_HOT,
        P,
        lambda w: sk.precision_score(LABELS == 2, P[:, 2] > 0.3, sample_weight=w),
    ),
    "Recall of the best two": (
        ONE_HOT,
        P,
        lambda w: sk.top_k_accuracy_score(LABELS, P, k=2, sample_weight=w),
    ),
    "Precision of the best two": (
        ONE_HOT,
        P,
        lambda w: sk.top_k_accuracy_score(LABELS, P, k=2, sample_weight=w) / 2,
    ),
    "F1Score": (
        ONE_HOT,
        P,
        lambda w: sk.f1_score(LABELS, P.argmax(-1), average=None, sample_weight=w),
    ),
    **{
        f"F1Score {average}": (
            ONE_HOT,
            P,
            lambda w, average=average: sk.f1_score(LABELS, P.argmax(-1), average=average, sample_weight=w),
        )
        for average in ("micro", "macro", "weighted")
    },
    "FBetaScore": (
        COLUMNS,
        COLUMN_SCORES,
        lambda w: sk.fbeta_score(COLUMNS, COLUMN_SCORES > 0.4, beta=2, average=None, sample_weight=w),
    ),
    "AUC": (BITS, GRID, lambda w: sk.roc_auc_score(BITS, GRID, sample_weight=w)),
    "AUC of logits": (BITS, special.logit(GRID), lambda w: sk.roc_auc_score(BITS, GRID, sample_weight=w)),
    "AUC under PR": (BITS, GRID, interpolated_pr_area),
    "AUC under PRGAIN": (BITS, GRID, pr_gain_area),
    "AUC of columns": (
        COLUMNS,
        COLUMN_SCORES,
        lambda w: np.mean(columns_of(sk.roc_auc_score, w)),
    ),
    "AUC of weighted columns": (
        COLUMNS,
        COLUMN_SCORES,
        lambda w: np.average(columns_of(sk.roc_auc_score, w), weights=[1, 2, 5]),
    ),
    "AUC at own thresholds": (
        BITS,
        SCORES,
        lambda w: sk.roc_auc_score(BITS, np.digitize(SCORES, [0.2, 0.3, 0.8]), sample_weight=w),
    ),
    "SensitivityAtSpecificity": (
        BITS,
        GRID,
        lambda w: (lambda fpr, tpr, _: share_where(tpr, 1 - fpr, 0.7))(
            *sk.roc_curve(BITS, GRID, sample_weight=w, drop_intermediate=False)
        ),
    ),
    "SpecificityAtSensitivity": (
        BITS,
        GRID,
        lambda w: (lambda fpr, tpr, _: share_where(1 - fpr, tpr, 0.7))(
            *sk.roc_curve(BITS, GRID, sample_weight=w, drop_intermediate=False)
        ),
    ),
    "PrecisionAtRecall": (
        BITS,
        GRID,
        lambda w: (lambda p, r, _: share_where(p, r, 0.7))(
            *sk.precision_recall_curve(BITS, GRID, sample_weight=w)
        ),
    ),
    "RecallAtPrecision": (
        BITS,
        GRID,
        lambda w: (lambda p, r, _: share_where(r, p, 0.7))(
            *sk.precision_recall_curve(BITS, GRID, sample_weight=w)
        ),
    ),
    "IoU": (
        LABELS,
        P.argmax(-1),
        lambda w: sk.jaccard_score(LABELS, P.argmax(-1), labels=[0, 3], average="macro", sample_weight=w),
    ),
    "MeanIoU": (
        LABELS,
        P.argmax(-1),
        lambda w: sk.jaccard_score(LABELS, P.argmax(-1), average="macro", sample_weight=w),
    ),
    "MeanIoU without class 1": (
        LABELS,
        P,
        lambda w: sk.jaccard_score(
            LABELS[LABELS != 1],
            P.argmax(-1)[LABELS != 1],
            average="macro",
            sample_weight=None if w is None else w[LABELS != 1],
        ),
    ),
    "OneHotIoU": (
        ONE_HOT,
        P,
        lambda w: sk.jaccard_score(LABELS, P.argmax(-1), labels=[0, 3], average="macro", sample_weight=w),
    ),
    "OneHotMeanIoU": (
        ONE_HOT,
        P,
        lambda w: sk.jaccard_score(LABELS, P.argmax(-1), average="macro", sample_weight=w),
    ),
    "BinaryIoU": (
        BITS,
        SCORES,
        lambda w: sk.jaccard_score(BITS, SCORES >= 0.3, average="macro", sample_weight=w),
    ),
    "R2Score": (Y, Z_SHIFTED, lambda w: sk.r2_score(Y, Z_SHIFTED, sample_weight=w)),
    "R2Score of each": (
        Y,
        Z_SHIFTED,
        lambda w: sk.r2_score(Y, Z_SHIFTED, sample_weight=w, multioutput="raw_values"),
    ),
    "R2Score by variance": (
        Y,
        Z_SHIFTED,
        lambda w: sk.r2_score(Y, Z_SHIFTED, sample_weight=w, multioutput="variance_weighted"),
    ),
    "R2Score adjusted": (
        Y[:, 0],
        Z_SHIFTED[:, :1],
        lambda w: 1 - (1 - sk.r2_score(Y[:, 0], Z_SHIFTED[:, 0], sample_weight=w)) * (N - 1) / (N - 5),
    ),
    "PearsonCorrelation": (
        Y,
        Z,
        lambda w: average([stats.pearsonr(y, z).statistic for y, z in zip(Y, Z, strict=True)], w),
    ),
    "ConcordanceCorrelation": (
        Y,
        Z,
        lambda w: average([concordance(y, z) for y, z in zip(Y, Z, strict=True)], w),
    ),
}
OPTIONS = {
    "TopKCategoricalAccuracy": {"k": 2},
    "SparseTopKCategoricalAccuracy": {"k": 2},
    "FalseNegatives at several thresholds": {"thresholds": [0.6, 0.1, 0.25]},
    "TruePositives at even thresholds": {"thresholds": [0, 0.25, 0.5, 0.75, 1]},
    "Precision of class 2": {"class_id": 2, "thresholds": 0.3},
    "Recall of the best two": {"top_k": 2},
    "Precision of the best two": {"top_k": 2},
    "F1Score micro": {"average": "micro"},
    "F1Score macro": {"average": "macro"},
    "F1Score weighted": {"average": "weighted"},
    "FBetaScore": {"beta": 2.0, "threshold": 0.4},
    "AUC of logits": {"from_logits": True},
    "AUC under PR": {"curve": "PR"},
    "AUC under PRGAIN": {"curve": "PRGAIN"},
    "AUC of columns": {"multi_label": True},
    "AUC of weighted columns": {"multi_label": True, "num_labels": 3, "label_weights": [1.0, 2.0, 5.0]},
    "AUC at own thresholds": {"thresholds": [0.3, 0.8, 0.2]},
    "Perplexity of logits": {"from_logits": True},
    "Perplexity without padding": {"mask_token_id": 0},
    "SensitivityAtSpecificity": {"specificity": 0.7},
    "SpecificityAtSensitivity": {"sensitivity": 0.7},
    "PrecisionAtRecall": {"recall": 0.7},
    "RecallAtPrecision": {"precision": 0.7},
    "IoU": {"num_classes": K, "target_class_ids": [0, 3]},
    "MeanIoU": {"num_classes": K},
    "MeanIoU without class 1": {"num_classes": K, "ignore_class": 1, "sparse_y_pred": False},
    "OneHotIoU": {"num_classes": K, "target_class_ids": [0, 3]},
    "OneHotMeanIoU": {"num_classes": K},
    "BinaryIoU": {"threshold": 0.3},
    "R2Score of each": {"class_aggregation": None},
    "R2Score by variance": {"class_aggregation": "variance_weighted_average"},
    "R2Score adjusted": {"num_regressors": 4},
}


def make(name):
    return getattr(od.metrics, name.split()[0])(**OPTIONS.get(name, {}))
