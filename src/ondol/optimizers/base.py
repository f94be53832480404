"""Optimizer: how gradients change weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, Variable, as_tensor, enable_grad, gradients, no_grad
from ondol.autograd.tensor import as_array
from ondol.backend import namespace
from ondol.errors import ShapeError
from ondol.ops.elementwise import is_half
from ondol.optimizers import clipping
from ondol.optimizers.arrays import update_arrays
from ondol.optimizers.state import OptimizerState

FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")


class Optimizer(OptimizerState):
    """Base of all optimizers. A subclass names its `slots` and defines `step`, its rule on raw arrays.

    Args:
        learning_rate: a number, or a `schedules.LearningRateSchedule`. It may change while a model trains,
            `optimizer.learning_rate = 0.01`, without anything being compiled again.
        weight_decay: λ: each step first shrinks weights by the share learning_rate · λ.
        clipnorm: longest gradient of each Variable.
        clipvalue: largest absolute value in gradients.
        global_clipnorm: longest gradient of all Variables taken together.
        name: name, the first part of its Variables' paths.
        kwargs: Keras 2's spellings `lr` (learning_rate) and `decay`, for a learning rate of
            learning_rate / (1 + decay · steps made).

    Example:
        >>> import ondol as od
        >>> class SignDescent(od.optimizers.Optimizer):
        ...     def step(self, w, g, lr, t):
        ...         return (w - lr * self.xp.sign(g),)
        >>> w = od.Variable([1.0, -1.0])
        >>> SignDescent(0.25).minimize(lambda: (w * w).sum())
        Tensor(2., dtype=float32)
        >>> w.tolist()
        [0.75, -0.75]
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, name, **kwargs)

    # -- the rule

    @property
    def xp(self) -> Any:
        """The array namespace for `step`: NumPy (or CuPy) eagerly, jax.numpy while compiling."""
        return namespace()

    def prepare(self, lr: Any, t: Any) -> Any:
        """What `step` gets as its learning rate: work that is the same for all Variables, done once."""
        return lr

    def step(self, w: Any, g: Any, lr: Any, t: Any, *slots: Any) -> tuple[Any, ...]:
        """The rule: new values of a weight and of its slots.

        Args:
            w, g: raw arrays, the weight and its gradient.
            lr: what `prepare` returned, a number of w's dtype.
            t: number of this step, from 1, of w's dtype.
            slots: raw arrays, one for each name in `slots` (None where the name is None).

        Returns:
            `(new_w, *new_slots)`.
        """
        raise TypeError(f"{type(self).__name__} must define step(self, w, g, lr, t, *slots)")

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Any) -> None:
        """Keras' form of the rule: assign the Variable and the slots, with Tensor operations."""
        raise TypeError(
            f"{type(self).__name__} must define update_step(self, gradient, variable, learning_rate)"
        )

    # -- using it

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """Make one step.

        Args:
            grads: a gradient for each Variable (Tensors or arrays); None leaves a Variable as it is.
            trainable_variables: the Variables, always the same ones or some of them; None for those that the
                optimizer was built for.

        Raises:
            ValueError: for Variables that came in later, or gradients that are all None.
            ShapeError: if a gradient does not have its Variable's shape, or their numbers differ.
        """
        variables = self.optimized if trainable_variables is None else list(trainable_variables)
        arrays, moving = raw_gradients(list(grads), variables)
        if not self.built:
            self.build(variables)
        self._apply(arrays, moving)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Variable:
        """`apply` for pairs of gradient and Variable; returns `iterations`."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self.iterations

    def scale_loss(self, loss: Any) -> Any:
        """The loss to compute gradients for `apply` of: the loss itself, except under loss scaling."""
        return loss

    def minimize(self, loss: Any, var_list: Iterable[Variable] | None = None) -> Tensor:
        """Compute the gradient of a loss and make one step.

        Args:
            loss: a function without arguments that returns the loss, or the loss, a Tensor of one element.
            var_list: the Variables to change; None for all trainable ones that the loss was made of.

        Returns:
            The loss before the step.

        Example:
            >>> import ondol as od
            >>> w = od.Variable(3.0)
            >>> sgd = od.optimizers.SGD(0.25)
            >>> for _ in range(2):
            ...     loss = sgd.minimize(lambda: (w - 1.0) ** 2)
            >>> float(w), float(loss)
            (1.5, 1.0)
        """
        with enable_grad():
            value = as_tensor(loss() if callable(loss) else loss)
        variables = _variables_behind(value) if var_list is None else list(var_list)
        if not variables:
            raise ValueError(
                "Expected a loss that depends on trainable Variables. Received: one that depends on none. "
                "Compute it from od.Variable objects, outside of od.no_grad()."
            )
        self.apply(gradients(self.scale_loss(value), variables), variables)
        return value

    def update(self, params: Any, grads: Any) -> None:
        """Make one step on plain NumPy arrays, which are changed in place.

        Args:
            params: a list of float arrays, or a dict of them; the same ones (by position or key, shape
                and dtype) at every call.
            grads: a list of their gradients, or a dict with the same keys.

        Example:
            >>> import numpy as np
            >>> import ondol as od
            >>> w, b = np.array([1.0, 2.0]), np.zeros(1)
            >>> od.optimizers.SGD(0.5).update([w, b], [np.array([1.0, 1.0]), np.array([2.0])])
            >>> w.tolist(), b.tolist()
            ([0.5, 1.5], [-1.0])
        """
        update_arrays(self, params, grads)

    # -- one step

    def _apply(self, grads: list[Any], variables: list[Variable]) -> None:
        all_slots = self.slots_of(variables)
        grads = self._clipped(self.xp, grads)
        done = self.iterations.data
        rate = self._rate(done)
        t = (done + 1).astype(rate.dtype)
        in_arrays = type(self).update_step is Optimizer.update_step
        dtype: Any = None
        for g, variable, slots in zip(grads, variables, all_slots, strict=True):
            if variable.dtype is not dtype:
                dtype = variable.dtype
                half = is_half(dtype)
                lr, t_of_dtype, shrink = self._prepared(rate, t, FLOAT32 if half else dtype)
            w = variable.data
            if half:
                w, g = w.astype(FLOAT32), g.astype(FLOAT32)
            if shrink is not None:
                w = w - shrink * w
            if in_arrays:
                kept = [None if slot is None else slot.data for slot in slots]
                new_w, *new_kept = self.step(w, g, lr, t_of_dtype, *kept)
                variable.assign_array(new_w.astype(dtype) if half else new_w)
                for slot, array in zip(slots, new_kept, strict=True):
                    if slot is not None:
                        slot.assign_array(array)
            else:
                variable.assign_array(w.astype(dtype) if half else w)
                with no_grad():
                    self.update_step(Tensor(g), variable, Tensor(rate))
            if variable.constraint is not None:
                with no_grad():
                    variable.assign(variable.constraint(variable))
        self.iterations.assign_array(done + 1)

    def _clipped(self, xp: Any, grads: list[Any]) -> list[Any]:
        if self.clipnorm:
            return clipping.clip_by_norm(xp, in_full_precision(grads), self.clipnorm)
        if self.clipvalue:
            return clipping.clip_by_value(xp, in_full_precision(grads), self.clipvalue)
        if self.global_clipnorm:
            return clipping.clip_by_global_norm(xp, in_full_precision(grads), self.global_clipnorm)
        return grads

    def _rate(self, done: Any) -> Any:
        """The learning rate of the step after `done` others, a raw number."""
        dtype = self._learning_rate.dtype
        if self._schedule is None:
            rate = self._learning_rate.data
        else:
            with no_grad():
                rate = as_array(ops.cast(self._schedule(self.iterations), dtype))
        return rate / (1.0 + self.decay * done.astype(dtype)) if self.decay else rate

    def _prepared(self, rate: Any, t: Any, dtype: Any) -> tuple[Any, Any, Any]:
        """Learning rate, step number and weight decay for Variables of a dtype, in at least float32."""
        if dtype is FLOAT64:
            rate, t = rate.astype(dtype), t.astype(dtype)
        shrink = None if not self.weight_decay else (rate * self.weight_decay).astype(dtype)
        lr = self.prepare(rate, t)
        return (lr, t, shrink) if lr.dtype == dtype else (lr.astype(dtype), t.astype(dtype), shrink)


def raw_gradients(grads: Sequence[Any], variables: list[Variable]) -> tuple[list[Any], list[Variable]]:
    """The gradients that are not None as raw arrays, and their Variables; see `Optimizer.apply`."""
    if len(grads) != len(variables) or not variables:
        raise ShapeError(
            "Expected a gradient for each of one or more Variables. "
            f"Received: {len(grads)} gradients, {len(variables)} Variables."
        )
    arrays = [_raw(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
    if not arrays:
        raise ValueError(
            "Expected a gradient for at least one Variable. Received: None for all of "
            f"{', '.join(v.path for v in variables)}. Does the loss depend on them?"
        )
    if len(arrays) < len(variables):
        variables = [v for g, v in zip(grads, variables, strict=True) if g is not None]
    return arrays, variables


def _raw(g: Any, variable: Variable) -> Any:
    """A gradient as a raw array of its Variable's dtype."""
    array = g.data if isinstance(g, Tensor) else as_array(g)
    if array.shape != variable.shape:
        raise ShapeError(
            f"Expected a gradient of the shape {variable.shape} of the Variable '{variable.path}'. "
            f"Received: grad.shape={array.shape}."
        )
    dtype = variable.dtype
    return array if array.dtype == dtype else array.astype(dtype)


def in_full_precision(arrays: list[Any]) -> list[Any]:
    """Raw arrays, those of half precision as float32: squares of gradients are soon too large or too small."""
    return [array.astype(FLOAT32) if is_half(array.dtype) else array for array in arrays]


def _variables_behind(result: Tensor) -> list[Variable]:
    """The trainable Variables that a Tensor was computed from."""
    found: dict[Variable, None] = {}
    seen = {result}
    stack = [result]
    while stack:
        x = stack.pop()
        if x.variable is not None and x.variable.trainable:
            found[x.variable] = None
        for y in x.op.inputs if x.op is not None else ():
            if y not in seen:
                seen.add(y)
                stack.append(y)
    return list(reversed(found))  # in the order of their use
