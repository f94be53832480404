"""XOR by a hidden layer: the plane is bent until a line is enough

Two hidden units learn new coordinates. In them, the corners that belong together have come to lie on one
side, and the last neuron needs no more than a straight line. The grid shows what the layer did to all the
points between.
"""

import ondol as od
from _gallery import save, steps

od.random.seed(12)
x, t = od.datasets.truth_table("xor")
model = od.Sequential(
    [
        od.Input((2,)),
        od.layers.Dense(2, activation="tanh", name="hidden"),
        od.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(od.optimizers.Adam(0.05), "binary_crossentropy")
model.fit(x, t, batch_size=4, epochs=steps(60), verbose=0)
print("answers", model.predict(x, verbose=0).ravel().round(3))

figure = od.plot.hidden_space(model, x, t, layer="hidden")
# The last neuron's line, w1 u1 + w2 u2 + b = 0, in the coordinates of the hidden units.
(w1, w2), b = model.layers[-1].kernel.numpy().ravel(), model.layers[-1].bias.numpy().item()
plane, bent = figure.axes
limits = bent.axis()
bent.axline((-w1 * b / (w1**2 + w2**2), -w2 * b / (w1**2 + w2**2)), slope=-w1 / w2, color="black")
bent.axis(limits)
save(figure)
