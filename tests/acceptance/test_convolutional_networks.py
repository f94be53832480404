"""Convolutional networks reach what their papers and tutorials say. Needs the data sets in ONDOL_DATASETS."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

import ondol as od
from ondol import experiments
from ondol.datasets import mnist

pytestmark = pytest.mark.slow


def needs(*names):
    """Skip unless one of these files is there."""
    folder = os.environ.get("ONDOL_DATASETS")
    found = folder and any((Path(folder) / name).is_file() for name in names)
    return pytest.mark.skipif(not found, reason=f"set ONDOL_DATASETS to a folder with {' or '.join(names)}")


def trained(experiment, **options):
    result = experiments.train(experiment, seed=0, verbose=2, **options)
    print(f"{experiment.name}: test accuracy {result.accuracy:.4f} after {result.seconds:.0f} s")
    return result


@needs("mnist.npz")
def test_six_and_twelve_filters_read_98_of_100_after_5_epochs():
    result = trained(experiments.get("cnn-mnist"))
    assert len(result.history.epoch) == 5
    assert result.accuracy >= 0.983


@needs("mnist.npz")
def test_lenet_of_today_is_wrong_less_than_9_times_in_1000():
    """The paper has 0.95% without distorted images and 0.8% with them."""
    result = trained(experiments.get("lenet-mnist"))
    assert len(result.history.epoch) == 20
    assert result.accuracy >= 0.991


@needs("mnist.npz")
def test_lenet_of_1998():
    """With its own layers and codes. The paper has 0.95% after 20 passes with second-order steps; Adam gets to 2.2%."""

    def build(x_train):
        return od.Sequential(
            [
                od.Input(shape=(28, 28)),
                od.layers.Rescaling(1 / 255),
                od.layers.Reshape((28, 28, 1)),
                od.applications.LeNet5_1998(input_shape=(28, 28, 1)),
            ]
        )

    plain = replace(experiments.get("lenet-mnist"), name="lenet-1998", load=mnist.load_data, build=build)
    assert trained(plain, epochs=10).accuracy >= 0.975


@needs("cifar10_sample.npz")
def test_resnet20_on_the_sample_of_cifar10(tmp_path):
    data = od.datasets.cifar10_sample.load_data()
    result = trained(experiments.get("resnet20-cifar10"), data=data)
    od.plot.learning_curves(result.history).savefig(tmp_path / "learning_curves.png")
    assert (tmp_path / "learning_curves.png").stat().st_size > 10_000
    assert len(result.history.epoch) == 30
    assert result.accuracy > 0.75
