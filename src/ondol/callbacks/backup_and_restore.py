"""BackupAndRestore: Keras' name for a training that goes on after it was killed."""

from __future__ import annotations

from typing import Any

from ondol.errors import DataError
from ondol.training.durable.keeper import Keeper


class BackupAndRestore(Keeper):
    """Saves the whole state of a training now and then; the same program started again goes on from there.

    The same as `fit(..., checkpoint=)`, which says what is saved, except that nothing is left behind once the training
    has come to its end.

    Args:
        backup_dir: the folder for the checkpoints, used by this training alone.
        save_freq: "epoch", a number of steps, or a time such as "5m".
        double_checkpoint: whether to keep the checkpoint before the newest one, too.
        delete_checkpoint: whether to remove the checkpoints at the end of the training.

    Example:
        >>> import ondol as od, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> class Killed(Exception): pass
        >>> class Kill(od.callbacks.Callback):
        ...     def on_epoch_begin(self, epoch, logs=None):
        ...         if epoch == 2: raise Killed
        >>> def train(*callbacks):
        ...     od.random.seed(0)
        ...     model = od.Sequential([od.layers.Dense(1)])
        ...     model.compile("sgd", "mse")
        ...     backup = od.callbacks.BackupAndRestore(folder)
        ...     return model.fit([[1.0]], [[2.0]], epochs=3, verbose=0, callbacks=[backup, *callbacks])
        >>> try:
        ...     train(Kill())
        ... except Killed:
        ...     print("killed")
        killed
        >>> train(od.callbacks.Callback()).epoch
        [0, 1, 2]
    """

    def __init__(
        self,
        backup_dir: Any,
        save_freq: Any = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        if backup_dir in (None, ""):
            raise DataError(f"Expected a folder for the backup. Received: backup_dir={backup_dir!r}.")
        super().__init__(backup_dir, save_freq, keep=2 if double_checkpoint else 1)
        self.delete_checkpoint = delete_checkpoint

    def training_ended(self, epoch: int) -> None:
        if self.done or not self.delete_checkpoint:
            super().training_ended(epoch)
        else:
            self.folder.clear()
