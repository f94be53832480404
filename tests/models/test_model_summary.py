"""summary(): the table as text."""

import numpy as np
import pytest

import ondol as od

L = od.layers


def lines(model, **kwargs):
    printed = []
    model.summary(print_fn=printed.append, **kwargs)
    return printed


def rows(model):
    """Name, class, shape and number of parameters of each layer."""
    table = lines(model)[4:]
    table = table[: next(i for i, line in enumerate(table) if line.startswith("─"))]
    return [tuple(part.strip() for part in line.split("  ") if part.strip()) for line in table]


def test_a_sequential_model():
    model = od.Sequential(
        [od.Input((28, 28)), L.Flatten(name="flat"), L.Dense(1000, name="out")], name="mnist"
    )
    assert lines(model)[0] == 'Model: "mnist"'
    assert rows(model) == [("flat (Flatten)", "(None, 784)", "0"), ("out (Dense)", "(None, 1000)", "785,000")]
    assert lines(model)[-3:] == [
        "Total params: 785,000 (2.99 MB)",
        "Trainable params: 785,000",
        "Non-trainable params: 0",
    ]


def test_frozen_layers_and_bytes():
    model = od.Sequential([od.Input((4,)), L.Dense(3, trainable=False), L.Dense(2)])
    assert lines(model)[-3:] == ["Total params: 23 (92 B)", "Trainable params: 8", "Non-trainable params: 15"]
    wide = od.Sequential([od.Input((4,)), L.Dense(3, dtype="float64")])
    assert "Total params: 15 (120 B)" in lines(wide)


def test_nested_models_and_several_outputs():
    a = od.Input((4,))
    inner = od.Sequential([od.Input((4,)), L.Dense(3)], name="inner")

    class Both(L.Layer):
        def call(self, inputs):
            return [inputs, inputs[:, :1]]

    model = od.Model(a, Both(name="both")(inner(a)))
    assert rows(model) == [
        ("inner (Sequential)", "(None, 3)", "15"),
        ("both (Both)", "(None, 3), (None, 1)", "0"),
    ]


def test_a_subclassed_model_after_one_call():
    class Net(od.Model):
        def __init__(self):
            super().__init__(name="net")
            self.first, self.unused = L.Dense(3, name="first"), L.Dense(2, name="unused")

        def call(self, inputs):
            return self.first(inputs)

    model = Net()
    with pytest.raises(ValueError, match=r"'net', which is not built yet.*call it once on data"):
        model.summary()
    model(np.zeros((2, 4)))
    assert rows(model) == [("first (Dense)", "(None, 3)", "15"), ("unused (Dense)", "?", "0")]


def test_summary_prints_and_takes_a_width(capsys):
    model = od.Sequential([od.Input((4,)), L.Dense(3)])
    model.summary()
    assert "Total params: 15" in capsys.readouterr().out
    assert {len(line) for line in lines(model, line_length=90)[1:5]} == {90}
