"""Weights in several files and an index: written, read one at a time, and refused when something is not theirs."""

import json
import os
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file
from saved_models import X, Y, again, outputs_are_equal

import ondol as od
from ondol.errors import SavedFileError
from ondol.models import load_model
from ondol.models.saving import shards
from ondol.utils import array_file

L = od.layers


def made(seed=0):
    od.random.seed(seed)
    return od.Sequential([od.Input((4,)), L.Dense(50, "relu"), L.Dense(50, "relu"), L.Dense(1)])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "big.json"


def files(path):
    return sorted(p for p in path.parent.iterdir() if p.suffix == ".safetensors")


def equal(model, other):
    return all(np.array_equal(a, b) for a, b in zip(model.get_weights(), other.get_weights(), strict=True))


def test_the_files_and_their_index(path):
    model = made()
    model.save_weights(path, max_shard_size="10.5KB")
    index = json.loads(path.read_text())
    sizes = [sum(a.nbytes for a in load_file(p).values()) for p in files(path)]  # by safetensors' own reader
    assert len(sizes) == 2
    assert max(sizes) <= 10_500
    assert sum(sizes) == index["metadata"]["total_size"] == 4 * model.count_params()
    for name, file in index["weight_map"].items():
        layer, weight = name.removeprefix("model/layers/").split("/")
        expected = getattr(model.layers[int(layer)], weight).numpy()
        np.testing.assert_array_equal(load_file(path.parent / file)[name], expected)
    other = made(1)
    assert not equal(model, other)
    assert other.load_weights(path).complete
    assert equal(model, other)


def test_a_whole_model(path):
    model = made()
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    model.save(path, max_shard_size="10.5KB")
    assert len(files(path)) > 3  # with the optimizer's state
    other = load_model(path)
    outputs_are_equal(model, other, X)
    model.reset_metrics()  # which go on over the calls
    assert model.train_on_batch(X, Y) == pytest.approx(other.train_on_batch(X, Y), rel=1e-6)
    one = made(1)
    one.load_weights(path)
    outputs_are_equal(one, again(one, path.with_name("one.ondol")), X)


def test_one_array_at_a_time(path, monkeypatch):
    """At no time are two arrays, or two files, in hand."""
    made().save_weights(path, max_shard_size="10.5KB")
    opened, most = [], []
    enter, leave = array_file.ArrayFile.__init__, array_file.ArrayFile.__exit__

    def entering(self, at):
        enter(self, at)
        opened.append(at)
        most.append(len(opened))

    def leaving(self, *error):
        opened.remove(self.path)
        leave(self, *error)

    monkeypatch.setattr(array_file.ArrayFile, "__init__", entering)
    monkeypatch.setattr(array_file.ArrayFile, "__exit__", leaving)
    made(1).load_weights(path)
    assert max(most) == 1
    assert opened == []


def test_what_is_missing_or_not_theirs_is_said_before_anything_is_assigned(path, tmp_path):
    made().save_weights(path, max_shard_size="10.5KB")
    (tmp_path / "others").mkdir()
    foreign = tmp_path / "others" / "big.json"
    made(7).save_weights(foreign, max_shard_size="10.5KB")
    model = made(1)
    before = made(1)
    first, second = files(path)
    content = second.read_bytes()

    second.unlink()
    with pytest.raises(SavedFileError, match=rf"none at .*{second.name}.*Copy them all"):
        model.load_weights(path)
    shutil.copy(files(foreign)[1], second)
    with pytest.raises(SavedFileError, match=rf"{second.name}, which holds other weights"):
        model.load_weights(path)
    shutil.copy(first, second)
    with pytest.raises(SavedFileError, match="holds other weights"):
        model.load_weights(path)
    second.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(
        SavedFileError, match=rf"{second.name}, which is damaged.*not those that were written"
    ):
        model.load_weights(path)
    second.write_bytes(content[: len(content) // 2])
    with pytest.raises(SavedFileError, match=rf"{second.name}, which is damaged, truncated"):
        model.load_weights(path)
    assert equal(model, before)
    second.write_bytes(content)
    model.load_weights(path)
    assert equal(model, made())


@pytest.mark.parametrize(
    "name", ["../secret.safetensors", "/etc/passwd", "a\\b.safetensors", "c:x.safetensors", 3, None]
)
def test_an_index_that_points_elsewhere(path, name):
    made().save_weights(path, max_shard_size="10.5KB")
    index = json.loads(path.read_text())
    index["weight_map"]["model/layers/0/kernel"] = name
    path.write_text(json.dumps(index))
    with pytest.raises(SavedFileError, match="Expected the index of a model"):
        made(1).load_weights(path)


def test_writing_again_leaves_nothing_behind_and_failing_leaves_the_old(path, monkeypatch):
    model = made()
    model.save_weights(path, max_shard_size="10.5KB")
    stranger = path.parent / "big-notes.safetensors"
    stranger.write_bytes(b"mine")
    old = files(path)
    made(2).save_weights(path, max_shard_size="20KB")
    assert len(files(path)) == 2
    assert stranger in files(path)
    assert not set(old) & set(files(path)) - {stranger}
    there, index = files(path), path.read_text()
    replace, calls = os.replace, []

    def failing(*args):
        calls.append(args)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return replace(*args)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing)
        with pytest.raises(OSError, match="No space left"):
            model.save_weights(path, max_shard_size="10.5KB")
    assert (files(path), path.read_text()) == (there, index)
    with pytest.raises(SavedFileError, match="overwrite=False"):
        model.save_weights(path, overwrite=False, max_shard_size="10.5KB")
    other = made()
    other.load_weights(path)
    assert equal(other, made(2))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("2GB", 2_000_000_000), ("500 MB", 500_000_000), ("1.5kb", 1500), ("1GiB", 2**30), ("3MiB", 3 * 2**20), ("70B", 70),
        (2, 2**31), (0.5, 2**29),  # as in Keras
    ],
)  # fmt: skip
def test_sizes(size, expected):
    assert shards.number_of_bytes(size) == expected


@pytest.mark.parametrize(
    "size", [0, -1, "2", "GB", "2 gigs", True, float("nan"), float("inf"), 500_000_000, "0GB", [2]]
)
def test_sizes_that_are_none(path, size):
    with pytest.raises(ValueError, match=r'Expected max_shard_size like "2GB"'):
        made().save_weights(path, max_shard_size=size)
    assert not path.exists()


def test_a_weight_larger_than_a_file_may_be(path):
    with pytest.raises(SavedFileError, match=r"5000 bytes; 'model/layers/1/kernel' \(50, 50\) has 10000"):
        made().save_weights(path, max_shard_size="5KB")
    assert os.listdir(path.parent) == []
