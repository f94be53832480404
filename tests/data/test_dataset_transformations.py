"""od.data.Dataset against lists, slices and loops written out by hand."""

import itertools
import math
import pickle
from collections import namedtuple

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError

Dataset = od.data.Dataset
X = np.arange(22.0).reshape(11, 2)
Y = np.arange(11) % 3


def numbers(data):
    return [int(i) for i in data]


def test_rows_of_arrays():
    data = Dataset.from_arrays(X, Y.tolist())
    assert len(data) == 11
    for i, (x, y) in enumerate(data):
        np.testing.assert_array_equal(x, X[i])
        assert y == Y[i]
    assert sum(1 for _ in data) == 11  # a second time
    only = list(Dataset.from_tensor_slices({"a": X, "b": (Y, Y)}))
    assert set(only[4]) == {"a", "b"}
    assert (only[4]["b"][1], only[4]["a"].tolist()) == (1, [8.0, 9.0])


def test_what_is_changed_in_an_element_is_not_changed_in_the_array():
    kept = X.copy()

    def spoil(x):
        x[...] = -1
        return x

    list(Dataset.from_arrays(X).map(spoil))
    list(Dataset.from_arrays(X).batch(4).map(spoil))
    np.testing.assert_array_equal(X, kept)


@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("size", [1, 4, 11, 20])
def test_batches(size, drop):
    for data in (Dataset.from_arrays(X, Y), Dataset.from_arrays(X, Y).map(lambda x, y: (x, y))):
        data = data.batch(size, drop_remainder=drop)
        found = list(data)
        cuts = [slice(i, i + size) for i in range(0, 11, size)]
        cuts = [cut for cut in cuts if not drop or len(X[cut]) == size]
        assert len(found) == len(data) == len(cuts)
        for (x, y), cut in zip(found, cuts, strict=True):
            np.testing.assert_array_equal(x, X[cut])
            np.testing.assert_array_equal(y, Y[cut])


def test_structures_are_kept():
    Pair = namedtuple("Pair", "left right")
    data = Dataset.range(5).map(lambda i: Pair({"a": i, "b": [i, -i]}, i)).batch(2)
    first = next(iter(data))
    assert isinstance(first, Pair)
    assert first.left["a"].tolist() == first.right.tolist() == [0, 1]
    assert first.left["b"].tolist() == [[0, 0], [1, -1]]
    assert [p.right for p in data.unbatch()] == [0, 1, 2, 3, 4]


def test_against_itertools():
    r = Dataset.range
    assert numbers(r(3, 10, 2)) == [3, 5, 7, 9]
    assert numbers(r(6).take(2)) == [0, 1]
    assert numbers(r(6).take(-1)) == numbers(r(6)) == list(range(6))
    assert numbers(r(6).take(9)) == list(range(6))
    assert numbers(r(6).skip(4)) == [4, 5]
    assert numbers(r(6).skip(9)) == numbers(r(6).skip(-1)) == []
    assert numbers(r(2).repeat(3)) == [0, 1] * 3
    assert numbers(r(2).repeat().skip(1).take(4)) == [1, 0, 1, 0]
    assert numbers(r(0).repeat()) == []
    assert numbers(r(6).filter(lambda i: i % 2)) == [1, 3, 5]
    assert numbers(r(2).concatenate(r(7, 9))) == [0, 1, 7, 8]
    assert [(i, int(x)) for i, x in r(7, 9).enumerate(start=5)] == [(5, 7), (6, 8)]
    assert [(int(a), int(b)) for a, b in Dataset.zip(r(3), r(10, 20))] == [(0, 10), (1, 11), (2, 12)]
    assert [d["k"] + d["l"] for d in Dataset.zip({"k": r(3), "l": r(2)})] == [0, 2]
    assert [a + b for a, (b, _) in Dataset.zip((r(2), (r(2), r(2))))] == [0, 2]
    assert numbers(r(5).prefetch(2)) == numbers(r(5).prefetch()) == list(range(5))
    assert numbers(r(4).batch(3).unbatch()) == list(range(4))


