"""od.diagnose: a look at a model as it stands."""

from __future__ import annotations

from typing import Any

from ondol.data import ArrayData, unpack_x_y_sample_weight
from ondol.diagnosis.doctor import Doctor
from ondol.diagnosis.report import Diagnosis


def diagnose(
    model: Any, x: Any, y: Any = None, sample_weight: Any = None, validation_data: Any = None
) -> Diagnosis:
    """Measure a model on data, and say in plain words what is wrong with it, if anything.

    Looks at each layer's outputs (mean, deviation, share of units that are dead or flat), at gradients and at the step
    that the optimizer would make, and tries that step, shorter and longer: L(w + α Δw) for α = 0.1, 1, 10, 100. Nothing
    is changed. If the model was trained in this session, its `history` is taken into account; before a training, what
    would go wrong is told. `fit(..., diagnose=True)` does the same all along a training and sees more.

    Args:
        model: a compiled model (`model.compile`).
        x, y, sample_weight: what it learns from, or a part of it, as for `fit`.
        validation_data: (x, y) or (x, y, sample_weight) that it does not learn from.

    Returns:
        A Diagnosis: `print` it; `findings` are what is wrong, with numbers and remedies, `table()` shows the layers.

    Raises:
        NotCompiledError: for a model that has no optimizer and loss.
        DataError: for data that cannot be right, or a model with a train_step of its own.

    Example:
        >>> import numpy as np
        >>> import ondol as od
        >>> od.random.seed(0)
        >>> x = np.random.default_rng(0).uniform(0, 255, (100, 20))
        >>> model = od.Sequential([od.Input((20,)), od.layers.Dense(8, "tanh"), od.layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> od.diagnose(model, x, x.mean(axis=1) / 255).names
        ['inputs not scaled', 'saturated units']

    Reference:
        Glorot, Bengio: "Understanding the difficulty of training deep feedforward neural networks" (2010). Karpathy: "A
        recipe for training neural networks" (2019).
    """
    model._require_compiled("diagnose")
    data = ArrayData(model.encode_text(x), y, sample_weight)
    model._check_targets(data)
    doctor = Doctor(model)
    doctor.see_data(data)
    logs: dict[str, list[Any]] = {}
    history = getattr(model, "history", None)
    if history is not None:
        doctor.epochs = len(history.epoch)
        logs.update(history.history)
    if validation_data is not None:
        logs.update(_now(model, data, validation_data))
    doctor.measure()
    return doctor.judge(logs)


def _now(model: Any, data: ArrayData, validation_data: Any) -> dict[str, list[float]]:
    """Loss and metrics on both, as if this were an epoch's end."""
    seen = model.evaluate(*unpack_x_y_sample_weight(data.structure)[:2], verbose=0, return_dict=True)
    x, y, sample_weight = unpack_x_y_sample_weight(validation_data)
    found = model.evaluate(x, y, sample_weight=sample_weight, verbose=0, return_dict=True)
    return {
        **{name: [value] for name, value in seen.items()},
        **{f"val_{name}": [value] for name, value in found.items()},
    }
