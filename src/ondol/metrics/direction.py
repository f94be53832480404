"""Whether more of a loss or metric is better, as its name tells."""

from __future__ import annotations

_HIGHER_IS_BETTER = ("acc", "auc", "precision", "recall", "f1", "fbeta", "iou", "r2", "cosine_similarity")
_LOWER_IS_BETTER = ("loss", "error", "mse", "mae", "rmse", "mape", "msle", "crossentropy", "divergence")


def direction(name: str) -> int:
    """1 if more is better, -1 if less is, 0 if a name does not tell."""
    if any(part in name for part in _LOWER_IS_BETTER):
        return -1
    return int(any(part in name for part in _HIGHER_IS_BETTER))
