"""trainable: frozen weights stand still, whenever they were frozen, compiled and eagerly."""

import numpy as np
import pytest

import ondol as od

L = od.layers
rng = np.random.default_rng(0)
X = rng.normal(size=(8, 4)).astype("float32")
Y = rng.normal(size=(8, 1)).astype("float32")


def network(eager, optimizer="sgd", **first):
    model = od.Sequential([od.Input((4,)), L.Dense(3, activation="tanh", **first), L.Dense(1)])
    model.compile(optimizer, "mse", run_eagerly=eager)
    return model


def moved(model):
    """Which weights a fit, and which a train_on_batch, changes."""
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    between = model.get_weights()
    model.train_on_batch(X, Y)
    after = model.get_weights()
    fit = [bool(np.any(a != b)) for a, b in zip(before, between, strict=True)]
    assert fit == [bool(np.any(a != b)) for a, b in zip(between, after, strict=True)]
    return fit


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def test_frozen_by_argument(eager):
    assert moved(network(eager, trainable=False)) == [False, False, True, True]


def test_frozen_and_thawed_between_trainings(eager):
    model = network(eager, "adam")
    assert moved(model) == [True] * 4
    model.layers[0].trainable = False
    assert moved(model) == [False, False, True, True]
    model.layers[0].trainable = True
    assert moved(model) == [True] * 4
    model.trainable = False
    assert moved(model) == [False] * 4


def test_a_single_weight(eager):
    model = network(eager)
    model.layers[0].kernel.trainable = False
    assert moved(model) == [False, True, True, True]


def test_thawing_what_the_optimizer_has_not_seen_asks_to_compile_again(eager):
    model = network(eager, "adam", trainable=False)
    model.fit(X, Y, verbose=0)
    model.layers[0].trainable = True
    with pytest.raises(ValueError, match="compile the model again"):
        model.fit(X, Y, verbose=0)
    model.compile("adam", "mse", run_eagerly=eager)
    assert moved(model) == [True] * 4


def test_a_frozen_model_inside_another_one(eager):
    base = od.Sequential([od.Input((4,)), L.Dense(3)])
    base.trainable = False
    model = od.Sequential([base, L.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=eager)
    assert moved(model) == [False, False, True, True]


def test_going_back_and_forth_compiles_each_form_once():
    model = network(eager=False)
    for trainable in (True, False):
        model.layers[0].trainable = trainable
        model.fit(X, Y, verbose=0)
    before = od.compilations.count
    for trainable in (True, False, True):
        model.layers[0].trainable = trainable
        model.fit(X, Y, verbose=0)
    assert od.compilations.count == before
