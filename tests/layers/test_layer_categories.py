"""Layers for categories: documented examples of Keras, scikit-learn as witness, and what is refused."""

import itertools

import numpy as np
import pytest
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder
from sklearn.utils import murmurhash3_32

import ondol as od

L = od.layers
RNG = np.random.default_rng(0)
VOCABULARY = [12, 36, 1138, 42]


@pytest.fixture(params=[lambda f: f, od.function], ids=["eager", "compiled"])
def run(request):
    return request.param


# -- CategoryEncoding


def test_one_hot_is_scikit_learns(run):
    x = RNG.integers(0, 5, (20, 1))
    right = OneHotEncoder(categories=[range(5)], sparse_output=False).fit_transform(x)
    np.testing.assert_array_equal(run(L.CategoryEncoding(5, "one_hot"))(x).numpy(), right)


def test_weights_of_counts(run):
    """Keras' documented example."""
    x = np.array([[0, 1], [0, 0], [1, 2], [3, 1]])
    weights = np.array([[0.1, 0.2], [0.1, 0.1], [0.2, 0.3], [0.4, 0.2]])
    layer = L.CategoryEncoding(num_tokens=4, output_mode="count")
    y = run(lambda x, w: layer(x, count_weights=w))(x, weights)
    right = [[0.1, 0.2, 0.0, 0.0], [0.2, 0.0, 0.0, 0.0], [0.0, 0.2, 0.3, 0.0], [0.0, 0.2, 0.0, 0.4]]
    np.testing.assert_allclose(y.numpy(), right, rtol=1e-6)


def test_more_axes_and_none():
    x = RNG.integers(0, 3, (2, 4, 5))
    layer = L.CategoryEncoding(3, "count")
    np.testing.assert_array_equal(layer(x).numpy(), np.eye(3)[x].sum(-2))
    assert layer(2).tolist() == [0.0, 0.0, 1.0]
    assert L.CategoryEncoding(3, "binary").output_mode == "multi_hot"  # Keras 2's name


def test_no_category_is_found_out():
    with pytest.raises(ValueError, match=r"numbers of 0, ..., num_tokens - 1 = 2. Received: 3"):
        L.CategoryEncoding(3)([[0, 3]])
    with pytest.raises(ValueError, match=r"Received: -1"):
        L.CategoryEncoding(3)([[0, -1]])


# -- Discretization


@pytest.mark.parametrize("n", [2, 3, 7])
def test_bins_are_scikit_learns(n):
    x = RNG.gamma(2.0, size=(101, 1))
    bins = KBinsDiscretizer(
        n, encode="ordinal", strategy="quantile", quantile_method="interpolated_inverted_cdf"
    )
    right = bins.fit_transform(x)
    layer = L.Discretization(num_bins=n, dtype="float64")
    layer.adapt(x)
    np.testing.assert_allclose(layer.bin_boundaries, bins.bin_edges_[0][1:-1], rtol=1e-12)
    np.testing.assert_array_equal(layer(x).numpy(), right)


def test_bins_of_batches_are_those_of_all():
    x = RNG.normal(size=(60, 3))
    whole, parts = L.Discretization(num_bins=5), L.Discretization(num_bins=5)
    whole.adapt(x)
    parts.adapt((x[i : i + 7], None) for i in range(0, 60, 7))
    assert parts.bin_boundaries == whole.bin_boundaries
    parts.adapt(iter([x[:30], x[30:]]), steps=1)
    half = L.Discretization(num_bins=5)
    half.adapt(x[:30])
    assert parts.bin_boundaries == half.bin_boundaries
    again = L.Discretization.from_config(whole.get_config())
    assert again.bin_boundaries == whole.bin_boundaries


def test_numbers_of_bins(run):
    """Keras' documented example; a value on a boundary belongs to the upper bin."""
    x = np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]])
    y = run(L.Discretization(bin_boundaries=[0.0, 1.0, 2.0]))(x)
    assert y.dtype == "int32"
    assert y.tolist() == [[0, 2, 3, 1], [1, 3, 2, 1]]


# -- IntegerLookup


def test_integer_lookup_examples(run):
    """Keras' documented examples."""
    x = np.array([[12, 1138, 42], [42, 1000, 36]])
    assert run(L.IntegerLookup(vocabulary=VOCABULARY))(x).tolist() == [[1, 3, 4], [4, 0, 2]]
    y = np.array([[12, 1138, 42, 42], [42, 7, 36, 7]])
    counts = L.IntegerLookup(vocabulary=VOCABULARY, output_mode="count")
    assert run(counts)(y).tolist() == [[0, 1, 0, 1, 2], [2, 0, 1, 0, 1]]
    weights = [0.25, 0.75, 0.6, 0.4]
    tf_idf = L.IntegerLookup(output_mode="tf_idf", vocabulary=VOCABULARY, idf_weights=weights)
    right = [[0, 0.25, 0, 0.6, 0.8], [1.0, 0, 0.75, 0, 0.4]]
    np.testing.assert_allclose(run(tf_idf)(y).numpy(), right, rtol=1e-6)
    all_weights = L.IntegerLookup(
        output_mode="tf_idf", vocabulary=[-1, *VOCABULARY], idf_weights=[0.9, *weights]
    )
    assert run(all_weights)(y).numpy()[1, 0] == pytest.approx(1.8)
    inverse = L.IntegerLookup(vocabulary=L.IntegerLookup(vocabulary=VOCABULARY).get_vocabulary(), invert=True)
    assert run(inverse)(np.array([[1, 3, 4], [4, 0, 99]])).tolist() == [[12, 1138, 42], [42, -1, -1]]


