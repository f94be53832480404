"""Seeds, the global stream and SeedGenerator, eagerly and inside od.function."""

import numpy as np
import pytest

import ondol as od

R = od.random


def test_a_seed_repeats_the_stream():
    R.seed(7)
    first = [R.normal((3,)).tolist() for _ in range(3)]
    R.seed(7)
    assert [R.normal((3,)).tolist() for _ in range(3)] == first
    assert len({tuple(x) for x in first}) == 3


def test_a_seed_argument_leaves_the_stream_alone():
    R.seed(0)
    expected = R.uniform((2,)).tolist()
    R.seed(0)
    assert R.uniform((2,), seed=5).tolist() == R.uniform((2,), seed=np.int64(5)).tolist()
    assert R.uniform((2,)).tolist() == expected


@pytest.mark.parametrize("seeds", [(0, 1), (0, -1), (1, 2**32 + 1), (0, 2**32)])
def test_all_64_bits_of_a_seed_count(seeds):
    a, b = (R.uniform((4,), seed=s).tolist() for s in seeds)
    assert a != b


def test_what_is_drawn_does_not_depend_on_what_was_drawn_before():
    R.seed(1)
    R.normal((1000,))
    second = R.uniform((2,)).tolist()
    R.seed(1)
    R.bernoulli(())
    assert R.uniform((2,)).tolist() == second


def test_generators_are_streams_of_their_own():
    a, b, c = R.SeedGenerator(1), R.SeedGenerator(1), R.SeedGenerator(2)
    assert a.get_config() == {"seed": 1}
    x = [R.uniform((3,), seed=a).tolist() for _ in range(2)]
    assert [R.uniform((3,), seed=b).tolist() for _ in range(2)] == x
    assert R.uniform((3,), seed=c).tolist() not in x
    a.reset(1)
    assert R.uniform((3,), seed=a).tolist() == x[0]


def test_generators_without_a_seed_differ():
    a, b = R.SeedGenerator(), R.SeedGenerator()
    assert a.seed != b.seed


def test_compiled_functions_draw_on():
    draw = od.function(lambda: (R.uniform((2,)), R.bernoulli((2,))))
    R.seed(5)
    eager = [(R.uniform((2,)).tolist(), R.bernoulli((2,)).tolist()) for _ in range(3)]
    R.seed(5)
    first = draw()
    between = R.uniform((2,)).tolist(), R.bernoulli((2,)).tolist()
    last = draw()
    assert [tuple(x.tolist() for x in first), between, tuple(x.tolist() for x in last)] == eager


def test_compiled_functions_advance_generators():
    ours, same = R.SeedGenerator(3), R.SeedGenerator(3)
    draw = od.function(lambda: R.integers((4,), 0, 100, seed=ours))
    for _ in range(2):
        assert draw().tolist() == R.integers((4,), 0, 100, seed=same).tolist()
    assert ours.state.numpy().tolist() == same.state.numpy().tolist() == [3, 0, 2]
