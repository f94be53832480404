"""The spiral by hand: layers with forward and backward, and a loop

Nothing is hidden here. A layer's forward takes an array and gives an array; its backward takes the gradient
of what it gave and returns the gradient of what it took, having put those of its weights into grads. A
network is a list of layers, and a training step goes once down the list and once up again.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

x, t = od.datasets.spiral()
rng = np.random.default_rng(0)
layers = [
    od.layers.Affine(rng.normal(size=(2, 32)), np.zeros(32)),
    od.layers.Sigmoid(),
    od.layers.Affine(0.1 * rng.normal(size=(32, 3)), np.zeros(3)),
]
loss_layer = od.layers.SoftmaxWithLoss()


def predict(x):
    for layer in layers:
        x = layer.forward(x)
    return x


losses = []
for _ in range(steps(300)):
    order = rng.permutation(len(x))
    for rows in np.split(order, 10):
        losses.append(float(loss_layer.forward(predict(x[rows]), t[rows])))
        dout = loss_layer.backward()
        for layer in reversed(layers):
            dout = layer.backward(dout)
        for layer in layers:
            for weight, gradient in zip(layer.params, layer.grads, strict=True):
                weight -= 1.0 * gradient

right = (predict(x).argmax(axis=1) == t.argmax(axis=1)).mean()
print(f"loss {np.mean(losses[-10:]):.3f}, {right:.0%} of the points right")
figure, axes = canvas(columns=2)
axes[0].plot(np.reshape(losses, (-1, 10)).mean(axis=1))
label(axes[0], "loss", "epoch")
od.plot.decision_boundary(predict, x, t, ax=axes[1])
save(figure)
