"""What convolutions see: a small LeNet on handwritten digits

A network in the manner of LeNet-5: convolution, pooling, convolution, dense layers. The first maps are edges
and strokes that one can still recognise; those after the second convolution answer to arrangements of
strokes, and are no longer pictures.
"""

import ondol as od
from _gallery import save, steps

od.random.seed(0)
(x, y), (x_test, y_test) = od.datasets.digits.load_data()
model = od.Sequential(name="a small LeNet")
model.add(od.Input((8, 8, 1)))
model.add(od.layers.Conv2D(8, 3, padding="same", activation="relu", name="first convolution"))
model.add(od.layers.MaxPooling2D(2, name="pooling"))
model.add(od.layers.Conv2D(16, 3, activation="relu", name="second convolution"))
model.add(od.layers.Flatten())
model.add(od.layers.Dense(32, activation="relu"))
model.add(od.layers.Dense(10, activation="softmax"))
model.compile(od.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[..., None], y, epochs=steps(20), verbose=0)
print(f"{model.evaluate(x_test[..., None], y_test, verbose=0)[1]:.1%} of the unseen digits right")
print("filters of the first convolution: od.plot.filters(model.layers[0])")

seven = x_test[y_test == 7][0]
save(od.plot.feature_maps(model, seven, title="What a small LeNet makes of a 7"))
