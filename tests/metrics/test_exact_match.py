"""ExactMatch: sequences that are right from the first token to the last."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import ShapeError

Y = np.array([[1, 2, 3, 0], [2, 2, 0, 0], [3, 1, 1, 1], [0, 0, 0, 0]])
FOUND = np.array([[1, 2, 3, 9], [2, 1, 0, 0], [3, 1, 1, 1], [5, 5, 5, 5]])


def scores(tokens):
    return np.eye(10)[tokens].astype("float32")


def test_every_token_has_to_be_right():
    assert float(od.metrics.ExactMatch()(Y, FOUND)) == 1 / 4
    assert float(od.metrics.ExactMatch()(Y, scores(FOUND))) == 1 / 4
    assert float(od.metrics.ExactMatch()(Y[..., None], scores(FOUND))) == 1 / 4


def test_padding_and_masked_steps_do_not_count():
    # The last sequence consists of padding: it counts neither as right nor as wrong.
    assert float(od.metrics.ExactMatch(mask_token_id=0)(Y, scores(FOUND))) == pytest.approx(2 / 3)
    y_pred = od.tensor(scores(FOUND))
    y_pred._keras_mask = od.tensor(Y != 0)
    assert float(od.metrics.ExactMatch()(Y, y_pred)) == pytest.approx(2 / 3)
    y_pred._keras_mask = od.tensor(np.array([[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0]], bool))
    assert float(od.metrics.ExactMatch()(Y, y_pred)) == pytest.approx(2 / 3)  # 9 for 0 is wrong now
    assert float(od.metrics.ExactMatch(mask_token_id=0)(Y, y_pred)) == 1.0


def test_weights_and_batches():
    metric = od.metrics.ExactMatch(mask_token_id=0)
    metric.update_state(Y[:2], FOUND[:2], sample_weight=[1.0, 2.0])
    metric.update_state(Y[2:], FOUND[2:], sample_weight=[3.0, 4.0])
    assert float(metric.result()) == pytest.approx((1 + 3) / (1 + 2 + 3))
    metric.reset_state()
    assert float(metric.result()) == 0.0


def test_compiled_by_its_name_in_fit():
    model = od.Sequential([od.Input((4,), dtype="int32"), od.layers.Embedding(10, 10)])
    model.compile("sgd", od.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["exact_match"])
    model.set_weights([np.eye(10)])
    found = [model.evaluate(FOUND, Y, verbose=0)[1]]
    model.run_eagerly = True
    found.append(model.evaluate(FOUND, Y, verbose=0)[1])
    assert found == [1 / 4, 1 / 4]


def test_its_configuration():
    metric = od.metrics.ExactMatch.from_config(od.metrics.ExactMatch(mask_token_id=3, name="em").get_config())
    assert (metric.mask_token_id, metric.name) == (3, "em")


def test_errors():
    with pytest.raises(ShapeError, match=r"y_true.shape=\(4, 4\), y_pred.shape=\(4, 3\)"):
        od.metrics.ExactMatch()(Y, FOUND[:, :3])
    with pytest.raises(ShapeError, match=r"y_true.shape=\(4,\)"):
        od.metrics.ExactMatch()(Y[:, 0], scores(FOUND))
