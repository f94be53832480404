"""The networks of networks_keras.py as PyTorch's modules."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import torch
from torch import nn

from workloads import CLASSES, Workload

SETTINGS = {"eps": 1e-3, "momentum": 0.01}  # of batch norm: Keras' defaults, by PyTorch's meaning of momentum


def build(workload: Workload, layout: torch.memory_format = torch.contiguous_format) -> nn.Module:
    """The workload's network, new, begun like Keras and Ondol begin theirs."""
    network = NETWORKS[workload.network]() if workload.network else dense(workload.layers)
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network.to(memory_format=layout)


def dense(widths: tuple[int, ...]) -> nn.Sequential:
    parts: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        parts += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


def cnn(filters: tuple[int, int]) -> nn.Sequential:
    parts: list[nn.Module] = []
    for n_in, n_out in pairwise((1, *filters)):
        parts += [nn.Conv2d(n_in, n_out, 5), nn.ReLU(), nn.MaxPool2d(2)]
    head = [nn.Flatten(), nn.Linear(4 * 4 * filters[-1], 128), nn.ReLU(), nn.Linear(128, CLASSES)]
    return nn.Sequential(*parts, *head)


def vgg() -> nn.Sequential:
    parts: list[nn.Module] = []
    for n_in, n_out, pooled in [
        (3, 64, False),
        (64, 64, True),
        (64, 128, False),
        (128, 128, True),
        (128, 256, True),
    ]:
        parts += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.ReLU(), *([nn.MaxPool2d(2)] if pooled else [])]
    return nn.Sequential(*parts, *_mean_and_dense(256))


def resnet(blocks: int) -> nn.Sequential:
    parts: list[nn.Module] = [*_normalized(3, 16), nn.ReLU()]
    for n_in, n_out in [(16, 16), (16, 32), (32, 64)]:
        parts += [Block(n_in, n_out), *[Block(n_out, n_out) for _ in range(blocks - 1)]]
    return nn.Sequential(*parts, *_mean_and_dense(64))


class Block(nn.Module):
    """Two convolutions, and a shortcut around them."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.widen = n_out - n_in
        stride = 2 if self.widen else 1
        self.branch = nn.Sequential(*_normalized(n_in, n_out, stride), nn.ReLU(), *_normalized(n_out, n_out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.branch(x)
        if self.widen:
            zeros = self.widen // 2
            x = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, zeros, zeros))
        return torch.relu(y + x)


def _normalized(n_in: int, n_out: int, stride: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(n_out, **SETTINGS)]


def _mean_and_dense(channels: int) -> list[nn.Module]:
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)]


NETWORKS = {
    "cnn-6-12": partial(cnn, (6, 12)),
    "cnn-32-64": partial(cnn, (32, 64)),
    "vgg-64": vgg,
    "resnet-20": partial(resnet, 3),
}
