"""The same seed gives the same training: eagerly and compiled, at one go and step by step."""

import numpy as np
import pytest
from numpy_network import X, Y, network

import ondol as od


def dropout_network(**compile_arguments):
    layers = [od.layers.Dense(16, activation="relu"), od.layers.Dropout(0.4), od.layers.Dense(2)]
    model = od.Sequential([od.Input((4,)), *layers])
    model.compile(od.optimizers.Adam(0.01), "mse", metrics=["mae"], **compile_arguments)
    return model


class Watch(od.callbacks.Callback):
    """Wants to see every batch."""

    def on_train_batch_end(self, batch, logs=None):
        pass


class Epochs(od.callbacks.Callback):
    """Wants to see every epoch."""

    def on_epoch_end(self, epoch, logs=None):
        pass


def trained(make=dropout_network, epochs=3, seed=5, callbacks=(), **compile_arguments):
    """History and weights of a training from this seed."""
    od.random.seed(seed)
    model = make(**compile_arguments)
    history = model.fit(X, Y, batch_size=8, epochs=epochs, verbose=0, callbacks=list(callbacks)).history
    return history, model.get_weights()


def equal(first, second):
    assert first[0] == second[0]
    for a, b in zip(first[1], second[1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_eager_and_compiled_agree_with_dropout():
    history, weights = trained()
    eager_history, eager_weights = trained(run_eagerly=True)
    for a, b in zip(weights, eager_weights, strict=True):
        assert np.abs(a - b).max() <= 1e-5 * np.abs(b).max()
    for name, values in history.items():
        np.testing.assert_allclose(values, eager_history[name], rtol=1e-5)


def test_the_same_seed_gives_the_same_bits():
    equal(trained(), trained())
    equal(trained(run_eagerly=True), trained(run_eagerly=True))
    assert trained()[0] != trained(seed=6)[0]


def test_many_epochs_in_one_call_are_the_same_as_one_by_one():
    at_once = trained(epochs=70)
    equal(at_once, trained(epochs=70, callbacks=[Epochs()]))
    step_by_step = trained(epochs=70, callbacks=[Watch()])
    equal(at_once, step_by_step)


def test_a_switch_for_everything_runs_eagerly():
    before = od.compilations.count
    od.config.run_eagerly(True)
    _, weights = trained()
    assert od.compilations.count == before
    od.config.run_eagerly(False)
    _, compiled_weights = trained()
    assert od.compilations.count > before
    for a, b in zip(weights, compiled_weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_shuffling_visits_each_sample_once_in_an_order_of_its_own():
    class Visits(od.callbacks.Callback):
        def __init__(self):
            self.batches = []

        def on_train_batch_end(self, batch, logs=None):
            self.batches.append(logs["loss"])

    def order(shuffle, seed=0, **arguments):
        """The samples in the order of their visits, read from the running means of batches of one."""
        od.random.seed(seed)
        model = od.Sequential([od.Input((1,)), od.layers.Dense(1, kernel_initializer="ones")])
        model.compile(od.optimizers.SGD(0.0), lambda y, p: p[:, 0], **arguments)
        visits = Visits()
        ids = np.arange(10.0)
        model.fit(ids, ids, batch_size=1, epochs=2, shuffle=shuffle, verbose=0, callbacks=[visits])
        means = np.array(visits.batches).reshape(2, 10) * np.arange(1, 11)
        return np.diff(means, axis=1, prepend=0).round().astype(int).tolist()

    first, second = order(True)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert first != list(range(10))
    assert order(True) == [first, second]
    assert order(True, run_eagerly=True) == [first, second]
    assert order(True, seed=1) != [first, second]
    assert order(False) == [list(range(10))] * 2


def test_trainings_after_each_other_are_shuffled_differently():
    od.random.seed(0)
    model = network(0.1, run_eagerly=True)
    weights = model.get_weights()
    first = model.fit(X, Y, batch_size=4, verbose=0).history["loss"]
    model.set_weights(weights)
    assert model.fit(X, Y, batch_size=4, verbose=0).history["loss"] != first


@pytest.mark.parametrize("shuffle", [False, True])
def test_only_shuffling_and_dropout_use_random_numbers(shuffle):
    od.random.seed(0)
    expected = od.random.uniform((2,)).tolist()
    model = network(run_eagerly=True)
    od.random.seed(0)
    model.fit(X, Y, shuffle=shuffle, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X)
    assert (od.random.uniform((2,)).tolist() == expected) is not shuffle
