"""Every mistake is told before training starts: what was expected, what came, and how to mend it."""

import numpy as np
import pytest

import ondol as od

L = od.layers
rng = np.random.default_rng(0)
X = rng.normal(size=(20, 4)).astype("float32")
LABELS = rng.integers(0, 3, 20)
LABELS[:3] = 0, 1, 2
ONE_HOT = np.eye(3)[LABELS]
SPARSE = "sparse_categorical_crossentropy"


def network(loss=SPARSE, built=True, **kwargs):
    layers = [L.Dense(5, activation="relu", name="hidden"), L.Dense(3, activation="softmax", name="out")]
    model = od.Sequential([*([od.Input((4,))] if built else []), *layers])
    model.compile("adam", loss, **kwargs)
    return model


def with_nan(array, *places):
    array = np.array(array, "float64")
    for place in places:
        array[place] = np.nan
    return array


WRONG = {
    "x and y of different length": (
        (X, LABELS[:10]), {},
        r"equal lengths.*x\.shape=\(20, 4\), y\.shape=\(10,\)\. Take the same samples",
    ),
    "one sample": ((X[0], LABELS[:1]), {}, r"x\.shape=\(4,\), y\.shape=\(1,\)\. A single sample needs a batch axis"),
    "weights of another length": (
        (X, LABELS), {"sample_weight": np.ones(3)}, r"sample_weight\.shape=\(3,\)",
    ),
    "labels that start at 1": (
        (X, LABELS + 1), {}, r"from 0 to 2.*output has 3 classes.*=3 \(labels from 1 to 3\).*use y - 1",
    ),
    "labels that are too large": ((X, LABELS * 3), {}, r"=[36] .*Give the last layer 7 units"),
    "negative labels": ((X, LABELS - 1), {}, r"=-1 \(labels from -1 to 1\).*np\.unique"),
    "labels with fractions": ((X, LABELS + 0.5), {}, "whole numbers.*Received: y with fractions"),
    "one-hot rows for labels": ((X, ONE_HOT), {}, r"y\.shape=\(20, 3\).*use loss='categorical_crossentropy'"),
    "samples in a list": ((list(X), LABELS), {}, r"x\[0\]\.shape=\(4,\).*several inputs.*np\.stack\(x\)"),
    "too few features": ((X[:, :3], LABELS), {}, r"'hidden' expected .* length 4.*inputs\.shape=\(\d+, 3\)"),
    "NaN in x": (
        (with_nan(X, (3, 2), (5, 0)), LABELS), {},
        r"finite numbers in x\. Received: 2 that are NaN or infinite, the first x\[3, 2\]=nan.*nan_to_num",
    ),
    "infinity in x": ((np.where(X[7, 1] == X, -np.inf, X), LABELS), {}, r"the first x\[7, 1\]=-inf"),
    "no samples": ((X[:0], LABELS[:0]), {}, r"at least one sample.*x\.shape=\(0, 4\), which is empty"),
    "empty lists": (([], []), {}, "at least one sample"),
    "no features": ((X[:, :0], LABELS), {}, r"x\.shape=\(20, 0\), which is empty"),
    "no targets": ((X,), {}, r"targets y for the loss.*y=None\. Pass fit\(x, y\)"),
    "no data": ((None, LABELS), {}, "Expected data. Received: x=None"),
    "a number": ((3.0, 1), {}, "Expected x to have a batch axis"),
    "strings in x": (([["a", "b", "c", "d"]], [0]), {}, "x to hold numbers.*such as 'a'.*np.unique"),
    "strings in an array": ((X, np.array(["cat", "dog"] * 10)), {}, "y to hold numbers.*<U3, such as 'cat'.*np.unique"),
    "a table with gaps": (
        (np.array([[1, 2, 3, None]], object), [0]), {}, r"x\.dtype=object, such as None.*astype\('float32'\)",
    ),
    "lists of unequal length": (([[1, 2, 3, 4], [1, 2, 3]], [0, 1]), {}, "lists of unequal length, 3, 4. Cut them"),
    "batch_size 0": ((X, LABELS), {"batch_size": 0}, "batch_size to be a positive integer. Received: batch_size=0"),
    "batch_size 2.5": ((X, LABELS), {"batch_size": 2.5}, "Received: batch_size=2.5"),
    "epochs -1": ((X, LABELS), {"epochs": -1}, "epochs to be an integer of 0 or more. Received: epochs=-1"),
    "epochs as text": ((X, LABELS), {"epochs": "3"}, "Received: epochs='3'"),
    "steps_per_epoch 0": ((X, LABELS), {"steps_per_epoch": 0}, "steps_per_epoch to be a positive integer"),
    "validation_steps -1": (
        (X, LABELS), {"validation_steps": -1, "validation_split": 0.5}, "steps to be a positive integer",
    ),
    "validation_freq 0": ((X, LABELS), {"validation_freq": 0}, "validation_freq to be a positive integer"),
    "verbose": ((X, LABELS), {"verbose": "loud"}, "Expected verbose to be 0.*Received: verbose='loud'"),
    "validation_split 1.5": ((X, LABELS), {"validation_split": 1.5}, "0 < validation_split < 1.*Received: .*=1.5"),
    "validation_split -0.5": ((X, LABELS), {"validation_split": -0.5}, "Received: validation_split=-0.5"),
    "nothing left to learn": ((X, LABELS), {"validation_split": 0.99}, "leaves some of the 20 samples on both sides"),
    "a class without weight": (
        (X, LABELS), {"class_weight": {0: 1.0, 1: 2.0}},
        "weight for every class.*which lacks 2.*leaves a class as it is",
    ),
    "names as classes": ((X, LABELS), {"class_weight": {"cat": 1.0}}, "class numbers.*as keys.*key 'cat'"),
    "negative classes": ((X, LABELS), {"class_weight": {-1: 1, 0: 1, 1: 1, 2: 1}}, "key -1"),
    "weights in a list": ((X, LABELS), {"class_weight": [1, 2, 3]}, r"to be a dict.*dict\(enumerate\(weights\)\)"),
    "a weight that is no number": ((X, LABELS), {"class_weight": {0: 1, 1: 1, 2: "b"}}, r"class_weight\[2\]='b'"),
    "NaN as a weight": ((X, LABELS), {"sample_weight": with_nan(np.ones(20), 3)}, r"finite numbers in sample_weight"),
    "validation labels": ((X, LABELS), {"validation_data": (X, LABELS + 5)}, "class numbers from 0 to 2"),
    "validation features": ((X, LABELS), {"validation_data": (X[:, :2], LABELS)}, r"inputs\.shape=\(20, 2\)"),
    "validation without targets": ((X, LABELS), {"validation_data": X}, "Expected targets y"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "arguments", "message"), WRONG.values(), ids=WRONG)
