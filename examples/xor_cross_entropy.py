"""Cross-entropy: the loss that does not fall asleep

With squared errors, a sigmoid unit that is surely wrong has y (1 - y) near 0, and so it hardly learns.
Cross-entropy, -t log y - (1 - t) log(1 - y), cancels that factor: δ = t - y. On XOR, with the same start and
the same learning rate, it is there long before. Both in NumPy by hand, and the same numbers in Ondol.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

od.config.set_floatx("float64")  # as exact as NumPy's default
x = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
t = np.array([[0], [1], [1], [0]])
deltas = {"squared error": lambda y: (t - y) * y * (1 - y), "cross-entropy": lambda y: t - y}
losses = {
    "squared error": lambda y: ((t - y) ** 2).sum() / 2,
    "cross-entropy": lambda y: -(t * od.log(y) + (1 - t) * od.log(1 - y)).sum(),
}


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def in_numpy(W1, W2, delta_of, epochs, rate=0.25):
    errors = []
    for _ in range(epochs):
        y1 = sigmoid(x @ W1)
        y2 = sigmoid(y1 @ W2)
        delta2 = delta_of(y2)  # the only difference between the two
        delta1 = delta2 @ W2.T * y1 * (1 - y1)
        W1, W2 = W1 + rate * x.T @ delta1, W2 + rate * y1.T @ delta2
        errors.append(abs(t - y2).mean())
    return W1, W2, errors


def in_ondol(W1, W2, loss_of, epochs):
    W1, W2 = od.Variable(W1), od.Variable(W2)
    sgd = od.optimizers.SGD(0.25)
    for _ in range(epochs):
        sgd.minimize(loss_of(od.sigmoid(od.sigmoid(x @ W1) @ W2)), [W1, W2])
    return W1.numpy(), W2.numpy()


rng = np.random.default_rng(4)
start = rng.uniform(-1, 1, (3, 4)), rng.uniform(-1, 1, (4, 1))
figure, ax = canvas()
for name, delta_of in deltas.items():
    *weights, errors = in_numpy(*start, delta_of, steps(4000))
    for by_hand, ours in zip(weights, in_ondol(*start, losses[name], steps(4000)), strict=True):
        assert np.allclose(by_hand, ours, rtol=0, atol=1e-6)
    learnt = next((str(epoch) for epoch, error in enumerate(errors) if error < 0.1), "not yet reached")
    print(f"{name}: wrong by less than 0.1 after epoch {learnt} (the same numbers in Ondol)")
    ax.plot(errors, label=name)
label(ax, "XOR with two losses", "epoch", "mean distance from the target")
save(figure)
