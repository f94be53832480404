"""Elements of different lengths: padded_batch and bucket_by_sequence_length, by what tf.data documents."""

from itertools import pairwise

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError

Dataset = od.data.Dataset
LISTS = [[1], [2, 3], [4, 5, 6], [7, 8], []]


def listed(data):
    return [batch.tolist() for batch in data]


def test_each_batch_is_as_long_as_its_longest_element():
    """The first example of tf.data's padded_batch."""
    data = Dataset.range(1, 5).map(lambda n: np.full((int(n),), n))
    assert listed(data.padded_batch(2)) == [[[1, 0], [2, 2]], [[3, 3, 3, 0], [4, 4, 4, 4]]]
    assert listed(data.padded_batch(2, padded_shapes=5)) == [
        [[1, 0, 0, 0, 0], [2, 2, 0, 0, 0]],
        [[3, 3, 3, 0, 0], [4, 4, 4, 4, 0]],
    ]
    assert listed(data.padded_batch(2, padded_shapes=[5], padding_values=-1)) == [
        [[1, -1, -1, -1, -1], [2, 2, -1, -1, -1]],
        [[3, 3, 3, -1, -1], [4, 4, 4, 4, -1]],
    ]
    assert listed(data.padded_batch(2, [None], -1)) == listed(data.padded_batch(2, [-1], -1))


def test_lists_of_different_lengths(tmp_path):
    expected = [[[1, 0], [2, 3]], [[4, 5, 6], [7, 8, 0]], [[]]]
    for data in (
        Dataset.from_arrays(LISTS),
        Dataset.from_arrays([np.array(row, int) for row in LISTS]),
        Dataset.from_generator(lambda: iter(LISTS)),
        Dataset.from_arrays(LISTS).cache(),
        Dataset.from_arrays(LISTS).map(lambda x: x, num_parallel_calls=2).prefetch(),
        Dataset.from_arrays(LISTS).cache(tmp_path / "cache"),
    ):
        for _ in range(2):
            assert listed(data.padded_batch(2)) == expected
    batch = next(iter(Dataset.from_arrays(LISTS).padded_batch(2)))
    assert batch.dtype.kind == "i"
    assert len(Dataset.from_arrays(LISTS).padded_batch(2)) == 3
    assert len(Dataset.from_arrays(LISTS).padded_batch(2, drop_remainder=True)) == 2
    assert listed(Dataset.from_arrays(LISTS).padded_batch(2, drop_remainder=True)) == expected[:2]


def test_the_lists_stay_as_they_are():
    rows = [np.array([1, 2]), np.array([3])]

    def spoil(x):
        x[:] = 0
        return x

    for data in (Dataset.from_arrays(rows), Dataset.from_arrays(rows).shuffle(seed=0)):
        list(data.map(spoil))
        assert sorted(x.tolist() for x in data) == [[1, 2], [3]]
    assert [row.tolist() for row in rows] == [[1, 2], [3]]


def test_a_plain_batch_of_them_is_refused():
    for data in (Dataset.from_arrays(LISTS), Dataset.from_arrays(LISTS).shuffle(seed=0)):
        with pytest.raises(DataError, match=r"elements of one shape.*padded_batch\(\)"):
            list(data.batch(5))
    same = Dataset.from_arrays([[1, 2], [3, 4], [5]]).take(2).batch(2)
    assert listed(same) == [[[1, 2], [3, 4]]]


def test_structures():
    """Tuples and dicts with shapes and values of their own; two axes; labels without any."""

    def elements():
        yield {"words": ["a", "bc"], "x": np.ones((2, 3), "float32")}, 5, True
        yield {"words": ["d"], "x": np.ones((1, 3), "float32")}, 6, False

    data = Dataset.from_generator(elements)
    (x, y, flag) = next(iter(data.padded_batch(2)))
    assert x["words"].tolist() == [["a", "bc"], ["d", ""]]
    assert x["x"].tolist() == [[[1, 1, 1], [1, 1, 1]], [[1, 1, 1], [0, 0, 0]]]
    assert x["x"].dtype == np.float32
    assert (y.tolist(), flag.tolist()) == ([5, 6], [True, False])
    shapes = {"words": [3], "x": (None, 4)}, [], ()
    values = {"words": "?", "x": 0.5}, None, None
    (x, _, _) = next(iter(data.padded_batch(2, shapes, values)))
    assert x["words"].tolist() == [["a", "bc", "?"], ["d", "?", "?"]]
    assert x["x"][1].tolist() == [[1, 1, 1, 0.5], [0.5] * 4]
    pairs = Dataset.zip((Dataset.from_arrays(LISTS), Dataset.from_arrays(LISTS)))
    (a, b) = next(iter(pairs.padded_batch(2, padding_values=(-1, 100))))
    assert (a.tolist(), b.tolist()) == ([[1, -1], [2, 3]], [[1, 100], [2, 3]])
    (a, b) = next(iter(pairs.padded_batch(2, padding_values=9)))
    assert a.tolist() == b.tolist() == [[1, 9], [2, 3]]


