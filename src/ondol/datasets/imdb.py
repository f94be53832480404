"""IMDB: 50,000 film reviews as word numbers, for or against; downloaded once (17 MB)."""

from __future__ import annotations

import numpy as np

from ondol.datasets import words
from ondol.datasets.cache import fetch
from ondol.datasets.npz import load_arrays
from ondol.datasets.pickled_lists import load_lists
from ondol.datasets.split import Split

URL = words.BASE + "imdb.npz"
SHA256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
WORDS_URL = words.BASE + "imdb_word_index.json"
WORDS_MD5 = "bfafd718b763782e994055a2d397834f"  # the checksum that Keras publishes

class_names = ("negative", "positive")


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Split:
    """Load the IMDB reviews, downloading them the first time. Arguments and results are those of Keras.

    Args:
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is; nothing in it is ever unpickled.
        num_words: only word numbers below this one, after index_from was added; None for all but the last.
        skip_top: only word numbers from this one on.
        maxlen: only texts of fewer words than this, the start included.
        seed: of the order; the default gives Keras' own.
        start_char: the number that each text begins with, None for none.
        oov_char: what stands for words that num_words and skip_top leave out; None for nothing.
        index_from: added to all word numbers, so that 0 (padding), 1 (start) and 2 (unknown) are free.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: 25,000 reviews each, arrays `(n,)` of lists of word numbers; 1 for a
        review that likes the film, 0 for one that does not, `(n,)` int64.

    Raises:
        DataError: the file cannot be downloaded; maxlen leaves nothing.
        SavedFileError: the file is damaged, or holds something else.

    Example:
        >>> from ondol.datasets import imdb
        >>> (x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=10000)  # doctest: +SKIP
        >>> x_train[0][:5], int(y_train[0])  # doctest: +SKIP
        ([1, 14, 22, 16, 43], 1)

    Reference:
        Maas et al., Learning word vectors for sentiment analysis (2011).
    """
    file = fetch(path, URL, SHA256)
    labels = load_arrays(file, {"y_train": ("train",), "y_test": ("test",)})
    parts = []
    rng = np.random.RandomState(seed)
    for name in ("train", "test"):
        lists, y = load_lists(file, f"x_{name}"), labels[f"y_{name}"]
        words.check_as_many(lists, y, file)
        order = np.arange(len(lists))
        rng.shuffle(order)
        texts = words.with_start((lists[i] for i in order), start_char, index_from)
        parts.append(words.shorter_than(maxlen, texts, y[order]))
    (train, y_train), (test, y_test) = parts
    chosen = words.frequent(train + test, num_words, skip_top, oov_char)
    x_train, x_test = words.as_lists(chosen[: len(train)]), words.as_lists(chosen[len(train) :])
    return (x_train, y_train), (x_test, y_test)


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """The words and their numbers, before `index_from` is added; downloaded the first time (1.6 MB).

    Example:
        >>> from ondol.datasets import imdb
        >>> names = {number + 3: word for word, number in imdb.get_word_index().items()}  # doctest: +SKIP
        >>> names[14]  # doctest: +SKIP
        'this'
    """
    return words.word_index(path, WORDS_URL, WORDS_MD5)
