"""What one neuron can do: AND, OR, NAND, but not XOR

A neuron draws one straight line through the plane of its inputs. AND, OR and NAND have their 1s on one side
of a line; XOR has them at opposite corners. There the neuron ends where it is least wrong: 0.5 everywhere.
"""

import ondol as od
from _gallery import canvas, save, steps

od.random.seed(0)
figure, axes = canvas(columns=4, height=2.0)
for ax, gate in zip(axes, ("and", "or", "nand", "xor"), strict=True):
    x, t = od.datasets.truth_table(gate)
    neuron = od.Sequential([od.Input((2,)), od.layers.Dense(1, activation="sigmoid")])
    neuron.compile(od.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    neuron.fit(x, t, batch_size=4, epochs=steps(300), verbose=0)
    loss, accuracy = neuron.evaluate(x, t, verbose=0)
    print(f"{gate:4}  loss {loss:.3f}  answers {neuron.predict(x, verbose=0).ravel().round(2)}")
    title, names = f"{gate.upper()}: {4 * accuracy:.0f} of 4 right", ("first input", "second input")
    od.plot.decision_boundary(neuron, x, t, title=title, feature_names=names, ax=ax, legend=False)
save(figure)
