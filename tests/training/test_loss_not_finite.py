"""A loss that becomes NaN or infinite: the error names epoch, batch and Op, and the step is undone."""

import numpy as np
import pytest

import ondol as od

L = od.layers
rng = np.random.default_rng(0)
X = rng.uniform(0.5, 1.5, size=(10, 3)).astype("float32")
Y = np.ones((10, 1), "float32")
BAD = X.copy()
BAD[9, 0] = -1.0  # the last batch, of two samples


class Log(L.Layer):
    def call(self, inputs):
        return od.log(inputs)


class Divide(L.Layer):
    def call(self, inputs):
        return inputs / (inputs - inputs)


class Weights(od.callbacks.Callback):
    """The weights before each batch."""

    def __init__(self):
        self.before = []

    def on_train_batch_begin(self, batch, logs=None):
        self.before.append([v.numpy().copy() for v in [*self.model.weights, *self.model.optimizer.variables]])


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def model_of(*layers, loss="mse", optimizer="adam", eager=False):
    model = od.Sequential([od.Input((3,)), *layers, L.Dense(1, name="out")])
    model.compile(optimizer, loss, run_eagerly=eager)
    return model


def undone(model, before):
    for a, b in zip(before, [*model.weights, *model.optimizer.variables], strict=True):
        np.testing.assert_array_equal(a, b.numpy())


@pytest.mark.parametrize("watched", [False, True])
def test_the_logarithm_of_a_negative_number_in_the_last_partial_batch(eager, watched):
    model = model_of(Log(name="logarithm"), eager=eager)
    weights = Weights()
    message = (
        r"loss became nan in epoch 1, batch 3\. The first Op whose result is not finite is Log in layer 'logarithm' "
        r"\(forward pass\), for inputs \(2, 3\) with values -1 \.\. .*weights are those from before this batch"
    )
    with pytest.raises(od.errors.NotFiniteError, match=message):
        model.fit(BAD, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[weights] if watched else [])
    assert int(model.optimizer.iterations) == 2
    if watched:
        undone(model, weights.before[-1])
    # With the cause taken away, the same model trains on.
    assert np.isfinite(model.fit(X, Y, batch_size=4, epochs=2, verbose=0).history["loss"]).all()


def test_the_weights_are_those_that_two_batches_made(eager):
    """Also where whole epochs run in one program: nothing of the third batch is left."""
    od.random.seed(0)
    model = model_of(Log(), L.Dropout(0.3), eager=eager)
    other = model_of(Log(), L.Dropout(0.3), eager=eager)
    other.set_weights(model.get_weights())
    od.random.seed(1)
    with pytest.raises(od.errors.NotFiniteError):
        model.fit(BAD, Y, batch_size=4, shuffle=False, verbose=0)
    od.random.seed(1)
    other.fit(BAD[:8], Y[:8], batch_size=4, shuffle=False, verbose=0)
    undone(model, [v.numpy() for v in [*other.weights, *other.optimizer.variables]])


def test_an_overflow_some_epochs_later(eager):
    """A learning rate that is too high; the epoch and the batch are those of the first bad loss."""
    model = model_of(optimizer=od.optimizers.SGD(50.0), eager=eager)
    reference = [w.astype("float64") for w in model.get_weights()]
    losses = []
    for i in range(300):
        rows = slice(*([0, 4], [4, 8], [8, 10])[i % 3])
        error = X[rows] @ reference[0] + reference[1] - Y[rows]
        losses.append(np.mean(error**2))
        reference[0] -= 50 * 2 * X[rows].T @ error / len(error)
        reference[1] -= 50 * 2 * error.mean(axis=0)
        if losses[-1] > np.finfo("float32").max:
            break
    epoch, batch = divmod(len(losses) - 1, 3)
    with pytest.raises(
        od.errors.NotFiniteError, match=f"inf in epoch {epoch + 1}, batch {batch + 1}.*Square"
    ) as caught:
        model.fit(X, Y, batch_size=4, epochs=100, shuffle=False, verbose=0)
    assert "smaller learning rate, clipnorm=1.0" in str(caught.value)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_exp_and_division(eager):
    constant = od.initializers.Constant(99.0)
    boom = L.Dense(2, activation="exponential", kernel_initializer=constant, name="boom")
    model = model_of(boom, eager=eager)
    with pytest.raises(od.errors.NotFiniteError, match=r"epoch 1, batch 1\. .* is Exp in layer 'boom'"):
        model.fit(X, Y, verbose=0)
    model = model_of(Divide(name="ratio"), eager=eager)
    with pytest.raises(od.errors.NotFiniteError, match=r"is Divide in layer 'ratio' .* with values 0 \.\. 0"):
        model.fit(X, Y, verbose=0)


def test_in_the_loss_function(eager):
    model = model_of(loss=lambda y, p: od.log(p - 1e6), eager=eager)
    with pytest.raises(od.errors.NotFiniteError, match=r"not finite is Log \(forward pass\)"):
        model.fit(X, Y, verbose=0)


def test_on_one_batch(eager):
    model = model_of(Log(name="logarithm"), eager=eager)
    model.train_on_batch(X, Y)
    before = [v.numpy().copy() for v in [*model.weights, *model.optimizer.variables]]
    with pytest.raises(od.errors.NotFiniteError, match="nan on this batch.*Log in layer 'logarithm'"):
        model.train_on_batch(BAD, Y)
    undone(model, before)


