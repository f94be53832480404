"""What a terminal shows, and that long things are neither cut nor wrapped elsewhere."""

import os
import subprocess
import sys

import pytest

from ondol.cli import screen
from ondol.cli.progress import TrainingProgress, progress_line


def test_plain_tables_align_wide_letters(capsys):
    screen.table(["name", "x"], [["숫자", "1"], ["a" * 120, "2"]])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "숫자" + " " * 118 + "1"  # a Korean letter is two columns wide
    assert lines[2] == "a" * 120 + "  2"


def test_plain_progress_is_about_ten_lines(capsys):
    progress = TrainingProgress()
    progress.set_params({"epochs": 100})
    progress.on_train_begin()
    for epoch in range(100):
        progress.on_epoch_end(epoch, {"loss": 1 / (epoch + 1)})
    progress.on_train_end()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "epoch   1/100  loss 1.0000"
    assert lines[-1] == "epoch 100/100  loss 0.0100"
    assert len(lines) == 11


def test_progress_line_puts_validation_beside_training():
    logs = {"loss": 0.5, "mean_absolute_error": 2.0, "val_loss": 0.7, "val_mean_absolute_error": 2.5}
    assert progress_line(logs) == "loss 0.5000  mean absolute error 2.000, validation 2.500"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_there_is_a_bar(tmp_path):
    import pty

    terminal, inside = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "ondol",
        "train",
        "iris",
        "--eager",
        "--epochs",
        "3",
        "--out",
        str(tmp_path / "out"),
    ]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside, env=environment)
    os.close(inside)
    text = _read_to_the_end(terminal).decode()
    assert process.wait() == 0, text
    assert "epoch 3/3" in text
    assert "\x1b[" in text
    assert "━" in text
    assert "test accuracy" in text


def _read_to_the_end(terminal):
    shown = b""
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other side has closed
            chunk = b""
        if not chunk:
            os.close(terminal)
            return shown
        shown += chunk
