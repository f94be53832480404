"""Layers for text: documented examples of Keras, scikit-learn as witness, files, configurations, refusals."""

import json

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils import murmurhash3_32

import ondol as od

L = od.layers
TEXTS = [
    "The cat sat on the mat.",
    "A dog; a cat!",
    "birds   fly high",
    "the dog can't fly",
    "Mat, the dog",
]
RULES = ["int", "multi_hot", "count", "tf_idf"]


# -- StringLookup


def test_string_lookup_examples():
    """Keras' documented examples."""
    vocabulary = ["a", "b", "c", "d"]
    x = np.array([["a", "c", "d"], ["d", "z", "b"]])
    assert L.StringLookup(vocabulary=vocabulary)(x).tolist() == [[1, 3, 4], [4, 0, 2]]
    adapted = L.StringLookup()
    adapted.adapt(x)
    assert adapted.get_vocabulary() == ["[UNK]", "d", "z", "c", "b", "a"]
    y = np.array([["a", "c", "d", "d"], ["d", "z", "b", "z"]])
    counts = L.StringLookup(vocabulary=vocabulary, output_mode="count")
    assert counts(y).tolist() == [[0, 1, 0, 1, 2], [2, 0, 1, 0, 1]]
    tf_idf = L.StringLookup(output_mode="tf_idf", vocabulary=vocabulary, idf_weights=[0.25, 0.75, 0.6, 0.4])
    right = [[0, 0.25, 0, 0.6, 0.8], [1.0, 0, 0.75, 0, 0.4]]
    np.testing.assert_allclose(tf_idf(y).numpy(), right, rtol=1e-6)
    inverse = L.StringLookup(vocabulary=vocabulary, invert=True)
    assert inverse(np.array([[1, 3, 4], [4, 0, 7]])).tolist() == [["a", "c", "d"], ["d", "[UNK]", "[UNK]"]]
    masked = L.StringLookup(vocabulary=vocabulary, mask_token="", invert=True)
    assert masked([0, 1, 2]).tolist() == ["", "[UNK]", "a"]


def test_several_numbers_for_unknown_strings():
    layer = L.StringLookup(vocabulary=["a"], num_oov_indices=4, mask_token="")
    unknown = ["x", "yy", "온돌"]
    right = [1 + murmurhash3_32(t.encode(), 0, positive=True) % 4 for t in unknown]
    assert layer(["", *unknown, "a"]).tolist() == [0, *right, 5]
    salted = L.StringLookup(vocabulary=["a"], num_oov_indices=4, salt=9)
    assert salted(unknown).tolist() == [murmurhash3_32(t.encode(), 9, positive=True) % 4 for t in unknown]


@pytest.mark.parametrize(
    "x", [["b", "a"], np.array(["b", "a"]), np.array(["b", "a"], object), [b"b", b"a"], ("b", "a")]
)
def test_forms_of_text(x):
    assert L.StringLookup(vocabulary=["a", "b"])(x).tolist() == [2, 1]


def test_one_long_text_among_many_takes_its_own_memory_only():
    texts = ["a"] * 100_000 + ["b" * 100_000]  # 40 GB, if each took as much as the longest
    assert L.StringLookup(vocabulary=["a"])(texts).numpy().sum() == 100_000
    assert np.unique(L.Hashing(1000)(texts).numpy()[:-1]).size == 1
    assert L.TextVectorization(vocabulary=["a"], output_sequence_length=1)(texts).shape == (100_001, 1)


def test_one_string():
    assert L.StringLookup(vocabulary=["a", "b"])("b").tolist() == 2
    assert L.StringLookup(vocabulary=["ä"], encoding="latin-1")([b"\xe4"]).tolist() == [1]


