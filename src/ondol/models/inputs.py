"""What a subclassed model was first called on: kept, so that a file can say how to build its weights again."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Symbol, Tensor


def placeholder(x: Any) -> Any:
    """A Symbol for data of any number of samples; what is no array stays what it is."""
    return Symbol((None, *x.shape[1:]), x.dtype) if isinstance(x, Tensor) else x


def placeholders(shape: Any, dtype: str) -> Any:
    """Symbols for a shape, or for a (nested) list or dict of shapes."""
    if isinstance(shape, dict):
        return {key: placeholders(item, dtype) for key, item in shape.items()}
    if any(isinstance(item, (tuple, list)) for item in shape):
        return [placeholders(item, dtype) for item in shape]
    return Symbol(shape, dtype)


def describe(inputs: Any) -> Any:
    """JSON data for (nested) Symbols."""
    if isinstance(inputs, Symbol):
        return {"shape": list(inputs.shape), "dtype": inputs.dtype.name}
    if isinstance(inputs, (list, tuple)):
        return [describe(item) for item in inputs]
    if isinstance(inputs, dict):
        return {"items": {key: describe(item) for key, item in inputs.items()}}
    return {"value": inputs if isinstance(inputs, (bool, int, float, str)) else None}


def restore(form: Any) -> Any:
    """The Symbols that `describe` wrote down."""
    if isinstance(form, list):
        return [restore(item) for item in form]
    if "shape" in form:
        return Symbol(form["shape"], form["dtype"])
    return {key: restore(item) for key, item in form["items"].items()} if "items" in form else form["value"]
