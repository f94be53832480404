"""Hashing: categories as numbers, without a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops
from ondol.backend.murmur import hash_texts
from ondol.errors import DataError
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing.encoding import encoded_categories, output_mode_named
from ondol.layers.preprocessing.text_layer import TextLayer
from ondol.ops.hashing import HashIntegers

MODES = ("int", "one_hot", "multi_hot", "count")


class Hashing(TextLayer):
    r"""A number from 0 to num_bins - 1 for each category: $y = h(x) \bmod m$.

    Nothing needs to be learnt, and no vocabulary to be kept; different categories may get the same number.

    The hash h is MurmurHash3 (x86, 32 bits) of a text in UTF-8, or of a whole number's 8 bytes, lowest first: the same
    on every machine, eagerly and compiled. (Keras uses FarmHash64, and SipHash64 with a salt: other bins, of the same
    kind.) It is no protection against somebody who chooses categories to collide.

    Args:
        num_bins: how many numbers there are, that of the mask included.
        mask_value: a category that stands for nothing and gets 0; the others then get 1, ..., num_bins - 1.
        salt: an integer, or two, for another hash.
        output_mode: "int" for the numbers (int32); "one_hot", "multi_hot" and "count" as in `CategoryEncoding`.
        sparse: accepted for Keras; every Tensor is dense.

    Raises:
        DataError: for inputs that are neither text nor whole numbers.

    Example:
        >>> import ondol as od
        >>> od.layers.Hashing(num_bins=3)([["A"], ["B"], ["A"]]).tolist()
        [[1], [2], [1]]
    """

    only_text = False

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs["autocast"] = False
        super().__init__(**kwargs)
        self.num_bins = positive_integer("num_bins", num_bins)
        self.mask_value, self.salt, self.sparse = mask_value, salt, sparse
        self.output_mode = output_mode_named(output_mode, MODES)
        self._seed = seed_of(salt)
        if mask_value is not None and self.num_bins < 2:
            raise DataError(
                f"Expected num_bins of 2 or more with a mask_value, which takes one. Received: num_bins={num_bins}."
            )

    def encode(self, strings: np.ndarray) -> np.ndarray:
        hashes = hashes_of(strings, self._seed)
        if self.mask_value is None:
            return (hashes % self.num_bins).astype("int32")
        masked = np.array([text == self.mask_value for text in strings.ravel().tolist()], bool)
        return np.where(masked.reshape(strings.shape), 0, 1 + hashes % (self.num_bins - 1)).astype("int32")

    def call(self, inputs: Any, encoded: Any = False) -> Any:
        bins = inputs if encoded else self._bins_of_numbers(inputs)
        return encoded_categories(bins, self.num_bins, self.output_mode, self.compute_dtype)

    def _bins_of_numbers(self, x: Any) -> Any:
        hashes = HashIntegers(self._seed)(whole_numbers(self, x)).astype("int64")
        if self.mask_value is None:
            return (hashes % self.num_bins).astype("int32")
        bins = 1 + hashes % (self.num_bins - 1)
        return ops.where(x == self.mask_value, 0, bins).astype("int32")


def hashes_of(strings: np.ndarray, seed: int) -> np.ndarray:
    """The hash of each text, uint32; each different text is hashed once."""
    flat = strings.ravel().tolist()
    distinct = list(dict.fromkeys(flat))
    known = dict(zip(distinct, hash_texts(distinct, seed).tolist(), strict=True))
    return np.array([known[text] for text in flat], "uint32").reshape(strings.shape)


def seed_of(salt: Any) -> int:
    """A salt (None, an integer, or two) as the seed of the hash.

    Raises:
        DataError: for anything else.
    """
    numbers = list(salt) if isinstance(salt, (list, tuple)) else [0 if salt is None else salt]
    if not 1 <= len(numbers) <= 2 or not all(isinstance(n, (int, np.integer)) for n in numbers):
        raise DataError(f"Expected a salt of one or two integers. Received: salt={salt!r}.")
    if len(numbers) == 1:
        return int(numbers[0]) % 2**32
    return int(hash_texts([f"{int(numbers[0])},{int(numbers[1])}"], 0)[0])


def whole_numbers(layer: Any, x: Any) -> Any:
    """The inputs, unless they are fractions."""
    if x.dtype.kind not in "iub":
        raise DataError(
            f"Layer '{layer.name}' expected text or whole numbers. Received: dtype={x.dtype}. In a model, say "
            'od.Input(shape, dtype="int32"); make categories of fractions with a Discretization layer.'
        )
    return x