def test_a_vocabulary_file(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("온돌\nfloor\n", encoding="utf-8")
    layer = L.StringLookup(vocabulary=str(file))
    assert layer(["floor", "온돌", "x"]).tolist() == [2, 1, 0]
    config = json.loads(json.dumps(layer.get_config()))
    file.unlink()  # the configuration holds the words, not the path
    assert L.StringLookup.from_config(config).get_vocabulary() == ["[UNK]", "온돌", "floor"]
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("7\n5\n")
    assert L.IntegerLookup(vocabulary=numbers)([5, 7, 1]).tolist() == [2, 1, 0]


def test_adapting_in_batches_and_ragged_rows():
    layer = L.StringLookup(max_tokens=3)
    layer.adapt(iter([np.array(["b", "a"]), (np.array([["a", "c"]]), None)]))
    assert layer.get_vocabulary() == ["[UNK]", "a", "c"]
    layer.adapt([["x"], ["y", "x"]])
    assert layer.get_vocabulary() == ["[UNK]", "x", "y"]


# -- TextVectorization


@pytest.mark.parametrize("ngrams", [None, 2, (3, 1)])
def test_counts_are_scikit_learns(ngrams):
    """Their words are found by another rule, so both are told to part at spaces."""
    layer = L.TextVectorization(output_mode="count", standardize="lower", ngrams=ngrams)
    layer.adapt(TEXTS)
    words = layer.get_vocabulary(include_special_tokens=False)
    span = {None: (1, 1), 2: (1, 2)}.get(ngrams)
    y = layer(TEXTS).numpy()
    assert not y[:, 0].any()  # no unknown words
    for n in [span] if span else [(1, 1), (3, 3)]:
        there = CountVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=n).fit(TEXTS)
        columns = [1 + words.index(w) for w in there.get_feature_names_out()]
        np.testing.assert_array_equal(y[:, columns], there.transform(TEXTS).toarray())
    assert [y[:, 1 + i].sum() for i in range(len(words))] == sorted(y[:, 1:].sum(0), reverse=True)


def test_tf_idf():
    """log(1 + n / (1 + m)), where scikit-learn has 1 + log((1 + n) / (1 + m))."""
    layer = L.TextVectorization(output_mode="tf_idf")
    layer.adapt(TEXTS)
    words = layer.get_vocabulary()[1:]
    plain = ["".join(c for c in t.lower() if c.isalnum() or c == " ").split() for t in TEXTS]
    idf = np.log(1 + 5 / (1 + np.array([sum(w in t for t in plain) for w in words])))
    right = [[idf.mean() * 0, *[idf[i] * t.count(w) for i, w in enumerate(words)]] for t in plain]
    np.testing.assert_allclose(layer(TEXTS).numpy(), right, rtol=1e-6)
    assert layer(["zebra zebra"]).numpy()[0, 0] == pytest.approx(2 * idf.mean(), rel=1e-6)


def test_numbers_of_words():
    """Keras' documented example."""
    layer = L.TextVectorization(max_tokens=5000, output_mode="int", output_sequence_length=4)
    layer.adapt(["foo bar", "bar baz", "baz bada boom"])
    assert layer.get_vocabulary() == ["", "[UNK]", "baz", "bar", "foo", "boom", "bada"]
    x = [["foo qux bar"], ["qux baz"]]
    assert layer(x).tolist() == [[4, 1, 3, 0], [1, 2, 0, 0]]
    assert layer(np.array(x)).shape == (2, 4)
    layer = L.TextVectorization(vocabulary=["earth", "wind", "and", "fire"])
    assert layer.get_vocabulary() == ["", "[UNK]", "earth", "wind", "and", "fire"]
    assert layer(["Fire! and; wind", "", "sky"]).tolist() == [[5, 4, 3], [0, 0, 0], [1, 0, 0]]
    assert layer("earth").tolist() == [[2]]


def test_characters_words_and_cut_texts():
    letters = L.TextVectorization(split="character", standardize=None, output_sequence_length=3)
    letters.adapt(["온돌", "온기"])
    assert letters.get_vocabulary() == ["", "[UNK]", "온", "돌", "기"]
    assert letters(["온기 돌온"]).tolist() == [[2, 4, 1]]
    rows = L.TextVectorization(split=None, standardize="lower", vocabulary=["a b", "c"])
    assert rows([["A b", "c"], ["b", "A B"]]).tolist() == [[2, 3], [1, 2]]
    assert L.TextVectorization(standardize="strip_punctuation", vocabulary=["Ab"])(["A-b!"]).tolist() == [[2]]


def test_vectors_as_long_as_max_tokens():
    layer = L.TextVectorization(max_tokens=6, output_mode="multi_hot", pad_to_max_tokens=True)
    layer.adapt(["a b a"])
    assert layer(["a c"]).tolist() == [[1.0, 1.0, 0.0, 0.0, 0.0, 0.0]]
    weighted = L.TextVectorization(max_tokens=6, output_mode="tf_idf", pad_to_max_tokens=True)
    weighted.adapt(["a b a"])
    assert weighted(["a"]).shape == (1, 6)
    few = L.TextVectorization(max_tokens=3)
    few.adapt(["a b a c"])
    assert few.get_vocabulary() == ["", "[UNK]", "a"]


