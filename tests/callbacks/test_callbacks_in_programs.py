"""Callbacks that work on epochs leave compiled training as it is: a few calls of one program, compiled once."""

import numpy as np
import pytest

import ondol as od

C = od.callbacks
rng = np.random.default_rng(0)
X = rng.normal(size=(64, 3)).astype("float32")
Y = rng.normal(size=(64, 1)).astype("float32")


@pytest.fixture
def model():
    od.random.seed(0)
    model = od.Sequential([od.Input((3,)), od.layers.Dense(1)])
    model.compile(od.optimizers.Adam(0.01), "mse")
    model.fit(X, Y, batch_size=4, epochs=3, validation_data=(X, Y), verbose=0)
    return model


@pytest.fixture
def calls(model, monkeypatch):
    """(epochs, first step, last step) of each call of a program, those of validations left out."""
    made = []
    (train,) = [p for key, p in model._programs.items() if key[0] == "train"]
    real = type(train)._call

    def noted(self, orders, first, last):
        if self.program is train.program:
            made.append((len(orders), first, last))
        return real(self, orders, first, last)

    monkeypatch.setattr(type(train), "_call", noted)
    return made


def all_of_them(folder):
    return [
        C.EarlyStopping(patience=50, restore_best_weights=True),
        C.ModelCheckpoint(folder / "best.ondol", save_best_only=True),
        C.LearningRateScheduler(lambda epoch, lr: lr * 0.9),
        C.ReduceLROnPlateau(patience=0),
        C.CSVLogger(folder / "log.csv"),
        C.TerminateOnNaN(),
        C.TensorBoard(folder / "board"),
    ]


def test_an_epoch_is_one_call_and_nothing_is_compiled(model, calls, tmp_path):
    compiled = od.compilations.count
    arguments = {"batch_size": 4, "epochs": 5, "verbose": 0, "validation_data": (X, Y)}
    history = model.fit(X, Y, callbacks=all_of_them(tmp_path), **arguments)
    assert od.compilations.count == compiled
    assert calls == [(1, 0, 16)] * 5
    assert len(set(history.history["learning_rate"])) == 5
    calls.clear()
    model.fit(X, Y, callbacks=all_of_them(tmp_path), **arguments)  # and what was changed, too
    assert od.compilations.count == compiled
    assert calls == [(1, 0, 16)] * 5


def test_short_epochs_share_a_call_where_only_logs_are_looked_at(model, calls, tmp_path):
    arguments = {"batch_size": 4, "epochs": 5, "verbose": 0}
    only_logs = [C.CSVLogger(tmp_path / "log.csv"), C.TerminateOnNaN()]
    model.fit(X, Y, callbacks=only_logs, **arguments)
    assert calls == [(5, 0, 16)]
    calls.clear()
    model.fit(X, Y, callbacks=[*only_logs, C.EarlyStopping("loss", patience=9)], **arguments)
    assert calls == [(1, 0, 16)] * 5


def test_batches_that_numbers_are_written_for(model, calls, tmp_path):
    compiled = od.compilations.count
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0, callbacks=[C.TensorBoard(tmp_path, update_freq=6)])
    assert calls == [(1, 0, 6), (1, 6, 12), (1, 12, 16), (1, 0, 2), (1, 2, 8), (1, 8, 14), (1, 14, 16)]
    assert od.compilations.count == compiled
