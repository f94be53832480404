"""Vanishing gradients: depth against the sigmoid

The same network of ten hidden layers with three activations, before any training. For each layer, the length
of its kernel's gradient: behind sigmoids it shrinks by a constant factor with each layer on the way back, so
that the first layers learn a million times more slowly than the last; behind ReLU, with He's initializer, all
layers get their share.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save

(x, y), _ = od.datasets.digits.load_data()
depth = 10
figure, ax = canvas()
for activation, initializer in {
    "sigmoid": "glorot_normal",
    "tanh": "glorot_normal",
    "relu": "he_normal",
}.items():
    od.random.seed(0)
    model = od.Sequential([od.Input((8, 8)), od.layers.Flatten()])
    for _ in range(depth):
        model.add(od.layers.Dense(64, activation, kernel_initializer=initializer))
    model.add(od.layers.Dense(10, activation="softmax"))

    loss = od.losses.SparseCategoricalCrossentropy()(y[:200], model(x[:200]))
    kernels = [layer.kernel for layer in model.layers[1:-1]]
    lengths = [float(od.norm(g)) for g in od.gradients(loss, kernels)]
    print(f"{activation:8} gradient of layer 1: {lengths[0]:.1e}, of layer {depth}: {lengths[-1]:.1e}")
    ax.semilogy(np.arange(1, depth + 1), lengths, marker="o", markersize=4, label=activation)
label(ax, "How much gradient reaches each layer", "hidden layer", "length of the gradient", loc="lower right")
save(figure)