def test_masks_of_padding():
    flags = Dataset.from_arrays([[True], [True, True]])
    assert listed(flags.padded_batch(2)) == [[[True, False], [True, True]]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"padded_shapes": [2]}, r"at most shape \(2,\). Received: element 2 of shape \(3,\)"),
        ({"padded_shapes": [None, 2]}, "1 sizes .* for elements with 1 axes"),
        ({"padded_shapes": ["long"]}, "1 sizes"),
        ({"padding_values": 0.5}, "padding value for elements of dtype=int64. Received: 0.5"),
        ({"padding_values": "x"}, "padding value for elements of dtype=int64. Received: 'x'"),
        ({"batch_size": 0}, "batch_size to be a positive integer"),
    ],
)
def test_mistakes_of_padding(arguments, message):
    with pytest.raises(DataError, match=message):
        list(Dataset.from_arrays(LISTS).padded_batch(**{"batch_size": 2, **arguments}))


@pytest.mark.parametrize(
    ("elements", "arguments", "message"),
    [
        ([([1], 2)], {"padded_shapes": [None]}, "padded_shapes to be a tuple of 2"),
        ([([1], 2)], {"padding_values": (0, 0, 0)}, "padding_values to be a tuple of 2"),
        ([{"a": [1]}], {"padded_shapes": {"b": [None]}}, r"padded_shapes to be a dict with \['a'\]"),
        ([{"a": [1]}, {"b": [1]}], {}, r"elements with \['a'\]. Received: \['b'\] as element 1"),
        ([([1], 2), ([1], 2, 3)], {}, "one structure. Received: tuple of 2, and as element 1 tuple"),
        (
            [[1], [[1]]],
            {},
            r"the same number of axes.*element 0 of shape \(1,\), element 1 of shape \(1, 1\)",
        ),
    ],
)
def test_mistakes_of_structure(elements, arguments, message):
    with pytest.raises(DataError, match=message):
        list(Dataset.from_generator(lambda: iter(elements)).padded_batch(2, **arguments))


# -- buckets

ELEMENTS = [[0], [1, 2, 3, 4], [5, 6, 7], [7, 8, 9, 10, 11], [13, 14, 15, 16, 19, 20], [21, 22]]


def test_the_example_of_tf_data():
    data = Dataset.from_generator(lambda: iter(ELEMENTS))
    batches = data.bucket_by_sequence_length(len, bucket_boundaries=[3, 5], bucket_batch_sizes=[2, 2, 2])
    assert listed(batches) == [
        [[1, 2, 3, 4], [5, 6, 7, 0]],
        [[7, 8, 9, 10, 11, 0], [13, 14, 15, 16, 19, 20]],
        [[0, 0], [21, 22]],
    ]


def test_a_length_at_a_boundary_belongs_to_the_bucket_above():
    data = Dataset.from_arrays([[1] * n for n in (2, 3, 4, 2)])
    batches = data.bucket_by_sequence_length(len, [3], [2, 9])
    assert listed(batches) == [[[1, 1], [1, 1]], [[1, 1, 1, 0], [1, 1, 1, 1]]]


def test_smaller_last_batches_come_in_the_order_of_their_buckets():
    data = Dataset.from_arrays([[1] * 5, [2] * 5, [3] * 3, [4], [5] * 5])
    arguments = (len, [2, 4], [2, 2, 2])
    assert [len(b[0]) for b in data.bucket_by_sequence_length(*arguments)] == [5, 1, 3, 5]
    kept = data.bucket_by_sequence_length(*arguments, drop_remainder=True)
    assert [b.shape for b in kept] == [(2, 5)]
    assert kept.cardinality() is None


