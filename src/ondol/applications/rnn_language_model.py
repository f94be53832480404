"""A recurrent language model: a state that holds what was read, and says which token may follow."""

from __future__ import annotations

from typing import Any

from ondol import layers, ops
from ondol.applications.arguments import positive
from ondol.autograd import Tensor
from ondol.errors import unknown_name
from ondol.generation import CausalLM

CELLS = {"lstm": layers.LSTM, "gru": layers.GRU, "simple_rnn": layers.SimpleRNN}


class RNNLanguageModel(CausalLM):
    """A language model of recurrent layers: all that it knows of a text is in states of a fixed size.

        tokens (batch, steps)
        embedding, dropout                       (batch, steps, d)
        L recurrent layers, dropout after each   (batch, steps, d)
        scores by a dense layer, or by the embedding's matrix (batch, steps, vocabulary)

    `generate` writes a text on: each token takes the same time and memory, however long the text is.

    Args:
        vocabulary_size: how many tokens there are.
        hidden_dim: d, the width of the embedding and of the states.
        num_layers: L, the number of recurrent layers.
        cell: "lstm", "gru" or "simple_rnn".
        dropout: rate of the dropout on the way from layer to layer; the way from step to step is left alone.
        tie_weights: whether the scores compare the last layer's state with the embedding of each token; else a dense
            layer makes them.
        tokenizer: turns text into tokens and back, for `generate`; it is saved with the model.

    Shapes:
        whole numbers (batch, steps) to scores (batch, steps, vocabulary_size), which are logits.

    Raises:
        DataError: for sizes that are no positive numbers.
        UnknownNameError: for another cell.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.applications.RNNLanguageModel(65, hidden_dim=32, num_layers=2, cell="gru")
        >>> model(np.zeros((2, 10), int)).shape
        (2, 10, 65)
        >>> model.generate([1, 2, 3], max_new_tokens=5).shape
        (8,)

    Reference: Mikolov et al.: "Recurrent neural network based language model" (2010); dropout as in Zaremba, Sutskever,
    Vinyals: "Recurrent neural network regularization" (2014); tied weights: Press and Wolf: "Using the output embedding
    to improve language models" (2017).
    """

    def __init__(
        self,
        vocabulary_size: int,
        hidden_dim: int = 128,
        num_layers: int = 1,
        cell: str = "lstm",
        dropout: float = 0.0,
        tie_weights: bool = False,
        tokenizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = positive("vocabulary_size", vocabulary_size)
        width, count = positive("hidden_dim", hidden_dim), positive("num_layers", num_layers)
        if cell not in CELLS:
            raise unknown_name("cell", cell, CELLS)
        self.tokenizer = tokenizer
        self.tokens = layers.Embedding(vocabulary_size, width, name="tokens")
        self.recurrent = [
            CELLS[cell](width, return_sequences=True, return_state=True, name=f"{cell}_{i}")
            for i in range(count)
        ]
        self.dropout = layers.Dropout(dropout)
        self.scores = None if tie_weights else layers.Dense(vocabulary_size, name="scores")

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self._read(inputs, [None for _ in self.recurrent], training)[0]

    def _read(self, token_ids: Any, states: list[Any], training: bool) -> tuple[Tensor, list[list[Tensor]]]:
        """The scores after each token, and the states of all layers after the last one."""
        x = self.dropout(self.tokens(token_ids), training=training)
        after = []
        for layer, state in zip(self.recurrent, states, strict=True):
            x, *state = layer(x, initial_state=state, training=training)
            x = self.dropout(x, training=training)
            after.append(state)
        return self._scores(x), after

    def _scores(self, x: Tensor) -> Tensor:
        return ops.matmul(x, ops.transpose(self.tokens.embeddings)) if self.scores is None else self.scores(x)

    def make_cache(self, batch_size: int, max_length: int) -> Any:
        """The first states, (batch, hidden_dim): one for each layer, for an LSTM two."""
        return [layer.get_initial_state(batch_size) for layer in self.recurrent]

    def call_with_cache(
        self, token_ids: Tensor, cache: Any, cache_update_index: Tensor
    ) -> tuple[Tensor, Any]:
        return self._read(token_ids, cache, False)
