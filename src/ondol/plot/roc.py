"""ROC and precision-recall: what every threshold of a score would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError
from ondol.plot import style
from ondol.plot.labels import as_numbers, class_numbers, same_length

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def roc_and_precision_recall(y_true: Any, y_score: Any, title: str | None = None) -> Figure:
    """Draw the ROC curve and the precision-recall curve of two classes.

    On the left the share of negatives that are taken for positive against the share of positives that are found, for
    every threshold; the area under it (AUC) is the probability that a positive has a higher score than a negative. On
    the right how pure what is found is; the dotted lines are what guessing gives.

    Args:
        y_true: the classes `(n,)`, 0 and 1 (or -1 and 1, or one-hot rows).
        y_score: for each the score of class 1, larger for surer: `(n,)` or `(n, 1)`.
        title: a line over the whole picture.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: unless both classes occur, or for NaN.
        ShapeError: for lengths that differ.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.roc_and_precision_recall([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        >>> figure.axes[0].texts[0].get_text()
        'AUC 0.75'
    """
    labels = class_numbers(y_true, "y_true")
    scores = as_numbers(y_score, "y_score").reshape(len(labels), -1)[:, -1].astype("float64")
    same_length(y_true=labels, y_score=scores)
    if set(np.unique(labels)) != {0, 1}:
        raise DataError(
            f"Expected two classes, 0 and 1, which both occur. Received: y_true with {np.unique(labels).tolist()}. "
            "Draw one class against the others: y_true == 3, y_score[:, 3]."
        )
    from sklearn import metrics

    false_rate, true_rate, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    area, average = metrics.roc_auc_score(labels, scores), metrics.average_precision_score(labels, scores)
    figure = style.new_figure(style.WIDTH, 3.3 + (0.3 if title else 0))
    left, right = figure.subplots(1, 2)
    left.plot(false_rate, true_rate, color=style.PALETTE[0], linewidth=1.8)
    left.plot([0, 1], [0, 1], color=style.SOFT, linewidth=1, linestyle=":")
    style.dress(left, "ROC", "false positive rate", "true positive rate (recall)", grid=True)
    left.text(0.95, 0.06, f"AUC {area:.4g}", ha="right", fontsize=style.SIZE["text"], color=style.INK)
    right.step(recall[:-1], precision[:-1], color=style.PALETTE[1], linewidth=1.8, where="post")
    right.axhline(labels.mean(), color=style.SOFT, linewidth=1, linestyle=":")
    style.dress(right, "precision and recall", "recall", "precision", grid=True)
    right.text(0.05, 0.06, f"average precision {average:.4g}", fontsize=style.SIZE["text"], color=style.INK)
    for ax in (left, right):
        ax.set_xlim(-0.02, 1.02)
        ax.set_ylim(-0.02, 1.04)
        ax.set_aspect("equal")
    if title:
        figure.suptitle(title, fontsize=style.SIZE["title"] + 1, color=style.INK)
    return style.finish(figure)
