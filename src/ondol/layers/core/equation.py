"""Equation: what the notation of EinsumDense says about shapes."""

from __future__ import annotations

import re
from typing import Any

from ondol.errors import ShapeError

FORM = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


class Equation:
    """The letters of inputs, kernel and output of "ab,bc->ac", "...ab,bc->...ac" or "ab...,bc->ac...".

    Attributes:
        input, kernel, output: the letters, without "...".
        before, after: whether "..." stands before or after them.

    Raises:
        ShapeError: for another form.

    Example:
        >>> equation = Equation("abc,cde->abde")
        >>> equation.kernel, equation.summed_as_in_a_product()
        ('cde', 1)
    """

    def __init__(self, equation: str) -> None:
        self.text = equation
        match = FORM.fullmatch(equation.replace(" ", ""))
        parts = match.groups() if match else ("", "", "", "", None, "", "")
        self.before, self.after = bool(parts[0]), bool(parts[2])
        self.input, self.kernel, self.output = parts[1] or "", parts[3] or "", parts[5] or ""
        unknown = [c for c in self.kernel if c not in self.input and c not in self.output]
        unknown += [c for c in self.output if c not in self.input and c not in self.kernel]
        dots = (self.before, self.after) == (bool(parts[4]), bool(parts[6]))
        if not match or not dots or (self.before and self.after) or unknown:
            raise ShapeError(
                'EinsumDense expected an equation such as "ab,bc->ac", "...ab,bc->...ac" or "ab...,bc->ac...", in '
                f"which each letter stands at least twice. Received: equation={equation!r}."
            )

    def summed_as_in_a_product(self) -> int | None:
        """How many letters are summed over, if those are the last of the inputs and the first of the kernel, in order.

        None for other equations, that are no product of matrices.
        """
        n = sum(c not in self.output for c in self.kernel)
        same = n > 0 and self.input[-n:] == self.kernel[:n] and not self.after
        return n if same and self.input[:-n] + self.kernel[n:] == self.output else None

    def weight_shapes(
        self, input_shape: tuple[Any, ...], output_shape: tuple[Any, ...], bias_axes: str | None
    ) -> tuple[tuple[Any, ...], tuple[Any, ...] | None]:
        """The shapes of kernel and bias for inputs of this shape and an output that this shape says more about."""
        elided = len(input_shape) - len(self.input)
        if elided < 0 or (elided and not (self.before or self.after)):
            raise ShapeError(
                f"EinsumDense expected inputs with an axis for each letter of {self.text!r}. "
                f"Received: inputs.shape={input_shape}."
            )
        hidden = elided if self.before else 0
        lengths = dict(zip(self.input, input_shape[hidden:], strict=False))
        # The batch is the first letter of the output, or in its "...", and not part of output_shape.
        named = self.output if self.before and elided else self.output[1:]
        if len(named) != len(output_shape):
            raise ShapeError(
                f"EinsumDense expected output_shape to have a length (or None) for each of the letters '{named}', the "
                f"output of {self.text!r} without the batch. Received: output_shape={output_shape}."
            )
        for letter, n in zip(named, output_shape, strict=True):
            known = lengths.get(letter)
            if n is not None and known is not None and n != known:
                raise ShapeError(
                    f"EinsumDense expected '{letter}' to have one length. Received: output_shape={output_shape}, "
                    f"inputs.shape={input_shape}: {n} and {known}."
                )
            lengths[letter] = known if n is None else n
        kernel = tuple(lengths[c] for c in self.kernel)
        if bias_axes is None:
            return kernel, None
        if not bias_axes or any(c not in self.output for c in bias_axes):
            raise ShapeError(
                f"EinsumDense expected bias_axes to be letters of the output of {self.text!r}. "
                f"Received: bias_axes={bias_axes!r}."
            )
        first = min(self.output.index(c) for c in bias_axes)
        bias = tuple(lengths[c] if c in bias_axes else 1 for c in self.output[first:])
        return kernel, bias + (1,) * (elided if self.after else 0)

    def check(self, name: str, shape: tuple[int, ...], kernel_shape: tuple[int, ...]) -> None:
        """Refuse inputs that do not fit the kernel."""
        elided = len(shape) - len(self.input)
        lengths = dict(zip(self.kernel, kernel_shape, strict=True))
        own = shape[elided if self.before else 0 :]
        fits = elided == 0 or (elided > 0 and (self.before or self.after))
        if not fits or any(lengths.get(c, n) != n for c, n in zip(self.input, own, strict=False)):
            raise ShapeError(
                f"Layer '{name}' expected inputs that fit {self.text!r} with a kernel of shape {kernel_shape}. "
                f"Received: inputs.shape={shape}. Give it the same lengths as when it was built, or make a new layer."
            )
