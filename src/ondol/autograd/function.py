"""od.function: Python code traced once and compiled into one XLA program, Variables included."""

from __future__ import annotations

import copy
import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from ondol.autograd.op import Op
from ondol.autograd.tape import enable_grad, gradients, leaves_behind
from ondol.autograd.tensor import Tensor
from ondol.autograd.trace import Trace, first_change
from ondol.autograd.uninterrupted import uninterrupted
from ondol.autograd.variable import Variable, values_lock
from ondol.backend import tree
from ondol.backend.compile import abstract, compile, is_traced, spec, to_device, to_eager
from ondol.backend.dtypes import floatx
from ondol.backend.state import state
from ondol.config import config
from ondol.errors import TraceError


class Result(Tensor):
    """What a compiled program returned: it stays on the program's device until somebody looks at it.

    From then on it is a plain Tensor: the same object, so that gradients find it, but of the other class.
    """

    def __init__(self, device_array: Any) -> None:
        self.device_array = device_array

    def read(self) -> Tensor:
        vars(self)["data"] = to_eager(self.device_array)
        self.__class__ = Tensor  # type: ignore[assignment]
        return self

    @property
    def data(self) -> Any:
        return self.read().data

    @property
    def shape(self) -> tuple[int, ...]:
        return self.device_array.shape

    @property
    def dtype(self) -> Any:
        return self.device_array.dtype

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return repr(self.read())


class Program:
    """One compiled form of a function: for arguments of certain shapes, dtypes and Python values."""

    def __init__(self, f: Callable, name: str, form: Any, leaves: list[Any], reason: str) -> None:
        self.f, self.name, self.form = f, name, form
        self.flags = [isinstance(leaf, Tensor) and leaf.requires_grad for leaf in leaves]
        self.outputs: Any = None  # the structure that f returns, with a number in place of each Tensor
        self.output_flags: list[bool] = []  # which outputs depend on something that requires a gradient
        # Tensors from outside that f uses and that require a gradient: constants of the program.
        self.strangers: list[weakref.ref[Tensor]] = []
        self.recording, self.autocast = state.recording, state.autocast
        specs = [spec(leaf.shape, leaf.dtype) for leaf in leaves]
        self.variables = self._find_variables(specs)
        # Only what is written is given away: the program would otherwise eat weights that it only reads.
        self.written = [v for v in self.variables if v in self.writes]
        self.read_only = [v for v in self.variables if v not in self.writes]
        self.trainable = [v.trainable for v in self.variables]
        self.run = compile(
            name,
            self._pure,
            ([v.device_value() for v in self.written], [v.device_value() for v in self.read_only], specs),
            donate=(0,),
            reason=reason,
        )

    def _find_variables(self, specs: list[Any]) -> list[Variable]:
        trace = Trace()
        abstract(functools.partial(self._call, trace), specs)
        self.writes, self.assumptions = trace.written, trace.assumptions
        return list(trace.found)

    def _pure(self, written: list[Any], read_only: list[Any], arrays: list[Any]) -> Any:
        trace = Trace(dict(zip(self.written + self.read_only, written + read_only, strict=True)))
        outputs = self._call(trace, arrays)
        if trace.found or any(v not in self.writes for v in trace.written):
            names = ", ".join(v.path for v in [*trace.found, *trace.written] if v not in self.writes)
            raise TraceError(
                f"{self.name} used other Variables when it was traced a second time: {names}. "
                "A compiled function must use the same Variables each time; create them outside of it, or once."
            )
        return [trace.value(v) for v in self.written], outputs

    def _call(self, trace: Trace, arrays: list[Any]) -> list[Any]:
        """Run the Python function on traced arrays; note what it returns."""
        before = state.recording
        state.recording = self.recording
        tensors = [Tensor(array, flag) for array, flag in zip(arrays, self.flags, strict=True)]
        try:
            with trace.active():
                state.autocast = self.autocast
                args, kwargs = unpack(self.form, tensors)
                result = self.f(*args, **kwargs)
                found: list[Any] = []
                self.output_flags = []

                def note(leaf: Any) -> Any:
                    if is_traced(leaf):
                        leaf = Tensor(leaf)
                    if not isinstance(leaf, Tensor):
                        return leaf
                    self.output_flags.append(leaf.requires_grad)
                    found.append(state.xp.asarray(leaf.data))
                    return _Place(len(found) - 1)

                self.outputs = tree.map_tree(note, result)
                self.strangers = [weakref.ref(x) for x in _constants(result)]
        finally:
            state.recording = before
        return found

    def outdated(self) -> str | None:
        """What has changed since the program was compiled, or None."""
        if self.trainable != [v.trainable for v in self.variables]:
            return "other Variables are trainable"
        return first_change(self.assumptions)

    def __call__(self, leaves: list[Any]) -> Any:
        arrays = [_on_device(leaf) for leaf in leaves]
        with values_lock:
            read_only = [v.device_value() for v in self.read_only]
            if not self.written:
                return self.run([], read_only, arrays)[1]
            return uninterrupted(functools.partial(self._run_and_store, read_only, arrays))

    def _run_and_store(self, read_only: list[Any], arrays: list[Any]) -> Any:
        written = [v.device_value() for v in self.written]
        for v in self.written:
            v.release()
        values, results = self.run(written, read_only, arrays)
        for v, value in zip(self.written, values, strict=True):
            v.set_device_value(value)
        return results


