"""Batch normalization: a deep network that would not train

Twelve layers of tanh, with first weights that are too small by half. Signals shrink from layer to layer, and
gradients with them; the loss stays where guessing is. Normalizing each unit over the batch after every layer
puts the scale right again each time, whatever the weights are.
"""

import ondol as od
from _gallery import canvas, label, save, steps

(x, y), validation = od.datasets.digits.load_data()
figure, ax = canvas()
for normalized in (False, True):
    od.random.seed(0)
    model = od.Sequential([od.Input((8, 8)), od.layers.Flatten()])
    for _ in range(12):
        model.add(od.layers.Dense(32, kernel_initializer=od.initializers.RandomNormal(stddev=0.09)))
        if normalized:
            model.add(od.layers.BatchNormalization())
        model.add(od.layers.Activation("tanh"))
    model.add(od.layers.Dense(10, activation="softmax"))
    model.compile(od.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=steps(25), validation_data=validation, verbose=0).history
    name = "with batch normalization" if normalized else "without"
    print(f"{name:24} validation accuracy {history['val_accuracy'][-1]:.1%}")
    ax.plot(range(1, len(history["loss"]) + 1), history["loss"], label=name)
label(ax, "Twelve layers with small first weights", "epoch", "training loss")
save(figure)
