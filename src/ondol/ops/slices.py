"""Blocks of an array that begin where data say, which XLA reads and writes in place."""

from __future__ import annotations

from ondol.autograd import Op


class ReadBlock(Op):
    r"""y = the block of x of a shape that begins at `starts`;   dx = zeros, with dy at the block.

    Starts are moved so that the block lies within x, as XLA does.
    """

    def __init__(self, shape):
        self.shape = tuple(shape)

    def forward(self, x, *starts):
        return self.xp.read_block(x, starts, self.shape)

    def backward(self, dy):
        x, *starts = self.inputs
        return (WriteBlock()(x * 0, dy, *starts), *[None for _ in starts])


class WriteBlock(Op):
    r"""y = x with z as its block that begins at `starts`;   dx = dy with zeros at the block,  dz = the block of dy."""

    def forward(self, x, z, *starts):
        return self.xp.write_block(x, z.astype(x.dtype), starts)

    def backward(self, dy):
        _, z, *starts = self.inputs
        return (
            WriteBlock()(dy, z * 0, *starts) if self.needs(0) else None,
            ReadBlock(z.shape)(dy, *starts) if self.needs(1) else None,
            *[None for _ in starts],
        )
