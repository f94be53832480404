"""train_step and test_step of one's own, as Keras' guides write them; they compile."""

import numpy as np
import pytest
from numpy_network import NumpyNetwork, X, Y, close

import ondol as od

L = od.layers


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


class Custom(od.Model):
    """The default step, written out."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden, self.out = L.Dense(5, activation="tanh"), L.Dense(2)
        self.loss_tracker = od.metrics.Mean(name="loss")
        self.error = od.metrics.MeanAbsoluteError(name="mae")
        self.times_traced = 0

    def call(self, inputs):
        return self.out(self.hidden(inputs))

    def train_step(self, data):
        self.times_traced += 1
        x, y = data
        y_pred = self(x, training=True)
        loss = od.mean(od.losses.mean_squared_error(y, y_pred))
        gradients = od.gradients(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        self.loss_tracker.update_state(loss, sample_weight=x.shape[0])
        self.error.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data):
        x, y = data
        self.loss_tracker.update_state(od.mean((self(x) - y) ** 2), sample_weight=x.shape[0])
        return {"loss": self.loss_tracker.result()}

    @property
    def metrics(self):
        return [self.loss_tracker, self.error]


def test_the_default_step_written_out(eager):
    model = Custom()
    model(X)
    model.compile(od.optimizers.SGD(0.1), run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    history = model.fit(
        X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0, validation_data=(X, Y)
    ).history
    assert len(history.pop("val_loss")) == 3
    close(history, reference.fit(X, Y, 8, 3))
    reference.agrees(model)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(reference.loss(X, Y), rel=1e-4)
    assert eager or model.times_traced <= 6  # traced, not run for each of the 9 batches


def test_compute_loss_of_ones_own(eager):
    class Cubed(od.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return od.mean(od.abs(y - y_pred) ** 3)

    model = Cubed([od.Input((4,)), L.Dense(2)])
    model.compile(od.optimizers.SGD(0.0), metrics=["mae"])
    expected = np.mean(np.abs(model.predict(X) - Y) ** 3)
    history = model.fit(X, Y, batch_size=8, verbose=0).history
    np.testing.assert_allclose(history["loss"], [np.mean(expected)], rtol=1e-4)
    assert list(history) == ["loss", "mae"]


class GAN(od.Model):
    """Two networks, two optimizers, two losses: after Keras' guide to custom training steps."""

    def __init__(self):
        super().__init__()
        self.generator = od.Sequential([od.Input((2,)), L.Dense(4, activation="tanh"), L.Dense(4)])
        self.discriminator = od.Sequential([od.Input((4,)), L.Dense(4, activation="tanh"), L.Dense(1)])
        self.d_mean, self.g_mean = od.metrics.Mean(name="d_loss"), od.metrics.Mean(name="g_loss")

    def compile(self, d_optimizer, g_optimizer, **kwargs):
        super().compile(**kwargs)
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer

    @property
    def metrics(self):
        return [self.d_mean, self.g_mean]

    def train_step(self, real):
        noise = od.random.normal((real.shape[0], 2))
        both = od.concatenate([self.generator(noise), real], axis=0)
        labels = od.concatenate([od.ops.ones_like(real[:, :1]), od.ops.zeros_like(real[:, :1])], axis=0)
        d_loss = od.mean(od.losses.binary_crossentropy(labels, self.discriminator(both), from_logits=True))
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply(od.gradients(d_loss, weights), weights)
        fake = self.discriminator(self.generator(od.random.normal((real.shape[0], 2))))
        g_loss = od.mean(od.losses.binary_crossentropy(od.ops.zeros_like(fake), fake, from_logits=True))
        weights = self.generator.trainable_weights
        self.g_optimizer.apply(od.gradients(g_loss, weights), weights)
        self.d_mean.update_state(d_loss)
        self.g_mean.update_state(g_loss)
        return {"d_loss": self.d_mean.result(), "g_loss": self.g_mean.result()}


