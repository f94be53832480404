"""Ctrl-C: the training ends early, and what was learned stays."""

import os
import signal
import threading

import numpy as np
import pytest
from numpy_network import X, Y, network

import ondol as od


class CtrlC(od.callbacks.Callback):
    """Sends the signal that Ctrl-C sends, in the middle of a training."""

    def __init__(self, epoch=1, batch=None, times=1):
        self.epoch, self.batch, self.times = epoch, batch, times
        self.now = -1

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch
        if self.batch is None and epoch == self.epoch:
            os.kill(os.getpid(), signal.SIGINT)

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.epoch and batch == self.batch:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def test_the_training_ends_and_the_weights_stay(eager, capsys):
    handler = signal.getsignal(signal.SIGINT)
    model = network(run_eagerly=eager)
    before = model.get_weights()
    history = model.fit(X, Y, batch_size=4, epochs=100, verbose=0, callbacks=[CtrlC(epoch=2, batch=1)])
    assert history.interrupted
    assert history.epoch == [0, 1, 2]
    assert signal.getsignal(signal.SIGINT) is handler
    assert "Ctrl-C: finishing" in capsys.readouterr().err
    assert np.abs(model.get_weights()[0] - before[0]).max() > 0
    assert not model.fit(X, Y, verbose=0).interrupted


def test_no_validation_after_it_and_the_end_is_still_told():
    ended = []

    class End(od.callbacks.Callback):
        def on_train_end(self, logs=None):
            ended.append(True)

    history = network().fit(
        X, Y, epochs=9, verbose=0, callbacks=[CtrlC(epoch=0, batch=0), End()], validation_data=(X, Y)
    )
    assert set(history.history) == {"loss", "mae"}
    assert ended == [True]


def test_in_a_stream():
    def batches():
        while True:
            yield X[:4], Y[:4]

    history = network().fit(batches(), steps_per_epoch=10**6, verbose=0, callbacks=[CtrlC(epoch=0, batch=2)])
    assert history.interrupted
    assert history.epoch == [0]


def test_from_outside_while_whole_epochs_run_in_one_program():
    model = network()
    model.fit(X, Y, verbose=0)  # compiled
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    history = model.fit(X, Y, epochs=10**9, verbose=0)
    timer.join()
    assert history.interrupted
    assert len(history.history["loss"]) == len(history.epoch) > 10
    assert np.isfinite(model.get_weights()[0]).all()


def test_a_second_one_stops_at_once_and_keeps_the_weights(eager):
    model = network(run_eagerly=eager)
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, batch_size=4, epochs=5, verbose=0, callbacks=[CtrlC(epoch=0, batch=1, times=2)])
    assert signal.getsignal(signal.SIGINT) is handler
    assert np.isfinite(model.predict(X)).all()


def test_an_error_restores_the_handler():
    handler = signal.getsignal(signal.SIGINT)

    class Fail(od.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        network().fit(X, Y, verbose=0, callbacks=[Fail()])
    assert signal.getsignal(signal.SIGINT) is handler


def test_training_in_another_thread():
    """Only the main thread may handle signals; training elsewhere works without."""
    results = []
    model = network()
    thread = threading.Thread(
        target=lambda: results.append(model.fit(X, Y, epochs=2, verbose=0).history["loss"])
    )
    thread.start()
    thread.join()
    assert len(results[0]) == 2
