"""IMDB and Reuters: files as Keras has them, read without unpickling; and what Keras makes of them."""

import contextlib
import io
import json
import pickle
import pickletools
import zipfile

import numpy as np
import pytest

from ondol.datasets import imdb, reuters
from ondol.datasets.pickled_lists import load_lists
from ondol.errors import DataError, SavedFileError


def ragged(lists):
    array = np.empty(len(lists), object)
    for i, item in enumerate(lists):
        array[i] = item
    return array


TRAIN = [[5, 1, 300], [2], [70000, 4, 4, 4, 9], [1, 2, 3, 8]]
TEST = [[7, 1], [88, 1, 6, 300, 5, 4, 3]]
Y_TRAIN, Y_TEST = np.array([0, 1, 1, 0]), np.array([1, 0])


@pytest.fixture
def files(private_cache):
    private_cache.mkdir(parents=True)
    np.savez(
        private_cache / "imdb.npz", x_train=ragged(TRAIN), y_train=Y_TRAIN, x_test=ragged(TEST), y_test=Y_TEST
    )
    np.savez(private_cache / "reuters.npz", x=ragged(TRAIN + TEST), y=np.arange(6))
    (private_cache / "imdb_word_index.json").write_text(json.dumps({"the": 1, "film": 2}))
    (private_cache / "reuters_word_index.json").write_text(json.dumps({"oil": 1}))
    return private_cache


def orders(seed, *lengths):
    rng = np.random.RandomState(seed)
    for n in lengths:
        order = np.arange(n)
        rng.shuffle(order)
        yield order


def test_imdb_without_limits(files):
    """Keras: shuffled by one RandomState, 1 in front, 3 added; the very last word is taken for unknown."""
    (x_train, y_train), (x_test, y_test) = imdb.load_data()
    train, test = orders(113, 4, 2)
    expected = [[1, *(w + 3 if w + 3 < 70003 else 2 for w in TRAIN[i])] for i in train]
    assert x_train.tolist() == expected
    assert x_test.tolist() == [[1, *(w + 3 for w in TEST[i])] for i in test]
    assert (y_train.tolist(), y_test.tolist()) == (Y_TRAIN[train].tolist(), Y_TEST[test].tolist())
    assert x_train.dtype == object
    assert type(x_train[0]) is list
    assert type(x_train[0][0]) is int


def test_imdb_with_limits(files):
    kwargs = {"num_words": 12, "skip_top": 5, "maxlen": 5, "seed": 4, "start_char": None, "index_from": 1}
    (x_train, y_train), (x_test, y_test) = imdb.load_data(oov_char=0, **kwargs)
    train, test = orders(4, 4, 2)
    kept = [i for i in train if len(TRAIN[i]) < 5]
    assert x_train.tolist() == [[w + 1 if 5 <= w + 1 < 12 else 0 for w in TRAIN[i]] for i in kept]
    assert y_train.tolist() == Y_TRAIN[kept].tolist()
    assert x_test.tolist() == [[w + 1 if 5 <= w + 1 < 12 else 0 for w in TEST[i]] for i in test if i == 0]
    assert y_test.tolist() == [1]
    (x_train, _), _ = imdb.load_data(oov_char=None, **kwargs)
    assert x_train.tolist() == [[w + 1 for w in TRAIN[i] if 5 <= w + 1 < 12] for i in kept]


def test_reuters(files):
    (x_train, y_train), (x_test, y_test) = reuters.load_data(test_split=0.3, num_words=100)
    (order,) = orders(113, 6)
    texts = [[1, *(w + 3 if w + 3 < 100 else 2 for w in (TRAIN + TEST)[i])] for i in order]
    assert x_train.tolist() + x_test.tolist() == texts
    assert y_train.tolist() + y_test.tolist() == order.tolist()
    assert len(x_train) == 4
    assert len(reuters.get_label_names()) == 46


def test_texts_of_one_length_stay_lists(private_cache):
    private_cache.mkdir(parents=True)
    np.savez(private_cache / "reuters.npz", x=ragged([[1, 2], [3, 4]]), y=np.arange(2))
    (x_train, _), _ = reuters.load_data(test_split=0)
    assert x_train.shape == (2,)
    assert type(x_train[0]) is list


def test_word_indices(files):
    assert imdb.get_word_index() == {"the": 1, "film": 2}
    assert reuters.get_word_index() == {"oil": 1}
    for wrong in ("[1]", '{"a": "b"}', "{"):
        (files / "imdb_word_index.json").write_text(wrong)
        with pytest.raises(SavedFileError, match=r"number of each word. Received: .*imdb_word_index\.json"):
            imdb.get_word_index()


def test_they_are_downloaded_and_verified(site, monkeypatch, private_cache):
    """The words by MD5, which is all that Keras publishes of them."""
    import hashlib

    site.content = b'{"the": 1}'
    monkeypatch.setattr(imdb, "WORDS_URL", site.url)
    with pytest.raises(DataError, match=f"the MD5 .* where {imdb.WORDS_MD5} was expected"):
        imdb.get_word_index()
    monkeypatch.setattr(imdb, "WORDS_MD5", hashlib.md5(site.content).hexdigest())
    assert imdb.get_word_index() == {"the": 1}
    assert (private_cache / "imdb_word_index.json").is_file()


