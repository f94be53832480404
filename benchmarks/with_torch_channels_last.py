"""PyTorch with the channels last in memory, as its guides advise for convolutions."""

from __future__ import annotations

from functools import partial

import torch

import with_torch

fit = partial(with_torch.fit, layout=torch.channels_last)
predict = partial(with_torch.predict, layout=torch.channels_last)
rule = partial(with_torch.rule, layout=torch.channels_last)
