"""The whole public surface on one page. If this passes, Ondol works; if not, read from the top."""

import numpy as np
import pytest

import ondol as od
from ondol import layers

X, Y = od.datasets.truth_table("xor")


# -- arrays and gradients


def test_a_tensor_is_an_array():
    x = od.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert (x @ x.T + 1).mean().item() == 14.0
    assert x[:, 1].tolist() == [2.0, 4.0]
    np.testing.assert_allclose(np.exp(x), od.exp(x).numpy())


def test_gradients():
    x = od.tensor([1.0, 2.0], requires_grad=True)
    y = (x**3).sum()
    y.backward()
    assert x.grad.tolist() == [3.0, 12.0]
    assert od.grad(od.grad(lambda x: x**3))(2.0).item() == 12.0
    assert od.gradcheck(od.tanh, [0.1, 0.2], order=2)


def test_a_rule_of_your_own():
    class Cube(od.Op):
        def forward(self, x):
            return x * x * x

        def backward(self, dy):
            return 3 * self.inputs[0] ** 2 * dy

    assert od.gradcheck(lambda x: Cube()(x), [1.0, -2.0], order=2)


def test_the_same_code_compiled():
    w = od.Variable([1.0, 2.0])

    def step(x):
        loss = ((w * x - 1.0) ** 2).sum() + od.random.normal(()) * 0
        w.assign_sub(0.1 * od.gradients(loss, w))
        return loss

    eager = step(od.tensor([1.0, 1.0])).item()
    w.assign([1.0, 2.0])
    assert od.function(step)(od.tensor([1.0, 1.0])).item() == eager == 1.0
    assert w.tolist() == pytest.approx([1.0, 1.8])


def test_random_numbers_repeat():
    od.utils.set_random_seed(1)
    a = od.random.normal((3,))
    od.random.seed(1)
    assert od.function(lambda: od.random.normal((3,)))().tolist() == pytest.approx(a.tolist(), rel=1e-6)


# -- layers and models


def test_a_layer_by_hand():
    dense = layers.Dense(2, activation="relu")
    y = dense(np.ones((4, 3)))
    assert y.shape == (4, 2)
    assert [w.shape for w in dense.weights] == [(3, 2), (2,)]
    assert dense.count_params() == 8


def network():
    od.utils.set_random_seed(0)
    return od.Sequential(
        [od.Input((2,)), layers.Dense(8, activation="tanh"), layers.Dense(1, activation="sigmoid")]
    )


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_network_learns_xor(eagerly):
    od.config.run_eagerly(eagerly)
    model = network()
    model.compile(optimizer=od.optimizers.Adam(0.1), loss="binary_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y, epochs=100, verbose=0)
    assert history.history["loss"][-1] < 0.1
    assert model.evaluate(X, Y, verbose=0, return_dict=True)["accuracy"] == 1.0
    assert (model.predict(X, verbose=0).round() == np.reshape(Y, (-1, 1))).all()


def test_a_model_with_two_inputs():
    a, b = od.Input((2,), name="a"), od.Input((3,), name="b")
    out = layers.Dense(1)(layers.Concatenate()([a, layers.Dropout(0.5)(b)]))
    model = od.Model([a, b], out)
    assert model([np.ones((4, 2)), np.ones((4, 3))]).shape == (4, 1)
    assert "dense" in model.get_layer(index=-1).name


def test_a_model_of_your_own():
    class Twice(od.Model):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(3)

        def call(self, x):
            return self.inner(x) * 2

    model = Twice()
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 2)), np.zeros((8, 3)), epochs=1, verbose=0)
    assert len(model.trainable_weights) == 2


def test_save_and_load(tmp_path):
    model = network()
    model.save(tmp_path / "model.ondol")
    again = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_minimize():
    w = od.Variable(0.0)
    optimizer = od.optimizers.SGD(0.1)
    for _ in range(50):
        optimizer.minimize(lambda: (w - 3.0) ** 2, [w])
    assert w.item() == pytest.approx(3.0, abs=1e-3)


# -- the rest by name


@pytest.mark.parametrize(
    ("room", "names"),
    [
        ("activations", ["relu", "softmax", "get"]),
        ("applications", ["LeNet5", "ResNet20", "WideResNet"]),
        ("callbacks", ["Callback", "History"]),
        ("datasets", ["mnist", "cifar10", "cifar10_sample", "digits"]),
        ("constraints", ["MaxNorm", "NonNeg"]),
        ("initializers", ["GlorotUniform", "HeNormal"]),
        ("losses", ["MeanSquaredError", "categorical_crossentropy"]),
        ("metrics", ["Accuracy", "Mean"]),
        ("ops", ["matmul", "convert_to_tensor"]),
        ("optimizers", ["SGD", "Adagrad", "Adadelta", "RMSprop", "Adam", "AdamW"]),
        (
            "plot",
            [
                "learning_curves",
                "decision_boundary",
                "confusion_matrix",
                "filters",
                "feature_maps",
                "receptive_field",
            ],
        ),
        ("regularizers", ["L1", "L2", "L1L2"]),
        (
            "utils",
            ["to_categorical", "set_random_seed", "pad_sequences", "split_dataset", "load_img", "get_file"],
        ),
        ("preprocessing", ["image", "sequence"]),
        ("tokenizers", ["CharacterTokenizer", "WordTokenizer", "BytePairTokenizer"]),
        (
            "tuning",
            ["random_search", "grid_search", "step_search", "successive_halving", "step_weight_search"],
        ),
        ("wrappers", ["SKLearnClassifier", "SKLearnRegressor", "Classifier"]),
    ],
)
def test_rooms(room, names):
    assert all(hasattr(getattr(od, room), name) for name in names)


def test_what_the_machine_is_doing():
    assert od.devices()
    before = od.compilations.count
    od.function(od.tanh, name="tanh")(X)
    assert od.compilations.count == before + 1
    assert od.compilations.log[-1].name == "tanh"
    assert od.config.floatx() == "float32"
