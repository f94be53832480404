"""A convolution as loops: what the rule does, step by step

Forward: for each place of the kernel on the image, the sum of products. Backward, the same loops: each
product hands its share of the gradient to the pixel and to the weight that made it. The rule od.conv gives
the same numbers in both directions. Here with two edge detectors on a digit.
"""

import itertools

import numpy as np

import ondol as od
from _gallery import canvas, save

(images, _), _ = od.datasets.digits.load_data()
x = images[4:6, ..., None].astype("float64")  # (samples, rows, columns, channels)
kernel = np.zeros((3, 3, 1, 2))  # (rows, columns, channels in, channels out)
kernel[..., 0, 0] = [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]  # Sobel's: what grows downwards
kernel[..., 0, 1] = kernel[..., 0, 0].T  # what grows to the right


def places():
    return itertools.product(range(2), range(6), range(6), range(2), range(3), range(3))


y = np.zeros((2, 6, 6, 2))
for sample, row, column, out, i, j in places():
    y[sample, row, column, out] += x[sample, row + i, column + j, 0] * kernel[i, j, 0, out]

dy = y  # the gradient that comes back, if the loss is the sum of y^2 / 2
dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
for sample, row, column, out, i, j in places():
    dx[sample, row + i, column + j, 0] += dy[sample, row, column, out] * kernel[i, j, 0, out]
    dkernel[i, j, 0, out] += dy[sample, row, column, out] * x[sample, row + i, column + j, 0]

rule_x, rule_kernel = od.tensor(x, requires_grad=True), od.tensor(kernel, requires_grad=True)
rule_y = od.conv(rule_x, rule_kernel)
rule_dx, rule_dkernel = od.gradients((rule_y**2).sum() / 2, [rule_x, rule_kernel])
for name, looped, rule in (("y", y, rule_y), ("dx", dx, rule_dx), ("dkernel", dkernel, rule_dkernel)):
    assert np.allclose(looped, rule.numpy(), rtol=0, atol=1e-12)
    print(f"{name:8}{looped.shape!s:14} loops and rule differ by {abs(looped - rule.numpy()).max():.0e}")

figure, axes = canvas(columns=4, height=1.9)
names = ("image", "grows downwards", "grows to the right", "dx")
for ax, name, drawing in zip(
    axes, names, (x[0, ..., 0], y[0, ..., 0], y[0, ..., 1], dx[0, ..., 0]), strict=True
):
    largest = abs(drawing).max()
    if name == "image":
        ax.imshow(drawing, cmap="gray_r")
    else:
        ax.imshow(drawing, cmap="PuOr", vmin=-largest, vmax=largest)
    ax.set_title(name, loc="left", fontsize=9.5)
    ax.set(xticks=[], yticks=[])
save(figure)
