"""od.Trainer: hand-made models and models of Ondol, batch by batch."""

import os
import signal

import numpy as np
import pytest
from from_scratch_net import Net, spiral

import ondol as od
from ondol.trainer import without_duplicates

L = od.layers


@pytest.fixture(autouse=True)
def _same_numbers_each_time():
    """First weights and the order of the samples come from the global seed."""
    od.utils.set_random_seed(0)


def test_a_hand_made_network_learns_the_spiral(capsys):
    x, t = spiral()
    trainer = od.Trainer(Net(2, 10, 3), od.optimizers.SGD(1.0))
    losses = trainer.fit(x, t, max_epoch=300, batch_size=30, eval_interval=10)
    assert losses[-1] < 0.3
    assert len(losses) == 300
    assert losses is trainer.loss_list
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| epoch 1 | iter 10 / 10 | time 0[s] | loss 1.")
    figure = trainer.plot(ylim=(0, 2))
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), losses)
    assert figure.axes[0].get_ylim() == (0, 2)


def test_an_optimizer_from_a_book():
    class SGD:
        def update(self, params, grads):
            for i in range(len(params)):
                params[i] -= 1.0 * grads[i]

    x, t = spiral(20)
    losses = od.Trainer(Net(2, 10, 3), SGD()).fit(x, t, max_epoch=50, eval_interval=None)
    assert losses[-1] < 0.8 * losses[0]


def test_a_model_of_ondol():
    x, t = spiral(20)
    model = od.Sequential([L.Dense(10, activation="tanh"), L.Dense(3)])
    model.compile(loss=od.losses.SparseCategoricalCrossentropy(from_logits=True))
    losses = od.Trainer(model, od.optimizers.Adam(0.05)).fit(x, t, max_epoch=150, eval_interval=None)
    assert losses[-1] < 0.4
    assert np.mean(model.predict(x).argmax(axis=1) == t) > 0.85


def test_the_steps_of_a_model_of_ondol_are_those_of_its_own_loop():
    x, t = spiral(20)
    x = x.astype("float32")
    models = []
    for _ in range(2):
        od.utils.set_random_seed(3)
        model = od.Sequential([od.Input((2,)), L.Dense(4, activation="tanh"), L.Dense(3)])
        model.compile(od.optimizers.SGD(0.1), od.losses.SparseCategoricalCrossentropy(from_logits=True))
        models.append(model)
    od.utils.set_random_seed(4)
    models[0].fit(x, t, batch_size=16, epochs=2, verbose=0)
    od.utils.set_random_seed(4)
    od.Trainer(models[1], od.optimizers.SGD(0.1)).fit(x, t, max_epoch=2, batch_size=16, eval_interval=None)
    for a, b in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_means_between_two_lines(capsys):
    class Counting:
        params, grads, count = [np.zeros(1)], [np.zeros(1)], 0

        def forward(self, x, t):
            self.count += 1
            return float(self.count)

        def backward(self):
            pass

    trainer = od.Trainer(Counting(), od.optimizers.SGD(1.0))
    losses = trainer.fit(np.zeros((10, 1)), np.zeros(10), max_epoch=2, batch_size=2, eval_interval=2)
    # Steps 1-2, 3-4 and the rest, 5; then 6-7, 8-9, 10.
    np.testing.assert_allclose(losses, [1.5, 3.5, 5, 6.5, 8.5, 10])
    assert [line.split("|")[2].strip() for line in capsys.readouterr().out.splitlines()] == [
        "iter 2 / 5",
        "iter 4 / 5",
        "iter 5 / 5",
    ] * 2
    assert trainer.current_epoch == 2


def test_every_sample_is_visited_once_an_epoch():
    seen = []

    class Looking:
        params, grads = [np.zeros(1)], [np.zeros(1)]

        def forward(self, x, t):
            np.testing.assert_array_equal(x[:, 0], t)
            seen.append(t)
            return 0.0

        def backward(self):
            pass

    od.Trainer(Looking(), od.optimizers.SGD(1.0)).fit(np.arange(7.0)[:, None], np.arange(7), 2, 3, None, None)
    assert [len(t) for t in seen] == [3, 3, 1] * 2
    np.testing.assert_array_equal(np.sort(np.concatenate(seen[:3])), np.arange(7))
    np.testing.assert_array_equal(np.sort(np.concatenate(seen[3:])), np.arange(7))