def test_lengths():
    r, generated = Dataset.range(10), Dataset.from_generator(lambda: iter([1]))
    known = {
        r.batch(3): 4, r.batch(3, True): 3, r.take(4): 4, r.take(40): 10, r.skip(4): 6, r.skip(40): 0,
        r.repeat(3): 30, r.map(abs).shuffle(3).enumerate().prefetch(): 10, r.concatenate(r): 20,
        Dataset.zip(r, r.repeat()): 10, Dataset.random().take(5): 5, r.cache(): 10,
    }  # fmt: skip
    for data, length in known.items():
        assert len(data) == length == sum(1 for _ in data), data
    for data in (
        generated,
        r.filter(bool),
        r.batch(2).unbatch(),
        generated.concatenate(r),
        Dataset.zip(r, generated),
    ):
        assert data.cardinality() is None
        with pytest.raises(TypeError, match="with a length.*gone through"):
            len(data)
        list(data)  # which asks for a length, too
        assert data
    for data in (r.repeat(), Dataset.random(), r.repeat().concatenate(r)):
        assert data.cardinality() == math.inf
        with pytest.raises(TypeError, match="one without end"):
            len(data)


def test_generators_start_anew_and_are_closed():
    log = []

    def generator(n):
        try:
            yield from range(n)
        finally:
            log.append("closed")

    data = Dataset.from_generator(generator, args=(4,))
    assert numbers(data) == numbers(data) == [0, 1, 2, 3]
    assert log == ["closed"] * 2
    passing = iter(data.map(lambda i: i).batch(2))
    next(passing)
    passing.close()
    assert log == ["closed"] * 3
    assert numbers(Dataset.from_generator([5, 6])) == [5, 6]


