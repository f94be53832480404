"""Newton's method: gradients of gradients

A gradient says which way is down, the second derivative how far: w ← w - f'(w) / f''(w) leaps to the bottom of
the parabola that fits the curve best. Backward rules in Ondol are made of Tensors, so that od.grad can be
taken again, and again.
"""

import numpy as np

import ondol as od
from _gallery import canvas, label, save

od.config.set_floatx("float64")


def f(w):
    return w**4 / 4 - w**2 - 0.5 * w


first, second = od.grad(f), od.grad(od.grad(f))
newton, descent = [2.5], [2.5]
for _ in range(12):
    w = newton[-1]
    newton.append(w - float(first(w)) / float(second(w)))
    descent.append(descent[-1] - 0.05 * float(first(descent[-1])))

lowest = max(np.roots([1, 0, -2, -0.5]).real)  # where w^3 - 2w - 0.5 = 0
errors = {
    "Newton": abs(np.array(newton) - lowest),
    "gradient descent, rate 0.05": abs(np.array(descent) - lowest),
}
for name, error in errors.items():
    print(f"{name}: distances {' '.join(f'{e:.0e}' for e in error[:7])} ...")
assert errors["Newton"][6] < 1e-8

figure, (left, right) = canvas(columns=2)
places = np.linspace(-2, 2.6, 120)
for name, curve in {"f": f, "f '": first, "f ''": second}.items():
    left.plot(places, [float(curve(w)) for w in places], label=name)
left.axhline(0, color="0.6", linewidth=0.8, linestyle="-")
left.set_ylim(-4, 12)
label(left, "a function and its derivatives", "w", loc="upper center")
for name, error in errors.items():
    right.semilogy(np.maximum(error, 1e-17), marker="o", markersize=3.5, label=name)
label(right, "distance from the minimum", "step", loc=(0.4, 0.58))
save(figure)
