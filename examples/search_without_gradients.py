"""Without gradients: trying weights at random, or one after the other, against following the slope

Left a network of 17 weights for XOR, right one of 1210 for digits, each trained in four ways from the same weights.
Where weights are few, steps at random and one weight at a time do well, better even than the slope. Where they are
many, a good step is hard to hit: gradient descent, which pays about three losses for the slope of all weights at
once, leaves the others behind.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

(images, digits), _ = od.datasets.digits.load_data()
x, y = od.datasets.truth_table("xor")
tasks = {
    "XOR": (x, np.reshape(y, (-1, 1)), 4, 1),
    "digits": (images[:300].reshape(300, 64), digits[:300], 16, 10),
}


def network(features, hidden, outputs):
    od.random.seed(1)
    model = od.Sequential([od.Input((features,)), od.layers.Dense(hidden, activation="tanh")])
    model.add(od.layers.Dense(outputs, activation="sigmoid" if outputs == 1 else "softmax"))
    loss = "binary_crossentropy" if outputs == 1 else "sparse_categorical_crossentropy"
    model.compile(od.optimizers.Adam(0.05), loss)
    return model


tries = steps(3000)
figure, axes = canvas(columns=2)
for ax, (name, (x, y, *units)) in zip(axes, tasks.items(), strict=True):
    size = x.shape[1], *units
    weights = network(*size).count_params()
    rounds = max(tries // (2 * weights), 1)
    found = {
        "all weights at random": od.tuning.random_weight_search(network(*size), x, y, tries, scale=2.0),
        "random steps": od.tuning.random_weight_search(network(*size), x, y, tries, scale=0.2, around=True),
        "one weight at a time": od.tuning.step_weight_search(network(*size), x, y, rounds=rounds),
    }
    for way, search in found.items():
        print(f"{name:6} {way:22} loss {search.loss:.4f} after {search.evaluations[-1]} losses")
        ax.loglog(search.evaluations, search.losses, label=way)
    losses = network(*size).fit(x, y, batch_size=len(x), epochs=tries // 3 + 1, verbose=0).history["loss"]
    print(f"{name:6} {'gradient descent':22} loss {losses[-1]:.4f} after {3 * len(losses)} losses")
    ax.loglog(3 * np.arange(1, len(losses) + 1), losses, label="gradient descent (Adam)")
    ax.set_ylim(1e-4, 30)
    label(ax, f"{name}, {weights} weights", "losses computed", "lowest loss", loc="lower left")
save(figure)
