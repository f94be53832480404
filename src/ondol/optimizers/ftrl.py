"""FTRL: follow the regularized leader, for linear models of which most weights are to be exactly 0."""

from __future__ import annotations

from typing import Any

from ondol.optimizers.base import Optimizer


class Ftrl(Optimizer):
    r"""The weights that would have been best for all gradients so far, under an L1 and an L2 penalty.

    With p = -learning_rate_power: $n' = n + g^2$, $z \leftarrow z + g + 2 \lambda_s w - (n'^p - n^p) w / \eta$, and

    $w \leftarrow \frac{\text{clip}(z, -\lambda_1, \lambda_1) - z}{(\beta + n'^p) / \eta + 2 \lambda_2}$:
    exactly 0 as long as |z| stays below λ₁.

    Args:
        learning_rate: η, a number or a schedule; above 0.
        learning_rate_power: -p, at most 0; 0 for a rate that does not fall.
        initial_accumulator_value: what n starts from.
        l1_regularization_strength: λ₁.
        l2_regularization_strength: λ₂.
        l2_shrinkage_regularization_strength: λₛ, a penalty on the weights through the gradient.
        beta: β.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable([1.0, 1.0])
        >>> ftrl = od.optimizers.Ftrl(0.5, initial_accumulator_value=0.0, l1_regularization_strength=0.25)
        >>> ftrl.apply([od.tensor([0.5, 0.125])], [w])
        >>> w.tolist()
        [0.25, 0.0]

    Reference:
        McMahan et al.: "Ad click prediction: a view from the trenches" (2013).
    """

    slots = ("accumulator", "linear")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
        self.learning_rate_power = self.checked("learning_rate_power", learning_rate_power, high=0)
        self.initial_accumulator_value = self.checked(
            "initial_accumulator_value", initial_accumulator_value, 0
        )
        self.l1_regularization_strength = self.checked(
            "l1_regularization_strength", l1_regularization_strength, 0
        )
        self.l2_regularization_strength = self.checked(
            "l2_regularization_strength", l2_regularization_strength, 0
        )
        self.l2_shrinkage_regularization_strength = self.checked(
            "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength, 0
        )
        self.beta = self.checked("beta", beta, 0)
        self.initial_values = {"accumulator": self.initial_accumulator_value}

    def step(self, w: Any, g: Any, lr: Any, t: Any, n: Any, z: Any) -> tuple[Any, ...]:
        xp, l1 = self.xp, self.l1_regularization_strength
        power = -self.learning_rate_power
        total = n + g * g
        before, now = xp.power(n, power), xp.power(total, power)
        z = z + g + 2 * self.l2_shrinkage_regularization_strength * w - (now - before) / lr * w
        curvature = (now + self.beta) / lr + 2 * self.l2_regularization_strength
        return (xp.clip(z, -l1, l1) - z) / curvature, total, z

    def get_config(self) -> dict[str, Any]:
        own = {
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self.l2_shrinkage_regularization_strength,
            "beta": self.beta,
        }
        return {**super().get_config(), **own}
