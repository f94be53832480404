"""What is measured: the networks, the data sizes, and how much of it makes one timed burst."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """One task that every contender does. It is counted in epochs of training, or in predictions."""

    name: str
    kind: str  # "fit", "eager", "predict" run in workers that stay alive; "import", "start" in fresh ones
    unit: str  # one of UNITS, and of what
    layers: tuple[int, ...] = ()  # widths from the input to the classes; ReLU between, logits at the end
    samples: int = 1
    batch: int = 1
    counts: int = 1  # in one burst
    least: int = 1  # in one burst of a contender that is slow
    per: int = 1  # the table gives the time of so many steps

    @property
    def steps(self) -> int:
        """Batches in one epoch; the last one may be a partial batch."""
        return -(-self.samples // self.batch)


UNITS = {"µs": 1e6, "ms": 1e3, "s": 1.0, "MB": 1.0}

LEARNING_RATE = 0.001  # of Adam, whose other settings are each framework's defaults
SHORTEST_BURST = 0.2  # seconds: a contender that is quick repeats its work until it has taken this long
LONGEST_BURST = 2.0  # seconds: a contender that is slow does less, but not less than `least`
FRESH_ROUNDS = 3  # "start" takes a minute a round: never more rounds than this

TINY = (2, 10, 3)
WIDE = (784, 1024, 10)
DEEP = (784, 512, 512, 512, 10)

_ALL = [
    Workload("tiny", "fit", "µs/step", TINY, samples=300, batch=30, counts=200, least=20),
    Workload("tiny-eager", "eager", "µs/step", TINY, samples=300, batch=30, counts=200, least=20),
    Workload("mlp-784-1024-10", "fit", "ms/step", WIDE, samples=60_000, batch=128, counts=2, least=2),
    Workload("mlp-784-512x3-10", "fit", "ms/step", DEEP, samples=60_000, batch=256, counts=2, least=2),
    Workload("predict-1", "predict", "ms/100 calls", TINY, counts=100, least=20, per=100),
    Workload("predict-1-mlp", "predict", "ms/100 calls", WIDE, counts=100, least=20, per=100),
    Workload("import", "import", "s"),
    Workload("first-epoch", "start", "s", WIDE, samples=60_000, batch=128),
    Workload("memory", "start", "MB", WIDE, samples=60_000, batch=128),
]
WORKLOADS = {workload.name: workload for workload in _ALL}
