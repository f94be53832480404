"""The variance scalings that carry the names of those who proposed them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.initializers.variance_scaling import VarianceScaling


class Preset(VarianceScaling):
    """A VarianceScaling whose formula has a name."""

    formula: tuple[float, str, str]

    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self.formula, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        return {
            "seed": super().get_config()["seed"],
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class GlorotUniform(Preset):
    r"""Uniform over $\pm\sqrt{6 / (\text{inputs} + \text{outputs})}$: for tanh and sigmoid; Dense's default.

    Args:
        seed: see `RandomInitializer`.
        input_axes, output_axes: see `VarianceScaling`.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.GlorotUniform(seed=0)((2, 4))
        >>> bool(abs(w.numpy()).max() <= 1.0)
        True

    Reference:
        Glorot, Bengio: "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """

    formula = (1.0, "fan_avg", "uniform")


class GlorotNormal(Preset):
    r"""Truncated normal of standard deviation $\sqrt{2 / (\text{inputs} + \text{outputs})}$.

    Args:
        seed: see `RandomInitializer`.
        input_axes, output_axes: see `VarianceScaling`.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.GlorotNormal(seed=0)((100, 100))
        >>> round(float(w.numpy().std()), 1)
        0.1

    Reference:
        Glorot, Bengio (2010), see `GlorotUniform`.
    """

    formula = (1.0, "fan_avg", "truncated_normal")


class HeUniform(Preset):
    r"""Uniform over $\pm\sqrt{6 / \text{inputs}}$: for relu.

    Args:
        seed: see `RandomInitializer`.
        input_axes, output_axes: see `VarianceScaling`.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.HeUniform(seed=0)((6, 4))
        >>> bool(abs(w.numpy()).max() <= 1.0)
        True

    Reference:
        He, Zhang, Ren, Sun: "Delving deep into rectifiers" (2015).
    """

    formula = (2.0, "fan_in", "uniform")


class HeNormal(Preset):
    r"""Truncated normal of standard deviation $\sqrt{2 / \text{inputs}}$: for relu.

    Args:
        seed: see `RandomInitializer`.
        input_axes, output_axes: see `VarianceScaling`.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.HeNormal(seed=0)((200, 100))
        >>> round(float(w.numpy().std()), 1)
        0.1

    Reference:
        He et al. (2015), see `HeUniform`.
    """

    formula = (2.0, "fan_in", "truncated_normal")


class LecunUniform(Preset):
    r"""Uniform over $\pm\sqrt{3 / \text{inputs}}$.

    Args:
        seed: see `RandomInitializer`.
        input_axes, output_axes: see `VarianceScaling`.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.LecunUniform(seed=0)((3, 4))
        >>> bool(abs(w.numpy()).max() <= 1.0)
        True

    Reference:
        LeCun, Bottou, Orr, Müller: "Efficient backprop" (1998).
    """

    formula = (1.0, "fan_in", "uniform")


class LecunNormal(Preset):
    r"""Truncated normal of standard deviation $\sqrt{1 / \text{inputs}}$: for selu.

    Args:
        seed: see `RandomInitializer`.
        input_axes, output_axes: see `VarianceScaling`.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.LecunNormal(seed=0)((100, 100))
        >>> round(float(w.numpy().std()), 1)
        0.1

    Reference:
        LeCun et al. (1998), see `LecunUniform`; Klambauer et al.: "Self-normalizing neural networks" (2017).
    """

    formula = (1.0, "fan_in", "truncated_normal")
