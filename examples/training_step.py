"""One training step under the magnifying glass

model.trace makes one step and keeps everything: what each layer put out, the gradient that came back to it,
and by how much its weights moved. Printed it is a table; drawn, it shows at a glance what is too small or too
large. A usual update is about a thousandth of the weight (the dotted line).
"""

import ondol as od
from _gallery import save

od.random.seed(0)
(x, y), _ = od.datasets.digits.load_data()
model = od.Sequential([od.Input((8, 8, 1))])
model.add(od.layers.Conv2D(8, 3, activation="relu", name="conv"))
model.add(od.layers.MaxPooling2D(2, name="pool"))
model.add(od.layers.Flatten(name="flatten"))
model.add(od.layers.Dense(32, activation="sigmoid", name="hidden"))
model.add(od.layers.Dense(10, activation="softmax", name="classes"))
model.compile(od.optimizers.SGD(0.1), "sparse_categorical_crossentropy")

step = model.trace(x[:32, ..., None], y[:32])
print(step)
save(od.plot.training_step(step))
