"""The delta rule: sample by sample, all samples at once, and in mini-batches

A neuron y = sigmoid(x w) learns four rows. Each row says how to change the weights, by the delta rule

    w ← w + η x δ,   δ = y (1 - y) (t - y).

One can follow each row at once (stochastic gradient descent), the mean of all rows (batch), or the mean of a
few (mini-batches). In one epoch the first makes four steps where the second makes one, and so it is ahead. In
Ondol, where the gradients come by themselves, the three give the same numbers.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

od.config.set_floatx("float64")  # as exact as NumPy's default
x = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])  # the third input is always 1: a bias
t = np.array([[0], [0], [1], [1]])  # to be learnt: the first input
epochs, rate = steps(1000), 0.9


def in_numpy(batch_size):
    w, errors = np.full((3, 1), 0.1), []
    for _ in range(epochs):
        for start in range(0, len(x), batch_size):
            rows = slice(start, start + batch_size)
            y = 1 / (1 + np.exp(-x[rows] @ w))
            delta = y * (1 - y) * (t[rows] - y)
            w += rate * x[rows].T @ delta / batch_size
        errors.append(np.mean((t - 1 / (1 + np.exp(-x @ w))) ** 2))
    return w, errors


def in_ondol(batch_size):
    w = od.Variable(np.full((3, 1), 0.1))
    sgd = od.optimizers.SGD(rate)
    for _ in range(epochs):
        for start in range(0, len(x), batch_size):
            rows = slice(start, start + batch_size)
            sgd.minimize(((t[rows] - od.sigmoid(x[rows] @ w)) ** 2).mean() / 2, [w])
    return w.numpy()


figure, ax = canvas()
for name, batch_size in {"one sample at a time": 1, "mini-batches of 2": 2, "all four at once": 4}.items():
    w, errors = in_numpy(batch_size)
    assert np.allclose(w, in_ondol(batch_size), rtol=0, atol=1e-6)
    print(f"{name:20}  weights {w.ravel().round(3)}  error {errors[-1]:.4f}  (the same in Ondol)")
    ax.plot(range(1, epochs + 1), errors, label=name)
ax.set_yscale("log")
label(ax, "One neuron, three ways to step", "epoch", "mean squared error")
save(figure)
