"""Search: a grid, random draws, and small steps look for a good learning rate and width

At most twenty-five trainings each. The grid tries five learning rates five times, random draws try twenty-five; of
the two hyperparameters one matters much more than the other, and so the draws see more of what matters. Small steps
begin in the middle, go where it gets better, one hyperparameter at a time, and end where no step helps.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

(x, y), _ = od.datasets.digits.load_data()
x, y = x[:600], y[:600]
od.config.run_eagerly(True)  # so many small networks are trained sooner than compiled


def build(hp):
    rate = hp.float("learning rate", 1e-3, 1.0, log=True)
    units = hp.int("units", 4, 64, log=True)
    model = od.Sequential([od.Input((8, 8)), od.layers.Flatten()])
    model.add(od.layers.Dense(units, activation="relu"))
    model.add(od.layers.Dense(10, activation="softmax"))
    model.compile(od.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


trials = steps(25)
training = {"epochs": steps(10), "validation_split": 0.25, "objective": "val_accuracy", "verbose": 0}
searches = {
    "grid": od.tuning.grid_search(build, x, y, points=round(trials**0.5), **training),
    "random": od.tuning.random_search(build, x, y, trials=trials, **training),
    "steps": od.tuning.step_search(build, x, y, trials=trials, **training),
}
figure, axes = canvas(columns=3)
for ax, (name, results) in zip(axes, searches.items(), strict=True):
    best = results.best
    print(f"{name:6} {len(results):2} trainings, the best: accuracy {best.score:.3f} with {best.values}")
    rates, units = np.array([list(t.values.values()) for t in results.trials]).T
    ax.loglog(rates, units, color="0.8", linestyle="-" if name == "steps" else "none", zorder=1)
    scores = [t.score for t in results.trials]
    ax.scatter(rates, units, c=scores, vmin=0, vmax=1, cmap="viridis", edgecolor="k", linewidth=0.5, zorder=2)
    ax.plot(*best.values.values(), "*", color="C3", markersize=12, zorder=3)
    ax.set(xlim=(5e-4, 2), ylim=(3, 90))
    label(ax, f"{name}: {best.score:.2f}", "learning rate", "units" if name == "grid" else "")
save(figure)
