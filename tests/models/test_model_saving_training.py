"""A saved model is trained on as if nothing had happened: optimizer, losses, metrics and random numbers included."""

import numpy as np
import pytest
from saved_models import X, Y, again, outputs_are_equal

import ondol as od
from ondol.models import load_model

L = od.layers


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.ondol"


def fit(model, epochs=2, **kwargs):
    return model.fit(X, Y, batch_size=4, epochs=epochs, shuffle=False, verbose=0, **kwargs).history


@pytest.mark.parametrize(
    ("optimizer", "eager"),
    [
        (lambda: od.optimizers.SGD(0.1, momentum=0.9, nesterov=True), False),
        (lambda: od.optimizers.Adam(od.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)), False),
        (lambda: od.optimizers.RMSprop(0.01, decay=0.1, clipnorm=1.0), True),
    ],
    ids=["sgd", "adam", "rmsprop"],
)
def test_training_goes_on_as_if_nothing_had_happened(path, optimizer, eager):
    od.config.run_eagerly(eager)

    def made():
        od.random.seed(3)
        model = od.Sequential(
            [od.Input((4,)), L.Dense(5, activation="tanh"), L.Dropout(0.2, seed=1), L.Dense(1)]
        )
        model.compile(optimizer(), "mse", metrics=["mae"])
        return model

    whole, part = made(), made()
    full = fit(whole, 4)
    first = fit(part, 2)
    part = again(part, path)
    second = fit(part, 2)
    assert {name: first[name] + second[name] for name in full} == full
    for a, b in zip(whole.get_weights(), part.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(part.optimizer.iterations) == int(whole.optimizer.iterations) == 12


def test_a_learning_rate_that_was_changed(path):
    model = od.Sequential([od.Input((4,)), L.Dense(1)])
    model.compile("adam", "mse")
    model.optimizer.learning_rate = 0.0123
    assert float(again(model, path).optimizer.learning_rate) == np.float32(0.0123)


def test_a_layer_frozen_after_the_optimizer_had_seen_it(path):
    od.config.run_eagerly(True)
    model = od.Sequential([od.Input((4,)), L.Dense(4), L.Dense(4), L.Dense(1)])
    model.compile("adam", "mse")
    fit(model)
    model.layers[0].trainable = False
    other = again(model, path)
    slots, others = model.optimizer.variables, other.optimizer.variables
    assert [v.name for v in slots] == [v.name for v in others]
    for a, b in zip(slots, others, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert fit(model) == fit(other)


def test_losses_and_metrics_of_several_outputs(path):
    od.config.run_eagerly(True)
    a = od.Input((4,))
    model = od.Model(a, [L.Dense(1, name="p")(a), L.Dense(3, activation="softmax", name="q")(a)])
    model.compile(
        od.optimizers.SGD(0.1),
        {"p": od.losses.Huber(delta=0.5), "q": "sparse_categorical_crossentropy"},
        loss_weights={"p": 0.5},
        metrics={"p": [od.metrics.MeanAbsoluteError(name="mae"), "mse"], "q": "accuracy"},
    )
    y = {"p": Y, "q": np.arange(10) % 3}
    model.fit(X, y, verbose=0)
    before = model.evaluate(X, y, verbose=0, return_dict=True)
    assert again(model, path).evaluate(X, y, verbose=0, return_dict=True) == before


class Own(od.losses.Loss):
    def call(self, y_true, y_pred):
        return od.sum((y_true - y_pred) ** 4, axis=-1)


class Largest(od.metrics.Metric):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.largest = self.add_variable((), name="largest")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest.assign(od.maximum(self.largest, od.max(y_pred)))

    def result(self):
        return self.largest


class Halved(od.optimizers.SGD):
    def step(self, w, g, lr, t, *slots):
        return (w - 0.5 * lr * g, *slots)


def test_own_losses_metrics_and_optimizers(path):
    od.config.run_eagerly(True)
    model = od.Sequential([od.Input((4,)), L.Dense(1)])
    model.compile(Halved(0.01), Own(), metrics=[Largest()])
    fit(model)
    custom = {"Own": Own, "Largest": Largest, "Halved": Halved}
    other = again(model, path, custom_objects=custom)
    assert type(other.optimizer) is Halved
    assert fit(model) == fit(other)
    with pytest.raises(od.errors.UnknownNameError):
        load_model(path)
    model.save(path)
    outputs_are_equal(model, load_model(path, compile=False), X)


def test_what_cannot_be_written_down_of_compile_is_said_when_saving(path):
    model = od.Sequential([od.Input((4,)), L.Dense(1)])
    model.compile("adam", lambda y, p: od.mean((y - p) ** 2, axis=-1))
    with pytest.warns(UserWarning, match=r"without what compile\(\) was given.*<lambda>.*compile it again"):
        model.save(path)
    other = load_model(path)
    outputs_are_equal(model, other, X)
    with pytest.raises(ValueError, match=r"Call model.compile"):
        other.fit(X, Y)


@od.utils.register_serializable("SavingTests")
class TwoOptimizers(od.Model):
    def __init__(self, units):
        super().__init__()
        self.out = L.Dense(units)

    def call(self, inputs):
        return self.out(inputs)

    def compile(self, first, second):
        super().compile(first)
        self.second = od.optimizers.get(second)


def test_a_compile_of_ones_own_is_left_to_its_owner(path):
    model = TwoOptimizers(2)
    model.compile("adam", "sgd")
    model(X)
    other = again(model, path)
    outputs_are_equal(model, other, X, paths=False)
    assert not other.compiled


def test_without_compile_or_optimizer(path):
    model = od.Sequential([od.Input((4,)), L.Dense(1)])
    model.compile("adam", "mse")
    fit(model)
    assert not again(model, path, compile=False).compiled
    model.save(path, include_optimizer=False)
    assert not load_model(path).compiled
