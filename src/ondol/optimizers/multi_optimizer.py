"""MultiOptimizer: different optimizers for different parts of a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from ondol.autograd import Variable
from ondol.optimizers.base import Optimizer
from ondol.optimizers.gradients import in_full_precision, raw_gradients
from ondol.optimizers.loss_scale import LossScaleOptimizer
from ondol.optimizers.optimizer_map import OptimizerMap, OptimizerPairs
from ondol.optimizers.slots import Slots


class MultiOptimizer(Optimizer):
    """Each Variable is trained by one of several optimizers, with rates, schedules and clipping of its own.

    Args:
        optimizer_map: which optimizer for which Variables, in one of three forms. Pairs `(optimizer, what)`, where
            `what` is a layer or model, a Variable, a function(variable) -> bool, a regular expression for the whole
            path ("dense.*/kernel"), a list of these, or None for all the rest; the first pair that fits counts. Or an
            `OptimizerMap`. Or a function(variable) -> optimizer.
        loss_scale_factor: what `scale_loss` multiplies the loss by, and `apply` divides gradients by.
        name: name, the first part of its own Variables' paths.

    `optimizers` is the list of them, whose learning rates are set: `multi.optimizers[0].learning_rate = 0.1`. Gradients
    are clipped within each part: `global_clipnorm` does not see the others' gradients.

    Raises:
        ValueError: for a Variable that has no optimizer, when the optimizer is built.

    Example:
        >>> import ondol as od
        >>> base, head = od.layers.Dense(1, kernel_initializer="ones"), od.layers.Dense(1)
        >>> model = od.Sequential([od.Input((1,)), base, head])
        >>> slow, fast = od.optimizers.SGD(0.0), od.optimizers.Adam(0.1)
        >>> model.compile(od.optimizers.MultiOptimizer([(slow, base), (fast, None)]), "mse")
        >>> loss = model.train_on_batch([[1.0]], [[2.0]])
        >>> base.kernel.tolist(), [v.name for v in fast.optimized]
        ([[1.0]], ['kernel', 'bias'])
    """

    def __init__(
        self, optimizer_map: Any, loss_scale_factor: float | None = None, name: str | None = None
    ) -> None:
        # Not Optimizer's own: the learning rate and all the rest are the inner optimizers'.
        Slots.__init__(self, name or "multi_optimizer")
        paired = isinstance(optimizer_map, (list, tuple))
        self.optimizer_map = OptimizerPairs(optimizer_map) if paired else optimizer_map
        if not callable(self.optimizer_map):
            raise TypeError(
                "Expected pairs (optimizer, what), an OptimizerMap, or a function(variable) -> optimizer. "
                f"Received: optimizer_map={optimizer_map!r}."
            )
        self.loss_scale_factor = (
            None
            if loss_scale_factor is None
            else self.checked("loss_scale_factor", loss_scale_factor, 0, above=True)
        )
        self.optimizers: list[Optimizer] = []
        for optimizer in getattr(self.optimizer_map, "optimizers", ()):
            self._add(optimizer)
        self._trained_by: dict[Variable, Optimizer] = {}
        self.iterations = self.add_variable((), dtype="int32", name="iteration")

    def _add(self, optimizer: Any) -> None:
        if not isinstance(optimizer, Optimizer) or isinstance(
            optimizer, (LossScaleOptimizer, MultiOptimizer)
        ):
            raise TypeError(
                "Expected an optimizer for each part, without loss scaling or parts of its own. "
                f"Received: {optimizer!r}."
            )
        if optimizer.loss_scale_factor is not None:
            raise ValueError(
                "Expected loss_scale_factor as an argument of MultiOptimizer. Received: an optimizer with "
                f"loss_scale_factor={optimizer.loss_scale_factor}."
            )
        if not any(known is optimizer for known in self.optimizers):
            self.optimizers.append(optimizer)

    # -- one step

    def build(self, variables: Iterable[Variable]) -> None:
        variables = list(dict.fromkeys(variables))
        if self.built:
            self.slots_of(variables)
            return
        chosen = {variable: self.optimizer_map(variable) for variable in variables}
        for optimizer in chosen.values():
            self._add(optimizer)
        for optimizer in self.optimizers:
            own = [variable for variable in variables if chosen[variable] is optimizer]
            if own:
                optimizer.build(own)
        self._trained_by, self.built = chosen, True
        self._slots = {v: optimizer.slots_of([v])[0] for v, optimizer in chosen.items()}

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """Let each optimizer make a step with the gradients of its own Variables."""
        variables = self.optimized if trainable_variables is None else list(trainable_variables)
        arrays, moving = raw_gradients(list(grads), variables)
        if not self.built:
            self.build(variables)
        self.slots_of(moving)
        if self.loss_scale_factor is not None:
            arrays = [g / self.loss_scale_factor for g in in_full_precision(arrays)]
        for optimizer in self.optimizers:
            pairs = [(g, v) for g, v in zip(arrays, moving, strict=True) if self._trained_by[v] is optimizer]
            if pairs:
                optimizer.apply([g for g, _ in pairs], [v for _, v in pairs])
        self.iterations.assign_array(self.iterations.data + 1)

    # -- what the inner optimizers know

    @property
    def variables(self) -> list[Variable]:
        return [*self._own, *[v for optimizer in self.optimizers for v in optimizer.variables]]

    @property
    def touched(self) -> list[Variable]:
        return [*self._own, *[v for optimizer in self.optimizers for v in optimizer.touched]]

    @property
    def learning_rate(self) -> Any:
        raise AttributeError(_each("learning_rate"))

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(_each("learning_rate"))

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        for optimizer in self._known("exclude_from_weight_decay"):
            optimizer.exclude_from_weight_decay(var_list, var_names)

    def multiply_learning_rate(self, multiplier: float, var_list: Any = None, var_names: Any = None) -> None:
        for optimizer in self._known("multiply_learning_rate"):
            optimizer.multiply_learning_rate(multiplier, var_list, var_names)

    def _known(self, wish: str) -> list[Optimizer]:
        if not self.optimizers:
            raise ValueError(
                f"Expected {wish}() of the optimizers that your function returns. Received: that of a MultiOptimizer, "
                "which does not know them before it is built."
            )
        return self.optimizers

    @property
    def has_averages(self) -> bool:
        return any(optimizer.has_averages for optimizer in self.optimizers)

    def swap_averages(self) -> None:
        if not self.has_averages:
            super().swap_averages()
        for optimizer in self.optimizers:
            if optimizer.has_averages:
                optimizer.swap_averages()

    def to_training_weights(self) -> None:
        for optimizer in self.optimizers:
            optimizer.to_training_weights()

    def to_evaluation_weights(self) -> None:
        for optimizer in self.optimizers:
            optimizer.to_evaluation_weights()

    def _finalize(self, variables: list[Variable]) -> None:
        for optimizer in self.optimizers:
            optimizer._finalize(variables)

    # -- saving

    def get_config(self) -> dict[str, Any]:
        """The optimizers, and which parts are theirs: in words, with the paths of what was given as objects.

        Raises:
            SavedFileError: for a function of yours that is not registered.
        """
        from ondol.utils.serialization import serialize

        form = serialize(self.optimizer_map)
        if isinstance(self.optimizer_map, OptimizerMap):  # which would be written as any other mapping
            form = {"class_name": "OptimizerMap", "config": serialize(self.optimizer_map.get_config())}
        return {
            "name": self.name,
            "optimizer_map": form,
            "loss_scale_factor": self.loss_scale_factor,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Self:
        from ondol.optimizers.registry import deserialize

        form = config["optimizer_map"]
        inner = form.get("config") if isinstance(form, Mapping) else None
        if isinstance(inner, Mapping) and "pairs" in inner:
            made: Any = [(deserialize(optimizer, custom_objects), what) for optimizer, what in inner["pairs"]]
        elif isinstance(inner, Mapping) and "default_optimizer" in inner:
            others = {key: deserialize(o, custom_objects) for key, o in inner["optimizer_map"].items()}
            made = OptimizerMap(deserialize(inner["default_optimizer"], custom_objects), others)
        else:
            made = deserialize(form, custom_objects)
        return cls(**{**config, "optimizer_map": made})


def _each(what: str) -> str:
    return (
        f"Expected {what} of one of the optimizers. Received: that of a MultiOptimizer, whose parts differ. "
        f"Use multi.optimizers[0].{what}."
    )
