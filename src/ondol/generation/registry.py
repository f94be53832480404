"""Samplers by name."""

from __future__ import annotations

from typing import Any

from ondol.errors import unknown_name
from ondol.generation.beam_sampler import BeamSampler
from ondol.generation.filtered_samplers import TopKSampler, TopPSampler
from ondol.generation.sampler import GreedySampler, RandomSampler, Sampler

SAMPLERS = {
    "greedy": GreedySampler,
    "random": RandomSampler,
    "top_k": TopKSampler,
    "top_p": TopPSampler,
    "beam": BeamSampler,
}


def get(sampler: Any) -> Sampler:
    """A sampler from its name, with its default settings, or the sampler itself.

    Raises:
        UnknownNameError: for another name.

    Example:
        >>> import ondol as od
        >>> od.generation.get("top_k")
        TopKSampler(k=5, temperature=1.0, seed=None)
    """
    if isinstance(sampler, Sampler):
        return sampler
    if sampler not in SAMPLERS:
        raise unknown_name("sampler", sampler, SAMPLERS)
    return SAMPLERS[sampler]()
