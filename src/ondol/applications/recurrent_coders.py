"""The recurrent encoder and decoder of `Seq2Seq` and `AttentionSeq2Seq`."""

from __future__ import annotations

from typing import Any

from ondol import layers, ops
from ondol.autograd import Tensor
from ondol.errors import DataError, unknown_name
from ondol.layers.base import Layer

CELLS = {"lstm": layers.LSTM, "gru": layers.GRU}
States = list[list[Tensor]]  # of each layer those that its cell has: [h, c] or [h]


class RecurrentEncoder(Layer):
    """Reads token ids (batch, steps): the last outputs of all steps, and the states that each layer ends with.

    Args:
        vocabulary_size, embedding_dim: of the embedding.
        hidden_dim: units of each layer, those of both directions together.
        cell: "lstm" or "gru".
        num_layers: how many lie on top of each other.
        bidirectional: whether half of the units read from the end.
        reverse: whether all of them do.
        dropout: rate of the dropout before each layer.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int,
        hidden_dim: int,
        cell: str = "lstm",
        num_layers: int = 1,
        bidirectional: bool = False,
        reverse: bool = False,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if bidirectional and (reverse or hidden_dim % 2):
            raise DataError(
                "Expected an even hidden_dim, and reverse_source=False, for an encoder that reads in both directions. "
                f"Received: hidden_dim={hidden_dim}, reverse_source={reverse}, bidirectional=True."
            )
        self.bidirectional, self.reverse = bidirectional, reverse
        self.embedding = layers.Embedding(vocabulary_size, embedding_dim, name="embedding")
        self.dropout = layers.Dropout(dropout)
        self.recurrent = [self._layer(cell, hidden_dim, f"{cell}_{i}") for i in range(num_layers)]

    def _layer(self, cell: str, units: int, name: str) -> Layer:
        if self.bidirectional:
            return layers.Bidirectional(_recurrent(cell, units // 2, name), name=name)
        return _recurrent(cell, units, name, go_backwards=self.reverse)

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> tuple[Tensor, States]:
        x, states = self.embedding(inputs), []
        for layer in self.recurrent:
            x, *ends = layer(self.dropout(x, training=training), mask=mask, training=training)
            if self.bidirectional:  # the states of both directions side by side
                half = len(ends) // 2
                pairs = zip(ends[:half], ends[half:], strict=True)
                ends = [ops.concatenate(pair, axis=-1) for pair in pairs]
            elif self.reverse:
                x = ops.flip(x, 1)
            states.append(ends)
        return x, states


class RecurrentDecoder(Layer):
    """Reads token ids (batch, n) on from given states: outputs (batch, n, hidden_dim) and the next states.

    Args:
        vocabulary_size, embedding_dim, hidden_dim, cell, num_layers, dropout: see `RecurrentEncoder`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int,
        hidden_dim: int,
        cell: str = "lstm",
        num_layers: int = 1,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.embedding = layers.Embedding(vocabulary_size, embedding_dim, name="embedding")
        self.dropout = layers.Dropout(dropout)
        self.recurrent = [_recurrent(cell, hidden_dim, f"{cell}_{i}") for i in range(num_layers)]

    def call(
        self, inputs: Any, states: States, context: Any = None, training: bool = False
    ) -> tuple[Tensor, States]:
        """The context (batch, dim), if there is one, is seen beside each token."""
        x, after = self.embedding(inputs), []
        if context is not None:
            x = beside(context, x)
        for layer, before in zip(self.recurrent, states, strict=True):
            x, *ends = layer(self.dropout(x, training=training), initial_state=before, training=training)
            after.append(ends)
        return x, after


def beside(context: Tensor, x: Tensor) -> Tensor:
    """x (batch, steps, features) with the context (batch, dim) in front of the features of each step."""
    repeated = ops.broadcast_to(ops.expand_dims(context, 1), (*x.shape[:2], context.shape[-1]))
    return ops.concatenate([repeated, x], axis=-1)


def _recurrent(cell: str, units: int, name: str, **options: Any) -> Layer:
    if cell not in CELLS:
        raise unknown_name("cell", cell, CELLS)
    return CELLS[cell](units, return_sequences=True, return_state=True, name=name, **options)
