"""IntegerLookup: whole numbers of any size as numbers from 0 on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor
from ondol.backend.state import state
from ondol.errors import DataError, unknown_name
from ondol.layers.preprocessing.adapting import batches
from ondol.layers.preprocessing.hashing import seed_of
from ondol.layers.preprocessing.index_lookup import DROPPED, IndexLookup, check_all_known, unknown_index
from ondol.ops.hashing import HashIntegers

OOV_METHODS = ("floormod", "farmhash")


class IntegerLookup(IndexLookup):
    """The place of each whole number in a vocabulary; or, with `invert`, the number at each place.

    As `StringLookup`, for numbers such as postal codes, which are names, not quantities.

    Args:
        max_tokens: how many places there are at most; `adapt` keeps the most frequent numbers.
        num_oov_indices: how many places stand for unknown numbers; with 0 an unknown number is an error in eager code,
            and counts as nothing (-1) when compiled.
        mask_token: a number that stands for nothing: 0 with "int", left out of counts.
        oov_token: what `get_vocabulary` and `invert` show for unknown numbers.
        vocabulary: the numbers, or the path of a text file, one a line.
        vocabulary_dtype: only "int64".
        idf_weights: weights for "tf_idf", one for each number of `vocabulary`.
        invert: whether to turn places into numbers.
        output_mode: "int" for the places (int32); "one_hot", "multi_hot", "count" as in `CategoryEncoding`; "tf_idf"
            for counts times weights.
        sparse: accepted for Keras; every Tensor is dense.
        pad_to_max_tokens: whether vectors are max_tokens long, however few numbers there are.
        oov_method: which of several places an unknown number x gets: "floormod" for x mod num_oov_indices, "farmhash"
            for a hash, here MurmurHash3 of its 8 bytes.
        salt: an integer (or two) for another hash.

    Raises:
        DataError, UnknownNameError: for arguments that cannot be right, unknown numbers with num_oov_indices=0, or a
            call before `adapt`.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.IntegerLookup(vocabulary=[12, 36, 1138, 42])
        >>> layer([[12, 1138, 42], [42, 1000, 36]]).tolist()
        [[1, 3, 4], [4, 0, 2]]
    """

    only_text = False

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        for name, value, known in (
            ("vocabulary_dtype", vocabulary_dtype, ("int64",)),
            ("oov_method", oov_method, OOV_METHODS),
        ):
            if value not in known:
                raise unknown_name(name, value, known)
        if salt is not None and oov_method == "floormod":
            raise DataError(f"Expected salt with oov_method='farmhash' only. Received: salt={salt!r}.")
        self.oov_method, self._seed = oov_method, seed_of(salt)
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert, output_mode, sparse,
            pad_to_max_tokens, **kwargs,
        )  # fmt: skip

    def _as_tokens(self, vocabulary: Any) -> np.ndarray:
        try:
            tokens = np.array([int(token) for token in vocabulary], "int64")
        except (TypeError, ValueError, OverflowError):
            raise DataError(
                f"Expected a list of whole numbers. Received: vocabulary={vocabulary!r}."
            ) from None
        return tokens

    def _sampled(self, data: Any, steps: int | None) -> Iterator[Any]:
        for batch in batches(data, steps):
            try:
                numbers = np.asarray(batch)
            except ValueError:
                yield batch  # rows of unequal length
                continue
            if numbers.dtype.kind not in "iub" and numbers.size:
                raise DataError(f"Expected whole numbers to adapt to. Received: dtype={numbers.dtype}.")
            width = math.prod(numbers.shape[1:])
            rows = len(numbers) if numbers.ndim else 1
            yield numbers.reshape((rows, width)).tolist()

    def encode(self, strings: np.ndarray) -> np.ndarray:
        raise DataError(
            f"Layer '{self.name}' expected whole numbers. Received: text. Use a StringLookup layer."
        )

    def call(self, inputs: Any, encoded: Any = False) -> Any:
        self.known_tokens()
        x = inputs.astype("int64")
        return self._numbers_at(x) if self.invert else self.in_output_mode(self._places_of(x))

    def _places_of(self, x: Tensor) -> Tensor:
        tokens = self.known_tokens()
        order = np.argsort(tokens)
        near = ops.minimum(ops.searchsorted(tokens[order], x), len(tokens) - 1)
        is_known = ops.equal(ops.take(tokens[order], near), x)
        places = ops.take(order + self.first_token, near)
        if self.num_oov_indices:
            places = ops.where(is_known, places, self._unknown_places(x))
        else:
            self._check_known(x, is_known)
            places = ops.where(is_known, places, DROPPED)
        if self.mask_token is not None:
            places = ops.where(x == self.mask_token, 0 if self.output_mode == "int" else DROPPED, places)
        return places.astype("int32")

    def _unknown_places(self, x: Tensor) -> Any:
        if self.num_oov_indices == 1:
            return self.first_unknown
        if self.oov_method == "floormod":
            return unknown_index(x, self)
        return unknown_index(HashIntegers(self._seed)(x).astype("int64"), self)

    def _check_known(self, x: Tensor, is_known: Tensor) -> None:
        if state.trace is None:
            known = is_known.numpy()
            if self.mask_token is not None:
                known = known | (x.numpy() == self.mask_token)
            check_all_known(self, x.numpy()[~known].tolist())

    def _numbers_at(self, places: Tensor) -> Tensor:
        numbers = np.array([*self.get_vocabulary(), self.oov_token], "int64")
        last = len(numbers) - 1
        inside = ops.logical_and(places >= 0, places < last)
        return ops.take(numbers, ops.where(inside, places, last))
