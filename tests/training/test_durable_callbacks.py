"""Trainings with callbacks and checkpoints: broken off anywhere and started again, they end with the same bits and files."""

import csv

import numpy as np
import pytest
from durable_program import everything, train
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import ondol as od
from ondol.errors import SavedFileError

C = od.callbacks


class Killed(Exception):
    pass


class Kill(C.Callback):
    """Ends a training the hard way after so many steps."""

    def __init__(self, steps):
        self.left = steps

    def steps_until_due(self, first, total):
        return 1

    def on_steps(self, done, total, logs):
        self.left -= 1
        if self.left <= 0:
            raise Killed


class KillAtEpochEnd(C.Callback):
    """Between the last callback and the checkpoint of an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise Killed


def kit(folder):
    """All with a state; the noise of the training makes each of them act within a few epochs."""
    return [
        C.EarlyStopping("val_accuracy", patience=4, min_delta=0.02, restore_best_weights=True),
        C.ReduceLROnPlateau("val_accuracy", factor=0.5, patience=1, min_delta=0.02, cooldown=1),
        C.CSVLogger(folder / "log.csv"),
        C.ModelCheckpoint(folder / "best.ondol", "loss", save_best_only=True),
        C.ModelCheckpoint(folder / "steps" / "{epoch}-{batch}.ondol", save_weights_only=True, save_freq=5),
        C.TensorBoard(folder / "board", update_freq=4),
    ]


def rate_is_a_number(monkeypatch):
    """durable_program's optimizer has a schedule, which ReduceLROnPlateau refuses."""
    monkeypatch.setattr(od.optimizers.schedules, "ExponentialDecay", lambda rate, *others: rate)


def result(folder, kill=None, epochs=12, every=7, **kwargs):
    callbacks = kit(folder)
    model, history = train(
        folder / "checkpoints",
        epochs=epochs,
        every=every,
        callbacks=[*callbacks, *([kill] if kill else [])],
        **kwargs,
    )
    return everything(model, history) | files(folder)


def files(folder):
    """What was written, as arrays: lines, names, weights, and points of curves."""
    with open(folder / "log.csv", newline="") as file:
        found = {"log": np.array(list(csv.reader(file)))}
    found["names"] = np.array(sorted(p.name for p in (folder / "steps").iterdir()))
    for i, w in enumerate(od.models.load_model(folder / "best.ondol").get_weights()):
        found[f"best {i}"] = w
    for run in ("train", "validation"):
        events = EventAccumulator(str(folder / "board" / run), size_guidance={"scalars": 0})
        events.Reload()
        for tag in events.Tags()["scalars"]:
            points = [(e.step, e.value) for e in events.Scalars(tag)]
            found[f"{run} {tag}"] = np.array(points)
    return found


def same(a, b):
    assert a.keys() == b.keys()
    for name, value in a.items():
        np.testing.assert_array_equal(value, b[name], err_msg=name)


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request, monkeypatch):
    rate_is_a_number(monkeypatch)
    return request.param


@pytest.fixture
def whole(tmp_path, eager):
    found = result(tmp_path / "whole", eager=eager)
    assert len(found["epochs"]) < 12  # it was stopped early
    assert len(set(found["learning_rate"].tolist())) > 1  # the rate was changed
    return found


@pytest.mark.parametrize("steps", [8, 13, 14, 27, 40])
def test_the_same_bits_and_files_after_a_stop(tmp_path, eager, whole, steps):
    """13 steps make an epoch, and a checkpoint is written at every seventh."""
    with pytest.raises(Killed):
        result(tmp_path / "cut", Kill(steps), eager=eager)
    same(result(tmp_path / "cut", eager=eager), whole)


@pytest.mark.parametrize("every", [7, "epoch"])
def test_after_stops_at_epochs_ends(tmp_path, eager, whole, every):
    """Files have the epoch already, the checkpoint has not."""
    for epoch in (1, 2, 2, 4):
        with pytest.raises(Killed):
            result(tmp_path / "cut", KillAtEpochEnd(epoch), every=every, eager=eager)
    same(result(tmp_path / "cut", every=every, eager=eager), whole)


