"""The doctor: what a longer step, or a shorter one, would do

od.diagnose computes the optimizer's next step without making it, and tries it: a tenth of it, the step itself, ten
and a hundred times as much. Where the loss goes up at the step itself, the learning rate is too high; where it
still goes down at a hundred times, it is too low. The verdict comes in words, with a remedy.
"""

import ondol as od
from _gallery import canvas, label, save, steps

x, y = od.datasets.moons()
figure, ax = canvas()
for rate in (1e-5, 0.01, 1.0):
    od.random.seed(0)
    model = od.Sequential([od.Input((2,)), od.layers.Dense(16, "relu"), od.layers.Dense(1, "sigmoid")])
    model.compile(od.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"], run_eagerly=True)
    diagnosis = model.fit(x, y, epochs=steps(100), verbose=0, diagnose=True).diagnosis
    print(f"learning rate {rate:g}. {diagnosis}\n")
    first = diagnosis.measurements[0]
    ax.plot(first.line.keys(), first.line.values(), marker="o", label=f"learning rate {rate:g}")
ax.axhline(first.loss, color="grey", linewidth=0.8)
ax.set_xscale("log")
ax.set_ylim(0.5, 1.5)
label(
    ax, "The loss after steps of other lengths", "times the optimizer's first step", "loss of the same batch"
)
save(figure)
