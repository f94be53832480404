"""Windows of a text for language models."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError

TOKENS = np.random.default_rng(0).integers(0, 50, 103)


@pytest.mark.parametrize(("context", "stride"), [(8, None), (8, 1), (8, 3), (8, 20), (1, None), (102, None)])
def test_windows_in_order(context, stride):
    x, y = od.data.token_windows(TOKENS, context, stride)
    starts = range(0, len(TOKENS) - context, stride or context)
    assert x.tolist() == [TOKENS[i : i + context].tolist() for i in starts]
    assert y.tolist() == [TOKENS[i + 1 : i + context + 1].tolist() for i in starts]
    assert x.dtype == y.dtype == np.int32
    assert x.flags.c_contiguous


def test_random_windows_are_windows_and_repeat(tmp_path):
    places = np.arange(103)
    data = od.data.random_token_windows(places, 8, batch_size=16, batches=40)
    od.random.seed(3)
    first, second = list(data), list(data)
    for x, y in first:
        assert x.shape == y.shape == (16, 8)
        assert x.dtype == y.dtype == np.int32
        assert (x == x[:, :1] + np.arange(8)).all()
        assert (y == x + 1).all()
    starts = np.concatenate([x[:, 0] for x, _ in first])
    assert (starts.min(), starts.max()) == (0, 94)  # of 95 places; each is missed with probability 0.1%
    assert any((a[0] != b[0]).any() for a, b in zip(first, second, strict=True))
    od.random.seed(3)
    for (a, _), (b, _) in zip(first, data, strict=True):
        assert (a == b).all()
    fixed = od.data.random_token_windows(places, 8, 2, batches=3, seed=1)
    other = od.data.random_token_windows(places, 8, 2, batches=3, seed=1)
    for _ in range(2):
        assert [x.tolist() for x, _ in fixed] == [x.tolist() for x, _ in other]

    np.arange(70000, dtype="uint16")[:103].tofile(tmp_path / "train.bin")
    on_disk = np.memmap(tmp_path / "train.bin", "uint16")
    mapped = od.data.random_token_windows(on_disk, 8, 2, batches=3, seed=1)
    assert isinstance(mapped._node.tokens, np.memmap)
    same = od.data.random_token_windows(places, 8, 2, batches=3, seed=1)
    assert [x.tolist() for x, _ in mapped] == [x.tolist() for x, _ in same]


def test_without_an_end():
    data = od.data.random_token_windows(TOKENS, 4, 2)
    assert data.cardinality() == float("inf")
    assert len(list(data.take(3))) == 3


def test_overlapping_windows_train_from_memory():
    x, y = od.data.token_windows(np.arange(60) % 5, 6, stride=1)
    model = od.Sequential([od.Input((None,), dtype="int32"), od.layers.Embedding(5, 8), od.layers.Dense(5)])
    model.compile(od.optimizers.Adam(0.1), od.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(x, y, batch_size=8, epochs=3, steps_per_epoch=20, verbose=0)
    assert history.history["loss"][-1] < 0.05


def test_a_language_model_learns_a_text():
    """Each token is the one before and 1, modulo 5: known without a doubt after a few epochs."""
    tokens = np.arange(200) % 5
    od.utils.set_random_seed(0)
    model = od.Sequential([od.Input((None,), dtype="int32"), od.layers.Embedding(5, 8), od.layers.Dense(5)])
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(od.optimizers.Adam(0.1), loss)
    data = od.data.random_token_windows(tokens, 6, batch_size=8)
    before = od.compilations.count
    history = model.fit(data, epochs=3, steps_per_epoch=20, verbose=0)
    assert od.compilations.count == before + 1
    assert history.history["loss"][0] > 0.2
    assert history.history["loss"][-1] < 0.05
    assert model.evaluate(*od.data.token_windows(tokens, 6), verbose=0) < 0.05


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((TOKENS, 103), "more than context_length=103 tokens.*Received: 103"),
        ((TOKENS, 0), "context_length to be a positive"),
        ((TOKENS.astype(float), 3), r"whole numbers \(n,\). Received: shape=\(103,\), dtype=float64"),
        ((TOKENS[:, None], 3), r"shape=\(103, 1\)"),
        (("some text", 3), r"whole numbers \(n,\)"),
    ],
)
def test_mistakes(arguments, message):
    with pytest.raises(DataError, match=message):
        od.data.token_windows(*arguments)
    with pytest.raises(DataError, match=message):
        od.data.random_token_windows(*arguments, batch_size=2)
    with pytest.raises(DataError, match="stride to be a positive"):
        od.data.token_windows(TOKENS, 3, stride=0)
    with pytest.raises(DataError, match="batch_size to be a positive"):
        od.data.random_token_windows(TOKENS, 3, batch_size=0)
