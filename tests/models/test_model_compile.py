"""compile: every form of its arguments, and names that are wrong found at once."""

import numpy as np
import pytest

import ondol as od

L = od.layers
rng = np.random.default_rng(0)
X = rng.normal(size=(12, 4)).astype("float32")
Y = rng.normal(size=(12, 2)).astype("float32")
LABELS = rng.integers(0, 3, 12)


@pytest.fixture(autouse=True)
def eagerly():
    """What the arguments mean does not depend on how the steps are run; this way nothing is compiled."""
    od.config.run_eagerly(True)


def small():
    return od.Sequential([od.Input((4,)), L.Dense(2)])


def two_outputs():
    a = od.Input((4,))
    return od.Model(a, [L.Dense(2, name="numbers")(a), L.Dense(3, activation="softmax", name="classes")(a)])


def mse(p, y):
    return np.mean((p - y) ** 2)


def cross_entropy(p, labels):
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


@pytest.mark.parametrize(
    "loss",
    [
        "mse",
        "mean_squared_error",
        "MeanSquaredError",
        od.losses.mean_squared_error,
        od.losses.MeanSquaredError(),
        od.losses.MeanSquaredError,
        lambda y, p: od.mean((p - y) ** 2, axis=-1),
        ["mse"],
    ],
)
def test_forms_of_a_loss(loss):
    model = small()
    model.compile(loss=loss)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(mse(model.predict(X), Y), rel=1e-5)


@pytest.mark.parametrize(
    "optimizer",
    ["sgd", "SGD", od.optimizers.SGD(0.01), od.optimizers.SGD, {"class_name": "SGD", "config": {}}],
)
def test_forms_of_an_optimizer(optimizer):
    model = small()
    model.compile(optimizer, "mse")
    kernel = model.get_weights()[0]
    error = model.predict(X) - Y
    model.fit(X, Y, batch_size=12, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.01 * X.T @ error / 12, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("metrics", "names"),
    [
        (["mae"], ["mae"]),
        ("mae", ["mae"]),
        ([od.metrics.MeanAbsoluteError()], ["mean_absolute_error"]),
        ([od.metrics.MeanAbsoluteError(name="own")], ["own"]),
        ([lambda y, p: od.abs(y - p)], ["<lambda>"]),
        (["mae", "mae"], ["mae", "mae_1"]),
        ({"only": "mae"}, ["mae"]),
        ([["mae", "mse"]], ["mae", "mse"]),
    ],
)
def test_forms_of_metrics(metrics, names):
    model = od.Sequential([od.Input((4,)), L.Dense(2, name="only")])
    model.compile(loss="mse", metrics=metrics)
    values = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert list(values) == ["loss", *names]
    assert values[names[0]] == pytest.approx(np.mean(np.abs(model.predict(X) - Y)), rel=1e-5)


def test_weighted_metrics_use_the_weights_and_others_do_not():
    model = small()
    model.compile(loss="mse", metrics=["mae"], weighted_metrics=["mae", "mse"])
    w = np.arange(12.0)
    values = model.evaluate(X, Y, sample_weight=w, verbose=0, return_dict=True)
    error = model.predict(X) - Y
    assert list(values) == ["loss", "mae", "weighted_mae", "mse"]
    assert values["mae"] == pytest.approx(np.abs(error).mean(), rel=1e-5)
    assert values["weighted_mae"] == pytest.approx(np.average(np.abs(error).mean(1), weights=w), rel=1e-5)
    assert values["mse"] == pytest.approx(np.average((error**2).mean(1), weights=w), rel=1e-5)
    assert values["loss"] == pytest.approx(np.mean(w * (error**2).mean(1)), rel=1e-5)


FORMS = [
    (["mse", "sparse_categorical_crossentropy"], [0.5, 2.0], [["mae"], ["accuracy"]], [Y, LABELS]),
    (
        {"numbers": "mse", "classes": "sparse_categorical_crossentropy"},
        {"numbers": 0.5, "classes": 2.0},
        {"numbers": ["mae"], "classes": "accuracy"},
        {"classes": LABELS, "numbers": Y},
    ),
    (
        [od.losses.MeanSquaredError(), od.losses.SparseCategoricalCrossentropy()],
        (0.5, 2),
        ["mae", "accuracy"],
        (Y, LABELS),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "weights", "metrics", "y"), FORMS)
