"""The parts of a batch side by side on the cores of a processor, each through the whole training step.

XLA shares a large product among the cores, but runs a loop over the steps of a sequence on one of them. So the
processor stands for two devices, and XLA's partitioner divides among them whatever is made of a batch. The results are
those of the whole batch: sums over it, as in a gradient, are added up between the devices.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ondol.backend.devices import cores
from ondol.backend.switch import Switch

# With two cores a training step of an LSTM of 64 units takes 6.7 instead of 8.9 ms, of a Transformer 205 instead of
# 263. XLA goes on sharing large products among all cores there are; more parts were not measured.
PARTS = 2
# Multiplications in the loops and attentions of a step from which on it is faster: to add up between the devices takes
# 0.4 ms.
WORTH_IT = 2**25

_switch = Switch("ONDOL_SIDE_BY_SIDE")
allow, is_allowed = _switch.set, _switch.is_on


def prepare(jax: Any) -> None:
    """Let the processor stand for several devices, unless someone has chosen their number or jax is in use already."""
    chosen = "xla_force_host_platform_device_count" in os.environ.get("XLA_FLAGS", "")
    if chosen or not is_allowed() or jax.config.jax_num_cpu_devices != -1 or cores() < PARTS:
        return
    try:
        jax.config.update("jax_num_cpu_devices", PARTS)
    except RuntimeError:
        return  # computations have begun on the one device


def parts(batch: int, multiplications: int) -> int:
    """Into how many parts the batches of a program are divided, 1 for not at all.

    Args:
        batch: samples in one.
        multiplications: those in its loops and attentions, see `compile_options.count_multiplications`.
    """
    import jax

    if not is_allowed() or multiplications < WORTH_IT or batch % PARTS or jax.default_backend() != "cpu":
        return 1
    return PARTS if len(jax.devices()) >= PARTS and cores() >= PARTS else 1


class Devices:
    """The devices that stand for the cores, and arrays on all of them."""

    def __init__(self, parts: int) -> None:
        import jax
        from jax.sharding import Mesh, NamedSharding, PartitionSpec

        self.jax, self.parts = jax, parts
        mesh = Mesh(np.array(jax.devices()[:parts]), ("batch",))
        self.whole = NamedSharding(mesh, PartitionSpec())
        self.divided = NamedSharding(mesh, PartitionSpec("batch"))

    def divide(self, batch: Any) -> Any:
        """In a program: the batch from here on in parts, if its length allows it."""
        if len(batch) % self.parts:
            return batch
        return self.jax.lax.with_sharding_constraint(batch, self.divided)

    def runner(self, program: Callable) -> Callable:
        """The program for arrays of the first device, or of NumPy, and with results there."""
        return lambda *arguments: self.gathered(program(*self.spread(arguments)))

    def spread(self, arrays: Any) -> Any:
        """The arrays of a tree whole on each device: in the same memory, as it is one processor."""
        jax = self.jax
        with jax.enable_x64(True):
            arrays = jax.tree.map(np.asarray, arrays)
            copies = [jax.device_put(arrays, device, may_alias=True) for device in self.whole.mesh.devices]
            return jax.tree.map(
                lambda *a: jax.make_array_from_single_device_arrays(a[0].shape, self.whole, a), *copies
            )

    def gathered(self, arrays: Any) -> Any:
        """The arrays of a tree as the first device has them, which are the same on all."""
        return self.jax.tree.map(lambda a: a.addressable_data(0), arrays)