def test_mistakes(files):
    with pytest.raises(DataError, match="maxlen that leaves some texts. Received: maxlen=2"):
        imdb.load_data(maxlen=2)
    with pytest.raises(DataError, match="test_split=2"):
        reuters.load_data(test_split=2)
    np.savez(files / "reuters.npz", x=ragged(TRAIN), y=np.arange(3))
    with pytest.raises(DataError, match="4 texts, 3 labels"):
        reuters.load_data()


# -- the reader


def write(path, stream, shape=(2,)):
    """An .npz file whose array `x` holds this pickle."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", file.getvalue() + stream)
    return path


LISTS = [
    [],
    [0, 255, 256, 65535, 65536, 2**31 - 1, -1, -(2**31)],
    [5],
    list(range(70000)),  # written in parts of 1000
    [2**31, -(2**40), 10],
    [75, 77, 74, 101, 40, 46],  # the codes of the instructions themselves
]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_pickle_that_numpy_writes(tmp_path, protocol):
    stream = pickle.dumps(ragged(LISTS), protocol=protocol)
    assert load_lists(write(tmp_path / "x.npz", stream, (len(LISTS),)), "x") == LISTS
    small = pickletools.optimize(stream)  # without the memo's instructions
    assert load_lists(write(tmp_path / "x.npz", small, (len(LISTS),)), "x") == LISTS
    old = stream.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    if protocol < 4:  # a name ends with its line; later its length is written in front
        assert load_lists(write(tmp_path / "x.npz", old, (len(LISTS),)), "x") == LISTS


def test_the_same_list_twice(tmp_path):
    one = [1, 2]
    assert load_lists(write(tmp_path / "x.npz", pickle.dumps(ragged([one, one]))), "x") == [one, one]


class Harmful:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("protocol", [2, 4])
def test_nothing_is_called(tmp_path, protocol):
    stream = pickle.dumps(ragged([[1], Harmful(str(tmp_path / "made"))]), protocol=protocol)
    with pytest.raises(
        SavedFileError, match=r"it names (_?io|__builtin__|builtins)\.open, which no array of lists needs"
    ):
        load_lists(write(tmp_path / "x.npz", stream), "x")
    assert not (tmp_path / "made").exists()


def test_even_a_name_that_is_allowed_is_not_called(tmp_path):
    """_codecs.encode with arguments that would raise, if somebody called it."""
    stream = b"\x80\x02c_codecs\nencode\nK\x01\x85R0."
    with pytest.raises(SavedFileError, match="the instruction b'0'"):
        load_lists(write(tmp_path / "x.npz", stream), "x")
    rest = pickle.dumps([[1], [2]], protocol=2)[2:-1]
    stream = b"\x80\x02c_codecs\nencode\nK\x01\x85R" + rest + b"\x86."
    with pytest.raises(SavedFileError, match="does not hold 2 lists"):
        load_lists(write(tmp_path / "x.npz", stream), "x")


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        ([[1], ["a"]], "numbers in a list"),
        ([[1], [1.5, 2]], r"the instruction b'G'"),
        ([[1], {"a": 1}], r"the instruction b'}'"),
        ([[1], (1, 2)], "numbers in a list"),
        ([[1], None], "numbers in a list"),
        ([[1], [None, True]], "numbers in a list"),
        ([[1], [2], [3]], "does not hold 2 lists"),
    ],
)
def test_something_else_than_lists_of_numbers(tmp_path, lists, words):
    path = write(tmp_path / "x.npz", pickle.dumps(ragged(lists), protocol=4))
    with pytest.raises(SavedFileError, match=words):
        load_lists(path, "x")


def test_damaged_streams(tmp_path):
    whole = pickle.dumps(ragged([[1, 2, 3], [4]]), protocol=4)
    for end in range(len(whole)):
        with pytest.raises(SavedFileError, match="Remove the file"):
            load_lists(write(tmp_path / "x.npz", whole[:end]), "x")
    rng = np.random.default_rng(0)
    for _ in range(300):  # any bytes at all: a list, or the one error
        spoilt = bytearray(whole)
        spoilt[rng.integers(len(whole))] = rng.integers(256)
        with contextlib.suppress(SavedFileError):
            found = load_lists(write(tmp_path / "x.npz", bytes(spoilt)), "x")
            assert all(type(n) in (int, list) for part in found for n in part)


def test_files_that_hold_something_else(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, x=np.arange(3))
    with pytest.raises(SavedFileError, match="x has dtype int64"):
        load_lists(path, "x")
    with pytest.raises(SavedFileError, match=r"no item named 'y\.npy'"):
        load_lists(path, "y")
    path.write_bytes(b"no archive")
    with pytest.raises(SavedFileError, match="not a zip file"):
        load_lists(path, "x")
