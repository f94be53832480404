"""Random orders and random numbers: from the seed, whoever makes them and whenever."""

import numpy as np
import pytest
from worked_on import noisy

import ondol as od
from ondol.random import global_generator

Dataset = od.data.Dataset


def passes(data, count=3):
    return [[int(i) for i in data] for _ in range(count)]


def make_arrays():
    return Dataset.from_arrays(np.arange(30))


def make_stream():
    return Dataset.from_generator(lambda: range(30))


@pytest.mark.parametrize("make", [make_arrays, make_stream])
@pytest.mark.parametrize("size", [None, 8, 100])
def test_each_pass_has_an_order_of_its_own(make, size):
    od.random.seed(4)
    first = passes(make().shuffle(size))
    assert all(sorted(p) == list(range(30)) for p in first)
    assert len({tuple(p) for p in first}) == 3
    od.random.seed(4)
    assert passes(make().shuffle(size)) == first
    od.random.seed(5)
    assert passes(make().shuffle(size)) != first
    if size == 8:  # an element comes out no earlier than 7 places before its own
        assert all(p.index(i) >= i - 7 for p in first for i in range(30))


def test_an_order_with_a_seed_is_no_matter_of_the_global_one():
    found = []
    for seed in (1, 2):
        od.random.seed(seed)
        found.append(passes(make_arrays().shuffle(seed=9)))
    assert found[0] == found[1]
    assert found[0][0] != found[0][1]
    assert passes(make_arrays().shuffle(seed=10)) != found[0]
    x, y = make_arrays().shuffle(seed=3), make_arrays().shuffle(seed=3)
    assert all(a == b for a, b in Dataset.zip(x, y.map(lambda i: i)))
    a, b = zip(*Dataset.zip(make_arrays().shuffle(), make_arrays().shuffle()), strict=True)
    assert a != b


def test_the_same_order_every_time():
    for seed in (None, 3):
        data = make_stream().shuffle(seed=seed, reshuffle_each_iteration=False)
        first, *others = passes(data)
        assert first != list(range(30))
        assert others == [first] * 2
        assert passes(data.repeat(2), 1)[0] == first * 2


def test_rounds_of_a_repeat_differ():
    for seed in (None, 3):
        order = passes(make_arrays().shuffle(seed=seed).repeat(2), 1)[0]
        assert sorted(order[:30]) == sorted(order[30:])
        assert order[:30] != order[30:]


def test_all_orders_are_equally_likely():
    counts = {}
    for order in passes(Dataset.range(3).shuffle(seed=0), 600):
        counts[tuple(order)] = counts.get(tuple(order), 0) + 1
    assert len(counts) == 6
    chi_squared = sum((n - 100) ** 2 / 100 for n in counts.values())
    assert chi_squared < 20.5  # 0.1% of random counts are worse (5 degrees of freedom)


def test_data_in_a_fixed_order_leave_the_global_stream_alone():
    before = global_generator().state.numpy().copy()
    list(make_arrays().map(noisy).batch(4))
    list(make_arrays().shuffle(seed=1))
    np.testing.assert_array_equal(global_generator().state.numpy(), before)
    list(make_arrays().shuffle())
    assert (global_generator().state.numpy() != before).any()


@pytest.mark.parametrize(
    "workers",
    [{"num_parallel_calls": 1}, {"num_parallel_calls": 3}, {"num_parallel_calls": 2, "processes": True}],
)
def test_draws_in_map_are_the_same_by_any_workers(workers):
    od.random.seed(6)
    alone = make_arrays().shuffle().map(noisy)
    expected = [list(alone), list(alone)]
    od.random.seed(6)
    shared = make_arrays().shuffle().map(noisy, **workers).prefetch()
    np.testing.assert_array_equal([list(shared), list(shared)], expected)
    values = np.array(expected) % 1
    assert len(np.unique(values[0])) == values[0].size
    assert not np.array_equal(np.sort(values[0].ravel()), np.sort(values[1].ravel()))


def test_random_numbers():
    first = [int(i) for i in Dataset.random(seed=2).take(2000)]
    assert first == [int(i) for i in Dataset.random(seed=2).take(2000)]
    assert min(first) >= 0
    assert max(first) < 2**32
    assert abs(np.mean(first) / 2**32 - 0.5) < 0.03  # 4.6 standard deviations
    od.random.seed(1)
    a = [int(i) for i in Dataset.random().take(3)]
    od.random.seed(1)
    assert a == [int(i) for i in Dataset.random().take(3)]


def test_what_draws_nothing_changes_no_order():
    od.random.seed(3)
    plain = passes(make_stream().shuffle(), 1)[0]
    od.random.seed(3)
    assert [
        int(i) for _, i in make_stream().shuffle().prefetch().enumerate().batch(4).unbatch().cache()
    ] == plain
