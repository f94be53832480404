"""Reuters: 11,228 newswires of 1987 as word numbers, 46 topics; downloaded once (2 MB)."""

from __future__ import annotations

import numpy as np

from ondol.datasets import words
from ondol.datasets.cache import fetch
from ondol.datasets.npz import load_arrays
from ondol.datasets.pickled_lists import load_lists
from ondol.datasets.split import Split, check_test_split

URL = words.BASE + "reuters.npz"
SHA256 = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
WORDS_URL = words.BASE + "reuters_word_index.json"
WORDS_MD5 = "4d44cc38712099c9e383dc6e5f11a921"  # the checksum that Keras publishes

class_names = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply", "coffee",
    "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas", "cpi", "money-fx",
    "interest", "gnp", "meal-feed", "alum", "oilseed", "gold", "tin", "strategic-metal", "livestock",
    "retail", "ipi", "iron-steel", "rubber", "heat", "jobs", "lei", "bop", "zinc", "orange", "pet-chem",
    "dlr", "gas", "silver", "wpi", "hog", "lead",
)  # fmt: skip


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Split:
    """Load the Reuters newswires, downloading them the first time. Arguments and results are those of Keras.

    Args:
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is; nothing in it is ever unpickled.
        num_words: only word numbers below this one, after index_from was added; None for all but the last.
        skip_top: only word numbers from this one on.
        maxlen: only texts of fewer words than this, the start included.
        test_split: part of the newswires kept for the test: the last ones after the shuffle.
        seed: of the order; the default gives Keras' own.
        start_char: the number that each text begins with, None for none.
        oov_char: what stands for words that num_words and skip_top leave out; None for nothing.
        index_from: added to all word numbers, so that 0 (padding), 1 (start) and 2 (unknown) are free.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: arrays `(n,)` of lists of word numbers; topics 0 to 45 `(n,)`
        int64, named by `class_names` of this module.

    Raises:
        DataError: the file cannot be downloaded; maxlen leaves nothing.
        SavedFileError: the file is damaged, or holds something else.

    Example:
        >>> from ondol.datasets import reuters
        >>> (x_train, y_train), (x_test, y_test) = reuters.load_data(num_words=10000)  # doctest: +SKIP
        >>> len(x_train), len(x_test), reuters.get_label_names()[3]  # doctest: +SKIP
        (8982, 2246, 'earn')

    Reference:
        Lewis, Reuters-21578 text categorization test collection (1997).
    """
    check_test_split(test_split)
    file = fetch(path, URL, SHA256)
    lists, labels = load_lists(file, "x"), load_arrays(file, {"y": ("n",)})["y"]
    words.check_as_many(lists, labels, file)
    order = np.arange(len(lists))
    np.random.RandomState(seed).shuffle(order)
    texts = words.with_start((lists[i] for i in order), start_char, index_from)
    texts, labels = words.shorter_than(maxlen, texts, labels[order])
    x = words.as_lists(words.frequent(texts, num_words, skip_top, oov_char))
    train = int(len(x) * (1 - test_split))
    return (x[:train], labels[:train]), (x[train:], labels[train:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """The words and their numbers, before `index_from` is added; downloaded the first time (0.5 MB)."""
    return words.word_index(path, WORDS_URL, WORDS_MD5)


def get_label_names() -> tuple[str, ...]:
    """The names of the topics, by their numbers.

    Example:
        >>> from ondol.datasets import reuters
        >>> reuters.get_label_names()[:3]
        ('cocoa', 'grain', 'veg-oil')
    """
    return class_names
