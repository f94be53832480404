"""Sequences on their way into the loops, and out of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from ondol.autograd import Tensor, as_tensor
from ondol.backend import floatx
from ondol.errors import ShapeError
from ondol.ops.axes import flip, swapaxes
from ondol.ops.casting import cast
from ondol.ops.creation import zeros
from ondol.ops.cumulative import cumsum
from ondol.ops.elementwise import WHOLE, is_half
from ondol.ops.linear import matmul
from ondol.ops.selection import where
from ondol.ops.shapes import expand_dims


class Sequence(NamedTuple):
    """What a loop needs, in floats of at least 32 bits."""

    z: Tensor  # (steps, batch, gates * units), the inputs times their weights
    kernel: Tensor  # (units, gates * units), the recurrent one
    bias: Tensor  # (gates * units,), added in the loop
    states: tuple[Tensor, ...]  # (batch, units) each
    named: dict[str, Tensor]  # "mask" (steps, batch, 1) and "dropout" (batch, units), if there
    dtype: Any  # of the results

    def outputs(self, hs: Tensor, zero_output_for_mask: bool) -> Tensor:
        """(batch, steps, units): the states; zeros at masked steps, or only at those before the first that counts."""
        mask = self.named.get("mask")
        if mask is not None:
            shown = mask if zero_output_for_mask else cumsum(cast(mask, "int32"), axis=0) > 0
            hs = where(shown, hs, 0.0)
        return self.final(swapaxes(hs, 0, 1))

    def final(self, x: Tensor) -> Tensor:
        """A result in the dtype of the inputs."""
        return x if x.dtype == self.dtype else cast(x, self.dtype)


def sequence(
    name: str,
    gates: int,
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any,
    states: tuple[Any, ...],
    mask: Any,
    recurrent_mask: Any,
    go_backwards: bool,
) -> Sequence:
    """The arguments of a recurrent rule, checked, cast and multiplied.

    Raises:
        ShapeError: if the shapes do not fit.
    """
    x, w, u = as_tensor(inputs), as_tensor(kernel), as_tensor(recurrent_kernel)
    if x.dtype.kind in WHOLE:
        x = cast(x, floatx())
    check(name, gates, x, w, u, bias, states, mask, recurrent_mask)
    x = swapaxes(x, 0, 1)  # (steps, batch, features)
    z = matmul(flip(x, 0) if go_backwards else x, w)
    wide = "float32" if is_half(z.dtype) else z.dtype
    named = {}
    if mask is not None:
        counts = expand_dims(swapaxes(cast(mask, "bool"), 0, 1), -1)
        named["mask"] = flip(counts, 0) if go_backwards else counts
    if recurrent_mask is not None:
        named["dropout"] = cast(recurrent_mask, wide)
    bias = zeros(u.shape[1], wide) if bias is None else cast(bias, wide)
    return Sequence(
        cast(z, wide), cast(u, wide), bias, tuple([cast(state, wide) for state in states]), named, z.dtype
    )


def check(
    name: str,
    gates: int,
    x: Tensor,
    w: Tensor,
    u: Tensor,
    bias: Any,
    states: tuple[Any, ...],
    mask: Any,
    recurrent_mask: Any,
) -> None:
    """Raise ShapeError unless all shapes fit."""
    if x.ndim != 3 or x.shape[1] == 0:
        raise ShapeError(
            f"{name} expected inputs.shape=(batch, steps, features), steps > 0. Received: inputs.shape={x.shape}."
        )
    if u.ndim != 2 or u.shape[1] != gates * u.shape[0]:
        wide = "units" if gates == 1 else f"{gates} * units"
        raise ShapeError(
            f"{name} expected recurrent_kernel.shape=(units, {wide}). "
            f"Received: recurrent_kernel.shape={u.shape}."
        )
    batch, steps, features = x.shape
    units, columns = u.shape
    wanted: list[tuple[str, Any, tuple[int, ...]]] = [
        ("kernel", w, (features, columns)),
        ("mask", mask, (batch, steps)),
    ]
    wanted += [("bias", bias, (columns,)), ("recurrent_mask", recurrent_mask, (batch, units))]
    wanted += [("the initial state", state, (batch, units)) for state in states]
    for what, given, shape in wanted:
        if given is not None and as_tensor(given).shape != shape:
            raise ShapeError(
                f"{name} expected {what} of shape {shape}, for inputs.shape={x.shape} and {units} units. "
                f"Received: {what} of shape {as_tensor(given).shape}."
            )