class _Place:
    """Stands for output number `i` in the structure that a function returns."""

    def __init__(self, i: int) -> None:
        self.i = i


def _constants(result: Any) -> list[Tensor]:
    """The Tensors that require a gradient and became constants of the program: neither arguments nor Variables."""
    outputs = [leaf for leaf in tree.flatten(result) if isinstance(leaf, Tensor)]
    return [x for x in leaves_behind(outputs) if x.variable is None and not is_traced(x.data)]


def _on_device(leaf: Any) -> Any:
    if type(leaf) is Result:
        return leaf.device_array
    return to_device(leaf.data if isinstance(leaf, Tensor) else leaf)


class CompiledCall(Op):
    """A call of a compiled function as one rule: backward is compiled too, and computes f again."""

    def __init__(self, function: Function, program: Program, form: Any, leaves: list[Tensor]) -> None:
        self.function, self.program, self.form, self.leaves = function, program, form, leaves
        self.values = [v.device_value() for v in program.read_only]
        self.strangers = [x for x in [ref() for ref in program.strangers] if x is not None]
        self.training, self.autocast = state.training, state.autocast

    def record_call(self, results: list[Result]) -> None:
        """Link the results to all that they depend on."""
        variables = [_stand_in(v) for v in (*self.program.read_only, *self.program.written)]
        self.record((*self.leaves, *variables, *self.strangers), tuple(results))
        for result, flag in zip(results, self.program.output_flags, strict=True):
            if not flag:
                result.op, result.requires_grad = None, False

    def forward(self, *arrays: Any) -> Any:
        raise TraceError("CompiledCall is recorded by od.function, not called")

    def __repr__(self) -> str:
        return f"the compiled function {self.function.name}"

    def backward(self, *dys: Any) -> Any:
        name, written, read_only = self.function.name, self.program.written, self.program.read_only
        if written:
            names = ", ".join(v.path for v in written)
            raise TraceError(
                f"No gradient can be computed through {name} from outside: it assigned Variables "
                f"({names}), so it cannot be run again. Compute the gradient inside the compiled function."
            )
        for v, value in zip(read_only, self.values, strict=True):
            if v.device_value() is not value:
                raise TraceError(
                    f"The Variable '{v.path}' was assigned between {name} and the gradient through it. "
                    "Compute the gradient first."
                )
        count = len(self.leaves) + len(read_only)
        if any(self.needed[count:]):
            raise TraceError(
                f"No gradient can be computed through {name} for a Tensor that it found outside, because that became "
                f"a constant of the program: {self.strangers[0]!r}. Make it a Variable, or pass it as an argument."
            )
        before = state.training, state.autocast
        state.training, state.autocast = self.training, self.autocast
        try:
            found = self.function.backward(self.form, self.leaves, read_only, dys)
        finally:
            state.training, state.autocast = before
        return (*found, *([None] * len(self.strangers)))


