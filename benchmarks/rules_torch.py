"""The rules as PyTorch's functions, and their operands in its layouts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch.nn import functional as F

from rules import EPSILON, Rule

# From Keras' kernels to PyTorch's, which have the channels first.
KERNEL_AXES = {"conv": (3, 2, 0, 1), "depthwise": (2, 3, 0, 1), "transposed": (3, 2, 0, 1)}


def forward(rule: Rule) -> Callable[..., torch.Tensor]:
    """The rule as a function of its operands. With a stride, "same" puts the margin on both sides equally."""
    stride, margin = rule.stride, (rule.window - 1) // 2 if rule.padding == "same" else 0
    match rule.op:
        case "conv":
            return partial(F.conv2d, stride=stride, padding=margin)
        case "depthwise":
            return partial(F.conv2d, stride=stride, padding=margin, groups=rule.image[-1])
        case "transposed":
            return partial(F.conv_transpose2d, stride=stride, padding=margin)
        case "max_pool":
            return partial(F.max_pool2d, kernel_size=rule.window, stride=stride)
        case "average_pool":
            return partial(F.avg_pool2d, kernel_size=rule.window, stride=stride)
    return lambda x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True, eps=EPSILON)


def images(array: np.ndarray, layout: torch.memory_format) -> torch.Tensor:
    return torch.from_numpy(array).permute(0, 3, 1, 2).contiguous(memory_format=layout)


def operands(rule: Rule, arrays: list[np.ndarray], dtype: torch.dtype, layout: torch.memory_format) -> list:
    """Tensors of the arrays; the parameters of batch norm stay float32, as mixed precision leaves them."""
    x, *parameters = arrays
    tensors = [images(x, layout).to(dtype)]
    for array in parameters:
        tensor = torch.from_numpy(array)
        if rule.op in KERNEL_AXES:
            tensor = tensor.permute(KERNEL_AXES[rule.op]).contiguous(memory_format=layout).to(dtype)
        tensors.append(tensor)
    for tensor in tensors[rule.first :]:
        tensor.requires_grad_()
    return tensors
