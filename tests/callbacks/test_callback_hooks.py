"""Callbacks: which hooks are called, when, with what; and what they may do."""

import numpy as np
import pytest

import ondol as od

L = od.layers
rng = np.random.default_rng(0)
X = rng.normal(size=(10, 3)).astype("float32")
Y = rng.normal(size=(10, 1)).astype("float32")


def small(learning_rate=0.1, **kwargs):
    model = od.Sequential([od.Input((3,)), L.Dense(1)])
    model.compile(od.optimizers.SGD(learning_rate), "mse", metrics=["mae"], **kwargs)
    return model


class Diary(od.callbacks.Callback):
    """Notes each hook that is called, and the names of its logs."""

    def __init__(self):
        self.entries = []


def _noting(hook):
    def note(self, *args):
        *position, logs = args
        self.entries.append((hook, *position, sorted(logs)))

    return note


KINDS = ("train", "test", "predict")
HOOKS = [f"on_{kind}_{end}" for kind in KINDS for end in ("begin", "end", "batch_begin", "batch_end")]
for _hook in [*HOOKS, "on_epoch_begin", "on_epoch_end"]:
    setattr(Diary, _hook, _noting(_hook))

LOGS = ["loss", "mae"]


def batches(kind, n, logs):
    ends = [[(f"on_{kind}_batch_begin", i, []), (f"on_{kind}_batch_end", i, logs)] for i in range(n)]
    return [entry for pair in ends for entry in pair]


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def test_hooks_of_a_training(eager):
    """The order of Keras 3, in which validation belongs to the epoch."""
    diary = Diary()
    small(run_eagerly=eager).fit(
        X, Y, batch_size=4, epochs=2, verbose=0, callbacks=[diary], validation_data=(X[:5], Y[:5])
    )
    validation = [("on_test_begin", []), *batches("test", 2, LOGS), ("on_test_end", LOGS)]
    epoch_logs = sorted([*LOGS, "val_loss", "val_mae"])
    epochs = [
        [("on_epoch_begin", e, []), *batches("train", 3, LOGS), *validation, ("on_epoch_end", e, epoch_logs)]
        for e in range(2)
    ]
    assert diary.entries == [("on_train_begin", []), *epochs[0], *epochs[1], ("on_train_end", epoch_logs)]


def test_hooks_of_evaluate_and_predict(eager):
    diary = Diary()
    model = small(run_eagerly=eager)
    model.evaluate(X, Y, batch_size=4, verbose=0, callbacks=[diary])
    assert diary.entries == [("on_test_begin", []), *batches("test", 3, LOGS), ("on_test_end", LOGS)]
    diary.entries.clear()
    model.predict(X, batch_size=4, verbose=0, callbacks=[diary])
    assert diary.entries == [
        ("on_predict_begin", []),
        *batches("predict", 3, ["outputs"]),
        ("on_predict_end", []),
    ]


def test_logs_of_batches_are_the_running_means():
    seen = []

    class Note(od.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])

    model = small(0.0)
    model.fit(X, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[Note()])
    squares = (model.predict(X) - Y) ** 2
    np.testing.assert_allclose(seen, [squares[:4].mean(), squares[:8].mean(), squares.mean()], rtol=1e-5)


def test_older_names_of_the_batch_hooks():
    class Older(od.callbacks.Callback):
        def __init__(self):
            self.calls = []

        def on_batch_begin(self, batch, logs):
            self.calls.append(("begin", batch))

        def on_batch_end(self, batch, logs):
            self.calls.append(("end", batch, *logs))

    older = Older()
    small().fit(X, Y, batch_size=5, verbose=0, callbacks=[older])
    assert older.calls == [("begin", 0), ("end", 0, "loss", "mae"), ("begin", 1), ("end", 1, "loss", "mae")]