class Function:
    """A Python function and its compiled programs; see `od.function`."""

    def __init__(self, f: Callable, name: str | None = None) -> None:
        functools.update_wrapper(self, f, updated=())
        self.f = f
        self.name: str = getattr(f, "__qualname__", type(f).__name__) if name is None else name
        self.programs: dict[Any, Program] = {}
        self._backward: Function | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if config.runs_eagerly() or state.trace is not None:
            return self.f(*args, **kwargs)
        leaves: list[Any] = []
        form = pack((args, kwargs), leaves)
        settings = state.recording, state.training, state.autocast, floatx()
        key = (form, tuple([_signature(leaf) for leaf in leaves]), settings)
        program = self.programs.get(key)
        changed = None if program is None else program.outdated()
        if program is None or changed:
            program = Program(self.f, self.name, form, leaves, changed or self._reason(key))
            self.programs[key] = program
        results = [Result(array) for array in program(leaves)]
        if state.recording and any(program.output_flags):
            CompiledCall(self, program, form, [_tensor(leaf) for leaf in leaves]).record_call(results)
        return tree.map_tree(lambda x: results[x.i] if isinstance(x, _Place) else x, program.outputs)

    def __repr__(self) -> str:
        return f"<od.function of {self.name}, compiled {len(self.programs)} times>"

    def __get__(self, instance: Any, owner: type) -> Any:
        """As a decorator of a method: one Function for each instance, kept there."""
        if instance is None:
            return self
        bound = Function(self.f.__get__(instance, owner), self.name)
        instance.__dict__[self.f.__name__] = bound
        return bound

    def __deepcopy__(self, memo: dict) -> Function:
        """A copy of an object takes its methods along, but compiles them for itself."""
        return Function(copy.deepcopy(self.f, memo), self.name)

    def backward(self, form: Any, leaves: list[Tensor], variables: list[Variable], dys: Any) -> list[Any]:
        """Gradients for each leaf and Variable, None where none is required (a compiled program, too)."""
        if self._backward is None:
            self._backward = Function(self._pull_back, f"gradient of {self.name}")
        wanted = [x.requires_grad for x in leaves] + [v.requires_grad for v in variables]
        key = _Key((form, tuple(wanted)), variables)
        found = iter(self._backward(key, leaves, list(dys)))
        return [next(found) if w else None for w in wanted]

    def _pull_back(self, key: _Key, leaves: list[Tensor], dys: list[Tensor]) -> list[Tensor]:
        (form, wanted), variables = key.key, key.value
        inputs = [_leaf_like(x, w) for x, w in zip(leaves, wanted, strict=False)]
        with enable_grad():
            args, kwargs = unpack(form, inputs)
            ys = [y for y in tree.flatten(self.f(*args, **kwargs)) if isinstance(y, Tensor)]
            pairs = [(y, dy) for y, dy in zip(ys, dys, strict=True) if y.requires_grad]
            xs = [x for x, w in zip([*inputs, *variables], wanted, strict=True) if w]
            return gradients([y for y, _ in pairs], xs, [dy for _, dy in pairs], create_graph=state.recording)

    def _reason(self, key: Any) -> str:
        if not self.programs:
            return "first call"
        last = next(reversed(self.programs))
        if last[0] != key[0]:
            return f"other Python arguments: {_describe_form(last)} before, {_describe_form(key)} now"
        if last[1] != key[1]:
            return f"other shapes or dtypes: {_describe_arrays(last)} before, {_describe_arrays(key)} now"
        return "recording of gradients, training mode, autocast or floatx changed"


class _Key:
    """A Python argument that is compared by `key` and carries `value` along."""

    def __init__(self, key: Any, value: Any) -> None:
        self.key, self.value = key, value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def _tensor(leaf: Any) -> Tensor:
    return leaf if isinstance(leaf, Tensor) else Tensor(leaf)


def _leaf_like(x: Tensor, wanted: bool) -> Tensor:
    return x if x.requires_grad or not wanted else Tensor(x.data, requires_grad=True)


def _signature(leaf: Any) -> tuple[Any, ...]:
    return leaf.shape, leaf.dtype, isinstance(leaf, Tensor) and leaf.requires_grad


