"""One file for a model: a safetensors file whose header also holds the configuration as JSON.

Any reader of safetensors can open it. Names of arrays say where they belong: "model/layers/0/kernel",
"optimizer/...". Nothing in it is executable.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import ondol
from ondol import losses, metrics, optimizers
from ondol.autograd import Variable
from ondol.backend.dtypes import FLOATS, numpy_dtype
from ondol.errors import OndolError, SavedFileError, ShapeError, unknown_name
from ondol.layers import registry
from ondol.layers.base import Layer
from ondol.layers.structure import find
from ondol.models.inputs import describe, restore
from ondol.models.trainer import Trainer
from ondol.random import SeedGenerator
from ondol.utils.files import put_in_place
from ondol.utils.serialization import serialize

FORMAT, VERSION = "ondol", 1


def save_model(
    model: Any,
    path: Any,
    overwrite: bool = True,
    include_optimizer: bool = True,
    dtype: str | None = None,
) -> None:
    """See Model.save."""
    with registry.sharing():
        header: dict[str, Any] = {"model": registry.serialize(model)}
    variables = named_variables(model)
    arrays = {f"model/{name}": _in_dtype(v, dtype) for name, v in variables.items()}
    arrays.update({f"random/{name}": v.numpy() for name, v in _random_states(model).items()})
    if model._first_inputs is not None:
        header["first_inputs"] = describe(model._first_inputs)
    # A compile of one's own has arguments of its own: such a model is compiled again by its owner.
    if include_optimizer and model.compiled and type(model).compile is Trainer.compile:
        try:
            header["compile"] = serialize({**model._compile_arguments, "optimizer": model.optimizer})
        except SavedFileError as error:
            _warn_of_what_is_left_out(model, error)
        else:
            header["optimizer_state"] = dtype is None
        if header.get("optimizer_state"):
            arrays.update({f"optimizer/{i}": v.numpy() for i, v in enumerate(model.optimizer.variables)})
            header["optimized"] = _names_of(model.optimizer, variables)
    _write(Path(path), arrays, header, overwrite)


def _in_dtype(variable: Variable, dtype: str | None) -> np.ndarray:
    """The value as it is written: floats in `dtype`, if one is given, except for what has to stay exact."""
    value = variable.numpy()
    if dtype is None or not variable.autocast:  # whole numbers, running means
        return value
    if dtype not in FLOATS:
        raise unknown_name("float dtype", dtype, FLOATS)
    with np.errstate(over="ignore"):
        written = value.astype(numpy_dtype(dtype))
    if np.isfinite(value).all() and not np.isfinite(written).all():
        raise SavedFileError(
            f"Expected weights that {dtype} can hold. Received: '{variable.path}' with numbers up to "
            f"{np.abs(value).max():.3g}. Save with dtype='bfloat16', which has the range of float32."
        )
    return written


def _warn_of_what_is_left_out(model: Any, error: SavedFileError) -> None:
    warnings.warn(
        f"The model '{model.name}' is saved with its weights, but without what compile() was given, because that "
        f"cannot be written down: {error} To train the loaded model on, compile it again.",
        stacklevel=4,
    )


def _names_of(optimizer: Any, variables: Mapping[str, Variable]) -> list[str] | None:
    """For which of the model's variables the optimizer has slots; None where it has none yet."""
    if not optimizer.built:
        return None
    names = {id(v): name for name, v in variables.items()}
    return [names[id(v)] for v in optimizer.optimized if id(v) in names]


def save_weights(model: Any, path: Any, overwrite: bool = True) -> None:
    """See Model.save_weights."""
    variables = named_variables(model)
    if not variables:
        raise SavedFileError(
            f"Expected a model with weights. Received: '{model.name}', which is not built yet."
        )
    _write(Path(path), {f"model/{name}": v.numpy() for name, v in variables.items()}, {}, overwrite)


def load_model(path: Any, custom_objects: Mapping[str, Any] | None = None, compile: bool = True) -> Any:
    """The model that `model.save(path)` wrote.

    Args:
        path: the file.
        custom_objects: classes of yours that the model uses, by name, unless they are registered with
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
    arrays, header = _read(Path(path))
    if "model" not in header:
        raise SavedFileError(
            f"Expected a file written by model.save(). Received: {path}, which holds weights only. "
            "Build the model and call model.load_weights(path)."
        )
    with registry.custom_objects(custom_objects), registry.sharing(), _damage_said(path):
        model = registry.deserialize(header["model"])
        if "first_inputs" in header and model._graph is None:  # a model that was built by seeing data
            model(*restore(header["first_inputs"]))
        _assign(model, arrays, path, skip_mismatch=False)
        for name, state in _random_states(model).items():
            state.assign(arrays[f"random/{name}"])
        if compile and "compile" in header:
            _restore_training(model, header, arrays, custom_objects)
    return model


@contextmanager
def _damage_said(path: Any) -> Iterator[None]:
    """What only a damaged description can cause is said to be that; other errors say it themselves."""
    try:
        yield
    except OndolError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise SavedFileError(
            f"Expected a description of a model. Received: {path}, whose description is damaged, or does not fit the "
            f"classes that it names ({type(error).__name__}: {error}). If you changed the __init__ of a class of "
            "yours, give it the old arguments again; else save the model again, or take an older copy."
        ) from error


def load_weights(model: Any, path: Any, skip_mismatch: bool = False) -> None:
    """See Model.load_weights."""
    arrays, _ = _read(Path(path))
    _assign(model, arrays, path, skip_mismatch)


def named_variables(model: Layer) -> dict[str, Variable]:
    """Every weight by where it stands in the structure: the same for each model made by the same code."""
    return _named(model, lambda layer: find(layer, Variable, nested=False))


def _random_states(model: Layer) -> dict[str, Variable]:
    """How far the layers' own streams of random numbers have come."""
    return _named(model, lambda layer: [g.state for g in find(layer, SeedGenerator, nested=False)])


