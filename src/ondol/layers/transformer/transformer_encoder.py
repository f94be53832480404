"""TransformerEncoder: each step looks at all others, and then thinks by itself."""

from __future__ import annotations

from typing import Any

from ondol import regularizers
from ondol.layers.attention.multi_head_attention import MultiHeadAttention
from ondol.layers.transformer.block import TransformerBlock, padding_and_attention_mask


class TransformerEncoder(TransformerBlock):
    r"""$z = N(x + A(x))$, $y = N'(z + W_2\, f(W_1 z + b_1) + b_2)$ with attention A and layer normalizations N.

    Args:
        intermediate_dim: number of units of the first dense layer.
        num_heads: number of heads of the attention, which divide the features between them.
        dropout: share dropped while training, of the weights of attention and of what each part gives.
        activation: f of the first dense layer.
        layer_norm_epsilon: epsilon of the normalizations.
        kernel_initializer, bias_initializer: how the weights of attention and dense layers are first drawn.
        kernel_regularizer, bias_regularizer: penalties on those weights, added to the loss.
        activity_regularizer: penalty on y, added to the loss.
        normalize_first: normalize what goes into each part, $z = x + A(N(x))$ (GPT-2), not what comes out (BERT).

    Call arguments:
        inputs: (batch, time, features).
        padding_mask: (batch, time), True where a step counts; found on the inputs if not given.
        attention_mask: (batch, time, time), True where a step may look at another.
        return_attention_scores: return the weights too, (batch, num_heads, time, time).

    Example:
        >>> import ondol as od
        >>> od.layers.TransformerEncoder(32, num_heads=2)(od.random.normal((2, 5, 8))).shape
        (2, 5, 8)

    Reference:
        Vaswani et al.: "Attention is all you need" (2017).
    """

    def __init__(
        self,
        intermediate_dim: int,
        num_heads: int,
        dropout: float = 0,
        activation: Any = "relu",
        layer_norm_epsilon: float = 1e-5,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        normalize_first: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            intermediate_dim,
            num_heads,
            dropout,
            activation,
            layer_norm_epsilon,
            kernel_initializer,
            bias_initializer,
            normalize_first,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def build(self, inputs_shape: Any) -> None:
        penalties = {"kernel_regularizer": self.kernel_regularizer, "bias_regularizer": self.bias_regularizer}
        self._self_attention_layer = MultiHeadAttention(
            self.num_heads,
            self.head_dim(inputs_shape),
            dropout=self.dropout,
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            name="self_attention_layer",
            dtype=self.dtype_policy,
            **penalties,
        )
        self._self_attention_layer.build(inputs_shape, inputs_shape)
        self._self_attention_layer_norm = self.norm("self_attention", inputs_shape)
        self._self_attention_dropout = self.drop("self_attention")
        self._feedforward_layer_norm = self.norm("feedforward", inputs_shape)
        self.build_feedforward(inputs_shape, **penalties)

    def call(
        self,
        inputs: Any,
        padding_mask: Any = None,
        attention_mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
    ) -> Any:
        mask = padding_and_attention_mask(inputs, padding_mask, attention_mask)
        scores = None

        def attend(x: Any) -> Any:
            nonlocal scores
            y = self._self_attention_layer(
                x, x, attention_mask=mask, return_attention_scores=return_attention_scores
            )
            y, scores = y if return_attention_scores else (y, None)
            return y

        x = self.residual(inputs, attend, self._self_attention_layer_norm, self._self_attention_dropout)
        y = self.feedforward(x)
        return (y, scores) if return_attention_scores else y
