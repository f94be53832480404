"""What is measured: the networks, the data sizes, and how much of it makes one timed burst."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules import RULES, Rule


@dataclass(frozen=True)
class Workload:
    """One task that every contender does. It is counted in epochs of training, or in calls."""

    name: str
    # "fit", "eager", "predict", "generate", "rule" run in workers that stay alive; "import", "start" in fresh ones
    kind: str
    unit: str  # one of UNITS, and of what
    layers: tuple[int, ...] = ()  # widths from the input to the classes; ReLU between, logits at the end
    network: str = ""  # instead of layers: one of NETWORKS in networks_keras.py and networks_torch.py
    image: tuple[int, ...] = ()  # rows, columns and channels of what that network sees
    sequence: tuple[int, ...] = ()  # or steps and features; steps alone for tokens
    units: int = 0  # of a recurrent layer
    rule: Rule | None = None
    precision: str = "float32"  # or "bfloat16": mixed for a network, all of it for a rule
    samples: int = 1
    batch: int = 1
    counts: int = 1  # in one burst
    least: int = 1  # in one burst of a contender that is slow
    per: int = 1  # the table gives the time of so many steps

    @property
    def steps(self) -> int:
        """Batches in one epoch; the last one may be a partial batch."""
        return -(-self.samples // self.batch)

    @property
    def inputs(self) -> str:
        """What it is about: "numbers", "sequences" or "images"."""
        if self.sequence:
            return "sequences"
        return "images" if self.network or self.rule else "numbers"

    @property
    def task(self) -> Workload:
        """Equal for workloads that do the same, and differ only in what they measure."""
        return replace(self, name="", unit="")


UNITS = {"µs": 1e6, "ms": 1e3, "s": 1.0, "MB": 1.0}

CLASSES = 10  # of images and sequences
VOCABULARY = 64  # of tokens
LEARNING_RATE = 0.001  # of Adam, whose other settings are each framework's defaults
SHORTEST_BURST = 0.2  # seconds: a contender that is quick repeats its work until it has taken this long
LONGEST_BURST = 2.0  # seconds: a contender that is slow does less, but not less than `least`
FRESH_ROUNDS = 3  # "start" takes a minute a round: never more rounds than this

TINY = (2, 10, 3)
WIDE = (784, 1024, 10)
DEEP = (784, 512, 512, 512, 10)
RESNET = {"network": "resnet-20", "image": (32, 32, 3), "batch": 64}


def _network(name: str, image: tuple[int, int, int], samples: int, batch: int, counts: int) -> list[Workload]:
    """A network of images: training and prediction, in float32 and in mixed precision."""
    fit = Workload(
        name, "fit", "ms/step", network=name, image=image, samples=samples, batch=batch, counts=counts
    )
    predict = replace(fit, name=f"{name}-predict", kind="predict", unit="ms/batch")
    return [of for workload in (fit, predict) for of in (workload, _halved(workload))]


def _halved(workload: Workload) -> Workload:
    return replace(workload, name=f"{workload.name}-bfloat16", precision="bfloat16")


def _recurrent(cell: str, units: int, steps: int) -> Workload:
    """A sequence of vectors, one recurrent layer, and classes from its last state."""
    name = f"{cell}-{units}" if steps == 64 else f"{cell}-{units}-{steps}-steps"
    samples = 64 * (20 if units == 64 else 6)
    return Workload(
        name,
        "fit",
        "ms/step",
        network=cell,
        sequence=(steps, 32),
        units=units,
        samples=samples,
        batch=64,
        counts=2,
    )


def _transformer(steps: int, batch: int) -> Workload:
    """Two blocks that learn which token comes next."""
    name = f"transformer-{steps}"
    return Workload(
        name, "fit", "ms/step", network="transformer", sequence=(steps,), samples=8 * batch, batch=batch
    )


_DENSE = [
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
_IMAGES = [
    *_network("cnn-6-12", (28, 28, 1), samples=25_600, batch=128, counts=3),
    *_network("cnn-32-64", (28, 28, 1), samples=12_800, batch=128, counts=2),
    *_network("resnet-20", (32, 32, 3), samples=2_560, batch=64, counts=1),
    *_network("vgg-64", (64, 64, 3), samples=480, batch=16, counts=1),
    Workload("resnet-20-first-batch", "start", "s", samples=64, **RESNET),
    Workload("resnet-20-memory", "start", "MB", samples=1_280, **RESNET),
]
_SEQUENCES = [
    *[
        _recurrent(cell, units, steps)
        for cell in ("lstm", "gru")
        for units in (64, 256)
        for steps in (64, 256)
    ],
    _transformer(256, batch=8),
    _transformer(1024, batch=2),
    Workload(
        "gpt-generate",
        "generate",
        "ms/100 tokens",
        network="gpt",
        sequence=(256,),
        per=100,
        counts=256,
        least=256,
    ),
]
_RULES = [Workload(f"rule-{rule.name}", "rule", "ms/call", rule=rule, counts=20, least=2) for rule in RULES]
_ALL = [*_DENSE, *_IMAGES, *_SEQUENCES, *[of for workload in _RULES for of in (workload, _halved(workload))]]
WORKLOADS = {workload.name: workload for workload in _ALL}


def named(names: list[str]) -> list[Workload]:
    """The workloads of these names, and all those whose names begin with one that is no workload's own.

    Raises:
        KeyError: for a name that fits none.
    """
    found: dict[str, Workload] = {}
    for name in names or WORKLOADS:
        group = [name] if name in WORKLOADS else [known for known in WORKLOADS if known.startswith(name)]
        if not group:
            raise KeyError(name)
        found |= {member: WORKLOADS[member] for member in group}
    return list(found.values())
