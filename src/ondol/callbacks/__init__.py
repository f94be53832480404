"""What happens beside the training: hooks with Keras' names, the history, the progress bar."""

from ondol.callbacks.base import Callback, CallbackList
from ondol.callbacks.history import History
from ondol.callbacks.progress import ProgressBar

from ondol.callbacks.backup_and_restore import BackupAndRestore  # isort: skip - needs those above

__all__ = ["BackupAndRestore", "Callback", "CallbackList", "History", "ProgressBar"]
