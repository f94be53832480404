"""Backpropagation, written out: a network of two layers learns XOR

The error of a hidden unit is the errors of the units behind it, sent back through the same weights:
e₁ = W₂ᵀ δ₂. Below are the two layers with every formula in plain NumPy, sample by sample, and the same network
in Ondol, which finds the gradients itself. They give the same numbers, step for step.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

od.config.set_floatx("float64")  # as exact as NumPy's default
x = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
t = np.array([[0], [1], [1], [0]])
rng = np.random.default_rng(4)
W1, W2 = rng.uniform(-1, 1, (4, 3)), rng.uniform(-1, 1, (1, 4))
V1, V2 = od.Variable(W1), od.Variable(W2)  # the same start for Ondol
sgd, rate = od.optimizers.SGD(0.9), 0.9


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def numpy_step(x, t):
    y1 = sigmoid(W1 @ x)
    y2 = sigmoid(W2 @ y1)
    e2 = t - y2
    delta2 = y2 * (1 - y2) * e2
    e1 = W2.T @ delta2  # backpropagation
    delta1 = y1 * (1 - y1) * e1
    W1[...] += rate * np.outer(delta1, x)
    W2[...] += rate * np.outer(delta2, y1)
    return e2[0] ** 2


def ondol_step(x, t):
    y2 = od.sigmoid(V2 @ od.sigmoid(V1 @ x))
    sgd.minimize(((t - y2) ** 2).sum() / 2, [V1, V2])


errors, difference = [], []
for _ in range(steps(2500)):
    errors.append(np.mean([numpy_step(*row) for row in zip(x, t, strict=True)]))
    for row in zip(x, t, strict=True):
        ondol_step(*row)
    difference.append(max(abs(W1 - V1.numpy()).max(), abs(W2 - V2.numpy()).max()))

print("answers", sigmoid(W2 @ sigmoid(W1 @ x.T)).ravel().round(3))
print(f"largest difference of a weight between NumPy and Ondol: {max(difference):.1e}")
assert max(difference) < 1e-6
figure, axes = canvas(columns=2)
axes[0].plot(errors)
label(axes[0], "XOR is learnt", "epoch", "mean squared error")
axes[1].semilogy(np.maximum(difference, 1e-17))
label(axes[1], "by hand against Ondol", "epoch", "largest difference of a weight")
save(figure)
