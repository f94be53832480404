"""A layer of your own: waves instead of straight lines

A layer says which weights it has (build) and what it computes (call); gradients, compilation, saving and the
by-hand side come by themselves. This one, sin(30 x W + b), was proposed for learning pictures and sounds
(Sitzmann et al., 2020). It follows a fast chirp where ReLU, with as many weights, draws a few straight
pieces.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps


class Sine(od.layers.Layer):
    def __init__(self, units, frequency=30.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.frequency = units, frequency

    def build(self, input_shape):
        reach = np.sqrt(6 / input_shape[-1]) / self.frequency if input_shape[-1] > 1 else 1.0
        uniform = od.initializers.RandomUniform(-reach, reach)
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer=uniform, name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x):
        return od.sin(self.frequency * (x @ self.kernel) + self.bias)


x = np.linspace(-1, 1, 256, dtype="float32")[:, None]
y = np.sin(12 * (x + 1.2) ** 2)
figure, axes = canvas(columns=2)
for ax, kind in zip(axes, ("relu", "sine"), strict=True):
    od.random.seed(0)
    model = od.Sequential([od.Input((1,))])
    for _ in range(2):
        model.add(Sine(64) if kind == "sine" else od.layers.Dense(64, activation="relu"))
    model.add(od.layers.Dense(1))
    model.compile(od.optimizers.Adam(0.001), "mse")
    model.fit(x, y, batch_size=32, epochs=steps(500), verbose=0)
    print(f"{kind}: mean squared error {model.evaluate(x, y, verbose=0):.4f}")
    ax.plot(x, y, label="to be learnt", color="0.7", linewidth=3, linestyle="-")
    ax.plot(x, model.predict(x, verbose=0), label="learnt")
    ax.set(xticks=[-1, 0, 1], ylim=(-2, 1.4))
    label(ax, "two layers of " + ("ReLU" if kind == "relu" else "our own layer"), "x", loc="lower left")
save(figure)
