"""Arrays, devices, dtypes, random bits, compilation and loops: the only room that knows jax and cupy.

Everything above asks for the array namespace of the moment, `state.xp`: NumPy (or CuPy) while code
runs eagerly, jax.numpy while it is being traced into an XLA program. jax is imported by the first
compiled call, never by `import ondol`.
"""

from ondol.backend.compilations import Compilation, Compilations, compilations
from ondol.backend.compile import abstract, compile, to_device, to_numpy
from ondol.backend.devices import Device, devices
from ondol.backend.dtypes import floatx, is_floating, set_floatx, standardize_dtype
from ondol.backend.home import ondol_home
from ondol.backend.state import namespace, state, use_namespace

__all__ = [
    "Compilation",
    "Compilations",
    "Device",
    "abstract",
    "compilations",
    "compile",
    "devices",
    "floatx",
    "is_floating",
    "namespace",
    "ondol_home",
    "set_floatx",
    "standardize_dtype",
    "state",
    "to_device",
    "to_numpy",
    "use_namespace",
]
