"""How a model was compiled, and what its optimizer remembers: to a file, and back."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from ondol import losses, metrics, optimizers
from ondol.autograd import Variable
from ondol.errors import SavedFileError
from ondol.models.saving.files import SavedArrays
from ondol.models.saving.structure import named_variables
from ondol.models.saving.weights import entry_of
from ondol.models.trainer import Trainer
from ondol.utils.array_file import Entry
from ondol.utils.serialization import serialize


def describe_training(
    model: Any, header: dict[str, Any], variables: Mapping[str, Variable], with_state: bool
) -> dict[str, Entry]:
    """Write into the header how the model was compiled.

    Args:
        model, variables: the model, and its weights by name.
        header: what is added to.
        with_state: whether the optimizer's state is wanted as well.

    Returns:
        The optimizer's state.
    """
    # A compile of one's own has arguments of its own: such a model is compiled again by its owner.
    if not model.compiled or type(model).compile is not Trainer.compile:
        return {}
    try:
        header["compile"] = serialize({**model._compile_arguments, "optimizer": model.optimizer})
    except SavedFileError as error:
        _warn_of_what_is_left_out(model, error)
        return {}
    header["optimizer_state"] = with_state
    if not with_state:
        return {}
    header["optimized"] = _names_of(model.optimizer, variables)
    return {f"optimizer/{i}": entry_of(v) for i, v in enumerate(model.optimizer.variables)}


def _warn_of_what_is_left_out(model: Any, error: SavedFileError) -> None:
    warnings.warn(
        f"The model '{model.name}' is saved with its weights, but without what compile() was given, because that "
        f"cannot be written down: {error} To train the loaded model on, compile it again.",
        stacklevel=5,
    )


def _names_of(optimizer: Any, variables: Mapping[str, Variable]) -> list[str] | None:
    """For which of the model's variables the optimizer has slots; None where it has none yet."""
    if not optimizer.built:
        return None
    names = {id(v): name for name, v in variables.items()}
    return [names[id(v)] for v in optimizer.optimized if id(v) in names]


def restore_training(model: Any, file: SavedArrays) -> None:
    """Compile the model as it was, and give the optimizer its state."""
    header = file.header
    arguments = dict(header["compile"])
    arguments["optimizer"] = optimizers.deserialize(arguments["optimizer"])
    for part, room in (("loss", losses), ("metrics", metrics), ("weighted_metrics", metrics)):
        arguments[part] = _made(arguments[part], room)
    model.compile(**arguments)
    if not header.get("optimizer_state", True):
        return
    if header.get("optimized") is not None:
        variables = named_variables(model)
        model.optimizer.build([variables[name] for name in header["optimized"]])
    slots = model.optimizer.variables
    saved = [name for name in file.places if name.startswith("optimizer/")]
    if len(saved) != len(slots):
        raise SavedFileError(
            f"Expected the {len(slots)} arrays that the state of {model.optimizer} consists of. Received: {file.path}, "
            f"which has {len(saved)}. load_model(path, compile=False) loads the model without them."
        )
    for i, variable in enumerate(slots):
        variable.assign(file.read(f"optimizer/{i}"))


def _made(form: Any, room: Any) -> Any:
    """Losses or metrics from their configurations, within lists and dicts by output."""
    if isinstance(form, list):
        return [_made(item, room) for item in form]
    if isinstance(form, dict) and "class_name" not in form:
        return {key: _made(item, room) for key, item in form.items()}
    return room.deserialize(form) if isinstance(form, dict) else form
