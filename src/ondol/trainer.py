"""Trainer: the training loop of models that are driven by hand, with forward, backward, params and grads."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.autograd import Tensor, as_tensor, enable_grad, gradients
from ondol.backend.compile import to_numpy
from ondol.errors import DataError, NotFiniteError
from ondol.models import Model
from ondol.optimizers.checks import number
from ondol.optimizers.clipping import clip_by_global_norm
from ondol.optimizers.gradients import in_full_precision
from ondol.training.interrupt import Interrupt
from ondol.training.order import Order

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Trainer:
    """Trains a model batch by batch in NumPy, and keeps the losses.

    Args:
        model: anything with `forward(x, t)` that returns the loss, `backward()`, and the lists `params` and `grads`;
            or an Ondol model that was compiled with a loss (of its optimizer no use is made).
        optimizer: anything with `update(params, grads)` that changes the arrays in place, such as every
            optimizer of Ondol.

    Attributes:
        loss_list: the mean losses that `fit` printed.

    Example:
        >>> import numpy as np
        >>> import ondol as od
        >>> class Net:
        ...     def __init__(self):
        ...         self.affine = od.layers.Affine(np.zeros((2, 2)), np.zeros(2))
        ...         self.loss = od.layers.SoftmaxWithLoss()
        ...         self.params, self.grads = self.affine.params, self.affine.grads
        ...     def forward(self, x, t):
        ...         return self.loss.forward(self.affine.forward(x), t)
        ...     def backward(self):
        ...         return self.affine.backward(self.loss.backward())
        >>> x, t = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0, 1])
        >>> trainer = od.Trainer(Net(), od.optimizers.SGD(1.0))
        >>> losses = trainer.fit(x, t, max_epoch=20, eval_interval=None)
        >>> bool(losses[-1] < 0.2)
        True
    """

    def __init__(self, model: Any, optimizer: Any) -> None:
        self.model = _WithLoss(model) if isinstance(model, Model) else model
        for name in ("forward", "backward", "params", "grads"):
            if not hasattr(self.model, name):
                raise TypeError(
                    "Expected a model with forward(x, t), backward(), and the lists params and grads. "
                    f"Received: {type(model).__name__} without {name}."
                )
        if not callable(getattr(optimizer, "update", None)):
            raise TypeError(
                "Expected an optimizer with update(params, grads), such as od.optimizers.SGD(0.1). "
                f"Received: optimizer={optimizer!r}."
            )
        self.optimizer = optimizer
        self.loss_list: list[float] = []
        self.eval_interval: int | None = None
        self.current_epoch = 0

    def fit(
        self,
        x: Any,
        t: Any,
        max_epoch: int = 10,
        batch_size: int = 32,
        max_grad: float | None = None,
        eval_interval: int | None = 20,
    ) -> list[float]:
        """Train for some epochs; call it again to go on. Ctrl-C ends it after the batch under way.

        Args:
            x: array (samples, ...).
            t: array of as many targets.
            max_epoch: how many epochs; each visits all samples once, in a new order.
            batch_size: samples a step; the last batch of an epoch may be smaller.
            max_grad: the longest that all gradients may be together; None for no limit.
            eval_interval: after how many steps the mean loss since the last line is printed; None for once an
                epoch, without a line.

        Returns:
            The mean losses, also kept in `loss_list`.

        Raises:
            DataError: for no samples, or not as many targets.
            NotFiniteError: if the loss becomes NaN or infinite; the step that showed it is not made.
        """
        x, t = np.asarray(x), np.asarray(t)
        if len(x) == 0 or len(x) != len(t):
            raise DataError(
                f"Expected at least one sample, and a target for each. Received: len(x)={len(x)}, len(t)={len(t)}."
            )
        for name, value in (
            ("max_epoch", max_epoch),
            ("batch_size", batch_size),
            ("eval_interval", eval_interval),
        ):
            if value is not None and (not isinstance(value, (int, np.integer)) or value < 1):
                raise ValueError(f"Expected {name} as a whole number from 1 on. Received: {name}={value!r}.")
        if max_grad is not None:
            number("max_grad", max_grad, 0, above=True)
        self.eval_interval = eval_interval
        steps = math.ceil(len(x) / batch_size)
        order, start = Order(len(x), batch_size, shuffle=True), time.perf_counter()
        with Interrupt() as interrupt:
            for _ in range(max_epoch):
                losses: list[float] = []
                self.current_epoch += 1
                visit = order.next()
                for step in range(1, steps + 1):
                    batch = visit[(step - 1) * batch_size : step * batch_size]
                    losses.append(self._step(x[batch], t[batch], max_grad, step))
                    if step == steps or (eval_interval and step % eval_interval == 0) or interrupt.requested:
                        self.loss_list.append(float(np.mean(losses)))
                        losses = []
                        if eval_interval:
                            print(
                                f"| epoch {self.current_epoch} | iter {step} / {steps} "
                                f"| time {time.perf_counter() - start:.0f}[s] | loss {self.loss_list[-1]:.2f}"
                            )
                    if interrupt.requested:
                        return self.loss_list
        return self.loss_list

    def _step(self, x: np.ndarray, t: np.ndarray, max_grad: float | None, step: int) -> float:
        loss = float(self.model.forward(x, t))
        if not math.isfinite(loss):
            raise NotFiniteError(
                f"The loss became {loss} in epoch {self.current_epoch}, step {step}. Try a lower learning rate, "
                "or max_grad=5.0, which shortens long gradients."
            )
        self.model.backward()
        params, grads = without_duplicates(self.model.params, self.model.grads)
        if max_grad is not None:
            grads = clip_by_global_norm(np, in_full_precision(grads), max_grad)
        self.optimizer.update(params, grads)
        return loss

    def plot(self, ylim: tuple[float, float] | None = None) -> Figure:
        """Draw the losses.

        Args:
            ylim: the lowest and the highest loss to show.

        Returns:
            The matplotlib figure.
        """
        from ondol.plot.steps import loss_over_steps

        return loss_over_steps(self.loss_list, self.eval_interval, ylim)


def without_duplicates(
    params: Sequence[np.ndarray], grads: Sequence[np.ndarray]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Each array once, with the sum of its gradients, where several layers share one; also if one has it transposed."""
    kept: list[np.ndarray] = []
    sums: list[np.ndarray] = []
    for param, grad in zip(params, grads, strict=True):
        for i, known in enumerate(kept):
            if _same(known, param):
                sums[i] = sums[i] + grad
                break
            if known.ndim == 2 and _same(known, param.T):
                sums[i] = sums[i] + grad.T
                break
        else:
            kept.append(param)
            sums.append(grad)
    return kept, sums


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are the same numbers in the same memory."""
    return a is b or (
        a.shape == b.shape
        and a.size > 0
        and a.__array_interface__["data"][0] == b.__array_interface__["data"][0]
        and a.strides == b.strides
    )


class _WithLoss:
    """An Ondol model and the loss that it was compiled with, driven by hand."""

    def __init__(self, model: Model) -> None:
        if not model.compiled:
            raise ValueError(
                f"Expected a model with a loss. Received: '{model.name}', which was not compiled. "
                "Call model.compile(loss=...) first."
            )
        self.model = model
        self.loss: Tensor | None = None

    @property
    def params(self) -> list[np.ndarray]:
        return self.model.params

    @property
    def grads(self) -> list[np.ndarray]:
        return self.model.grads

    def forward(self, x: np.ndarray, t: np.ndarray) -> float:
        with enable_grad():
            inputs = as_tensor(x)
            self.loss = self.model.compute_loss(inputs, as_tensor(t), self.model(inputs, training=True))
        return float(self.loss)

    def backward(self) -> None:
        found = gradients(self.loss, self.model.trainable_weights)
        for array, g in zip(self.grads, found, strict=True):
            array[...] = to_numpy(g.data)
