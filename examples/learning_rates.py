"""Learning rates: too small, about right, too large

Gradient descent on the parabola L = (w - 1)², by w ← w - η dL/dw. Each step multiplies the distance from the
minimum by (1 - 2η): a small rate creeps, η = 0.5 would be there in one step, a larger one leaps over the
minimum, and from η = 1 on it climbs.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save


def loss(w):
    return (w - 1) ** 2


figure, axes = canvas(columns=4, height=2.4)
for ax, rate in zip(axes, (0.05, 0.3, 0.9, 1.05), strict=True):
    w, sgd, visited = od.Variable(-1.0), od.optimizers.SGD(rate), []
    for _ in range(8):
        visited.append(float(w))
        sgd.minimize(lambda w=w: loss(w), [w])
    places = np.linspace(-3, 5, 100)
    ax.plot(places, loss(places), color="0.6", linestyle="-", linewidth=1)
    ax.plot(visited, loss(np.array(visited)), "o-", markersize=4)
    ax.set_ylim(-0.5, 16.5)
    label(ax, f"rate {rate:g}", "w", "loss" if rate == 0.05 else "")
    print(f"rate {rate:4}: after 7 steps w = {visited[-1]:6.3f}")
    assert np.isclose(visited[-1] - 1, -2 * (1 - 2 * rate) ** 7, atol=1e-5)
save(figure)
