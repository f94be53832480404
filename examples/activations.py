"""Activations, and what they let through on the way back

The solid line is what a unit says, the dashed line is what its gradient is multiplied with. Sigmoid's
derivative is 1/4 at its best and 0 at both ends; tanh reaches 1; ReLU is 1 or 0, and a unit that is 0 for
every sample is dead. The newer ones are smooth ReLUs that leave a little gradient below 0. The derivatives
are those of the backward pass.
"""

import numpy as np

import ondol as od
from _gallery import save

names = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "hard_sigmoid")
z = np.linspace(-5, 5, 1001)
for name in names:
    slopes = od.grad(lambda z, name=name: od.activations.get(name)(z).sum())(z).numpy()
    print(f"{name:12} derivative from {slopes.min():5.2f} to {slopes.max():.2f}")
save(od.plot.activation_functions(names))
