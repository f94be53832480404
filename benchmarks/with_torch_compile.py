"""PyTorch with torch.compile: one program for forward, loss and backward, one for Adam's update."""

from __future__ import annotations

import torch

import networks_torch
import with_torch
from workloads import LEARNING_RATE


def fit(workload, x, y, layout=with_torch.DEFAULT):
    with_torch.use_threads(workload)
    model = networks_torch.build(workload, layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    loss_of = compiled(with_torch.loss_function(workload, model))
    optimizer.step = torch.compile(optimizer.step)
    return with_torch.loop(workload, with_torch.inputs(x, layout), y, loss_of, optimizer)


def predict(workload, x, y, layout=with_torch.DEFAULT):
    return with_torch.predict(workload, x, y, layout, compiled)


def generate(workload, x, y):
    return with_torch.generate(workload, x, y, compiled, lambda i: torch.tensor([i]))


def rule(workload, operands, dy, layout=with_torch.DEFAULT):
    return with_torch.rule(workload, operands, dy, layout, compiled)


def compiled(f):
    """f compiled, without what earlier workloads have left: PyTorch gives up on code that it sees too often.

    dynamic=False: a program for full batches and one for the last, partial batch, not one for every size.
    """
    torch.compiler.reset()
    return torch.compile(f, dynamic=False)
