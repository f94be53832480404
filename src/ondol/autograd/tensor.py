"""Tensor: an array that remembers which rule made it.

The operators (`+`, `@`, `[...]`, `.sum()`, ...) are rules of `ondol.ops`, one floor up, and are bound to
this class there, in `ops/operators.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.backend import dtypes
from ondol.backend.compile import to_numpy
from ondol.backend.state import state
from ondol.errors import DataError, TraceError

if TYPE_CHECKING:
    from ondol.autograd.op import Op
    from ondol.autograd.variable import Variable


class Tensor:
    """An array, the gradient that reached it, and the Op that made it.

    Args:
        data: the raw array (of NumPy while code runs eagerly, of jax while it is being compiled).
            `od.tensor` makes one from lists and numbers.
        requires_grad: whether gradients are wanted for it.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([1.0, 2.0], requires_grad=True)
        >>> y = (x * x).sum()
        >>> y.backward()
        >>> x.grad
        Tensor([2. 4.], dtype=float32)
    """

    # Defaults live on the class, so that making a Tensor sets one attribute only: eager code makes many.
    op: Op | None = None  # the rule that made it; None for leaves
    index: int = 0  # which output of that rule it is
    requires_grad: bool = False
    grad: Tensor | None = None
    name: str | None = None
    logits: Tensor | None = None  # set by softmax and sigmoid: what they were applied to
    made_by: str | None = None  # which of the two it was, "softmax" or "sigmoid"
    variable: Variable | None = None  # the Variable whose value this was when it was read
    retains_grad: bool = False

    # Let `array + tensor` come to Tensor (see __array_ufunc__ in ops/operators.py).
    __array_priority__ = 1000

    data: Any

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self.data = data
        if requires_grad:
            self.requires_grad = True

    @property
    def shape(self) -> tuple[int, ...]:
        try:
            return self.data.shape
        except AttributeError:  # a Python number
            return ()

    @property
    def dtype(self) -> np.dtype:
        try:
            return self.data.dtype
        except AttributeError:
            return np.dtype(dtypes.standardize_dtype(type(self.data)))

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    def numpy(self) -> np.ndarray:
        """The value as a NumPy array (without a copy where the value is one already)."""
        return to_numpy(self._value("numpy()"))

    def item(self) -> Any:
        """The value of a Tensor of one element as a Python number."""
        return self._value("item()").item()

    def tolist(self) -> Any:
        """The value as (nested lists of) Python numbers."""
        return self._value("tolist()").tolist()

    def detach(self) -> Tensor:
        """The same value, cut from what made it."""
        return Tensor(self.data)

    def retain_grad(self) -> Tensor:
        """Ask `backward()` to leave the gradient of this intermediate result in `.grad`."""
        self.retains_grad = True
        return self

    def zero_grad(self) -> None:
        """Forget the gradient, which `backward()` would otherwise add to."""
        self.grad = None

    def backward(self, grad: Any = None, create_graph: bool = False, retain_grads: bool = False) -> None:
        """Carry the gradient of this Tensor back to all leaves that require one, adding to their `.grad`.

        Args:
            grad: gradient of the final result with respect to this Tensor, of its shape; may be left out
                for a Tensor of one element, where it is 1.
            create_graph: record the backward pass too, so that gradients can be differentiated again.
            retain_grads: leave a `.grad` on every intermediate Tensor as well.
        """
        from ondol.autograd.tape import backward

        backward(self, grad, create_graph, retain_grads)

    def _value(self, wish: str) -> Any:
        if not hasattr(self.data, "__array__") and not isinstance(self.data, (int, float, bool)):
            raise TraceError(
                f"Expected a Tensor whose value is known. Received: tensor={self!r}, of which only shape and dtype "
                "are known here."
            )
        if state.trace is not None and not isinstance(self.data, (np.ndarray, np.generic, int, float)):
            raise TraceError(
                f"{wish} asks for a value while the function is being compiled, when only shapes are known: "
                f"{self!r}. Compute with Tensor operations (od.where instead of `if`), or step through with "
                "od.config.run_eagerly(True)."
            )
        return self.data if hasattr(self.data, "dtype") else np.asarray(self.data, self.dtype)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __float__(self) -> float:
        return float(self._value("float()"))

    def __int__(self) -> int:
        return int(self._value("int()"))

    def __index__(self) -> int:
        return self._value("an index").__index__()

    def __bool__(self) -> bool:
        return bool(self._value("if, and, or, not, while: bool()"))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a Tensor without axes (a scalar)")
        return self.shape[0]

    def __iter__(self) -> Any:
        if not self.shape:
            raise TypeError("a Tensor without axes (a scalar) cannot be iterated over")
        return (self[i] for i in range(self.shape[0]))  # type: ignore[index]  # bound by ops

    # Tensors are compared element by element, like arrays, but found in dicts and sets by identity.
    __hash__ = object.__hash__

    def __dlpack__(self, **options: Any) -> Any:
        return self._value("DLPack").__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._value("DLPack").__dlpack_device__()

    def __copy__(self) -> Tensor:
        return Tensor(self.data.copy(), self.requires_grad)

    def __deepcopy__(self, memo: dict) -> Tensor:
        return self.__copy__()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown()})"

    def _shown(self) -> str:
        if state.trace is not None and not isinstance(self.data, (np.ndarray, np.generic, int, float)):
            return f"shape={self.shape}, dtype={self.dtype}, value not known while compiling"
        value = np.array2string(to_numpy(self._value("repr")), separator=" ", threshold=100, prefix="Tensor(")
        return f"{value}, dtype={self.dtype}"

    if TYPE_CHECKING:  # bound by ops/operators.py

        def __getattr__(self, name: str) -> Any: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __getitem__(self, index: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...


def as_tensor(x: Any) -> Tensor:
    """x as a plain Tensor: what a Variable holds now, an array as it is, lists and numbers in floatx or int32."""
    if type(x) is Tensor:
        return x
    return x.read() if isinstance(x, Tensor) else Tensor(as_array(x))


def as_operand(x: Any) -> Tensor:
    """`as_tensor` for an Op's input: a Python number stays one, so that `x * 2.0` has the dtype of x."""
    if isinstance(x, (bool, int, float)):
        return Tensor(float(x) if isinstance(x, float) else x)  # NumPy's float64 scalars are floats, too
    return as_tensor(x)


