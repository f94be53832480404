"""Pixels of 0..255 that go into a layer of weights as they are: a mistake that only shows as a bad loss."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Node, Symbol
from ondol.backend import tree
from ondol.backend.dtypes import is_floating
from ondol.backend.state import state
from ondol.layers.reshaping.flatten import Flatten
from ondol.layers.reshaping.reshape import Reshape


def as_scaled_floats(layer: Any, inputs: Any) -> Any:
    """Inputs in the layer's float dtype; of pixels that nobody has scaled, a warning, once for each layer."""
    if is_floating(inputs.dtype):
        return inputs
    warn_of_pixels(layer, inputs)
    return inputs.astype(layer.compute_dtype)


def warn_of_pixels(layer: Any, inputs: Any) -> None:
    """Say, once for each layer, that its inputs look like pixels of 0..255."""
    if inputs.dtype.kind not in "iu" or getattr(layer, "_judged_pixels", False):
        return
    by_values = state.trace is None and inputs.size > 0
    pixels = look_like_pixels(inputs) if by_values else inputs.dtype == np.uint8
    layer._judged_pixels = by_values or pixels
    if not pixels:
        return
    warnings.warn(
        f"Layer '{layer.name}' expected inputs of about -1..1, for which its weights are drawn. "
        f"Received: integers, inputs.dtype={inputs.dtype}, inputs.shape={inputs.shape}, which look like pixels of "
        "0..255. Put od.layers.Rescaling(1/255) in front of it, or divide the data by 255. "
        "If they are no pixels, pass them as floats: x.astype('float32').",
        UserWarning,
        stacklevel=2,
    )


def look_like_pixels(integers: Any) -> bool:
    """Whether the values may be pixels.

    Wider integers than uint8 are counts and numbers of classes more often: only what has the axes of an image or a
    sequence, and spans most of 0..255, is meant.
    """
    low, high = int(ops.min(integers)), int(ops.max(integers))
    if integers.dtype == np.uint8:
        return high > 1
    return integers.ndim > 2 and low >= 0 and 128 <= high <= 255


def warn_of_pixels_in_graph(nodes: Iterable[Node], symbol: Symbol, x: Any) -> None:
    """The same for the layers of a functional model that take integers x from an Input of floats.

    The Input turns them into floats, so that the layers themselves cannot tell.
    """
    if is_floating(x.dtype) or not is_floating(symbol.dtype):
        return
    reached = {id(symbol)}
    for node in nodes:
        if any(id(s) in reached for s in node.inputs):
            if isinstance(node.operation, (Flatten, Reshape)):
                reached.update(id(y) for y in tree.flatten(node.outputs))
            elif getattr(node.operation, "wants_scaled_inputs", False):
                warn_of_pixels(node.operation, x)
