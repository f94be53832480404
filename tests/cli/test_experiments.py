"""The built-in experiments reach what they promise."""

import numpy as np
import pytest

import ondol as od
from ondol import experiments
from ondol.errors import UnknownNameError

LEAST_ACCURACY = [
    ("iris", 0.9),
    ("moons", 0.97),
    pytest.param("wine", 0.94, marks=pytest.mark.slow),
    pytest.param("breast-cancer", 0.94, marks=pytest.mark.slow),
    pytest.param("spiral", 0.95, marks=pytest.mark.slow),
    pytest.param("circles", 0.97, marks=pytest.mark.slow),
]


SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 10))]


@pytest.mark.parametrize("seed", SEEDS)
def test_digits_are_read_with_every_seed(seed):
    assert experiments.train(experiments.get("digits"), seed=seed).accuracy > 0.97


@pytest.mark.parametrize(("name", "least"), LEAST_ACCURACY)
def test_accuracy_on_new_data(name, least):
    assert experiments.train(experiments.get(name), seed=0).accuracy >= least


@pytest.mark.parametrize("gate", ["and", "or", "nand", "xor"])
def test_gates_are_learnt_with_every_seed(gate):
    for seed in range(3):
        result = experiments.train(experiments.get(gate), seed=seed)
        _, y = od.datasets.truth_table(gate)
        np.testing.assert_allclose(result.y_pred, y, atol=0.2)


def test_models_take_what_load_gives_and_carry_the_name():
    for experiment in experiments.EXPERIMENTS.values():
        if experiment.download:
            continue
        (x_train, y_train), (x_test, y_test) = experiment.load()
        model = experiment.build(x_train)
        assert model.name == experiment.name
        output = model.predict(x_test[:2])
        if experiment.kind == "forecast":
            assert output.shape == y_test[:2].shape
            continue
        assert output.shape == (2, model.output_shape[-1])
        assert len(experiment.class_names) in (model.output_shape[-1], 2)
        assert len(x_train) == len(y_train)
        assert len(x_test) == len(y_test)


def test_eager_and_compiled_trainings_agree():
    compiled, eager = (
        experiments.train(experiments.get("digits"), epochs=1, seed=3, eagerly=eagerly)
        for eagerly in (False, True)
    )
    np.testing.assert_allclose(compiled.y_pred, eager.y_pred, atol=1e-5)


def test_names_in_other_spellings():
    assert experiments.get("Breast_Cancer").name == "breast-cancer"
    with pytest.raises(UnknownNameError, match="spiral"):
        experiments.get("spirals")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mnist", "boston"])
def test_downloaded_data(name, shared_datasets):
    experiment = experiments.get(name)
    shared_datasets(f"{'boston_housing' if name == 'boston' else name}.npz")
    result = experiments.train(experiment, seed=0)
    if name == "mnist":
        assert result.accuracy > 0.975
    else:
        assert result.metrics["mean_absolute_error"] < 3.2  # thousand dollars
