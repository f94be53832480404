"""XOR by given weights: three gates

No learning at all: (a OR b) AND (a NAND b) is XOR, and each gate is a neuron with a step, whose weights can
be read off its line. Two lines in the plane cut out the strip between them; the third neuron asks for both.
"""

import numpy as np

import ondol as od
from _gallery import save

x, t = od.datasets.truth_table("xor")


def step(z):
    return od.where(z > 0, 1.0, 0.0)


first = od.layers.Affine(W=np.array([[1.0, -1.0], [1.0, -1.0]]), b=np.array([-0.5, 1.5]))  # OR, NAND
second = od.layers.Affine(W=np.array([[1.0], [1.0]]), b=np.array([-1.5]))  # AND


def xor(points):
    hidden = step(first(points))
    return step(second(hidden))


hidden, y = step(first(x)).numpy(), xor(x).numpy()
print(" a  b   OR  NAND   XOR")
for (a, b), (either, not_both), (out,) in zip(x, hidden, y, strict=True):
    print(f"{a:2.0f} {b:2.0f}  {either:3.0f} {not_both:5.0f} {out:5.0f}")
assert (y == t).all()

save(
    od.plot.decision_boundary(xor, x, t, feature_names=("a", "b"), title="1 between the lines of OR and NAND")
)
