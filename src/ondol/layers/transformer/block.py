"""What the blocks of a Transformer share: dense layers, and a residual around each part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ondol import activations, initializers
from ondol.errors import DataError
from ondol.layers.attention.masks import as_bool
from ondol.layers.base import Layer
from ondol.layers.checks import positive_integer
from ondol.layers.core.dense import Dense
from ondol.layers.normalization.layer_normalization import LayerNormalization
from ondol.layers.regularization.dropout import Dropout


class TransformerBlock(Layer):
    """Base of TransformerEncoder and TransformerDecoder, whose docstrings tell what is computed."""

    supports_masking = True
    _feedforward_layer_norm: LayerNormalization  # made by the subclass, where Keras has it among the weights

    def __init__(
        self,
        intermediate_dim: int,
        num_heads: int,
        dropout: float = 0,
        activation: Any = "relu",
        layer_norm_epsilon: float = 1e-5,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        normalize_first: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.intermediate_dim = positive_integer("intermediate_dim", intermediate_dim)
        self.num_heads = positive_integer("num_heads", num_heads)
        self.dropout = dropout
        self.activation = activations.get(activation)
        self.layer_norm_epsilon = layer_norm_epsilon
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.normalize_first = normalize_first

    def head_dim(self, shape: Any) -> int:
        """The length of a head for inputs of this shape."""
        if shape[-1] < self.num_heads:
            raise DataError(
                f"Layer '{self.name}' expected at least as many features as heads. Received: "
                f"inputs.shape={tuple(shape)}, num_heads={self.num_heads}."
            )
        return shape[-1] // self.num_heads

    def norm(self, name: str, shape: Any) -> LayerNormalization:
        layer = LayerNormalization(
            epsilon=self.layer_norm_epsilon, name=f"{name}_layer_norm", dtype=self.dtype_policy
        )
        layer.build(shape)
        return layer

    def dense(self, units: int, name: str, shape: Any, **arguments: Any) -> Dense:
        layer = Dense(
            units,
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            name=f"feedforward_{name}_dense",
            dtype=self.dtype_policy,
            **arguments,
        )
        layer.build(shape)
        return layer

    def drop(self, name: str) -> Dropout:
        return Dropout(self.dropout, name=f"{name}_dropout", dtype=self.dtype_policy)

    def build_feedforward(self, shape: Any, **arguments: Any) -> None:
        """The dense layers."""
        width = shape[-1]
        self._feedforward_intermediate_dense = self.dense(
            self.intermediate_dim, "intermediate", shape, activation=self.activation, **arguments
        )
        self._feedforward_output_dense = self.dense(
            width, "output", (*shape[:-1], self.intermediate_dim), **arguments
        )
        self._feedforward_dropout = self.drop("feedforward")

    def feedforward(self, x: Any) -> Any:
        def two_layers(x: Any) -> Any:
            return self._feedforward_output_dense(self._feedforward_intermediate_dense(x))

        return self.residual(x, two_layers, self._feedforward_layer_norm, self._feedforward_dropout)

    def residual(self, x: Any, part: Callable, norm: Any, dropout: Any) -> Any:
        """x + dropout(part(norm(x))), or norm(x + dropout(part(x)))."""
        if self.normalize_first:
            return x + dropout(part(norm(x)))
        return norm(x + dropout(part(x)))


def padding_and_attention_mask(x: Any, padding_mask: Any, attention_mask: Any) -> Any:
    """(batch, 1 or query time, key time) of both masks; the mask that x carries, unless one is given; None for none."""
    padding_mask = x._keras_mask if padding_mask is None else padding_mask
    masks = [] if padding_mask is None else [as_bool(padding_mask)[:, None, :]]
    if attention_mask is not None:
        masks.append(as_bool(attention_mask))
    return None if not masks else masks[0] if len(masks) == 1 else masks[0] & masks[1]
