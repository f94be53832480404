"""PyTorch with torch.compile and the channels last in memory."""

from __future__ import annotations

from functools import partial

import torch

import with_torch_compile

fit = partial(with_torch_compile.fit, layout=torch.channels_last)
predict = partial(with_torch_compile.predict, layout=torch.channels_last)
rule = partial(with_torch_compile.rule, layout=torch.channels_last)
