"""Initializer: the values that a weight starts from."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from ondol.autograd import Tensor


class Initializer:
    """Base of all initializers. A subclass defines `__call__(shape, dtype)`.

    Example:
        >>> import ondol as od
        >>> class Ramp(od.initializers.Initializer):
        ...     def __call__(self, shape, dtype=None):
        ...         return od.tensor([i / 10 for i in range(shape[0])], dtype=dtype)
        >>> print(Ramp()((3,)).numpy())
        [0.  0.1 0.2]
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        """The values.

        Args:
            shape: shape of the weight.
            dtype: dtype of the weight; None for floatx, "float32".
        """
        raise TypeError(f"{type(self).__name__} must define __call__(self, shape, dtype=None)")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this initializer again."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """The initializer that `get_config` described."""
        return cls(**config)

    def clone(self) -> Initializer:
        """Another one with the same arguments."""
        return copy.copy(self)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"
