"""PyTorch, by the loop that its users write: the data in one tensor, shuffled indices, no DataLoader.

Adam is the fused one, which is the quickest of PyTorch's own on a CPU, and a tiny network has one thread.
`layout` says how images and kernels lie in memory; the other modules named with_torch_* choose another.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch

import networks_torch
import rules_torch
from rules import fingerprint
from workloads import LEARNING_RATE

THREADS = torch.get_num_threads()
DEFAULT = torch.contiguous_format


def use_threads(workload) -> None:
    """One thread for a tiny network, or a single token, whose work a second one could only delay."""
    tiny = workload.layers and max(workload.layers) < 100
    torch.set_num_threads(1 if tiny or workload.kind == "generate" else THREADS)


def mixed(workload) -> AbstractContextManager:
    """Where forward and loss are computed: in bfloat16 what bears it, if the workload wants that."""
    return torch.autocast("cpu", torch.bfloat16) if workload.precision == "bfloat16" else nullcontext()


def inputs(x: np.ndarray, layout: torch.memory_format) -> torch.Tensor:
    return rules_torch.images(x, layout) if x.ndim == 4 else torch.from_numpy(x)


def fit(workload, x, y, layout=DEFAULT):
    use_threads(workload)
    model = networks_torch.build(workload, layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    return loop(workload, inputs(x, layout), y, loss_function(workload, model), optimizer)


def loss_function(workload, model: torch.nn.Module) -> Callable[..., torch.Tensor]:
    cross_entropy = torch.nn.CrossEntropyLoss()

    def loss_of(xb, yb):
        with mixed(workload):
            return cross_entropy(model(xb), yb)

    return loss_of


def loop(workload, x: torch.Tensor, y, loss_of, optimizer):
    """The function that trains so many epochs and returns the last batch's loss."""
    y = torch.from_numpy(y).long()

    def train(epochs: int) -> float:
        for _ in range(epochs):
            for batch in torch.randperm(len(x)).split(workload.batch):
                optimizer.zero_grad()
                loss = loss_of(x[batch], y[batch])
                loss.backward()
                optimizer.step()
        return loss.item()

    return train


eager = fit


def predict(workload, x, y, layout=DEFAULT, wrap=lambda model: model):
    """The function that predicts all samples so many times, a batch after the other."""
    use_threads(workload)
    model = wrap(networks_torch.build(workload, layout).eval())
    batches = inputs(x, layout).split(workload.batch)

    @torch.inference_mode()
    def calls(count: int) -> float:
        for _ in range(count):
            with mixed(workload):
                out = [model(batch).float().numpy() for batch in batches]
        return float(out[0][0, 0])

    return calls


def generate(workload, x, y, wrap=lambda step: step, place=int):
    """The function that generates so many tokens, each from all before it, with a cache of keys and values."""
    use_threads(workload)
    model = networks_torch.build(workload).eval()
    steps = workload.sequence[0]
    shape = (2, 1, model.blocks[0].heads, steps, 128 // model.blocks[0].heads)
    step = wrap(model.step)

    @torch.inference_mode()
    def tokens(count: int) -> float:
        for begin in range(0, count, steps):
            caches = [torch.zeros(shape) for _ in model.blocks]
            token = torch.zeros((1, 1), dtype=torch.long)
            for i in range(min(steps, count - begin)):
                token = torch.multinomial(step(token, place(i), caches).softmax(-1), 1)
        return float(token)

    return tokens


def rule(workload, operands, dy, layout=DEFAULT, wrap=lambda forward: forward):
    """The function that computes the rule and its gradients so many times, and returns their fingerprint."""
    use_threads(workload)
    dtype = getattr(torch, workload.precision)
    forward = wrap(rules_torch.forward(workload.rule))
    tensors = rules_torch.operands(workload.rule, operands, dtype, layout)
    wanted = tensors[workload.rule.first :]
    seed = rules_torch.images(dy, layout).to(dtype)

    def calls(count: int) -> float:
        for _ in range(count):
            gradients = torch.autograd.grad(forward(*tensors), wanted, seed)
        return fingerprint(g.float() for g in gradients)

    return calls
