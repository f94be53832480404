"""What several layers ask of their arguments and inputs, and the errors that say so."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.backend.dtypes import is_floating
from ondol.errors import DataError, ShapeError


def positive_integer(argument: str, value: Any) -> int:
    """The value of a size such as `units`, as a Python integer."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value <= 0:
        raise DataError(f"Expected a positive integer. Received: {argument}={value!r}.")
    return int(value)


def as_floats(layer: Any, inputs: Any) -> Any:
    """Inputs that a layer can compute with: integers (pixels, counts) and booleans in its float dtype."""
    return inputs if is_floating(inputs.dtype) else inputs.astype(layer.compute_dtype)


def in_dtype(x: Any, dtype: str) -> Any:
    return x if x.dtype.name == dtype else x.astype(dtype)


def check_axes(layer: Any, input_shape: Any) -> None:
    """Refuse inputs without a batch axis or without one of features."""
    if len(input_shape) < 2:
        raise ShapeError(
            f"Layer '{layer.name}' expected inputs of shape (batch, ..., features). "
            f"Received: inputs.shape={tuple(input_shape)}. A single sample needs a batch axis, x[None, :]; "
            "samples of one feature each need a feature axis, x[:, None]."
        )


def check_features(layer: Any, inputs: Any, features: int) -> None:
    """Refuse inputs whose last axis has not the length that the weights were made for."""
    shape = inputs.shape
    if len(shape) < 2:
        check_axes(layer, shape)
    if shape[-1] != features:
        raise ShapeError(
            f"Layer '{layer.name}' expected inputs whose last axis has length {features}, "
            f"as it had when the layer was built. Received: inputs.shape={shape}, "
            f"last axis {shape[-1]}. Give it the same features, or make a new layer."
        )
