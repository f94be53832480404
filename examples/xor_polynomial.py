"""XOR by a polynomial feature: one neuron, if somebody tells it about a * b

Instead of a hidden layer, a third input: the product of the two. In the space of a, b and ab the four points
can be parted by a plane, and so one neuron learns XOR. Seen in the plane of a and b, its boundary is a
hyperbola. Hidden layers are for finding such features without being told.
"""

import ondol as od
from _gallery import save, steps

od.random.seed(1)
x, t = od.datasets.truth_table("xor")


def with_product(points):
    return od.concatenate([points, points[:, :1] * points[:, 1:]], axis=1)  # a, b, ab


model = od.Sequential(
    [od.Input((2,)), od.layers.Lambda(with_product), od.layers.Dense(1, activation="sigmoid")]
)
model.compile(od.optimizers.Adam(0.1), "binary_crossentropy")
history = model.fit(x, t, batch_size=4, epochs=steps(600), verbose=0)

a, b, product = model.layers[-1].kernel.numpy().ravel()
bias = model.layers[-1].bias.numpy().item()
print(f"sigmoid({a:.1f} a {b:+.1f} b {product:+.1f} ab {bias:+.1f})")
print("answers", model.predict(x, verbose=0).ravel().round(3))
title = f"{a:.1f} a {b:+.1f} b {product:+.1f} ab {bias:+.1f} = 0"
save(od.plot.decision_boundary(model, x, t, feature_names=("a", "b"), title=title))
