"""How a row of the table of rules is written: `add(name, reference, inputs, shapes)`; the rows are in `op_specs.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from op_harness import Draw, Spec, uniform, whole

from ondol import ops

SPECS: list[Spec] = []
SOME = (((2, 3),),)
EACH = (((2, 3),), ((),), ((0, 3),), ((4,),), ((2, 1, 3),))
PAIRS = (
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((), (2, 3)),
    ((), ()),
    ((0, 3), (1, 3)),
)
VECTORS = (((4,),), ((2, 3),), ((3, 1, 2),))


def add(
    name: str,
    reference: Callable,
    inputs: Draw | Sequence[Draw],
    shapes: Sequence[tuple[tuple[int, ...], ...]] | None = None,
    function: Callable | None = None,
    args: Sequence[Any] = (),
    **fields: Any,
) -> None:
    """A row; `args` and further keywords of the public function go after its arrays."""
    inputs = [inputs] if callable(inputs) else list(inputs)
    rule = getattr(ops, name)
    options = fields.pop("options", {})
    call = function or (lambda *tensors: rule(*tensors, *args, **options))
    note = fields.pop("note", ",".join([*map(str, args), *[f"{k}={v}" for k, v in options.items()]]))
    any_shape = shapes is None
    if shapes is None:
        shapes = EACH if len(inputs) == 1 else PAIRS
    SPECS.append(Spec(name, call, reference, inputs, shapes, note=note, any_shape=any_shape, **fields))


def with_options(f: Callable, options: dict[str, Any]) -> Callable:
    """A reference with these options."""
    return lambda *arrays: f(*arrays, **options)


def steps(name: str, reference: Callable, inputs: Draw | Sequence[Draw], **more: Any) -> None:
    """A row for a function without gradient."""
    add(name, reference, inputs, gradient=False, **more)


wide = uniform(-3.0, 3.0, avoid=[0.0])
positive = uniform(0.2, 3.0)
inside = uniform(-0.9, 0.9, avoid=[0.0])
numbers = whole(-5, 6)
