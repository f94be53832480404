"""Whether compiled convolutions may call oneDNN. (Apart from `onednn`, which imports jax.)"""

from __future__ import annotations

from ondol.backend.switch import Switch

_switch = Switch("ONDOL_ONEDNN")
allow, is_allowed = _switch.set, _switch.is_on
