"""The bar in a notebook: one output whose content changes, through IPython's display and nothing else."""

import re
import sys
import types

import numpy as np
import pytest

import ondol as od
from ondol.callbacks.bars import NotebookBar, TerminalBar, bar_for_output, in_notebook


class ZMQInteractiveShell:
    """What a kernel of Jupyter runs in, by its name."""


class ColabShell(ZMQInteractiveShell):
    pass


class TerminalInteractiveShell:
    """What `ipython` runs in."""


class Notebook:
    """An IPython whose cell has outputs: stdout's text, and displays by their id."""

    def __init__(self, shell):
        self.shell, self.displays = shell, []
        self.module = types.ModuleType("IPython")
        self.module.get_ipython = lambda: self.shell
        self.module.display = types.ModuleType("IPython.display")
        self.module.display.display = self.display

    def display(self, forms, raw=False, display_id=None):
        assert raw
        assert display_id is True
        history = [forms]
        self.displays.append(history)

        def update(forms, raw=False):
            assert raw
            history.append(forms)

        return types.SimpleNamespace(update=update)


@pytest.fixture
def notebook(monkeypatch):
    def make(shell):
        made = Notebook(shell)
        monkeypatch.setitem(sys.modules, "IPython", made.module)
        monkeypatch.setitem(sys.modules, "IPython.display", made.module.display)
        return made

    return make


@pytest.fixture
def slow_clock(monkeypatch):
    clock = iter(float(i) for i in range(10**6))
    monkeypatch.setattr("ondol.callbacks.progress.time.perf_counter", lambda: next(clock))


def train(**arguments):
    model = od.Sequential([od.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    return model.fit(np.ones((22, 2)), np.ones((22, 1)), batch_size=1, epochs=2, **arguments)


def test_where_a_notebook_is_recognized(notebook, monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
    assert "IPython" not in sys.modules  # looking does not import it
    for shell, expected in (
        (ZMQInteractiveShell(), True),
        (ColabShell(), True),
        (TerminalInteractiveShell(), False),
        (None, False),
    ):
        notebook(shell)
        assert in_notebook() is expected
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))  # half loaded
    assert not in_notebook()


def test_the_bar_suits_the_output(notebook, monkeypatch):
    notebook(None)
    assert bar_for_output() is None
    notebook(ZMQInteractiveShell())
    assert isinstance(bar_for_output(), NotebookBar)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert isinstance(bar_for_output(), TerminalBar)


def test_a_bar_moves_in_a_notebook_and_the_lines_stay(notebook, slow_clock, capsys):
    cell = notebook(ZMQInteractiveShell())
    history = train(verbose=1)
    (bar,) = cell.displays  # one for both epochs
    texts = [forms["text/plain"] for forms in bar]
    assert texts[0].startswith("Epoch 1/2  ━")
    assert any(text.startswith("Epoch 2/2  ━") for text in texts)
    for forms in bar[:-1]:
        done = int(re.search(r"(\d+)/22  loss", forms["text/plain"]).group(1))
        assert forms["text/plain"].count("━") == 24 * done // 22
        assert f"<progress value='{done}' max='22'" in forms["text/html"]
        assert f"{done}/22  loss" in forms["text/html"]
    assert bar[-1] == {"text/plain": "", "text/html": ""}
    lines = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in lines] == ["Epoch 1/2", "Epoch 2/2"]
    for line, loss in zip(lines, history.history["loss"], strict=True):
        assert f"loss {loss:.4f}" in line


def test_no_bar_for_verbose_2_or_quick_epochs(notebook, capsys):
    cell = notebook(ZMQInteractiveShell())
    train(verbose=2)
    train(verbose=0)
    assert cell.displays == []
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_the_bar_goes_away_when_training_fails(notebook, slow_clock):
    cell = notebook(ZMQInteractiveShell())

    class Stop(od.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        train(verbose=1, callbacks=[Stop()])
    assert cell.displays[0][-1] == {"text/plain": "", "text/html": ""}
