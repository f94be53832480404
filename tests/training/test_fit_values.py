"""fit gives the History and the weights of an independent loop in NumPy, whatever its arguments."""

import numpy as np
import pytest
from numpy_network import NumpyNetwork, X, Y, close, network

import ondol as od


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def fit(model, **kwargs):
    arguments = {"batch_size": 8, "shuffle": False, "verbose": 0, **kwargs}
    return model.fit(X, Y, **arguments).history


def test_losses_metrics_and_weights(eager):
    """22 samples in batches of 8: the last batch has 6 and counts as 6."""
    model = network(run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    history = model.fit(X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0)
    close(history.history, reference.fit(X, Y, 8, 3))
    reference.agrees(model)
    assert history.epoch == [0, 1, 2]
    assert not history.interrupted
    assert model.history is history


@pytest.mark.parametrize("batch_size", [1, 11, 21, 22, 23, None])
def test_batch_sizes(batch_size):
    model = network()
    reference = NumpyNetwork(model.get_weights())
    close(fit(model, batch_size=batch_size, epochs=2), reference.fit(X, Y, batch_size or 32, 2))
    reference.agrees(model)


def test_lists_as_data():
    model = network(run_eagerly=True)
    reference = NumpyNetwork(model.get_weights())
    history = model.fit(X.tolist(), Y.tolist(), batch_size=8, shuffle=False, verbose=0).history
    close(history, reference.fit(X, Y, 8))


def test_tensors_as_data_and_data_that_are_changed_while_a_program_runs_on_them():
    model = network()
    reference = NumpyNetwork(model.get_weights())
    x = X.copy()

    class Spoil(od.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            x[:] = 0

    history = model.fit(
        x, od.tensor(Y), batch_size=8, shuffle=False, verbose=0, epochs=2, callbacks=[Spoil()]
    )
    close(history.history, reference.fit(X, Y, 8, 2))


def test_sample_weight(eager):
    model = network(run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    weight = np.linspace(0, 2, 22)
    close(fit(model, sample_weight=weight, epochs=2), reference.fit(X, Y, 8, 2, weight))
    reference.agrees(model)


def test_class_weight_is_for_learning_only():
    """Each sample's loss is multiplied by its class's weight; the validation's is not."""
    labels = np.arange(22) % 3
    factors = {0: 1.0, 1: 0.25, 2: 4.0}
    od.config.run_eagerly(True)
    model = od.Sequential([od.Input((4,)), od.layers.Dense(3, activation="softmax")])
    model.compile(od.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    kernel, bias = (w.astype("float64") for w in model.get_weights())

    def losses(x, y):
        z = x @ kernel + bias
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return -np.log(p[np.arange(len(y)), y]), p

    w = np.array([factors[label] for label in labels[:16]])
    loss, p = losses(X[:16], labels[:16])
    dz = (p - np.eye(3)[labels[:16]]) * w[:, None] / 16
    history = model.fit(
        X, labels, batch_size=16, class_weight=factors, validation_split=0.25, shuffle=False, verbose=0
    ).history
    kernel, bias = kernel - 0.1 * X[:16].T @ dz, bias - 0.1 * dz.sum(axis=0)
    close(history, {"loss": [np.mean(w * loss)], "val_loss": [losses(X[16:], labels[16:])[0].mean()]})
    one_hot = od.Sequential([od.Input((4,)), od.layers.Dense(3, activation="softmax")])
    one_hot.compile("sgd", "categorical_crossentropy")
    one_hot.set_weights([kernel, bias])
    weights = {"class_weight": factors, "sample_weight": np.full(22, 2.0)}
    loss, _ = losses(X, labels)
    value = one_hot.fit(X, np.eye(3)[labels], batch_size=22, verbose=0, **weights).history["loss"]
    np.testing.assert_allclose(value, [np.mean(2 * loss * [factors[label] for label in labels])], rtol=1e-5)


def test_validation_split_takes_the_last_samples_before_shuffling():
    model = network()
    reference = NumpyNetwork(model.get_weights())
    history = fit(model, validation_split=0.3, epochs=2)
    cut = int(22 * 0.7)
    expected = {"loss": [], "mae": [], "val_loss": [], "val_mae": []}
    for _ in range(2):
        for name, values in reference.fit(X[:cut], Y[:cut], 8).items():
            expected[name] += values
        expected["val_loss"].append(reference.loss(X[cut:], Y[cut:]))
        expected["val_mae"].append(reference.absolute_error(X[cut:], Y[cut:]))
    close(history, expected)
    seen = network(run_eagerly=True)
    shuffled = fit(seen, validation_split=0.3, shuffle=True)
    assert shuffled["val_loss"][0] == pytest.approx(
        NumpyNetwork(seen.get_weights()).loss(X[cut:], Y[cut:]), rel=1e-4
    )


def test_validation_data(eager):
    model = network(run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    weight = np.linspace(0, 1, 10)
    history = fit(model, validation_data=(X[:10], Y[:10], weight), validation_batch_size=4)
    expected = reference.fit(X, Y, 8)
    expected["val_loss"] = [reference.loss(X[:10], Y[:10], weight)]
    expected["val_mae"] = [reference.absolute_error(X[:10], Y[:10])]
    close(history, expected)
    # Given validation data, nothing is split off.
    other = network(run_eagerly=True)
    reference = NumpyNetwork(other.get_weights())
    history = fit(other, validation_data=[X[:10], Y[:10]], validation_split=0.5)
    close({"loss": history["loss"]}, {"loss": reference.fit(X, Y, 8)["loss"]})


@pytest.mark.parametrize(
    ("frequency", "epochs"), [(1, [1, 2, 3, 4, 5]), (2, [2, 4]), (5, [5]), (9, []), ([1, 4], [1, 4])]
)
def test_validation_frequency(frequency, epochs):
    model = network(0.0, run_eagerly=True)  # nothing moves, and every loss is the same
    history = fit(model, epochs=5, validation_data=(X, Y), validation_freq=frequency)
    assert len(history["loss"]) == 5
    assert len(history.get("val_loss", [])) == len(epochs)
    # counted by the epoch's number, not from the first epoch of this call
    later = fit(model, initial_epoch=1, epochs=5, validation_data=(X, Y), validation_freq=frequency)
    assert len(later.get("val_loss", [])) == len([epoch for epoch in epochs if epoch > 1])


def test_validation_steps():
    model = network(0.0, run_eagerly=True)
    reference = NumpyNetwork(model.get_weights())
    history = fit(model, validation_data=(X, Y), validation_batch_size=5, validation_steps=2)
    assert history["val_loss"][0] == pytest.approx(reference.loss(X[:10], Y[:10]), rel=1e-5)


def test_initial_epoch():
    model = network(run_eagerly=True)
    history = model.fit(X, Y, epochs=7, initial_epoch=5, verbose=0)
    assert history.epoch == [5, 6]
    assert len(history.history["loss"]) == 2
    assert model.fit(X, Y, epochs=2, initial_epoch=2, verbose=0).epoch == []
    assert model.fit(X, Y, epochs=0, verbose=0).history == {}


def test_fewer_steps_than_data_go_on_in_the_next_epoch():
    model = network()
    reference = NumpyNetwork(model.get_weights())
    history = fit(model, batch_size=4, steps_per_epoch=2, epochs=3)
    orders = [np.arange(8), np.arange(8, 16), np.array([*range(16, 22), 0, 1])]
    close(history, reference.fit(X, Y, 4, 3, orders=orders))
    reference.agrees(model)


def test_more_steps_than_data_start_the_data_anew():
    model = network()
    reference = NumpyNetwork(model.get_weights())
    history = fit(model, batch_size=8, steps_per_epoch=5, epochs=2)
    order = np.arange(80) % 22
    close(history, reference.fit(X, Y, 8, 2, orders=[order[:40], order[40:]]))
    reference.agrees(model)


def test_every_sample_is_visited_before_any_is_visited_again():
    """Shuffled, too: steps that are fewer than the data take up where the last epoch ended."""
    model = od.Sequential([od.Input((1,)), od.layers.Dense(1, kernel_initializer="ones", use_bias=False)])
    model.compile(od.optimizers.SGD(0.0), lambda y, p: p[:, 0])
    ids = 2.0 ** np.arange(12)
    losses = model.fit(ids, ids, batch_size=2, steps_per_epoch=2, epochs=6, verbose=0).history["loss"]
    first, second = (np.array(losses[i : i + 3]) * 4 for i in (0, 3))
    assert sum(first) == sum(second) == 2**12 - 1
    assert first.tolist() != second.tolist()


def test_multi_output_weights_by_output():
    a = od.Input((4,))
    model = od.Model(a, {"p": od.layers.Dense(1)(a), "q": od.layers.Dense(2)(a)})
    model.compile(od.optimizers.SGD(0.0), "mse", loss_weights={"q": 3.0})
    w = {"p": np.linspace(0, 1, 22), "q": np.linspace(2, 0, 22)}
    y = {"p": Y[:, :1], "q": Y}
    history = model.fit(X, y, sample_weight=w, batch_size=8, shuffle=False, verbose=0).history
    outputs = model.predict(X)
    expected = {f"{k}_loss": [np.mean(w[k] * np.mean((outputs[k] - y[k]) ** 2, axis=1))] for k in "pq"}
    expected["loss"] = [expected["p_loss"][0] + 3 * expected["q_loss"][0]]
    close(history, expected)


def test_regularizers_and_added_losses(eager):
    class Pull(od.layers.Layer):
        def call(self, inputs):
            self.add_loss(0.5 * od.mean(inputs**2))
            return inputs

    layer = od.layers.Dense(
        2, kernel_regularizer=od.regularizers.L2(0.1), activity_regularizer=od.regularizers.L1(0.2)
    )
    model = od.Sequential([od.Input((4,)), layer, Pull()])
    model.compile(od.optimizers.SGD(0.01), "mse", run_eagerly=eager)
    kernel = layer.kernel.numpy().astype("float64")
    p = X @ kernel
    expected = (
        np.mean((p - Y) ** 2) + 0.1 * np.sum(kernel**2) + 0.2 * np.abs(p).sum() / 22 + 0.5 * np.mean(p**2)
    )
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(expected, rel=1e-5)
    assert fit(model, batch_size=22)["loss"] == pytest.approx([expected], rel=1e-5)
    gradient = X.T @ (2 * (p - Y) / p.size + 0.2 * np.sign(p) / 22 + p / p.size) + 0.2 * kernel
    np.testing.assert_allclose(layer.kernel.numpy(), kernel - 0.01 * gradient, rtol=1e-4, atol=1e-6)


def test_penalties_of_a_compiled_training_are_not_kept():
    """They were seen while it was traced, and have no values; those of the weights can be asked for."""
    layer = od.layers.Dense(2, kernel_regularizer=od.regularizers.L2(0.1), activity_regularizer="l1")
    model = od.Sequential([od.Input((4,)), layer])
    model.compile("sgd", "mse")
    for train in (model.fit, model.train_on_batch, model.evaluate):
        train(X, Y, **({} if train == model.train_on_batch else {"verbose": 0}))
        (penalty,) = model.losses
        assert float(penalty) == pytest.approx(0.1 * np.sum(layer.kernel.numpy() ** 2), rel=1e-5)
    model(X)
    assert len(model.losses) == 2


def test_targets_and_weights_with_and_without_a_last_axis(eager):
    model = od.Sequential([od.Input((4,)), od.layers.Dense(1)])
    model.compile(loss="mse", metrics=["mae"], weighted_metrics=["mse"], run_eagerly=eager)
    p, w = model.predict(X)[:, 0], np.linspace(0, 1, 22)
    error = p - Y[:, 0]
    for y in (Y[:, 0], Y[:, :1]):
        for weight in (w, w[:, None]):
            values = model.evaluate(X, y, sample_weight=weight, verbose=0, return_dict=True)
            expected = {
                "loss": np.mean(w * error**2),
                "mae": np.abs(error).mean(),
                "mse": np.average(error**2, weights=w),
            }
            close(values, expected)


def test_double_precision(eager):
    od.config.set_floatx("float64")
    model = network(run_eagerly=eager)
    assert model.weights[0].dtype == "float64"
    reference = NumpyNetwork(model.get_weights())
    x, y = X.astype("float64"), Y.astype("float64")
    history = model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0).history
    reference.fit(x, y, 8, 3)
    reference.agrees(model, rtol=1e-11)
    assert model.predict(x).dtype == "float64"
    assert len(history["loss"]) == 3


def test_an_evaluation_on_other_data_during_the_training_changes_nothing():
    """Data of one shape share a program, but not each other's numbers."""

    class Elsewhere(od.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.evaluate(np.full((6, 2), 50.0), np.zeros((6, 1)), verbose=0)

    rng = np.random.default_rng(0)
    x, y, held_out = rng.normal(size=(12, 2)), rng.normal(size=(12, 1)), rng.normal(size=(6, 2))

    def losses(callbacks):
        od.random.seed(0)
        model = od.Sequential([od.layers.Dense(1, input_shape=(2,))])
        model.compile("sgd", "mse")
        data = (held_out, np.zeros((6, 1)))
        return model.fit(x, y, epochs=3, verbose=0, validation_data=data, callbacks=callbacks).history

    assert losses([Elsewhere()]) == losses([])
