"""The tape, read backwards: from a result to the gradients of what it was made of.

There is no tape object. Each Tensor points to the Op that made it, each Op to its inputs; those links are
the tape, and Ops carry the number under which they were recorded.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ondol.autograd.op import Op
from ondol.autograd.tensor import Tensor, as_array, as_tensor
from ondol.backend.dtypes import is_floating, numpy_dtype
from ondol.backend.state import state
from ondol.errors import DataError, ShapeError


@contextmanager
def _recording(on: bool) -> Iterator[None]:
    before = state.recording
    state.recording = on
    try:
        yield
    finally:
        state.recording = before


def no_grad() -> Any:
    """Record nothing inside the block (or the decorated function): results have no gradient.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(2.0)
        >>> with od.no_grad():
        ...     y = w * 3
        >>> y.requires_grad
        False
    """
    return _recording(False)


def enable_grad() -> Any:
    """Record inside the block, even within `no_grad()`."""
    return _recording(True)


def backward(y: Tensor, grad: Any = None, create_graph: bool = False, retain_grads: bool = False) -> None:
    """See Tensor.backward."""
    if not y.requires_grad:
        raise DataError(
            f"Expected a result that was made of something that requires a gradient. Received: {y!r}, which was not. "
            "Make the input with od.tensor(..., requires_grad=True) or as a Variable, and do not compute the "
            "result under od.no_grad() or through rules without a gradient (comparisons, rounding)."
        )
    for leaf, g in _backpropagate([y], [grad], None, create_graph, retain_grads).items():
        leaf.grad = g if leaf.grad is None else leaf.grad + g


def gradients(y: Any, xs: Any, grad: Any = None, create_graph: bool = False) -> Any:
    """The gradients of a result with respect to Tensors that it was made of; nothing is stored in `.grad`.

    Args:
        y: the result, a Tensor of one element (or a list of results, with `grad` given for each).
        xs: a Tensor, or a list or tuple of Tensors (Variables among them) that require a gradient.
        grad: gradient with respect to y, for a y of more than one element.
        create_graph: record the backward pass too, to differentiate the gradients again.

    Returns:
        A Tensor like xs, or a list of them; zeros where y does not depend on x.

    Raises:
        ShapeError: if y has more than one element and no grad is given.

    Example:
        >>> import ondol as od
        >>> w = od.Variable([1.0, 2.0])
        >>> od.gradients((w * w).sum(), w)
        Tensor([2. 4.], dtype=float32)
    """
    single = isinstance(xs, Tensor)
    targets = [xs] if single else list(xs)
    for x in targets:
        if not isinstance(x, Tensor) or not x.requires_grad:
            raise DataError(
                f"Expected Tensors that require a gradient. Received: {x!r}. Make it with "
                "od.tensor(..., requires_grad=True), or set trainable=True on the Variable."
            )
    ys = list(y) if isinstance(y, (list, tuple)) else [y]
    for result in ys:
        if not isinstance(result, Tensor):
            raise DataError(
                f"Expected a Tensor to differentiate. Received: {type(result).__name__} {result!r}. "
                "float(loss) and loss.numpy() end what is recorded: use the loss itself."
            )
    several = isinstance(grad, (list, tuple)) and isinstance(y, (list, tuple))
    seeds = list(grad) if several else [grad] * len(ys)
    found = _backpropagate(ys, seeds, set(targets), create_graph)
    arrived = [found[x] if x in found else Tensor(state.xp.zeros(x.shape, x.dtype)) for x in targets]
    return arrived[0] if single else arrived


def gradients_since(
    number: int, ys: Sequence[Tensor], xs: Sequence[Tensor], dys: Sequence[Tensor], create_graph: bool = False
) -> list[Tensor | None]:
    """The gradients for xs of what was recorded from Op number `number` on; older Tensors count as leaves.

    So a part of a computation can be gone back through by itself, whatever its inputs were made of.

    Returns:
        A gradient for each x, None where no y depends on it.
    """
    found = _backpropagate(ys, dys, set(xs), create_graph, since=number)
    return [found.get(x) for x in xs]


def _backpropagate(
    ys: Sequence[Tensor],
    seeds: Sequence[Any],
    targets: set[Tensor] | None,
    create_graph: bool = False,
    retain_grads: bool = False,
    since: int = 0,
) -> dict[Tensor, Tensor]:
    """Gradients of `targets`, or of every leaf that requires one; Variables stand for their values."""
    roots = [as_tensor(y) for y in ys]
    grads: dict[Tensor, Tensor] = {}  # by Tensor: what has arrived there so far
    for root, seed in zip(roots, seeds, strict=True):
        _add(grads, root, _first_gradient(root, seed))
    ops, outputs = _recorded(roots, since)
    _mark_needed(ops, targets)
    kept: dict[Tensor, Tensor] = {}
    with _recording(create_graph):
        for op in ops:
            for out in outputs[op]:
                if (retain_grads or out.retains_grad if targets is None else out in targets) and out in grads:
                    kept[out] = grads[out]
            gradients_of_inputs = _run_backward(op, outputs[op], grads)
            for x, g, needed in zip(op.inputs, gradients_of_inputs, op.needed, strict=False):
                if needed and g is not None:
                    if g.data.shape != x.data.shape or g.data.dtype != x.data.dtype:
                        g = _fit(op, g, x)
                    known = grads.get(x)
                    grads[x] = g if known is None else known + g
    for leaf, g in grads.items():
        key: Tensor = leaf if leaf.variable is None else leaf.variable
        is_leaf = leaf.op is None or leaf.op.number < since
        if is_leaf and leaf.requires_grad and (targets is None or key in targets):
            _add(kept, key, g)
    return kept


def _first_gradient(y: Tensor, seed: Any) -> Tensor:
    if seed is not None:
        seed = as_tensor(seed) if isinstance(seed, Tensor) else Tensor(as_array(seed))
        if seed.shape != y.shape:
            raise ShapeError(
                f"Expected a gradient of the result's shape {y.shape}. Received: grad.shape={seed.shape}."
            )
        return seed if seed.dtype == y.dtype else seed.astype(y.dtype)
    if y.size != 1:
        raise ShapeError(
            f"Expected a result of one element to differentiate. Received: y.shape={y.shape}. "
            "Reduce it first, y.sum() or y.mean(), or pass the gradient with respect to y as grad=."
        )
    return Tensor(state.xp.ones(y.shape, y.dtype))


_number = operator.attrgetter("number")


def _recorded(roots: Sequence[Tensor], since: int = 0) -> tuple[list[Op], dict[Op, list[Tensor]]]:
    """All Ops behind the roots, last recorded first, and the outputs of each that were used.

    Ops with numbers below `since`, and all behind them, are left out.
    """
    outputs: dict[Op, list[Tensor]] = {}
    stack = [root for root in roots if root.op is not None and root.op.number >= since]
    while stack:
        out = stack.pop()
        op = out.op
        assert op is not None
        known = outputs.get(op)
        if known is None:
            outputs[op] = [out]
            stack.extend([x for x in op.inputs if x.op is not None and x.op.number >= since])
        elif not any(out is other for other in known):
            known.append(out)
    return sorted(outputs, key=_number, reverse=True), outputs


def leaves_behind(roots: Sequence[Tensor], since: int = 0) -> list[Tensor]:
    """The Tensors that require a gradient, made by no Op, from which the roots were computed.

    Args:
        since: Ops with lower numbers are not looked behind: what they made counts as a leaf, too.
    """
    found = {x: None for op in _recorded(roots, since)[0] for x in op.inputs}
    leaves = [x for x in {**found, **dict.fromkeys(roots)} if x.op is None or x.op.number < since]
    return [x for x in leaves if x.requires_grad]


def _mark_needed(ops: Sequence[Op], targets: set[Tensor] | None) -> None:
    """Tell each Op which of its inputs lead to something that wants a gradient."""
    if targets is None:
        for op in ops:
            op.needed = tuple([x.requires_grad for x in op.inputs])
        return
    leading: set[Op | None] = set()
    for op in reversed(ops):
        op.needed = tuple(
            [x.op in leading or (x if x.variable is None else x.variable) in targets for x in op.inputs]
        )
        if True in op.needed:
            leading.add(op)


def _run_backward(op: Op, made: list[Tensor], grads: dict[Tensor, Tensor]) -> tuple[Any, ...]:
    """The gradients of an Op's inputs; nothing where none has arrived, or none is wanted."""
    if op.specs:
        op.output, dys = _all_outputs(op, made, grads)
    else:
        op.output, dys = made[0], [grads.pop(made[0], None)]
    try:
        if dys[0] is None or True not in op.needed:
            return ()
        result = op.backward(*dys)
        result = result if type(result) is tuple else (result,)
        if len(result) != len(op.inputs):
            raise ShapeError(
                f"Expected one gradient for each of {len(op.inputs)} inputs. Received: {len(result)}."
            )
        return result
    except Exception as error:
        shapes = ", ".join(str(x.shape) for x in op.inputs)
        error.add_note(f"in the backward pass of {op!r}, whose inputs have shapes {shapes}")
        raise
    finally:
        op.output = None


