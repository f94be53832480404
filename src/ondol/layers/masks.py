"""Masks: which steps of a sequence count. They travel with the Tensors that layers hand on, as in Keras.

`Embedding(mask_zero=True)` and `Masking` make a mask and attach it to their output; each layer after them finds
it on its input, uses it (LSTM, attention, pooling) or hands it on (Dense, Dropout); losses and metrics leave masked
steps out. A mask is a Tensor of booleans (batch, steps), True where a step counts.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ondol.autograd import Tensor
from ondol.backend import tree

if TYPE_CHECKING:
    from ondol.layers.base import Layer


def mask_of(x: Any) -> Any:
    """The mask of a Tensor, or the masks of a (nested) list or dict of Tensors; None where there is none."""
    if isinstance(x, Tensor):
        return x._keras_mask
    if isinstance(x, (list, tuple, dict)):
        return tree.map_tree(mask_of, x)
    return None


def is_masked(values: Iterable[Any]) -> bool:
    """Whether any of these values is, or holds, a Tensor with a mask."""
    for x in values:
        if isinstance(x, Tensor):
            if x._keras_mask is not None:
                return True
        elif type(x) in (list, tuple, dict) and is_masked(x.values() if type(x) is dict else x):
            return True
    return False


def with_mask_of(original: Tensor, converted: Tensor) -> Tensor:
    """A conversion of a Tensor (to another dtype, say), with the same mask."""
    if original._keras_mask is not None:
        converted._keras_mask = original._keras_mask
    return converted


def fill_mask_arguments(layer: Layer, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `call` with the masks of its inputs: `mask` for one input, `query_mask`, ... for several."""
    given = inspect.signature(layer.call).bind_partial(*args, **kwargs).arguments
    tensors = {
        name: x for name, x in given.items() if any(isinstance(leaf, Tensor) for leaf in tree.flatten(x))
    }
    names = {f"{name}_mask": x for name, x in tensors.items()}
    if len(tensors) == 1:
        names["mask"] = next(iter(tensors.values()))
    found = {
        name: mask_of(x) for name, x in names.items() if layer._accepts(name) and given.get(name) is None
    }
    return {**kwargs, **found}


def hand_on_masks(layer: Layer, inputs: Any, outputs: Any, mask: Any) -> None:
    """Attach the layer's `compute_mask` to its outputs, or warn that the mask ends here.

    Args:
        layer: the layer that was called.
        inputs, outputs: its first argument, and what it returned.
        mask: the masks of the inputs, structured like them, or what the caller gave as `mask=`.
    """
    if not layer.supports_masking:
        if any(m is not None for m in tree.flatten(mask)):
            warnings.warn(
                f"Layer '{layer.name}' ({type(layer).__name__}) was given an input with a mask, which it does not "
                "know: layers after it will not see which steps count. If it leaves the order of the steps alone, "
                "set supports_masking = True on it; to leave the mask here on purpose, call it on x.detach() or let "
                "it reduce the steps first.",
                stacklevel=3,
            )
        return
    tensors = [y for y in tree.flatten(outputs) if isinstance(y, Tensor)]
    if tensors and all(y._keras_mask is not None for y in tensors):
        return
    masks = layer.compute_mask(inputs, mask)
    if masks is None:
        return
    for y, m in zip(tensors, tree.flatten(masks), strict=False):
        if m is not None and y._keras_mask is None:
            y._keras_mask = m
