"""CTC against the sum over every single path, its gradient against differences, and texts that cannot be."""

import itertools
import re

import numpy as np
import pytest
from scipy import special

import ondol as od
from ondol.errors import DataError, ShapeError

rng = np.random.default_rng(4)
STEPS, CLASSES = 5, 3
Z = rng.normal(size=(7, STEPS, CLASSES))
LABELS = np.array([[1, 2, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0], [2, 0, 0], [2, 1, 2], [2, 2, 1]])


def reads_as(path):
    """A path with repetitions merged and blanks left out."""
    merged = [k for i, k in enumerate(path) if i == 0 or k != path[i - 1]]
    return [k for k in merged if k != 0]


def brute_force(z, text):
    log_p = special.log_softmax(z, axis=-1)
    paths = [p for p in itertools.product(range(z.shape[1]), repeat=len(z)) if reads_as(p) == list(text)]
    return -special.logsumexp([sum(log_p[t, k] for t, k in enumerate(path)) for path in paths])


EXPECTED = np.array([brute_force(z, [k for k in text if k]) for z, text in zip(Z, LABELS, strict=True)])


def test_sum_over_all_paths():
    np.testing.assert_allclose(od.losses.ctc(LABELS, Z), EXPECTED, rtol=1e-12)
    assert float(od.losses.CTC()(LABELS, Z)) == pytest.approx(EXPECTED.mean())
    w = np.array([1.0, 0.0, 2.0, 0.5, 0.0, 0.0, 1.0])
    assert float(od.losses.CTC()(LABELS, Z, sample_weight=w)) == pytest.approx((w * EXPECTED).mean())


def test_padding_of_texts_does_not_matter():
    wide = np.pad(LABELS, ((0, 0), (0, 4)))
    np.testing.assert_allclose(od.losses.ctc(wide, Z), EXPECTED, rtol=1e-12)


def test_samples_of_different_lengths():
    steps = np.array([5, 4, 5, 2, 1, 3, 4])
    texts = [[k for k in text if k] for text in LABELS]
    expected = [brute_force(z[:n], text) for z, n, text in zip(Z, steps, texts, strict=True)]
    lengths = np.array([len(text) for text in texts])
    np.testing.assert_allclose(od.ops.ctc_loss(LABELS, Z, lengths, steps), expected, rtol=1e-12)
    dz = od.grad(lambda z: od.ops.ctc_loss(LABELS, z, lengths, steps).sum())(od.tensor(Z)).numpy()
    assert (dz[np.arange(STEPS)[None] >= steps[:, None]] == 0).all()
    assert od.gradcheck(lambda z: od.ops.ctc_loss(LABELS, z, lengths, steps), Z)


def test_another_class_may_be_the_blank():
    moved = np.roll(Z, -1, axis=-1)  # class 0 becomes the last one
    texts = np.where(LABELS == 0, 99, LABELS - 1).clip(0, 2)
    lengths = (LABELS > 0).sum(-1)
    losses = od.ops.ctc_loss(texts, moved, lengths, np.full(7, STEPS), mask_index=2)
    np.testing.assert_allclose(losses, EXPECTED, rtol=1e-12)


def test_gradient_equals_central_differences():
    assert od.gradcheck(lambda z: od.losses.ctc(LABELS, z), Z)


def test_eager_equals_compiled():
    def both(z):
        return od.value_and_grad(lambda z: od.losses.CTC()(LABELS, z))(z)

    z = od.tensor(Z, dtype="float32")
    for a, b in zip(both(z), od.function(both)(z), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", [1e4, -1e4])
def test_extreme_logits_stay_finite(scale):
    z = od.tensor(scale * np.sign(Z), dtype="float32", requires_grad=True)
    loss = od.losses.CTC(reduction="sum")(LABELS, z)
    loss.backward()
    best = [
        brute_force(a, [k for k in text if k])
        for a, text in zip(z.numpy().astype(float), LABELS, strict=True)
    ]
    assert float(loss) == pytest.approx(sum(best), rel=1e-5)
    assert np.isfinite(z.grad.numpy()).all()


def test_classes_may_be_forbidden():
    z = od.tensor(np.where(np.arange(CLASSES) == 2, -np.inf, Z[:2]), requires_grad=True)
    loss = od.losses.ctc(np.array([[1, 0], [2, 0]]), z)
    without = brute_force(Z[0, :, :2], [1])
    np.testing.assert_allclose(loss, [without, np.inf])
    loss[0].backward()
    assert np.isfinite(z.grad.numpy()).all()


def test_a_text_without_room_is_impossible():
    z = od.tensor(Z[:1, :2], requires_grad=True)
    loss = od.losses.ctc([[1, 1]], z)  # needs a blank in between
    assert loss.tolist() == [np.inf]
    loss.sum().backward()
    assert (z.grad.numpy() == 0).all()


def test_the_second_derivative_is_refused():
    with pytest.raises(TypeError, match="Expected the first derivative of ctc_loss"):
        od.grad(lambda z: (od.grad(lambda z: od.losses.ctc(LABELS, z).sum())(z) ** 2).sum())(od.tensor(Z))


def test_softmax_before_the_loss_is_named_and_undone():
    with pytest.warns(UserWarning, match="Remove the softmax"):
        losses = od.losses.ctc(LABELS, od.activations.softmax(Z))
    np.testing.assert_allclose(losses, EXPECTED, rtol=1e-12)


def test_learns_to_read():
    """Two letters shown for some steps each, in any order: the network finds out which input is which letter."""
    od.random.seed(0)
    texts = rng.integers(1, 3, (64, 2))
    x = np.zeros((64, 6, 2), "float32")
    x[:, 1] = np.eye(2)[texts[:, 0] - 1]
    x[:, 4] = np.eye(2)[texts[:, 1] - 1]
    model = od.Sequential([od.Input((6, 2)), od.layers.Dense(3)])
    model.compile(od.optimizers.Adam(0.1), od.losses.CTC())
    model.fit(x, texts, epochs=40, verbose=0)
    best = model.predict(x).argmax(-1)
    assert [reads_as(path) for path in best.tolist()] == texts.tolist()


BAD = [
    (np.array([1, 2]), (None, 5, 3), "Expected texts (samples, labels)"),
    (np.array([[1, 3]]), (None, 5, 3), "class numbers from 1 to 2"),
    (np.array([[1, -1]]), (None, 5, 3), "Received: y from -1 to 1"),
    (np.array([[2, 1], [0, 1]]), (None, 5, 3), "0 only after the end of a text"),
    (np.array([[1, 0], [1, 1]]), (None, 2, 3), "y[1] with 2 labels, which needs 3 steps"),
]


@pytest.mark.parametrize(("y", "output", "message"), BAD)
def test_wrong_texts_are_named_before_training(y, output, message):
    with pytest.raises(DataError, match=re.escape(message)):
        od.losses.CTC().check_data(y, output)


def test_right_texts_pass():
    od.losses.CTC().check_data(LABELS, (None, STEPS, CLASSES))
    od.losses.CTC().check_data(LABELS, (None, None, None))


def test_shapes():
    with pytest.raises(ShapeError, match=r"y_true\.shape=\(7,\), y_pred\.shape=\(7, 5, 3\)"):
        od.losses.ctc(LABELS[:, 0], Z)
    with pytest.raises(ShapeError, match=r"one for each sample.*output_length\.shape=\(\)"):
        od.ops.ctc_loss(LABELS, Z, np.full(7, 3), 5)
