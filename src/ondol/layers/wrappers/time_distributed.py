"""TimeDistributed: a layer for single samples on every step of a sequence."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.backend import tree
from ondol.errors import ShapeError
from ondol.layers.wrappers.wrapper import Wrapper


class TimeDistributed(Wrapper):
    """The same layer, with the same weights, on each step: (batch, steps, ...) as batch · steps samples.

    All steps are computed at once, as one large batch. A BatchNormalization within therefore takes its
    statistics over the steps, too. (Dense, and others that act on the last axis, need no wrapper.)

    Args:
        layer: a layer for inputs (batch, ...).

    Call arguments:
        inputs: array (batch, steps, ...), or a list or dict of such for a layer of several inputs.
        mask: (batch, steps), handed to the layer if it takes a mask.

    Raises:
        ShapeError: for inputs without an axis of steps, or a mask of other steps.

    Example:
        >>> import ondol as od
        >>> frames = od.ops.ones((2, 10, 8, 8, 3))
        >>> od.layers.TimeDistributed(od.layers.Flatten())(frames).shape
        (2, 10, 192)
    """

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        super().build(self._shape_of_step(input_shape))

    def _shape_of_step(self, shape: Any) -> Any:
        if isinstance(shape, dict):
            return {key: self._shape_of_step(item) for key, item in shape.items()}
        if any(isinstance(item, (tuple, list, dict)) for item in shape):
            return [self._shape_of_step(item) for item in shape]
        self._check(shape)
        return (None, *shape[2:])

    def _check(self, shape: Any) -> None:
        if len(shape) < 3:
            raise ShapeError(
                f"Layer '{self.name}' expected inputs of shape (batch, steps, ...) with at least three axes. "
                f"Received: inputs.shape={tuple(shape)}. Call the layer within directly on data without steps."
            )

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        for x in tree.flatten(inputs):
            self._check(x.shape)
        batch, steps = tree.flatten(inputs)[0].shape[:2]

        def merge(x: Any) -> Any:
            return ops.reshape(x, (batch * steps, *x.shape[2:]))

        options = {"training": training} if self.layer._accepts("training") else {}
        if mask is not None and self.layer._accepts("mask"):
            if mask.shape[:2] != (batch, steps):
                raise ShapeError(
                    f"Layer '{self.name}' expected a mask of shape (batch, steps, ...) = ({batch}, {steps}, ...). "
                    f"Received: mask.shape={mask.shape}."
                )
            options["mask"] = merge(mask)
        outputs = self.layer(tree.map_tree(merge, inputs), **options)
        return tree.map_tree(lambda y: ops.reshape(y, (batch, steps, *y.shape[1:])), outputs)
