"""Layers within layers: which weights are found, in which order, what they are called, and freezing them."""

import copy

import numpy as np
import pytest

import ondol as od

L = od.layers


class Tower(L.Layer):
    """Layers in an attribute, a list, a dict, and nested lists of them."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = L.Dense(2, name="first")
        self.stack = [L.Dense(2, name="s0"), [L.Dense(2, name="s1")]]
        self.branches = {"left": L.Dense(2, name="left"), "right": (L.Dense(2, name="right"),)}

    def call(self, inputs):
        x = self.first(inputs)
        x = self.stack[0](x) + self.stack[1][0](x)
        return self.branches["left"](x) * self.branches["right"][0](x)


class Scale(L.Layer):
    """Weights of its own besides a layer, and one that does not train, made before one that does."""

    def build(self, input_shape):
        self.inner = L.Dense(3, name="inner")
        self.steps = self.add_weight(
            shape=(), dtype="int32", initializer="zeros", trainable=False, name="steps"
        )
        self.scale = self.add_weight(shape=(3,), initializer="ones", name="scale")

    def call(self, inputs):
        return self.inner(inputs) * self.scale


def paths(variables):
    return [v.path for v in variables]


def test_layers_are_found_in_lists_and_dicts():
    tower = Tower()
    tower(np.ones((1, 3), "float32"))
    names = ("first", "s0", "s1", "left", "right")
    assert paths(tower.weights) == [f"{name}/{kind}" for name in names for kind in ("kernel", "bias")]
    assert tower.count_params() == (3 * 2 + 2) + 4 * (2 * 2 + 2)


def test_a_layer_that_is_used_twice_is_counted_once():
    tower = Tower()
    tower.again = tower.first
    tower(np.ones((1, 3), "float32"))
    assert len(tower.weights) == 10


def test_own_weights_come_first_and_trainable_ones_before_others():
    layer = Scale(name="scaled")
    layer(np.ones((1, 2), "float32"))
    assert paths(layer.weights) == ["scaled/scale", "scaled/steps", "inner/kernel", "inner/bias"]
    assert paths(layer.trainable_weights) == ["scaled/scale", "inner/kernel", "inner/bias"]
    assert paths(layer.non_trainable_weights) == ["scaled/steps"]
    assert [w.shape for w in layer.get_weights()] == [(3,), (), (2, 3), (3,)]


def test_a_weight_that_is_kept_in_no_attribute_is_found():
    class Hidden(L.Layer):
        def build(self, input_shape):
            self.get = [self.add_weight(shape=(2,), name="w")].__getitem__

        def call(self, inputs):
            return inputs * self.get(0)

    layer = Hidden()
    layer(np.ones((1, 2), "float32"))
    assert [v.name for v in layer.weights] == ["w"]


def test_random_states_are_state_but_not_weights():
    layer = L.Dropout(0.5, seed=1)
    layer(np.ones((1, 2), "float32"))
    assert layer.weights == []
    assert [v.dtype.name for v in layer.variables] == ["uint32"]


def test_freezing_holds_for_layers_within_and_thawing_keeps_what_never_trained():
    layer = Scale()
    layer(np.ones((1, 2), "float32"))
    layer.trainable = False
    assert layer.trainable_weights == []
    assert not layer.inner.trainable
    assert len(layer.non_trainable_weights) == 4
    layer.trainable = True
    assert [v.name for v in layer.trainable_weights] == ["scale", "kernel", "bias"]


def test_freezing_before_building():
    layer = L.Dense(2, trainable=False)
    layer(np.ones((1, 2), "float32"))
    assert layer.trainable_weights == []
    assert len(layer.weights) == 2


def test_frozen_weights_get_no_gradient():
    layer = L.Dense(1, kernel_initializer="ones")
    x = np.array([[1.0, 2.0]], "float32")
    layer(x)
    layer.trainable = False
    assert not layer(x).requires_grad
    layer.trainable = True
    np.testing.assert_array_equal(od.gradients(layer(x).sum(), layer.kernel).numpy(), [[1.0], [2.0]])


def test_a_wrapper_owns_its_copy_and_not_the_layer_it_was_given():
    class Twice(L.Layer):
        def __init__(self, layer, **kwargs):
            super().__init__(**kwargs)
            self.copies = [
                type(layer).from_config({**layer.get_config(), "name": f"copy_{i}"}) for i in range(2)
            ]

        def call(self, inputs):
            return self.copies[0](inputs) + self.copies[1](inputs)

    given = L.Dense(2, name="given")
    given(np.ones((1, 2), "float32"))
    layer = Twice(given)
    layer(np.ones((1, 3), "float32"))
    assert paths(layer.weights) == ["copy_0/kernel", "copy_0/bias", "copy_1/kernel", "copy_1/bias"]


def test_set_weights_refuses_other_shapes_and_changes_nothing():
    layer = L.Dense(2, name="exact")
    layer(np.ones((1, 3), "float32"))
    before = layer.get_weights()
    with pytest.raises(ValueError, match=r"'exact' expected exact/kernel \(3, 2\), exact/bias \(2,\)"):
        layer.set_weights([np.zeros((3, 2)), np.zeros(3)])
    with pytest.raises(ValueError, match="Received: shapes"):
        layer.set_weights([np.zeros((3, 2))])
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_get_weights_are_copies():
    layer = L.Dense(2)
    layer(np.ones((1, 3), "float32"))
    layer.get_weights()[0][:] = 7
    assert not (layer.kernel.numpy() == 7).any()


def test_a_deep_copy_has_weights_of_its_own():
    layer = L.Dense(2)
    layer(np.ones((1, 3), "float32"))
    layer.trainable = False
    other = copy.deepcopy(layer)
    np.testing.assert_array_equal(other.kernel.numpy(), layer.kernel.numpy())
    other.kernel.assign(np.zeros((3, 2)))
    assert np.abs(layer.kernel.numpy()).max() > 0
    other.trainable = True
    assert len(other.trainable_weights) == 2


def test_automatic_names_count_up_and_given_ones_stay():
    a, b = L.LeakyReLU(), L.LeakyReLU()
    assert a.name.startswith("leaky_re_lu")
    assert a.name != b.name
    assert L.Dense(1, name="mine").name == "mine"


def test_layers_that_are_made_in_build_are_frozen_with_the_layer():
    x = od.ones((2, 3, 4))
    for layer in (
        od.layers.MultiHeadAttention(2, 4, trainable=False),
        od.layers.Bidirectional(od.layers.LSTM(3), trainable=False),
    ):
        layer(x, x) if isinstance(layer, od.layers.MultiHeadAttention) else layer(x)
        assert layer.weights
        assert layer.trainable_weights == []
        layer.trainable = True
        assert len(layer.trainable_weights) == len(layer.weights)


def test_a_model_that_is_frozen_before_its_weights_are_made():
    model = od.applications.GPT(5, 8, 1, 1, 4)
    model.trainable = False
    for each in (model, od.applications.GPT.from_config(model.get_config())):
        each([[1, 2]])
        assert each.weights
        assert each.trainable_weights == []
