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
save(od.plot.loss_surface(ravine, compared, start=(-7.0, 2.0), limits=(-8, 5, -3, 3), steps=30))

for name, optimizer in compared.items():
    x, y = od.Variable(-7.0), od.Variable(2.0)
    again = type(optimizer).from_config(optimizer.get_config())
    for _ in range(30):
        loss = again.minimize(lambda x=x, y=y: ravine(x, y), [x, y])
    print(f"{name:9} loss {float(loss):.4f} after 30 steps")
