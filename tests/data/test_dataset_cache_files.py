"""Elements that are made once: in memory, and in a file that another program reads."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, SavedFileError

Dataset = od.data.Dataset


class Counting:
    def __init__(self):
        self.calls = 0

    def __call__(self, i):
        self.calls += 1
        return {"x": np.full((2, 3), i, "float32"), "t": (f"글 {i}", bool(i % 2), np.int64(i))}


@pytest.fixture(params=["memory", "file"])
def name(request, tmp_path):
    return "" if request.param == "memory" else tmp_path / "sub" / "elements"


def check(elements):
    assert len(elements) == 4
    for i, element in enumerate(elements):
        assert element["x"].dtype == np.float32
        np.testing.assert_array_equal(element["x"], np.full((2, 3), i))
        text, odd, number = element["t"]
        assert (str(text), bool(odd), int(number)) == (f"글 {i}", bool(i % 2), i)


def test_made_once(name):
    make = Counting()
    data = Dataset.range(4).map(make).cache(name)
    for _ in range(3):
        check(list(data))
    assert make.calls == 4
    shuffled = data.shuffle(seed=0)
    assert sorted(int(e["t"][2]) for e in shuffled) == [0, 1, 2, 3]
    assert make.calls == 4


def test_a_pass_that_was_left_early_is_not_kept(name):
    make = Counting()
    data = Dataset.range(4).map(make).cache(name)
    next(iter(data))
    check(list(data))
    assert make.calls == 5
    if name:
        assert [path.name for path in name.parent.iterdir()] == ["elements"]


def test_the_file_is_read_by_another_program(tmp_path):
    list(Dataset.range(4).map(Counting()).cache(tmp_path / "elements"))
    make = Counting()
    check(list(Dataset.range(4).map(make).cache(tmp_path / "elements")))
    assert make.calls == 0


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1], lambda b: b[: len(b) // 2], lambda b: b"no" + b, lambda b: b""]
)
def test_a_damaged_file_is_named(tmp_path, spoil):
    path = tmp_path / "elements"
    data = Dataset.range(4).map(Counting()).cache(path)
    list(data)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(SavedFileError, match=r"elements, damaged after element \d.*Remove the file"):
        list(data)


@pytest.mark.parametrize("element", [object(), {1: 2}, np.array([None])])
def test_what_a_file_cannot_hold(tmp_path, element):
    with pytest.raises(DataError, match="kept in a file"):
        list(Dataset.from_generator(lambda: [element]).cache(tmp_path / "elements"))
    assert list(tmp_path.iterdir()) == []
