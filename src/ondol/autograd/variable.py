"""Variable: a Tensor with a name whose value can be assigned. All state is made of these."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from ondol.autograd.tensor import Tensor, as_array
from ondol.backend import dtypes
from ondol.backend.compile import is_traced, to_device, to_eager, to_numpy
from ondol.backend.state import eager_namespace, state
from ondol.errors import ShapeError, TraceError

# Held while a compiled program has taken the values of Variables away, until it has put new ones in their place.
values_lock = threading.RLock()


class Variable(Tensor):
    """A named Tensor whose value is assigned: weights, optimizer slots, metric sums, moving statistics.

    Args:
        value: the first value, anything that `od.tensor` takes.
        name: a short name; `path` holds the long one ("dense/kernel") once a layer owns it.
        trainable: whether it requires a gradient.
        dtype: dtype of the value, None for the value's own.
        autocast: whether a layer of a mixed dtype policy reads the Variable in the dtype that it computes in
            (floats only); False for what has to stay exact, such as running means.

    Example:
        >>> import ondol as od
        >>> w = od.Variable([1.0, 2.0], name="w")
        >>> w.assign_add([1.0, 1.0])
        Variable(w: [2. 3.], dtype=float32)
    """

    def __init__(
        self,
        value: Any,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
    ) -> None:
        array = as_array(value, dtype)
        if is_traced(array):
            raise TraceError(
                f"Expected a first value that is known. Received: {value!r}, while a function is being compiled. "
                "Make the Variable before that function is called, or from a NumPy array."
            )
        self._shape = tuple(array.shape)
        self._dtype = np.dtype(array.dtype)
        self.trainable_by_nature = trainable and dtypes.is_floating(array.dtype)
        self._trainable = self.trainable_by_nature
        self.autocast = autocast and dtypes.is_floating(array.dtype)
        self._grad: Tensor | None = None
        self._leaf: Tensor | None = None  # the value as eager code sees it
        self._device: Any = None  # the value where the last compiled program left it
        self._in_hand: np.ndarray | None = None  # the array that `in_place` gave away
        self._gradient_in_hand: np.ndarray | None = None
        self.name = name or "variable"
        self.path = self.name
        self.regularizer: Any = None
        self.constraint: Any = None
        # A value made by NumPy stays known even while a function is traced: layers build themselves there.
        self._set_eager(eager_namespace().array(array))

    # -- reading

    def read(self) -> Tensor:
        """The value now, as a plain Tensor that stays what it is when the Variable is assigned anew.

        Within a layer of a mixed dtype policy it is a half precision copy, through which the gradient flows back.
        """
        if state.autocast is not None:
            return self._read_autocast(state.autocast)
        trace = state.trace
        if trace is not None:
            return trace.read(self)
        if self._in_hand is not None:
            self._look_at_hand(self._in_hand)
        return self._eager_leaf()

    def _eager_leaf(self) -> Tensor:
        leaf = self._leaf
        if leaf is None:
            with values_lock:
                leaf = self._set_eager(to_eager(self._device)) if self._leaf is None else self._leaf
        return leaf

    def leaf(self) -> Tensor:
        """The value now, in the Variable's own dtype wherever it is read."""
        before, state.autocast = state.autocast, None
        try:
            return self.read()
        finally:
            state.autocast = before

    def _read_autocast(self, dtype: Any) -> Tensor:
        leaf = self.leaf()
        return leaf.astype(dtype) if self.autocast and leaf.data.dtype != dtype else leaf

    @property
    def data(self) -> Any:
        return self.read().data

    @data.setter
    def data(self, value: Any) -> None:
        raise AttributeError(f"{self!r}: use .assign(value) to change a Variable")

    @property
    def value(self) -> Tensor:
        return self.read()

    @property
    def shape(self) -> tuple[int, ...]:
        return self._shape

    @property
    def dtype(self) -> np.dtype:
        """The dtype in which the value is read here."""
        dtype = state.autocast
        return self._dtype if dtype is None or not self.autocast else dtype

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._trainable = bool(trainable) and dtypes.is_floating(self._dtype)
        if self._leaf is not None:
            self._set_eager(self._leaf.data)

    @property
    def requires_grad(self) -> bool:  # type: ignore[override]
        return self._trainable

    @property
    def grad(self) -> Tensor | None:
        return self._grad if state.trace is None else state.trace.grads.get(self)

    @grad.setter
    def grad(self, grad: Tensor | None) -> None:
        if state.trace is None:
            self._grad = grad
        else:
            state.trace.grads[self] = grad

    def numpy(self) -> np.ndarray:
        """A copy of the value as a NumPy array, yours to change; only `assign` changes the Variable."""
        return np.array(super().numpy())

    # -- writing

    def assign(self, value: Any) -> Variable:
        """Replace the value by another of the same shape; it is converted to the Variable's dtype."""
        given = value
        array = as_array(value)
        if tuple(array.shape) != self._shape:
            raise ShapeError(
                f"Expected a value of shape {self._shape} for the Variable '{self.path}'. "
                f"Received: value.shape={tuple(array.shape)}."
            )
        if array.dtype != self._dtype:
            array = array.astype(self._dtype)
        elif array is given or getattr(array, "base", None) is not None:
            array = state.xp.array(array)  # the caller may write later into theirs, or what this is a view of
        self.assign_array(array)
        return self

    def assign_add(self, value: Any) -> Variable:
        """Add to the value."""
        return self.assign(self.leaf().data + as_array(value, self._dtype))

    def assign_sub(self, value: Any) -> Variable:
        """Subtract from the value."""
        return self.assign(self.leaf().data - as_array(value, self._dtype))

    def assign_array(self, array: Any) -> None:
        """`assign` for a raw array of the right shape and dtype that nobody else will write into."""
        if state.trace is None:
            with values_lock:
                self._set_eager(array)
                self._device = None
                if self._in_hand is not None:
                    self._in_hand[...] = to_numpy(array)
        else:
            state.trace.write(self, array)

    def in_place(self, array: np.ndarray | None = None) -> np.ndarray:
        """The value as a NumPy array to be changed in place: the Variable follows it, and it follows the Variable.

        Args:
            array: a writable array that takes this part from now on; None for the one given before, or a new one.

        Raises:
            ShapeError: for an array of another shape or dtype, or one that cannot be written to.

        Example:
            >>> import ondol as od
            >>> w = od.Variable([1.0, 2.0])
            >>> array = w.in_place()
            >>> array -= 0.5
            >>> w.tolist()
            [0.5, 1.5]
        """
        if array is None:
            if self._in_hand is None:
                self._in_hand = self.numpy()
            return self._in_hand
        if array.shape != self._shape or array.dtype != self._dtype or not array.flags.writeable:
            raise ShapeError(
                f"Expected a writable array of shape {self._shape} and dtype {self._dtype} for the Variable "
                f"'{self.path}'. Received: array.shape={array.shape}, array.dtype={array.dtype}, "
                f"writable={array.flags.writeable}."
            )
        self._in_hand = array
        return array

    def gradient_in_place(self) -> np.ndarray:
        """An array for the gradient, always the same one; zeros at first."""
        if self._gradient_in_hand is None:
            self._gradient_in_hand = np.zeros(self._shape, self._dtype)
        return self._gradient_in_hand

    def _look_at_hand(self, array: np.ndarray) -> None:
        """Take over what was written into the array; Tensors read before keep their values."""
        known = to_numpy(self._eager_leaf().data)
        if not np.array_equal(known, array, equal_nan=known.dtype.kind == "f"):
            with values_lock:
                self._set_eager(eager_namespace().array(array))
                self._device = None

    def change_dtype(self, dtype: Any) -> None:
        """Hold the value in another dtype from now on; programs compiled before do not know of it."""
        array = self.leaf().data.astype(dtypes.numpy_dtype(dtype))
        self._dtype = np.dtype(array.dtype)
        self._in_hand = self._gradient_in_hand = None  # their dtype is the one before
        self.assign_array(array)

    # -- for the compiled programs

    def device_value(self) -> Any:
        """The value on the compiled backend's device; the caller may give its memory away."""
        with values_lock:
            if self._in_hand is not None:
                self._look_at_hand(self._in_hand)
            if self._device is None:
                assert self._leaf is not None
                self._device = to_device(self._leaf.data)
            return self._device

    def release(self) -> None:
        """Drop the eager view: while one lives, a program cannot reuse the memory and copies instead."""
        self._leaf = None

    def set_device_value(self, array: Any) -> None:
        """Take over what a compiled program returned."""
        self._device = array
        self._leaf = None
        if self._in_hand is not None:
            self._in_hand[...] = to_numpy(array)

    def make_leaf(self, array: Any) -> Tensor:
        """A plain Tensor standing for this Variable while it holds `array`."""
        leaf = Tensor(array)
        leaf.variable = self
        leaf.requires_grad = self._trainable
        leaf.name = self.path
        return leaf

    def _set_eager(self, array: Any) -> Tensor:
        self._leaf = self.make_leaf(array)
        return self._leaf

    def __deepcopy__(self, memo: dict) -> Variable:
        copy = Variable(
            to_numpy(self.leaf().data), self.name, self.trainable_by_nature, autocast=self.autocast
        )
        copy.trainable = self._trainable
        copy.path, copy.regularizer, copy.constraint = self.path, self.regularizer, self.constraint
        return copy

    def __copy__(self) -> Variable:
        return self.__deepcopy__({})

    __hash__ = object.__hash__

    def __reduce__(self) -> Any:
        raise TypeError(f"{self!r} cannot be pickled: save the model, or store variable.numpy()")

    def __repr__(self) -> str:
        return f"Variable({self.path}: {self._shown()})"