def test_fit_tells_what_is_wrong(data, arguments, message):
    model = network()
    before = model.get_weights()
    with pytest.raises((od.errors.DataError, od.errors.ShapeError), match=message) as caught:
        model.fit(*data, **{"verbose": 0, **arguments})
    assert isinstance(caught.value, ValueError)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    model.run_eagerly = True  # compiles nothing more
    assert model.fit(X, LABELS, verbose=0).epoch == [0]  # once mended, it trains


def test_the_place_of_a_mistake_in_validation_data_is_told():
    with pytest.raises(od.errors.DataError) as caught:
        network().fit(X, LABELS, verbose=0, validation_data=(X, LABELS[:3]))
    assert "in validation_data" in caught.value.__notes__


def test_labels_for_categorical_crossentropy():
    with pytest.raises(
        od.errors.DataError, match=r"one-hot rows of 3 classes.*Use loss='sparse_categorical_cross"
    ):
        network("categorical_crossentropy").fit(X, LABELS, verbose=0)


def test_targets_of_another_shape():
    with pytest.raises(od.errors.DataError, match=r"of the output's shape for mse.*y\.shape=\(20,\)"):
        network("mse").fit(X, LABELS, verbose=0)
    with pytest.raises(od.errors.DataError, match=r"finite numbers in y.*the first y\[0, 0\]=nan"):
        network("mse").fit(X, with_nan(ONE_HOT, (0, 0)), verbose=0)


@pytest.mark.parametrize("name", ["x and y of different length", "labels that start at 1", "too few features",
                                  "NaN in x", "no samples", "no targets", "batch_size 0", "strings in x"])  # fmt: skip
