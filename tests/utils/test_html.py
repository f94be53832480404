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


def test_small_tensors_show_all_numbers():
    w = od.Variable([[1.5, -2.0], [0.25, 1e-7]], name="w")
    text = w._repr_html_()
    assert cells(text) == ["1.5", "-2", "0.25", "1e-07"]
    assert "<div>Variable w, shape (2, 2), float32, requires a gradient</div>" in text
    assert cells(od.tensor([True, False])._repr_html_()) == ["True", "False"]
    assert cells(od.tensor(np.arange(3))._repr_html_()) == ["0", "1", "2"]
    assert cells(od.ops.cast([1.5], "bfloat16")._repr_html_()) == ["1.5"]
    assert cells(od.tensor(2.5)._repr_html_()) == ["2.5"]


def test_a_tensor_names_the_rule_that_made_it():
    w = od.Variable([[1.0, 2.0], [3.0, 4.0]])
    text = (w @ w)._repr_html_()
    assert cells(text) == ["7", "10", "15", "22"]
    assert "made by MatMul: Y = X W;" in text
    assert "made by" not in od.tensor([1.0])._repr_html_()
    named = od.Variable(1.0, name="<w>")._repr_html_()
    assert "&lt;w&gt;" in named
    assert "<w>" not in named


def test_large_tensors_show_a_summary():
    values = np.arange(300.0).reshape(3, 10, 10)
    values[0, 0, 1] = np.nan
    values[2, 9, 9] = np.inf
    found = cells(od.tensor(values)._repr_html_())
    expected = values[np.isfinite(values)]
    assert found == [
        *["elements", "300", "min", "0", "mean", f"{expected.mean():.5g}", "max", "298"],
        *["NaN or infinite", "2", "first", "0, nan, 2, 3, 4, 5, ..."],
    ]
    assert cells(od.ops.zeros((0, 3))._repr_html_()) == ["elements", "0"]
    nothing = cells(od.tensor(np.full(50, np.nan))._repr_html_())
    assert nothing[:4] == ["elements", "50", "NaN or infinite", "50"]


def test_what_has_no_value_is_left_to_its_text():
    assert od.Input((3,))._repr_html_() is None
    seen = []
    od.function(lambda x: seen.append(x._repr_html_()) or x + x)(od.tensor([1.0]))
    assert seen[0] is None
