"""What fit prints where the output is no terminal, and the bar where it is one."""

import io
import re

import pytest
from numpy_network import X, Y, network

import ondol as od

LINE = r"Epoch {}/{}\s+[\d.]+ (ms|s)\s+loss \d\.\d{{4}}\s+mae \d\.\d{{4}}"


@pytest.fixture(scope="module")
def model():
    return network(run_eagerly=True)


def printed(capsys, model, **kwargs):
    model.fit(X, Y, batch_size=8, epochs=3, **kwargs)
    return capsys.readouterr().out.splitlines()


def test_silence(capsys, model):
    assert printed(capsys, model, verbose=0) == []
    assert printed(capsys, model, verbose=False) == []


@pytest.mark.parametrize("verbose", [1, 2, "auto", True])
def test_a_line_for_each_epoch(capsys, model, verbose):
    lines = printed(capsys, model, verbose=verbose)
    assert len(lines) == 3
    for i, line in enumerate(lines):
        assert re.fullmatch(LINE.format(i + 1, 3), line.strip()), line


def test_validation_is_part_of_the_line(capsys, model):
    lines = printed(capsys, model, verbose=2, validation_data=(X, Y))
    assert all(re.search(r"val_loss \d\.\d{4}\s+val_mae \d\.\d{4}$", line.strip()) for line in lines)


def test_the_lines_show_the_history(capsys, model):
    history = model.fit(X, Y, epochs=2, verbose=2).history
    lines = capsys.readouterr().out.splitlines()
    assert [f"loss {value:.4f}" in line for value, line in zip(history["loss"], lines, strict=True)] == [
        True
    ] * 2


def test_epochs_that_go_on_are_numbered_on(capsys, model):
    model.fit(X, Y, epochs=12, initial_epoch=10, verbose=2)
    assert [line[:11] for line in capsys.readouterr().out.splitlines()] == ["Epoch 11/12", "Epoch 12/12"]


def test_very_small_and_very_large_numbers(capsys):
    model = od.Sequential([od.Input((4,)), od.layers.Dense(2, kernel_initializer="zeros")])
    model.compile(od.optimizers.SGD(0.0), lambda y, p: od.mean(p, axis=-1) + y[:, 0])
    for value, text in (
        (1e-7, "loss 1.000e-07"),
        (3e7, "loss 3.000e+07"),
        (0.0, "loss 0.0000"),
        (-2.0, "loss -2.0000"),
    ):
        model.fit(X, [[value, 0.0]] * 22, verbose=2)
        assert text in capsys.readouterr().out


def test_a_bar_on_a_terminal(monkeypatch):
    """It moves while the epoch lasts, and leaves the line behind."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    clock = iter(float(i) for i in range(10**6))
    monkeypatch.setattr("ondol.callbacks.progress.time.perf_counter", lambda: next(clock))
    for name, value in (("TERM", "xterm"), ("COLUMNS", "120")):
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    network(run_eagerly=True).fit(X, Y, batch_size=1, epochs=2, verbose=1)
    text = terminal.getvalue()
    assert "Epoch 1/2" in text
    assert re.search(r"\d+/22", text)
    assert len(re.findall(r"Epoch \d/2  .*loss \d\.\d{4}  mae \d\.\d{4}\n", text)) == 2


def test_evaluate_and_predict_are_quiet(capsys, model):
    model.evaluate(X, Y)
    model.predict(X)
    assert capsys.readouterr().out == ""