def test_several_outputs(loss, weights, metrics, y):
    model = two_outputs()
    model.compile("sgd", loss, loss_weights=weights, metrics=metrics)
    values = model.evaluate(X, y, verbose=0, return_dict=True)
    numbers, classes = model.predict(X)
    expected = {
        "loss": 0.5 * mse(numbers, Y) + 2 * cross_entropy(classes, LABELS),
        "numbers_loss": mse(numbers, Y),
        "classes_loss": cross_entropy(classes, LABELS),
        "numbers_mae": np.abs(numbers - Y).mean(),
        "classes_accuracy": np.mean(classes.argmax(1) == LABELS),
    }
    assert list(values) == list(expected)
    np.testing.assert_allclose(list(values.values()), list(expected.values()), rtol=1e-5)


def test_names_of_a_training_with_several_outputs():
    model = two_outputs()
    metrics = [[od.metrics.MeanAbsoluteError(name="mae")], ["accuracy"]]
    for _ in range(2):  # compiling again with the same objects gives the same names
        model.compile("sgd", ["mse", "sparse_categorical_crossentropy"], metrics=metrics)
        history = model.fit(X, [Y, LABELS], validation_split=0.25, verbose=0).history
        names = ["loss", "numbers_loss", "classes_loss", "numbers_mae", "classes_accuracy"]
        assert list(history) == names + [f"val_{name}" for name in names]


@pytest.mark.parametrize("loss", [["mse", None], {"numbers": "mse"}, {"numbers": "mse", "classes": None}])
def test_an_output_without_a_loss(loss):
    model = two_outputs()
    model.compile("sgd", loss)
    y = {"numbers": Y} if isinstance(loss, dict) else [Y, None]
    values = model.evaluate(X, y, verbose=0, return_dict=True)
    assert list(values) == ["loss"]
    assert values["loss"] == pytest.approx(mse(model.predict(X)[0], Y), rel=1e-5)


@pytest.mark.parametrize(
    ("losses", "y"), [(["mse", None], [Y]), ([None, "sparse_categorical_crossentropy"], LABELS)]
)
def test_targets_of_outputs_with_a_loss_are_enough(losses, y):
    model = two_outputs()
    metrics = [[] if loss is None else [loss] for loss in losses]
    model.compile("sgd", losses, metrics=metrics)
    values = model.evaluate(X, y, verbose=0, return_dict=True)
    numbers, classes = model.predict(X)
    expected = mse(numbers, Y) if losses[0] else cross_entropy(classes, LABELS)
    assert len(values) == 2
    np.testing.assert_allclose(list(values.values()), [expected, expected], rtol=1e-5)


@pytest.mark.parametrize("weights", [None, [0.5, 2.0], 3.0])
def test_several_losses_of_one_output(weights):
    model = small()
    model.compile("sgd", ["mse", "mae"], loss_weights=weights)
    values = model.evaluate(X, Y, verbose=0, return_dict=True)
    p = model.predict(X)
    parts = [mse(p, Y), np.abs(p - Y).mean()]
    a, b = weights if isinstance(weights, list) else [weights or 1.0] * 2
    assert list(values) == ["loss", "mse_loss", "mae_loss"]
    np.testing.assert_allclose(list(values.values()), [a * parts[0] + b * parts[1], *parts], rtol=1e-5)


def test_several_losses_of_one_of_two_outputs():
    model = two_outputs()
    losses = {"numbers": ["mse", od.losses.Huber()], "classes": "sparse_categorical_crossentropy"}
    model.compile("sgd", losses, loss_weights={"numbers": [2.0, 1.0], "classes": 0.5})
    values = model.evaluate(X, [Y, LABELS], verbose=0, return_dict=True)
    numbers, classes = model.predict(X)
    error = np.abs(numbers - Y)
    huber = np.where(error <= 1, error**2 / 2, error - 0.5).mean()
    parts = [mse(numbers, Y), huber, cross_entropy(classes, LABELS)]
    assert list(values) == ["loss", "numbers_mse_loss", "numbers_huber_loss", "classes_loss"]
    np.testing.assert_allclose(
        list(values.values()), [2 * parts[0] + parts[1] + 0.5 * parts[2], *parts], rtol=1e-5
    )


def test_one_loss_for_all_outputs():
    a = od.Input((4,))
    model = od.Model(a, {"p": L.Dense(2)(a), "q": L.Dense(2)(a)})
    model.compile("sgd", "mse")
    values = model.evaluate(X, {"q": Y, "p": Y + 1}, verbose=0, return_dict=True)
    outputs = model.predict(X)
    expected = [mse(outputs["p"], Y + 1), mse(outputs["q"], Y)]
    assert list(values) == ["loss", "p_loss", "q_loss"]
    np.testing.assert_allclose(list(values.values()), [sum(expected), *expected], rtol=1e-5)


