"""The order of an epoch, and how it is cut into steps."""

import numpy as np
import pytest

import ondol as od
from ondol.training.order import Order
from ondol.training.steps import Plan


def test_without_shuffling():
    order = Order(5, 2, shuffle=False)
    assert order.next().tolist() == order.next().tolist() == [0, 1, 2, 3, 4]
    assert order.next().dtype == "int32"


def test_shuffled_orders_follow_from_the_seed():
    def two(seed):
        od.random.seed(seed)
        order = Order(50, 8, shuffle=True)
        return order.next().tolist(), order.next().tolist()

    first, second = two(1)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert two(1) == (first, second)
    assert two(2) != (first, second)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(("steps", "batch_size"), [(1, 3), (2, 2), (3, 5), (20, 1)])
def test_given_steps_go_through_the_data_round_by_round(shuffle, steps, batch_size):
    order = Order(7, batch_size, shuffle, steps)
    epochs = [order.next() for _ in range(14)]
    assert {len(epoch) for epoch in epochs} == {steps * batch_size}
    rounds = np.concatenate(epochs)[: 7 * (14 * steps * batch_size // 7)].reshape(-1, 7)
    np.testing.assert_array_equal(np.sort(rounds, axis=1), np.tile(np.arange(7), (len(rounds), 1)))
    if not shuffle:
        np.testing.assert_array_equal(rounds, np.sort(rounds, axis=1))


@pytest.mark.parametrize(("length", "batch_size", "sizes"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (2, 2, [2])])
def test_plan(length, batch_size, sizes):
    plan = Plan(length, batch_size)
    order = np.arange(length)[::-1]
    batches = [plan.rows(order, step) for step in range(plan.steps)]
    assert [len(rows) for rows in batches] == sizes
    np.testing.assert_array_equal(np.concatenate(batches), order)
