"""Folders of text files, as batches of strings."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError

load = od.utils.text_dataset_from_directory


@pytest.fixture
def folder(tmp_path):
    for name in ("neg", "pos"):
        (tmp_path / name).mkdir()
        for i in range(3):
            (tmp_path / name / f"{i}.txt").write_text(f"{name} 글 {i}", encoding="utf-8")
    return tmp_path


def test_texts_and_labels(folder):
    data = load(folder, shuffle=False, batch_size=4, verbose=False)
    texts, labels = (np.concatenate(parts).tolist() for parts in zip(*data, strict=True))
    assert texts == [f"{name} 글 {i}" for name in ("neg", "pos") for i in range(3)]
    assert labels == [0, 0, 0, 1, 1, 1]
    assert (len(data), data.class_names) == (2, ["neg", "pos"])
    assert (
        list(load(folder, shuffle=False, batch_size=None, labels=None, max_length=3, verbose=False))[3:]
        == ["pos"] * 3
    )
    shuffled = next(iter(load(folder, seed=1, verbose=False)))
    assert sorted(shuffled[0]) == texts
    assert all((text[:3] == "pos") == label for text, label in zip(*shuffled, strict=True))


def test_the_split(folder):
    learned, held_out = load(folder, subset="both", validation_split=0.34, seed=1, verbose=False)
    assert (len(learned.file_paths), len(held_out.file_paths)) == (4, 2)
    assert not set(learned.file_paths) & set(held_out.file_paths)


def test_mistakes(folder):
    (folder / "pos" / "9.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(DataError, match=r"text file in utf-8. Received: .*9\.txt.*Pass encoding="):
        list(load(folder, verbose=False))
    with pytest.raises(DataError, match="max_length to be a positive"):
        load(folder, max_length=0)
    with pytest.raises(DataError, match="Expected a folder"):
        load(folder / "nowhere")