def _stand_in(v: Variable) -> Result:
    """A leaf for the Variable in the graph around a program, which leaves the value where the program has it."""
    leaf = Result(v.device_value())
    leaf.variable, leaf.requires_grad = v, v.trainable
    return leaf


def _describe_form(key: Any) -> str:
    args, kwargs = unpack(key[0], [_Word("array")] * len(key[1]))
    return _short(", ".join([*map(str, args), *[f"{name}={value}" for name, value in kwargs.items()]]))


def _describe_arrays(key: Any) -> str:
    words = [f"{dtype}{list(shape)}" + " with gradient" * flag for shape, dtype, flag in key[1]]
    return _short(", ".join(words))


def _short(text: str) -> str:
    return text if len(text) < 160 else text[:157] + "..."


class _Word(str):
    """Text that is shown without quotation marks."""

    __repr__ = str.__str__


_ARRAY = "array"
TEXT_KINDS = "USTO"  # NumPy's kinds of text


def pack(x: Any, leaves: list[Any]) -> Any:
    """The form of (nested) arguments, hashable: arrays go to `leaves`, all else is part of the form."""
    if isinstance(x, Variable):
        return (Variable, id(x), x)  # told apart by identity: Variables are compared element by element
    if isinstance(x, float):
        # NumPy's float64 numbers, too: they adapt to the arrays beside them. As text, -0.0 and 0.0 differ.
        return (float, x.hex())
    if isinstance(x, Tensor) or (hasattr(x, "dtype") and hasattr(x, "shape")):
        if getattr(x.dtype, "kind", "") in TEXT_KINDS:
            raise TraceError(
                f"Expected arrays of numbers: compiled code knows no text. Received: an array of dtype={x.dtype}. Call "
                "the layer that makes numbers of it outside, or let a model do it whose od.Input has dtype='string'."
            )
        leaves.append(x)
        return _ARRAY
    if isinstance(x, (tuple, list)):
        return (type(x), tuple([pack(item, leaves) for item in x]))
    if isinstance(x, dict):
        return (dict, tuple([(key, pack(item, leaves)) for key, item in x.items()]))
    try:
        hash(x)
    except TypeError:
        raise TraceError(
            "Expected arguments of a compiled function to be arrays, (nested) tuples, lists and dicts of arrays, "
            f"or hashable Python values. Received: {type(x).__name__} {x!r}."
        ) from None
    return (None, type(x), x)


def unpack(form: Any, tensors: Sequence[Any]) -> Any:
    """The arguments again, with these Tensors in the arrays' places."""
    iterator = iter(tensors)

    def build(form: Any) -> Any:
        if form is _ARRAY:
            return next(iterator)
        if form[0] in (None, Variable):
            return form[2]
        if form[0] is float:
            return float.fromhex(form[1])
        if form[0] is dict:
            return {key: build(item) for key, item in form[1]}
        return tree.sequence(form[0], [build(item) for item in form[1]])

    return build(form)


def function(f: Callable | None = None, *, name: str | None = None) -> Any:
    """Compile a Python function of Tensors into one XLA program (also as a decorator).

    The function's Python code runs when it is called with a new signature: shapes and dtypes of arrays,
    and the values of all other arguments. `print` and breakpoints inside it act only then; step through
    with `od.config.run_eagerly(True)`. Variables that it reads and assigns are found by that first run.

    Args:
        f: a function of arrays, Tensors and hashable Python values, nested in lists, tuples and dicts.
        name: what the log of compilations calls it.

    Returns:
        A callable that gives the same results, faster. Gradients flow through it.

    Example:
        >>> import ondol as od
        >>> count = od.Variable(0.0, trainable=False)
        >>> @od.function
        ... def add(x):
        ...     count.assign_add(1.0)
        ...     return x.sum() + count
        >>> add(od.tensor([1.0, 2.0])), add(od.tensor([1.0, 2.0]))
        (Tensor(4., dtype=float32), Tensor(5., dtype=float32))
    """
    if f is None:
        return functools.partial(function, name=name)
    if not callable(f):
        raise TypeError(f"Expected a function to compile. Received: {type(f).__name__} {f!r}.")
    return Function(f, name)
