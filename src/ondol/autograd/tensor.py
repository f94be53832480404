"""Tensor: an array that remembers which rule made it.

The operators (`+`, `@`, `[...]`, `.sum()`, ...) are rules of `ondol.ops`, one floor up, and are bound to
this class there, in `ops/operators.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.backend import dtypes
from ondol.backend.compile import is_traced, to_numpy
from ondol.backend.state import state
from ondol.errors import DataError, ShapeError, TraceError

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
    # Which steps of a sequence count, under the name that programs for Keras know; see layers/masks.py.
    _keras_mask: Tensor | None = None

    # Let `array + tensor` come to Tensor (see __array_ufunc__ in ops/operators.py).
    __array_priority__ = 1000

    data: Any

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        if type(data) is list:  # a person's Tensor([1.0, 2.0]), meant as od.tensor([1.0, 2.0])
            data = as_array(data)
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
        value = self._value("a Python number")
        if value.size != 1:
            raise ShapeError(
                f"Expected a Tensor of one element to make a Python number of. Received: shape={self.shape}. "
                "Reduce it first (x.sum(), x.mean()), choose one (x[0]), or take them all with x.tolist()."
            )
        return value.item()

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
        data = self.data
        if not is_traced(data):
            return data if hasattr(data, "dtype") else np.asarray(data, self.dtype)
        if state.trace is not None:
            raise TraceError(
                f"{wish} asks for a value while the function is being compiled, when only shapes are known: "
                f"{self!r}. Compute with Tensor operations (od.where instead of `if`), or step through with "
                "od.config.run_eagerly(True)."
            )
        raise TraceError(
            f"{wish} asks for a value that never was: {self!r} was kept from inside a compiled function, whose "
            "Python code runs on shapes only. Return it from the function, or assign it to a Variable."
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

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
        return (self[i] for i in range(self.shape[0]))

    # Tensors are compared element by element, like arrays, but found in dicts and sets by identity.
    __hash__ = object.__hash__

    def __pos__(self) -> Tensor:
        return as_tensor(self)

    def __round__(self, decimals: int = 0) -> Tensor:
        return self.round(decimals)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    def __dlpack__(self, **options: Any) -> Any:
        array = self._value("DLPack")
        if isinstance(array, (np.ndarray, np.generic)) and not array.flags.writeable:
            array = np.array(array)  # what compiled programs return is read-only, which many readers refuse
        return array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        array = self._value("DLPack")
        return (np.asarray(array) if isinstance(array, np.generic) else array).__dlpack_device__()

    # A copy has the value only: it is a leaf, cut from what made the original.

    def __copy__(self) -> Tensor:
        return Tensor(self._value("a copy").copy(), self.requires_grad)

    def __deepcopy__(self, memo: dict) -> Tensor:
        return self.__copy__()

    def __reduce__(self) -> Any:
        return Tensor, (self.numpy(), self.requires_grad)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown()})"

    def _repr_html_(self) -> str | None:
        """What notebooks show."""
        from ondol.autograd.shown import as_html

        return as_html(self)

    def _shown(self) -> str:
        if is_traced(self.data):
            return f"shape={self.shape}, dtype={self.dtype}, value not known while compiling"
        value = np.array2string(to_numpy(self._value("repr")), separator=" ", threshold=100, prefix="Tensor(")
        return f"{value}, dtype={self.dtype}"

    if TYPE_CHECKING:  # bound by ops/operators.py

        @staticmethod
        def stacked(xs: list[Tensor]) -> Tensor: ...
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
    """x as a plain Tensor: what a Variable holds now, an array as it is, lists and numbers in floatx or int32.

    Tensors in lists are stacked, so that gradients flow back to them.
    """
    if type(x) is Tensor:
        return x
    if isinstance(x, Tensor):
        return x.read()
    if isinstance(x, (list, tuple)) and _holds_tensors(x):
        return Tensor.stacked([as_tensor(item) for item in x])
    return Tensor(as_array(x))


def as_operand(x: Any) -> Tensor:
    """`as_tensor` for an Op's input: a Python number stays one, so that `x * 2.0` has the dtype of x."""
    if isinstance(x, (bool, int, float)):
        return Tensor(float(x) if isinstance(x, float) else x)  # NumPy's float64 scalars are floats, too
    return as_tensor(x)


def as_array(x: Any, dtype: Any = None) -> Any:
    """x as a raw array: arrays keep their dtype, Python floats get floatx and integers int32."""
    if isinstance(x, Tensor):
        x = x.data
    elif type(x) is np.ndarray or isinstance(x, np.generic):
        _refuse_unless_numbers(x.dtype, x)
    elif not hasattr(x, "__array_namespace__") or state.xp.name == "numpy":
        x = _from_python(x, narrow=dtype is None)
    return x if dtype is None else x.astype(dtypes.numpy_dtype(dtype))


def _from_python(x: Any, narrow: bool) -> Any:
    """An array from numbers, from lists of them, or from another library's array.

    `narrow` makes floatx of NumPy's float64; where a dtype was asked for, that would lose digits.
    """
    if isinstance(x, (list, tuple)) and _holds_tensors(x):
        return as_tensor(x).data
    if is_traced(x):
        return Tensor(x)._value("an array")
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise DataError(
            f"Expected numbers in lists of equal length. Received: {_short(x)} ({error})."
        ) from None
    _refuse_unless_numbers(array.dtype, x)
    if hasattr(x, "__array__") or not narrow:
        return array
    if array.dtype == np.float64:
        return array.astype(dtypes.numpy_dtype(dtypes.floatx()))
    fits = array.dtype == np.int64 and (not array.size or -(2**31) <= array.min() <= array.max() < 2**31)
    return array.astype(np.int32) if fits else array


def _refuse_unless_numbers(dtype: np.dtype, x: Any) -> None:
    if dtype.kind not in "fiub" and not dtypes.is_floating(dtype):
        raise DataError(
            f"Expected real numbers. Received: {_short(x)}, which NumPy reads as dtype={dtype}. "
            "Convert text to numbers first, and lists of unequal length to one length."
        )


def _holds_tensors(x: list | tuple) -> bool:
    kinds = set(map(type, x))  # fast for the long lists that data sets are
    if any(issubclass(kind, Tensor) for kind in kinds):
        return True
    return any(issubclass(kind, (list, tuple)) for kind in kinds) and any(
        _holds_tensors(item) for item in x if isinstance(item, (list, tuple))
    )


def _short(x: Any) -> str:
    text = f"{type(x).__name__} {x!r}"
    return text if len(text) < 100 else text[:97] + "..."


def tensor(x: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A new Tensor from numbers, (nested) lists, an array, or another Tensor.

    Args:
        x: the values. Arrays keep their dtype; Python floats become floatx ("float32"), Python integers
            "int32" ("int64" where they do not fit).
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
