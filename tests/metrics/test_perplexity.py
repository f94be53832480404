"""Perplexity: tokens that do not count, batches of different lengths, and scores in place of probabilities."""

import numpy as np
import pytest
from scipy.special import log_softmax

import ondol as od

RNG = np.random.default_rng(0)


def test_a_model_that_knows_nothing_wavers_among_all_tokens():
    tokens = RNG.integers(0, 7, (3, 5))
    assert float(od.metrics.Perplexity(from_logits=True)(tokens, np.zeros((3, 5, 7)))) == pytest.approx(7)
    assert float(od.metrics.Perplexity()(tokens, np.eye(7)[tokens])) == pytest.approx(1, abs=1e-5)


def test_each_token_counts_once_in_batches_of_any_length():
    metric, surprises = od.metrics.Perplexity(from_logits=True, mask_token_id=0), []
    for rows, steps in ((2, 3), (5, 8), (1, 1)):
        tokens, scores = RNG.integers(0, 4, (rows, steps)), RNG.normal(0, 3, (rows, steps, 4))
        metric.update_state(tokens, scores)
        true = np.take_along_axis(log_softmax(scores, -1), tokens[..., None], -1)[..., 0]
        surprises.extend(-true[tokens != 0])
    assert float(metric.result()) == pytest.approx(np.exp(np.mean(surprises)), rel=1e-5)


@pytest.mark.parametrize("eagerly", [True, False])
def test_steps_that_the_mask_leaves_out_do_not_count(eagerly):
    """Not even NaN, and not their weights."""
    ids = np.array([[1, 2, 3, 0, 0], [3, 2, 1, 1, 2]])
    targets, weights = RNG.integers(0, 4, (2, 5)), np.array([[1.0], [0.5]])
    scores = RNG.normal(size=(2, 5, 4))
    model = od.Sequential([od.Input((5,)), od.layers.Embedding(4, 4, mask_zero=True)])
    model.set_weights([scores[1, [3, 2, 1, 0]]])
    metric = od.metrics.Perplexity(from_logits=True)
    model.compile(
        loss=od.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[metric],
        weighted_metrics=[od.metrics.Perplexity(from_logits=True, name="weighted")],
        run_eagerly=eagerly,
    )
    found = model.evaluate(ids, targets, sample_weight=weights[:, 0], verbose=0, return_dict=True)
    table = scores[1, [3, 2, 1, 0]]
    surprise = -np.take_along_axis(log_softmax(table[ids], -1), targets[..., None], -1)[..., 0]
    assert found["perplexity"] == pytest.approx(np.exp(surprise[ids != 0].mean()), rel=1e-5)
    mean = np.average(surprise, weights=weights * (ids != 0))
    assert found["weighted"] == pytest.approx(np.exp(mean), rel=1e-5)
    y_pred = od.tensor(np.where(ids[..., None] == 0, np.nan, table[ids]))
    y_pred._keras_mask = od.tensor(ids != 0)
    alone = od.metrics.Perplexity(from_logits=True)(targets, y_pred)
    assert float(alone) == pytest.approx(found["perplexity"], rel=1e-5)


def test_scores_for_a_metric_of_probabilities_are_warned_of():
    model = od.Sequential([od.Input((3,)), od.layers.Embedding(4, 4)])
    model.compile(loss=od.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["perplexity"])
    with pytest.warns(
        UserWarning, match=r"'perplexity' expects probabilities.*Give the metric from_logits=True"
    ):
        model.evaluate(np.zeros((2, 3), int), np.zeros((2, 3), int), verbose=0)