@od.utils.register_serializable("TestsOfText")
def without_digits(texts):
    return np.char.translate(np.asarray(texts, str), str.maketrans("", "", "0123456789"))


@od.utils.register_serializable("TestsOfText")
def at_commas(texts):
    return [text.split(",") for text in texts]


@pytest.mark.parametrize("rule", RULES)
def test_configuration(rule):
    layer = L.TextVectorization(output_mode=rule, ngrams=2, standardize=without_digits, split=at_commas)
    layer.adapt(["a1,b,a", "b2"])
    assert set(layer.get_vocabulary()) >= {"a", "b", "a b", "b a"}
    again = L.deserialize(json.loads(json.dumps(L.serialize(layer))))
    assert again.get_vocabulary() == layer.get_vocabulary()
    np.testing.assert_array_equal(again(["a,7b,x"]).numpy(), layer(["a,7b,x"]).numpy())


def test_shapes_without_values():
    assert L.TextVectorization(vocabulary=["a"], output_sequence_length=7).compute_output_shape(
        (None, 1)
    ) == (None, 7)
    assert L.TextVectorization(vocabulary=["a"], output_mode="count").compute_output_shape((None,)) == (
        None,
        2,
    )
    assert L.TextVectorization(vocabulary=["a"]).compute_output_shape((None, 1)) == (None, None)
    assert L.StringLookup(vocabulary=["a"]).compute_output_shape((None, 3)) == (None, 3)
    assert L.HashedCrossing(4, "one_hot").compute_output_shape(((None, 1), (None, 1))) == (None, 4)


# -- what is refused


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: L.StringLookup(vocabulary=["a"])([1, 2]), r"expected text: str, .*Received: list \[1, 2\]"),
        (lambda: L.StringLookup(vocabulary=["a"])(np.array(["a", None])), "every place. Received: None"),
        (lambda: L.StringLookup(vocabulary=["a"])([b"\xe4"]), "bytes in utf-8"),
        (lambda: L.StringLookup()(["a"]), "expected a vocabulary"),
        (lambda: L.StringLookup(vocabulary=[]), "at least one token"),
        (lambda: L.StringLookup(vocabulary=[1, 2]), "list of strings"),
        (lambda: L.StringLookup(vocabulary="no such file"), "no such file, which does not exist"),
        (lambda: L.StringLookup(vocabulary=["a"], num_oov_indices=0)(["a", "b"]), "Received: 'b'"),
        (lambda: L.StringLookup().adapt([1, 2]), "expected text"),
        (lambda: L.StringLookup().adapt(np.array([], str)), "Received: none"),
        (
            lambda: od.function(L.StringLookup(vocabulary=["a"], invert=True))(np.array([1])),
            "outside of compiled",
        ),
        (
            lambda: od.function(L.StringLookup(vocabulary=["a"]))(np.array(["a"])),
            "compiled code knows no text",
        ),
        (lambda: L.TextVectorization()(["a"]), "expected a vocabulary"),
        (lambda: L.TextVectorization(standardize="upper"), "standardize='upper'"),
        (lambda: L.TextVectorization(split="space"), "split='space'"),
        (lambda: L.TextVectorization(output_mode="one_hot"), "output_mode='one_hot'"),
        (lambda: L.TextVectorization(ragged=True), "ragged=False"),
        (
            lambda: L.TextVectorization(output_mode="count", output_sequence_length=3),
            "output_mode='int' only",
        ),
        (lambda: L.TextVectorization(output_sequence_length=0), "output_sequence_length=0"),
        (lambda: L.TextVectorization(ngrams=(0,)), "ngrams=0"),
        (lambda: L.TextVectorization(vocabulary=["a"])([["a", "b"]]), r"\(batch,\) or \(batch, 1\)"),
        (lambda: L.TextVectorization(vocabulary=["a"], standardize=len)(["a"]), "return an array of str"),
        (lambda: L.TextVectorization().adapt([3.0]), "expected text"),
        (lambda: L.TextVectorization().adapt(["", "!"]), "Received: none"),
    ],
)
def test_refused(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
