"""Tiny Shakespeare, character by character: a small GPT learns to write plays, in 2,000 steps."""

from functools import partial

import numpy as np

from ondol import applications, datasets, losses, metrics, optimizers, tokenizers
from ondol.data import token_windows
from ondol.experiments.experiment import Experiment, Split

CONTEXT = 64  # characters that the network sees at most


def load() -> Split:
    tokenizer = characters()
    train, validation = (tokenizer.encode(text) for text in datasets.tiny_shakespeare.load_data())
    # Windows that overlap by half: there are more than the training takes, so that it sees none twice.
    return token_windows(train, CONTEXT, stride=CONTEXT // 2), token_windows(validation, CONTEXT)


def characters() -> tokenizers.CharacterTokenizer:
    """A number for each of the 65 characters, as in nanoGPT: none for padding or what is not known."""
    tokenizer = tokenizers.CharacterTokenizer(padding_token=None, unknown_token=None)
    return tokenizer.train(datasets.tiny_shakespeare.load_data())


def build(x_train: np.ndarray) -> applications.GPT:
    tokenizer = characters()
    return applications.GPT(
        tokenizer.vocabulary_size,
        max_sequence_length=CONTEXT,
        num_layers=4,
        num_heads=4,
        hidden_dim=128,
        tokenizer=tokenizer,
        name="char-lm",
    )


def optimizer(learning_rate: object) -> optimizers.Optimizer:
    adam = optimizers.AdamW(learning_rate, beta_2=0.99, weight_decay=0.1, global_clipnorm=1.0)
    adam.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])  # so that matrices alone decay
    return adam


def schedule(learning_rate: float, steps: int) -> optimizers.schedules.LearningRateSchedule:
    """Up from 0 in a twentieth of the steps, then down to a thirtieth of the rate."""
    warmup = steps // 20
    return optimizers.schedules.CosineDecay(
        0.0, steps - warmup, alpha=1 / 30, warmup_target=learning_rate, warmup_steps=warmup
    )


experiment = Experiment(
    name="char-lm",
    summary="Shakespeare, character by character: a small GPT writes plays (minutes)",
    load=load,
    build=build,
    optimizer=optimizer,
    learning_rate=0.003,
    schedule=schedule,
    loss=losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=(partial(metrics.Perplexity, from_logits=True),),
    epochs=10,
    batch_size=12,
    steps_per_epoch=200,
    tests_while_training=True,
    samples=f"windows of {CONTEXT} characters",
    kind="text",
    unit="nats per character",
    prompt="ROMEO:",
    download=True,
)