@pytest.mark.parametrize(
    ("labels", "outputs", "kind"),
    [
        (LABELS, 3, od.metrics.SparseCategoricalAccuracy),
        (np.eye(3)[LABELS], 3, od.metrics.CategoricalAccuracy),
        ((LABELS > 1).astype(float), 1, od.metrics.BinaryAccuracy),
    ],
)
def test_accuracy_follows_from_the_targets(labels, outputs, kind):
    model = od.Sequential([od.Input((4,)), L.Dense(outputs, activation="sigmoid")])
    losses = {1: "binary_crossentropy", 3: "categorical_crossentropy"}
    model.compile(loss="sparse_categorical_crossentropy" if labels.ndim == 1 and outputs == 3 else losses[outputs],
                  metrics=["accuracy"])  # fmt: skip
    value = model.evaluate(X, labels, verbose=0, return_dict=True)["accuracy"]
    p = model.predict(X)
    right = (p[:, 0] > 0.5) == labels if outputs == 1 else p.argmax(1) == LABELS
    assert value == pytest.approx(right.mean())
    assert type(model.metrics[1]) is kind


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"optimizer": "adm"}, r"optimizer='adm'. Did you mean 'adam' or 'nadam' or 'adamw'\?"),
        ({"loss": "mean_square_error"}, r"loss='mean_square_error'. Did you mean .*'mean_squared_error'"),
        ({"loss": ["mse", "sparse_crossentropy"]}, "loss='sparse_crossentropy'"),
        ({"loss": {"out": "mze"}}, r"loss='mze'. Did you mean .*'mse'"),
        ({"metrics": ["acuracy"]}, r"metric='acuracy'. Did you mean .*'accuracy'"),
        ({"metrics": {"out": ["mea"]}}, r"metric='mea'. Did you mean .*'mae'"),
        ({"weighted_metrics": ["acuracy"]}, r"metric='acuracy'"),
    ],
)
def test_unknown_names_are_found_by_compile(arguments, message):
    with pytest.raises(od.errors.UnknownNameError, match=message):
        small().compile(**arguments)


@pytest.mark.parametrize("arguments", [{"optimizer": 3}, {"loss": 3.0}, {"metrics": [3]}])
def test_other_things_are_found_by_compile(arguments):
    with pytest.raises(TypeError, match=r"Expected an? .*Received: .*=3"):
        small().compile(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"loss": {"numbrs": "mse"}}, r"named \['numbers', 'classes'\]. Received: a loss for \['numbrs'\]"),
        ({"loss": ["mse"]}, r"a loss for each of 2 outputs \(numbers, classes\). Received: 1"),
        ({"loss": ["mse", "mse"], "metrics": {"numbrs": "mae"}}, r"metrics for \['numbrs'\]"),
        ({"loss": ["mse", "mse"], "metrics": ["mae"]}, r"metrics for each of 2 outputs .*Received: 1"),
        ({"loss": ["mse", "mse"], "loss_weights": [1.0]}, "a loss weight for each of 2 outputs"),
        (
            {"loss": [["mse", "mae"], "mse"], "loss_weights": [[1.0], 1.0]},
            "a loss weight for each of 2 losses of 'numbers'. Received: 1",
        ),
    ],
)
def test_outputs_that_do_not_exist(arguments, message):
    model = two_outputs()
    model.compile("sgd", **arguments)
    with pytest.raises(od.errors.DataError, match=message):
        model.fit(X, [Y, np.eye(3)[LABELS]], verbose=0)


def test_loss_weights_are_numbers():
    with pytest.raises(od.errors.DataError, match="Expected numbers as loss_weights. Received: 'a'"):
        small().compile(loss="mse", loss_weights="a")


def test_a_loss_of_ones_own_may_be_all_there_is():
    class Compressed(od.Model):
        def __init__(self):
            super().__init__()
            self.out = L.Dense(2, kernel_regularizer=od.regularizers.L2(0.1))

        def call(self, inputs):
            y = self.out(inputs)
            self.add_loss(od.mean((y - 1.0) ** 2))
            return y

    model = Compressed()
    model.compile("sgd")
    loss = model.evaluate(X, verbose=0)
    kernel = model.out.kernel.numpy()
    assert loss == pytest.approx(mse(model.predict(X), 1.0) + 0.1 * (kernel**2).sum(), rel=1e-5)
    assert model.fit(X, verbose=0).history["loss"][0] == pytest.approx(loss, rel=1e-5)
