"""Losses at their limits: huge logits, certain predictions, empty regions, classes on another axis."""

import numpy as np
import pytest
from scipy import special

import ondol as od

EXTREME = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [0.0, 0.0, -1e4]], "float32")
ONE_HOT = np.eye(3, dtype="float32")
FUNCTIONS = {cls.function.__name__: cls for cls in vars(od.losses).values() if hasattr(cls, "function")}


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"ctc"}))
def test_predictions_of_any_size_give_finite_losses_and_gradients(name):
    cls = FUNCTIONS[name]
    options = {"q": 0.5} if "generalized" in name else {}
    y = np.arange(3) if cls.integer_targets else ONE_HOT
    p = od.tensor(EXTREME, requires_grad=True)
    p_shown = od.activations.softmax(p) if "categorical" in name else p
    p_shown = od.activations.relu(p) if name == "poisson" else p_shown  # a mean of counts is not negative
    loss = getattr(od.losses, name)(y, p_shown, **options)
    assert np.isfinite(loss.numpy()).all()
    loss.sum().backward()
    assert np.isfinite(p.grad.numpy()).all()


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_losses_of_logits(gamma):
    z = np.array([[2.0, -1.0, 40.0], [1e4, -1e4, 0.3]])
    y = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    miss = np.where(y == 1, special.expit(-z), special.expit(z))
    entropy = np.where(y == 1, -special.log_expit(z), -special.log_expit(-z))
    for shown, options in ((z, {"from_logits": True}), (od.activations.sigmoid(z), {})):
        values = od.losses.binary_focal_crossentropy(y, shown, gamma=gamma, **options)
        np.testing.assert_allclose(values, (miss**gamma * entropy).mean(-1), rtol=1e-6)
    gradient = od.grad(
        lambda z: od.losses.binary_focal_crossentropy(y, z, gamma=gamma, from_logits=True).sum()
    )(od.tensor(z))
    assert np.isfinite(gradient.numpy()).all()
    labels = np.array([1, 0])
    log_p = special.log_softmax(z, axis=-1)[[0, 1], labels]
    expected = -0.25 * (-np.expm1(log_p)) ** gamma * log_p
    for shown, options in ((z, {"from_logits": True}), (od.activations.softmax(z), {})):
        values = od.losses.categorical_focal_crossentropy(np.eye(3)[labels], shown, gamma=gamma, **options)
        np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-12)


def test_focal_losses_without_focus_are_cross_entropies():
    p = np.random.default_rng(0).dirichlet(np.ones(3), 3)
    for smooth in (0.0, 0.1):
        np.testing.assert_allclose(
            od.losses.binary_focal_crossentropy(ONE_HOT, p, gamma=0.0, label_smoothing=smooth),
            od.losses.binary_crossentropy(ONE_HOT, p, label_smoothing=smooth),
        )
        np.testing.assert_allclose(
            od.losses.categorical_focal_crossentropy(ONE_HOT, p, 1.0, 0.0, label_smoothing=smooth),
            od.losses.categorical_crossentropy(ONE_HOT, p, label_smoothing=smooth),
        )


def test_focal_classes_on_another_axis():
    p = np.random.default_rng(0).dirichlet(np.ones(3), 4)
    y = ONE_HOT[[0, 2, 1, 1]]
    np.testing.assert_allclose(
        od.losses.categorical_focal_crossentropy(y.T, p.T, axis=0),
        od.losses.categorical_focal_crossentropy(y, p),
    )


def test_regions_equal_disjoint_and_empty():
    whole, empty = np.ones((1, 4)), np.zeros((1, 4))
    for loss in (
        od.losses.Dice(),
        od.losses.Tversky(),
        od.losses.Dice(axis=(1,)),
        od.losses.Tversky(axis=-1),
    ):
        assert float(loss(whole, whole)) == pytest.approx(0.0, abs=1e-6)
        assert float(loss(whole, empty)) == 1.0
        assert float(loss(empty, empty)) == 1.0


