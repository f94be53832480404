"""Layers of one's own, written as Keras' documentation writes them."""

import json

import numpy as np
import pytest

import ondol as od
from ondol.layers import Layer


@od.utils.register_serializable("LayerTests")
class Linear(Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
        )
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return od.ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


@od.utils.register_serializable("LayerTests")
class Bare(Layer):
    """Neither **kwargs nor get_config."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor


@od.utils.register_serializable("LayerTests")
class Wrapper(Layer):
    def __init__(self, layer, options=None, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer
        self.options = options

    def call(self, inputs):
        return self.layer(inputs)


def again(layer):
    return od.layers.deserialize(json.loads(json.dumps(od.layers.serialize(layer))))


def test_weights_are_made_at_the_first_call():
    layer = Linear(4)
    assert not layer.built
    assert layer.weights == []
    y = layer(np.ones((2, 3), "float32"))
    assert layer.built
    w, b = layer.get_weights()
    np.testing.assert_allclose(y.numpy(), np.ones((2, 3)) @ w + b, rtol=1e-6)


def test_a_config_of_ones_own():
    layer = again(Linear(4, name="straight", trainable=False, dtype="float64"))
    assert (layer.units, layer.name, layer.trainable, layer.dtype) == (4, "straight", False, "float64")


def test_a_class_without_kwargs_and_get_config():
    layer = Bare(3)
    layer.trainable = False
    layer.name = "by_three"
    other = again(layer)
    assert (other.factor, other.name, other.trainable) == (3, "by_three", False)


def test_layers_among_the_arguments():
    other = again(Wrapper(Linear(2, name="inside"), options={"also": [od.layers.ReLU(max_value=3.0)]}))
    assert (other.layer.name, other.layer.units) == ("inside", 2)
    assert other.options["also"][0].max_value == 3.0


def test_an_unregistered_class_is_unknown_without_custom_objects():
    class Secret(Layer):
        def call(self, inputs):
            return -inputs

    form = od.layers.serialize(Secret())
    with pytest.raises(ValueError, match="Secret"):
        od.layers.deserialize(form)
    made = od.layers.deserialize(form, custom_objects={"Secret": Secret})
    assert made([1.0]).tolist() == [-1.0]


def test_building_by_hand_builds_once():
    layer = Linear(4)
    layer.build((None, 3))
    assert layer.built
    layer(np.ones((2, 3), "float32"))
    assert len(layer.weights) == 2


def test_build_may_call_super():
    class Polite(Linear):
        def build(self, input_shape):
            super().build(input_shape)
            self.extra = self.add_weight(shape=(), initializer="ones")
            self.built = True

    layer = Polite(2)
    layer(np.ones((1, 3), "float32"))
    assert [v.shape for v in layer.weights] == [(3, 2), (2,), ()]


def test_a_forgotten_super_init_is_said():
    class Forgetful(Layer):
        def __init__(self):
            self.units = 3

        def call(self, inputs):
            return inputs

    with pytest.raises(TypeError, match=r"Forgetful.__init__ must call super\(\).__init__"):
        Forgetful()(np.ones((1, 2)))


def test_an_unknown_argument_names_the_known_ones():
    with pytest.raises(TypeError, match=r"Dense.*'unit'.*units"):
        od.layers.Dense(3, unit=4)


class Attend(Layer):
    """build(query_shape, value_shape) for call(query, value)."""

    def build(self, query_shape, value_shape):
        self.shapes = query_shape, value_shape
        self.w = self.add_weight(shape=(query_shape[-1], value_shape[-1]), initializer="ones")

    def call(self, query, value):
        return od.ops.matmul(query, self.w) * value


def test_build_with_a_shape_for_each_input():
    layer = Attend()
    y = layer(np.ones((2, 3), "float32"), value=np.full((2, 4), 2.0, "float32"))
    assert layer.shapes == ((2, 3), (2, 4))
    np.testing.assert_array_equal(y.numpy(), np.full((2, 4), 6.0))


def test_inputs_given_by_keyword():
    layer = Linear(4)
    assert layer(inputs=np.ones((2, 3))).shape == (2, 4)
    assert layer(inputs=np.ones((2, 3))).dtype == "float32"


def test_training_reaches_layers_within_without_being_passed_on():
    class Outer(Layer):
        def __init__(self):
            super().__init__()
            self.drop = od.layers.Dropout(0.9, seed=0)

        def call(self, inputs):
            return self.drop(inputs)

    layer = Outer()
    x = np.ones((1, 100), "float32")
    assert (layer(x).numpy() == 1).all()
    assert (layer(x, training=True).numpy() == 0).sum() > 50
    assert (layer(x, training=False).numpy() == 1).all()


def test_outputs_in_a_dict():
    class Both(Layer):
        def call(self, inputs):
            return {"sum": inputs.sum(axis=-1), "pair": (inputs, -inputs)}

    y = Both()(np.ones((2, 3), "float32"))
    np.testing.assert_array_equal(y["sum"].numpy(), [3.0, 3.0])
    assert Both().compute_output_shape((None, 3)) == {"sum": (None,), "pair": ((None, 3), (None, 3))}
    symbols = Both()(od.layers.Input((3,)))
    assert symbols["sum"].shape == (None,)


def test_an_error_says_in_which_layer_it_happened():
    class Outer(Layer):
        def __init__(self):
            super().__init__(name="outer")
            self.inner = od.layers.Dense(2, name="inner")

        def call(self, inputs):
            return self.inner(inputs)

    layer = Outer()
    layer(np.ones((1, 3), "float32"))
    with pytest.raises(ValueError, match="inner") as caught:
        layer(np.ones((1, 4), "float32"))
    assert caught.value.__notes__ == ["in layer 'inner' (Dense), called with inputs of shape (1, 4)"]


def test_symbols_in_a_list_and_abstract_shapes():
    a, b = od.layers.Input((3,)), od.layers.Input((2,))
    y = od.layers.Concatenate()([a, b])
    assert y.shape == (None, 5)
    assert y.node.inputs == [a, b]
    assert a.node is None
    assert od.layers.Dense(4)(od.layers.Input((None, 3))).shape == (None, None, 4)
    assert od.layers.Flatten().compute_output_shape((7, 2, 3)) == (7, 6)
    assert od.layers.Reshape((-1, 2))(od.layers.Input((None, 4))).shape == (None, None, 2)


def test_layers_may_be_built_while_a_function_is_compiled():
    layer = od.Sequential([Linear(4), od.layers.Dropout(0.5, seed=1), od.layers.Dense(2)])
    x = np.ones((2, 3), "float32")
    y = od.function(lambda inputs: layer(inputs))(x)
    assert [w.shape for w in layer.get_weights()] == [(3, 4), (4,), (4, 2), (2,)]
    np.testing.assert_allclose(layer(x).numpy(), y.numpy(), rtol=1e-5)


def test_gradients_flow_through_layers_to_inputs():
    layer = Linear(1)
    x = np.array([[1.0, 2.0]], "float32")
    g = od.grad(lambda inputs: (layer(inputs) ** 2).sum())(x)
    w, b = layer.get_weights()
    np.testing.assert_allclose(g.numpy(), 2 * (x @ w + b) * w.T, rtol=1e-5)
