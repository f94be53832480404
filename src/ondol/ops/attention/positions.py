"""Where in a sequence a step stands, told by waves: added to it, or as a rotation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor, as_tensor
from ondol.backend.dtypes import numpy_dtype
from ondol.errors import ShapeError
from ondol.ops.casting import cast
from ondol.ops.creation import arange
from ondol.ops.elementwise import is_half
from ondol.ops.joining import stack
from ondol.ops.shapes import reshape
from ondol.ops.trigonometric import cos, sin


class Rotate(Op):
    r"""y₁ = x₁ cos a - x₂ sin a,  y₂ = x₂ cos a + x₁ sin a  for the halves x₁, x₂ of the last axis: turns by angles a;

    dx is dy turned back, by -a.
    """

    broadcasts = True

    def __init__(self, back=False):
        self.sign = -1.0 if back else 1.0

    def forward(self, x, cosines, sines):
        half = x.shape[-1] // 2
        x1, x2 = x[..., :half], x[..., half:]
        sines = self.sign * sines
        turned = [x1 * cosines - x2 * sines, x2 * cosines + x1 * sines]
        return self.xp.concatenate(turned, axis=-1).astype(x.dtype)

    def backward(self, dy):
        _, cosines, sines = self.inputs
        return Rotate(back=self.sign > 0)(dy, cosines, sines), None, None


def rotary_embedding(
    x: Any,
    start_index: Any = 0,
    positions: Any = None,
    max_wavelength: float = 10000.0,
    scaling_factor: float = 1.0,
) -> Tensor:
    """Each pair of numbers i and i + dim / 2 of a step turned by its position · max_wavelength^(-2 i / dim).

    The product of a query and a key that were turned so depends on how far apart they are, not on where they are.

    Args:
        x: array (batch, time, ..., dim) of queries or keys, dim even.
        start_index: the position of the first step.
        positions: array (time,) of positions, instead of start_index, start_index + 1, ...
        max_wavelength: about 2π times this many positions apart, the slowest pair comes around.
        scaling_factor: by which positions are divided.

    Raises:
        ShapeError: for fewer than three axes, or an odd dim.

    Example:
        >>> import ondol as od
        >>> od.ops.rotary_embedding([[[1.0, 0.0], [1.0, 0.0]]]).round(4).tolist()
        [[[1.0, 0.0], [0.5403000116348267, 0.8414999842643738]]]

    Reference: Su et al., "RoFormer: enhanced Transformer with rotary position embedding" (2021).
    """
    x = as_tensor(x)
    x = x if x.dtype.kind not in "biu" else cast(x, None)
    if x.ndim < 3 or x.shape[-1] % 2:
        raise ShapeError(
            "rotary_embedding expected an array (batch, time, ..., dim) with an even dim. "
            f"Received: x.shape={x.shape}."
        )
    time, dim = x.shape[1], x.shape[-1]
    wide = np.float32 if is_half(x.dtype) else x.dtype
    if positions is None:
        positions = arange(time, dtype=wide) + cast(start_index, wide)
    rates = (1.0 / max_wavelength ** (np.arange(0, dim, 2) / dim)).astype(wide)
    angles = reshape(cast(positions, wide) / scaling_factor, (-1, 1)) * rates  # (time, dim / 2)
    angles = reshape(angles, (angles.shape[0], *[1] * (x.ndim - 3), dim // 2))
    return Rotate()(x, cos(angles), sin(angles))


def sinusoidal_positions(
    length: int, dim: int, start_index: Any = 0, max_wavelength: float = 10000.0, dtype: Any = None
) -> Tensor:
    """sin and cos in turns of position / max_wavelength^(2 i / dim), for pairs i: a vector for each position.

    Args:
        length: number of positions.
        dim: length of the vectors.
        start_index: the first position.
        max_wavelength: about 2π times this is the length of the slowest wave.
        dtype: of the result; None for floatx.

    Returns:
        Array (length, dim).

    Example:
        >>> import ondol as od
        >>> od.ops.sinusoidal_positions(2, 4).round(2).tolist()[0]
        [0.0, 1.0, 0.0, 1.0]

    Reference: Vaswani et al., "Attention is all you need" (2017).
    """
    wide = np.result_type(np.float32, numpy_dtype(dtype))  # half precision cannot count far
    rates = (1.0 / max_wavelength ** (2 * np.arange((dim + 1) // 2) / dim)).astype(wide)
    positions = arange(length, dtype=wide) + cast(start_index, wide)
    angles = reshape(positions, (length, 1)) * rates
    waves = stack([sin(angles), cos(angles)], axis=-1)  # (length, pairs, 2)
    return cast(reshape(waves, (length, -1))[:, :dim], dtype)
