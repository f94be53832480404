"""EarlyStopping: when it stops, and with which weights. The numbers of epochs follow from the rule by hand."""

import math

import numpy as np
import pytest
from made_up_logs import X, Y, fed, small

import ondol as od
from ondol.errors import UnknownNameError

EarlyStopping = od.callbacks.EarlyStopping


@pytest.mark.parametrize(
    ("values", "arguments", "epochs", "best_epoch"),
    [
        # worse at once: patience 0 and 1 stop after the first epoch without a better value
        ([3, 4, 5, 6], {"mode": "min"}, 2, 0),
        ([3, 4, 5, 6], {"mode": "min", "patience": 1}, 2, 0),
        ([3, 4, 5, 6], {"mode": "min", "patience": 2}, 3, 0),
        ([3, 4, 2, 5, 6, 7, 8], {"mode": "min", "patience": 2}, 5, 2),
        ([3, 4, 5, 6], {"mode": "max"}, 4, 3),
        ([6, 5, 4], {"mode": "max", "patience": 1}, 2, 0),
        # smaller by 0.5 each time, which is not more than min_delta; the sign of min_delta does not matter
        ([3.0, 2.5, 2.0, 1.5], {"mode": "min", "min_delta": 0.5}, 2, 0),
        ([3.0, 2.5, 2.0, 1.5], {"mode": "min", "min_delta": -0.5}, 2, 0),
        ([3.0, 2.5, 2.0, 1.5], {"mode": "min", "min_delta": 0.4}, 4, 3),
        # better each time, but never than the baseline
        ([9, 8, 7, 6, 5], {"mode": "min", "baseline": 4, "patience": 3}, 5, 4),
        ([9, 8, 8, 8, 5], {"mode": "min", "baseline": 4, "patience": 2}, 3, 1),
        # the first epochs are not looked at
        ([1, 9, 8, 7, 8], {"mode": "min", "start_from_epoch": 1}, 5, 3),
        # NaN is worse than any number
        ([3, math.nan, 2, math.nan, math.nan], {"mode": "min", "patience": 2}, 5, 2),
        ([math.nan, 3, 4], {"mode": "min", "patience": 2}, 3, 1),
    ],
)
def test_when_it_stops(values, arguments, epochs, best_epoch):
    stop = EarlyStopping("score", restore_best_weights=True, **arguments)
    model, history = fed(values, stop)
    assert history.epoch == list(range(epochs))
    assert stop.best_epoch == best_epoch
    assert stop.best == values[best_epoch]
    assert model.get_weights()[0].item() == best_epoch


def test_without_the_best_weights_the_last_ones_stay():
    model, _ = fed([3, 4, 5, 6], EarlyStopping("score", mode="min"))
    assert model.get_weights()[0].item() == 1
    assert model.stop_training


def test_a_metric_with_several_values_counts_with_its_mean():
    values = [np.array([1.0, 5.0]), np.array([2.0, 3.0]), np.array([0.0, 9.0])]
    stop = EarlyStopping("score", mode="min", patience=1)
    fed(values, stop)
    assert stop.best == 2.5


def test_it_can_be_used_again():
    stop = EarlyStopping("score", mode="min")
    assert len(fed([3, 4, 5], stop)[1].epoch) == 2
    assert len(fed([9, 8, 7], stop)[1].epoch) == 3
    assert stop.stopped_epoch == 0


def test_the_way_follows_from_the_name():
    assert EarlyStopping("val_accuracy").sign == 1
    assert EarlyStopping("val_loss").sign == -1
    with pytest.raises(ValueError, match="Expected mode='min' or mode='max' for EarlyStopping"):
        fed([1.0], EarlyStopping("score"))
    with pytest.raises(ValueError, match="mode='smallest'"):
        EarlyStopping("val_loss", mode="smallest")


def test_what_it_prints(capsys):
    fed([3, 4, 5], EarlyStopping("score", mode="min", verbose=1, restore_best_weights=True))
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 2: early stopping",
        "The model has the weights of its best epoch, 1.",
    ]


def test_epochs_without_a_validation_do_not_count():
    model = small(0.0)
    stop = EarlyStopping(patience=2)
    history = model.fit(
        X, Y, epochs=20, verbose=0, validation_data=(X, Y), validation_freq=3, callbacks=[stop]
    )
    assert len(history.epoch) == 9  # the third validation is the second that is not better


# -- logs that are not there


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def begun():
    seen = []
    callback = od.callbacks.Callback()
    callback.on_epoch_begin = lambda epoch, logs: seen.append(epoch)
    return callback, seen


@pytest.mark.parametrize(
    "make",
    [
        lambda: EarlyStopping("val_losss"),
        lambda: od.callbacks.ReduceLROnPlateau("val_losss"),
        lambda: od.callbacks.ModelCheckpoint("never.ondol", "val_losss", save_best_only=True),
    ],
)
def test_a_name_that_is_no_log(make, eager):
    callback, seen = begun()
    with pytest.raises(UnknownNameError) as caught:
        small(run_eagerly=eager).fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=[callback, make()])
    assert "monitor='val_losss'. Did you mean 'val_loss'" in str(caught.value)
    assert "loss, mae, val_loss, val_mae." in str(caught.value)
    assert seen == ([0] if eager else [])  # a program tells the names before it runs


def test_a_misspelt_name_that_tells_no_way_is_called_misspelt():
    with pytest.raises(UnknownNameError, match="Did you mean 'val_loss'"):
        small().fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=[EarlyStopping("val_lost")])


def test_no_validation():
    with pytest.raises(ValueError, match=r"Give fit\(\) validation_data= or validation_split="):
        small().fit(X, Y, verbose=0, callbacks=[EarlyStopping()])


def test_a_log_that_another_callback_adds(eager):
    """What a callback of one's own adds is not known before."""
    model = small(run_eagerly=eager)
    _, history = fed([1.0, 2.0], EarlyStopping("score", mode="min"), model=model)
    assert len(history.epoch) == 2
    with pytest.raises(ValueError, match="Did you mean 'score'"):
        fed([1.0, 2.0], EarlyStopping("scores", mode="min"), model=model)
    with pytest.raises(ValueError, match="monitor='score'"):  # it comes too late
        model.fit(
            X, Y, verbose=0, callbacks=[EarlyStopping("score", mode="min"), od.callbacks.LambdaCallback()]
        )


def test_the_learning_rate_is_a_log_after_the_callback_that_sets_it():
    schedule = od.callbacks.LearningRateScheduler(lambda epoch: 0.1)
    stop = EarlyStopping("learning_rate", mode="max")
    assert len(small().fit(X, Y, epochs=9, verbose=0, callbacks=[schedule, stop]).epoch) == 2
    with pytest.raises(ValueError, match="learning_rate"):
        small().fit(X, Y, epochs=9, verbose=0, callbacks=[stop, schedule])
