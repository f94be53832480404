"""ModelCheckpoint: which files are there, what is in them, and what is refused before any work is done."""

import errno
import os

import numpy as np
import pytest
from made_up_logs import X, Y, fed, small

import ondol as od
from ondol.errors import SavedFileError, UnknownNameError
from ondol.utils import files

Checkpoint = od.callbacks.ModelCheckpoint


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def epoch_in(path):
    """The weight of the saved model, which is the number of the epoch."""
    return od.models.load_model(path).get_weights()[0].item()


def test_a_file_for_each_epoch(tmp_path):
    fed([0.5, 0.25, 0.125], Checkpoint(tmp_path / "runs" / "e{epoch:02d}-{score:.2f}.ondol"))
    assert names(tmp_path) == ["runs/e01-0.50.ondol", "runs/e02-0.25.ondol", "runs/e03-0.12.ondol"]
    assert [epoch_in(tmp_path / name) for name in names(tmp_path)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("mode", "threshold", "saved"), [("min", None, 3), ("max", None, 4), ("min", 1.5, 3), ("min", 0.5, None)]
)
def test_only_the_best(tmp_path, mode, threshold, saved):
    checkpoint = Checkpoint(
        tmp_path / "best.ondol", "score", save_best_only=True, mode=mode, initial_value_threshold=threshold
    )
    fed([3.0, 2.0, 4.0, 1.0, 5.0], checkpoint)
    if saved is None:
        assert names(tmp_path) == []
    else:
        assert epoch_in(tmp_path / "best.ondol") == saved


def test_the_weights_alone(tmp_path):
    model, _ = fed([0.0, 0.0], Checkpoint(tmp_path / "w.safetensors", save_weights_only=True))
    other = small()
    other.load_weights(tmp_path / "w.safetensors")
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("save_freq", [1, 2, 3, 5])
def test_after_so_many_batches(tmp_path, eager, save_freq):
    """Four batches an epoch, for three epochs: the count goes on from one to the next."""
    checkpoint = Checkpoint(tmp_path / "{epoch}-{batch}-{loss:.3f}.ondol", save_freq=save_freq)
    model = small(run_eagerly=eager)
    losses = []
    note = od.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: losses.append(logs["loss"]))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 1)).astype("float32")
    arguments = {"batch_size": 2, "epochs": 3, "verbose": 0, "shuffle": False}
    start = model.get_weights()
    model.fit(x, x, callbacks=[note], **arguments)
    model.set_weights(start)
    model.fit(x, x, callbacks=[checkpoint], **arguments)
    expected = [
        f"{made // 4 + 1}-{made % 4 + 1}-{losses[made]:.3f}.ondol"
        for made in range(12)
        if (made + 1) % save_freq == 0
    ]
    assert names(tmp_path) == sorted(expected)


def test_all_batches_between_two_files_are_one_call(tmp_path):
    calls = []
    note = od.callbacks.Callback()
    note.on_steps = lambda done, total, logs: calls.append(done)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 1)).astype("float32")
    model = small()
    model.fit(x, x, batch_size=1, epochs=3, verbose=0)  # how long a step takes is known then
    compiled = od.compilations.count
    save = Checkpoint(tmp_path / "m.ondol", save_freq=16)
    model.fit(x, x, batch_size=1, verbose=0, callbacks=[save, note])
    assert calls == [16, 32, 48, 64]
    assert od.compilations.count == compiled


def test_streams(tmp_path):
    batches = [(X, Y)] * 3
    small().fit(
        iter(batches * 2),
        steps_per_epoch=3,
        epochs=2,
        verbose=0,
        callbacks=[Checkpoint(tmp_path / "{epoch}-{batch}.ondol", save_freq=2)],
    )
    assert names(tmp_path) == ["1-2.ondol", "2-1.ondol", "2-3.ondol"]


