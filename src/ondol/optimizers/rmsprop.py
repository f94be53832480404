"""RMSprop: gradients divided by their recent size."""

from __future__ import annotations

from typing import Any

from ondol.optimizers.base import Optimizer


class RMSprop(Optimizer):
    r"""v ← ρ v + (1 - ρ) g², w ← w - η g / √(v + ε).

    Centered: the mean a ← ρ a + (1 - ρ) g is also kept, and v - a² + ε, the variance, stands under the root.
    With momentum μ: m ← μ m + η g / √(…), w ← w - m.

    Args:
        learning_rate: η, a number or a schedule.
        rho: ρ of [0, 1), how long the averages remember.
        momentum: μ of [0, 1]; 0 for none.
        epsilon: ε.
        centered: whether to divide by the variance instead of the mean square.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> od.optimizers.RMSprop(0.5, rho=0.75).apply([od.tensor(2.0)], [w])
        >>> round(float(w), 4)
        2.0

    Reference:
        Tieleman, Hinton: "Lecture 6.5, RMSprop" (2012); centered, with momentum: Graves: "Generating
        sequences with recurrent neural networks" (2013).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
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
        self.rho = self.checked("rho", rho, 0, 1)
        self.momentum = self.checked("momentum", momentum, 0, 1)
        self.epsilon = self.checked("epsilon", epsilon, 0)
        self.centered = centered
        self.slots = (
            "velocity",
            "average_gradient" if centered else None,
            "momentum" if momentum else None,
        )

    def step(self, w: Any, g: Any, lr: Any, t: Any, v: Any, a: Any, m: Any) -> tuple[Any, ...]:
        v = self.rho * v + (1 - self.rho) * g * g
        variance = v
        if self.centered:
            a = self.rho * a + (1 - self.rho) * g
            variance = v - a * a
        change = lr * g / self.xp.sqrt(variance + self.epsilon)
        if self.momentum:
            change = m = self.momentum * m + change
        return w - change, v, a, m

    def get_config(self) -> dict[str, Any]:
        own = {
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
        return {**super().get_config(), **own}
