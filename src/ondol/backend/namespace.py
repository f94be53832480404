"""What all array namespaces have in common: a module of array functions, and additions of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ondol.backend.convolution.eager import eager_convolutions
from ondol.backend.windows.eager import eager_windows


class Namespace:
    """A module of array functions under one face, with additions of ours.

    Looking up an attribute for the first time copies it from the module, so later look-ups cost no more
    than for an ordinary object.
    """

    def __init__(self, name: str, module: Any, additions: dict[str, Any]) -> None:
        self.__dict__.update(additions)
        self.name = name
        self._module = module

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._module, attribute)
        setattr(self, attribute, value)
        return value

    def __repr__(self) -> str:
        return f"<array namespace {self.name}>"


def eager_namespace(name: str, np: Any, scatter_add: Callable, erf: Callable, erfinv: Callable) -> Namespace:
    """The face of NumPy or of a module like it.

    Args:
        name: the namespace's name.
        np: the module.
        scatter_add: (array, index, values): adds the values in place, repeated indices included.
        erf, erfinv: the error function and its inverse, which no array module has itself.
    """

    def index_update(x: Any, index: Any, values: Any) -> Any:
        """A copy of `x` with x[index] = values."""
        y = np.array(x)
        y[index] = values
        return y

    def index_add(x: Any, index: Any, values: Any) -> Any:
        """A copy of `x` with `values` added at `index`; indices that occur twice are added twice."""
        y = np.array(x)
        scatter_add(y, index, values)
        return y

    def one_hot(indices: Any, n: int, dtype: Any) -> Any:
        """Rows of the identity matrix; an index outside 0..n-1 gives a row of zeros."""
        return (np.asarray(indices)[..., None] == np.arange(n)).astype(dtype)

    def segment_sum(values: Any, ids: Any, n: int) -> Any:
        """Sum of the rows of `values` that share an id, for ids 0..n-1."""
        return index_add(np.zeros((n, *values.shape[1:]), values.dtype), ids, values)

    def scan(
        step: Callable, carry: Any, xs: Any, reverse: bool = False, unroll: int | bool = 1
    ) -> tuple[Any, Any]:
        """carry, y = step(carry, x) over the leading axis of `xs`; returns the last carry and the stacked ys.

        `xs` and each y are arrays or tuples of arrays. `unroll` is for the compiler: how many steps a turn has.
        """
        leaves = xs if isinstance(xs, tuple) else (xs,)
        order = range(len(leaves[0]))
        ys = []
        for i in reversed(order) if reverse else order:
            carry, y = step(carry, tuple(leaf[i] for leaf in leaves) if isinstance(xs, tuple) else xs[i])
            ys.append(y)
        if reverse:
            ys.reverse()
        if ys and isinstance(ys[0], tuple):
            return carry, tuple(np.stack(column) for column in zip(*ys, strict=True))
        return carry, np.stack(ys) if ys and ys[0] is not None else None

    def scan_rows(step: Callable, carry: Any, rows: Any, xs: tuple, reverse: bool = False) -> Any:
        """carry, y = step(carry, row, write, *x) over the leading axis of `rows` and of the arrays `xs`.

        Of a pair (array, n) among the xs, the step gets its row in n blocks of the last axis.
        write(*blocks) puts blocks, side by side along the last axis, in the place of this step's row, and returns it.
        Returns the last carry, the new rows, and the stacked ys (a tuple of arrays; the step's y may be empty).
        """

        def now(x: Any, i: int) -> Any:
            return np.split(x[0][i], x[1], axis=-1) if isinstance(x, tuple) else x[i]

        order = range(len(rows))
        written, ys = np.empty_like(rows), []
        for i in reversed(order) if reverse else order:
            row = written[i]

            def write(*blocks: Any, row: Any = row) -> Any:
                np.concatenate(blocks, axis=-1, out=row)
                return row

            carry, y = step(carry, rows[i], write, *[now(x, i) for x in xs])
            ys.append(y)
        if reverse:
            ys.reverse()
        return carry, written, tuple([np.stack(column) for column in zip(*ys, strict=True)])

    def fori(lower: int, upper: int, body: Callable, carry: Any) -> Any:
        """carry = body(i, carry) for i from `lower` to `upper` - 1; the bounds may be data."""
        for i in range(int(lower), int(upper)):
            carry = body(i, carry)
        return carry

    def while_loop(condition: Callable, body: Callable, carry: Any) -> Any:
        """carry = body(carry) as long as condition(carry) holds."""
        while condition(carry):
            carry = body(carry)
        return carry

    def cond(predicate: Any, if_true: Callable, if_false: Callable, *operands: Any) -> Any:
        """if_true(*operands) where the predicate holds, else if_false(*operands)."""
        return if_true(*operands) if predicate else if_false(*operands)

    def switch(index: Any, branches: Sequence[Callable], *operands: Any) -> Any:
        """branches[index](*operands); an index beyond the ends is that of the end."""
        return branches[min(max(int(index), 0), len(branches) - 1)](*operands)

    def dynamic_slice(x: Any, start: Any, size: int) -> Any:
        """x[start : start + size] along the first axis, where `start` may be data."""
        return x[int(start) : int(start) + size]

    def block_at(x: Any, start: Any, shape: tuple[int, ...]) -> tuple[slice, ...]:
        """The index of a block; one that would reach over the end begins earlier, as in compiled programs."""
        first = [min(max(int(a), 0), n - k) for a, n, k in zip(start, x.shape, shape, strict=True)]
        return tuple(slice(a, a + k) for a, k in zip(first, shape, strict=True))

    def read_block(x: Any, start: Any, shape: tuple[int, ...]) -> Any:
        """The block of x that starts at a position, which may be data."""
        return x[block_at(x, start, shape)]

    def write_block(x: Any, start: Any, block: Any) -> Any:
        """A copy of x with a block that starts at a position, which may be data."""
        y = np.array(x)
        y[block_at(x, start, block.shape)] = block
        return y

    def take_rows(x: Any, rows: Any) -> Any:
        """x[rows] for rows that are known to exist."""
        return x[rows]

    def long_sum(x: Any, axes: tuple[int, ...]) -> Any:
        """The sum over axes, which stay with length 1; exact also for many numbers.

        NumPy adds whole rows one after the other where the last axis stays: 65,536 numbers near 10,000 are off by 3
        on average then, but by 0.003 where one axis is added up after the other.
        """
        for axis in sorted(axes, reverse=True):
            x = x.sum(axis, keepdims=True)
        return x

    def materialized(x: Any) -> Any:
        """x itself; compiled, XLA writes it to memory here instead of computing it inside its consumers."""
        return x

    def apart(f: Callable, *arrays: Any) -> Any:
        """f(*arrays); compiled, the arrays and the result are in memory, not computed within their consumers."""
        return f(*arrays)

    def settled(x: Any) -> Any:
        """x itself; compiled, it is in memory from here on, not computed within what reads it."""
        return x

    def is_cpu() -> bool:
        """Whether the arrays are computed with on the processor, not on a GPU."""
        return name == "numpy"

    def fused_attention_fits(q: Any, k: Any, v: Any) -> bool:
        """Whether there is a fused kernel for attention of these arrays; compiled programs on a GPU have one."""
        return False

    window_slices, window_sum = eager_windows(np)
    convolution, convolution_input_gradient, convolution_kernel_gradient = eager_convolutions(np)
    convolutions = {
        "convolution": convolution,
        "convolution_input_gradient": convolution_input_gradient,
        "convolution_kernel_gradient": convolution_kernel_gradient,
    }
    additions = (
        index_update,
        index_add,
        one_hot,
        segment_sum,
        scan,
        scan_rows,
        fori,
        while_loop,
        cond,
        switch,
        dynamic_slice,
        read_block,
        write_block,
        take_rows,
        long_sum,
        materialized,
        apart,
        settled,
        is_cpu,
        fused_attention_fits,
        window_slices,
        window_sum,
    )
    return Namespace(
        name, np, {"erf": erf, "erfinv": erfinv} | {f.__name__: f for f in additions} | convolutions
    )
