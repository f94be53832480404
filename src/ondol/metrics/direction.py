"""Whether more of a loss or metric is better, as its name tells."""

from __future__ import annotations

# "io_u" is how the name IoU is written in small letters.
_HIGHER_IS_BETTER = (
    "acc",
    "auc",
    "precision",
    "recall",
    "f1",
    "fbeta",
    "f_beta",
    "f_score",
    "iou",
    "io_u",
    "dice",
    "r2",
    "cosine_similarity",
    "correlation",
    "sensitivity",
    "specificity",
    "exact_match",
    "true_positives",
    "true_negatives",
)
_LOWER_IS_BETTER = (
    "loss",
    "error",
    "mse",
    "mae",
    "rmse",
    "mape",
    "msle",
    "logcosh",
    "log_cosh",
    "huber",
    "hinge",
    "poisson",
    "entropy",
    "divergence",
    "bce",
    "kld",
    "perplexity",
    "false_positives",
    "false_negatives",
)


def direction(name: str) -> int:
    """1 if more is better, -1 if less is, 0 if a name does not tell.

    Example:
        >>> direction("val_auc"), direction("dice_loss"), direction("sum")
        (1, -1, 0)
    """
    if any(part in name for part in _LOWER_IS_BETTER):
        return -1
    return int(any(part in name for part in _HIGHER_IS_BETTER))
