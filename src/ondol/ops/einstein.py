"""Sums of products in Einstein's notation."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor
from ondol.errors import ShapeError
from ondol.ops.creation import eye, ones
from ondol.ops.elementwise import is_half, promote_all

LETTERS = string.ascii_letters


class Einsum(Op):
    r"""Y = Σ of products over the letters that are not in the output.

    The gradient of an operand is the sum of products of dY and the other operands, with the operand's letters
    as output. A letter that only this operand has comes from a vector of ones; a letter that it has twice
    is written as two, tied by the identity matrix.
    """

    broadcasts = True

    def __init__(self, subscripts):
        self.subscripts = subscripts

    def forward(self, *arrays):
        factors = promote_all(arrays)
        dtype = factors[0].dtype
        if is_half(dtype):  # half precision adds up in float32
            factors = [x.astype(np.float32) for x in factors]
        try:
            return self.xp.einsum(self.subscripts, *factors, optimize="greedy").astype(dtype)
        except (TypeError, ValueError) as error:
            shapes = ", ".join(str(x.shape) for x in arrays)
            raise ShapeError(
                "einsum expected a letter for each axis, and one length for each letter. "
                f"Received: subscripts='{self.subscripts}', shapes {shapes} ({error})."
            ) from None

    def backward(self, dy):
        operands, output = letters_of(self.subscripts, [x.ndim for x in self.inputs])
        return tuple(
            [self.gradient(i, operands, output, dy) if self.needs(i) else None for i in range(len(operands))]
        )

    def gradient(self, i: int, operands: list[str], output: str, dy: Tensor) -> Tensor:
        known = set(output).union(*operands[:i], *operands[i + 1 :])
        terms, factors = (
            [output, *operands[:i], *operands[i + 1 :]],
            [dy, *self.inputs[:i], *self.inputs[i + 1 :]],
        )
        fresh = iter(sorted(set(LETTERS).difference(known, operands[i])))
        target = ""
        for letter, n in zip(operands[i], self.inputs[i].shape, strict=True):
            if letter in target:
                twin = next(fresh)
                terms.append(letter + twin)
                factors.append(eye(n, dtype=dy.dtype))
                letter = twin
            elif letter not in known:
                terms.append(letter)
                factors.append(ones(n, dtype=dy.dtype))
            target += letter
        return einsum(f"{','.join(terms)}->{target}", *factors)


def letters_of(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """The letters of each operand and of the output, "..." and a missing output written out."""
    subscripts = subscripts.replace(" ", "")
    left, arrow, output = subscripts.partition("->")
    operands = left.split(",")
    if not arrow:
        once = sorted({c for c in left if c.isalpha() and left.count(c) == 1})
        output = ("..." if "..." in left else "") + "".join(once)
    spare = sorted(set(LETTERS).difference(subscripts))
    hidden = [n - len(term) + 3 for term, n in zip(operands, ndims, strict=True) if "..." in term]
    batch = "".join(spare[: max(hidden, default=0)])
    written = [
        term.replace("...", batch[len(batch) - (n - len(term) + 3) :]) if "..." in term else term
        for term, n in zip(operands, ndims, strict=True)
    ]
    return written, output.replace("...", batch)


def einsum(subscripts: str, *operands: Any, **options: Any) -> Tensor:
    """Sum of products of arrays, in Einstein's notation.

    Args:
        subscripts: letters for the axes of each operand, separated by commas, then "->" and the letters of
            the result; letters missing there are summed over. "..." stands for any further axes.
        operands: arrays.
        options: accepted for Keras and NumPy (optimize=), and not needed.

    Raises:
        ShapeError: if letters and shapes do not fit.

    Example:
        >>> import ondol as od
        >>> od.einsum("ij,j->i", [[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
        Tensor([3. 7.], dtype=float32)
    """
    return Einsum(subscripts)(*operands)
