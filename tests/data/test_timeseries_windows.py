"""Windows over a series, against loops."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError

make = od.utils.timeseries_dataset_from_array
SERIES = np.arange(60.0).reshape(20, 3)
TARGETS = 100.0 + np.arange(20)


@pytest.mark.parametrize("length", [1, 4])
@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("rate", [1, 2])
@pytest.mark.parametrize("bounds", [(None, None), (3, 15)])
def test_against_a_loop(length, stride, rate, bounds):
    start, end = bounds[0] or 0, bounds[1] or 20
    expected = [
        (SERIES[s : s + (length - 1) * rate + 1 : rate], TARGETS[s])
        for s in range(start, end, stride)
        if s + (length - 1) * rate < end
    ]
    data = make(
        SERIES, TARGETS, length, stride, rate, batch_size=4, start_index=bounds[0], end_index=bounds[1]
    )
    x, y = (np.concatenate(parts) for parts in zip(*data, strict=True))
    np.testing.assert_array_equal(x, [window for window, _ in expected])
    np.testing.assert_array_equal(y, [target for _, target in expected])
    assert len(data) == -(-len(expected) // 4)


def test_fewer_targets_and_none():
    x, y = next(iter(make(SERIES, SERIES[5:, 0], sequence_length=5)))
    assert len(x) == 15
    np.testing.assert_array_equal(y, SERIES[5:, 0])
    assert next(iter(make(SERIES, None, sequence_length=5))).shape == (16, 5, 3)
    assert [w.tolist() for w in make(np.arange(3), None, 2, batch_size=None)] == [[0, 1], [1, 2]]


def test_shuffled_windows_keep_their_targets():
    data = make(SERIES[:, 0], SERIES[:, 0], 2, shuffle=True, seed=3, batch_size=5)
    x, y = (np.concatenate(parts) for parts in zip(*data, strict=True))
    np.testing.assert_array_equal(x[:, 0], y)
    assert y.tolist() != sorted(y)
    assert sorted(y) == SERIES[:19, 0].tolist()


def test_a_series_on_disk(tmp_path):
    np.save(tmp_path / "s.npy", SERIES)
    mapped = np.load(tmp_path / "s.npy", mmap_mode="r")
    for a, b in zip(make(mapped, None, 4, batch_size=3), make(SERIES, None, 4, batch_size=3), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_learns_to_foretell():
    od.random.seed(0)
    wave = np.sin(np.arange(200) / 3).astype("float32")
    data = make(wave, wave[8:], sequence_length=8, batch_size=32, shuffle=True)
    model = od.Sequential([od.Input((8,)), od.layers.Dense(1)])
    model.compile(od.optimizers.Adam(0.02), "mse")
    model.fit(data, epochs=60, verbose=0)
    # A sine is a sum of its last two values: what is left is how far the training has come.
    assert model.evaluate(data, verbose=0) < 0.01 * wave.var()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"sequence_length": 30},
            "window of sequence_length=30 at sampling_rate=1 fits into. Received: 20 values",
        ),
        ({"sequence_length": 0}, "sequence_length to be a positive"),
        ({"sequence_length": 2, "sampling_rate": 0}, "sampling_rate to be a positive"),
        ({"sequence_length": 2, "start_index": 9, "end_index": 9}, "start_index < end_index <= 20"),
        ({"sequence_length": 2, "end_index": 21}, "Received: start_index=None, end_index=21"),
    ],
)
def test_mistakes(arguments, message):
    with pytest.raises(DataError, match=message):
        make(SERIES, TARGETS, **arguments)
