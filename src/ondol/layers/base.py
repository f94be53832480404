"""Layer: weights and the function that uses them."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ondol import dtype_policies, initializers, regularizers
from ondol.autograd import Symbol, Tensor, Variable, as_tensor, outside_trace
from ondol.autograd.symbolic import evaluate_shapes, record
from ondol.backend import tree
from ondol.backend.dtypes import is_floating, numpy_dtype
from ondol.backend.state import state
from ondol.errors import ShapeError
from ondol.layers.by_hand import ByHand
from ondol.layers.config import captured_arguments, config_of, from_config
from ondol.layers.masks import fill_mask_arguments, hand_on_masks, is_masked, mask_of, with_mask_of
from ondol.layers.structure import find
from ondol.utils.naming import auto_name

# Calls of layers that no other layer made are numbered, to tell which penalties belong together.
_call_numbers = itertools.count()


class Layer(ByHand):
    """Base of all layers: subclass it, make weights in `build`, compute in `call`.

    Args:
        name: a name for summaries and files; None for an automatic one ("dense", "dense_1", ...).
        trainable: whether the weights take part in training.
        dtype: a float dtype for computing and for weights, or a policy that tells the two apart, such as
            "mixed_bfloat16" (see `dtype_policies.DTypePolicy`); None for `config.dtype_policy()`.
        activity_regularizer: a penalty on the output, added to the loss.
        autocast: whether float inputs, and weights within `call`, are converted to the dtype to compute in.
        input_shape: shape of one sample, for the first layer of a Sequential model.

    Example:
        >>> import ondol as od
        >>> class Linear(od.layers.Layer):
        ...     def __init__(self, units, **kwargs):
        ...         super().__init__(**kwargs)
        ...         self.units = units
        ...     def build(self, input_shape):
        ...         self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        ...     def call(self, inputs):
        ...         return inputs @ self.kernel
        >>> Linear(3)(od.tensor([[1.0, 2.0]])).shape
        (1, 3)
    """

    # What get_config returns beyond name, trainable and dtype is what __init__ was called with.
    _arguments: dict[str, Any] = {}
    # How often what `call` takes for fixed (a vocabulary, say) was found anew: compiled programs are out of date then.
    adaptations = 0
    # Whether the layer uses the mask of its inputs or hands it on; True for a class that defines compute_mask.
    supports_masking = False
    _makes_masks = False  # whether it has to be asked for a mask even if its inputs have none

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        layer = super().__new__(cls)
        layer._arguments = captured_arguments(cls, args, kwargs)
        return layer

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _noting_that_it_is_built(cls.build)  # type: ignore[method-assign]
        if "compute_mask" in vars(cls):
            cls._makes_masks = True
            cls.supports_masking = vars(cls).get("supports_masking", True)

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        activity_regularizer: Any = None,
        autocast: bool = True,
        input_shape: Sequence[int | None] | None = None,
        **kwargs: Any,
    ) -> None:
        shape_of_batch = kwargs.pop("batch_input_shape", kwargs.pop("batch_shape", None))
        if "input_dim" in kwargs:  # Keras 2's spelling for vectors
            input_shape = (kwargs.pop("input_dim"),)
        if kwargs:
            raise TypeError(
                f"Expected arguments that {type(self).__name__} knows. "
                f"Received: {', '.join(map(repr, kwargs))}. "
                f"Its arguments are {', '.join(inspect.signature(type(self).__init__).parameters)}."
            )
        self.name = name or auto_name(type(self).__name__)
        self.built = False
        self.autocast = autocast
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype_policy = dtype
        self._trainable = trainable
        self._losses: list[Any] = []  # what add_loss was given in the call of this number
        self._losses_call = self._call_number = -1
        self._given_input_shape = tuple(input_shape) if input_shape is not None else None
        if shape_of_batch is not None:
            self._given_input_shape = tuple(shape_of_batch)[1:]
        self._output_shape: Any = None  # of the first call, batch axis None; for summary()
        self._last_symbols: tuple[Any, Any] | None = None
        self._built_input_shape: Any = None

    # -- to be overridden

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of this shape (None for unknown lengths)."""
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs from the inputs, with Tensor operations."""
        raise TypeError(f"{type(self).__name__} must define call(self, inputs)")

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Which steps of the output count, given those of the inputs: the same ones, unless a subclass says otherwise.

        Args:
            inputs: what the layer was called on.
            previous_mask: the mask of the inputs, (batch, steps), or None; structured like the inputs.

        Returns:
            The mask of the output (or of each output), or None.
        """
        return previous_mask

    # -- weights

    def add_weight(
        self,
        shape: int | Sequence[int] | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Make a weight of this layer.

        Args:
            shape: its shape; () for a number.
            initializer: how the first value is drawn, a name or an Initializer; None for
                "glorot_uniform" in floats and zeros otherwise.
            dtype: None for the layer's own.
            trainable: False for statistics and counters.
            autocast: whether `call` reads it in the dtype to compute in; False for what has to stay exact.
            regularizer: a penalty on its size, added to the loss.
            constraint: a projection applied after each update.
            name: its name within the layer.

        Returns:
            The Variable, which the layer finds again as one of its attributes.
        """
        from ondol import constraints

        self._check_initialized()
        shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape or ())
        if None in shape:
            raise ShapeError(
                f"Expected known lengths for the weight '{name}' of layer '{self.name}'. "
                f"Received: shape={shape}. "
                "Give the model's input a complete shape (only the batch axis may be None)."
            )
        dtype = dtype or self.variable_dtype
        if initializer is None:
            initializer = "glorot_uniform" if is_floating(numpy_dtype(dtype)) else "zeros"
        with outside_trace():
            value = initializers.first_value(initializer, shape, dtype, replaced=True)
        variable = Variable(value, name or "variable", trainable, dtype, autocast)
        variable.path = f"{self.name}/{variable.name}"
        variable.trainable = trainable and self._trainable
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        # A weight that the caller does not keep in an attribute is found here.
        self.__dict__.setdefault("_added_weights", []).append(variable)
        return variable

    @property
    def variables(self) -> list[Variable]:
        """All state of the layer and of the layers within: weights, random states, metrics."""
        return list(dict.fromkeys([*self.weights, *find(self, Variable)]))

    @property
    def weights(self) -> list[Variable]:
        """The layer's weights, then those of the layers within; of each layer the trainable ones first."""
        # In the order they were made: an attribute may have been None before.
        own = [*self.__dict__.get("_added_weights", []), *find(self, Variable, nested=False)]
        ordered = [v for v in own if v.trainable_by_nature] + [v for v in own if not v.trainable_by_nature]
        return list(dict.fromkeys([*ordered, *(v for layer in self._own_layers() for v in layer.weights)]))

    @property
    def trainable_weights(self) -> list[Variable]:
        return [v for v in self.weights if v.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        return [v for v in self.weights if not v.trainable]

    @property
    def trainable_variables(self) -> list[Variable]:
        return [v for v in self.variables if v.trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        return [v for v in self.variables if not v.trainable]

    @property
    def trainable(self) -> bool:
        """Whether the weights take part in training; setting it holds for the layers within, too."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._trainable = bool(trainable)
        for v in find(self, Variable, nested=False):
            v.trainable = self._trainable and v.trainable_by_nature
        for layer in self._own_layers():
            layer.trainable = trainable

    def _own_layers(self) -> list[Layer]:
        return find(self, Layer, nested=False)

    def get_weights(self) -> list[np.ndarray]:
        """Copies of the weights as NumPy arrays, in the order of `weights`."""
        return [v.numpy().copy() for v in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Assign the weights, in the order of `get_weights()`.

        Raises:
            ShapeError: for another number of arrays or other shapes; then nothing is assigned.
        """
        variables = self.weights
        shapes = [tuple(np.shape(w)) for w in weights]
        if shapes != [v.shape for v in variables]:
            wanted = ", ".join(f"{v.path} {v.shape}" for v in variables) or "no weights (not built yet)"
            raise ShapeError(f"Layer '{self.name}' expected {wanted}. Received: shapes {shapes}.")
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        return sum(v.size for v in self.weights)

    # -- losses

    def add_loss(self, loss: Any) -> None:
        """Add a penalty to the loss of the training step that this call belongs to."""
        if self._losses_call != state.call_number:
            self._losses, self._losses_call = [], state.call_number
        self._losses.extend(loss if isinstance(loss, (list, tuple)) else [loss])

    @property
    def losses(self) -> list[Tensor]:
        """The penalties of the last call, layers within included: `add_loss`, activity and weight regularizers."""
        layers = [self, *find(self, Layer)]
        added = [
            loss for layer in layers if layer._losses_call == self._call_number for loss in layer._losses
        ]
        return added + [v.regularizer(v) for v in self.trainable_weights if v.regularizer is not None]

    # -- calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check_initialized()
        if any(isinstance(x, Symbol) for x in tree.flatten((args, kwargs))):
            return self._call_on_symbols(args, kwargs)
        args = tuple([self._cast(x) for x in args])
        if kwargs:
            kwargs = {
                key: self._cast(x) if isinstance(x, (Tensor, np.ndarray)) else x for key, x in kwargs.items()
            }
        if not self.built:
            self._build(args, kwargs)
        training = kwargs.pop("training", None)
        outer_training, outer_depth = state.training, state.depth
        if training is None:
            training = outer_training
        if outer_depth == 0:
            state.call_number = next(_call_numbers)
        self._call_number = state.call_number
        masked = self._makes_masks or is_masked(args) or (kwargs and is_masked(kwargs.values()))
        if masked:
            kwargs = fill_mask_arguments(self, args, kwargs)
        if self._accepts("training"):
            kwargs["training"] = training
        state.training, state.depth = training, outer_depth + 1
        try:
            if self._variables_as is None and state.autocast is None:
                y = self.call(*args, **kwargs)
            else:
                y = self._call_with_autocast(args, kwargs)
            if self.activity_regularizer is not None:
                # Per sample, so that the penalty does not grow with the batch.
                self.add_loss([self._activity_penalty(t) for t in tree.flatten(y)])
            if masked:
                first = args[0] if args else None
                given = kwargs.get("mask")
                hand_on_masks(self, first, y, mask_of(first) if given is None else given)
        except Exception as error:
            self._explain(error, args)
            raise
        finally:
            state.training, state.depth = outer_training, outer_depth
        if self._output_shape is None:
            self._output_shape = tree.map_tree(
                lambda t: (None, *t.shape[1:]) if isinstance(t, Tensor) else None, y
            )
        return y

    def _call_with_autocast(self, args: tuple, kwargs: dict) -> Any:
        """`call`, in which float weights are read in the dtype that the layer computes in."""
        before, state.autocast = state.autocast, self._variables_as if self.autocast else None
        try:
            return self.call(*args, **kwargs)
        finally:
            state.autocast = before

    def _activity_penalty(self, y: Tensor) -> Any:
        y = y.astype("float32") if y.dtype.itemsize == 2 else y  # a sum of squares is soon beyond float16
        return self.activity_regularizer(y) / y.shape[0]

    def _call_on_symbols(self, args: tuple, kwargs: dict) -> Any:
        if not self.built:
            self._build(args, kwargs)
        y = record(self, args, kwargs)
        self._call_number = -1  # penalties of this trial with abstract values are none
        self._output_shape = tree.map_tree(lambda t: t.shape, y)
        self._last_symbols = (args[0] if args else None), y
        return y

    @property
    def input(self) -> Any:
        """The Symbol (or Symbols) that the layer was last called on in a functional or Sequential model."""
        return self._symbols_of_call()[0]

    @property
    def output(self) -> Any:
        """The Symbol (or Symbols) that the call gave: outputs for a Model that looks into another one."""
        return self._symbols_of_call()[1]

    def _symbols_of_call(self) -> tuple[Any, Any]:
        if self._last_symbols is None:
            raise AttributeError(
                f"Layer '{self.name}' has no input and output yet: it is not part of a model that knows its input "
                "shape. Give the model an od.Input first."
            )
        return self._last_symbols

    def _cast(self, x: Any) -> Any:
        """Inputs as Tensors; with autocast, floats in the dtype that the layer computes in."""
        if type(x) is Tensor and x.dtype == self._input_dtype:
            return x
        if type(x) in (tuple, list) and any(
            isinstance(leaf, (Tensor, np.ndarray)) for leaf in tree.flatten(x)
        ):
            return type(x)([self._cast(item) for item in x])
        if type(x) is dict:
            return {key: self._cast(item) for key, item in x.items()}
        if x is None or isinstance(x, (str, bool, int, float)):
            return x
        x = as_tensor(x)
        if self.autocast and is_floating(x.dtype) and x.dtype != self._input_dtype:
            as_given = self._takes_half and x.dtype.itemsize == 2
            return x if as_given else with_mask_of(x, x.astype(self._input_dtype))
        return x

    def _freeze_what_is_inside(self) -> None:
        """Let the layers that __init__ and build have made take no part in training if this one does not."""
        if not self._trainable:
            self.trainable = False

    def _build(self, args: tuple, kwargs: dict) -> None:
        self._freeze_what_is_inside()

        def shape_of(x: Any) -> Any:
            return tree.map_tree(lambda t: getattr(t, "shape", None), x)

        parameters = [
            p for p in inspect.signature(self.build).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD
        ]
        first = shape_of(args[0] if args else next(iter(kwargs.values()), None))
        with outside_trace():
            if len(parameters) > 1:  # build(query_shape, value_shape) for call(query, value)
                given = inspect.signature(self.call).bind(*args, **kwargs).arguments
                self.build(**{p.name: shape_of(given.get(p.name.removesuffix("_shape"))) for p in parameters})
            else:
                self.build(first)
        self._built_input_shape = first
        self.built = True

    @classmethod
    def _accepts(cls, argument: str) -> bool:
        """Whether `call` takes this argument (looked up once for each class)."""
        known = cls.__dict__.get("_call_arguments")
        if known is None:
            known = cls._call_arguments = frozenset(inspect.signature(cls.call).parameters)  # type: ignore[attr-defined]
        return argument in known

    def _explain(self, error: Exception, args: tuple) -> None:
        """Say in which layer it happened, and with which inputs; the innermost layer says it."""
        if getattr(error, "_ondol_explained", False):
            return
        shapes = ", ".join(str(getattr(x, "shape", x)) for x in tree.flatten(args))
        error.add_note(
            f"in layer '{self.name}' ({type(self).__name__}), called with inputs of shape {shapes}"
        )
        error._ondol_explained = True  # type: ignore[attr-defined]

    def _check_initialized(self) -> None:
        if "built" not in self.__dict__:
            raise TypeError(
                f"{type(self).__name__}.__init__ must call super().__init__(**kwargs) "
                "before anything else is done with the layer."
            )

    # -- shapes and dtypes

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of the output for inputs of this shape, by abstract evaluation of `call`."""
        inputs = _symbols(input_shape, self.compute_dtype)
        if not self.built:
            self._build((inputs,), {})
        shapes, specs = evaluate_shapes(self, (inputs,), {})
        self._call_number = -1
        return tree.rebuild(specs, shapes)

    @property
    def dtype_policy(self) -> dtype_policies.DTypePolicy:
        """What the layer computes in, and what its weights are; weights that exist keep their dtype."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, policy: Any) -> None:
        self._dtype_policy = dtype_policies.get(policy)
        mixed = self.compute_dtype != self.variable_dtype
        # How weights are read within call; None for as they are.
        self._variables_as = numpy_dtype(self.compute_dtype) if mixed else None
        self._input_dtype = numpy_dtype(self.input_dtype)
        self._takes_half = self.input_dtype != self.compute_dtype

    @property
    def dtype(self) -> str:
        return self.dtype_policy.variable_dtype

    @property
    def compute_dtype(self) -> str:
        return self.dtype_policy.compute_dtype

    @property
    def input_dtype(self) -> str:
        """The dtype that float inputs are converted to."""
        return self.compute_dtype

    @property
    def variable_dtype(self) -> str:
        return self.dtype_policy.variable_dtype

    # -- configuration

    def get_config(self) -> dict[str, Any]:
        """Everything needed to make a layer like this one (without its weights), as JSON data.

        Unless a subclass says otherwise, these are the arguments that the layer was made with.
        """
        return config_of(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A new layer from what `get_config` returned."""
        return from_config(cls, config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r}, built={self.__dict__.get('built', False)}>"


def _noting_that_it_is_built(build: Callable) -> Callable:
    """`build` for which people need not write `self.built = True`, also when they call it by hand."""

    @functools.wraps(build)
    def noting(self: Layer, *args: Any, **kwargs: Any) -> None:
        build(self, *args, **kwargs)
        self.built = True
        self._freeze_what_is_inside()

    return noting


def _symbols(shape: Any, dtype: Any) -> Any:
    """Symbols for a shape, or for a (nested) list or dict of shapes."""
    if isinstance(shape, dict):
        return {key: _symbols(item, dtype) for key, item in shape.items()}
    if any(isinstance(item, (tuple, list)) for item in shape):
        return [_symbols(item, dtype) for item in shape]
    return Symbol(shape, dtype)
