"""The eager namespace: NumPy, plus the few primitives that its own API lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ondol.backend.namespace import eager_namespace


def erf(x: Any) -> Any:
    """Error function, 2/√π ∫₀ˣ exp(-t²) dt; NumPy has none, scipy is imported at first use."""
    from scipy.special import erf as scipy_erf

    return _through_float32(scipy_erf, x)


def erfinv(x: Any) -> Any:
    """The x with erf(x) = y."""
    from scipy.special import erfinv as scipy_erfinv

    return _through_float32(scipy_erfinv, x)


def _through_float32(f: Callable, x: Any) -> Any:
    """f(x) in x's dtype: scipy answers float16 in float32, and does not know bfloat16."""
    if getattr(getattr(x, "dtype", None), "itemsize", 8) > 2:
        return f(x)
    return f(x.astype("float32")).astype(x.dtype)


numpy_namespace = eager_namespace("numpy", np, np.add.at, erf, erfinv)
