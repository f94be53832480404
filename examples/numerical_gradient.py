"""Numerical gradients, and how small a step should be

(f(x + h) - f(x)) / h is wrong by about h, because the curve bends; (f(x + h) - f(x - h)) / 2h only by about h².
But both subtract nearly equal numbers, and below some h the rounding of the computer is all that is left.
Hence two slopes and a valley between, deeper and further left in float64. The backward rule has no h:
od.gradcheck compares it with central differences in float64, at the bottom of the valley.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save


def f(x):
    return od.tanh(x) * od.exp(-x)


exact = float(od.grad(f)(np.float64(0.7)))
h = 10.0 ** np.arange(-13, 0.1, 0.25)
figure, axes = canvas(columns=2)
for ax, dtype in zip(axes, ("float32", "float64"), strict=True):
    errors = {"forward": [], "central": []}
    for step in h.astype(dtype):
        x = np.array(0.7, dtype)
        here, right, left = (f(od.tensor(place)).numpy() for place in (x, x + step, x - step))
        errors["forward"].append(abs((right - here) / step - exact))
        errors["central"].append(abs((right - left) / (2 * step) - exact))
    for name, error in errors.items():
        ax.loglog(h, np.maximum(error, 1e-13), label=f"{name} difference" if dtype == "float32" else None)
        print(f"{dtype}, {name} difference: best h {h[np.argmin(error)]:.0e}, wrong by {min(error):.0e}")
    label(
        ax, f"in {dtype}", "step h", "error of the gradient" if dtype == "float32" else "", loc="lower right"
    )
    ax.set_ylim(1e-13, 10)

assert od.gradcheck(f, np.linspace(-2, 2, 9), order=2)
print("od.gradcheck: the rules of tanh, exp and the product are right, in second derivatives, too")
save(figure)