def test_several_numbers_for_the_unknown(run):
    x = np.array([[12, 7, 8, -1]])
    floormod = L.IntegerLookup(vocabulary=VOCABULARY, num_oov_indices=3)
    assert run(floormod)(x).tolist() == [[3, 7 % 3, 8 % 3, -1 % 3]]
    hashed = L.IntegerLookup(vocabulary=VOCABULARY, num_oov_indices=3, oov_method="farmhash", salt=5)
    right = [murmurhash3_32(n.to_bytes(8, "little", signed=True), 5, positive=True) % 3 for n in (7, 8, -1)]
    assert run(hashed)(x).tolist() == [[3, *right]]


def test_mask_and_large_numbers(run):
    layer = L.IntegerLookup(vocabulary=[2**40, 5], mask_token=0)
    assert run(layer)(np.array([[2**40, 2**40 + 1, 5, 0]])).tolist() == [[2, 1, 3, 0]]
    counts = L.IntegerLookup(vocabulary=[2**40, 5], mask_token=0, output_mode="count")
    assert run(counts)(np.array([[5, 0, 0, 9]])).tolist() == [[1.0, 0.0, 1.0]]
    assert counts.get_vocabulary() == [-1, 2**40, 5]
    assert layer.get_vocabulary() == [0, -1, 2**40, 5]


def test_adapting_to_integers():
    layer = L.IntegerLookup(max_tokens=3)
    layer.adapt([[12, 1138, 42], [42, 1000, 36], [42, 12, 7]])
    assert layer.get_vocabulary(include_special_tokens=False) == [42, 12]
    layer.adapt(iter([np.array([7, 7, 5])]))  # another vocabulary, no more of the first
    assert layer.get_vocabulary() == [-1, 7, 5]
    ties = L.IntegerLookup()
    ties.adapt([[3, 1, 2], [1, 3]])
    assert ties.get_vocabulary() == [-1, 3, 1, 2]


def test_a_program_notices_a_new_vocabulary():
    layer = L.IntegerLookup(vocabulary=[5, 6])
    model = od.Sequential([od.Input((1,), dtype="int32"), layer])
    x = np.array([[5], [6], [7]])
    assert model.predict(x, verbose=0).ravel().tolist() == [1, 2, 0]
    layer.adapt([7, 7, 6])
    assert model.predict(x, verbose=0).ravel().tolist() == [0, 2, 1]


# -- Hashing


def of_integer(n, seed=0):
    return murmurhash3_32(n.to_bytes(8, "little", signed=True), seed, positive=True)


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8"])
def test_the_hash_of_a_number_is_that_of_its_bytes(run, dtype):
    """scikit-learn's MurmurHash3 as witness."""
    numbers = (
        [0, 1, 2, 77, 127] + ([] if dtype[0] == "u" else [-1, -128]) + [2**40, -(2**33)] * (dtype == "int64")
    )
    y = run(L.Hashing(1000, salt=11))(np.array(numbers, dtype))
    assert y.tolist() == [of_integer(n, 11) % 1000 for n in numbers]


def test_the_hash_of_a_text_is_that_of_its_bytes():
    texts = ["", "A", "abcd", "abcde", "온돌", "x" * 40]
    y = L.Hashing(10**6)(texts)
    assert y.dtype == "int32"
    assert y.tolist() == [murmurhash3_32(t.encode(), 0, positive=True) % 10**6 for t in texts]
    assert L.Hashing(10**6)(np.array(texts, object)).tolist() == y.tolist()
    assert L.Hashing(10**6)([t.encode() for t in texts]).tolist() == y.tolist()
    assert L.Hashing(10**6, salt=[1, 2])(texts).tolist() != L.Hashing(10**6, salt=[2, 1])(texts).tolist()


def test_the_mask_has_bin_0_alone():
    texts = [f"word {i}" for i in range(50)]
    y = L.Hashing(3, mask_value="")([*texts, ""]).numpy()
    right = [1 + murmurhash3_32(t.encode(), 0, positive=True) % 2 for t in texts]
    assert y.tolist() == [*right, 0]


def test_bins_are_filled_evenly():
    counts = np.bincount(L.Hashing(10)(np.arange(10_000)).numpy(), minlength=10)
    assert ((counts - 1000) ** 2 / 1000).sum() < 27.9  # χ², 9 degrees of freedom: p > 0.001


