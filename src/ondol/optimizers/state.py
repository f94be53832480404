"""What an optimizer remembers: the steps made, the learning rate, and slots that belong to Variables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, Self

import numpy as np

from ondol import initializers
from ondol.autograd import Tensor, Variable, outside_trace
from ondol.backend.dtypes import floatx
from ondol.errors import ShapeError, unknown_name
from ondol.optimizers import schedules
from ondol.optimizers.schedules import LearningRateSchedule

ARGUMENTS = (
    "learning_rate",
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "name",
    "lr",
    "decay",
)


class OptimizerState:
    """The Variables of an optimizer and its arguments; see `Optimizer`."""

    slots: tuple[str | None, ...] = ()  # for each Variable, one Variable of these names; None is left out
    initial_values: Mapping[str, float] = {}  # what slots start from, where it is not 0

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        learning_rate = kwargs.pop("lr", learning_rate)
        self.decay = self.checked("decay", kwargs.pop("decay", None) or 0.0, 0)
        for argument in kwargs:
            own = [name for name in self.get_own_arguments() if name not in ARGUMENTS]
            raise unknown_name(f"argument of {type(self).__name__}", argument, [*ARGUMENTS, *own])
        self.name = name or type(self).__name__.lower()
        clips = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
        given = {key: self.checked(key, value, 0) for key, value in clips.items() if value is not None}
        if len(given) > 1:
            raise ValueError(
                "Expected at most one of clipnorm, clipvalue and global_clipnorm. "
                f"Received: {', '.join(f'{key}={value}' for key, value in given.items())}."
            )
        self.clipnorm, self.clipvalue, self.global_clipnorm = (given.get(key) for key in clips)
        self.weight_decay = None if weight_decay is None else self.checked("weight_decay", weight_decay, 0)
        self.built = False
        self._known: dict[Variable, int] = {}  # the Variables that are optimized, and their positions
        self._slots: list[list[Variable | None]] = []
        self._added: list[Variable] = []
        self._schedule: LearningRateSchedule | None = None
        with outside_trace():
            self.iterations = self._own_variable(0, "iteration", "int32")
            rate_dtype = "float64" if floatx() == "float64" else "float32"
            self._learning_rate = self._own_variable(0.0, "learning_rate", rate_dtype)
            self.learning_rate = learning_rate

    @staticmethod
    def checked(name: str, value: Any, low: float, high: float = math.inf, below: bool = False) -> float:
        """A number within bounds (`below`: less than the upper one), or a ValueError that says so."""
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not number or not low <= value <= high or (below and value == high):
            bounds = (
                f"of [{low:g}, {high:g}{')' if below else ']'}" if high < math.inf else f"of {low:g} or more"
            )
            raise ValueError(f"Expected {name} to be a number {bounds}. Received: {name}={value!r}.")
        return float(value)

    @classmethod
    def get_own_arguments(cls) -> list[str]:
        """Names of the arguments that the class takes."""
        code = cls.__init__.__code__
        return list(code.co_varnames[1 : code.co_argcount])

    # -- learning rate

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a Variable that can be assigned at any time; with a schedule, its value now."""
        return self._learning_rate if self._schedule is None else self._schedule(self.iterations)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, LearningRateSchedule):
            self._schedule = value
            return
        if not isinstance(value, (Tensor, np.ndarray)):
            if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= float(value) < math.inf:
                raise ValueError(
                    "Expected learning_rate to be a number, not negative, or an object of a subclass of "
                    f"optimizers.schedules.LearningRateSchedule. Received: learning_rate={value!r}."
                )
            value = float(value)
        self._schedule = None
        self._learning_rate.assign(value)

    @property
    def lr(self) -> Any:
        """`learning_rate` in Keras 2's spelling."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    # -- Variables

    @property
    def variables(self) -> list[Variable]:
        """All state, in the order in which it is saved: steps made, learning rate, slots."""
        return [self.iterations, self._learning_rate, *self._added]

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the slots for these Variables; the first `apply` does it otherwise.

        Raises:
            ValueError: if it was done before, for other Variables.
        """
        variables = list(variables)
        if self.built:
            self.positions(variables)
            return
        self._known = {variable: i for i, variable in enumerate(variables)}
        for variable in self._known:
            self._slots.append(
                [None if slot is None else self._make_slot(variable, slot) for slot in self.slots]
            )
        self.built = True

    def positions(self, variables: Sequence[Variable]) -> list[int]:
        """Where these Variables stand among those that the optimizer was built for."""
        try:
            return [self._known[variable] for variable in variables]
        except KeyError:
            new = [v.path for v in variables if v not in self._known]
            raise ValueError(
                f"Expected Variables that {self.name} was built for: "
                f"{_shown([v.path for v in self._known])}. Received: also {_shown(new)}. "
                "An optimizer keeps slots for its first Variables; make a new one for others (after "
                "`trainable` has changed: compile the model again)."
            ) from None

    def add_variable(
        self, shape: Sequence[int], initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> Variable:
        """A Variable of the optimizer's own, saved with it."""
        with outside_trace():
            value = initializers.get(initializer)(tuple(shape), dtype)
            variable = self._own_variable(value, name or "variable", dtype)
        self._added.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """A slot: a Variable of the shape and dtype of another, named after it ("dense/kernel_momentum")."""
        taken = {variable.name for variable in self._added}
        path = f"{reference_variable.path}_{name or 'slot'}"
        unique, i = path, 0
        while unique in taken:
            i += 1
            unique = f"{path}_{i}"
        return self.add_variable(reference_variable.shape, initializer, reference_variable.dtype, unique)

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Variable], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """Slots for all these Variables: a list for one name, a tuple of lists for several."""
        names = [name] if isinstance(name, str) else list(name)
        initializers_ = (
            list(initializer) if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        )
        if len(names) != len(initializers_):
            raise ShapeError(
                f"Expected one initializer for each name. Received: name={name}, initializer={initializer}."
            )
        made = tuple(
            [self.add_variable_from_reference(variable, n, i) for variable in trainable_variables]
            for n, i in zip(names, initializers_, strict=True)
        )
        return made[0] if isinstance(name, str) else made

    # Keras' names, for rules written in its style.

    def _get_variable_index(self, variable: Variable) -> int:
        return self._known[variable]

    def assign(self, variable: Variable, value: Any) -> None:
        """variable = value."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """variable = variable + value."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """variable = variable - value."""
        variable.assign_sub(value)

    def _make_slot(self, variable: Variable, slot: str) -> Variable:
        start = initializers.Constant(self.initial_values.get(slot, 0.0))
        return self.add_variable_from_reference(variable, slot, start)

    def _own_variable(self, value: Any, name: str, dtype: Any) -> Variable:
        variable = Variable(value, name, trainable=False, dtype=dtype)
        variable.path = f"{self.name}/{name}"
        return variable

    # -- saving

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this optimizer again (without its slots)."""
        rate = self._learning_rate.numpy()
        config = {
            "name": self.name,
            # the shortest decimal that gives this float32 again: 0.001, not 0.0010000000474974513
            "learning_rate": float(str(rate))
            if self._schedule is None
            else schedules.serialize(self._schedule),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "clipvalue": self.clipvalue,
            "global_clipnorm": self.global_clipnorm,
        }
        return {**config, "decay": self.decay} if self.decay else config

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Self:
        """The optimizer that `get_config` described."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), Mapping):
            config["learning_rate"] = schedules.deserialize(config["learning_rate"], custom_objects)
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def _shown(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
