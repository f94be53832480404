"""Driving a layer by hand, as books do that build everything from scratch: forward, backward, params, grads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.autograd import Tensor, Variable, as_tensor, enable_grad, gradients
from ondol.backend import tree
from ondol.backend.compile import to_numpy
from ondol.backend.dtypes import is_floating
from ondol.backend.state import state
from ondol.errors import DataError, TraceError


class ByHand:
    """What every layer and model has besides being called. NumPy arrays go in and come out; nothing is compiled.

    Example:
        >>> import numpy as np
        >>> import ondol as od
        >>> layer = od.layers.Dense(2, kernel_initializer="ones")
        >>> layer.forward(np.array([[1.0, 2.0]]))
        array([[3., 3.]], dtype=float32)
        >>> layer.backward(np.array([[1.0, 10.0]]))
        array([[11., 11.]])
        >>> kernel, bias = layer.params
        >>> layer.grads[0].tolist()
        [[1.0, 10.0], [2.0, 20.0]]
        >>> kernel -= 0.1 * layer.grads[0]  # in place: the layer computes with it from now on
    """

    name: str
    # How many of the inputs get a gradient; None for all. A loss has none for its targets.
    inputs_with_gradient: int | None = None
    _last_forward: _Forward | None = None

    if TYPE_CHECKING:

        @property
        def trainable_weights(self) -> list[Variable]: ...

    def forward(self, *inputs: Any, training: bool = True, **kwargs: Any) -> Any:
        """The layer's outputs, and everything kept that `backward` needs.

        Args:
            inputs: what `call` takes: arrays, numbers, lists, or Tensors (their values are taken).
            training: whether dropout drops, and batch normalization looks at the batch.
            kwargs: further arguments of `call`.

        Returns:
            NumPy arrays, structured as `call` returns them.

        Raises:
            TraceError: while a function is being compiled.
        """
        if state.trace is not None:
            raise TraceError(
                f"Expected forward() of layer '{self.name}' outside of compiled functions: it returns NumPy arrays. "
                f"Call the layer itself there: layer(x)."
            )
        until = len(inputs) if self.inputs_with_gradient is None else self.inputs_with_gradient
        leaves = (*[_each_array(_leaf, x) for x in inputs[:until]], *inputs[until:])
        with enable_grad():
            outputs = self(*leaves, training=training, **kwargs)  # type: ignore[operator]
        self._last_forward = _Forward(leaves[:until], outputs)
        return tree.map_tree(_array, outputs)

    def backward(self, *dys: Any) -> Any:
        """The gradients for the inputs of the last `forward`; those for the weights are written into `grads`.

        Args:
            dys: the gradient for each output; none for a layer whose output is one number, a loss.

        Returns:
            A NumPy array like the input; for several inputs a tuple of them, structured as the inputs were. None for
            inputs of whole numbers, which have no gradient.

        Raises:
            DataError: before the first `forward`, or for another number of gradients than there are outputs.
            ShapeError: for a gradient that does not have its output's shape.
        """
        if self._last_forward is None:
            raise DataError(
                f"Expected layer.forward(x) before layer.backward(dy). Received: a backward() of '{self.name}' "
                "with no forward() before it."
            )
        inputs, outputs = self._last_forward.inputs, self._last_forward.outputs
        weights = self.trainable_weights
        wanted = [x for x in tree.flatten(inputs) if isinstance(x, Tensor) and x.requires_grad]
        seeds = tree.flatten([_each_array(as_tensor, dy) for dy in dys])
        arrived = iter(self._backwards(tree.flatten(outputs), seeds, [*wanted, *weights]))
        found = {id(x): _array(g) for x, g in zip(wanted, arrived, strict=False)}
        for array, g in zip(self.grads, arrived, strict=True):
            array[...] = _array(g)
        dxs = tree.map_tree(lambda x: found.get(id(x)), inputs)
        return dxs[0] if len(dxs) == 1 else dxs

    def _backwards(self, outputs: list[Tensor], dys: list[Any], wanted: list[Tensor]) -> list[Tensor]:
        if not wanted:
            return []
        if dys and len(dys) != len(outputs):
            raise DataError(
                f"Expected a gradient for each of the {len(outputs)} outputs of layer '{self.name}'. "
                f"Received: {len(dys)}."
            )
        if dys:
            dys = [
                np.asarray(to_numpy(as_tensor(dy).data), y.dtype) for dy, y in zip(dys, outputs, strict=True)
            ]
        connected = [i for i, y in enumerate(outputs) if y.requires_grad]
        return gradients(
            [outputs[i] for i in connected], wanted, [dys[i] for i in connected] if dys else None
        )

    @property
    def params(self) -> list[np.ndarray]:
        """The trainable weights as NumPy arrays, always the same ones: what is written into them, the layer uses.

        Empty until the layer has seen its first input, if its weights depend on that.
        """
        return [v.in_place() for v in self.trainable_weights]

    @property
    def grads(self) -> list[np.ndarray]:
        """For each of `params` its gradient, always the same array; `backward` writes into it."""
        return [v.gradient_in_place() for v in self.trainable_weights]


class _Forward:
    """What a forward pass leaves for the backward pass."""

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs, self.outputs = inputs, outputs

    def __deepcopy__(self, memo: dict) -> None:
        """A copied layer has had no forward: what is recorded leads to the weights of the layer it was copied from."""
        return None


def _each_array(f: Callable, x: Any) -> Any:
    """f of an array, of nested lists of numbers, or of each array in a list or dict of them."""
    if isinstance(x, dict):
        return {key: _each_array(f, item) for key, item in x.items()}
    if isinstance(x, (list, tuple)) and any(isinstance(a, (Tensor, np.ndarray)) for a in tree.flatten(x)):
        return type(x)([_each_array(f, item) for item in x])
    return x if x is None or isinstance(x, (str, bool)) else f(x)


def _leaf(x: Any) -> Tensor:
    """A Tensor of its own, to which a gradient can flow if it holds floats."""
    leaf = Tensor(as_tensor(x).data)
    leaf.requires_grad = is_floating(leaf.dtype)
    return leaf


def _array(y: Any) -> Any:
    # A copy: what the caller does with it must not change what backward() looks at.
    return np.array(to_numpy(y.data)) if isinstance(y, Tensor) else y