def test_shared_arrays_get_the_sum_of_their_gradients():
    w, b, other = np.ones((2, 2)), np.ones(2), np.ones((2, 2))
    g1, g2, g3, gb, go = (
        np.random.default_rng(i).normal(size=s) for i, s in enumerate([(2, 2)] * 3 + [2, (2, 2)])
    )
    params, grads = without_duplicates([w, b, w, w.T, other], [g1, gb, g2, g3, go])
    assert [p is q for p, q in zip(params, [w, b, other], strict=True)] == [True] * 3
    for found, expected in zip(grads, [g1 + g2 + g3.T, gb, go], strict=True):
        np.testing.assert_allclose(found, expected)


def test_tied_weights_train_as_one():
    """An autoencoder whose decoder is its encoder transposed: both gradients move the one matrix."""
    rng = np.random.default_rng(0)
    w = 0.1 * rng.normal(size=(4, 2))
    x = rng.normal(size=(64, 2)) @ rng.normal(size=(2, 4))

    class Autoencoder:
        def __init__(self):
            self.encoder, self.decoder = L.MatMul(w), L.MatMul(w.T)
            self.params = self.encoder.params + self.decoder.params
            self.grads = self.encoder.grads + self.decoder.grads

        def forward(self, x, t):
            self.difference = self.decoder.forward(self.encoder.forward(x)) - t
            return (self.difference**2).sum() / len(x)

        def backward(self):
            self.encoder.backward(self.decoder.backward(2 * self.difference / len(self.difference)))

    losses = od.Trainer(Autoencoder(), od.optimizers.Adam(0.02)).fit(x, x, max_epoch=150, eval_interval=None)
    assert losses[-1] < 0.05 * losses[0]


def test_long_gradients_are_shortened_together():
    class Steep:
        def __init__(self):
            self.params, self.grads = (
                [np.zeros(2), np.zeros((1, 1))],
                [np.array([3.0, 0.0]), np.array([[4.0]])],
            )

        def forward(self, x, t):
            return 0.0

        def backward(self):
            return None

    for max_grad, first, second in ((1.0, -0.6, -0.8), (5.0, -3.0, -4.0), (None, -3.0, -4.0)):
        model = Steep()
        trainer = od.Trainer(model, od.optimizers.SGD(1.0))
        trainer.fit(np.zeros((4, 1)), np.zeros(4), 1, 4, max_grad, eval_interval=None)
        np.testing.assert_allclose(model.params[0], [first, 0])
        np.testing.assert_allclose(model.params[1], [[second]])
    with pytest.raises(ValueError, match="max_grad to be a number above 0. Received: max_grad=0"):
        trainer.fit(np.zeros((4, 1)), np.zeros(4), max_grad=0)


def test_ctrl_c_keeps_what_was_learned(capsys):
    class Interrupted(Net):
        def forward(self, x, t):
            os.kill(os.getpid(), signal.SIGINT)
            return super().forward(x, t)

    x, t = spiral(20)
    trainer = od.Trainer(Interrupted(2, 3, 3), od.optimizers.SGD(0.1))
    assert len(trainer.fit(x, t, max_epoch=100)) == 1
    assert "Ctrl-C" in capsys.readouterr().err


def test_a_loss_that_is_no_number_stops_before_the_step():
    net = Net(2, 3)
    net.layers[0].params[0][0, 0] = np.nan
    before = net.params[1].copy()
    with pytest.raises(od.errors.NotFiniteError, match="epoch 1, step 1"):
        od.Trainer(net, od.optimizers.SGD(0.1)).fit(*spiral(5))
    np.testing.assert_array_equal(net.params[1], before)


MISTAKES = [
    (lambda: od.Trainer(L.Dense(1), object()), "optimizer with update"),
    (lambda: od.Trainer(object(), od.optimizers.SGD()), "without forward"),
    (lambda: od.Trainer(od.Sequential([L.Dense(1)]), od.optimizers.SGD()), "not compiled"),
    (lambda: od.Trainer(Net(2, 3), od.optimizers.SGD()).fit(np.zeros((0, 2)), []), r"len\(x\)=0"),
    (lambda: od.Trainer(Net(2, 3), od.optimizers.SGD()).fit(np.zeros((3, 2)), [0]), r"len\(t\)=1"),
    (lambda: od.Trainer(Net(2, 3), od.optimizers.SGD()).fit(*spiral(5), batch_size=0), "batch_size=0"),
    (lambda: od.Trainer(Net(2, 3), od.optimizers.SGD()).fit(*spiral(5), eval_interval=0), "eval_interval=0"),
    (lambda: od.Trainer(Net(2, 3), od.optimizers.SGD()).plot(), "Call fit"),
]


@pytest.mark.parametrize(("wrong", "message"), MISTAKES)
def test_mistakes_are_told(wrong, message):
    with pytest.raises((TypeError, ValueError), match=message):
        wrong()
