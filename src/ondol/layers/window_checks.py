"""Images that do not fit the window of a convolution or pooling: what is wrong with them, and what would mend it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from ondol.errors import DataError, ShapeError, unknown_name
from ondol.ops.data_format import Pairs, resolve_padding

AXES = {1: "steps", 2: "height, width", 3: "depth, height, width"}
A_SAMPLE = {1: (100,), 2: (28, 28), 3: (16, 64, 64)}


def standardize_padding(padding: Any, rank: int, names: Sequence[str]) -> str | Pairs:
    """One of the names in small letters, or margins (before, after) of each spatial axis.

    Raises:
        UnknownNameError, DataError: for anything else.
    """
    if isinstance(padding, str):
        if padding.lower() not in names:
            raise unknown_name("padding", padding, names)
        return padding.lower()
    ones = (1,) * rank
    return resolve_padding(padding, ones, ones, ones, ones)


def check_strides_and_dilation(strides: Sequence[int], dilation: Sequence[int]) -> None:
    """Refuse, as Keras does, a window that both jumps and has holes."""
    if max(strides) > 1 and max(dilation) > 1:
        raise DataError(
            "Expected strides of 1 or a dilation_rate of 1. "
            f"Received: strides={tuple(strides)}, dilation_rate={tuple(dilation)}. "
            "Use two layers: the dilated convolution, then one (or a pooling) with the strides."
        )


def channel_axis(layer: Any) -> int:
    return 1 if layer.data_format == "channels_first" else -1


def spatial(layer: Any, shape: Sequence[Any]) -> tuple[Any, ...]:
    """The lengths of the spatial axes of inputs of this shape."""
    return tuple(shape[2:] if layer.data_format == "channels_first" else shape[1:-1])


def known_channels(layer: Any, shape: Sequence[Any]) -> int:
    """The number of channels of inputs of this shape, which the kernel is made for.

    Raises:
        ShapeError: for another number of axes than batch, spatial axes and channels, or unknown channels.
    """
    check_axes(layer, shape)
    channels = shape[channel_axis(layer)]
    if not channels:
        raise ShapeError(
            f"Layer '{layer.name}' expected to know the number of channels, for which its kernel is made. "
            f"Received: inputs.shape={tuple(shape)}. The lengths of the other axes may be None, "
            f"the channels not: od.Input(({_sample(layer, (None,) * layer.rank, 3)}))."
        )
    return int(channels)


def warn_of_format(layer: Any, shape: Sequence[Any]) -> None:
    """Say so where inputs fit a layer but look as if their channels came first: (3, 32, 32)."""
    sides = set(shape[2:])
    if layer.rank > 1 and channel_axis(layer) == -1 and shape[1] in (1, 3) and len(sides) == 1:
        side = sides.pop()
        if side and side >= 8:
            warnings.warn(
                f"Layer '{layer.name}' expected inputs whose channels come last. "
                f"Received: inputs.shape={tuple(shape)}, {by(spatial(layer, shape))} with {side} channels."
                f"{about_format(layer, shape)}",
                UserWarning,
                stacklevel=2,
            )


def check_axes(layer: Any, shape: Sequence[Any]) -> None:
    """Refuse inputs that have not one axis for the batch, one for the channels and `rank` between."""
    missing = layer.rank + 2 - len(shape)
    if missing:
        wanted = _sample(layer, AXES[layer.rank], "channels")
        raise ShapeError(
            f"Layer '{layer.name}' expected inputs of {layer.rank + 2} axes, (batch, {wanted}). "
            f"Received: inputs.shape={tuple(shape)}. {_about_axes(layer, shape, missing)}"
        )


def _about_axes(layer: Any, shape: Sequence[Any], missing: int) -> str:
    """What to do about inputs with too few axes, or (missing < 0) too many."""
    first = layer.data_format == "channels_first"
    if missing == 1 and shape[0 if first else -1] in (1, 2, 3, 4) and shape[0] is not None:
        return "A single sample needs a batch axis: x[None]."
    if missing == 1:
        sample = tuple(shape[1:])
        return (
            f"Samples of one channel need an axis for it: {'x[:, None]' if first else 'x[..., None]'}, "
            f"or od.Input({(1, *sample) if first else (*sample, 1)}) for the model."
        )
    if missing > 1 and len(shape) == 2:
        n = shape[-1] or 0
        side = math.isqrt(n)
        folded = (side, side) if layer.rank == 2 and side * side == n else A_SAMPLE[layer.rank]
        target = (1, *folded) if first else (*folded, 1)
        return f"Flat samples are folded with a layer in front, such as od.layers.Reshape({target})."
    if missing > 1:
        return f"A batch of samples has a shape such as (32, {_sample(layer, A_SAMPLE[layer.rank], 3)})."
    if layer.rank + 1 in A_SAMPLE and missing == -1:
        other = type(layer).__name__.replace(f"{layer.rank}D", f"{layer.rank + 1}D")
        return (
            f"One spatial axis more is for a layer such as {other}; an axis of length 1 goes with a Reshape."
        )
    return "Flatten or reshape the axes that are too many."


def check_channels(layer: Any, shape: Sequence[Any], channels: int) -> None:
    """Refuse inputs with other channels than the kernel was made for."""
    check_axes(layer, shape)
    if shape[channel_axis(layer)] != channels:
        raise ShapeError(
            f"Layer '{layer.name}' expected inputs of {channels} channels, as they were when it was built. "
            f"Received: inputs.shape={tuple(shape)}, {shape[channel_axis(layer)]} channels "
            f"(data_format='{layer.data_format}').{about_format(layer, shape, channels)} "
            "Otherwise give it the same channels, or make a new layer."
        )


def check_window(layer: Any, shape: Sequence[Any]) -> None:
    """Refuse images that the dilated kernel does not fit on; unknown lengths are left for later."""
    if isinstance(layer.padding, str) and layer.padding != "valid":
        return
    lengths = spatial(layer, shape)
    reach = [(k - 1) * d + 1 for k, d in zip(layer.kernel_size, layer.dilation_rate, strict=True)]
    margins = layer.padding if layer.padding != "valid" else ((0, 0),) * layer.rank
    if all(n is None or n + a + b >= r for n, (a, b), r in zip(lengths, margins, reach, strict=True)):
        return
    dilated = f", dilated {layer.dilation_rate}" if max(layer.dilation_rate) > 1 else ""
    raise ShapeError(
        f"Layer '{layer.name}' expected inputs at least as large as its kernel, kernel_size={layer.kernel_size}"
        f"{dilated}. Received: inputs.shape={tuple(shape)}, which is {by(lengths)} with "
        f"{shape[channel_axis(layer)]} channels (data_format='{layer.data_format}')."
        f"{about_format(layer, shape)} Otherwise use a smaller kernel, padding='same', larger inputs, or fewer "
        "layers before this one: every 'valid' convolution and every pooling makes an image smaller."
    )


def about_format(layer: Any, shape: Sequence[Any], channels: int | None = None) -> str:
    """A hint for inputs whose channels seem to be where this layer does not look for them."""
    here, there = (1, -1) if layer.data_format == "channels_first" else (-1, 1)
    few = shape[there] == channels if channels else shape[there] in (1, 2, 3, 4)
    if channels is None and layer.rank > 1:
        few = few and len(set(spatial(layer, shape))) > 1  # what is square as it stands, stands right
    if not few or shape[here] in (None, shape[there]):
        return ""
    if layer.data_format == "channels_first":
        return (
            " The channels seem to be on the last axis: leave out data_format='channels_first', "
            "or move them with np.moveaxis(x, -1, 1)."
        )
    return (
        " The channels seem to be on axis 1: move them to the end with np.moveaxis(x, 1, -1), "
        "or make the layer with data_format='channels_first'."
    )


def by(lengths: Sequence[Any]) -> str:
    """(28, None) as 28x?."""
    return "x".join("?" if n is None else str(n) for n in lengths)


def _sample(layer: Any, lengths: Any, channels: Any) -> str:
    """The axes of one sample in the layer's format: "28, 28, 3"."""
    inner = lengths if isinstance(lengths, str) else ", ".join(map(str, lengths))
    return f"{channels}, {inner}" if layer.data_format == "channels_first" else f"{inner}, {channels}"
