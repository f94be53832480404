"""Op: one differentiable rule, its forward and its backward side by side."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from ondol.autograd.rule import Rule, rule_of
from ondol.autograd.tensor import Tensor, as_array, as_operand
from ondol.backend.state import state

# Ops are numbered as they are recorded; the order backwards is the order in which gradients are due.
_numbers = itertools.count()


def next_number() -> int:
    """The number of the Op that is recorded next (which is then one higher): what comes later has a higher one."""
    return next(_numbers)


class Op:
    """Base of all rules. A subclass states the formula, `forward` and `backward`.

    `forward(self, *arrays)` sees raw arrays and computes with `self.xp`, the namespace that they belong to.
    `backward(self, dy)` is written with Tensor operations, so gradients can be differentiated again; it
    reads `self.inputs` and `self.output` (Tensors) and returns one gradient for each input, None where
    there is none. For several outputs forward returns a tuple, and backward takes one dy for each.

    Example:
        >>> import ondol as od
        >>> class Cube(od.Op):
        ...     "y = x³,   dx = 3 x² dy."
        ...     def forward(self, x):
        ...         return x * x * x
        ...     def backward(self, dy):
        ...         (x,) = self.inputs
        ...         return 3 * x * x * dy
        >>> od.grad(lambda x: Cube()(x))(od.tensor(2.0))
        Tensor(12., dtype=float32)
    """

    # False for rules whose derivative is zero or does not exist (comparisons, rounding).
    differentiable = True
    # True where inputs broadcast together: the tape then sums gradients back to their shapes.
    broadcasts = False

    inputs: tuple[Tensor, ...] = ()
    output: Any = None  # while backward runs: the Tensor (or tuple of Tensors) that forward gave
    needed: tuple[bool, ...] = ()
    number: int = -1
    # Raw arrays that forward leaves for backward to read, where `state.recording` says that there will be one.
    # Gradients of gradients have to be computed from the inputs: these arrays do not remember how they depend on them.
    kept: tuple[Any, ...] = ()
    specs: tuple[tuple[Any, Any], ...] = ()  # shape and dtype of each output, for Ops that return a tuple

    def forward(self, *arrays: Any) -> Any:
        raise TypeError(f"{type(self).__name__} must define forward(self, *arrays)")

    def backward(self, *dys: Any) -> Any:
        raise TypeError(f"{type(self).__name__} has no backward: no gradient can flow through it")

    @property
    def xp(self) -> Any:
        """The array namespace: NumPy (or CuPy) eagerly, jax.numpy while compiling."""
        return state.xp

    @property
    def rule(self) -> Rule:
        """The formula, and the file and line where it is programmed; `print` it.

        Example:
            >>> import ondol as od
            >>> y = od.Variable(2.0) * 3.0
            >>> y.op.rule.name
            'Multiply'
        """
        return rule_of(type(self))

    def needs(self, i: int) -> bool:
        """Whether input i is on the way to something that wants a gradient; ask before expensive work.

        Where nobody has said (`backward` called by hand), every input's gradient is wanted.
        """
        return not self.needed or self.needed[i]

    def __call__(self, *inputs: Any) -> Any:
        for x in inputs:
            if type(x) is not Tensor:
                inputs = _as_tensors(inputs)
                symbol = next((t for t in inputs if type(t) is not Tensor), None)
                if symbol is not None:  # only its shape is known: note the call in its graph
                    return symbol.record(self, inputs)
                break
        y = self.forward(*[x.data for x in inputs])
        if type(y) is tuple:
            return self._outputs(inputs, y)
        output = Tensor(y)
        if state.recording and self.differentiable:
            for x in inputs:
                if x.requires_grad:
                    self.inputs = inputs
                    self.number = next(_numbers)
                    output.op = self
                    output.requires_grad = True
                    break
        return output

    def _outputs(self, inputs: tuple[Any, ...], arrays: tuple[Any, ...]) -> tuple[Tensor, ...]:
        """The Tensors of an Op that returns several arrays."""
        outputs = tuple([Tensor(array) for array in arrays])
        if state.recording and self.differentiable and True in [x.requires_grad for x in inputs]:
            self.record(inputs, outputs)
        return outputs

    def record(self, inputs: tuple[Any, ...], outputs: tuple[Tensor, ...]) -> None:
        """Link several outputs to this Op, and the Op to its inputs."""
        self.inputs = inputs
        self.number = next(_numbers)
        self.specs = tuple([(output.shape, output.dtype) for output in outputs])
        for i, output in enumerate(outputs):
            output.op = self
            output.index = i
            output.requires_grad = True

    def __repr__(self) -> str:
        recorded = ("inputs", "number", "needed", "specs", "output", "kept")
        options = ", ".join(f"{k}={v!r}" for k, v in vars(self).items() if k not in recorded)
        return f"{type(self).__name__}({options})"


def _as_tensors(inputs: tuple[Any, ...]) -> tuple[Tensor, ...]:
    tensors = tuple([as_operand(x) for x in inputs])
    if True not in [hasattr(x.data, "dtype") for x in tensors if type(x) is Tensor]:
        # Numbers only: nothing else gives them a dtype.
        return tuple([Tensor(as_array(x.data)) if type(x) is Tensor else x for x in tensors])
    return tensors


class _CustomOp(Op):
    """A rule made of two functions."""

    def __init__(self, forward: Callable, backward: Callable) -> None:
        self._forward, self._backward = forward, backward

    def forward(self, *arrays: Any) -> Any:
        return self._forward(self.xp, *arrays)

    def backward(self, *dys: Any) -> Any:
        return self._backward(self, *dys)


def custom_op(forward: Callable, backward: Callable) -> Callable:
    """A differentiable function with your own gradient, from two plain functions.

    Args:
        forward: forward(xp, *arrays) computes the result from raw arrays with the array namespace xp
            (NumPy, or jax.numpy while compiling).
        backward: backward(op, dy) returns the gradient for each input, computed with Tensor operations;
            op.inputs and op.output are there to use.

    Returns:
        A function of Tensors that works eagerly, compiled, and for higher derivatives.

    Example:
        >>> import ondol as od
        >>> clipped_exp = od.custom_op(
        ...     lambda xp, x: xp.exp(xp.minimum(x, 10.0)),
        ...     lambda op, dy: dy * op.output,
        ... )
        >>> od.grad(clipped_exp)(od.tensor(0.0))
        Tensor(1., dtype=float32)
    """

    def call(*inputs: Any) -> Any:
        return _CustomOp(forward, backward)(*inputs)

    call.__name__ = getattr(forward, "__name__", "custom_op")
    return call
