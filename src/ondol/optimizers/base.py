"""Optimizer: how gradients change weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ondol import ops
from ondol.autograd import Tensor, Variable, as_tensor, enable_grad, gradients, no_grad
from ondol.autograd.tensor import as_array
from ondol.backend.state import state
from ondol.optimizers import clipping
from ondol.optimizers.accumulation import accumulate
from ondol.optimizers.arrays import update_arrays
from ondol.optimizers.averaging import WeightAverages
from ondol.optimizers.gradients import FLOAT32, in_full_precision, raw_gradients, variables_behind
from ondol.optimizers.rates import Rates


class Optimizer(WeightAverages):
    """Base of all optimizers. A subclass names its `slots` and defines `step`, its rule on raw arrays.

    Args:
        learning_rate: a number, or a `schedules.LearningRateSchedule`. It may change while a model trains,
            `optimizer.learning_rate = 0.01`, without anything being compiled again (once for another schedule).
            `multiply_learning_rate` gives some Variables one of their own.
        weight_decay: λ: each step first shrinks weights by the share learning_rate · λ, apart from the gradient
            ("decoupled"). `exclude_from_weight_decay` leaves some out.
        clipnorm: longest gradient of each Variable.
        clipvalue: largest absolute value in gradients.
        global_clipnorm: longest gradient of all Variables taken together.
        use_ema: keep a moving average of the weights, average ← μ average + (1 - μ) w after each step. `fit` puts it
            in the place of the weights at its end (validation on the way sees the weights themselves); a loop of your
            own calls `finalize_variable_values`.
        ema_momentum: μ of [0, 1].
        ema_overwrite_frequency: put the average in the place of the weights after every so many steps, too.
        loss_scale_factor: what `scale_loss` multiplies the loss by, and `apply` divides gradients by.
        gradient_accumulation_steps: make one step with the mean of so many gradients, as for one batch of all their
            samples (if they are equally many): `iterations`, and so schedules, count these steps. What is left at an
            epoch's end waits for the next one.
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
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.multipliers: dict[Variable, float] = {}  # of the learning rate, where it is not 1
        self.accumulators: dict[Variable, Variable] = {}
        self.accumulated: Variable | None = None  # how many gradients wait in the accumulators
        self._on_arrays = (
            type(self).update_step is Optimizer.update_step
        )  # the rule is `step`, not Keras' form

    # -- the rule

    def begin_step(self, lr: Any, t: Any) -> None:
        """What happens once in a step, before any Variable: it may assign Variables of the optimizer's own."""

    def prepare(self, lr: Any, t: Any) -> Any:
        """What `step` gets as its learning rate: work that is the same for all Variables of a dtype, done once."""
        return lr

    def shrink(self, w: Any, share: Any, *slots: Any) -> tuple[Any, ...]:
        """Weight decay: the weight, smaller by this share, and its slots."""
        return (w - share * w, *slots)

    def step(self, w: Any, g: Any, lr: Any, t: Any, *slots: Any) -> tuple[Any, ...]:
        """The rule: new values of a weight and of its slots.

        Args:
            w, g: raw arrays, the weight and its gradient.
            lr: what `prepare` returned: the learning rate, a number of w's dtype, unless it is overridden.
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
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    @property
    def scales_loss(self) -> bool:
        """Whether `scale_loss` changes the loss."""
        return self.loss_scale_factor is not None

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
        variables = variables_behind(value) if var_list is None else list(var_list)
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

    def build(self, variables: Iterable[Variable]) -> None:
        first = not self.built
        super().build(variables)
        if first:
            factors = {variable: self.learning_rate_multiplier_of(variable) for variable in self.optimized}
            self.multipliers = {variable: factor for variable, factor in factors.items() if factor != 1}
            if self.gradient_accumulation_steps is not None:
                slots = self.add_optimizer_variables(self.optimized, "gradient_accumulator")
                self.accumulators = dict(zip(self.optimized, slots, strict=True))
                self.accumulated = self.add_variable((), dtype="int32", name="accumulated")

    @property
    def touched(self) -> list[Variable]:
        """All Variables that a step may assign."""
        return [*self.optimized, *self.variables]

    # -- one step

    def _apply(self, grads: list[Any], variables: list[Variable]) -> None:
        if self.loss_scale_factor is not None:
            grads = [g / self.loss_scale_factor for g in in_full_precision(grads)]
        if self.gradient_accumulation_steps is None:
            self.make_step(grads, variables)
        else:
            accumulate(self, grads, variables)

    def make_step(self, grads: list[Any], variables: list[Variable]) -> None:
        """Change these Variables with these gradients, raw arrays, now."""
        all_slots = self.slots_of(variables)
        grads = self._clipped(self.xp, grads)
        done = self.iterations.data
        rate = self._rate(done)
        t = (done + 1).astype(rate.dtype)
        self.begin_step(rate, t)
        rates: Rates | None = None
        for g, variable, slots in zip(grads, variables, all_slots, strict=True):
            dtype, multiplier = variable.dtype, self.multipliers.get(variable)
            if rates is None or rates.dtype is not dtype or rates.multiplier != multiplier:
                rates = Rates(self, dtype, multiplier, rate, t)
            self._change(variable, g, slots, rates)
        if self.use_ema:
            self.update_averages(done)
        self.iterations.assign_array(done + 1)

    def _change(self, variable: Variable, g: Any, slots: list[Variable | None], rates: Rates) -> None:
        """One Variable's part of a step."""
        w, half = variable.data, rates.half
        if half:
            w, g = w.astype(FLOAT32), g.astype(FLOAT32)
        kept = [None if slot is None else slot.data for slot in slots]
        decay = self.weight_decay_of(variable)
        if decay:
            w, *kept = self.shrink(w, rates.share(decay), *kept)
        if self._on_arrays:
            w, *kept = self.step(w, g, rates.prepared, rates.t, *kept)
            variable.assign_array(w.astype(rates.dtype) if half else w)
            for slot, array in zip(slots, kept, strict=True):
                if slot is not None:
                    slot.assign_array(array)
        else:
            variable.assign_array(w.astype(rates.dtype) if half else w)
            with no_grad():
                self.update_step(Tensor(g), variable, Tensor(rates.rate))
        if variable.constraint is not None:
            with no_grad():
                variable.assign(variable.constraint(variable))

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
        if state.trace is not None:
            state.trace.assume(self._same_schedule())
        return rate / (1.0 + self.decay * done.astype(dtype)) if self.decay else rate
