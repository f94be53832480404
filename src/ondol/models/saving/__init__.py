"""One file for a model: a safetensors file whose header also holds the configuration as JSON.

Any reader of safetensors can open it. Names of arrays say where they belong: "model/layers/0/kernel",
"optimizer/...". Nothing in it is executable. docs/file-format.md describes it.
"""

from ondol.models.saving.model_file import load_model, save_model
from ondol.models.saving.report import LoadReport, Skipped
from ondol.models.saving.structure import named_variables
from ondol.models.saving.weights import load_weights, save_weights

__all__ = [
    "LoadReport",
    "Skipped",
    "load_model",
    "load_weights",
    "named_variables",
    "save_model",
    "save_weights",
]
