"""LambdaCallback: a callback made of functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ondol.callbacks.base import Callback
from ondol.errors import unknown_name

HOOKS = [name for name in dir(Callback) if name.startswith("on_")]


class LambdaCallback(Callback):
    """A callback made of functions, for what is too small for a class.

    Args:
        on_epoch_begin, on_epoch_end: functions of (epoch, logs).
        on_train_begin, on_train_end: functions of (logs).
        on_train_batch_begin, on_train_batch_end: functions of (batch, logs). With one of them a compiled training runs
            step by step.
        kwargs: any other hook of `Callback` by its name.

    Raises:
        UnknownNameError: for a name that is no hook.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> say = od.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print("epoch", epoch, *logs))
        >>> history = model.fit([[1.0]], [[2.0]], epochs=2, verbose=0, callbacks=[say])
        epoch 0 loss
        epoch 1 loss
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any] | None,
    ) -> None:
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for hook, function in given.items():
            if hook not in HOOKS:
                raise unknown_name("hook", hook, HOOKS)
            if function is not None:
                setattr(self, hook, function)

    def logs_added(self) -> Iterable[str] | None:
        return None if self.overrides("on_epoch_end") else ()
