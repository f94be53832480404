"""fit(track="exact"): the training's samples measured as `evaluate` does; and the line that says why losses differ."""

import io

import numpy as np
import pytest

import ondol as od
from ondol.callbacks import progress
from ondol.errors import DataError

rng = np.random.default_rng(0)
X = rng.normal(size=(50, 4)).astype("float32")
Y = rng.integers(0, 3, 50)


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def network(eager=False):
    od.random.seed(0)
    model = od.Sequential(
        [
            od.Input((4,)),
            od.layers.Dense(8, "relu"),
            od.layers.BatchNormalization(),
            od.layers.Dropout(0.5),
            od.layers.Dense(3, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=eager)
    return model


def expectation(measured, x, y, weight=None):
    """A callback that evaluates at each epoch's end."""

    def evaluate(epoch, logs):
        measured.append(
            model.evaluate(x, y, batch_size=16, sample_weight=weight, verbose=0, return_dict=True)
        )

    model = None
    callback = od.callbacks.LambdaCallback(on_epoch_end=evaluate)

    def set_model(given):
        nonlocal model
        model = given

    callback.set_model = set_model
    return callback


@pytest.mark.parametrize("kind", ["plain", "weights", "split"])
def test_it_is_what_evaluate_gives(eager, kind):
    arguments = {"batch_size": 16, "epochs": 3, "verbose": 0, "track": "exact"}
    x, y, weight = X, Y, None
    if kind == "weights":
        weight = rng.uniform(size=50).astype("float32")
        arguments |= {"sample_weight": weight, "class_weight": {0: 5.0, 1: 1.0, 2: 0.1}}
    if kind == "split":
        arguments["validation_split"] = 0.2
        x, y = X[:40], Y[:40]
    measured = []
    history = network(eager).fit(X, Y, callbacks=[expectation(measured, x, y, weight)], **arguments).history
    for name in ("loss", "accuracy"):
        np.testing.assert_allclose(history[f"exact_{name}"], [m[name] for m in measured], rtol=1e-6)
        assert history[name] != history[f"exact_{name}"]
    assert ("val_loss" in history) == (kind == "split")


def test_it_changes_nothing(eager):
    plain = network(eager)
    expected = plain.fit(X, Y, batch_size=16, epochs=3, verbose=0).history
    exact = network(eager)
    history = exact.fit(X, Y, batch_size=16, epochs=3, verbose=0, track="exact").history
    assert {name: history[name] for name in expected} == expected
    for a, b in zip(exact.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_it_can_be_monitored():
    stop = od.callbacks.EarlyStopping("exact_loss", patience=1, min_delta=100.0)
    assert len(network().fit(X, Y, epochs=9, verbose=0, track="exact", callbacks=[stop]).epoch) == 2
    with pytest.raises(ValueError, match="exact_loss"):
        network().fit(X, Y, epochs=9, verbose=0, callbacks=[stop])


class Batches:
    def __len__(self):
        return 5

    def __getitem__(self, i):
        return X[i * 10 : i * 10 + 10], Y[i * 10 : i * 10 + 10]


def test_batches(eager):
    measured = []
    model = network(eager)
    note = od.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: measured.append(model.evaluate(X, Y, batch_size=10)[0])
    )
    history = model.fit(Batches(), epochs=2, verbose=0, track="exact", callbacks=[note]).history
    np.testing.assert_allclose(history["exact_loss"], measured, rtol=1e-5)
    with pytest.raises(DataError, match="visited again"):
        model.fit(iter([(X, Y)]), steps_per_epoch=1, verbose=0, track="exact")


def test_wrong_values():
    with pytest.raises(DataError, match="track='precise'"):
        network().fit(X, Y, verbose=0, track="precise")


# -- the line that says why


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    for name, value in (("TERM", "xterm"), ("COLUMNS", "160")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(progress, "_said_why", False)

    def put_in_place():
        made = Terminal()
        monkeypatch.setattr("sys.stdout", made)
        return made

    return put_in_place


def test_it_is_said_once_where_both_losses_are_seen(terminal):
    terminal = terminal()
    network(True).fit(X, Y, epochs=2, verbose=1)
    assert "mean over the epoch" not in terminal.getvalue()
    for _ in range(2):
        network(True).fit(X, Y, epochs=2, verbose=1, validation_split=0.2)
    said = [line for line in terminal.getvalue().splitlines() if "mean over the epoch" in line]
    assert len(said) == 1
    assert "with dropout and batch statistics; val_loss: the weights at its end" in said[0]


def test_it_says_what_the_model_has(terminal):
    terminal = terminal()
    model = od.Sequential([od.Input((4,)), od.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(X, Y, verbose=1, validation_split=0.2)
    assert "while weights moved; val_loss" in terminal.getvalue()


@pytest.mark.parametrize("arguments", [{"verbose": 2}, {"verbose": 0}, {"verbose": 1, "track": "exact"}])
def test_it_is_not_said(terminal, arguments):
    terminal = terminal()
    network(True).fit(X, Y, validation_split=0.2, **arguments)
    assert "mean over the epoch" not in terminal.getvalue()


def test_files_and_pipes_get_lines_of_epochs_only(capsys, monkeypatch):
    monkeypatch.setattr(progress, "_said_why", False)
    network(True).fit(X, Y, epochs=2, verbose=1, validation_split=0.2)
    assert len(capsys.readouterr().out.splitlines()) == 2