def test_in_a_stream(eager):
    model = model_of(Log(name="logarithm"), eager=eager)
    weights = Weights()
    batches = [(X[:4], Y[:4]), (X[4:8], Y[4:8]), (BAD[8:], Y[8:])]
    with pytest.raises(od.errors.NotFiniteError, match="epoch 1, batch 3.*Log in layer 'logarithm'"):
        model.fit(iter(batches), verbose=0, callbacks=[weights])
    undone(model, weights.before[-1])


def test_in_the_very_first_step_the_slots_stay_clean(eager):
    """An optimizer that makes its slots in the bad step must not keep NaN in them."""
    model = model_of(Log(), eager=eager)
    with pytest.raises(od.errors.NotFiniteError, match="epoch 1, batch 1"):
        model.fit(BAD, Y, batch_size=10, verbose=0)
    assert int(model.optimizer.iterations) == 0
    for v in model.optimizer.variables:
        assert np.isfinite(v.numpy()).all(), v
    losses = model.fit(X, Y, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(losses).all()


def test_an_optimizer_of_ones_own_step_is_undone_too(eager):
    class Two(od.Sequential):
        def compile(self, **kwargs):
            super().compile(**kwargs)
            self.second = od.optimizers.Adam(0.1)

        def train_step(self, data):
            x, y = data
            loss = od.mean((self(x) - y) ** 2)
            self.second.apply(od.gradients(loss, self.trainable_weights), self.trainable_weights)
            return {"loss": loss}

    model = Two([od.Input((3,)), Log(), L.Dense(1)])
    model.compile(run_eagerly=eager)
    with pytest.raises(od.errors.NotFiniteError, match="epoch 1, batch 3"):
        model.fit(BAD, Y, batch_size=4, shuffle=False, verbose=0)
    assert int(model.second.iterations) == 2
    assert all(np.isfinite(v.numpy()).all() for v in [*model.weights, *model.second.variables])


class Root(L.Layer):
    def call(self, inputs):
        return od.sqrt(inputs)


def roots(eager):
    """√0 has an infinite slope: samples of zeros have a finite loss and a gradient of NaN."""
    layer = L.Dense(1, use_bias=False, kernel_initializer="ones", name="in")
    model = od.Sequential([od.Input((3,)), layer, Root(name="root")])
    model.compile(od.optimizers.SGD(0.001), "mse", run_eagerly=eager)
    return model


@pytest.mark.parametrize("zero", [0, 5, 9], ids=["first", "middle", "last"])
def test_a_gradient_that_is_not_finite(eager, zero):
    """The loss shows it a batch later, or not at all; named and undone is the batch that did the harm."""
    x = X.copy()
    x[zero] = 0.0
    model, other = roots(eager), roots(eager)
    message = (
        rf"gradient became NaN or infinite in epoch 1, batch {zero // 2 + 1}, .*"
        r"is Divide \(backward pass of Sqrt\), for inputs .* with values 0 \.\. "
    )
    with pytest.raises(od.errors.NotFiniteError, match=message):
        model.fit(x, Y, batch_size=2, epochs=3, shuffle=False, verbose=0)
    rows = slice(0, zero // 2 * 2)
    if zero > 1:
        other.fit(x[rows], Y[rows], batch_size=2, shuffle=False, verbose=0)
    undone(model, [v.numpy() for v in [*other.weights, *other.optimizer.variables]])


def test_a_gradient_that_is_not_finite_epochs_later(eager):
    """Where many epochs share a program, the step is found by bisection."""
    x = np.full((4, 1), 1.0, "float32")
    model = od.Sequential([od.Input((1,)), L.Dense(1, use_bias=False, kernel_initializer="ones"), Root()])
    model.compile(od.optimizers.SGD(0.5), lambda y, p: p[:, 0] ** 2, run_eagerly=eager)
    # The loss is the weight w, which falls by 0.5 a step to 0, where the root has no finite slope.
    with pytest.raises(od.errors.NotFiniteError, match="in epoch 3, batch 1, "):
        model.fit(x, x, batch_size=4, epochs=50, verbose=0)
    assert model.get_weights()[0].tolist() == [[0.0]]


def test_an_update_that_is_too_large(eager):
    model = model_of(optimizer=od.optimizers.SGD(1e38), eager=eager)
    with pytest.raises(
        od.errors.NotFiniteError,
        match="weights became NaN or infinite in epoch 1, batch 1.*update is too large",
    ):
        model.fit(100 * X, 100 * Y, batch_size=10, verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_weights_that_were_broken_before(eager):
    model = model_of(eager=eager)
    model.set_weights([np.full((3, 1), np.nan), np.zeros(1)])
    with pytest.raises(od.errors.NotFiniteError, match="weights already held NaN or Inf: out/kernel"):
        model.fit(X, Y, verbose=0)


def test_the_epochs_before_it_are_in_the_history(eager):
    model = model_of(optimizer=od.optimizers.SGD(50.0), eager=eager)
    with pytest.raises(od.errors.NotFiniteError) as caught:
        model.fit(X, Y, batch_size=4, epochs=100, shuffle=False, verbose=0)
    epoch = int(str(caught.value).split("in epoch ")[1].split(",")[0])
    assert len(model.history.history["loss"]) == epoch - 1


def test_evaluate_tells_what_it_found():
    model = model_of(Log())
    assert np.isnan(model.evaluate(BAD, Y, verbose=0))
