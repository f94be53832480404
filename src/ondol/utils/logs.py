"""What to show of a metric that has several values, one for each class."""

from __future__ import annotations

from typing import Any

import numpy as np


def one_number(value: Any) -> float:
    """The number itself, or the mean of several.

    Example:
        >>> one_number(0.5), one_number([0.25, 0.75])
        (0.5, 0.5)
    """
    return float(np.mean(value))
