"""Data in memory: x, y and sample weights together, checked before any work is done with them."""

from __future__ import annotations

from typing import Any

from ondol.backend import tree
from ondol.data.checks import check_finite, check_lengths, named
from ondol.data.class_weights import weights_of_samples
from ondol.data.standard import standardize
from ondol.data.unpack import pack_x_y_sample_weight
from ondol.errors import DataError


class ArrayData:
    """x, y and sample weights in memory, in standard form and checked.

    Args:
        x, y, sample_weight: arrays with the samples along the first axis; lists or dicts of arrays for
            several inputs or outputs; y and sample_weight may be None.
        class_weight: weight for each class label, turned into sample weights.

    Raises:
        DataError: for empty data, different lengths, NaN or infinite values.
    """

    def __init__(self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None) -> None:
        if x is None:
            raise DataError("Expected data. Received: x=None.")
        self.x, self.y = standardize(x, "x"), standardize(y, "y")
        self.given_weight = self.sample_weight = standardize(sample_weight, "sample_weight")
        arrays = self._named_leaves()
        check_lengths(arrays, self.x)
        check_finite(arrays)
        if class_weight is not None:
            weights = weights_of_samples(self.y, class_weight)
            self.sample_weight = weights if self.sample_weight is None else weights * self.sample_weight

    @property
    def structure(self) -> Any:
        """What a training step receives: x, (x, y) or (x, y, sample_weight)."""
        return pack_x_y_sample_weight(self.x, self.y, self.sample_weight)

    @property
    def leaves(self) -> list[Any]:
        return tree.flatten(self.structure)

    def __len__(self) -> int:
        return len(tree.flatten(self.x)[0])

    def batch(self, rows: Any) -> Any:
        """The samples of these rows, in the structure that a training step receives."""
        return tree.map_tree(lambda a: None if a is None else a[rows], self.structure)

    def split(self, share: float) -> tuple[ArrayData, ArrayData]:
        """The first samples, and the last `share` of them apart (as Keras' validation_split).

        Class weights are for learning: the samples set apart have none.
        """
        n = len(self)
        fits = isinstance(share, (int, float)) and 0 < share < 1
        cut = int(n * (1.0 - share)) if fits else 0
        if not 0 < cut < n:
            raise DataError(
                f"Expected 0 < validation_split < 1 that leaves some of the {n} samples on both sides. "
                f"Received: validation_split={share!r}."
            )
        return self.part(slice(None, cut)), self.part(slice(cut, None)).as_given()

    def as_given(self) -> ArrayData:
        """The same samples without class weights, which are for learning and not for measuring."""
        data = self.part(slice(None))
        data.sample_weight = data.given_weight
        return data

    def part(self, rows: Any) -> ArrayData:
        """Some of the samples, which need no check again."""
        part = object.__new__(ArrayData)
        for name in ("x", "y", "sample_weight", "given_weight"):
            setattr(part, name, tree.map_tree(lambda a: None if a is None else a[rows], getattr(self, name)))
        return part

    def _named_leaves(self) -> list[tuple[str, Any]]:
        parts = (("x", self.x), ("y", self.y), ("sample_weight", self.sample_weight))
        return [found for name, part in parts for found in named(name, part)]
