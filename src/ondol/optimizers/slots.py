"""Slots: what an optimizer remembers about each Variable, such as its momentum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ondol import initializers
from ondol.autograd import Variable, outside_trace
from ondol.errors import ShapeError
from ondol.ops.elementwise import is_half


class Slots:
    """The Variables that belong to an optimizer, and the Variables that it optimizes; see `Optimizer`."""

    slots: tuple[str | None, ...] = ()  # for each Variable, one Variable of these names; None is left out
    initial_values: Mapping[str, float] = {}  # what slots start from, where it is not 0

    def __init__(self, name: str) -> None:
        self.name = name
        self.built = False
        self._slots: dict[Variable, list[Variable | None]] = {}  # of each Variable that is optimized
        self._own: list[Variable] = []  # all that the optimizer made, in the order in which it made them

    @property
    def variables(self) -> list[Variable]:
        """All state, in the order in which it is saved: steps made, learning rate, slots."""
        return list(self._own)

    @property
    def optimized(self) -> list[Variable]:
        """The Variables that the optimizer was built for."""
        return list(self._slots)

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the slots for these Variables; the first `apply` does it otherwise.

        Raises:
            ValueError: if it was done before, for other Variables.
        """
        variables = list(variables)
        if self.built:
            self.slots_of(variables)
            return
        for variable in dict.fromkeys(variables):
            self._slots[variable] = [
                None if slot is None else self.make_slot(variable, slot) for slot in self.slots_for(variable)
            ]
        self.built = True

    def slots_for(self, variable: Variable) -> tuple[str | None, ...]:
        """The names of a Variable's slots: `slots`, unless a subclass treats Variables differently."""
        return self.slots

    def make_slot(self, variable: Variable, slot: str) -> Variable:
        """A new slot: of the Variable's shape, filled with its initial value."""
        start = initializers.Constant(self.initial_values.get(slot, 0.0))
        return self.add_variable_from_reference(variable, slot, start)

    def slots_of(self, variables: Sequence[Variable]) -> list[list[Variable | None]]:
        """The slots of each of these Variables, in the order of `slots`."""
        try:
            return [self._slots[variable] for variable in variables]
        except KeyError:
            new = [v.path for v in variables if v not in self._slots]
            raise ValueError(
                f"Expected Variables that {self.name} was built for: "
                f"{_shown([v.path for v in self._slots])}. Received: also {_shown(new)}. "
                "An optimizer keeps slots for its first Variables; make a new one for others (after "
                "`trainable` has changed: compile the model again)."
            ) from None

    def add_variable(
        self, shape: Sequence[int], initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> Variable:
        """A Variable of the optimizer's own, saved with it."""
        with outside_trace():
            value = initializers.first_value(initializer, shape, dtype)
            variable = Variable(value, name or "variable", trainable=False)
        variable.path = f"{self.name}/{variable.name}"
        self._own.append(variable)
        return variable

    def add_variable_from_reference(
        self,
        reference_variable: Variable,
        name: str | None = None,
        initializer: Any = "zeros",
        shape: Sequence[int] | None = None,
    ) -> Variable:
        """A slot: a Variable like another, in at least float32, named after it ("dense/kernel_momentum").

        Args:
            reference_variable: the other one.
            name: the end of the slot's name.
            initializer: what fills it; "copy" for the other one's value now.
            shape: its shape, None for the other one's.
        """
        taken = {variable.name for variable in self._own}
        path = f"{reference_variable.path}_{name or 'slot'}"
        unique, i = path, 0
        while unique in taken:
            i += 1
            unique = f"{path}_{i}"
        # Of half precision weights too, running means are kept in float32: their small steps would be lost.
        dtype = "float32" if is_half(reference_variable.dtype) else reference_variable.dtype
        copied = isinstance(initializer, str) and initializer == "copy"
        slot = self.add_variable(
            reference_variable.shape if shape is None else shape,
            "zeros" if copied else initializer,
            dtype,
            unique,
        )
        if copied:
            with outside_trace():
                slot.assign(reference_variable.read())
        return slot

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

    def widest_dtype(self) -> Any:
        """The dtype for numbers that all Variables share: float64 if one of them is, else float32."""
        return "float64" if any(v.dtype == "float64" for v in self._slots) else "float32"

    # Keras' names, for rules written in its style.

    def _get_variable_index(self, variable: Variable) -> int:
        return next(i for i, known in enumerate(self._slots) if known is variable)

    def assign(self, variable: Variable, value: Any) -> None:
        """variable = value."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """variable = variable + value."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """variable = variable - value."""
        variable.assign_sub(value)


def _shown(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
