"""A program that trains with checkpoints: run by tests that kill it. `python durable_program.py FOLDER RESULT`"""

import sys

import numpy as np

import ondol as od


def train(folder, epochs=12, every=7, eager=False, callbacks=(), keep=2, verbose=0):
    """Dropout, batch statistics, a schedule, metrics and a validation: all that has a state."""
    od.random.seed(0)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 6)).astype("float32"), rng.integers(0, 3, 200)
    model = od.Sequential(
        [
            od.Input((6,)),
            od.layers.Dense(16, "relu"),
            od.layers.BatchNormalization(),
            od.layers.Dropout(0.3),
            od.layers.Dense(3, "softmax"),
        ]
    )
    rate = od.optimizers.schedules.ExponentialDecay(0.01, 20, 0.9)
    model.compile(
        od.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=eager
    )
    history = model.fit(
        x,
        y,
        batch_size=16,
        epochs=epochs,
        validation_data=(x[:50], y[:50]),
        callbacks=list(callbacks),
        checkpoint=folder,
        checkpoint_every=every,
        checkpoint_keep=keep,
        verbose=verbose,
    )
    return model, history


def everything(model, history):
    """All that two trainings are to have in common, as arrays."""
    found = {f"state {i}": v.numpy() for i, v in enumerate(model.state_variables)}
    found |= {name: np.array(values) for name, values in history.history.items()}
    return found | {"epochs": np.array(history.epoch)}


class Begin(od.callbacks.Callback):
    """Says when the training is under way: before, there is nothing to break."""

    def on_epoch_begin(self, epoch, logs=None):
        print("epoch", epoch, flush=True)


if __name__ == "__main__":
    np.savez(sys.argv[2], **everything(*train(sys.argv[1], epochs=300, callbacks=[Begin()])))
