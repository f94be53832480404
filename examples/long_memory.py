"""A memory of a hundred steps: why a recurrent network forgets, and an LSTM does not

The first symbol of a sequence has to be repeated after a hundred blanks. In a simple recurrent network the
gradient passes the same weights at every step back: with Glorot's first weights nothing of it is left at the first
step, where the symbol stands, and the network guesses. In the LSTM it passes the forget gates, which begin nearly
open here (their bias is ln 100: a memory of about a hundred steps), and it arrives. First weights that only rotate
the state (Keras' default) help the simple network as well, as long as it has nothing else to compute with them.
"""

import math

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

delay, symbols, units = 100, 4, 64
x, y = od.datasets.copy_task.load_data(6000, delay=delay, symbols=symbols, length=1)
y = y[:, -1]


def gates(shape, dtype=None):
    """The first biases: input gates nearly closed, forget gates nearly open."""
    i, f, rest = -math.log(delay), math.log(delay), np.zeros(2 * units)
    return np.concatenate([np.full(units, i), np.full(units, f), rest]).astype(dtype)


layers = {
    "SimpleRNN, Glorot": od.layers.SimpleRNN(units, recurrent_initializer="glorot_uniform"),
    "SimpleRNN, orthogonal": od.layers.SimpleRNN(units),
    "LSTM": od.layers.LSTM(units, bias_initializer=gates, unit_forget_bias=False),
}
figure, (learning, reaching) = canvas(columns=2)
for name, layer in layers.items():
    od.random.seed(0)
    model = od.Sequential(
        [od.Input((delay + 2,), dtype="int32"), od.layers.Embedding(symbols + 2, 16), layer]
    )
    model.add(od.layers.Dense(symbols + 2))
    model.compile(
        od.optimizers.Adam(0.001, global_clipnorm=1.0),
        od.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    split = 5000
    norms = od.insight.gradient_over_time(model, x[split:], y[split:])
    history = model.fit(
        x[:split],
        y[:split],
        batch_size=64,
        epochs=steps(8),
        steps_per_epoch=steps(78),
        validation_data=(x[split:], y[split:]),
        verbose=0,
    )
    accuracy = history.history["val_accuracy"]
    print(
        f"{name:21} gradient at first: {norms[0]:.0e} at step 1, {norms[-1]:.0e} at the last; right: {accuracy[-1]:.0%}"
    )
    learning.plot(range(1, len(accuracy) + 1), accuracy, label=name)
    reaching.semilogy(norms)
label(learning, "The symbol is repeated", "epoch", "share of the sequences", loc="lower right")
label(reaching, "Gradient at each step, before training", "step", "length of the gradient")
save(figure)
