"""Models: layers put together, and trained."""

from ondol.models.graph import Graph
from ondol.models.model import Model
from ondol.models.saving import load_model, save_model
from ondol.models.sequential import Sequential

Functional = Model

__all__ = ["Functional", "Graph", "Model", "Sequential", "load_model", "save_model"]
