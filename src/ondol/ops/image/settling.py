"""Keeping XLA from computing the same again for each pixel."""

from __future__ import annotations

from ondol.autograd import Op


class Settled(Op):
    """y = x, computed once before what uses it;   dx = dy.

    XLA computes a chain of simple rules anew for each element of what uses the result: the random number of an image
    for each of its pixels (2.9 instead of 0.2 ms for two flips of 128 images of 32 x 32), a warped image for each
    pixel that the next warp reads.
    """

    def forward(self, x):
        return self.xp.settled(x)

    def backward(self, dy):
        return dy
