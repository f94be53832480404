"""The chain rule, factor by factor: why the first weight of a chain hardly moves

Six sigmoid units in a row, each with one weight. The gradient of the first weight is a product of all the
local derivatives on its way, and each sigmoid gives a factor of at most 1/4. od.explain prints the factors of
any weight of any network, and the rules they come from; here their product is drawn as it shrinks on its way
back.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save

weights = [od.Variable(1.0 + 0.1 * i, name=f"w{i + 1}") for i in range(6)]
y = od.tensor(1.0)
for w in weights:
    y = od.sigmoid(w * y)
loss = (y - 1) ** 2

explanation = od.explain(loss, weights[0])
path = explanation.paths[0]
factors = [step.derivative.item() for step in path]
assert np.isclose(np.prod(factors), explanation.gradient)

figure, ax = canvas()
products = np.cumprod(factors)
is_sigmoid = np.array([step.op.__class__.__name__ == "Sigmoid" for step in path])
places = np.arange(len(path))
ax.semilogy(places, abs(products), color="0.6", linestyle="-", linewidth=1)
for chosen, marker, name in (
    (is_sigmoid, "s", "a sigmoid's, 1/4 at most"),
    (~is_sigmoid, "o", "another rule's"),
):
    ax.semilogy(places[chosen], abs(products[chosen]), marker, linestyle="none", label=f"after {name}")
ax.set_xticks(places[is_sigmoid], [f"unit {number}" for number in range(6, 0, -1)])
label(ax, "From the loss back to the first weight", "", "product of the derivatives so far", loc="lower left")
save(figure)
