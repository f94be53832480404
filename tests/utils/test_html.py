"""What notebooks show: the same numbers as the text, safely escaped."""

import re

import numpy as np

import ondol as od
from ondol.utils import html


def cells(text):
    return re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", text)


def test_a_table_is_escaped_and_aligned():
    text = html.table(["name", "value"], [["a < b", "1"]], "x & y")
    assert cells(text) == ["name", "value", "a &lt; b", "1"]
    assert "x &amp; y" in text
    assert text.count("text-align: right") == 1


def test_a_model_shows_its_summary():
    model = od.Sequential([od.Input((3,)), od.layers.Dense(2, name="out")], name="<net>")
    text = model._repr_html_()
    assert cells(text)[3:] == ["out (Dense)", "(None, 2)", "8"]
    assert "Total params: 8 (32 B)" in text
    assert "&lt;net&gt;" in text
    assert "not built" in od.Sequential([od.layers.Dense(2)])._repr_html_()


def test_a_history_shows_first_best_and_last():
    history = od.callbacks.History()
    history.epoch = [0, 1, 2]
    history.history = {"loss": [3.0, 1.0, 2.0], "accuracy": [0.25, 0.75, 0.5]}
    assert cells(history._repr_html_())[4:] == [
        *["loss", "3", "1 (epoch 2)", "2"],
        *["accuracy", "0.25", "0.75 (epoch 2)", "0.5"],
    ]


def test_a_step_shows_its_table():
    model = od.Sequential([od.Input((3,)), od.layers.Dense(1, name="out")])
    model.compile("sgd", "mse")
    step = model.trace(np.ones((2, 3)), np.zeros((2, 1)))
    found = cells(step._repr_html_())
    assert found[6::6] == ["out (Dense)", "  kernel", "  bias"]
    for cell in found[:12]:
        assert cell in step.table()
