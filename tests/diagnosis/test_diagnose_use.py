"""How the doctor is called, what it prints, and what it refuses."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, NotFiniteError
from ondol.models.trainer import NotCompiledError


def blobs(n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    return (rng.normal(size=(n, 4)) + 2.0 * y[:, None]).astype("float32"), y


def classifier(optimizer: object = "adam", units: int = 8) -> od.Sequential:
    od.random.seed(0)
    model = od.Sequential(
        [
            od.Input((4,)),
            od.layers.Dense(units, "relu", name="hidden"),
            od.layers.Dense(1, "sigmoid", name="out"),
        ]
    )
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"], run_eagerly=True)
    return model


def test_without_diagnose_there_is_none() -> None:
    assert classifier().fit(*blobs(), verbose=0).diagnosis is None


def test_fit_prints_the_diagnosis_unless_silent(capsys: pytest.CaptureFixture) -> None:
    x, y = blobs()
    history = classifier().fit(x * 100, y, verbose=2, diagnose=True)
    printed = capsys.readouterr().out
    assert "inputs not scaled" in history.diagnosis.names
    assert "1. inputs not scaled" in printed
    assert "layers.Normalization()" in printed
    classifier().fit(x * 100, y, verbose=0, diagnose=True)
    assert capsys.readouterr().out == ""


def test_measurements_lie_at_powers_of_two_and_at_the_end() -> None:
    history = classifier().fit(*blobs(), epochs=11, verbose=0, diagnose=True)
    assert [m.epoch for m in history.diagnosis.measurements] == [0, 1, 2, 4, 8, 11]


def test_a_loss_that_is_not_finite_comes_with_its_diagnosis() -> None:
    x, y = blobs()
    model = classifier(od.optimizers.SGD(1e30))
    model.compile(od.optimizers.SGD(1e30), "mse", run_eagerly=True)
    with pytest.raises(NotFiniteError) as caught:
        model.fit(x, y.astype("float32"), epochs=5, verbose=0, diagnose=True)
    assert any("learning rate too high" in note for note in caught.value.__notes__)
    assert "learning rate too high" in model.history.diagnosis.names


def test_before_a_training_what_would_go_wrong_is_told() -> None:
    x, y = blobs()
    assert od.diagnose(classifier(), x, y).healthy
    found = od.diagnose(classifier(od.optimizers.SGD(1000.0)), x, y)
    assert found.names == ["learning rate too high"]
    assert found["learning rate too high"].remedy.startswith("Divide the learning rate by 10")
    with pytest.raises(KeyError, match="learning rate too high"):
        found["overfitting"]


def test_after_a_training_the_history_counts() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 4)).astype("float32"), rng.integers(0, 2, 40)
    model = classifier(od.optimizers.Adam(0.05), units=64)
    model.fit(x, y, epochs=60, verbose=0)
    held_out = rng.normal(size=(200, 4)).astype("float32"), rng.integers(0, 2, 200)
    diagnosis = od.diagnose(model, x, y, validation_data=held_out)
    assert "overfitting" in diagnosis.names
    assert "after 60 epochs" in str(diagnosis)


def test_what_it_shows() -> None:
    x, y = blobs()
    diagnosis = od.diagnose(classifier(), x * 100, y)
    head, rule, *rows = diagnosis.table().splitlines()
    assert head.split("  ")[0] == "layer"
    assert set(rule) == {"─"}
    assert [row.split()[0] for row in rows] == ["hidden", "out"]
    assert "% dead" in rows[0]
    page = diagnosis._repr_html_()
    assert "inputs not scaled" in page
    assert page.count("<table") == 2
    assert repr(diagnosis) == str(diagnosis)
    healthy = od.diagnose(classifier(), x, y)
    assert "nothing found" in str(healthy)
    assert "nothing found" in healthy._repr_html_()


def test_several_inputs_and_outputs() -> None:
    a, b = od.Input((3,), name="a"), od.Input((2,), name="b")
    hidden = od.layers.Dense(4, "relu")(od.layers.Concatenate()([a, b]))
    model = od.Model([a, b], [od.layers.Dense(1, name="p")(hidden), od.layers.Dense(2, name="q")(hidden)])
    model.compile("adam", ["mse", "mae"])
    rng = np.random.default_rng(0)
    x, y = (
        [rng.normal(size=(32, 3)), rng.normal(size=(32, 2))],
        [rng.normal(size=(32, 1)), rng.normal(size=(32, 2))],
    )
    history = model.fit(x, y, epochs=2, verbose=0, diagnose=True)
    assert {layer.type for layer in history.diagnosis.measurements[-1].layers} == {"Dense"}


def test_mixed_precision() -> None:
    x, y = blobs()
    od.random.seed(0)
    model = od.Sequential(
        [od.Input((4,)), od.layers.Dense(8, "relu", dtype="mixed_float16"), od.layers.Dense(1, "sigmoid")]
    )
    model.compile("adam", "binary_crossentropy")
    assert model.fit(x, y, epochs=3, verbose=0, diagnose=True).diagnosis.healthy


def test_what_it_refuses() -> None:
    x, y = blobs()
    with pytest.raises(NotCompiledError, match="diagnose"):
        od.diagnose(od.Sequential([od.Input((4,)), od.layers.Dense(1)]), x, y)
    with pytest.raises(DataError, match="diagnose"):
        classifier().fit(iter([(x, y)]), steps_per_epoch=1, verbose=0, diagnose=True)

    class Own(od.Model):
        def train_step(self, data: object) -> dict:
            return {}

        def call(self, x: object) -> object:
            return x

    own = Own()
    own.compile("adam", "mse")
    with pytest.raises(DataError, match="train_step of its own"):
        own.fit(x, y, verbose=0, diagnose=True)
