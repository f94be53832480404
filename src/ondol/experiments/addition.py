"""Sums as text: a network that has never heard of numbers learns to add, from 45,000 examples."""

import functools

from ondol import applications, datasets, losses, optimizers, tokenizers
from ondol.experiments.experiment import Experiment


def build(questions: list[str]) -> applications.Seq2Seq:
    signs = tokenizers.CharacterTokenizer().train("0123456789+")
    digits = tokenizers.CharacterTokenizer(unknown_token=None, start_token="[START]", end_token="[END]")
    digits.train("0123456789")
    return applications.Seq2Seq(
        signs.vocabulary_size,
        digits.vocabulary_size,
        hidden_dim=128,
        embedding_dim=16,
        reverse_source=True,
        peeky=True,
        input_tokenizer=signs,
        output_tokenizer=digits,
        name="addition",
    )


experiment = Experiment(
    name="addition",
    summary="52+607 becomes 659: an encoder and a peeking decoder learn to add from examples",
    load=datasets.addition.load_data,
    build=build,
    optimizer=functools.partial(optimizers.Adam, global_clipnorm=5.0),
    learning_rate=0.003,
    schedule=lambda rate, steps: optimizers.schedules.CosineDecay(rate, steps),
    loss=losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=("accuracy", "exact_match"),
    epochs=15,
    batch_size=128,
    validation_split=1 / 45,
    samples="sums",
    kind="translation",
    download=True,
)
