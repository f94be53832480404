"""Where attention looks: the weights of a layer, for a batch, while the model runs as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

from ondol.autograd import as_tensor, no_grad
from ondol.backend import tree
from ondol.backend.compile import to_numpy
from ondol.errors import DataError, unknown_name
from ondol.layers.attention.attention import Attention
from ondol.layers.attention.heads import AttentionByHeads
from ondol.layers.base import Layer
from ondol.layers.structure import find
from ondol.layers.watching import watched


def attention_weights(model: Any, x: Any, layer: str | int | Layer | None = None) -> np.ndarray:
    r"""How much each place of a sequence looks at each other: $\text{softmax}(Q K^\top / \sqrt{d})$ of a layer.

    Works for every model with MultiHeadAttention, GroupQueryAttention, Attention or AdditiveAttention in it, blocks of
    Transformers included, and for GPT. The model is run once, not in training mode, and is not changed.

    Args:
        model: a model.
        x: a batch of what it takes.
        layer: a layer of attention, or one that has such a layer inside (then the first one of those); or its name; or
            its number among all of the model's, counted from 0, or back from -1. None for the first.

    Returns:
        Array (batch, heads, query steps, key steps), each row of which sums to 1 (or to 0, for a query that may look
        nowhere); (batch, query steps, key steps) for layers without heads. `od.plot.attention_map` draws one of them.

    Raises:
        DataError: for a model or a layer without attention, or one that did not run.
        UnknownNameError: for a name that no layer has.

    Example:
        >>> import ondol as od
        >>> x = od.Input((5, 8))
        >>> model = od.Model(x, od.layers.MultiHeadAttention(num_heads=2, key_dim=4)(x, x))
        >>> weights = od.insight.attention_weights(model, od.random.normal((3, 5, 8), seed=0))
        >>> weights.shape, weights.sum(axis=-1).round(4).min().item()
        ((3, 2, 5, 5), 1.0)

    Reference:
        Bahdanau, Cho, Bengio: "Neural machine translation by jointly learning to align and translate" (2014), figure 3.
    """
    chosen = _chosen(model, layer)
    seen: list[Any] = []
    with no_grad(), _weights_noted(chosen, seen.append):
        model(tree.map_tree(as_tensor, x), training=False)
    if not seen:
        raise DataError(
            f"Expected a layer that runs when the model '{model.name}' does. Received: layer '{chosen.name}', which "
            "did not."
        )
    return np.array(to_numpy(seen[0].data))


def _chosen(model: Any, layer: str | int | Layer | None) -> Layer:
    """The one layer of attention that is meant."""
    if isinstance(layer, Layer):
        found, of = [layer, *find(layer, Layer)], f"layer '{layer.name}'"
    elif isinstance(layer, str):
        known = find(model, Layer)
        named = [each for each in known if each.name == layer]
        if not named:
            raise unknown_name("layer", layer, [each.name for each in known])
        found, of = [inner for each in named for inner in (each, *find(each, Layer))], f"layer '{layer}'"
    else:
        found, of = find(model, Layer), f"model '{model.name}'"
    attending = [each for each in dict.fromkeys(found) if _attends(each)]
    number = layer if isinstance(layer, int) else 0
    if not -len(attending) <= number < len(attending):
        raise DataError(
            f"Expected layer={layer!r} to be one of {len(attending)} layers of attention. Received: a {of} that has "
            f"{', '.join(each.name for each in attending) or 'none (MultiHeadAttention, Attention, ...)'}."
        )
    return attending[number]


def _attends(layer: Layer) -> bool:
    return isinstance(layer, (AttentionByHeads, Attention)) or hasattr(layer, "attention_scores")


@contextmanager
def _weights_noted(layer: Any, note: Callable[[Any], None]) -> Iterator[None]:
    """Inside the block, each call of this layer hands its weights of attention to `note`."""
    if not isinstance(layer, (AttentionByHeads, Attention)):
        with watched([layer], lambda _, args, y: note(layer.attention_scores(args[0]))):
            yield
        return
    by_heads = isinstance(layer, AttentionByHeads)
    name = "_compute_attention" if by_heads else "_apply_scores"
    method = getattr(layer, name)

    @wraps(method)
    def noting(*args: Any, **kwargs: Any) -> Any:
        # By position: query, key, value, attention_mask, training, return_attention_scores.
        y, weights = method(*args[:5], True, *args[6:], **kwargs) if by_heads else method(*args, **kwargs)
        note(weights)
        return y, weights

    vars(layer)[name] = noting
    try:
        yield
    finally:
        del vars(layer)[name]
