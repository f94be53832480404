"""Dropout: how much it drops, what it keeps, and that seeds give the same masks eagerly and compiled."""

import numpy as np
import pytest

import ondol as od
from ondol.layers import Dropout

ONES = np.ones((200, 100), "float32")


def test_share_and_scale():
    y = Dropout(0.3, seed=0)(ONES, training=True).numpy()
    assert set(np.unique(y)) == {0.0, np.float32(1 / 0.7)}
    # 20000 draws: the standard deviation of the share is 0.0032.
    assert abs((y == 0).mean() - 0.3) < 0.013
    assert abs(y.mean() - 1) < 0.02


def test_it_does_nothing_but_while_training():
    np.testing.assert_array_equal(Dropout(0.9)(ONES).numpy(), ONES)
    np.testing.assert_array_equal(Dropout(0.9)(ONES, training=False).numpy(), ONES)
    np.testing.assert_array_equal(Dropout(0)(ONES, training=True).numpy(), ONES)


def test_everything_may_be_dropped():
    assert not Dropout(1)(ONES, training=True).numpy().any()


def test_gradient_is_the_mask():
    x = od.tensor(ONES, requires_grad=True)
    y = Dropout(0.5, seed=2)(x, training=True)
    y.backward(ONES)
    np.testing.assert_array_equal(x.grad.numpy(), y.numpy())


@pytest.mark.parametrize("noise_shape", [(None, 1), (200, 1), [None, 1]])
def test_noise_shape_ties_elements_together(noise_shape):
    y = Dropout(0.5, noise_shape=noise_shape, seed=3)(ONES, training=True).numpy()
    assert (y == y[:, :1]).all()
    assert 0 < (y[:, 0] == 0).mean() < 1


def test_noise_shape_of_another_rank():
    with pytest.raises(ValueError, match=r"noise_shape=\(None, 1, 1\).*\(200, 100\)"):
        Dropout(0.5, noise_shape=(None, 1, 1))(ONES, training=True)


def test_own_seed_is_a_stream_of_its_own():
    a, b = Dropout(0.5, seed=4), Dropout(0.5, seed=4)
    first, second = a(ONES, training=True).numpy(), a(ONES, training=True).numpy()
    assert (first != second).any()
    od.random.uniform((3,))  # the global stream moves on, theirs does not
    np.testing.assert_array_equal(b(ONES, training=True).numpy(), first)
    np.testing.assert_array_equal(b(ONES, training=True).numpy(), second)


@pytest.mark.parametrize("seed", [None, 5])
def test_eager_and_compiled_draw_the_same(seed):
    def masks(run):
        od.random.seed(6)
        layer = Dropout(0.5, seed=seed)
        f = run(lambda x: layer(x, training=True))
        return [f(ONES).numpy().copy() for _ in range(3)]

    eager, compiled = masks(lambda f: f), masks(od.function)
    np.testing.assert_array_equal(eager, compiled)
    assert (eager[0] != eager[1]).any()