def as_array(x: Any, dtype: Any = None) -> Any:
    """x as a raw array: arrays keep their dtype, Python floats get floatx and integers int32."""
    if isinstance(x, Tensor):
        x = x.data
    if not hasattr(x, "dtype") or not hasattr(x, "shape"):
        x = _from_python(x)
    return x if dtype is None else x.astype(dtypes.numpy_dtype(dtype))


def _from_python(x: Any) -> np.ndarray:
    if isinstance(x, (list, tuple)) and any(isinstance(leaf, Tensor) for leaf in x):
        x = [leaf.numpy() if isinstance(leaf, Tensor) else leaf for leaf in x]
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise DataError(f"Expected numbers in lists of equal length. Received: {_short(x)} ({error}).") from None
    if array.dtype.kind not in "biuf" and not dtypes.is_floating(array.dtype):
        raise DataError(
            f"Expected numbers. Received: {_short(x)}, which NumPy reads as dtype={array.dtype}. "
            "Convert text to numbers first, and lists of unequal length to one length."
        )
    if hasattr(x, "__array__"):
        return array
    if array.dtype == np.float64:
        return array.astype(dtypes.numpy_dtype(dtypes.floatx()))
    return array.astype(np.int32) if array.dtype == np.int64 else array


def _short(x: Any) -> str:
    text = f"{type(x).__name__} {x!r}"
    return text if len(text) < 100 else text[:97] + "..."


def tensor(x: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A new Tensor from numbers, (nested) lists, an array, or another Tensor.

    Args:
        x: the values. Arrays keep their dtype; Python floats become floatx ("float32"), Python integers
            "int32".
        dtype: another dtype for the result.
        requires_grad: whether `backward()` shall leave the gradient in `.grad`; needs a float dtype.

    Returns:
        A Tensor with its own copy of the values.

    Raises:
        DataError: for values that are not numbers, or lists of unequal length.

    Example:
        >>> import ondol as od
        >>> od.tensor([[1, 2], [3, 4]], dtype="float32")
        Tensor([[1. 2.]
                [3. 4.]], dtype=float32)
    """
    array = as_array(x, dtype)
    if state.trace is None:
        array = state.xp.array(array)
    if requires_grad and not dtypes.is_floating(array.dtype):
        raise DataError(
            f"Expected a float dtype for a Tensor that requires a gradient. Received: dtype={array.dtype}. "
            "Pass dtype='float32'."
        )
    return Tensor(array, requires_grad)
