"""Adafactor: like RMSprop, remembering rows and columns of a matrix instead of all its numbers."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Variable
from ondol.optimizers.base import Optimizer


class Adafactor(Optimizer):
    r"""Gradients divided by their recent size, of which a matrix keeps only a number for each row and each column.

    With $\hat g = g^2 + \epsilon_1$ and $\beta = 1 - t^{-0.8}$: the means of its rows,
    $r \leftarrow \beta r + (1 - \beta) \text{mean}(\hat g)$, and of its columns, c, stand for all the squares,
    $v = r c / \text{mean}(r)$. Vectors keep v itself.

    $u = g / \sqrt{v}$ is shortened to $u / \max(1, \text{rms}(u) / d)$, and the step is in proportion to the weights:
    $w \leftarrow w - \max(\epsilon_2, \text{rms}(w)) \rho\, u$ with $\rho = \min(\eta, 1 / \sqrt{t})$.

    Args:
        learning_rate: η, a number or a schedule.
        beta_2_decay: the power -0.8, at most 0.
        epsilon_1: ε₁.
        epsilon_2: ε₂.
        clip_threshold: d.
        relative_step: whether a number η falls as 1 / √t once that is less; schedules are taken as they are.
        the others: see `Optimizer`.

    Example:
        >>> import ondol as od
        >>> w = od.Variable([[3.0, 3.0], [3.0, 3.0]])
        >>> adafactor = od.optimizers.Adafactor(0.125)
        >>> adafactor.apply([od.tensor([[2.0, 2.0], [2.0, 2.0]])], [w])
        >>> w.tolist()  # 3 - 3 · 0.125
        [[2.625, 2.625], [2.625, 2.625]]
        >>> [v.shape for v in adafactor.variables[2:]]
        [(2,), (2,)]

    Reference:
        Shazeer, Stern: "Adafactor: adaptive learning rates with sublinear memory cost" (2018).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
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
        self.beta_2_decay = self.checked("beta_2_decay", beta_2_decay, high=0)
        self.epsilon_1 = self.checked("epsilon_1", epsilon_1, 0)
        self.epsilon_2 = self.checked("epsilon_2", epsilon_2, 0)
        self.clip_threshold = self.checked("clip_threshold", clip_threshold, 0, above=True)
        self.relative_step = relative_step

    def slots_for(self, variable: Variable) -> tuple[str | None, ...]:
        return (None, None, "velocity") if len(variable.shape) < 2 else ("row", "column", None)

    def make_slot(self, variable: Variable, slot: str) -> Variable:
        shape = variable.shape
        shapes = {"row": shape[:-1], "column": (*shape[:-2], *shape[-1:]), "velocity": shape}
        return self.add_variable_from_reference(variable, slot, shape=shapes[slot])

    def prepare(self, lr: Any, t: Any) -> Any:
        xp = self.xp
        falls = self.relative_step and self._schedule is None
        return xp.minimum(lr, 1 / xp.sqrt(t)) if falls else lr

    def step(self, w: Any, g: Any, lr: Any, t: Any, r: Any, c: Any, v: Any) -> tuple[Any, ...]:
        xp = self.xp
        new = xp.power(t, self.beta_2_decay)  # 1 - β
        squares = g * g + self.epsilon_1
        if v is None:
            r = (1 - new) * r + new * xp.mean(squares, axis=-1)
            c = (1 - new) * c + new * xp.mean(squares, axis=-2)
            size = (r / xp.mean(r, axis=-1, keepdims=True))[..., None] * c[..., None, :]
        else:
            size = v = (1 - new) * v + new * squares
        u = g / xp.sqrt(size)
        u = u / xp.maximum(1, self._rms(u) / self.clip_threshold)
        return w - xp.maximum(self.epsilon_2, self._rms(w)) * lr * u, r, c, v

    def _rms(self, x: Any) -> Any:
        return self.xp.sqrt(self.xp.mean(x * x))

    def get_config(self) -> dict[str, Any]:
        own = {
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }
        return {**super().get_config(), **own}
