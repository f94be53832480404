"""Penalties: of weights, of activities, and added by hand."""

import numpy as np

import ondol as od
from ondol.layers import Dense, Layer

X = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")


def values(losses):
    return [float(loss) for loss in losses]


def test_weight_regularizers():
    layer = Dense(
        1, kernel_initializer="ones", kernel_regularizer="l2", bias_regularizer=od.regularizers.L1(0.5)
    )
    layer(X)
    layer.bias.assign([-2.0])
    np.testing.assert_allclose(values(layer.losses), [0.01 * 2, 0.5 * 2], rtol=1e-6)
    np.testing.assert_allclose(
        od.gradients(layer.losses[0], layer.kernel).numpy(), [[0.02], [0.02]], rtol=1e-6
    )


def test_frozen_weights_are_not_penalized():
    layer = Dense(1, kernel_regularizer="l2")
    layer(X)
    layer.trainable = False
    assert layer.losses == []


def test_activity_regularizer_is_per_sample_and_of_the_last_call():
    layer = Dense(1, kernel_initializer="ones", activity_regularizer=od.regularizers.L1(0.1))
    for _ in range(2):
        layer(X)
    np.testing.assert_allclose(values(layer.losses), [0.1 * (3 + 7) / 2], rtol=1e-6)


def test_activity_regularization_of_what_flows_by():
    layer = od.layers.ActivityRegularization(l1=0.1, l2=0.2)
    layer(-X)
    np.testing.assert_allclose(values(layer.losses), [(0.1 * 10 + 0.2 * 30) / 2], rtol=1e-6)
    assert "activity_regularizer" not in layer.get_config()


def test_activity_regularizer_of_several_outputs():
    class Both(Layer):
        def call(self, inputs):
            return inputs, {"half": inputs / 2}

    layer = Both(activity_regularizer=od.regularizers.L1(1.0))
    layer(X)
    np.testing.assert_allclose(values(layer.losses), [10 / 2, 5 / 2])


class Penalized(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Dense(1, kernel_initializer="ones", activity_regularizer=od.regularizers.L1(1.0))

    def call(self, inputs):
        self.add_loss(inputs.sum())
        return self.inner(inputs)


def test_losses_of_layers_within_are_found_and_renewed():
    layer = Penalized()
    for _ in range(2):
        layer(X)
    np.testing.assert_allclose(values(layer.losses), [10.0, 5.0])


def test_losses_train():
    layer = Penalized()
    layer(X)
    g = od.gradients(sum(layer.losses), layer.inner.kernel)
    np.testing.assert_allclose(g.numpy(), [[2.0], [3.0]])  # the mean of X over the batch


def test_losses_inside_a_compiled_function():
    layer = Penalized()
    layer(X)

    def f(x):
        layer(x)
        return sum(layer.losses)

    np.testing.assert_allclose(float(od.function(f)(X)), 15.0)


def test_placeholders_leave_no_losses_behind():
    layer = Penalized()
    layer(od.layers.Input((2,)))
    assert layer.losses == []
    layer.compute_output_shape((None, 2))
    assert layer.losses == []
