"""What happens beside the training: hooks with Keras' names, the history, the progress bar."""

from ondol.callbacks.base import Callback, CallbackList
from ondol.callbacks.history import History
from ondol.callbacks.progress import ProgressBar

__all__ = ["Callback", "CallbackList", "History", "ProgressBar"]
