"""A whole model to a file, and from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ondol.autograd import Variable
from ondol.backend.dtypes import FLOATS, numpy_dtype
from ondol.errors import SavedFileError, damage_said, unknown_name
from ondol.layers import registry
from ondol.models.inputs import describe, restore
from ondol.models.saving.files import opened, write
from ondol.models.saving.structure import named_variables, random_states
from ondol.models.saving.training import describe_training, restore_training
from ondol.models.saving.weights import assign, entry_of
from ondol.utils.array_file import Entry
from ondol.utils.room import room_for
from ondol.utils.serialization import custom_object_scope


def save_model(
    model: Any,
    path: Any,
    overwrite: bool = True,
    include_optimizer: bool = True,
    dtype: str | None = None,
    max_shard_size: Any = None,
) -> None:
    """Write a model to a file: see `Model.save`."""
    if dtype is not None and dtype not in FLOATS:
        raise unknown_name("float dtype", dtype, FLOATS)
    with registry.sharing():
        header: dict[str, Any] = {"model": registry.serialize(model)}
    variables = named_variables(model)
    entries = {f"model/{name}": _in_dtype(v, dtype) for name, v in variables.items()}
    entries.update({f"random/{name}": entry_of(v) for name, v in random_states(model).items()})
    if model._first_inputs is not None:
        header["first_inputs"] = describe(model._first_inputs)
    if include_optimizer:
        entries.update(describe_training(model, header, variables, with_state=dtype is None))
    write(Path(path), entries, header, overwrite, max_shard_size)


def _in_dtype(variable: Variable, dtype: str | None) -> Entry:
    """What is written of a weight: floats in `dtype`, if one is given, except for what has to stay exact."""
    if dtype is None or not variable.autocast:  # whole numbers, running means
        return entry_of(variable)

    def rounded() -> np.ndarray:
        value = variable.numpy()
        with np.errstate(over="ignore"):
            written = value.astype(numpy_dtype(dtype))
        if np.isfinite(value).all() and not np.isfinite(written).all():
            raise SavedFileError(
                f"Expected weights that {dtype} can hold. Received: '{variable.path}' with numbers up to "
                f"{np.abs(value).max():.3g}. Save with dtype='bfloat16', which has the range of float32."
            )
        return written

    return Entry(variable.shape, dtype, rounded)


def load_model(path: Any, custom_objects: Mapping[str, Any] | None = None, compile: bool = True) -> Any:
    """The model that `model.save(path)` wrote.

    Args:
        path: the file.
        custom_objects: classes and functions of yours that the model uses, by name, unless they are registered with
            `od.utils.register_serializable`.
        compile: whether to compile the model as it was, to train on.

    Raises:
        SavedFileError: for a file that is missing, truncated, or not one of Ondol's.
        UnknownNameError: for a class that is not known.

    Example:
        >>> import ondol as od, tempfile, os
        >>> model = od.Sequential([od.layers.Dense(2, input_shape=(3,))])
        >>> path = os.path.join(tempfile.mkdtemp(), "model.ondol")
        >>> model.save(path)
        >>> od.models.load_model(path).count_params()
        8
    """
    with opened(Path(path)) as file:
        if "model" not in file.header:
            raise SavedFileError(
                f"Expected a file written by model.save(). Received: {path}, which holds weights only. "
                "Build the model and call model.load_weights(path)."
            )
        damaged = damage_said(
            f"Expected a description of a model. Received: {path}, whose description is damaged, or does not fit the "
            "classes that it names",
            "If you changed the __init__ of a class of yours, give it the old arguments again; else save the model "
            "again, or take an older copy.",
        )
        room = room_for(sum(math.prod(place.shape) for place in file.places.values()), path)
        with custom_object_scope(custom_objects), registry.sharing(), damaged, room:
            model = registry.deserialize(file.header["model"])
            if not hasattr(model, "_first_inputs"):
                raise TypeError(f"it describes a {type(model).__name__}")
            if (
                "first_inputs" in file.header and model._graph is None
            ):  # a model that was built by seeing data
                model(*restore(file.header["first_inputs"]))
            assign(model, file, skip_mismatch=False, twice=False)
            for name, state in random_states(model).items():
                state.assign(file.read(f"random/{name}"))
            if compile and "compile" in file.header:
                restore_training(model, file)
    return model