def test_text_lines(tmp_path):
    (tmp_path / "a.txt").write_text("첫째\nsecond\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("\nlast", encoding="utf-8")
    paths = [tmp_path / "a.txt", str(tmp_path / "b.txt")]
    assert list(Dataset.from_text_lines(paths)) == ["첫째", "second", "", "last"]
    assert next(iter(Dataset.from_text_lines(paths[1]).batch(2))).tolist() == ["", "last"]
    (tmp_path / "c.txt").write_bytes("가\n나".encode("cp949"))
    assert list(Dataset.from_text_lines(tmp_path / "c.txt", encoding="cp949")) == ["가", "나"]
    with pytest.raises(DataError, match=r"text in utf-8.*c\.txt.*encoding='cp949'"):
        list(Dataset.from_text_lines(tmp_path / "c.txt"))
    with pytest.raises(DataError, match=r"Expected text files.*missing\.txt"):
        Dataset.from_text_lines([paths[0], tmp_path / "missing.txt"])
    with pytest.raises(DataError, match="Expected text files. Received: none"):
        Dataset.from_text_lines([])


def test_files_by_pattern(tmp_path):
    for name in ("b.png", "a.png", "c.jpg"):
        (tmp_path / name).touch()
    names = [str(tmp_path / "a.png"), str(tmp_path / "b.png")]
    assert list(Dataset.list_files(tmp_path / "*.png", shuffle=False)) == names
    assert sorted(Dataset.list_files(str(tmp_path / "*.png"))) == names
    with pytest.raises(DataError, match="Expected files that fit.*none there"):
        Dataset.list_files(str(tmp_path / "*.bmp"))


def test_an_array_on_disk_stays_there(tmp_path):
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    data = Dataset.from_arrays(mapped).shuffle(seed=1)
    assert isinstance(data._node.source.arrays, np.memmap)
    rows = np.concatenate(list(data.batch(4)))
    assert type(rows) is np.ndarray
    np.testing.assert_array_equal(rows[rows[:, 0].argsort()], X)
    plain = np.concatenate(list(Dataset.from_arrays(X).shuffle(seed=1).batch(4)))
    np.testing.assert_array_equal(rows, plain)


def test_a_table_and_a_torch_tensor():
    """By what they offer, not by their type: neither library is needed."""

    class Frame:
        def to_numpy(self):
            return X

    class FakeTorch:
        shape, dtype = X.shape, "torch.float64"

        def __getitem__(self, i):
            raise AssertionError("it is to be made an array first")

        def detach(self):
            return self

        cpu = detach

        def numpy(self):
            return X

    for given in (Frame(), FakeTorch()):
        np.testing.assert_array_equal(next(iter(Dataset.from_arrays(given).batch(11))), X)


def test_a_data_set_can_be_sent_to_another_process():
    data = Dataset.from_arrays(X, Y).shuffle(seed=3).batch(4).repeat(2)
    copy = pickle.loads(pickle.dumps(data))
    for (a, b), (c, d) in zip(data, copy, strict=True):
        np.testing.assert_array_equal(a, c)
        np.testing.assert_array_equal(b, d)


def test_it_says_what_it_is():
    assert (
        repr(Dataset.from_arrays(X).shuffle().batch(4)) == "<Dataset Arrays -> Shuffle -> Batch, 3 elements>"
    )
    assert repr(Dataset.from_generator(list)) == "<Dataset Generated, unknown length>"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Dataset.from_arrays(X, Y[:4]), r"equal lengths.*shape=\(11, 2\), shape=\(4,\)"),
        (lambda: Dataset.from_arrays(3), r"first axis. Received: shape=\(\)"),
        (lambda: Dataset.from_arrays(()), "Expected arrays.*none"),
        (lambda: Dataset.from_arrays([[1], 2]), "samples of one shape.*unequal length"),
        (lambda: Dataset.from_arrays([[[1], [2, 3]], [[1]]]), "samples of one shape.*unequal length"),
        (lambda: Dataset.from_generator(iter([1])), "list_iterator, which can be gone through once"),
        (lambda: Dataset.from_generator(3), "makes a generator. Received: 3"),
        (lambda: Dataset.range(4).batch(0), "batch_size to be a positive integer. Received: batch_size=0"),
        (lambda: Dataset.range(4).take(-2), "count to be an integer of 0 or more"),
        (lambda: Dataset.range(4).shuffle(0), "buffer_size to be a positive"),
        (lambda: Dataset.range(4).shuffle(seed="a"), "integer as seed"),
        (lambda: Dataset.range(4).repeat().shuffle(), "buffer_size to shuffle a data set without end"),
        (lambda: Dataset.range(4).concatenate(X), "Expected a Dataset. Received: ndarray"),
        (lambda: Dataset.zip(), "data sets to zip. Received: none"),
        (lambda: Dataset(X), r"Dataset\.from_arrays.*Received: Dataset\(ndarray\)"),
        (lambda: list(Dataset.range(4).unbatch()), r"an axis to take apart.*np\.int64\(0\)"),
        (lambda: list(Dataset.from_generator(lambda: [(X, Y[:2])]).unbatch()), r"equal lengths. Received: \[11, 2\]"),
        (lambda: Dataset.range(4).map(abs, num_parallel_calls=0), "num_parallel_calls to be a positive"),
    ],
)  # fmt: skip
def test_mistakes(wrong, message):
    with pytest.raises(DataError, match=message):
        wrong()


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        (
            [np.zeros(3), np.zeros(3), np.zeros(4)],
            r"element 0 with shape \(3,\), element 2 with shape \(4,\)",
        ),
        ([(1, 2), (1, 2, 3)], r"element 0 with \(shape \(\), shape \(\)\), element 1"),
        ([{"a": 1}, {"b": 1}], r"element 0 with {'a': shape \(\)}, element 1 with {'b'"),
        ([[1, 2], [1]], r"element 0 with shape \(2,\), element 1 with shape \(1,\)"),
    ],
)
def test_elements_that_make_no_batch(elements, message):
    with pytest.raises(DataError, match=message):
        list(Dataset.from_generator(lambda: elements).batch(4))
    later = Dataset.from_generator(lambda: itertools.chain([elements[0]] * 4, elements)).batch(4)
    with pytest.raises(DataError, match="element 4 with"):
        list(later)