def test_to_the_boundary():
    def elements():
        for n in (1, 2, 5, 4, 6, 2):
            yield {"ids": [n] * n, "x": np.ones((n, 3))}, n

    data = Dataset.from_generator(elements)
    arguments = (lambda x, y: len(x["ids"]), [4, 8], [2, 2, 1])
    batches = list(data.bucket_by_sequence_length(*arguments, pad_to_bucket_boundary=True))
    assert [x["ids"].shape for x, _ in batches] == [(2, 3), (2, 7), (1, 3), (1, 7)]
    assert [x["x"].shape for x, _ in batches] == [(2, 3, 3), (2, 7, 3), (1, 3, 3), (1, 7, 3)]
    assert batches[0][0]["ids"].tolist() == [[1, 0, 0], [2, 2, 0]]
    assert batches[0][1].tolist() == [1, 2]
    shapes = {"ids": [None], "x": [None, 4]}, []
    ((x, _), *_) = data.bucket_by_sequence_length(*arguments, shapes, pad_to_bucket_boundary=True)
    assert x["x"].shape == (2, 3, 4)
    with pytest.raises(DataError, match="element 2 of length 5. Add a boundary"):
        list(data.bucket_by_sequence_length(arguments[0], [5], [2, 1], pad_to_bucket_boundary=True))


def test_no_padding():
    data = Dataset.from_arrays([[1, 1], [2], [3, 3], [4]])
    assert listed(data.bucket_by_sequence_length(len, [2], [2, 2], no_padding=True)) == [
        [[1, 1], [3, 3]],
        [[2], [4]],
    ]
    with pytest.raises(DataError, match="elements of one shape"):
        list(data.bucket_by_sequence_length(len, [5], [2, 2], no_padding=True))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((len, [3, 3], [1, 1, 1]), "rising bucket_boundaries"),
        ((len, [], [1]), "rising bucket_boundaries"),
        ((len, [0, 3], [1, 1, 1]), "each of bucket_boundaries to be a positive"),
        ((len, [3], [1]), "2 bucket_batch_sizes, one more than"),
        ((len, [3], [1, 0]), "each of bucket_batch_sizes to be a positive"),
        ((3, [3], [1, 1]), "element_length_func to be a function"),
        ((lambda x: 0.5, [3], [1, 1]), "return a whole number.*for element 0"),
        ((len, [3], [1, 1], [None], None, False, True), "no_padding=True without"),
    ],
)
def test_mistakes_of_buckets(arguments, message):
    with pytest.raises(DataError, match=message):
        list(Dataset.from_arrays(LISTS).bucket_by_sequence_length(*arguments))


def test_a_training_compiles_one_program_for_each_bucket():
    rng = np.random.default_rng(0)
    texts = [rng.integers(1, 9, n).tolist() for n in rng.permutation(np.repeat([2, 3, 5, 6, 9, 10, 11], 8))]
    labels = np.array([text.count(1) > 1 for text in texts], "float32")
    data = Dataset.from_arrays(texts, labels).shuffle(seed=1)
    arguments = (lambda x, y: len(x), [4, 8, 12], [4, 4, 4, 1])

    def model():
        od.utils.set_random_seed(0)
        layers = [od.layers.Embedding(9, 4, mask_zero=True), od.layers.LSTM(4), od.layers.Dense(1)]
        found = od.Sequential([od.Input((None,), dtype="int32"), *layers])
        found.compile("adam", "mse")
        return found

    whole = data.bucket_by_sequence_length(*arguments, pad_to_bucket_boundary=True, drop_remainder=True)
    shapes = [x.shape for x, _ in whole]
    assert len(set(shapes)) == 3
    changes = sum(a != b for a, b in pairwise(shapes))
    assert changes > 3  # it goes back and forth between buckets
    first = model()
    before = od.compilations.count
    first.fit(whole, epochs=3, verbose=0)
    assert od.compilations.count == before + 3

    some = Dataset.from_arrays(texts[:53], labels[:53]).shuffle(seed=1)
    rest = some.bucket_by_sequence_length(*arguments, pad_to_bucket_boundary=True)
    kinds = {x.shape for x, _ in rest}
    assert 3 < len(kinds) <= 6
    second = model()
    before = od.compilations.count
    history = second.fit(rest, epochs=3, verbose=0, validation_data=whole)
    assert od.compilations.count == before + len(kinds) + 3  # to validate, three programs of their own
    assert np.isfinite(history.history["loss"]).all()


def test_programs_of_padded_batches_are_kept():
    data = Dataset.from_arrays([[1] * n for n in (2, 2, 4, 4, 2, 2, 4, 4)], np.ones(8)).padded_batch(2)
    model = od.Sequential([od.layers.Embedding(3, 2), od.layers.GlobalAveragePooling1D(), od.layers.Dense(1)])
    model.compile("sgd", "mse")
    before = od.compilations.count
    model.fit(data, epochs=2, verbose=0)
    assert od.compilations.count == before + 2
