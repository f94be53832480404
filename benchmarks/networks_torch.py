"""The networks of networks_keras.py as PyTorch's modules."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import torch
from torch import nn

from workloads import CLASSES, VOCABULARY, Workload

SETTINGS = {"eps": 1e-3, "momentum": 0.01}  # of batch norm: Keras' defaults, by PyTorch's meaning of momentum


def build(workload: Workload, layout: torch.memory_format = torch.contiguous_format) -> nn.Module:
    """The workload's network, new, begun like Keras and Ondol begin theirs."""
    if workload.sequence:
        return SEQUENCES[workload.network](workload)
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


class Recurrent(nn.Module):
    """One layer over the steps, and classes from its last state."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        layer = {"lstm": nn.LSTM, "gru": nn.GRU}[workload.network]
        self.layer = layer(workload.sequence[1], workload.units, batch_first=True)
        self.classes = nn.Linear(workload.units, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classes(self.layer(x)[0][:, -1])


class Transformer(nn.Module):
    """Blocks that normalize first (GPT-2), on tokens with learnt positions."""

    def __init__(self, workload: Workload, width: int = 256, heads: int = 4, blocks: int = 2) -> None:
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, width)
        self.positions = nn.Parameter(0.02 * torch.randn(workload.sequence[0], width))
        self.blocks = nn.ModuleList(Attending(width, heads) for _ in range(blocks))
        self.classes = nn.Linear(width, VOCABULARY)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.tokens(tokens) + self.positions[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.classes(x).transpose(1, 2)  # as CrossEntropyLoss wants it

    def step(self, token: torch.Tensor, place, caches: list[torch.Tensor]) -> torch.Tensor:
        """The scores (batch, tokens) of what follows this token, (batch, 1), at this place of the text."""
        x = self.tokens(token) + self.positions[place]
        for block, cache in zip(self.blocks, caches, strict=True):
            x = block.step(x, place, cache)
        return self.classes(x)[:, 0]


class Attending(nn.Module):
    """A block of attention and two dense layers, each added to what it was given."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def split(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Query, key and value, (batch, heads, steps, width of a head) each."""
        parts = self.qkv(self.norm1(x)).view(*x.shape[:2], 3, self.heads, -1)
        return list(parts.permute(2, 0, 3, 1, 4))

    def join(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        x = x + self.out(y.transpose(1, 2).reshape(x.shape))
        return x + self.narrow(nn.functional.gelu(self.wide(self.norm2(x)), approximate="tanh"))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.join(x, nn.functional.scaled_dot_product_attention(*self.split(x), is_causal=True))

    def step(self, x: torch.Tensor, place, cache: torch.Tensor) -> torch.Tensor:
        """One step more; a place that is a number takes the filled part of the cache, one in a Tensor all of it.

        The second has the same shapes at each step, so that it is compiled once.
        """
        query, key, value = self.split(x)
        attend = nn.functional.scaled_dot_product_attention
        if isinstance(place, int):
            cache[0, :, :, place] = key[:, :, 0]
            cache[1, :, :, place] = value[:, :, 0]
            return self.join(x, attend(query, cache[0, :, :, : place + 1], cache[1, :, :, : place + 1]))
        cache[0].index_copy_(2, place, key)
        cache[1].index_copy_(2, place, value)
        seen = (torch.arange(cache.shape[3]) <= place)[None]
        return self.join(x, attend(query, cache[0], cache[1], attn_mask=seen))


SEQUENCES = {
    "lstm": Recurrent,
    "gru": Recurrent,
    "transformer": Transformer,
    "gpt": partial(Transformer, width=128, blocks=4),
}
NETWORKS = {
    "cnn-6-12": partial(cnn, (6, 12)),
    "cnn-32-64": partial(cnn, (32, 64)),
    "vgg-64": vgg,
    "resnet-20": partial(resnet, 3),
}
