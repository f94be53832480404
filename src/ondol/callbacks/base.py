"""Callback: hooks into training, evaluation and prediction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ondol.errors import NotFiniteError

OLDER_NAMES = {"on_train_batch_begin": ("on_batch_begin",), "on_train_batch_end": ("on_batch_end",)}


class Callback:
    """Base of callbacks: override the hooks that you need.

    `self.model` is the model, `self.params` a dict with "epochs", "steps" and "verbose". Setting
    `self.model.stop_training = True` ends the training after the epoch (or the batch, in a batch hook).

    A callback that overrides a batch hook is called at every batch, which makes compiled training run
    step by step; epoch hooks cost next to nothing.

    Attributes:
        only_logs: whether the callback looks at epochs' logs and nothing else. Short epochs may then share one call of
            a program: `on_epoch_end` comes for each of them, but weights and clock have moved on by then.
        validates: whether a validation follows the epochs of this training, or some of them.
        log_names: the names of the logs that earlier callbacks hand on at an epoch's end; None if they are not known
            before the first one.

    Example:
        >>> import ondol as od
        >>> class Say(od.callbacks.Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         print("epoch", epoch, "done")
        >>> model = od.Sequential([od.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> history = model.fit([[1.0]], [[2.0]], epochs=2, verbose=0, callbacks=[Say()])
        epoch 0 done
        epoch 1 done
    """

    model: Any = None
    params: dict[str, Any] = {}
    only_logs = False
    validates = False
    log_names: frozenset[str] | None = None

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def set_model(self, model: Any) -> None:
        self.model = model

    def on_train_begin(self, logs: dict | None = None) -> None: ...
    def on_train_end(self, logs: dict | None = None) -> None: ...
    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None: ...
    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None: ...
    def on_batch_begin(self, batch: int, logs: dict | None = None) -> None: ...
    def on_batch_end(self, batch: int, logs: dict | None = None) -> None: ...
    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.on_batch_begin(batch, logs)  # the older name of the same hook

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.on_batch_end(batch, logs)

    def on_steps(self, done: int, total: int | None, logs: dict[str, Any]) -> None:
        """Called now and then within an epoch, after as many steps as the loop makes in one go.

        Args:
            done: steps made in this epoch.
            total: of how many, None if that is not known.
            logs: the running means so far.
        """

    def steps_until_due(self, first: int, total: int) -> int | None:
        """How many steps may be made before `on_steps` has to be called; None for as many as the loop likes.

        Args:
            first: steps made in this epoch.
            total: of how many.
        """
        return None

    def logs_added(self) -> Iterable[str] | None:
        """The names that `on_epoch_end` adds to the logs; None if nobody knows, as for a callback of one's own."""
        of_ondol = type(self).__module__.startswith("ondol.")
        return () if of_ondol or not self.overrides("on_epoch_end") else None

    def see_data(self, data: Any) -> None:
        """Called before a training on arrays with its samples, an `ondol.data.ArrayData`."""

    def get_state(self) -> dict[str, Any] | None:
        """What the callback has to remember for a training that goes on later, see `fit(..., checkpoint=)`.

        Returns:
            Numbers, texts and arrays, in lists and dicts; None for nothing.
        """
        return None

    def set_state(self, state: Any) -> None:
        """Go on from what `get_state` returned."""

    def on_not_finite(self, error: NotFiniteError) -> bool:
        """Called when a loss that became NaN or infinite ends the training.

        Args:
            error: what `fit` is about to raise.

        Returns:
            Whether the training shall end quietly, with what was learned until then.
        """
        return False

    def on_last_epoch_end(self, logs: dict | None = None) -> None:
        """Called when no epoch follows, before the optimizer gives weights the values that stay (see `use_ema`)."""

    def on_test_begin(self, logs: dict | None = None) -> None: ...
    def on_test_end(self, logs: dict | None = None) -> None: ...
    def on_test_batch_begin(self, batch: int, logs: dict | None = None) -> None: ...
    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None: ...
    def on_predict_begin(self, logs: dict | None = None) -> None: ...
    def on_predict_end(self, logs: dict | None = None) -> None: ...
    def on_predict_batch_begin(self, batch: int, logs: dict | None = None) -> None: ...
    def on_predict_batch_end(self, batch: int, logs: dict | None = None) -> None: ...

    def overrides(self, *hooks: str) -> bool:
        """Whether any of these hooks does something."""
        return any(
            getattr(type(self), hook) is not getattr(Callback, hook) or hook in vars(self) for hook in hooks
        )


class CallbackList:
    """Several callbacks as one: `callbacks.call("on_epoch_end", 3, logs)` calls each that has the hook."""

    def __init__(self, callbacks: Any, model: Any, params: dict[str, Any]) -> None:
        self.callbacks = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or [])
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                hint = f" Make an object of it: {callback.__name__}()." if isinstance(callback, type) else ""
                raise TypeError(
                    f"Expected callbacks that are objects of od.callbacks.Callback. Received: {callback!r}.{hint}"
                )
            callback.set_model(model)
            callback.set_params(params)

    def call(self, hook: str, *args: Any) -> None:
        """Call a hook; where there are no logs it gets an empty dict, as in Keras."""
        wanted = 3 if hook == "on_steps" else 2 if hook.startswith("on_epoch") or "batch" in hook else 1
        args = args if len(args) == wanted else (*args, {})
        for callback in self.callbacks:
            if callback.overrides(hook, *OLDER_NAMES.get(hook, ())):
                getattr(callback, hook)(*args)

    def announce(self, log_names: Iterable[str] | None, validates: bool) -> None:
        """Tell each callback what the training will show it, see the attributes of `Callback`."""
        names = None if log_names is None else frozenset(log_names)
        for callback in self.callbacks:
            callback.log_names, callback.validates = names, validates
            added = callback.logs_added()
            names = None if names is None or added is None else names | frozenset(added)

    def steps_until_due(self, first: int, total: int) -> int | None:
        """How many steps may be made before somebody has to be called; None for as many as the loop likes."""
        wishes = [c.steps_until_due(first, total) for c in self.callbacks]
        return min((wish for wish in wishes if wish is not None), default=None)

    def wants_batches(self, kind: str) -> bool:
        """Whether somebody wants to be called at every batch of "train", "test" or "predict"."""
        hooks = (f"on_{kind}_batch_begin", f"on_{kind}_batch_end")
        names = [name for hook in hooks for name in (hook, *OLDER_NAMES.get(hook, ()))]
        return any(c.overrides(*names) for c in self.callbacks)
