"""Texts, sums, dates, waves, sunspots and memory tasks: formats, formulas, and files as their sources give them."""

import datetime
import hashlib
import re

import numpy as np
import pytest

import ondol as od
from ondol.datasets import (
    adding_problem,
    addition,
    copy_task,
    date_formats,
    sine_waves,
    sunspots,
    tiny_shakespeare,
)
from ondol.errors import DataError, SavedFileError

# -- text


def test_tiny_shakespeare(shared_file):
    file = shared_file("tinyshakespeare.txt")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == tiny_shakespeare.SHA256
    train, validation = tiny_shakespeare.load_data()
    assert (len(train), len(validation)) == (1_003_854, 111_540)  # as nanoGPT says
    assert len(set(train + validation)) == 65
    assert train.startswith("First Citizen:\nBefore we proceed any further")


def test_tiny_shakespeare_is_downloaded_and_split(site, monkeypatch, private_cache):
    site.content = ("To be, or not to be\n" * 10).encode()
    monkeypatch.setattr(tiny_shakespeare, "URL", site.url)
    with pytest.raises(DataError, match=f"where {tiny_shakespeare.SHA256} was expected"):
        tiny_shakespeare.load_data()
    monkeypatch.setattr(tiny_shakespeare, "SHA256", hashlib.sha256(site.content).hexdigest())
    train, validation = tiny_shakespeare.load_data(validation_split=0.25)
    assert (len(train), len(validation)) == (150, 50)
    assert train + validation == site.content.decode()
    with pytest.raises(DataError, match="test_split=1"):
        tiny_shakespeare.load_data(validation_split=1)
    (private_cache / "tinyshakespeare.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(SavedFileError, match="a text file"):
        tiny_shakespeare.load_data()
    (private_cache / "tinyshakespeare.txt").write_text(" \n")
    with pytest.raises(SavedFileError, match="it is empty"):
        tiny_shakespeare.load_data()


# -- sums and dates


def read(text):
    """A date in any of the forms, by Python's own reader."""
    text = text.lower()
    for form in ("%m/%d/%y", "%b %d, %Y", "%B %d, %Y", "%A, %B %d, %Y"):
        try:
            return datetime.datetime.strptime(text, form).date().isoformat()
        except ValueError:
            pass
    return None


def test_addition(shared_file):
    file = shared_file("addition.txt")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == addition.SHA256
    (x_train, y_train), (x_test, y_test) = addition.load_data()
    assert (len(x_train), len(y_train), len(x_test), len(y_test)) == (45000, 45000, 5000, 5000)
    assert (x_train[0], y_train[0]) == ("71+118", "189")  # as the book prints it
    assert all(eval(q) == int(a) for q, a in zip(x_test[:500], y_test, strict=False))


def test_dates(shared_file):
    file = shared_file("date.txt")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == date_formats.SHA256
    (x_train, y_train), (x_test, y_test) = date_formats.load_data(test_split=0.2)
    assert (len(x_train), len(x_test)) == (40000, 10000)
    assert max(map(len, x_train + x_test)) == 29
    assert all(
        read(q) == a for q, a in zip(x_train[:500] + x_test[:500], y_train[:500] + y_test[:500], strict=True)
    )


@pytest.mark.parametrize(
    ("module", "good", "bad"),
    [
        (addition, "16+75  _91  \n1+1    _2   ", ["16+75  _92", "16+75", "1+_1", "a+b_c", "٣+1_4"]),
        (
            date_formats,
            "9/27/94                      _1994-09-27\nmay 1, 2000                  _2000-05-01",
            ["9/27/94 1994-09-27", "9/27/94_1994-13-27", "_1994-09-27", "9/27/94_94-9-27"],
        ),
    ],
    ids=["addition", "dates"],
)
def test_files_of_pairs(private_cache, module, good, bad):
    private_cache.mkdir(parents=True)
    name = module.URL.rsplit("/", 1)[1]
    (private_cache / name).write_text(good)
    (x_train, y_train), (x_test, y_test) = module.load_data(test_split=0.5, seed=3)
    order = np.arange(2)
    np.random.RandomState(3).shuffle(order)
    lines = [tuple(part.strip() for part in line.split("_")) for line in good.splitlines()]
    assert [*zip(x_train + x_test, y_train + y_test, strict=True)] == [lines[i] for i in order]
    for line in bad:
        (private_cache / name).write_text(good + "\n" + line, encoding="utf-8")
        with pytest.raises(SavedFileError, match=re.escape(f"line 3, {line!r}")):
            module.load_data()


def test_sums_that_are_made():
    questions, answers = addition.generate(20000, seed=1)
    assert len(set(questions)) == 20000
    numbers = [tuple(map(int, q.split("+"))) for q in questions]
    assert all(str(a + b) == answer for (a, b), answer in zip(numbers, answers, strict=True))
    assert all(f"{a}+{b}" == q for (a, b), q in zip(numbers, questions, strict=True))
    assert max(map(max, numbers)) == 999
    shares = np.bincount([len(str(a)) for a, _ in addition_pairs(400)], minlength=4)[1:] / 400
    np.testing.assert_allclose(shares, 1 / 3, atol=0.1)
    assert addition.generate(50, seed=1)[0] == addition.generate(50, seed=1)[0]
    assert addition.generate(50, seed=1)[0] != addition.generate(50, seed=2)[0]
    assert max(len(q) for q in addition.generate(1000, digits=5)[0]) == 11
    assert len(addition.generate(50, digits=1)[0]) == 50
    with pytest.raises(DataError, match="from 1 to 50, half of all sums of 1 digits. Received: n=51"):
        addition.generate(51, digits=1)
    with pytest.raises(DataError, match="`digits` of at least 1"):
        addition.generate(1, digits=0)


def addition_pairs(n):
    return [tuple(map(int, q.split("+"))) for q in addition.generate(n, seed=5)[0]]


def test_dates_that_are_made():
    questions, answers = date_formats.generate(4000, seed=1)
    assert all(read(q) == a for q, a in zip(questions, answers, strict=True))
    assert min(answers) >= "1970-01-01"
    assert max(answers) <= "2017-07-24"
    days = sum("," in q and q.count(",") == 2 for q in questions) / 4000
    capitals = sum(q.isupper() for q in questions) / 4000
    small = sum(q.islower() for q in questions) / 4000
    np.testing.assert_allclose([days, capitals, small], [1 / 4, 3 / 16, 3 / 16], atol=0.03)
    assert date_formats.generate(9, seed=2) == date_formats.generate(9, seed=2)
    with pytest.raises(DataError, match="`n` of at least 1"):
        date_formats.generate(0)


def test_a_tokenizer_of_characters_takes_them():
    questions, answers = addition.generate(100)
    tokenizer = od.tokenizers.CharacterTokenizer(start_token="[START]").train(questions + answers)
    x = tokenizer.encode_batch(questions, padding="pre")
    assert tokenizer.decode_batch(x) == questions
    assert tokenizer.vocabulary[3:] == list("+0123456789")


# -- series


def test_sine_waves():
    (x_train, y_train), (x_test, y_test) = sine_waves.load_data(samples=50, length=40, horizon=10, noise=0.0)
    assert (x_train.shape, y_train.shape, x_test.shape, y_test.shape) == (
        (40, 40, 1), (40, 10), (10, 40, 1), (10, 10),
    )  # fmt: skip
    assert x_train.dtype == y_train.dtype == np.float32
    t = np.linspace(0, 1, 50)
    for i in (0, 17, 39):
        whole = np.concatenate([x_train[i, :, 0], y_train[i]])
        # two frequencies within their bounds explain each series: the best fit over a grid leaves almost nothing
        grid = [(f1, f2) for f1 in np.linspace(1.5, 3, 61) for f2 in np.linspace(3, 6, 61)]
        left = min(remainder(t, whole, *pair) for pair in grid)
        assert left < 0.02
    noisy = sine_waves.load_data(samples=50, length=40, horizon=10, noise=0.1)[0][0]
    assert np.std(noisy - x_train) == pytest.approx(0.1, rel=0.1)
    assert (
        sine_waves.load_data(samples=9, seed=3)[0][0] == sine_waves.load_data(samples=9, seed=3)[0][0]
    ).all()
    for wrong in ({"samples": 0}, {"length": 0}, {"horizon": 0}, {"noise": -1}, {"test_split": 1}):
        with pytest.raises(DataError, match=next(iter(wrong))):
            sine_waves.load_data(**wrong)


def remainder(t, values, f1, f2):
    """The largest error of the best sum of two waves with these frequencies."""
    basis = np.stack([g(2 * np.pi * f * t) for f in (f1, f2) for g in (np.sin, np.cos)], axis=1)
    return np.abs(basis @ np.linalg.lstsq(basis, values, rcond=None)[0] - values).max()


def test_one_long_wave():
    x = sine_waves.series(100, periods=(25, 10), amplitudes=(1, 0.5), noise=0)
    t = np.arange(100)
    np.testing.assert_allclose(x, np.sin(2 * np.pi * t / 25) + 0.5 * np.sin(2 * np.pi * t / 10), atol=1e-6)
    assert x.dtype == np.float32
    assert np.std(sine_waves.series(2000, noise=0.3) - sine_waves.series(2000, noise=0)) == pytest.approx(
        0.3, rel=0.1
    )
    for wrong in ({"periods": (3, 0)}, {"periods": (3,), "amplitudes": (1, 2)}):
        with pytest.raises(DataError, match="periods above 0"):
            sine_waves.series(**wrong)


# The first and the last lines of the file, as SILSO describes its format.
SUNSPOTS = """1749;01;1749.042;  96.7; -1.0;   -1;1
1749;02;1749.123; 104.3; -1.0;   -1;1
1749;03;1749.204; 116.7; -1.0;   -1;1
1749;04;1749.288;  92.8; -1.0;   -1;0
"""


def test_sunspots(private_cache):
    private_cache.mkdir(parents=True)
    file = private_cache / "SN_m_tot_V2.0.csv"
    file.write_text(SUNSPOTS)
    months, numbers = sunspots.load_data()
    assert months.tolist() == [datetime.date(1749, m, 1) for m in (1, 2, 3, 4)]
    assert numbers.dtype == np.float32
    np.testing.assert_allclose(numbers, [96.7, 104.3, 116.7, 92.8], rtol=1e-6)
    lines = SUNSPOTS.splitlines()
    for wrong, words in (
        ("<html>not today</html>", "a line without 7 fields"),
        ("\n".join([lines[0], lines[2]]), "months that do not follow"),
        (SUNSPOTS.replace("104.3", "-1.0"), "not from 0 to 1000"),
        (SUNSPOTS.replace("104.3", "nan"), "not from 0 to 1000"),
        (SUNSPOTS.replace("104.3", "many"), "many"),
        (SUNSPOTS.replace("1749;02", "1749;14"), "1749-14"),
        (SUNSPOTS[:-8], "a line without 7 fields"),
        ("", "it is empty"),
    ):
        file.write_text(wrong)
        with pytest.raises(SavedFileError, match=words):
            sunspots.load_data()
        assert file.exists()  # it is the person's own


def test_sunspots_are_downloaded(site, monkeypatch, private_cache):
    monkeypatch.setattr(sunspots, "URL", site.url)
    site.content = b"<html>not today</html>"
    with pytest.raises(SavedFileError, match="it begins with '<html>not today"):
        sunspots.load_data()
    site.content = SUNSPOTS.encode()
    assert len(sunspots.load_data()[1]) == 4  # what came before has not stayed
    assert (private_cache / "SN_m_tot_V2.0.csv").is_file()
    (private_cache / "SN_m_tot_V2.0.csv").unlink()
    site.status = 404
    with pytest.raises(DataError, match=f"Expected to download {re.escape(site.url)}.*put it at"):
        sunspots.load_data()


# -- memory


def test_the_copy_task():
    x, y = copy_task.load_data(samples=300, delay=20, symbols=8, length=10, seed=1)
    assert x.shape == y.shape == (300, 40)
    assert x.dtype == y.dtype == np.int32
    assert (np.unique(x[:, :10]) == np.arange(8)).all()
    assert (x[:, 10:29] == 8).all()
    assert (x[:, 29] == 9).all()
    assert (x[:, 30:] == 8).all()
    assert (y[:, :30] == 8).all()
    assert (y[:, 30:] == x[:, :10]).all()
    assert (copy_task.load_data(5, seed=1)[0] == copy_task.load_data(5, seed=1)[0]).all()
    assert copy_task.load_data(2, delay=1, length=1)[0].shape == (2, 3)
    for name in ("samples", "delay", "symbols", "length"):
        with pytest.raises(DataError, match=f"`{name}` of at least 1"):
            copy_task.load_data(**{name: 0})


def test_the_adding_problem():
    x, y = adding_problem.load_data(samples=4000, length=21, seed=1)
    assert (x.shape, y.shape, x.dtype, y.dtype) == ((4000, 21, 2), (4000, 1), np.float32, np.float32)
    marks = x[..., 1]
    assert (marks[:, :10].sum(axis=1) == 1).all()
    assert (marks[:, 10:].sum(axis=1) == 1).all()
    assert marks.sum() == 8000
    for i in range(50):
        assert y[i, 0] == pytest.approx(sum(x[i, j, 0] for j in range(21) if marks[i, j]), rel=1e-6)
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.05)
    with pytest.raises(DataError, match="`length` of at least 2"):
        adding_problem.load_data(length=1)