def _all_outputs(op: Op, made: list[Tensor], grads: dict[Tensor, Tensor]) -> tuple[Any, list[Any]]:
    """For an Op of several outputs: all of them, with zero gradients for those that were not used."""
    outputs: list[Tensor | None] = [None] * len(op.specs)
    dys: list[Tensor | None] = [None] * len(op.specs)
    for out in made:
        outputs[out.index], dys[out.index] = out, grads.pop(out, None)
    if False not in [g is None for g in dys]:
        return tuple(outputs), dys
    zeros = state.xp.zeros
    return tuple(outputs), [
        Tensor(zeros(shape, dtype)) if g is None else g
        for g, (shape, dtype) in zip(dys, op.specs, strict=True)
    ]


def _fit(op: Op, g: Tensor, x: Tensor) -> Tensor:
    """The gradient in its input's shape and dtype: where the input was broadcast, its uses are summed."""
    if g.shape != x.shape:
        if not op.broadcasts:
            raise ShapeError(
                f"Expected a gradient of the input's shape {x.shape} from {type(op).__name__}.backward. "
                f"Received: dx.shape={g.shape}."
            )
        g = g.sum_to(x.shape)
    return g if g.dtype == x.dtype else g.astype(x.dtype)


def _add(grads: dict[Tensor, Tensor], key: Tensor, g: Tensor) -> None:
    known = grads.get(key)
    grads[key] = g if known is None else known + g


