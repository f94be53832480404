"""Writing on: tokens one after the other, each chosen from what a model says may follow all before it.

`CausalLM` is the base of language models (`od.applications.GPT`, `od.applications.RNNLanguageModel`): its `generate`
and `stream` run the whole loop as one XLA program, which keeps what it knows of the text read so far. A sampler says
how one of the possible tokens is chosen. `Seq2SeqLM` is the base of models that read one sequence and write another
(`od.applications.AttentionSeq2Seq`): their `translate` runs the same loop.
"""

from ondol.generation.beam_sampler import BeamSampler
from ondol.generation.causal_lm import CausalLM
from ondol.generation.filtered_samplers import TopKSampler, TopPSampler
from ondol.generation.registry import get
from ondol.generation.sampler import GreedySampler, RandomSampler, Sampler
from ondol.generation.seq2seq_lm import Seq2SeqLM

__all__ = [
    "BeamSampler",
    "CausalLM",
    "GreedySampler",
    "RandomSampler",
    "Sampler",
    "Seq2SeqLM",
    "TopKSampler",
    "TopPSampler",
    "get",
]
