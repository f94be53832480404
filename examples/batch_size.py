"""Batch size: many noisy steps or few good ones

The same network, the same learning rate, the same number of epochs. Small batches make many steps with noisy
gradients, large ones few steps with good gradients. Against the epochs small batches win; against the number
of steps the curves nearly meet, and the noise of the small ones shows.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save, steps

(x, y), _ = od.datasets.digits.load_data()
figure, (by_epoch, by_step) = canvas(columns=2)
for batch_size in (8, 64, 512):
    od.random.seed(0)
    model = od.Sequential([od.Input((8, 8)), od.layers.Flatten()])
    model.add(od.layers.Dense(32, activation="relu"))
    model.add(od.layers.Dense(10, activation="softmax"))
    model.compile(od.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    losses = model.fit(x, y, batch_size=batch_size, epochs=steps(20), verbose=0).history["loss"]
    steps_per_epoch = int(np.ceil(len(x) / batch_size))
    epochs = np.arange(1, len(losses) + 1)
    print(f"batch size {batch_size:3}: {steps_per_epoch:3} steps an epoch, loss {losses[-1]:.3f}")
    by_epoch.semilogy(epochs, losses, label=f"batches of {batch_size}")
    by_step.loglog(epochs * steps_per_epoch, losses)
label(by_epoch, "by epochs", "epoch", "training loss")
label(by_step, "by steps", "step")
save(figure)