def value_and_grad(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """A function that returns f's value and its gradient with respect to some of f's arguments.

    Args:
        f: a function that returns a Tensor of one element.
        argnums: position (or positions) of the arguments to differentiate by.

    Example:
        >>> import ondol as od
        >>> od.value_and_grad(lambda x: (x * x).sum())([3.0])
        (Tensor(9., dtype=float32), Tensor([6.], dtype=float32))
    """
    positions = [argnums] if isinstance(argnums, int) else list(argnums)

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> tuple[Tensor, Any]:
        inputs = list(args)
        for i in positions:
            if not -len(inputs) <= i < len(inputs):
                raise DataError(
                    f"Expected the positions of arguments to differentiate by. Received: argnums={argnums}, "
                    f"and {len(inputs)} positional arguments. Pass by position what you differentiate by."
                )
            inputs[i] = _differentiable(inputs[i])
        # What is recorded stays so, for derivatives of the derivative (a gradient penalty, say).
        create_graph = state.recording
        with enable_grad():
            y = f(*inputs, **kwargs)
            if not isinstance(y, Tensor):
                raise DataError(
                    f"Expected a function that returns one Tensor. Received: {type(y).__name__} {y!r}. Compute with "
                    "od's functions and operators all the way: float(x) and x.numpy() end what is recorded."
                )
            found = gradients(y, [inputs[i] for i in positions], create_graph=create_graph)
        return y, found[0] if isinstance(argnums, int) else tuple(found)

    return call


def _differentiable(x: Any) -> Tensor:
    """x itself if it requires a gradient, else a float leaf of its own with the same value."""
    if isinstance(x, Tensor) and x.requires_grad:
        return x
    array = as_array(x)
    return Tensor(array if is_floating(array.dtype) else array.astype(numpy_dtype(None)), requires_grad=True)


def grad(f: Callable, argnums: int | Sequence[int] = 0) -> Callable:
    """The gradient function of f; apply it again for higher derivatives.

    Args:
        f: a function that returns a Tensor of one element.
        argnums: position (or positions) of the arguments to differentiate by.

    Returns:
        A function of f's arguments that returns a Tensor, or a tuple of them for several positions.

    Example:
        >>> import ondol as od
        >>> od.grad(od.tanh)(0.0)
        Tensor(1., dtype=float32)
        >>> od.grad(od.grad(lambda x: x**3))(2.0)
        Tensor(12., dtype=float32)
    """
    both = value_and_grad(f, argnums)

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return call