def _named(model: Layer, own: Callable[[Layer], list[Variable]]) -> dict[str, Variable]:
    named: dict[str, Variable] = {}
    seen: set[int] = set()

    def visit(layer: Layer, prefix: str) -> None:
        for variable in own(layer):
            if id(variable) not in seen:
                seen.add(id(variable))
                key = f"{prefix}{variable.name}"
                while key in named:
                    key += "'"
                named[key] = variable
        for i, inner in enumerate(find(layer, Layer, nested=False)):
            if id(inner) not in seen:
                seen.add(id(inner))
                visit(inner, f"{prefix}layers/{i}/")

    visit(model, "")
    return named


def _assign(model: Any, arrays: dict[str, np.ndarray], path: Any, skip_mismatch: bool) -> None:
    """Check everything before anything is assigned, so that a wrong file leaves the model as it was."""
    variables = named_variables(model)
    given = {name.removeprefix("model/"): a for name, a in arrays.items() if name.startswith("model/")}
    fitting = {n: v for n, v in variables.items() if n in given and tuple(given[n].shape) == v.shape}
    wrong = [
        f"{v.path} {v.shape} but the file has {given[n].shape if n in given else 'nothing'}"
        for n, v in variables.items()
        if n not in fitting
    ]
    wrong += [f"nothing for '{n}' {given[n].shape}" for n in given if n not in variables]
    if wrong and not skip_mismatch:
        hint = (
            " The model has no weights yet: build it first, by calling it on data." if not variables else ""
        )
        raise ShapeError(
            f"Expected a file with the weights of the model '{model.name}'. Received: {path}; "
            f"the model has {'; '.join(wrong[:5])}.{hint} skip_mismatch=True loads what fits."
        )
    for name, variable in fitting.items():
        variable.assign(given[name])


def _restore_training(
    model: Any,
    header: dict[str, Any],
    arrays: dict[str, np.ndarray],
    custom_objects: Mapping[str, Any] | None,
) -> None:
    arguments = dict(header["compile"])
    arguments["optimizer"] = optimizers.deserialize(arguments["optimizer"], custom_objects)
    for part, room in (("loss", losses), ("metrics", metrics), ("weighted_metrics", metrics)):
        arguments[part] = _made(arguments[part], room, custom_objects)
    model.compile(**arguments)
    if not header.get("optimizer_state", True):
        return
    if header.get("optimized") is not None:
        variables = named_variables(model)
        model.optimizer.build([variables[name] for name in header["optimized"]])
    for i, variable in enumerate(model.optimizer.variables):
        variable.assign(arrays[f"optimizer/{i}"])


def _made(form: Any, room: Any, custom_objects: Mapping[str, Any] | None) -> Any:
    """Losses or metrics from their configurations, within lists and dicts by output."""
    if isinstance(form, list):
        return [_made(item, room, custom_objects) for item in form]
    if isinstance(form, dict) and "class_name" not in form:
        return {key: _made(item, room, custom_objects) for key, item in form.items()}
    return room.deserialize(form, custom_objects) if isinstance(form, dict) else form


def _write(path: Path, arrays: dict[str, np.ndarray], header: dict[str, Any], overwrite: bool) -> None:
    """Write to a file beside the target, then put it in place: a failure never harms what was there."""
    from safetensors.numpy import save

    if path.exists() and not overwrite:
        raise SavedFileError(
            f"Expected a path that is free. Received: {path}, which exists, with overwrite=False."
        )
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "ondol_version": ondol.__version__,
        "header": json.dumps(header),
    }
    content = save({name: np.array(a, order="C") for name, a in arrays.items()}, metadata)
    put_in_place(path, content)


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    numpy_dtype("bfloat16")  # from now on NumPy knows this name, which a file may contain
    if not path.is_file():
        raise SavedFileError(f"Expected a model file. Received: {path}, which does not exist or is no file.")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise SavedFileError(
            f"Expected a model file written by Ondol. Received: {path}, which is damaged, truncated, or of another "
            f"kind ({error}). Save the model again, or take an older copy."
        ) from None
    if metadata.get("format") != FORMAT:
        raise SavedFileError(
            f"Expected a model file written by Ondol. Received: {path}, a safetensors file of other origin."
        )
    try:
        version, header = int(metadata["version"]), json.loads(metadata["header"])
    except (KeyError, ValueError, RecursionError) as error:
        raise SavedFileError(
            f"Expected a readable header. Received: {path}, whose header is damaged ({error})."
        ) from None
    if version > VERSION:
        raise SavedFileError(
            f"Expected format version {VERSION} or older. Received: {path}, of version {version}, written by "
            f"Ondol {metadata.get('ondol_version')}. Install a newer Ondol."
        )
    if not isinstance(header, dict):
        raise SavedFileError(f"Expected a readable header. Received: {path}, whose header is damaged.")
    return arrays, header
