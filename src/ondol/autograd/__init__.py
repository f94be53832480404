"""Tensor, Variable, Op and the tape: how Ondol knows where every number came from."""

from ondol.autograd.function import Function, function
from ondol.autograd.gradcheck import gradcheck
from ondol.autograd.op import Op, custom_op
from ondol.autograd.symbolic import Node, Symbol
from ondol.autograd.tape import enable_grad, grad, gradients, no_grad, value_and_grad
from ondol.autograd.tensor import Tensor, as_tensor, tensor
from ondol.autograd.trace import Trace, outside_trace
from ondol.autograd.variable import Variable

__all__ = [
    "Function",
    "Node",
    "Op",
    "Symbol",
    "Tensor",
    "Trace",
    "Variable",
    "as_tensor",
    "custom_op",
    "enable_grad",
    "function",
    "grad",
    "gradcheck",
    "gradients",
    "no_grad",
    "outside_trace",
    "tensor",
    "value_and_grad",
]