def test_eagerly_too_and_in_evaluate(name):
    data, arguments, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        network(run_eagerly=True).fit(*data, **{"verbose": 0, **arguments})
    with pytest.raises(ValueError, match=message):
        network().evaluate(*data, **{"verbose": 0, **arguments})


@pytest.mark.parametrize(
    ("x", "arguments", "message"),
    [
        (None, {}, "Expected data. Received: x=None"),
        (X[:, :3], {}, r"'hidden' expected .* length 4.*inputs\.shape=\(20, 3\)"),
        (X[0], {}, r"\(batch, ..., features\).*A single sample needs a batch axis, x\[None, :\]"),
        (X[:0], {}, "at least one sample"),
        ([["a"] * 4], {}, "x to hold numbers"),
        (X, {"batch_size": 0}, "Received: batch_size=0"),
        (X, {"steps": 0}, "steps to be a positive integer"),
    ],
)
def test_predict_tells_what_is_wrong(x, arguments, message):
    for built in (True, False):
        model = network(built=built)
        if not built:
            model(X)
        with pytest.raises(ValueError, match=message):
            model.predict(x, **arguments)


def test_inputs_of_different_length():
    a, b = od.Input((4,)), od.Input((4,))
    model = od.Model([a, b], a + b)
    with pytest.raises(od.errors.DataError, match=r"x\[0\]\.shape=\(20, 4\), x\[1\]\.shape=\(10, 4\)"):
        model.predict([X, X[:10]])


def test_before_compile():
    model = od.Sequential([L.Dense(1)], name="fresh")
    for wish, call in {
        "fit": lambda: model.fit(X, LABELS),
        "evaluate": lambda: model.evaluate(X, LABELS),
        "train_on_batch": lambda: model.train_on_batch(X, LABELS),
        "test_on_batch": lambda: model.test_on_batch(X, LABELS),
    }.items():
        with pytest.raises(
            ValueError, match=rf"compiled model for {wish}\(\). Received: 'fresh'.*model.compile\("
        ):
            call()


def test_without_a_loss():
    model = od.Sequential([L.Dense(1)])
    model.compile("adam")
    with pytest.raises(ValueError, match=r"Expected a loss.*Pass loss= to compile\(\)"):
        model.fit(X, LABELS, verbose=0)


def test_wrong_data_before_the_first_right_ones():
    """A model without a known input shape takes no harm from data that were refused."""
    model = network(built=False)
    assert model.weights == []
    for name in ("x and y of different length", "labels that start at 1", "NaN in x", "no targets"):
        data, arguments, message = WRONG[name]
        with pytest.raises(od.errors.DataError, match=message):
            model.fit(*data, verbose=0, **arguments)
    assert model.fit(X, LABELS, verbose=0).epoch == [0]


def test_train_on_batch_tells_what_is_wrong():
    model = network()
    for name in ("x and y of different length", "labels that start at 1", "NaN in x", "no targets"):
        data, _, message = WRONG[name]
        with pytest.raises(od.errors.DataError, match=message):
            model.train_on_batch(*data)
        with pytest.raises(od.errors.DataError, match=message):
            model.test_on_batch(*data)


def test_unknown_activations_and_layers():
    with pytest.raises(od.errors.UnknownNameError, match=r"activation='rellu'. Did you mean .*'relu'"):
        L.Dense(1, activation="rellu")
    with pytest.raises(od.errors.UnknownNameError, match=r"layer='Dens'. Did you mean 'Dense'\?"):
        L.deserialize({"class_name": "Dens", "config": {}})


@pytest.mark.parametrize(("index", "remedy"), [(-1, "Number the symbols from 0"), (12, "at least 13")])
def test_fit_stops_at_an_index_that_an_embedding_does_not_have(index, remedy):
    model = od.Sequential([od.layers.Embedding(10, 2), od.layers.Flatten(), od.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.arange(60).reshape(20, 3) % 10
    x[13, 1] = index
    with pytest.raises(od.errors.DataError, match=rf"index {index}\. .*{remedy}"):
        model.fit(x, np.ones((20, 1)), batch_size=4, verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())
