"""Optimizers on one surface

A ravine: steep across, nearly flat along. Plain gradient descent bounces between the walls and creeps along
the bottom. Momentum gathers speed along it and overshoots; AdaGrad and RMSprop give each direction a step
length of its own; Adam does both.
"""

import ondol as od
from _gallery import save


def ravine(x, y):
    return x**2 / 20 + y**2


compared = {
    "SGD": od.optimizers.SGD(0.9),
    "momentum": od.optimizers.SGD(0.1, momentum=0.9),
    "AdaGrad": od.optimizers.Adagrad(1.5),
    "RMSprop": od.optimizers.RMSprop(0.3),
    "Adam": od.optimizers.Adam(0.3),
}
figure = od.plot.loss_surface(ravine, compared, start=(-7.0, 2.0), limits=(-8, 5, -3, 3), steps=30)
for path in figure.axes[0].lines:
    x, y = path.get_data()
    print(f"{path.get_label():9} loss {ravine(x[-1], y[-1]):.4f} after 30 steps")
save(figure)
