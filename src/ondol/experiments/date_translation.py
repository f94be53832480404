"""Dates as people write them, translated to ISO 8601: attention shows which letters each digit comes from."""

import functools

from ondol import applications, datasets, losses, optimizers, tokenizers
from ondol.experiments.experiment import Experiment


def build(questions: list[str]) -> applications.AttentionSeq2Seq:
    characters = tokenizers.CharacterTokenizer().train(questions)
    digits = tokenizers.CharacterTokenizer(unknown_token=None, start_token="[START]", end_token="[END]")
    digits.train("0123456789-")
    return applications.AttentionSeq2Seq(
        characters.vocabulary_size,
        digits.vocabulary_size,
        hidden_dim=128,
        embedding_dim=32,
        bidirectional=True,
        input_tokenizer=characters,
        output_tokenizer=digits,
        name="date-translation",
    )


experiment = Experiment(
    name="date-translation",
    summary="september 27, 1994 becomes 1994-09-27: an encoder, a decoder, and attention between them",
    load=datasets.date_formats.load_data,
    build=build,
    optimizer=functools.partial(optimizers.Adam, global_clipnorm=5.0),
    learning_rate=0.003,
    loss=losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=("accuracy", "exact_match"),
    epochs=3,
    batch_size=128,
    validation_split=1 / 45,
    samples="dates",
    kind="translation",
    download=True,
)
