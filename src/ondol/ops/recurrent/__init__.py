"""Recurrent networks: a state that each step of a sequence changes, and the way back through all steps.

The steps' inputs are multiplied by their weights all at once, before the loop; the loop itself, and the loop back, are
one Op each, and the weights' gradients are one product after it.
"""

from ondol.ops.recurrent.gru import gru
from ondol.ops.recurrent.lstm import lstm
from ondol.ops.recurrent.simple_rnn import simple_rnn

__all__ = ["gru", "lstm", "simple_rnn"]
