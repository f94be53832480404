"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from typing import Any

from ondol.optimizers.base import Optimizer


class SGD(Optimizer):
    r"""Gradient descent: w ← w - η g; with momentum: m ← μ m - η g, w ← w + m.

    Nesterov's momentum looks ahead: w ← w + μ m - η g, with the new m.

    Args:
        learning_rate: η, a number or a schedule.
        momentum: μ of [0, 1]; 0 for none.
        nesterov: whether to look ahead.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> od.optimizers.SGD(0.5).apply([od.tensor(2.0)], [w])
        >>> float(w)
        2.0

    Reference:
        Sutskever et al.: "On the importance of initialization and momentum in deep learning" (2013).
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        self.momentum = self.checked("momentum", momentum, 0, 1)
        self.nesterov = nesterov
        self.slots = ("momentum" if momentum else None,)

    def step(self, w: Any, g: Any, lr: Any, t: Any, m: Any) -> tuple[Any, ...]:
        if m is None:
            return w - lr * g, None
        m = self.momentum * m - lr * g
        if self.nesterov:
            return w + (self.momentum * m - lr * g), m
        return w + m, m

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}