def word(x):
    return murmurhash3_32(x.encode(), 0, positive=True) if isinstance(x, str) else of_integer(x)


@pytest.mark.parametrize("shape", [(6,), (6, 1)])
def test_crossing_of_text_and_numbers(shape):
    pairs = list(itertools.product(["A", "B"], [101, 102, -3]))
    a, b = (np.array(column).reshape(shape) for column in zip(*pairs, strict=True))
    right = [
        murmurhash3_32(b"".join(word(x).to_bytes(4, "little") for x in pair), 0, positive=True) % 7
        for pair in pairs
    ]
    y = L.HashedCrossing(7)((a, b))
    assert y.shape == shape
    assert y.numpy().ravel().tolist() == right
    np.testing.assert_array_equal(L.HashedCrossing(7, "one_hot")((a, b)).numpy(), np.eye(7)[right])


# -- what is refused


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: L.CategoryEncoding(0), "positive integer. Received: num_tokens=0"),
        (lambda: L.CategoryEncoding(3, "int"), "output_mode='int'"),
        (
            lambda: L.CategoryEncoding(3)([[0]], count_weights=[[1.0]]),
            "count_weights with output_mode='count'",
        ),
        (lambda: L.Discretization(), "bin_boundaries or num_bins, one of them"),
        (lambda: L.Discretization([0.0], 2), "one of them"),
        (lambda: L.Discretization([1.0, 0.0]), "rising order"),
        (lambda: L.Discretization(num_bins=2)([1.0]), r"Call adapt\(training_data\) first"),
        (lambda: L.Discretization(num_bins=2).adapt([]), "Received: none"),
        (lambda: L.Discretization(num_bins=2).adapt([1.0, np.nan]), "Received: NaN"),
        (lambda: L.Discretization([0.0]).adapt([1.0]), "nothing to adapt"),
        (lambda: L.Discretization(num_bins=2).adapt(3), "array or an iterable"),
        (lambda: L.IntegerLookup()([1]), "expected a vocabulary. Call adapt"),
        (lambda: L.IntegerLookup(vocabulary=[]), "at least one token"),
        (lambda: L.IntegerLookup(vocabulary=[1, 1]), r"each token once. Received: \[1\]"),
        (lambda: L.IntegerLookup(vocabulary=[1, 2], max_tokens=2), "at most max_tokens=2"),
        (lambda: L.IntegerLookup(vocabulary=[1, 0], mask_token=0), "in front of all others"),
        (
            lambda: L.IntegerLookup(vocabulary=[1], num_oov_indices=0)([1, 5]),
            "num_oov_indices=0. Received: 5",
        ),
        (lambda: L.IntegerLookup(num_oov_indices=-1), "num_oov_indices of 0 or more"),
        (lambda: L.IntegerLookup(vocabulary=["a"]), "list of whole numbers"),
        (lambda: L.IntegerLookup(vocabulary=[1])(["a"]), "whole numbers. Received: text"),
        (lambda: L.IntegerLookup(vocabulary=[1], output_mode="tf_idf"), "idf_weights together with"),
        (lambda: L.IntegerLookup(vocabulary=[1], idf_weights=[1.0]), "idf_weights together with"),
        (lambda: L.IntegerLookup(idf_weights=[1.0], output_mode="tf_idf"), "vocabulary with idf_weights"),
        (
            lambda: L.IntegerLookup(vocabulary=[1], output_mode="tf_idf", idf_weights=[1.0, 2.0]),
            r"each of the 1 tokens. Received: idf_weights of shape \(2,\)",
        ),
        (lambda: L.IntegerLookup(pad_to_max_tokens=True), "max_tokens with pad_to_max_tokens"),
        (lambda: L.IntegerLookup(invert=True, output_mode="count"), "output_mode='int' with invert"),
        (lambda: L.IntegerLookup(vocabulary_dtype="int32"), "vocabulary_dtype='int32'"),
        (lambda: L.IntegerLookup(oov_method="floor"), "Did you mean 'floormod'"),
        (lambda: L.IntegerLookup(salt=1), "salt with oov_method='farmhash'"),
        (lambda: L.IntegerLookup().adapt([1.5]), "whole numbers to adapt to"),
        (lambda: L.IntegerLookup().adapt(np.zeros((0, 2), int)), "Received: none"),
        (lambda: L.Hashing(0), "num_bins=0"),
        (lambda: L.Hashing(1, mask_value=0), "num_bins of 2 or more"),
        (lambda: L.Hashing(3, salt="x"), "salt of one or two integers"),
        (lambda: L.Hashing(3)([1.5]), "text or whole numbers. Received: dtype=float32"),
        (lambda: L.HashedCrossing(3)(["a"]), "tuple of two features or more"),
        (lambda: L.HashedCrossing(3)((["a"], [[1]])), "all of shape"),
        (lambda: L.HashedCrossing(3)(([1.0], [1])), "text or whole numbers"),
    ],
)
def test_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
