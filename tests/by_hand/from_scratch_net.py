"""The network of the book: layers with given weights, put together by hand."""

import itertools

import numpy as np

import ondol as od

L = od.layers


class Net:
    """Affine layers with a sigmoid between, as in a book."""

    def __init__(self, *widths, seed=1):
        rng = np.random.default_rng(seed)
        self.layers = []
        for inputs, outputs in itertools.pairwise(widths):
            self.layers += [
                L.Affine(0.5 * rng.normal(size=(inputs, outputs)), np.zeros(outputs)),
                L.Sigmoid(dtype="float64"),
            ]
        self.layers.pop()
        self.loss_layer = L.SoftmaxWithLoss(dtype="float64")
        self.params = [p for layer in self.layers for p in layer.params]
        self.grads = [g for layer in self.layers for g in layer.grads]

    def forward(self, x, t):
        for layer in self.layers:
            x = layer.forward(x)
        return self.loss_layer.forward(x, t)

    def backward(self):
        dout = self.loss_layer.backward()
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout


def spiral(samples=100):
    """The book's points, so many on each of 3 arms, in float64."""
    x, t = od.datasets.spiral(3 * samples, one_hot=False)
    return x.astype("float64"), t
