"""Long sequences cut into blocks of steps, for attention that looks at two blocks at a time."""

from __future__ import annotations

from typing import Any

from ondol.ops.attention.heads import product


class Blocks:
    """How queries and keys of these shapes are cut, and the scores of one block with another.

    Args:
        q, k: raw arrays (batch, time, heads, dim).
        size: steps in a block; the last one is filled up with zeros.
        scale, soft_cap, is_causal: as of `dot_product_attention`.
    """

    def __init__(
        self, xp: Any, q: Any, k: Any, size: int, scale: float, soft_cap: float | None, is_causal: bool
    ) -> None:
        self.xp, self.scale, self.soft_cap, self.is_causal = xp, scale, soft_cap, is_causal
        self.batch, self.queries, self.heads, _ = q.shape
        self.keys, self.kv_heads = k.shape[1:3]
        self.size = min(size, max(self.queries, self.keys))
        self.query_blocks, self.key_blocks = -(-self.queries // self.size), -(-self.keys // self.size)

    def cut(self, x: Any) -> Any:
        """(batch, time, heads, dim) as (blocks, batch · kv_heads, heads / kv_heads · size, dim)."""
        batch, time, heads, dim = x.shape
        blocks, group = -(-time // self.size), heads // self.kv_heads
        x = self.xp.pad(x, ((0, 0), (0, blocks * self.size - time), (0, 0), (0, 0)))
        x = x.reshape((batch, blocks, self.size, self.kv_heads, group, dim)).transpose((1, 0, 3, 4, 2, 5))
        return x.reshape((blocks, batch * self.kv_heads, group * self.size, dim))

    def joined(self, x: Any, time: int) -> Any:
        """The way back from `cut`, to a time that may end within the last block."""
        blocks, group = x.shape[0], x.shape[2] // self.size
        x = x.reshape((blocks, self.batch, self.kv_heads, group, self.size, x.shape[-1]))
        x = x.transpose((1, 0, 4, 2, 3, 5))
        return x.reshape((self.batch, blocks * self.size, self.kv_heads * group, x.shape[-1]))[:, :time]

    def cut_bias(self, bias: Any) -> Any:
        """(batch, heads, query time, key time), each maybe 1, as (pairs of blocks, batch, heads, size, size)."""
        for axis in (2, 3):
            time = bias.shape[axis]
            blocks = -(-time // self.size) if time > 1 else 1
            margin = [(0, 0)] * bias.ndim
            margin[axis] = (0, blocks * self.size - time if time > 1 else 0)
            bias = self.xp.pad(bias, margin)
        self.bias_blocks = [max(1, bias.shape[axis] // self.size) for axis in (2, 3)]
        rows, columns = self.bias_blocks
        bias = bias.reshape((*bias.shape[:2], rows, bias.shape[2] // rows, columns, bias.shape[3] // columns))
        bias = bias.transpose((2, 4, 0, 1, 3, 5))
        return bias.reshape((rows * columns, *bias.shape[2:]))

    def scores(self, i: Any, j: Any, q: Any, k: Any, bias: Any) -> tuple[Any, Any]:
        """The scores of query block i and key block j, -inf where masked, and tanh(s / c) of a soft cap (or None)."""
        xp = self.xp
        s = product(xp, q * q.dtype.type(self.scale), k.swapaxes(-1, -2))
        capped = None
        if self.soft_cap is not None:
            capped = xp.tanh(s / self.soft_cap)
            s = self.soft_cap * capped
        if bias is not None:
            rows, columns = self.bias_blocks
            pair = (i if rows > 1 else 0) * columns + (j if columns > 1 else 0)
            block = xp.dynamic_slice(bias, pair, 1)[0].astype(s.dtype)
            s = (s.reshape((self.batch, self.heads, -1, s.shape[-1])) + block).reshape(s.shape)
        key_places = j * self.size + xp.arange(self.size)
        seen = key_places[None] < self.keys
        if self.is_causal:
            query_places = i * self.size + xp.arange(q.shape[1]) % self.size
            seen = seen & (key_places[None] <= query_places[:, None])
        return xp.where(seen, s, -xp.inf), capped

    def keys_end(self, i: Any) -> Any:
        """How many key blocks query block i may look at: all after it are masked, if it is causal."""
        return self.xp.minimum(i + 1, self.key_blocks) if self.is_causal else self.key_blocks

    def queries_begin(self, j: Any) -> Any:
        """The first query block that may look at key block j."""
        return self.xp.minimum(j, self.query_blocks) if self.is_causal else 0