def test_a_gan_with_two_optimizers_agrees_eagerly_and_compiled():
    results = []
    for eager in (False, True):
        od.random.seed(3)
        model = GAN()
        model.compile(od.optimizers.Adam(0.01), od.optimizers.Adam(0.02), run_eagerly=eager)
        history = model.fit(X, batch_size=8, epochs=4, verbose=0).history
        assert set(history) == {"d_loss", "g_loss"}
        assert int(model.d_optimizer.iterations) == int(model.g_optimizer.iterations) == 12
        results.append((history, model.get_weights()))
    (first, weights), (second, eager_weights) = results
    close(first, second, rtol=1e-4)
    for a, b in zip(weights, eager_weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


def test_state_of_ones_own_is_kept(eager):
    class Counting(od.Sequential):
        def __init__(self, layers):
            super().__init__(layers)
            self.seen = od.Variable(0, trainable=False, dtype="int32", name="seen")

        def train_step(self, data):
            self.seen.assign_add(data[0].shape[0])
            return {**super().train_step(data), "seen": self.seen}

    model = Counting([od.Input((4,)), L.Dense(2)])
    model.compile("sgd", "mse", run_eagerly=eager)
    history = model.fit(X, Y, batch_size=8, epochs=3, verbose=0).history
    assert history["seen"] == [22.0, 44.0, 66.0]
    assert int(model.seen) == 66
    model.train_on_batch(X, Y)
    assert int(model.seen) == 88


def test_logs_may_be_python_numbers_and_arrays_of_one(eager):
    class Logs(od.Sequential):
        def train_step(self, data):
            logs = super().train_step(data)
            return {**logs, "constant": 2.5, "whole": 3, "one": od.tensor([1.5]), "half": logs["loss"] * 0.5}

    model = Logs([od.Input((4,)), L.Dense(2)])
    model.compile(od.optimizers.SGD(0.0), "mse", run_eagerly=eager)
    history = model.fit(X, Y, verbose=0).history
    assert (history["constant"], history["whole"], history["one"]) == ([2.5], [3.0], [1.5])
    assert history["half"][0] == pytest.approx(history["loss"][0] / 2)


def test_a_step_that_returns_no_logs(eager):
    class Quiet(od.Sequential):
        def train_step(self, data):
            super().train_step(data)
            return {}

    model = Quiet([od.Input((4,)), L.Dense(2)])
    model.compile("sgd", "mse", run_eagerly=eager)
    before = model.get_weights()[0]
    assert model.fit(X, Y, epochs=2, verbose=0).history == {}
    assert np.abs(model.get_weights()[0] - before).max() > 0


def test_training_without_targets(eager):
    class Autoencoder(od.Sequential):
        def train_step(self, x):
            return super().train_step((x, x))

    model = Autoencoder([od.Input((4,)), L.Dense(2), L.Dense(4)])
    model.compile("adam", "mse", run_eagerly=eager)
    losses = model.fit(X, epochs=30, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_what_a_step_receives(eager):
    """As in Keras: a single x as it is, several inputs as a list within a tuple."""
    received = []

    class Look(od.Model):
        def train_step(self, data):
            received.append(data)
            return {"loss": 0.0}

        def predict_step(self, data):
            received.append(data)
            return od.ops.zeros((1,))

    model = Look()
    model.compile(run_eagerly=eager)
    w = np.ones(22)
    for arguments in ((X,), ({"a": X},), ([X, X],), (X, Y), (X, None, w), (X, Y, w)):
        x, y, sample_weight = (*arguments, None, None)[:3]
        model.fit(x, y, sample_weight=sample_weight, batch_size=22, verbose=0)
        data = received.pop()
        if len(arguments) == 1 and not isinstance(x, list):
            assert type(data) is (dict if isinstance(x, dict) else od.Tensor)
        else:
            assert [None if part is None else type(part) for part in data] == [
                None if part is None else type(part) if isinstance(part, list) else od.Tensor
                for part in arguments
            ]
    model.predict(X)
    assert isinstance(received.pop(), od.Tensor)