def test_half_written_models_of_a_killed_training_are_removed(tmp_path, eager):
    with pytest.raises(Killed):
        result(tmp_path / "cut", Kill(20), eager=eager)
    left_over = tmp_path / "cut" / "steps" / ".2-4.ondol.abc.part"
    other = tmp_path / "cut" / "steps" / ".other.ondol.abc.part"
    for file in (left_over, other):
        file.write_bytes(b"half of it")
    result(tmp_path / "cut", epochs=2, eager=eager)
    assert not left_over.exists()
    assert other.exists()


def test_an_ended_training_stays_as_it_is(tmp_path, eager, whole):
    same(result(tmp_path / "whole", eager=eager), whole)


def test_lines_below_those_of_another_training(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,accuracy,loss,val_accuracy,val_loss\n0,1,2,3,4\n")
    for epoch in (0, 1, 1):
        with pytest.raises(Killed):
            train(
                tmp_path / "c",
                epochs=3,
                every=7,
                callbacks=[C.CSVLogger(path, append=True), KillAtEpochEnd(epoch)],
            )
    _, history = train(tmp_path / "c", epochs=3, every=7, callbacks=[C.CSVLogger(path, append=True)])
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "0", "1", "2"]
    assert [float(row["loss"]) for row in rows[1:]] == history.history["loss"]


def test_a_file_that_is_gone(tmp_path):
    with pytest.raises(Killed):
        train(tmp_path / "c", epochs=3, callbacks=[C.CSVLogger(tmp_path / "log.csv"), KillAtEpochEnd(2)])
    (tmp_path / "log.csv").unlink()
    with pytest.raises(SavedFileError, match="file of the training that goes on"):
        train(tmp_path / "c", epochs=3, callbacks=[C.CSVLogger(tmp_path / "log.csv")])


def halving(folder, epochs=6, kill=None):
    """A rate that depends on the one before, and averages that are swapped at epochs' ends."""
    od.random.seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3)).astype("float32")
    model = od.Sequential([od.Input((3,)), od.layers.Dense(1)])
    model.compile(od.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9), "mse")
    callbacks = [
        C.LearningRateScheduler(lambda epoch, lr: lr * 0.7),
        C.SwapEMAWeights(swap_on_epoch=True),
        C.EarlyStopping("loss", patience=9, restore_best_weights=True),
        *([kill] if kill else []),
    ]
    history = model.fit(
        x,
        x.sum(axis=1, keepdims=True),
        batch_size=6,
        epochs=epochs,
        validation_split=0.1,
        verbose=0,
        callbacks=callbacks,
        checkpoint=folder,
        checkpoint_every=4,
    )
    return everything(model, history)


@pytest.mark.parametrize("steps", [5, 9, 10, 22])
def test_rates_and_averages(tmp_path, steps):
    expected = halving(tmp_path / "whole")
    np.testing.assert_allclose(expected["learning_rate"], 0.1 * 0.7 ** np.arange(1, 7), rtol=1e-5)
    with pytest.raises(Killed):
        halving(tmp_path / "cut", kill=Kill(steps))
    same(halving(tmp_path / "cut"), expected)
    with pytest.raises(Killed):
        halving(tmp_path / "end", kill=KillAtEpochEnd(2))
    same(halving(tmp_path / "end"), expected)


def tiny(folder, epochs, kill=False):
    """So few samples that many epochs would share one call of the program."""
    od.random.seed(0)
    x = np.arange(8, dtype="float32").reshape(8, 1) / 8
    model = od.Sequential([od.Input((1,)), od.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, x, batch_size=2, epochs=20, verbose=0)  # how long a step takes is known now
    keeper = od.training.durable.folder.CheckpointFolder
    real, saved = keeper.save, []

    def save(self, *args):
        saved.append(real(self, *args))
        if kill and len(saved) == 5:
            raise Killed
        return saved[-1]

    keeper.save = save
    try:
        history = model.fit(
            x, 2 * x, batch_size=2, epochs=epochs, verbose=0, checkpoint=folder, checkpoint_every="epoch"
        )
    finally:
        keeper.save = real
    return everything(model, history)


def test_tiny_data(tmp_path):
    """The checkpoint of an epoch holds the weights of that epoch."""
    expected = tiny(tmp_path / "whole", 40)
    with pytest.raises(Killed):
        tiny(tmp_path / "cut", 40, kill=True)
    same(tiny(tmp_path / "cut", 40), expected)
