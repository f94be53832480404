"""Losses by name, by config, as functions; and the same value eagerly and compiled."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import UnknownNameError

CLASSES = [
    getattr(od.losses, name)
    for name in od.losses.__all__
    if name[0].isupper() and name not in ("Loss", "LossFunctionWrapper")
]
rng = np.random.default_rng(1)


def data(cls):
    p = rng.dirichlet(np.ones(3), 5).astype("float32")
    labels = np.array([0, 1, 1, 2, 0])
    if cls is od.losses.CTC:
        return np.array([[1, 2], [2, 2], [1, 0], [0, 0], [2, 1]]), rng.normal(size=(5, 4, 3)).astype(
            "float32"
        )
    return (labels, p) if cls.integer_targets else (np.eye(3, dtype="float32")[labels], p)


@pytest.mark.parametrize("cls", CLASSES)
def test_eager_equals_compiled_with_gradient_and_weights(cls):
    loss, (y, p) = cls(), data(cls)
    w = np.linspace(0.5, 1.5, 5).astype("float32")

    def value_and_gradient(p):
        return od.value_and_grad(lambda x: loss(y, x, sample_weight=w))(p)

    eager, compiled = value_and_gradient(od.tensor(p)), od.function(value_and_gradient)(od.tensor(p))
    for a, b in zip(eager, compiled, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cls", CLASSES)
def test_weights_and_masks_act_sample_by_sample(cls):
    options = {"axis": (1,)} if cls in (od.losses.Dice, od.losses.Tversky) else {}
    (y, p), w = data(cls), np.array([1.0, 0.0, 2.0, 0.0, 0.5])
    values = cls(reduction=None, **options)(y, p).numpy()
    assert values.shape == (5,)
    np.testing.assert_allclose(cls(reduction="sum", **options)(y, p, sample_weight=w), values @ w, rtol=1e-5)
    # Circle leaves out samples whose loss is 0, in the weighted mean as well.
    counted = (values != 0) if cls is od.losses.Circle else np.ones(5)
    for reduction, divisor in (
        ("sum_over_batch_size", counted.sum()),
        ("mean_with_sample_weight", w @ counted),
    ):
        loss = cls(reduction=reduction, **options)(y, p, sample_weight=w)
        np.testing.assert_allclose(loss, values @ w / divisor, rtol=1e-5)


@pytest.mark.parametrize("cls", CLASSES)
def test_config_round_trip(cls):
    loss, (y, p) = cls(reduction="sum", name="mine"), data(cls)
    again = od.losses.deserialize(od.losses.serialize(loss))
    assert type(again) is cls
    assert again.get_config() == loss.get_config()
    assert float(again(y, p)) == float(loss(y, p))


@pytest.mark.parametrize("cls", CLASSES)
def test_class_and_function_are_known_by_both_spellings(cls):
    assert type(od.losses.get(cls.__name__)) is cls
    assert od.losses.get(cls.function.__name__) is cls.function
    assert type(od.losses.resolve(cls.function.__name__)) is cls
    assert type(od.losses.resolve(cls.function)) is cls
    assert od.losses.resolve(cls.function.__name__).name == cls.function.__name__


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("mse", "mean_squared_error"),
        ("MSE", "mean_squared_error"),
        ("mae", "mean_absolute_error"),
        ("mape", "mean_absolute_percentage_error"),
        ("msle", "mean_squared_logarithmic_error"),
        ("bce", "binary_crossentropy"),
        ("kld", "kl_divergence"),
        ("logcosh", "log_cosh"),
    ],
)
def test_short_names(short, name):
    assert od.losses.get(short).__name__ == name


def test_unknown_name_suggests_near_ones():
    with pytest.raises(UnknownNameError, match=r"'mean_squared_eror'.*Did you mean .*'mean_squared_error'"):
        od.losses.get("mean_squared_eror")
    with pytest.raises(TypeError, match="loss=3 of type int"):
        od.losses.get(3)


def test_function_class_and_none():
    def mine(y_true, y_pred):
        return od.ops.sum(y_true * y_pred, axis=-1)

    assert od.losses.get(mine) is mine
    assert od.losses.get(None) is None
    assert od.losses.resolve(None) is None
    assert isinstance(od.losses.get(od.losses.Huber), od.losses.Huber)
    loss = od.losses.resolve(mine)
    assert loss.name == "mine"
    assert float(loss([[1.0, 2.0]], [[3.0, 4.0]])) == 11.0


def test_a_function_of_ones_own_gets_targets_of_the_predictions_rank():
    def squared(y_true, y_pred):
        return od.ops.mean(od.ops.square(y_true - y_pred), axis=-1)

    assert float(od.losses.resolve(squared)(np.arange(3.0), np.arange(3.0)[:, None] + 2)) == 4.0


def test_a_wrapped_function_of_ondol_round_trips():
    loss = od.losses.LossFunctionWrapper(od.losses.huber, delta=2.0)
    again = od.losses.deserialize(od.losses.serialize(loss))
    assert float(again([[0.0]], [[3.0]])) == 4.0


@pytest.mark.parametrize(
    ("y", "p", "equal"),
    [
        (np.array([0, 1]), [[0.2], [0.7]], "binary_crossentropy"),
        (np.array([[0], [1]]), [[0.2], [0.7]], "binary_crossentropy"),
        (np.array([0, 1]), [[0.2, 0.8], [0.7, 0.3]], "sparse_categorical_crossentropy"),
        (np.array([[0], [1]]), [[0.2, 0.8], [0.7, 0.3]], "sparse_categorical_crossentropy"),
        (np.eye(2), [[0.2, 0.8], [0.7, 0.3]], "categorical_crossentropy"),
    ],
)
@pytest.mark.parametrize("name", ["crossentropy", "ce"])
def test_crossentropy_is_chosen_by_the_form_of_the_targets(name, y, p, equal):
    loss, p = od.losses.resolve(name), np.array(p)
    assert float(loss(y, p)) == float(od.losses.resolve(equal)(y, p))
    loss.check_data(y, p.shape)
    again = od.losses.deserialize(od.losses.serialize(loss))
    assert float(again(y, p)) == float(loss(y, p))
    with pytest.raises(od.errors.DataError):
        loss.check_data(y * 5, p.shape if equal != "categorical_crossentropy" else (2, 3))


def test_several_outputs_reach_a_loss_of_ones_own():
    class Both(od.losses.Loss):
        def call(self, y_true, y_pred):
            return od.ops.sum(
                od.ops.abs(y_true["a"] - y_pred["a"]) + od.ops.abs(y_true["b"] - y_pred["b"]), axis=-1
            )

    ones, zeros = np.ones((2, 3)), np.zeros((2, 3))
    assert float(Both()({"a": ones, "b": ones}, {"a": zeros, "b": ones})) == 3.0
    assert Both().name == "both"
