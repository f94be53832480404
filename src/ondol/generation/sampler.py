"""Samplers: which of the tokens that may follow is taken."""

from __future__ import annotations

from typing import Any

from ondol import ops, random
from ondol.autograd import Tensor
from ondol.errors import DataError


class Sampler:
    """Base of all samplers. A subclass defines `choose`.

    Two samplers of one class with the same settings are equal, and share a compiled program.

    Args:
        temperature: what the scores are divided by before the softmax: below 1 the likely tokens get likelier, above 1
            the unlikely ones.
        seed: an integer, for the same text each time; None for the global stream of random numbers.

    Raises:
        DataError: for a temperature that is not positive.
    """

    def __init__(self, temperature: float = 1.0, seed: int | None = None) -> None:
        if not temperature > 0:
            raise DataError(
                f"Expected a positive temperature. Received: temperature={temperature!r}. For the likeliest token at "
                "each place use GreedySampler()."
            )
        self.temperature = float(temperature)
        self.seed = seed

    def choose(self, logits: Tensor, u: Tensor) -> Tensor:
        """One token for each row.

        Args:
            logits: scores (batch, vocabulary).
            u: a random number of [0, 1) for each row, (batch,).

        Returns:
            Token ids (batch,), int32.
        """
        raise TypeError(f"{type(self).__name__} must define choose(self, logits, u)")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this sampler again."""
        return {"temperature": self.temperature, "seed": self.seed}

    def generator(self) -> random.SeedGenerator | None:
        """Where its random numbers come from: from its seed, anew for each text, or from the global stream."""
        return None if self.seed is None else random.SeedGenerator(self.seed)

    def without_seed(self) -> Sampler:
        """A sampler that chooses alike: compiled programs get their random numbers as an argument."""
        config = self.get_config()
        return type(self)(**{key: value for key, value in config.items() if key != "seed"})

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.get_config() == self.get_config()

    def __hash__(self) -> int:
        return hash((type(self), *self.get_config().items()))

    def __repr__(self) -> str:
        settings = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({settings})"


class GreedySampler(Sampler):
    r"""$\arg\max_i z_i$: always the likeliest token. The text is the same each time, and tends to repeat itself.

    Example:
        >>> import ondol as od
        >>> od.generation.GreedySampler().choose(od.tensor([[1.0, 3.0, 2.0]]), od.tensor([0.5])).tolist()
        [1]
    """

    def __init__(self) -> None:
        super().__init__()

    def get_config(self) -> dict[str, Any]:
        return {}

    def choose(self, logits: Tensor, u: Tensor) -> Tensor:
        return ops.cast(ops.argmax(logits, axis=-1), "int32")


class RandomSampler(Sampler):
    r"""Token i with its probability $p_i = e^{z_i / T} / \sum_j e^{z_j / T}$.

    Args:
        temperature, seed: see `Sampler`.

    Example:
        >>> import ondol as od
        >>> logits = od.log(od.tensor([[0.2, 0.5, 0.3]] * 3))
        >>> od.generation.RandomSampler().choose(logits, od.tensor([0.1, 0.6, 0.8])).tolist()
        [0, 1, 2]
    """

    def choose(self, logits: Tensor, u: Tensor) -> Tensor:
        return at_share(ops.softmax(logits / self.temperature), u)


def at_share(p: Tensor, u: Tensor) -> Tensor:
    """The places where the sum of the probabilities (batch, n), added up from the first, exceeds u (batch,)."""
    below = ops.cumsum(p, axis=-1) <= ops.expand_dims(u, -1)
    # Rounding may leave the whole sum a little below 1 and below u.
    return ops.cast(ops.minimum(ops.sum(ops.cast(below, "int32"), axis=-1), p.shape[-1] - 1), "int32")
