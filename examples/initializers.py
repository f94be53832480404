"""How to draw the first weights: signals on their way through a network

Normal numbers go through layers of 100 units that nothing has trained. Weights with standard deviation 1
throw every unit to -1 or 1, where no gradient comes through; with 0.01 nothing is left after a few layers.
Xavier Glorot's √(1/n) keeps the spread about the same. For ReLU, which drops half of the signal, He's √(2/n)
does.
"""

import numpy as np

import ondol as od
from _gallery import save

od.random.seed(0)
x = od.random.normal((1000, 100))
for name, activation, deviation in (
    ("std 1", od.tanh, 1.0),
    ("std 0.01", od.tanh, 0.01),
    ("Xavier", od.tanh, np.sqrt(1 / 100)),
    ("Xavier", od.relu, np.sqrt(1 / 100)),
    ("He", od.relu, np.sqrt(2 / 100)),
):
    y = x
    for _ in range(10):
        y = activation(y @ od.random.normal((100, 100), stddev=deviation))
    print(f"{name:8} with {activation.__name__}: std {y.numpy().std():.1e} after ten layers")

od.random.seed(0)
save(od.plot.initializer_signals("tanh"))
