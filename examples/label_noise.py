"""Label noise: what a network learns first, and what it learns by heart

A third of the training labels are wrong at random. The network first learns what is common to the digits: for
some epochs it is right on unseen digits far more often than its own labels are. Then it begins to learn the
wrong labels one by one, and gets worse at everything else. Stopping in time would have been the better
network.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

(x, y), (x_test, y_test) = od.datasets.digits.load_data()
rng = np.random.default_rng(0)
wrong = rng.random(len(y)) < 1 / 3
given = np.where(wrong, (y + rng.integers(1, 10, len(y))) % 10, y)

od.random.seed(0)
model = od.Sequential([od.Input((8, 8)), od.layers.Flatten()])
model.add(od.layers.Dense(256, activation="relu"))
model.add(od.layers.Dense(256, activation="relu"))
model.add(od.layers.Dense(10, activation="softmax"))
model.compile(od.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, given, epochs=steps(80), validation_data=(x_test, y_test), verbose=0).history

unseen = history["val_accuracy"]
print(f"{wrong.mean():.0%} of the labels are wrong")
print(
    f"unseen digits: {max(unseen):.1%} right after epoch {np.argmax(unseen) + 1}, {unseen[-1]:.1%} in the end"
)
figure, ax = canvas()
ax.plot(history["accuracy"], label="the given labels, a third of them wrong")
ax.plot(unseen, label="unseen digits, true labels")
ax.set_ylim(0, 1.02)
label(ax, "First the digits, then the noise", "epoch", "share that is right", loc="lower right")
save(figure)
