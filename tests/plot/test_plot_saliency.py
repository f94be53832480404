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
        od.plot.saliency(model, np.ones((8, 8)), layer="pas")
    with pytest.raises(DataError, match="target=5"):
        od.plot.saliency(model, np.ones((8, 8)), target=5)
    dense = od.Sequential([od.Input((8, 8, 1)), L.Flatten(), L.Dense(2)])
    with pytest.raises(DataError, match="convolutions"):
        od.plot.saliency(dense, np.ones((8, 8)))


def relu_network():
    """Random numbers with negative weights and gradients at each ReLU, so that the three ways back differ."""
    od.random.seed(4)
    model = od.Sequential(
        [
            od.Input((7, 6, 2)),
            L.Conv2D(6, 3, activation="relu", bias_initializer="normal"),
            L.MaxPooling2D(2),
            L.Conv2D(8, (2, 1)),
            L.ReLU(),
            L.Flatten(),
            L.Dense(3, activation="softmax"),
        ]
    )
    return model, [w.astype("float64") for w in model.get_weights()]


def correlate(x, kernel):
    """(rows, columns, channels in) with (height, width, in, out), 'valid'."""
    height, width = kernel.shape[:2]
    rows, columns = x.shape[0] - height + 1, x.shape[1] - width + 1
    y = np.empty((rows, columns, kernel.shape[3]))
    for i in range(rows):
        for j in range(columns):
            y[i, j] = np.einsum("hwc,hwco->o", x[i : i + height, j : j + width], kernel)
    return y


def transposed(dy, kernel, shape):
    dx = np.zeros(shape)
    for i, j in np.ndindex(dy.shape[:2]):
        dx[i : i + kernel.shape[0], j : j + kernel.shape[1]] += kernel @ dy[i, j]
    return dx


@pytest.mark.parametrize("method", ["gradient", "deconvolution", "guided"])
@pytest.mark.parametrize("target", [0, 2])
def test_ways_back_by_a_computation_without_ondol(method, target):
    model, (k1, b1, k2, b2, w, _) = relu_network()
    x = np.random.default_rng(5).normal(size=(7, 6, 2))
    a1 = correlate(x, k1) + b1
    y1 = np.maximum(a1, 0)
    pooled, switches = np.empty((2, 2, 6)), {}
    for i, j, c in np.ndindex(pooled.shape):
        window = y1[2 * i : 2 * i + 2, 2 * j : 2 * j + 2, c]
        switches[i, j, c] = np.unravel_index(window.argmax(), (2, 2))
        pooled[i, j, c] = window.max()
    a2 = correlate(pooled, k2) + b2

    def relu_back(dy, a):
        passed = {"gradient": dy, "deconvolution": np.maximum(dy, 0), "guided": np.maximum(dy, 0)}[method]
        return passed if method == "deconvolution" else passed * (a > 0)

    d_pooled = transposed(relu_back(w[:, target].reshape(a2.shape), a2), k2, pooled.shape)
    dy1 = np.zeros_like(y1)
    for (i, j, c), (row, column) in switches.items():
        dy1[2 * i + row, 2 * j + column, c] = d_pooled[i, j, c]
    dx = transposed(relu_back(dy1, a1), k1, x.shape)
    expected = np.abs(dx).max(axis=-1)
    assert expected.max() > 0
    (_, ax) = od.plot.saliency(model, x, target=target, methods=method).axes
    assert ax.get_title(loc="left") == method
    np.testing.assert_allclose(heat(ax), expected / expected.max(), atol=1e-5)
    assert all("backward" not in vars(layer) for layer in model.layers)


def test_deconvolution_goes_back_through_a_shortcut():
    x = od.Input((4, 4, 1))
    kernel = od.initializers.Constant(-2.0)
    y = L.Flatten()(L.AddReLU()([x, L.Conv2D(1, 1, kernel_initializer=kernel, use_bias=False)(x)]))
    model = od.Model(x, L.Dense(1, kernel_initializer="ones")(y))
    image = np.random.default_rng(0).normal(size=(4, 4))
    # y = relu(x - 2 x): both ways together give 1 - 2, everywhere or where x is negative.
    drawn = [heat(ax) for ax in od.plot.saliency(model, image, methods=["deconvolution", "guided"]).axes[1:]]
    np.testing.assert_allclose(drawn[0], np.ones((4, 4)))
    np.testing.assert_allclose(drawn[1], image < 0)


def test_deconvolution_needs_relus():
    with pytest.raises(DataError, match="ReLU"):
        od.plot.saliency(corner_network(), np.ones((8, 8)), methods="guided")


def test_layers_of_other_models_are_refused():
    with pytest.raises(DataError, match="pass, flatten"):
        od.plot.saliency(corner_network(), np.ones((8, 8)), layer=L.Conv2D(1, 1))
