"""Which tokens are hidden, and behind what."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError

VOCABULARY, MASK = 50, 3
IDS = np.random.default_rng(0).integers(0, VOCABULARY, (400, 250))


def test_shares_are_those_of_the_paper():
    inputs, targets, weights = od.data.mask_tokens(IDS, MASK, VOCABULARY, special_ids=[0, 1, 2], seed=7)
    chosen = weights == 1
    assert set(np.unique(weights)) == {0, 1}
    np.testing.assert_array_equal(targets, IDS)
    np.testing.assert_array_equal(inputs[~chosen], IDS[~chosen])
    assert not chosen[IDS <= MASK].any()
    # 92,000 tokens that are not special: three deviations of a share p of them are 3 sqrt(p (1 - p) / 92,000).
    assert chosen[IDS > MASK].mean() == pytest.approx(0.15, abs=0.0036)
    new, old = inputs[chosen], IDS[chosen]  # 13,800 of them
    assert (new == MASK).mean() == pytest.approx(0.8, abs=0.0103)
    # One in 46 of the random tokens is the true one.
    assert (new == old).mean() == pytest.approx(0.1 + 0.1 / 46, abs=0.008)
    others = new[(new != old) & (new != MASK)]
    assert set(others) == set(range(4, VOCABULARY))


def test_every_token_if_asked():
    inputs, _, weights = od.data.mask_tokens(IDS[0], MASK, VOCABULARY, share=1.0)
    np.testing.assert_array_equal(weights == 1, ~np.isin(IDS[0], [0, MASK]))
    assert inputs.dtype == np.int32
    np.testing.assert_array_equal(od.data.mask_tokens(IDS[0], MASK, VOCABULARY, share=0)[0], IDS[0])


def test_a_seed_and_the_global_one():
    first, again = (od.data.mask_tokens(IDS, MASK, VOCABULARY, seed=5)[0] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    od.random.seed(1)
    a, b = (od.data.mask_tokens(IDS, MASK, VOCABULARY)[0] for _ in range(2))
    assert (a != b).any()
    od.random.seed(1)
    np.testing.assert_array_equal(od.data.mask_tokens(IDS, MASK, VOCABULARY)[0], a)


def test_other_tokens_in_each_epoch_of_a_data_set():
    seen = []

    def hide(rows):
        inputs, targets, weights = od.data.mask_tokens(rows, MASK, VOCABULARY)
        seen.append(weights)
        return inputs, targets, weights

    model = od.Sequential([od.layers.Embedding(VOCABULARY, 2), od.layers.Dense(VOCABULARY)])
    model.compile("sgd", od.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(od.data.Dataset.from_tensor_slices(IDS[:8]).batch(8).map(hide), epochs=2, verbose=0)
    first, *_, second = seen
    assert first.shape == second.shape == (8, 250)
    assert (first != second).any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ids": [[0.5]]}, "whole numbers"),
        ({"ids": []}, "whole numbers"),
        ({"ids": [[50]]}, "ids from 0 to 49, as vocabulary_size=50 says. Received: 50"),
        ({"ids": [[-1]]}, "Received: -1"),
        ({"mask_id": 50}, "mask_id from 0 to 49"),
        ({"share": 1.5}, "share=1.5"),
        ({"special_ids": range(50)}, "tokens besides the special ones"),
    ],
)
def test_errors(change, words):
    arguments = {"ids": [[4]], "mask_id": MASK, "vocabulary_size": VOCABULARY, **change}
    with pytest.raises(DataError, match=words):
        od.data.mask_tokens(**arguments)