def test_model_and_params():
    class Look(od.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.seen = self.params

    look = Look()
    model = small()
    model.fit(X, Y, batch_size=4, epochs=3, verbose=0, callbacks=look)  # a single one need not be in a list
    assert look.model is model
    assert look.seen == {"epochs": 3, "steps": 3, "verbose": 0}


def test_hooks_that_were_set_on_the_object():
    callback = od.callbacks.Callback()
    losses = []
    callback.on_epoch_end = lambda epoch, logs: losses.append(logs["loss"])
    history = small().fit(X, Y, epochs=3, verbose=0, callbacks=[callback]).history
    assert losses == history["loss"]


def test_things_that_are_no_callbacks():
    with pytest.raises(TypeError, match=r"Received: <class '.*Diary'>. Make an object of it: Diary\(\)"):
        small().fit(X, Y, verbose=0, callbacks=[Diary])
    with pytest.raises(TypeError, match="Expected callbacks"):
        small().fit(X, Y, verbose=0, callbacks=[print])


# -- what callbacks may do


class Do(od.callbacks.Callback):
    """Calls a function in a hook."""

    def __init__(self, hook, do):
        setattr(self, hook, lambda *args: do(self.model, *args))


def test_stop_training_after_an_epoch(eager):
    stop = Do("on_epoch_end", lambda model, epoch, logs: setattr(model, "stop_training", epoch == 2))
    model = small(run_eagerly=eager)
    assert model.fit(X, Y, epochs=10, verbose=0, callbacks=[stop]).epoch == [0, 1, 2]
    assert model.fit(X, Y, epochs=2, verbose=0).epoch == [0, 1]  # the next training is not stopped


def test_stop_training_within_an_epoch(eager):
    diary = Diary()
    stop = Do("on_train_batch_end", lambda model, batch, logs: setattr(model, "stop_training", batch == 1))
    history = small(run_eagerly=eager).fit(
        X, Y, batch_size=2, epochs=10, verbose=0, callbacks=[stop, diary], validation_data=(X, Y)
    )
    assert history.epoch == [0]
    assert set(history.history) == {"loss", "mae", "val_loss", "val_mae"}
    assert [e[1] for e in diary.entries if e[0] == "on_train_batch_end"] == [0, 1]


def test_reading_and_changing_weights_between_epochs_compiles_nothing(eager):
    seen = []

    def change(model, epoch, logs):
        seen.append(model.get_weights())
        model.set_weights([np.full_like(w, epoch) for w in model.get_weights()])
        model.layers[0].bias.assign([0.5])

    model = small(0.0, run_eagerly=eager)
    arguments = {"epochs": 3, "shuffle": False, "verbose": 0}
    model.fit(X, Y, **arguments)
    compiled = od.compilations.count
    history = model.fit(X, Y, callbacks=[Do("on_epoch_begin", change)], **arguments).history
    assert od.compilations.count == compiled
    expected = [np.mean((X.sum(axis=1, keepdims=True) * e + 0.5 - Y) ** 2) for e in range(3)]
    np.testing.assert_allclose(history["loss"], expected, rtol=1e-5)
    np.testing.assert_array_equal(seen[2][0], np.ones((3, 1)))


def test_changing_weights_between_batches(eager):
    model = small(0.0, run_eagerly=eager)
    zero = Do(
        "on_train_batch_begin", lambda model, batch, logs: model.layers[0].kernel.assign(np.zeros((3, 1)))
    )
    history = model.fit(X, Y, batch_size=2, verbose=0, callbacks=[zero]).history
    np.testing.assert_allclose(history["loss"], [np.mean(Y**2)], rtol=1e-5)


def test_changing_the_learning_rate_compiles_nothing(eager):
    rates = [0.1, 0.0, 0.05]
    model = small(1.0, run_eagerly=eager)
    model.fit(X, Y, batch_size=10, verbose=0)
    compiled = od.compilations.count
    reference = [w.astype("float64") for w in model.get_weights()]

    def set_rate(model, epoch, logs):
        model.optimizer.learning_rate = rates[epoch]

    model.fit(X, Y, batch_size=10, epochs=3, verbose=0, callbacks=[Do("on_epoch_begin", set_rate)])
    kernel, bias = reference
    for rate in rates:
        error = 2 * (X @ kernel + bias - Y) / 10
        kernel, bias = kernel - rate * X.T @ error, bias - rate * error.sum(axis=0)
    np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=1e-4, atol=1e-6)
    assert od.compilations.count == compiled


def test_a_schedule_in_place_of_a_number_and_back(eager):
    model = small(0.0, run_eagerly=eager)
    weights = model.get_weights()[0]
    model.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], weights)
    model.optimizer.learning_rate = od.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model.fit(X, Y, verbose=0)
    moved = model.get_weights()[0]
    assert np.abs(moved - weights).max() > 0
    model.optimizer.learning_rate = 0.0
    model.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], moved)


def test_evaluating_and_predicting_within_a_callback(eager):
    found = []

    def look(model, epoch, logs):
        found.append((model.evaluate(X[:4], Y[:4], verbose=0)[0], model.predict(X[:3])))

    model = small(run_eagerly=eager)
    plain = small(run_eagerly=eager)
    plain.set_weights(model.get_weights())
    arguments = {"batch_size": 5, "epochs": 2, "shuffle": False, "verbose": 0}
    history = model.fit(X, Y, callbacks=[Do("on_epoch_end", look)], **arguments).history
    assert history == plain.fit(X, Y, **arguments).history
    np.testing.assert_array_equal(found[-1][1], model.predict(X[:3]))
    assert found[-1][0] == pytest.approx(np.mean((model.predict(X[:4]) - Y[:4]) ** 2), rel=1e-5)


def test_an_error_in_a_callback_leaves_a_model_that_works(eager):
    def fail(model, batch, logs):
        raise RuntimeError("mine")

    model = small(run_eagerly=eager)
    before = model.get_weights()[0]
    with pytest.raises(RuntimeError, match="mine"):
        model.fit(X, Y, batch_size=2, verbose=0, callbacks=[Do("on_train_batch_end", fail)])
    assert np.abs(model.get_weights()[0] - before).max() > 0
    assert model.fit(X, Y, verbose=0).epoch == [0]


def test_history_as_text():
    history = od.callbacks.History()
    history.on_train_begin()
    history.on_epoch_end(0, {"loss": 0.123456})
    assert repr(history) == "<History of 1 epochs, the last: {'loss': 0.1235}>"
