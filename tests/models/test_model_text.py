"""Models whose inputs are text: trained, saved, copied, eagerly and compiled."""

import copy

import numpy as np
import pytest

import ondol as od

L = od.layers
TEXTS = np.array(["good film", "bad film", "very good", "very bad", "so good", "bad bad"] * 10)
LABELS = np.array([1, 0] * 30)


def reader(mode="int"):
    length = 3 if mode == "int" else None
    layer = L.TextVectorization(output_mode=mode, output_sequence_length=length, name="words")
    layer.adapt(TEXTS)
    return layer


def judge(mode="int", entrance=True):
    od.random.seed(0)
    model = od.Sequential([od.Input((1,), dtype="string")] if entrance else [])
    words = reader(mode)
    model.add(words)
    if mode == "int":
        model.add(L.Embedding(words.vocabulary_size(), 4))
        model.add(L.GlobalAveragePooling1D())
    model.add(L.Dense(1, activation="sigmoid"))
    model.compile(od.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("entrance", [True, False])
@pytest.mark.parametrize("mode", ["int", "tf_idf"])
def test_a_model_learns_from_text(mode, entrance, tmp_path):
    model = judge(mode, entrance)
    history = model.fit(TEXTS, LABELS, epochs=15, verbose=0, validation_data=(TEXTS[:6], LABELS[:6])).history
    assert history["val_accuracy"][-1] == 1.0
    assert model.evaluate(TEXTS, LABELS, verbose=0)[1] == 1.0
    assert (model.predict(["good", "bad"], verbose=0).ravel().round() == [1, 0]).all()
    right = model.predict(TEXTS, verbose=0)
    np.testing.assert_allclose(model(TEXTS).numpy(), right, rtol=1e-5)
    np.testing.assert_allclose(model.predict_on_batch(TEXTS[:5]), right[:5], rtol=1e-5)
    model.save(tmp_path / "model.ondol")
    for other in (od.models.load_model(tmp_path / "model.ondol"), copy.deepcopy(model)):
        np.testing.assert_array_equal(other.predict(TEXTS, verbose=0), right)
        assert other.get_layer("words").get_vocabulary() == model.get_layer("words").get_vocabulary()


def test_eager_and_compiled_train_alike():
    compiled = judge().fit(TEXTS, LABELS, epochs=3, verbose=0).history["loss"]
    od.config.run_eagerly(True)
    eager = judge().fit(TEXTS, LABELS, epochs=3, verbose=0).history["loss"]
    np.testing.assert_allclose(eager, compiled, rtol=1e-4)


def batches():
    for i in range(0, 60, 12):
        yield TEXTS[i : i + 12], LABELS[i : i + 12]


class Started:
    def __iter__(self):
        return batches()


class Counted(Started):
    def __len__(self):
        return 5


class Indexed:
    def __len__(self):
        return 5

    def __getitem__(self, i):
        return TEXTS[12 * i : 12 * i + 12], LABELS[12 * i : 12 * i + 12]


@pytest.mark.parametrize("entrance", [True, False])
@pytest.mark.parametrize("stream", [batches, Started, Counted, Indexed])
def test_batches_of_text(stream, entrance):
    model = judge(entrance=entrance)
    model.fit(stream(), verbose=0, shuffle=False, validation_data=Started())
    other = judge()
    other.fit(TEXTS, LABELS, batch_size=12, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.predict(TEXTS, verbose=0), other.predict(TEXTS, verbose=0), rtol=1e-4)
    np.testing.assert_allclose(
        model.predict(Started(), verbose=0), model.predict(TEXTS, verbose=0), rtol=1e-5
    )
    assert model.evaluate(Started(), verbose=0)[0] == pytest.approx(
        model.evaluate(TEXTS, LABELS, verbose=0)[0], rel=1e-4
    )
    model.train_on_batch(TEXTS[:4], LABELS[:4])
    model.test_on_batch(TEXTS[:4], LABELS[:4])


def columns_model():
    """Two layers that read the same text, a crossing of text and number, and plain numbers."""
    city, hour = od.Input((1,), dtype="string", name="city"), od.Input((1,), dtype="int32", name="hour")
    size = od.Input((2,), name="size")
    known = L.StringLookup(vocabulary=["Seoul", "Busan"], output_mode="one_hot")(city)
    hashed = L.Hashing(5, output_mode="one_hot")(city)
    crossed = L.HashedCrossing(7, output_mode="one_hot")((city, hour))
    return od.Model([city, hour, size], L.Concatenate()([known, hashed, crossed, size]))


COLUMNS = {
    "city": np.array([["Seoul"], ["Busan"], ["Daegu"]]),
    "hour": np.array([[1], [2], [3]]),
    "size": np.array([[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]),
}


@pytest.mark.parametrize("eagerly", [False, True])
def test_several_inputs_some_of_them_text(eagerly, tmp_path):
    od.config.run_eagerly(eagerly)
    model = columns_model()
    city, hour = COLUMNS["city"], COLUMNS["hour"]
    right = np.concatenate(
        [
            np.eye(3)[[1, 2, 0]],
            np.eye(5)[L.Hashing(5)(city).numpy()[:, 0]],
            np.eye(7)[L.HashedCrossing(7)((city, hour)).numpy()[:, 0]],
            COLUMNS["size"],
        ],
        axis=1,
    )
    for x in (COLUMNS, list(COLUMNS.values())):
        np.testing.assert_array_equal(model.predict(x, verbose=0), right)
        np.testing.assert_array_equal(model(x).numpy(), right)
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_array_equal(loaded.predict(COLUMNS, verbose=0), right)


def test_text_is_encoded_ahead():
    model = judge()
    codes = model.encode_text(TEXTS)
    np.testing.assert_array_equal(codes, model.get_layer("words")(TEXTS).numpy())
    np.testing.assert_array_equal(model.predict(codes, verbose=0), model.predict(TEXTS, verbose=0))
    plain = od.Sequential([od.Input((3,)), L.Dense(1)])
    assert plain.encode_text(codes) is codes


def test_a_model_of_text_within_another():
    entrance = od.Input((1,), dtype="string", name="city")
    columns = {
        "city": entrance,
        "hour": od.Input((1,), dtype="int32", name="hour"),
        "size": od.Input((2,), name="size"),
    }
    inner = columns_model()
    outer = od.Model(list(columns.values()), L.Dense(1, name="out")(inner(list(columns.values()))))
    before = inner.predict(COLUMNS, verbose=0)
    kernel, bias = outer.get_layer("out").get_weights()
    np.testing.assert_allclose(outer.predict(COLUMNS, verbose=0), before @ kernel + bias, rtol=1e-5)
    stack = od.Sequential([judge(), L.Activation("linear")])
    np.testing.assert_allclose(stack.predict(TEXTS, verbose=0), judge().predict(TEXTS, verbose=0), rtol=1e-6)


def test_a_trained_model_behind_a_layer_of_text(tmp_path):
    model = judge()
    words, *rest = model.layers
    trained = od.Sequential([od.Input((3,), dtype="int32"), *rest])
    whole = od.Sequential([od.Input((1,), dtype="string"), words, trained])
    whole.save(tmp_path / "model.ondol")
    for other in (whole, od.models.load_model(tmp_path / "model.ondol")):
        np.testing.assert_allclose(
            other.predict(TEXTS, verbose=0), model.predict(TEXTS, verbose=0), rtol=1e-6
        )


def test_other_tools_take_text():
    model = judge("count")
    step = model.trace(TEXTS[:2], LABELS[:2])
    assert step["words"].output.shape == (2, model.get_layer("words").vocabulary_size())
    assert od.diagnose(model, TEXTS, LABELS) is not None
    model.fit(TEXTS, LABELS, verbose=0, diagnose=True)
    half = model.astype("float16")
    np.testing.assert_allclose(half.predict(TEXTS, verbose=0), model.predict(TEXTS, verbose=0), atol=1e-2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: L.Dense(1)(od.Input((1,), dtype="string", name="t")),
            "input 't', which is text. Put a layer",
        ),
        (lambda: judge().predict(np.array([["a", "b"]]), verbose=0), r"Expected data of shape \(None, 1\)"),
        (
            lambda: od.Sequential([L.Dense(1)]).predict(TEXTS, verbose=0),
            "StringLookup or TextVectorization layer",
        ),
    ],
)
def test_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
