"""LossScaleOptimizer: gradients that float16 can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from ondol.autograd import Tensor, Variable
from ondol.optimizers.base import Optimizer
from ondol.optimizers.gradients import in_full_precision, raw_gradients
from ondol.optimizers.slots import Slots

# Below this, gradients that are not finite are no fault of the scale: the step is made, so that the weights
# show it, and training stops with the reason.
SMALLEST_SCALE = 2.0**-14
LARGEST_SCALE = 2.0**127  # the largest power of two in float32


class LossScaleOptimizer(Optimizer):
    """Another optimizer, for models that compute in float16, with dynamic loss scaling.

    Gradients below 6e-8 are zero in float16. The loss is therefore multiplied by a scale, which multiplies all
    gradients, and what arrives at the weights, in float32, is divided by it again. A step whose gradients are not
    finite is left out, and halves the scale; after `dynamic_growth_steps` good steps the scale is doubled.

    `compile` puts it around the optimizer of a "mixed_float16" model. A training loop of your own scales the loss:
    `optimizer.apply(od.gradients(optimizer.scale_loss(loss), weights), weights)`.

    Args:
        inner_optimizer: the optimizer (its name or configuration also) that makes the steps; weight decay and
            clipping are its own.
        initial_scale: the first scale.
        dynamic_growth_steps: after how many good steps in a row the scale is doubled.
        name: name, the first part of its Variables' paths.

    Raises:
        ValueError: for further arguments, which belong to the inner optimizer.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> optimizer = od.optimizers.LossScaleOptimizer(od.optimizers.SGD(0.5), initial_scale=8.0)
        >>> optimizer.apply([od.tensor(8.0 * 2.0)], [w])  # a gradient of 2, scaled
        >>> optimizer.apply([od.tensor(float("inf"))], [w])  # left out
        >>> float(w), float(optimizer.dynamic_scale)
        (2.0, 4.0)

    Reference:
        Micikevicius et al.: "Mixed precision training" (2018).
    """

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        from ondol.optimizers.registry import get

        if any(value is not None for value in kwargs.values()):
            raise ValueError(
                f"Expected {', '.join(kwargs)} as arguments of the inner optimizer, which makes the steps. "
                f"Received: LossScaleOptimizer({', '.join(f'{k}={v!r}' for k, v in kwargs.items())})."
            )
        # Not Optimizer's own: the learning rate and all the rest are the inner optimizer's.
        Slots.__init__(self, name or "loss_scale_optimizer")
        self.inner_optimizer = get(inner_optimizer)
        if not isinstance(self.inner_optimizer, Optimizer) or isinstance(
            self.inner_optimizer, LossScaleOptimizer
        ):
            raise TypeError(
                "Expected an optimizer to make the steps, without loss scaling of its own. "
                f"Received: inner_optimizer={inner_optimizer!r}."
            )
        if self.inner_optimizer.loss_scale_factor is not None:
            raise ValueError(
                "Expected an optimizer without a loss scale of its own. Received: an inner_optimizer with "
                f"loss_scale_factor={self.inner_optimizer.loss_scale_factor}."
            )
        if not 0 < initial_scale < float("inf") or dynamic_growth_steps < 1:
            raise ValueError(
                "Expected a positive initial_scale, and dynamic_growth_steps of at least 1. Received: "
                f"initial_scale={initial_scale}, dynamic_growth_steps={dynamic_growth_steps}."
            )
        self.initial_scale, self.dynamic_growth_steps = float(initial_scale), int(dynamic_growth_steps)
        self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
        self.dynamic_scale = self.add_variable((), dtype="float32", name="dynamic_scale")
        self.dynamic_scale.assign(self.initial_scale)

    # -- one step

    def scale_loss(self, loss: Any) -> Tensor:
        """The loss to compute gradients of."""
        return loss * self.dynamic_scale

    @property
    def scales_loss(self) -> bool:
        return True

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """Make one step with gradients of the scaled loss, unless one of them is NaN or infinite."""
        variables = self.optimized if trainable_variables is None else list(trainable_variables)
        arrays, moving = raw_gradients(list(grads), variables)
        if not self.built:
            self.build(variables)
        arrays, xp, scale = in_full_precision(arrays), self.xp, self.dynamic_scale.data
        finite = xp.all(xp.stack([xp.all(xp.isfinite(g)) for g in arrays]))
        good = finite | (scale < SMALLEST_SCALE)
        # Zeros in place of what is not finite: NumPy would warn of NaN in a step that does not count.
        unscaled = [xp.where(good, g, 0) / scale.astype(g.dtype) for g in arrays]
        touched = list(dict.fromkeys([*self.inner_optimizer.optimized, *self.inner_optimizer.variables]))
        before = [v.data for v in touched]
        self.inner_optimizer.apply(unscaled, moving)
        for v, old in zip(touched, before, strict=True):
            if v.data is not old:
                v.assign_array(xp.where(good, v.data, old))
        self._adapt(finite)

    def _adapt(self, finite: Any) -> None:
        """The scale for the next step, and how many good steps it has held."""
        xp, scale = self.xp, self.dynamic_scale.data
        held = xp.where(finite, self.step_counter.data + 1, 0)
        doubled = xp.minimum(scale, LARGEST_SCALE / 2) * 2
        grown = xp.where(held == self.dynamic_growth_steps, doubled, scale)
        self.dynamic_scale.assign_array(xp.where(finite, grown, scale / 2))
        self.step_counter.assign_array(xp.where(held == self.dynamic_growth_steps, 0, held).astype("int32"))

    # -- what the inner optimizer knows

    @property
    def variables(self) -> list[Variable]:
        return [*self._own, *self.inner_optimizer.variables]

    @property
    def optimized(self) -> list[Variable]:
        return self.inner_optimizer.optimized

    def build(self, variables: Iterable[Variable]) -> None:
        self.inner_optimizer.build(variables)
        self.built = True

    def slots_of(self, variables: Sequence[Variable]) -> list[list[Variable | None]]:
        return self.inner_optimizer.slots_of(variables)

    @property
    def iterations(self) -> Variable:  # type: ignore[override]
        """How many steps were made; those that were left out do not count."""
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self) -> Any:
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def touched(self) -> list[Variable]:
        return [*self._own, *self.inner_optimizer.touched]

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    def multiply_learning_rate(self, multiplier: float, var_list: Any = None, var_names: Any = None) -> None:
        self.inner_optimizer.multiply_learning_rate(multiplier, var_list, var_names)

    @property
    def has_averages(self) -> bool:
        return self.inner_optimizer.has_averages

    def swap_averages(self) -> None:
        self.inner_optimizer.swap_averages()

    def to_training_weights(self) -> None:
        self.inner_optimizer.to_training_weights()

    def to_evaluation_weights(self) -> None:
        self.inner_optimizer.to_evaluation_weights()

    def _finalize(self, variables: list[Variable]) -> None:
        self.inner_optimizer._finalize(variables)

    # -- saving

    def get_config(self) -> dict[str, Any]:
        from ondol.optimizers.registry import serialize

        return {
            "name": self.name,
            "inner_optimizer": serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Self:
        from ondol.optimizers.registry import deserialize

        return cls(**{**config, "inner_optimizer": deserialize(config["inner_optimizer"], custom_objects)})
