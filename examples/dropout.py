"""Dropout on and off: few points, many units

A network of 2 x 256 units has 60 noisy points to learn from. It bends its boundary around single points and
is very sure of itself; its loss on points it has not seen rises and rises. With dropout each step trains a
random half of the units, none of which can rely on the others: the boundary is smoother, and the unseen
points come as less of a surprise.
"""

import ondol as od
from _gallery import canvas, label, save, steps

x, y = od.datasets.moons(n=60, noise=0.35, seed=1)
validation = od.datasets.moons(n=1000, noise=0.35, seed=2)
figure, axes = canvas(columns=3, height=2.6)
for ax, rate in zip(axes[1:], (0.0, 0.5), strict=True):
    od.random.seed(0)
    model = od.Sequential([od.Input((2,))])
    for _ in range(2):
        model.add(od.layers.Dense(256, activation="relu"))
        model.add(od.layers.Dropout(rate))
    model.add(od.layers.Dense(1, activation="sigmoid"))
    model.compile(od.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    sizes = {"batch_size": 30, "validation_batch_size": 1000}
    history = model.fit(x, y, epochs=steps(400), validation_data=validation, verbose=0, **sizes).history
    name = f"dropout {rate:g}" if rate else "no dropout"
    print(
        f"{name:11} loss {history['loss'][-1]:.2f} on the points learnt, {history['val_loss'][-1]:.2f} on others, "
        f"of which {history['val_accuracy'][-1]:.0%} are right"
    )
    axes[0].plot(history["val_loss"], label=name)
    od.plot.decision_boundary(
        model, x, y, title=name, feature_names=("", ""), ax=ax, resolution=120, legend=False
    )
label(axes[0], "loss on unseen points", "epoch")
save(figure)
