"""Adadelta: steps in the units of the weights, with a short memory."""

from __future__ import annotations

from typing import Any

from ondol.optimizers.base import Optimizer


class Adadelta(Optimizer):
    r"""a ← ρ a + (1 - ρ) g², Δ = -g √(d + ε) / √(a + ε), d ← ρ d + (1 - ρ) Δ², w ← w + η Δ.

    Args:
        learning_rate: η, a number or a schedule. The original paper uses 1.0.
        rho: ρ of [0, 1), how long the averages of squares remember.
        epsilon: ε.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> od.optimizers.Adadelta(1.0, rho=0.75, epsilon=1.0).apply([od.tensor(2.0)], [w])
        >>> round(float(w), 4)  # 3 - 2 / √2
        1.5858

    Reference:
        Zeiler: "Adadelta: an adaptive learning rate method" (2012).
    """

    slots = ("accumulated_grad", "accumulated_delta_var")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
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
        self.epsilon = self.checked("epsilon", epsilon, 0)

    def step(self, w: Any, g: Any, lr: Any, t: Any, a: Any, d: Any) -> tuple[Any, ...]:
        rho, sqrt = self.rho, self.xp.sqrt
        a = rho * a + (1 - rho) * g * g
        delta = -g * sqrt(d + self.epsilon) / sqrt(a + self.epsilon)
        d = rho * d + (1 - rho) * delta * delta
        return w + lr * delta, a, d

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