def test_each_image_may_count_for_itself():
    y, p = np.random.default_rng(1).integers(0, 2, (2, 3, 4, 4, 1)).astype(float)
    each = [1 - 2 * (a * b).sum() / (a.sum() + b.sum()) for a, b in zip(y, p, strict=True)]
    loss = od.losses.Dice(axis=(1, 2, 3))
    assert float(loss(y, p)) == pytest.approx(np.mean(each))
    w = np.array([1.0, 0.0, 2.0])  # the second one is masked
    assert float(loss(y, p, sample_weight=w)) == pytest.approx(np.mean(w * each))
    assert float(od.losses.Dice()(y, p)) == pytest.approx(1 - 2 * (y * p).sum() / (y.sum() + p.sum()))


def test_tversky_names_what_it_weighs():
    y, false, missed = (
        np.array([[1.0, 1.0, 0.0, 0.0]]),
        np.array([[1.0, 1.0, 1.0, 0.0]]),
        np.array([[1.0, 0, 0, 0]]),
    )
    loss = od.losses.Tversky(alpha=0.25, beta=0.75)
    assert float(loss(y, false)) == pytest.approx(1 - 2 / 2.25)
    assert float(loss(y, missed)) == pytest.approx(1 - 1 / 1.75)


def test_circle_leaves_out_the_lonely():
    x = np.random.default_rng(2).normal(size=(5, 3))
    x /= np.linalg.norm(x, axis=-1, keepdims=True)
    labels = np.array([0, 0, 1, 1, 2])  # the last has no partner
    values = od.losses.circle(labels, x, gamma=2.0).numpy()
    assert values[4] == 0
    assert float(od.losses.Circle(gamma=2.0)(labels, x)) == pytest.approx(values[:4].mean())
    assert float(
        od.losses.Circle(gamma=2.0)(labels[:, None], x, sample_weight=[1, 0, 0, 3, 1])
    ) == pytest.approx((values[0] + 3 * values[3]) / 4)
    alone = od.tensor(x, requires_grad=True)
    od.losses.Circle()(np.zeros(5, int), alone).backward()  # one class only: nothing to learn
    assert (alone.grad.numpy() == 0).all()


def test_circle_with_references():
    rng = np.random.default_rng(3)
    x, r = rng.normal(size=(2, 4, 3))
    x /= np.linalg.norm(x, axis=-1, keepdims=True)
    r /= np.linalg.norm(r, axis=-1, keepdims=True)
    labels, others = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    d = 1 - x @ r.T
    same = labels[:, None] == others
    pull = np.where(same, np.exp((0.4 + d) * (d - 0.4)), 0).sum(1)
    push = np.where(same, 0, np.exp(np.maximum(1.4 - d, 0) * (0.6 - d))).sum(1)
    values = od.losses.circle(labels, x, others, r, remove_diagonal=False, gamma=1.0)
    np.testing.assert_allclose(values, np.log(1 + pull * push), rtol=1e-6)


def test_a_wrong_label_pulls_less_with_the_generalized_cross_entropy():
    z = np.array([[8.0, 0.0]])

    def pull(loss):
        return abs(od.grad(lambda z: loss([1], od.activations.softmax(z)).sum())(od.tensor(z)).numpy()).max()

    p = special.softmax(z)[0, 1]
    robust = pull(lambda y, p: od.losses.categorical_generalized_cross_entropy(y, p, q=0.5))
    assert robust == pytest.approx(np.sqrt(p) * (1 - p))  # pᵠ times the pull of the cross-entropy
    assert pull(od.losses.sparse_categorical_crossentropy) == pytest.approx(1 - p)
    with pytest.raises(ValueError, match="q between 0 and 1. Received: q=1.0"):
        od.losses.CategoricalGeneralizedCrossEntropy(q=1.0)
