"""Discretization: numbers as the bins that they fall into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import ops
from ondol.errors import DataError
from ondol.layers.base import Layer
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing.adapting import batches
from ondol.layers.preprocessing.encoding import encoded_categories, output_mode_named

MODES = ("int", "one_hot", "multi_hot", "count")


class Discretization(Layer):
    r"""The number of the bin that each value falls into: $i$ where $b_i \le x < b_{i+1}$.

    Give the boundaries, or the number of bins and call `adapt(data)`, which finds boundaries between which there are
    about equally many values.

    Args:
        bin_boundaries: numbers in rising order; n of them part n + 1 bins, the first from -∞ on, the last to +∞.
        num_bins: how many bins `adapt` shall make.
        epsilon: accepted for Keras, which approximates the quantiles; here they are exact.
        output_mode: "int" for the bins' numbers (int32); "one_hot", "multi_hot" and "count" as in `CategoryEncoding`.
        sparse: accepted for Keras; every Tensor is dense.

    Raises:
        DataError: unless exactly one of bin_boundaries and num_bins is given, for boundaries that do not rise, and for
            a call before `adapt`.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])
        >>> layer([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]]).tolist()
        [[0, 2, 3, 1], [1, 3, 2, 1]]
    """

    def __init__(
        self,
        bin_boundaries: Sequence[float] | None = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs["autocast"] = False  # data as they come have more digits than half precision holds
        super().__init__(**kwargs)
        if (bin_boundaries is None) == (num_bins is None):
            raise DataError(
                "Expected bin_boundaries or num_bins, one of them. "
                f"Received: bin_boundaries={bin_boundaries}, num_bins={num_bins}."
            )
        self.num_bins = None if num_bins is None else positive_integer("num_bins", num_bins)
        self.epsilon, self.sparse = epsilon, sparse
        self.output_mode = output_mode_named(output_mode, MODES)
        self.bin_boundaries: list[float] | None = None
        if bin_boundaries is not None:
            self._set(np.asarray(bin_boundaries, "float64"))

    def _set(self, boundaries: np.ndarray) -> None:
        if boundaries.ndim != 1 or not np.isfinite(boundaries).all() or (np.diff(boundaries) < 0).any():
            raise DataError(
                f"Expected finite boundaries in rising order. Received: bin_boundaries={boundaries.tolist()}."
            )
        self.bin_boundaries = boundaries.tolist()

    def adapt(self, data: Any, steps: int | None = None) -> None:
        r"""Find the boundaries: quantiles $1/n, ..., (n-1)/n$ of all values, for n bins.

        Between two values a quantile is interpolated (method 4 of Hyndman and Fan, 1996).

        Args:
            data: an array, or an iterable of batches (of pairs (x, y), x is taken).
            steps: only so many batches.

        Raises:
            DataError: for a layer with bin_boundaries, for no data, or data that are not finite.
        """
        if self.num_bins is None:
            raise DataError(
                "Expected a layer with num_bins=. Received: one whose bin_boundaries are given: nothing to adapt."
            )
        parts = [np.asarray(batch, "float64").ravel() for batch in batches(data, steps)]
        values = np.concatenate([np.zeros(0), *parts])
        if not values.size or not np.isfinite(values).all():
            what = "NaN or infinity" if values.size else "none"
            raise DataError(
                f"Expected finite data to adapt to. Received: {what}. Drop or fill those samples."
            )
        shares = np.arange(1, self.num_bins) / self.num_bins
        self._set(np.quantile(values, shares, method="interpolated_inverted_cdf"))
        self.adaptations += 1

    def call(self, inputs: Any) -> Any:
        if self.bin_boundaries is None:
            raise DataError(
                f"Layer '{self.name}' expected its bins to be known. Call adapt(training_data) first, or pass "
                "bin_boundaries=."
            )
        dtype = "float64" if inputs.dtype == "float64" else "float32"
        bins = ops.digitize(inputs.astype(dtype), np.asarray(self.bin_boundaries, dtype))
        return encoded_categories(bins, len(self.bin_boundaries) + 1, self.output_mode, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "bin_boundaries": self.bin_boundaries, "num_bins": self.num_bins}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        config = dict(config)
        boundaries = config.pop("bin_boundaries", None)
        if config.get("num_bins") is None:
            return cls(**config, bin_boundaries=boundaries)
        layer = cls(**config)
        if boundaries is not None:  # found by adapt
            layer._set(np.asarray(boundaries, "float64"))
        return layer
