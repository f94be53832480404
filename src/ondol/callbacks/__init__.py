"""What happens beside the training: hooks with Keras' names, the history, the progress bar."""

from ondol.callbacks.base import Callback, CallbackList
from ondol.callbacks.csv_logger import CSVLogger
from ondol.callbacks.early_stopping import EarlyStopping
from ondol.callbacks.history import History
from ondol.callbacks.lambda_callback import LambdaCallback
from ondol.callbacks.learning_rate_scheduler import LearningRateScheduler
from ondol.callbacks.model_checkpoint import ModelCheckpoint
from ondol.callbacks.progress import ProgressBar
from ondol.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from ondol.callbacks.remote_monitor import RemoteMonitor
from ondol.callbacks.swap_ema_weights import SwapEMAWeights
from ondol.callbacks.terminate_on_nan import TerminateOnNaN

from ondol.callbacks.backup_and_restore import BackupAndRestore  # isort: skip - needs those above
from ondol.callbacks.tensorboard import TensorBoard  # isort: skip - needs those above

ProgbarLogger = ProgressBar  # its name in Keras

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ProgressBar",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
