"""Overfitting a polynomial, and weight decay against it

Twelve noisy points of a sine. A polynomial of degree 11 can go through all of them, and swings wildly
between. A penalty on large weights, L2, makes it choose: most of the noise is not worth the weights it would
take. Too large a penalty leaves a curve that follows nothing. The minimum is found by gradients and their
gradients; the normal equations of linear algebra agree.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save

od.config.set_floatx("float64")
rng = np.random.default_rng(3)
x = np.linspace(-1, 1, 12) + rng.normal(scale=0.01, size=12)
t = np.sin(3 * x) + rng.normal(scale=0.2, size=12)
places = np.linspace(-1, 1, 200)


def features(x):
    return np.polynomial.chebyshev.chebvander(x, 11)  # 12 polynomials of degree 0 to 11


def loss(w, penalty):
    return ((features(x) @ w - t) ** 2).mean() + penalty * (w**2).sum()


slope = od.grad(loss)


def curvature(w, penalty):
    """The matrix of second derivatives, a row for each weight."""
    return np.stack([od.grad(lambda w, i=i: slope(w, penalty)[i])(w).numpy() for i in range(12)])


figure, axes = canvas(columns=3, height=2.7)
for ax, penalty in zip(axes, (0.0, 0.01, 1.0), strict=True):
    w = np.zeros(12)
    w -= np.linalg.solve(
        curvature(w, penalty), slope(w, penalty)
    )  # the loss is a parabola: one step is enough
    exact = np.linalg.solve(features(x).T @ features(x) / 12 + penalty * np.eye(12), features(x).T @ t / 12)
    assert np.allclose(features(x) @ w, features(x) @ exact, atol=1e-6)

    curve = features(places) @ w
    error = np.sqrt(np.mean((curve - np.sin(3 * places)) ** 2))
    print(f"penalty {penalty:4}: largest weight {abs(w).max():.2f}, distance from the sine {error:.2f}")
    ax.plot(places, curve, label="polynomial")
    ax.plot(places, np.sin(3 * places), label="sine")
    ax.plot(x, t, "ko", markersize=4, linestyle="none", label="points")
    ax.set_ylim(-2, 2)
    label(ax, f"L2 penalty {penalty:g}", "x", loc="upper left")
    if penalty != 0.01:
        ax.get_legend().remove()
save(figure)
