"""Trainings with checkpoints: broken off anywhere and started again, they end with the same bits."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from durable_program import everything, train

import ondol as od
from ondol.errors import DataError, SavedFileError
from ondol.training.durable.every import every
from ondol.training.durable.folder import CheckpointFolder
from ondol.utils import files

PROGRAM = Path(__file__).with_name("durable_program.py")


class Killed(Exception):
    pass


class Kill(od.callbacks.Callback):
    """Ends a training the hard way after so many steps. Nothing is saved on the way out."""

    def __init__(self, steps):
        self.left = steps

    def steps_until_due(self, first, total):
        return self.left

    def on_steps(self, done, total, logs):
        self.left -= 1
        if self.left <= 0:
            raise Killed


class Step(od.callbacks.Callback):
    def steps_until_due(self, first, total):
        return 1


def same(a, b):
    assert a.keys() == b.keys()
    for name, value in a.items():
        np.testing.assert_array_equal(value, b[name], err_msg=name)


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


@pytest.fixture
def whole(tmp_path, eager):
    return everything(*train(tmp_path / "whole", epochs=4, eager=eager))


@pytest.mark.parametrize("steps", [1, 8, 13, 14, 20, 40])
def test_the_same_bits_after_a_stop(tmp_path, eager, whole, steps):
    """13 steps make an epoch, and a checkpoint is written at every seventh: within epochs and at their end."""
    with pytest.raises(Killed):
        kill = Kill(steps)
        kill.steps_until_due = lambda first, total: 1
        train(tmp_path / "cut", epochs=4, eager=eager, callbacks=[kill])
    same(everything(*train(tmp_path / "cut", epochs=4, eager=eager)), whole)


def test_after_many_stops(tmp_path, eager, whole):
    for _ in range(6):
        kill = Kill(9)
        kill.steps_until_due = lambda first, total: 1
        with pytest.raises(Killed):
            train(tmp_path / "cut", epochs=4, eager=eager, callbacks=[kill])
    same(everything(*train(tmp_path / "cut", epochs=4, eager=eager)), whole)


def test_checkpoints_change_nothing(tmp_path, eager, whole):
    same(everything(*train(None, epochs=4, eager=eager)), whole)


def test_a_training_that_has_ended_is_not_trained_again(tmp_path):
    first = everything(*train(tmp_path, epochs=2))
    begun = []

    class Begun(od.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            begun.append(epoch)

    same(everything(*train(tmp_path, epochs=2, callbacks=[Begun()])), first)
    assert begun == []
    _, history = train(tmp_path, epochs=3, callbacks=[Begun()])
    assert begun == [2]
    assert history.epoch == [0, 1, 2]


class CtrlC(od.callbacks.Callback):
    """Presses it after so many steps, counted over all epochs."""

    def __init__(self, steps):
        self.left = steps

    def steps_until_due(self, first, total):
        return 1

    def on_steps(self, done, total, logs):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def ctrl_c_is_heard():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_is_heard")
@pytest.mark.parametrize("steps", [5, 13])
def test_ctrl_c_within_an_epoch_and_at_its_end(tmp_path, eager, whole, steps):
    _, history = train(tmp_path / "cut", epochs=4, eager=eager, callbacks=[CtrlC(13 + steps)], every="1h")
    assert history.interrupted
    same(everything(*train(tmp_path / "cut", epochs=4, eager=eager, every="1h")), whole)


def test_only_the_newest_are_kept_and_left_overs_are_removed(tmp_path):
    (tmp_path / ".checkpoint-0000000009.ondol.abc.part").write_bytes(b"half of it")
    train(tmp_path, epochs=2, keep=3)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert len(names) == 3
    assert all(name.startswith("checkpoint-") for name in names)


def test_a_damaged_checkpoint_is_passed_over_with_a_word(tmp_path, capsys, whole):
    kill = Kill(30)
    kill.steps_until_due = lambda first, total: 1
    with pytest.raises(Killed):
        train(tmp_path / "cut", epochs=4, callbacks=[kill])
    newest, older = CheckpointFolder(tmp_path / "cut").files()
    content = bytearray(newest.read_bytes())
    content[-10] ^= 1  # one bit, in an array
    newest.write_bytes(content)
    eagerly = whole["state 0"].dtype == np.float32  # the compiled training is compared below
    assert eagerly
    model, history = train(tmp_path / "cut", epochs=4)
    assert newest.name in capsys.readouterr().err
    same(everything(model, history), everything(*train(tmp_path / "other", epochs=4)))
    assert older.name != newest.name


@pytest.mark.parametrize("content", [b"", b"no safetensors at all", b"\xff" * 200])
def test_files_that_are_no_checkpoints(tmp_path, capsys, content):
    (tmp_path / "checkpoint-0000000001.ondol").write_bytes(content)
    assert CheckpointFolder(tmp_path).newest() is None
    assert "damaged" in capsys.readouterr().err


def test_a_full_disk_leaves_the_last_checkpoint_and_the_training_goes_on(tmp_path, monkeypatch, capsys):
    real = files.os.fsync
    calls = []

    def full(handle):
        calls.append(handle)
        if len(calls) > 12:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    expected = everything(*train(tmp_path / "whole", epochs=4))
    monkeypatch.setattr(files.os, "fsync", full)
    same(everything(*train(tmp_path / "full", epochs=4)), expected)
    assert "No space left on device" in capsys.readouterr().err
    monkeypatch.undo()
    left = CheckpointFolder(tmp_path / "full")
    assert left.newest() is not None
    assert not list((tmp_path / "full").glob("*.part"))
    same(everything(*train(tmp_path / "full", epochs=4)), expected)


def test_a_small_file_system(tmp_path):
    """A disk that is really full, where the system lets us make one."""
    small = tmp_path / "small"
    small.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True)
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        expected = everything(*train(tmp_path / "whole", epochs=3))
        (small / "ballast").write_bytes(b"x" * 30_000)
        same(everything(*train(small / "run", epochs=2)), everything(*train(tmp_path / "two", epochs=2)))
        good = [p.read_bytes() for p in CheckpointFolder(small / "run").files()]
        room = os.statvfs(small)
        (small / "more").write_bytes(b"x" * (room.f_bavail * room.f_frsize - 4096))
        model, history = train(small / "run", epochs=3)  # nothing can be written any more
        same(everything(model, history), expected)
        assert [p.read_bytes() for p in CheckpointFolder.files(_folder(small / "run"))] == good
    finally:
        subprocess.run(["umount", small], check=True)


def _folder(path):
    folder = object.__new__(CheckpointFolder)
    folder.path, folder.keep = path, 2
    return folder


def test_a_folder_that_cannot_be_written_to_is_refused_before_the_training(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SavedFileError, match="can be written to"):
        train(tmp_path / "file" / "inside", epochs=1)


def test_checkpoints_of_something_else_are_refused(tmp_path):
    train(tmp_path, epochs=1)
    x, y = np.zeros((20, 6), "float32"), np.zeros(20, int)
    model = od.Sequential([od.Input((6,)), od.layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    before = model.get_weights()
    with pytest.raises(SavedFileError, match="another folder"):
        model.fit(x, y, epochs=2, verbose=0, checkpoint=tmp_path)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_callbacks_remember(tmp_path):
    class Remembers(od.callbacks.Callback):
        def __init__(self):
            self.losses = np.zeros(0)

        def on_epoch_end(self, epoch, logs=None):
            self.losses = np.append(self.losses, logs["loss"])

        def get_state(self):
            return {"losses": self.losses, "count": len(self.losses)}

        def set_state(self, state):
            self.losses = state["losses"]
            assert state["count"] == len(self.losses)

    train(tmp_path, epochs=2, callbacks=[Remembers()])
    again = Remembers()
    _, history = train(tmp_path, epochs=4, callbacks=[again])
    np.testing.assert_array_equal(again.losses, history.history["loss"])
    with pytest.raises(SavedFileError, match="Remembers"):
        train(tmp_path, epochs=5)


class Batches:
    """A data set with an index, whose batches also draw random numbers."""

    def __len__(self):
        return 6

    def __getitem__(self, i):
        if i >= 6:
            raise IndexError
        rng = np.random.default_rng(i)
        noise = od.random.normal((8, 4)).numpy()
        x = rng.normal(size=(8, 4)).astype("float32") + 0.1 * noise
        return x, x.sum(axis=1, keepdims=True)


def noisy(x, y):
    return x + 0.1 * od.random.normal(x.shape).numpy(), y


def arrays():
    x = np.random.default_rng(3).normal(size=(48, 4)).astype("float32")
    return x, x.sum(axis=1, keepdims=True)


def halves(x, y):
    return 1 + int(x[0] > 0)


KINDS = {
    "by number": Batches,
    "a Dataset": lambda: od.data.Dataset.from_arrays(arrays()).shuffle(48).map(noisy).batch(8),
    "a Dataset with a seed": lambda: od.data.Dataset.from_arrays(arrays()).shuffle(48, seed=5).batch(8),
    "a Dataset in buckets": lambda: (
        od.data.Dataset.from_arrays(arrays()).shuffle(48).bucket_by_sequence_length(halves, [2], [8, 8])
    ),
}


def train_on_batches(folder, eager, steps=None, kind="by number", end=Kill):
    od.random.seed(1)
    batches = KINDS[kind]()
    model = od.Sequential(
        [od.Input((4,)), od.layers.Dense(5, "tanh"), od.layers.Dropout(0.2), od.layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"], run_eagerly=eager)
    callbacks = [] if steps is None else [end(steps)]
    history = model.fit(
        batches, epochs=3, verbose=0, checkpoint=folder, checkpoint_every=4, callbacks=callbacks
    )
    return everything(model, history)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [3, 6, 10])
def test_batches_of_a_data_set(tmp_path, eager, steps, kind):
    whole = train_on_batches(tmp_path / "whole", eager, kind=kind)
    with pytest.raises(Killed):
        train_on_batches(tmp_path / "cut", eager, steps, kind)
    same(train_on_batches(tmp_path / "cut", eager, kind=kind), whole)


@pytest.mark.usefixtures("ctrl_c_is_heard")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [7, 12])
def test_ctrl_c_in_a_data_set(tmp_path, eager, steps, kind):
    """6 steps make an epoch: early in the second one, and at its very end."""
    whole = train_on_batches(tmp_path / "whole", eager, kind=kind)
    train_on_batches(tmp_path / "cut", eager, steps, kind, end=CtrlC)
    same(train_on_batches(tmp_path / "cut", eager, kind=kind), whole)


def test_arrays_larger_than_memory(tmp_path, monkeypatch):
    def run(folder, steps=None):
        od.random.seed(2)
        model = od.Sequential([od.Input((4,)), od.layers.Dense(1)])
        model.compile("adam", "mse")
        callbacks = [] if steps is None else [Kill(steps)]
        history = model.fit(*arrays(), batch_size=8, epochs=3, verbose=0, checkpoint=folder, checkpoint_every=4, callbacks=callbacks)  # fmt: skip
        return everything(model, history)

    monkeypatch.setattr("ondol.data.large.NEVER_LARGE", 0)
    monkeypatch.setattr("ondol.data.large.free_bytes", lambda: 400)
    whole = run(tmp_path / "whole")
    with pytest.raises(Killed):
        run(tmp_path / "cut", 9)
    same(run(tmp_path / "cut"), whole)


def test_an_iterator_cannot_be_gone_on_with(tmp_path):
    model = od.Sequential([od.Input((4,)), od.layers.Dense(1)])
    model.compile("adam", "mse")
    with pytest.raises(DataError, match="visited again"):
        model.fit(iter(Batches()), steps_per_epoch=2, verbose=0, checkpoint=tmp_path)


def test_backup_and_restore_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "backup"
    backup = od.callbacks.BackupAndRestore(folder, save_freq=5)
    kill = Kill(20)
    kill.steps_until_due = lambda first, total: 1
    with pytest.raises(Killed):
        train(None, epochs=3, callbacks=[kill, backup])
    assert CheckpointFolder(folder).files()
    result = everything(*train(None, epochs=3, callbacks=[od.callbacks.BackupAndRestore(folder)]))
    same(result, everything(*train(None, epochs=3)))
    assert not CheckpointFolder(folder).files()


@pytest.mark.parametrize(("given", "seconds"), [("30s", 30), ("5m", 300), ("1.5 h", 5400)])
def test_times(given, seconds):
    assert every(given).seconds == seconds


@pytest.mark.parametrize("wrong", ["", "5", "m", "0s", 0, -3, 2.5, True, None, "5 days"])
def test_wrong_times(wrong):
    with pytest.raises(ValueError, match="checkpoint_every"):
        every(wrong)


def test_after_some_time(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("ondol.training.durable.keeper.time.monotonic", lambda: now[0])
    saved = []
    real = CheckpointFolder.save
    monkeypatch.setattr(
        CheckpointFolder, "save", lambda self, *args: (saved.append(now[0]), real(self, *args))[1]
    )

    class Clock(Step):
        def on_steps(self, done, total, logs):
            now[0] += 1.0

    train(tmp_path, epochs=2, every="10s", callbacks=[Clock()])
    assert saved == [10.0, 20.0, 26.0]  # the last one at the end


def kill_at_a_random_moment(folder, result, rng):
    """Start the program and kill it while it trains; whether that came before its end."""
    process = subprocess.Popen([sys.executable, PROGRAM, folder, result], stdout=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(rng.uniform(0.0, 0.2))
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    return process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_kill_9(tmp_path, kills):
    def run(name):
        subprocess.run([sys.executable, PROGRAM, tmp_path / name, tmp_path / f"{name}.npz"], check=True)
        with np.load(tmp_path / f"{name}.npz") as file:
            return dict(file)

    rng = random.Random(kills)
    killed = [kill_at_a_random_moment(tmp_path / "cut", tmp_path / "cut.npz", rng) for _ in range(kills)]
    assert all(killed)
    same(run("cut"), run("whole"))
