"""Where a network looks: a network whose answer is known to depend on one corner."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, UnknownNameError

L = od.layers


def corner_network():
    """Class 1's score is the sum of the upper left quarter of what a 1x1 convolution passes on."""
    model = od.Sequential(
        [od.Input((8, 8, 1)), L.Conv2D(2, 1, name="pass"), L.Flatten(), L.Dense(2, name="out")]
    )
    model.layers[0].set_weights([np.array([1.0, -1.0]).reshape(1, 1, 1, 2), np.zeros(2)])
    kernel = np.zeros((8, 8, 2, 2))
    kernel[:4, :4, 0, 1] = 1
    model.layers[2].set_weights([kernel.reshape(128, 2), np.zeros(2)])
    return model


def heat(ax):
    return np.asarray(ax.images[-1].get_array())


def test_all_three_find_the_corner():
    image = np.random.default_rng(0).uniform(0.5, 1.0, (8, 8))
    image[4:] = 0.1
    figure = od.plot.saliency(corner_network(), image, patch=2)
    assert figure.axes[0].get_title(loc="left") == f"seen: 1 ({image[:4, :4].sum():.3g})"
    gradient, occlusion, cam = (heat(ax) for ax in figure.axes[1:])
    expected = np.zeros((8, 8))
    expected[:4, :4] = 1
    np.testing.assert_allclose(gradient, expected)  # maps are drawn as shares of their largest number
    assert (occlusion[:3, :3] > 0).all()
    np.testing.assert_allclose(occlusion[5:, 5:], 0, atol=1e-6)
    # Map 0 is the image, of mean gradient 16 / 64; map 1 has none.
    np.testing.assert_allclose(cam, image / image.max(), rtol=1e-5)


def test_occlusion_by_formula():
    image = np.random.default_rng(1).uniform(0.5, 1, size=(8, 8))
    image[:4, :4] += 1
    (_, ax) = od.plot.saliency(corner_network(), image, target=1, methods=["occlusion"], patch=4).axes
    # Patches of 4 x 4 at every second row and column: each puts the mean where it covers the corner.
    total, times = np.zeros((8, 8)), np.zeros((8, 8))
    for i in range(0, 8, 2):
        for j in range(0, 8, 2):
            covered = image[i : i + 4, j : j + 4] - image.mean()
            total[i : i + 4, j : j + 4] += covered[: max(0, 4 - i), : max(0, 4 - j)].sum()
            times[i : i + 4, j : j + 4] += 1
    expected = np.maximum(total / times, 0)
    np.testing.assert_allclose(heat(ax), expected / expected.max(), rtol=1e-4, atol=1e-6)


def test_scores_are_taken_before_softmax():
    model = od.Sequential([corner_network(), L.Softmax()])
    model(np.ones((1, 8, 8, 1)))
    (_, ax) = od.plot.saliency(model, 10 * np.ones((8, 8)), methods=["gradient"]).axes
    np.testing.assert_allclose(heat(ax)[:4, :4], 1)
    np.testing.assert_allclose(heat(ax)[4:], 0)


def test_names_and_mistakes():
    model = corner_network()
    figure = od.plot.saliency(model, np.ones((8, 8)), methods=["gradient"], class_names=["no", "yes"])
    assert figure.axes[0].get_title(loc="left") == "seen: yes (16)"
    with pytest.raises(UnknownNameError, match="grad_cam"):
        od.plot.saliency(model, np.ones((8, 8)), methods=["magic"])
    with pytest.raises(UnknownNameError, match="'pass'"):
        od.plot.saliency(model, np.ones((8, 8)), layer="other")
    with pytest.raises(DataError, match="target=5"):
        od.plot.saliency(model, np.ones((8, 8)), target=5)
    dense = od.Sequential([od.Input((8, 8, 1)), L.Flatten(), L.Dense(2)])
    with pytest.raises(DataError, match="convolutions"):
        od.plot.saliency(dense, np.ones((8, 8)))
