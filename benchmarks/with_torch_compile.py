"""PyTorch with torch.compile: one program for forward, loss and backward, one for Adam's update."""

from __future__ import annotations

from functools import partial

import torch

import with_torch
from workloads import LEARNING_RATE


def fit(workload, x, y):
    model = with_torch.network(workload.layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    cross_entropy = torch.nn.CrossEntropyLoss()

    # dynamic=False: a program for full batches and one for the last, partial batch, not one for every size.
    @partial(torch.compile, dynamic=False)
    def loss_of(xb, yb):
        return cross_entropy(model(xb), yb)

    optimizer.step = torch.compile(optimizer.step)
    return with_torch.loop(workload, x, y, loss_of, optimizer)


predict = partial(with_torch.predict, wrap=torch.compile)
