"""Arrays in a few letters: small ones in full, large ones by shape, mean and length."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.backend.compile import to_numpy

IN_FULL = 4  # elements


def short(array: Any) -> str:
    """What stands on an arrow.

    Example:
        >>> import numpy as np
        >>> short(np.array([1.5, 2.0])), short(np.float32(715.0))
        ('[1.5, 2]', '715')
        >>> short(np.ones((3, 4)))
        '(3, 4), mean 1, norm 3.464'
    """
    a = to_numpy(array)
    if a.size <= IN_FULL:
        return _nested(a.tolist())
    shape = "(" + ", ".join(map(str, a.shape)) + ("," if a.ndim == 1 else "") + ")"
    if a.dtype.kind not in "biuf" and a.dtype.name != "bfloat16":
        return shape
    wide = a.astype("float64")
    return f"{shape}, mean {_number(wide.mean())}, norm {_number(np.sqrt((wide * wide).sum()))}"


def _nested(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_nested, value)) + "]"
    return _number(value)


def _number(value: Any) -> str:
    return str(value) if isinstance(value, (bool, int, str)) else f"{value:.4g}"