def test_what_it_prints(tmp_path, capsys):
    fed([0.5, 0.75, 0.25], Checkpoint(tmp_path / "m.ondol", "score", 1, save_best_only=True, mode="min"))
    assert capsys.readouterr().out.splitlines() == [
        f"Epoch 1: score 0.5: saved to {tmp_path / 'm.ondol'}",
        "Epoch 2: score 0.75 is not better than 0.5.",
        f"Epoch 3: score 0.25, better than 0.5: saved to {tmp_path / 'm.ondol'}",
    ]


# -- mistakes


@pytest.mark.parametrize("save_freq", ["batch", 0, -1, 2.5, True, None])
def test_wrong_frequencies(save_freq):
    with pytest.raises(ValueError, match="save_freq"):
        Checkpoint("m.ondol", save_freq=save_freq)


@pytest.mark.parametrize("path", ["{epoch", "{}.ondol", "{epoch:q}.ondol", "{loss:02d}.ondol", "{0}.ondol"])
def test_wrong_paths(path):
    with pytest.raises(ValueError, match=r"fields such as \{epoch:02d\}"):
        Checkpoint(path)


def test_wrong_modes():
    with pytest.raises(ValueError, match="mode='less'"):
        Checkpoint("m.ondol", mode="less")
    with pytest.raises(ValueError, match="for ModelCheckpoint"):
        fed([1.0], Checkpoint("never.ondol", "score", save_best_only=True))
    with pytest.raises(ValueError, match=r"\{batch\} in the filepath only with a number"):
        Checkpoint("{batch}.ondol")


def refused(callback, match, error=SavedFileError, model=None):
    model = model or small()
    model.predict(X)
    before = model.get_weights()[0]
    with pytest.raises(error, match=match):
        model.fit(np.ones((4, 1)), Y, verbose=0, callbacks=[callback])
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_unwritable_places_are_refused_before_the_training(tmp_path):
    (tmp_path / "file").write_text("in the way")
    refused(Checkpoint(tmp_path / "file" / "m.ondol"), "can be written")
    refused(Checkpoint(tmp_path / "file" / "{epoch}.ondol"), "can be written")
    refused(Checkpoint(tmp_path), "it is a folder")


def test_names_that_are_not_there_are_refused_before_the_training(tmp_path):
    refused(Checkpoint(tmp_path / "{val_loss}.ondol"), "log in the filepath='val_loss'", UnknownNameError)
    assert names(tmp_path) == []


def test_a_name_that_turns_out_not_to_be_there(tmp_path):
    with pytest.raises(UnknownNameError, match="log in the filepath='scores'. Did you mean 'score'"):
        fed([1.0], Checkpoint(tmp_path / "{scores}.ondol"))


def test_a_model_that_cannot_be_saved_is_refused_before_the_training(tmp_path):
    model = od.Sequential([od.Input((1,)), od.layers.Dense(1), od.layers.Lambda(lambda x: x * 2)])
    model.compile("sgd", "mse")
    refused(Checkpoint(tmp_path / "m.ondol"), "Lambda", model=model)
    model.fit(X, Y, verbose=0, callbacks=[Checkpoint(tmp_path / "w.ondol", save_weights_only=True)])
    assert names(tmp_path) == ["w.ondol"]


def test_a_full_disk_leaves_the_last_file_and_the_training_goes_on(tmp_path, monkeypatch, capsys):
    real, calls = os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) > 4:  # the second file
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(files.os, "fsync", full)
    checkpoint = Checkpoint(tmp_path / "m.ondol", "score", save_best_only=True, mode="min")
    _, history = fed([4.0, 3.0, 2.0, 1.0], checkpoint)
    assert len(history.epoch) == 4
    assert "No space left on device" in capsys.readouterr().err
    saved = epoch_in(tmp_path / "m.ondol")
    assert saved < 3
    assert checkpoint.best == 4.0 - saved  # what is in the file, so that a next one is tried again
    assert names(tmp_path) == ["m.ondol"]
