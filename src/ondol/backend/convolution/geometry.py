"""How the windows of a convolution lie on its input."""

from __future__ import annotations

from dataclasses import dataclass

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Geometry:
    """Strides, margins and dilation of each spatial axis, and the number of groups of channels.

    Arrays are (samples, *lengths, channels), kernels (*window, channels / groups, filters). Each tap of the
    window sees the input from its own offset: tap t of output o is element o * stride + t * dilation - before.
    """

    strides: tuple[int, ...]
    padding: Pairs
    dilation: tuple[int, ...]
    groups: int = 1

    @property
    def rank(self) -> int:
        return len(self.strides)

    def output_lengths(self, lengths: tuple[int, ...], window: tuple[int, ...]) -> tuple[int, ...]:
        """How often the window fits."""
        axes = zip(lengths, window, self.strides, self.padding, self.dilation, strict=True)
        return tuple((n + a + b - (k - 1) * d - 1) // s + 1 for n, k, s, (a, b), d in axes)

    def is_pointwise(self, window: tuple[int, ...]) -> bool:
        """Whether every output sees one element: the convolution is then a matrix product."""
        return set(window) == {1} and self.groups == 1 and not any(a or b for a, b in self.padding)
