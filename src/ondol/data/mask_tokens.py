"""Hiding some tokens of a text, for a model to guess: how BERT is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import random
from ondol.errors import DataError

MASKED, RANDOM = 0.8, 0.1  # of the chosen tokens; the rest stays as it is


def mask_tokens(
    ids: Any,
    mask_id: int,
    vocabulary_size: int,
    share: float = 0.15,
    special_ids: Sequence[int] = (0,),
    seed: Any = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose tokens at random, and hide them: 80% behind the mask, 10% behind another token, 10% not at all.

    A model is to say what stood at the chosen places. Since a token that was left alone may be one of them, and one
    that was replaced looks like any other, it has to keep in mind what stands at every place.

    Args:
        ids: whole numbers, (steps,) or (batch, steps).
        mask_id: the token that stands for what is to be guessed.
        vocabulary_size: how many tokens there are.
        share: part of the tokens that is chosen, each by itself.
        special_ids: tokens that are never chosen, and never put in another one's place: padding, start, end;
            `Tokenizer.special_ids`. mask_id is always one of them.
        seed: an integer for the same choice each time; None for another one each time. Within `Dataset.map` the choice
            follows from the data set's seed, and is another one in each epoch.

    Returns:
        `(inputs, targets, weights)` in the shape of ids: the tokens with some hidden (int32), all true ones (int32),
        and 1 at the chosen places, 0 elsewhere (float32): x, y and sample_weight of `fit`.

    Raises:
        DataError: for ids that are no whole numbers or not in the vocabulary, or a share that is not from 0 to 1.

    Example:
        >>> import ondol as od
        >>> ids = [[1, 7, 8, 9, 6, 5, 2, 0]]  # start, five words, end, padding
        >>> inputs, targets, weights = od.data.mask_tokens(
        ...     ids, mask_id=3, vocabulary_size=10, share=0.5, special_ids=[0, 1, 2], seed=1
        ... )
        >>> inputs.tolist(), weights.astype(int).tolist()
        ([[1, 7, 8, 3, 6, 5, 2, 0]], [[0, 0, 0, 1, 0, 1, 0, 0]])

        In a data set each epoch hides other tokens:

        >>> def hide(rows):
        ...     return od.data.mask_tokens(rows, mask_id=3, vocabulary_size=10)
        >>> rows = od.data.Dataset.from_tensor_slices(od.ones((32, 8), "int32").numpy())
        >>> data = rows.batch(16).map(hide)
        >>> [part.shape for part in next(iter(data))]
        [(16, 8), (16, 8), (16, 8)]

    Reference:
        Devlin et al.: "BERT: Pre-training of deep bidirectional Transformers" (2019), section 3.1 and appendix A.1.
    """
    found, special = _checked(ids, mask_id, vocabulary_size, share, special_ids)
    shape = (3, *found.shape)
    chance, how, which = random.uniform(shape, seed=seed, dtype="float32").numpy().astype("float64")
    chosen = (chance < share) & ~np.isin(found, special)
    others = np.setdiff1d(np.arange(vocabulary_size), special)
    inputs = found.copy()
    masked, replaced = chosen & (how < MASKED), chosen & (how >= MASKED) & (how < MASKED + RANDOM)
    inputs[masked] = mask_id
    inputs[replaced] = others[(which[replaced] * len(others)).astype(int)]
    return inputs, found, chosen.astype("float32")


def _checked(
    ids: Any, mask_id: Any, vocabulary_size: Any, share: Any, special_ids: Any
) -> tuple[np.ndarray, list[int]]:
    found = np.asarray(ids)
    if found.dtype.kind not in "iu" or not found.size:
        raise DataError(
            f"Expected whole numbers, (steps,) or (batch, steps). Received: shape={found.shape}, dtype={found.dtype}. "
            "A tokenizer's encode_batch(texts) gives them."
        )
    if not 0 <= share <= 1:
        raise DataError(f"Expected a share from 0 to 1. Received: share={share!r}.")
    for name, low, high in (("ids", found.min(), found.max()), ("mask_id", mask_id, mask_id)):
        if low < 0 or high >= vocabulary_size:
            raise DataError(
                f"Expected {name} from 0 to {vocabulary_size - 1}, as vocabulary_size={vocabulary_size} says. "
                f"Received: {low if low < 0 else high}."
            )
    special = sorted({*(int(i) for i in special_ids), int(mask_id)})
    if len(np.setdiff1d(np.arange(vocabulary_size), special)) == 0:
        raise DataError(
            f"Expected tokens besides the special ones. Received: vocabulary_size={vocabulary_size}, "
            f"special_ids={list(special_ids)}."
        )
    return found.astype("int32"), special
