"""AdditiveAttention: scores by a small network in place of a product."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.attention.attention import Attention


class AdditiveAttention(Attention):
    r"""$y = \text{softmax}(S)\, V$ with $S_{ij} = \sum_n s_n \tanh(q_{in} + k_{jn})$.

    Args:
        use_scale: whether to learn the vector s; else it is 1.
        dropout: share of the weights that is set to zero while training.
        seed: an integer for a stream of random numbers of the dropout's own; None for the global one.

    Weights:
        scale (dim,), if use_scale.

    Call arguments and what is returned:
        as of Attention.

    Example:
        >>> import ondol as od
        >>> query, value = od.tensor([[[0.0, 0.0]]]), od.tensor([[[1.0, 2.0], [1.0, 2.0]]])
        >>> od.layers.AdditiveAttention()([query, value]).tolist()
        [[[1.0, 2.0]]]

    Reference:
        Bahdanau, Cho, Bengio: "Neural machine translation by jointly learning to align and translate" (2014).
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        if self.use_scale:
            self.scale = self.add_weight(
                shape=(input_shape[0][-1],), name="scale", initializer="glorot_uniform"
            )

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        activations = ops.tanh(query[:, :, None, :] + key[:, None, :, :])
        return ops.sum(activations if self.scale is None else self.scale * activations, axis=-1)
