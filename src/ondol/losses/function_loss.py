"""What the built-in losses have in common: a function of this package, with arguments of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ondol.autograd import Tensor
from ondol.losses.loss import Loss


class FunctionLoss(Loss):
    """A loss whose `call` is `function`, called with the attributes named in `options`.

    Args:
        reduction, name, dtype: see `Loss`; the name is the function's if none is given.
    """

    function: Callable
    options: tuple[str, ...] = ()

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(name or type(self).function.__name__, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        return type(self).function(y_true, y_pred, **{name: getattr(self, name) for name in self.options})

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **{name: getattr(self, name) for name in self.options}}
