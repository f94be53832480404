"""Who takes part in what: the worker file of each contender, what it needs installed, and its environment."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field

from workloads import Workload


@dataclass(frozen=True)
class Contender:
    """One framework, in one way of using it."""

    name: str
    worker: str  # the module beside this file that knows the framework
    package: str  # what a user imports
    kinds: tuple[str, ...]  # the kinds of workload it takes part in
    engine: str = ""  # a second package that must be installed
    env: dict[str, str] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("numbers", "images", "sequences")  # and what those may be about

    def takes_part(self, workload: Workload) -> bool:
        return workload.kind in self.kinds and workload.inputs in self.inputs

    def environment(self, cache: str = "") -> dict[str, str]:
        """The variables of its process; with a folder `cache`, every cache of compiled programs is there."""
        caches = ("ONDOL_HOME", "XDG_CACHE_HOME", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR")
        moved = dict.fromkeys(caches, cache) if cache else {}
        return {**os.environ, **CPU_ONLY, **self.env, **moved}


CPU_ONLY = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _keras(engine: str, **limits) -> Contender:
    kinds = ("fit", "predict", "generate", "rule", "import", "start")
    env = {"KERAS_BACKEND": engine}
    return Contender(f"keras-{engine}", "with_keras", "keras", kinds, engine, env, **limits)


EVERY = ("fit", "eager", "predict", "generate", "rule", "import", "start")
NOT_EAGER = ("fit", "predict", "generate", "rule", "start")
IMAGES = {"inputs": ("images",)}
ONDOL = Contender("ondol", "with_ondol", "ondol", EVERY, engine="jax")
_PEERS = [
    Contender("torch", "with_torch", "torch", EVERY),
    Contender("torch-channels-last", "with_torch_channels_last", "torch", NOT_EAGER, **IMAGES),
    Contender("torch-compile", "with_torch_compile", "torch", NOT_EAGER),
    Contender(
        "torch-compile-channels-last", "with_torch_compile_channels_last", "torch", NOT_EAGER, **IMAGES
    ),
    _keras("jax"),
    _keras("tensorflow"),
    _keras("torch", inputs=("numbers",)),
]
PEERS = {peer.name: peer for peer in _PEERS}

# TensorFlow for CPUs is installed under a distribution name of its own.
_PROBE = """
import importlib.metadata as metadata, importlib.util, json
owners = metadata.packages_distributions()
names = ["ondol", "numpy", "torch", "keras", "jax", "tensorflow"]
found = [name for name in names if importlib.util.find_spec(name)]
print(json.dumps({name: metadata.version(owners.get(name, [name])[0]) for name in found}))
"""


def installed(python: str) -> dict[str, str]:
    """The versions of the frameworks that this interpreter can import (none of them is imported here)."""
    done = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def missing(contender: Contender, versions: dict[str, str]) -> list[str]:
    """The packages that the contender needs and the interpreter lacks."""
    return [name for name in (contender.package, contender.engine) if name and name not in versions]
