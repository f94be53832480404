"""Data augmentation: 200 digits that never look the same twice

A network that is to know a digit wherever it stands should not see it in one place only. A random shift, turn
and zoom are layers in front of the convolution: they act while training, and not in predict. With 200 digits
to learn from, and unseen ones that were moved by a pixel, that is worth a lot.
"""

import numpy as np

import ondol as od
from _gallery import save, steps

(x, y), (x_test, y_test) = od.datasets.digits.load_data()
x, y, x_test = x[:200, ..., None], y[:200], np.roll(x_test, (1, -1), axis=(1, 2))[..., None]

od.random.seed(0)
augment = od.Sequential(name="augmentation")
augment.add(od.Input((8, 8, 1)))
augment.add(od.layers.RandomTranslation(0.15, 0.15, fill_mode="constant"))
augment.add(od.layers.RandomRotation(0.03, fill_mode="constant"))
augment.add(od.layers.RandomZoom(0.1, fill_mode="constant"))

for first in ([], [augment]):
    od.random.seed(1)
    model = od.Sequential([od.Input((8, 8, 1)), *first])
    model.add(od.layers.Conv2D(16, 3, padding="same", activation="relu"))
    model.add(od.layers.MaxPooling2D(2))
    model.add(od.layers.Flatten())
    model.add(od.layers.Dense(10, activation="softmax"))
    model.compile(od.optimizers.Adam(0.005), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=40, epochs=steps(150), verbose=0)
    accuracy = model.evaluate(x_test, y_test, batch_size=len(x_test), verbose=0)[1]
    print(f"{'with' if first else 'without'} augmentation: {accuracy:.1%} of the moved, unseen digits right")

save(od.plot.augmentations(augment, x[4], rows=3, columns=8))
