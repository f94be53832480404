"""Forecaster: reads the last values of a series, and says how it goes on."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import layers, ops
from ondol.applications.arguments import positive, share_of_heads
from ondol.data.series_windows import as_series
from ondol.errors import DataError, ShapeError, unknown_name
from ondol.models import Model

RECURRENT = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
CELLS = (*RECURRENT, "transformer")
SMALLEST_VARIANCE = 1e-12


class Forecaster(Model):
    r"""$\hat y = \mu + \sigma\, f((x - \mu) / \sigma)$, with mean µ and standard deviation σ of each window x itself.

        window                          (batch, context, features)
        normalized by itself
        recurrent layers, or a dense layer, waves of positions, and blocks of a Transformer
                                        (batch, context, hidden_dim)
        dense layer on the last step    (batch, horizon, features), at the window's level and scale again

    The network f sees every window at level 0 and scale 1. So it needs no scaling of the data, and what it has learnt
    at one level holds at all others. All values of the horizon are told at once; `forecast` goes on from there.

    Args:
        context: how many values it reads.
        horizon: how many it foretells at once.
        hidden_dim: units of each recurrent layer, or the width of the Transformer.
        cell: "lstm", "gru", "simple_rnn" or "transformer".
        num_layers: recurrent layers, or blocks.
        num_heads: heads of attention, of a Transformer.
        features: how many series that belong together are read and foretold; 1 for a single one.
        dropout: rate, on the inputs of recurrent layers, or as of TransformerEncoder.

    Shapes:
        windows (batch, context, features) to (batch, horizon, features). With one feature, targets may also be
        (batch, horizon).

    Raises:
        DataError: for sizes that are no positive numbers, or a width that the heads cannot share.
        UnknownNameError: for another cell.
        ShapeError: for windows of another shape.

    Example:
        >>> import ondol as od
        >>> series = od.datasets.sine_waves.series(300, periods=(20,))
        >>> model = od.applications.Forecaster(context=30, horizon=5, hidden_dim=16)
        >>> model.compile("adam", "mse")
        >>> history = model.fit(*od.data.series_windows(series, 30, 5), epochs=1, verbose=0)
        >>> model.forecast(series, steps=12).shape
        (12,)

    Reference:
        Kim et al.: "Reversible instance normalization for accurate time-series forecasting against distribution shift"
        (2022), here without learnt scales.
    """

    def __init__(
        self,
        context: int,
        horizon: int = 1,
        hidden_dim: int = 64,
        cell: str = "lstm",
        num_layers: int = 1,
        num_heads: int = 4,
        features: int = 1,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if cell not in CELLS:
            raise unknown_name("cell", cell, CELLS)
        self.context, self.horizon = positive("context", context), positive("horizon", horizon)
        self.features, width = positive("features", features), positive("hidden_dim", hidden_dim)
        numbers = range(positive("num_layers", num_layers))
        self.entrance: Any = None
        if cell == "transformer":
            share_of_heads(width, num_heads)
            self.entrance = layers.Dense(width, name="entrance")
            self.positions = layers.SinePositionEncoding(name="positions")
            self.body = [
                layers.TransformerEncoder(
                    4 * width, num_heads, dropout, "gelu", normalize_first=True, name=f"block_{i}"
                )
                for i in numbers
            ]
        else:
            kind = RECURRENT[cell]
            self.body = [
                kind(width, return_sequences=True, dropout=dropout, name=f"{cell}_{i}") for i in numbers
            ]
        self.exit = layers.Dense(horizon * features, name="exit")
        self.build((None, context, features))

    def call(self, inputs: Any, training: bool = False) -> Any:
        if tuple(inputs.shape[1:]) != (self.context, self.features):
            raise ShapeError(
                f"Forecaster '{self.name}' expected windows (batch, {self.context}, {self.features}), its context and "
                f"features. Received: {inputs.shape}. od.data.series_windows cuts them out of a series."
            )
        mean = ops.mean(inputs, axis=1, keepdims=True)  # (batch, 1, features)
        size = ops.sqrt(ops.var(inputs, axis=1, keepdims=True) + SMALLEST_VARIANCE)
        x = (inputs - mean) / size
        if self.entrance is not None:
            x = self.entrance(x)
            x = x + self.positions(x)
        for layer in self.body:
            x = layer(x, training=training)
        y = ops.reshape(self.exit(x[:, -1]), (x.shape[0], self.horizon, self.features))
        return mean + size * ops.cast(y, mean.dtype)

    def forecast(self, series: Any, steps: int) -> np.ndarray:
        """How a series goes on; where that is further than the horizon, the model reads its own forecasts, too.

        Args:
            series: the numbers known, (time,) or (time, features), at least as many as the context.
            steps: how many values to foretell.

        Returns:
            float32 (steps,) or (steps, features), as the series was given.

        Raises:
            DataError: for a series that is too short, or holds what is no finite number.
            ShapeError: for another number of features.
        """
        known = as_series(series)
        if known.shape[1] != self.features:
            raise ShapeError(
                f"Forecaster '{self.name}' expected a series of {self.features} features. Received: "
                f"shape={np.shape(series)}."
            )
        if len(known) < self.context:
            raise DataError(
                f"Forecaster '{self.name}' expected at least {self.context} values, its context. "
                f"Received: {len(known)}."
            )
        written, count = known[-self.context :], positive("steps", steps)
        while len(written) < self.context + count:
            next_ones = self.predict(written[None, -self.context :], verbose=0)[0]
            written = np.concatenate([written, next_ones])
        written = written[self.context : self.context + count]
        return written[:, 0] if np.ndim(series) == 1 else written
