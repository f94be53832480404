"""PyTorch, by the loop that its users write: the data in one tensor, shuffled indices, no DataLoader.

Adam is the fused one, which is the quickest of PyTorch's own on a CPU, and a tiny network has one thread.
"""

from __future__ import annotations

from itertools import pairwise

import torch

from workloads import LEARNING_RATE

THREADS = torch.get_num_threads()


def use_threads(layers: tuple[int, ...]) -> None:
    """One thread for a tiny network, whose work a second one could only delay."""
    torch.set_num_threads(1 if max(layers) < 100 else THREADS)


def network(layers: tuple[int, ...]) -> torch.nn.Sequential:
    use_threads(layers)
    parts: list[torch.nn.Module] = []
    for n_in, n_out in pairwise(layers):
        dense = torch.nn.Linear(n_in, n_out)
        torch.nn.init.xavier_uniform_(dense.weight)  # the start that Keras and Ondol make
        torch.nn.init.zeros_(dense.bias)
        parts += [dense, torch.nn.ReLU()]
    return torch.nn.Sequential(*parts[:-1])


def fit(workload, x, y):
    model = network(workload.layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    cross_entropy = torch.nn.CrossEntropyLoss()

    def loss_of(xb, yb):
        return cross_entropy(model(xb), yb)

    return loop(workload, x, y, loss_of, optimizer)


def loop(workload, x, y, loss_of, optimizer):
    """The function that trains so many epochs and returns the last batch's loss."""
    x, y = torch.from_numpy(x), torch.from_numpy(y).long()

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


def predict(workload, x, y, wrap=lambda model: model):
    """The function that predicts one sample so many times, from a NumPy array to a NumPy array."""
    model = wrap(network(workload.layers).eval())

    @torch.inference_mode()
    def calls(count: int) -> float:
        for _ in range(count):
            out = model(torch.from_numpy(x[:1])).numpy()
        return float(out[0, 0])

    return calls
