"""Sequential: layers one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.autograd import Symbol, Tensor
from ondol.autograd.symbolic import TEXT
from ondol.backend.dtypes import at_least_float32
from ondol.errors import ShapeError
from ondol.layers.base import Layer
from ondol.layers.preprocessing.strings import as_strings
from ondol.layers.preprocessing.text_layer import TextLayer
from ondol.models.graph import Graph, adjusted
from ondol.models.model import Model
from ondol.random import the_global_stream


class Sequential(Model):
    """A stack of layers, each fed with the output of the one before.

    Args:
        layers: the layers; `od.Input(shape=...)` in front, or `input_shape=` on the first layer, lets the
            weights be made at once. Without either they are made when the model first sees data.
        trainable: whether the weights take part in training.
        name: a name; None for an automatic one.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([
        ...     od.Input(shape=(4,)),
        ...     od.layers.Dense(8, activation="relu"),
        ...     od.layers.Dense(3, activation="softmax"),
        ... ])
        >>> model([[1.0, 2.0, 3.0, 4.0]]).shape
        (1, 3)
    """

    def __init__(
        self,
        layers: Sequence[Any] | None = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, trainable=trainable, **kwargs)
        self._stack: list[Layer] = []
        self._input: Symbol | None = None
        for layer in layers or []:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Put a layer on top (or an `od.Input` below the first).

        Raises:
            TypeError: for something that is no layer.
            ShapeError: if the layer cannot take the output of the one before.
        """
        if isinstance(layer, Symbol):
            self._set_input(layer)
            return
        if not isinstance(layer, Layer):
            hint = " Put the activation in od.layers.Activation(...)." if callable(layer) else ""
            raise TypeError(f"Expected layers. Received: {layer!r}.{hint}")
        symbol = getattr(layer, "symbol", None)  # an InputLayer
        if symbol is not None:
            self._set_input(symbol)
            return
        if any(other.name == layer.name for other in self._stack):
            raise ValueError(
                f"Expected layers of different names. Received: a second layer named '{layer.name}'. "
                "Pass another name=; the same layer cannot stand in a Sequential model twice."
            )
        self._stack.append(layer)
        if self._input is None and len(self._stack) == 1:
            self._input = self._input_of(layer)
        if self._input is not None:
            self._connect(layer)

    def _input_of(self, first: Layer) -> Symbol | None:
        """What goes in, where the first layer says it: by `input_shape=`, or as a model that knows its input."""
        if first._given_input_shape is not None:
            if isinstance(first, TextLayer) and first.only_text:
                return Symbol((None, *first._given_input_shape), TEXT, f"{self.name}_input")
            dtype = at_least_float32(first.variable_dtype)
            return Symbol((None, *first._given_input_shape), dtype, f"{self.name}_input")
        if isinstance(first, Model) and first._graph is not None and isinstance(first.input, Symbol):
            return Symbol(first.input.shape, first.input.dtype, f"{self.name}_input")
        return None

    def pop(self) -> Layer:
        """Take the topmost layer off and return it."""
        layer = self._stack.pop()
        self._reconnect()
        return layer

    def _set_input(self, symbol: Symbol) -> None:
        if self._stack or self._input is not None:
            raise ValueError(
                "Expected od.Input first in a Sequential model. Received: it after other layers."
            )
        self._input = symbol

    def _connect(self, layer: Layer) -> None:
        before = self._graph.outputs if self._graph is not None else self._input
        try:
            y = layer(before)
        except Exception:
            self._stack.pop()
            raise
        self._graph = Graph(self._input, y)
        self.built = True
        self._forget_programs()

    def _reconnect(self) -> None:
        self._graph, stack, self._stack = None, self._stack, []
        self.built = False
        for layer in stack:
            self._stack.append(layer)
            if self._input is not None:
                self._connect(layer)

    @property
    def layers(self) -> list[Layer]:
        return list(self._stack)

    def build(self, input_shape: Any = None) -> None:
        """Make all weights for inputs of this shape, batch axis included (None)."""
        if not self._stack:
            raise ShapeError(
                f"Expected layers in the model '{self.name}'. Received: none. Add them with model.add(...)."
            )
        if input_shape is not None and self._input is None:
            first = self._stack[0]
            dtype = at_least_float32(first.variable_dtype)
            self._input = Symbol((None, *tuple(input_shape)[1:]), dtype, f"{self.name}_input")
            self._reconnect()
        self.built = True

    def call(self, inputs: Any) -> Any:
        if not self._stack:
            return inputs
        if self._graph is not None and self._graph.takes_text:
            return self._graph.run(inputs)
        if isinstance(inputs, (list, tuple)) and len(inputs) == 1:  # the only one of several inputs
            (inputs,) = inputs
        if self._input is not None and isinstance(inputs, Tensor) and inputs.ndim != self._input.ndim:
            inputs = adjusted(self._input, inputs)
        for layer in self._stack:
            inputs = layer(inputs)
        return inputs

    def encode_text(self, inputs: Any) -> Any:
        if self._input is None and self._stack and isinstance(self._stack[0], TextLayer):
            strings = as_strings(inputs, self._stack[0].encoding)
            if strings is not None:  # the first data: they say what the input is
                self._input = Symbol((None, *strings.shape[1:]), TEXT, f"{self.name}_input")
                with the_global_stream():
                    self._reconnect()
        return super().encode_text(inputs)

    @property
    def takes_text(self) -> bool:
        return super().takes_text or (
            self._graph is None and bool(self._stack) and isinstance(self._stack[0], TextLayer)
        )

    def get_config(self) -> dict[str, Any]:
        from ondol.layers import registry

        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": self.dtype_policy.name,
        }
        config["layers"] = [registry.serialize(layer) for layer in self._stack]
        if self._input is not None:
            config["input"] = {
                "shape": list(self._input.shape),
                "dtype": self._input.dtype.name,
                "name": self._input.name,
            }
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        from ondol.layers import registry

        config = dict(config)
        layers = [registry.deserialize(layer) for layer in config.pop("layers")]
        given = config.pop("input", None)
        if given is not None:
            layers.insert(0, Symbol(given["shape"], given["dtype"], given["name"]))
        return cls(layers, **config)
