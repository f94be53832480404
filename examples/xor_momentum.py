"""Momentum: steps that remember where they came from

m ← μ m - η g, w ← w + m: each step goes on with a share μ of the one before. The gradients of many steps add
up where they agree, so that the flat part at the beginning is crossed sooner. The rule by hand in NumPy and
SGD(momentum=μ) of Ondol make the same steps, with the same numbers.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

od.config.set_floatx("float64")  # as exact as NumPy's default
x = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
t = np.array([[0], [1], [1], [0]])


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def in_numpy(W1, W2, mu, epochs, rate=0.9):
    m1, m2, errors = 0.0, 0.0, []
    for _ in range(epochs):
        y1 = sigmoid(x @ W1)
        y2 = sigmoid(y1 @ W2)
        delta2 = (t - y2) * y2 * (1 - y2)
        delta1 = delta2 @ W2.T * y1 * (1 - y1)
        m1 = mu * m1 + rate * x.T @ delta1 / len(x)
        m2 = mu * m2 + rate * y1.T @ delta2 / len(x)
        W1, W2 = W1 + m1, W2 + m2
        errors.append(np.mean((t - y2) ** 2))
    return W1, W2, errors


def in_ondol(W1, W2, mu, epochs):
    W1, W2 = od.Variable(W1), od.Variable(W2)
    sgd = od.optimizers.SGD(0.9, momentum=mu)
    for _ in range(epochs):
        y = od.sigmoid(od.sigmoid(x @ W1) @ W2)
        sgd.minimize(((t - y) ** 2).mean() / 2, [W1, W2])
    return W1.numpy(), W2.numpy()


rng = np.random.default_rng(4)
start = rng.uniform(-1, 1, (3, 4)), rng.uniform(-1, 1, (4, 1))
figure, ax = canvas()
for mu in (0.0, 0.5, 0.9):
    *weights, errors = in_numpy(*start, mu, steps(4000))
    for by_hand, ours in zip(weights, in_ondol(*start, mu, steps(4000)), strict=True):
        assert np.allclose(by_hand, ours, rtol=0, atol=1e-6)
    learnt = next((str(epoch) for epoch, error in enumerate(errors) if error < 0.01), "not yet reached")
    print(f"momentum {mu}: error below 0.01 after epoch {learnt} (the same numbers in Ondol)")
    ax.plot(errors, label=f"momentum {mu:g}" if mu else "no momentum")
label(ax, "XOR with and without momentum", "epoch", "mean squared error")
save(figure)
