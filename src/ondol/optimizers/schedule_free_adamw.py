"""Schedule-free AdamW: no schedule, and no end of training to be known before; the mean of the weights is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ondol.autograd import Variable
from ondol.backend.state import state
from ondol.optimizers.adam import one_minus_power
from ondol.optimizers.base import Optimizer
from ondol.optimizers.checks import count


class ScheduleFreeAdamW(Optimizer):
    r"""Three sets of weights: z is stepped, x is the mean of all z and is used, gradients are taken at y in between.

    $y = (1 - \beta_1) z + \beta_1 x$; at y a gradient g, and $v \leftarrow v + (1 - \beta_2) (g^2 - v)$; then
    $z \leftarrow z - \gamma (g / (\sqrt{v / (1 - \beta_2^t)} + \epsilon) + \lambda y)$ and
    $x \leftarrow (1 - c) x + c z$ with $c = \gamma_t^2 / (\gamma_1^2 + \dots + \gamma_t^2)$, that is 1 / t for a fixed
    rate. $\gamma_t = \eta \min(1, t / \text{warmup})$.

    **Which weights are where.** Within a training step of `fit` or `train_on_batch` the model holds y. At all other
    times it holds x: for `evaluate`, `predict`, `save`, callbacks and validation, and after `fit`. In a loop of your
    own, `apply` and `update` leave y behind, for the next gradient; write the step `with optimizer.training_weights():`
    to see x outside of it, or end with `optimizer.finalize_variable_values(weights)`.

    Statistics of batch normalization are those of the activations at y. (The authors run some batches at x before
    evaluation.)

    Args:
        learning_rate: η, a number or a schedule; 1 to 10 times what AdamW with a schedule takes.
        beta_1: β₁ of (0, 1], where between z and x gradients are taken.
        beta_2: β₂ of [0, 1), how long the mean of squares remembers.
        epsilon: ε.
        warmup_steps: warmup.
        weight_decay: λ.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable(3.0)
        >>> optimizer = od.optimizers.ScheduleFreeAdamW(0.5)
        >>> for _ in range(2):
        ...     with optimizer.training_weights():
        ...         loss = optimizer.minimize(lambda: 2.0 * w)
        >>> float(w)  # the mean of z = 2.5 and z = 2
        2.25

    Reference:
        Defazio et al.: "The road less scheduled" (2024).
    """

    slots = ("momentum", "velocity")  # z and v

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
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
        self.beta_1 = self.checked("beta_1", beta_1, 0, 1, above=True)
        self.beta_2 = self.checked("beta_2", beta_2, 0, 1, below=True)
        self.epsilon = self.checked("epsilon", epsilon, 0)
        self.warmup_steps = count("warmup_steps", warmup_steps, 0)
        if use_ema:
            raise ValueError(
                "Expected use_ema=False: ScheduleFreeAdamW's weights are a mean already. Received: use_ema=True."
            )

    def build(self, variables: Iterable[Variable]) -> None:
        first = not self.built
        super().build(variables)
        if first:
            dtype = self.widest_dtype()
            self.weight_sum = self.add_variable((), dtype=dtype, name="weight_sum")  # γ₁² + ... + γₜ²
            self.share = self.add_variable((), dtype=dtype, name="share")  # c
            self.at_y = self.add_variable((), dtype="int32", name="at_y")  # 1 where weights hold y, 0 for x

    def make_slot(self, variable: Variable, slot: str) -> Variable:
        start = "copy" if slot == "momentum" else "zeros"  # z starts from the weights
        return self.add_variable_from_reference(variable, slot, start)

    def _rate(self, done: Any) -> Any:
        rate = super()._rate(done)
        if self.warmup_steps:
            rate = rate * self.xp.minimum(1.0, (done + 1) / self.warmup_steps).astype(rate.dtype)
        return rate

    def begin_step(self, lr: Any, t: Any) -> None:
        self.to_training_weights()
        lr = lr.astype(self.weight_sum.dtype)
        total = self.weight_sum.data + lr * lr
        moved = total > 0
        self.share.assign_array(
            self.xp.where(moved, lr * lr / self.xp.where(moved, total, 1), 0).astype(lr.dtype)
        )
        self.weight_sum.assign_array(total)

    def prepare(self, lr: Any, t: Any) -> Any:
        return lr, one_minus_power(self.xp, self.beta_2, t), self.share.data.astype(lr.dtype)

    def step(self, w: Any, g: Any, lr: Any, t: Any, z: Any, v: Any) -> tuple[Any, ...]:
        rate, left, c = lr
        v = v + (1 - self.beta_2) * (g * g - v)
        new_z = z - rate * g / (self.xp.sqrt(v / left) + self.epsilon)
        away = 1 - self.beta_1
        of_x = w - away * z  # β₁ x, as w is y
        return (1 - c) * of_x + (away + self.beta_1 * c) * new_z, new_z, v

    def shrink(self, w: Any, share: Any, *slots: Any) -> tuple[Any, ...]:
        z, v = slots
        return w - (1 - self.beta_1) * share * w, z - share * w, v  # z moves by γ λ y, x stays

    # -- from x to y, and back

    def to_training_weights(self) -> None:
        self._move(1, lambda x, z: x + (1 - self.beta_1) * (z - x))

    def to_evaluation_weights(self) -> None:
        self._move(0, lambda y, z: z + (y - z) / self.beta_1)

    def _move(self, place: int, there: Callable[[Any, Any], Any]) -> None:
        if not self.built:
            return  # all sets are the same so far
        here, xp = self.at_y.data == place, self.xp
        if state.trace is None and here:
            return
        for variable in [v for v in self.optimized if v.trainable]:
            w, z = variable.data, self.slots_of([variable])[0][0]
            assert z is not None
            moved = there(w.astype(z.dtype), z.data).astype(variable.dtype)
            variable.assign_array(xp.where(here, w, moved))
        self.at_y.assign_array(xp.full_like(self.at_y.data, place))

    def _finalize(self, variables: list[Variable]) -> None:
        self.to_evaluation_weights()

    def get_config(self) -> dict[str, Any]:
        own = {
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "warmup_steps": self.warmup_steps,
        }
        return {**super().get_config(), **own}
