"""Step by step and compiled: the same numbers

One and the same program, dropout and shuffling included, runs step by step on NumPy, where a breakpoint works
anywhere, and compiled, whole epochs as one program. The random numbers are the same, the weights agree up to
rounding; only the time is another.
"""

import time

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

x, y = od.datasets.spiral()
losses, weights = {}, {}
for name in ("step by step", "compiled"):
    od.random.seed(0)
    model = od.Sequential([od.Input((2,))])
    model.add(od.layers.Dense(64, activation="relu"))
    model.add(od.layers.Dropout(0.1))
    model.add(od.layers.Dense(3, activation="softmax"))
    model.compile("adam", "categorical_crossentropy", run_eagerly=name == "step by step")
    model.fit(x, y, batch_size=10, epochs=1, verbose=0)  # compiles, if so asked
    start = time.perf_counter()
    history = model.fit(x, y, batch_size=10, epochs=steps(100), verbose=0)
    print(f"{name:12} {time.perf_counter() - start:.2f} s, loss {history.history['loss'][-1]:.6f}")
    losses[name], weights[name] = (
        history.history["loss"],
        np.concatenate([w.ravel() for w in model.get_weights()]),
    )

difference = abs(weights["step by step"] - weights["compiled"]).max()
print(f"largest difference of a weight: {difference:.0e}")
assert difference < 1e-3
figure, axes = canvas(columns=2)
for (name, loss), width in zip(losses.items(), (4, 1.4), strict=True):
    axes[0].plot(loss, label=name, linewidth=width)
label(axes[0], "the loss, both ways", "epoch")
axes[1].plot(weights["step by step"], weights["compiled"], ".", linestyle="none", markersize=4)
label(axes[1], "each weight in the end", "step by step", "compiled")
save(figure)
