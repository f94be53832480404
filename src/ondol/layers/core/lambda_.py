"""Lambda: a function as a layer."""

from __future__ import annotations

import inspect
from typing import Any

from ondol.layers.base import Layer


class Lambda(Layer):
    """Calls a function of yours on its inputs; for one that has weights, subclass Layer instead.

    Args:
        function: function(inputs, **arguments), made of Tensor operations. If it has a parameter `training`,
            it is told whether the model is being trained.
        output_shape: accepted for Keras' sake; the shape is found by evaluating the function.
        mask: the mask of the output, or a function of (inputs, mask of the inputs) that returns it; None for no
            mask, since a function may do anything to the steps.
        arguments: further keyword arguments for the function.

    Raises:
        SavedFileError: when a model is saved whose function is not registered. Code is never written into a
            file, so the function must have a name: decorate it with `@od.utils.register_serializable()`.

    Example:
        >>> import ondol as od
        >>> od.layers.Lambda(lambda x: x * x)([1.0, 3.0]).tolist()
        [1.0, 9.0]
    """

    def __init__(
        self,
        function: Any,
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Expected a function. Received: function={function!r}.")
        self.function = function
        self.mask = mask
        self.arguments = arguments or {}
        try:
            self._wants_training = "training" in inspect.signature(function).parameters
        except ValueError:  # some functions written in C have no signature
            self._wants_training = False

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def call(self, inputs: Any, training: bool = False) -> Any:
        if self._wants_training:
            return self.function(inputs, training=training, **self.arguments)
        return self.function(inputs, **self.arguments)
