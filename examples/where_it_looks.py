"""Where a network looks: gradients, covered patches, Grad-CAM

Three ways to ask which pixels an answer depends on: how the score changes with each pixel, how far it falls
when a patch is covered, and which places of the last convolution spoke for the class. They need not agree,
and each has its blind spots; what all three show is probably so.
"""

import ondol as od
from _gallery import save, steps

od.random.seed(0)
(x, y), (x_test, y_test) = od.datasets.digits.load_data()
model = od.Sequential([od.Input((8, 8, 1))])
model.add(od.layers.Conv2D(16, 3, padding="same", activation="relu"))
model.add(od.layers.Conv2D(32, 3, padding="same", activation="relu"))
model.add(od.layers.GlobalAveragePooling2D())
model.add(od.layers.Dense(10, activation="softmax"))
model.compile(od.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[..., None], y, epochs=steps(40), verbose=0)
print(f"{model.evaluate(x_test[..., None], y_test, verbose=0)[1]:.1%} of the unseen digits right")

nine = x_test[y_test == 9][0]
save(od.plot.saliency(model, nine))
