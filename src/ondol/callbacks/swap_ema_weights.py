"""SwapEMAWeights: evaluations with the moving averages of the weights."""

from __future__ import annotations

from typing import Any

from ondol.callbacks.base import Callback


class SwapEMAWeights(Callback):
    """Puts the moving averages of the weights in their place while the model is evaluated.

    For an optimizer that was made with `use_ema=True`; see there for the average. Without this callback the validation
    sees the weights themselves, although `fit` ends with the averages.

    Args:
        swap_on_epoch: whether the averages are also there for the callbacks after this one in the list, at each
            epoch's end: for a ModelCheckpoint that is to save them.

    Raises:
        ValueError: for an optimizer that keeps no averages.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.layers.Dense(1)])
        >>> model.compile(od.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
        >>> swap = od.callbacks.SwapEMAWeights()
        >>> history = model.fit([[1.0]], [[2.0]], epochs=3, verbose=0, validation_data=([[1.0]], [[2.0]]),
        ...                     callbacks=[swap])
        >>> model.evaluate([[1.0]], [[2.0]], verbose=0) == history.history["val_loss"][-1]
        True
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        self.swap_on_epoch = swap_on_epoch
        self.swapped = False

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.swapped = False
        if not self.model.optimizer.has_averages:
            self.model.optimizer.swap_averages()  # raises the error that says what to do

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._show_averages(False)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._show_averages(self.swap_on_epoch)

    def on_last_epoch_end(self, logs: dict | None = None) -> None:
        self._show_averages(False)  # so that the optimizer finds both where it left them

    def on_test_begin(self, logs: dict | None = None) -> None:
        self._show_averages(True)

    def on_test_end(self, logs: dict | None = None) -> None:
        self._show_averages(False)

    def on_predict_begin(self, logs: dict | None = None) -> None:
        self._show_averages(True)

    def on_predict_end(self, logs: dict | None = None) -> None:
        self._show_averages(False)

    def _show_averages(self, wanted: bool) -> None:
        if wanted != self.swapped:
            self.model.optimizer.swap_averages()
            self.swapped = wanted

    def get_state(self) -> dict[str, Any]:
        return {"swapped": self.swapped}

    def set_state(self, state: Any) -> None:
        self.swapped = state["swapped"]
