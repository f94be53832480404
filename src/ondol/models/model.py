"""Model: a layer that can be trained."""

from __future__ import annotations

import copy
from collections import Counter
from typing import TYPE_CHECKING, Any

from ondol.autograd import Symbol, Variable
from ondol.autograd.symbolic import evaluate_shapes
from ondol.backend import tree
from ondol.backend.dtypes import at_least_float32
from ondol.errors import UnknownNameError, unknown_name
from ondol.layers.base import Layer
from ondol.layers.structure import find
from ondol.models import functional_config
from ondol.models.drawing import drawn
from ondol.models.graph import Graph
from ondol.models.inputs import placeholder, placeholders
from ondol.models.summary import print_summary, summary_html
from ondol.models.tracing import StepTrace, trace_step
from ondol.models.trainer import Trainer

if TYPE_CHECKING:
    from ondol.graphs import Diagram
    from ondol.models.saving import LoadReport


class Model(Trainer, Layer):
    """A network: built from `inputs` and `outputs`, or by subclassing.

    Args:
        inputs: what `od.Input` returned; a list or dict of them for several.
        outputs: what layers called on the inputs returned; a list or dict for several.
        name: a name for summaries; None for an automatic one.
        trainable: whether the weights take part in training.
        dtype: a float dtype for all that the model itself computes.

    A subclass makes its layers in `__init__` and uses them in `call`:

    Example:
        >>> import ondol as od
        >>> x = od.Input(shape=(4,))
        >>> y = od.layers.Dense(3, activation="softmax")(od.layers.Dense(8, activation="relu")(x))
        >>> od.Model(x, y).count_params()
        67
        >>> class Net(od.Model):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.hidden = od.layers.Dense(8, activation="relu")
        ...         self.out = od.layers.Dense(3)
        ...     def call(self, inputs):
        ...         return self.out(self.hidden(inputs))
        >>> Net()([[1.0, 2.0, 3.0, 4.0]]).shape
        (1, 3)
    """

    def __init__(self, inputs: Any = None, outputs: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._forget_programs()
        self._graph: Graph | None = None
        self._first_inputs: tuple[Any, ...] | None = None  # what the first call was made on, as Symbols
        if inputs is not None and outputs is not None:
            self._graph = Graph(inputs, outputs)
            # Found by structure, in the order of the computation.
            self._graph_layers = self._graph.layers
            _check_names(self._graph_layers)
            self._graph_variables = self._graph.variables
            self.built = True

    def build(self, input_shape: Any = None) -> None:
        """Make all weights for inputs of this shape, batch axis included (None), by a trial of `call`.

        Args:
            input_shape: a tuple such as (None, 4); a list or dict of them for several inputs.
        """
        if self._graph is None and input_shape is not None:
            self.built = True
            self._first_inputs = (placeholders(input_shape, self.input_dtype),)
            evaluate_shapes(self, self._first_inputs, {})

    def _build(self, args: tuple, kwargs: dict) -> None:
        self._freeze_what_is_inside()
        self._first_inputs = tree.map_tree(placeholder, args)
        if type(self).build is not Model.build:
            super()._build(args, kwargs)
        self.built = True  # else the call under way makes the weights

    def encode_text(self, inputs: Any) -> Any:
        """The inputs as the compiled part of the model takes them: text as numbers.

        `fit`, `evaluate`, `predict` and a call of the model do this by themselves, for all samples at once. It is for
        a data pipeline that shall do it ahead, and for tools that take numbers only.

        Args:
            inputs: what the model is called on; only arrays for `od.Input`s of dtype "string" are changed.
        """
        if self._graph is None or not self._graph.takes_text:
            return inputs
        return self._graph.encode_text(inputs)

    @property
    def takes_text(self) -> bool:
        """Whether text goes into the model."""
        return self._graph is not None and self._graph.takes_text

    def _call_on_symbols(self, args: tuple, kwargs: dict) -> Any:
        """A model that takes text dissolves in the larger one, whose inputs are turned into numbers by its layers."""
        if self._graph is None or not self._graph.takes_text or len(args) != 1:
            return super()._call_on_symbols(args, kwargs)
        y = self._graph.inlined(args[0])
        self._last_symbols = args[0], y
        return y

    def _cast(self, x: Any) -> Any:
        return super()._cast(self.encode_text(x))

    def call(self, inputs: Any) -> Any:
        if self._graph is None:
            raise TypeError(
                f"Expected a model with inputs and outputs, or a subclass that defines call(self, inputs). "
                f"Received: {type(self).__name__} without either."
            )
        return self._graph.run(inputs)

    # The layers within have used the masks of the inputs, and the outputs carry what is left of them.
    supports_masking = True

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return None

    @property
    def input_dtype(self) -> str:
        # Half precision is left to the layers: the first may have to see all digits of its inputs.
        return at_least_float32(self.compute_dtype)

    # -- structure

    @property
    def layers(self) -> list[Layer]:
        """The layers directly within the model."""
        return [layer for layer in find(self, Layer, nested=False) if layer is not self]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or by its position in `layers`.

        Raises:
            UnknownNameError: if there is none.
        """
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise UnknownNameError(
                    f"Expected an index below {len(self.layers)}. Received: index={index}."
                )
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise unknown_name("layer", name, [layer.name for layer in self.layers])

    @property
    def inputs(self) -> list[Symbol]:
        """The Symbols that the model starts from."""
        return tree.flatten(self._known_graph().inputs)

    @property
    def outputs(self) -> list[Symbol]:
        """The Symbols that the model ends in."""
        return tree.flatten(self._known_graph().outputs)

    @property
    def input(self) -> Any:
        return self._known_graph().inputs

    @property
    def output(self) -> Any:
        return self._known_graph().outputs

    @property
    def input_shape(self) -> Any:
        return tree.map_tree(lambda s: s.shape, self.input)

    @property
    def output_shape(self) -> Any:
        return tree.map_tree(lambda s: s.shape, self.output)

    def _known_graph(self) -> Graph:
        if self._graph is None:
            raise AttributeError(
                f"The model '{self.name}' has no inputs and outputs: it was not built from od.Input, or "
                "does not know its input shape yet."
            )
        return self._graph

    @property
    def output_names(self) -> list[str]:
        """A name for each output: that of the layer it comes from."""
        if self._graph is None:
            return []
        names: list[str] = []
        for i, symbol in enumerate(self.outputs):
            name = getattr(symbol.node.operation if symbol.node else symbol, "name", None) or f"output_{i}"
            again = sum(other == name or other.startswith(f"{name}_") for other in names)
            names.append(f"{name}_{again}" if name in names else name)
        return names

    def summary(self, line_length: int | None = None, print_fn: Any = None) -> None:
        """Print the layers with their output shapes and numbers of parameters.

        Args:
            line_length: width of the table in characters.
            print_fn: what prints a line, `print` by default.

        Raises:
            ValueError: for a model that knows no shapes yet: call it once on data first.
        """
        print_summary(self, line_length, print_fn or print)

    def _repr_html_(self) -> str:
        return summary_html(self)

    def graph(self) -> Diagram:
        """Draw the layers, their output shapes and numbers of parameters, and how they are connected.

        Returns:
            A Diagram: `print` it, show it in a notebook, or `.save("model.svg")`.

        Raises:
            DataError: for a model whose connections are not known before it computes; draw `od.graph(model(x))` then.

        Example:
            >>> import ondol as od
            >>> x = od.Input(shape=(4,), name="flowers")
            >>> model = od.Model(x, od.layers.Dense(3, name="kinds")(x), name="iris")
            >>> print(model.graph())
            iris: 15 parameters
            1  flowers          (None, 4)                   → 2
            2  kinds (Dense)    (None, 3), 15 parameters
        """
        return drawn(self)

    def trace(self, x: Any, y: Any = None, sample_weight: Any = None, keep: bool = False) -> StepTrace:
        """Make one training step eagerly, and keep everything that happened in it.

        Args:
            x, y, sample_weight: a batch, as for `train_on_batch`. A `train_step` of one's own is not looked at.
            keep: whether the step counts; otherwise the model and its optimizer are as before afterwards.

        Returns:
            A StepTrace: by a layer's name its input, output, the gradient of its output, and for each weight its value,
            gradient and update; `print` it for a table, `.to_dict()` for dictionaries, `od.plot.training_step(it)`
            for a picture.

        Raises:
            NotCompiledError: before `compile`.

        Example:
            >>> import ondol as od
            >>> x = od.Input(shape=(2,))
            >>> model = od.Model(x, od.layers.Dense(1, kernel_initializer="ones", name="sum")(x))
            >>> model.compile(od.optimizers.SGD(0.5), "mse")
            >>> step = model.trace([[1.0, 2.0]], [[1.0]])
            >>> step.loss, step["sum"].output.tolist(), step["sum"].output_gradient.tolist()
            (4.0, [[3.0]], [[4.0]])
            >>> step["sum"].parameters["kernel"].update.tolist()
            [[-2.0], [-4.0]]
        """
        return trace_step(self, x, y, sample_weight, keep)

    # -- configuration

    def get_config(self) -> dict[str, Any]:
        if self._graph is not None and type(self).__init__ is Model.__init__:
            return functional_config.describe(self)
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        if "nodes" in config:
            return functional_config.rebuild(cls, config)
        return super().from_config(config)

    def astype(self, dtype: Any) -> Any:
        """A copy of the model whose weights and computations are in another dtype.

        Every layer gets the policy, also one that was given a dtype of its own. The copy has the same weights,
        rounded, and is not compiled; this model stays as it is. Running means, and what else a layer keeps from
        autocast, have at least float32. Inputs may still be given in any dtype.

        Args:
            dtype: "float16" or "bfloat16" for a model of half the size, "float64" for more digits,
                "mixed_bfloat16" or "mixed_float16" to compute in half precision with float32 weights.

        Example:
            >>> import ondol as od
            >>> model = od.Sequential([od.layers.Dense(2, input_shape=(3,))])
            >>> half = model.astype("float16")
            >>> half.layers[0].kernel.dtype.name, half([[1.0, 2.0, 3.0]]).dtype.name
            ('float16', 'float16')
        """
        from ondol.models.conversion import astype

        return astype(self, dtype)

    def save(
        self,
        path: Any,
        overwrite: bool = True,
        include_optimizer: bool = True,
        dtype: str | None = None,
        max_shard_size: Any = None,
    ) -> None:
        """Write the model to one file: configuration, weights, and the optimizer's state.

        Args:
            path: where; by custom it ends in ".ondol".
            overwrite: whether an existing file may be replaced.
            include_optimizer: whether the optimizer's state is written, to train on later.
            dtype: the dtype in which float weights are written; None for their own. "float16" halves the file,
                to hand the model on: the loaded model has its old dtypes, with weights made of the rounded
                values. The optimizer's state is then left out; training on starts with a fresh one.
            max_shard_size: write several files of at most this size, and an index; see `save_weights`.

        Raises:
            SavedFileError: if something in the model cannot be described without code (a Lambda layer), or
                for weights that are too large for `dtype`.
        """
        from ondol.models.saving import save_model

        save_model(self, path, overwrite, include_optimizer, dtype, max_shard_size)

    def save_weights(self, path: Any, overwrite: bool = True, max_shard_size: Any = None) -> None:
        """Write the weights alone, as a safetensors file.

        Args:
            path: where.
            overwrite: whether an existing file may be replaced.
            max_shard_size: None for one file. Otherwise the most that a file may hold, such as "2GB" or "500MB", or
                as in Keras a number of gibibytes: then a JSON index is written to `path`, and the weights to files
                beside it that begin with its name. `load_weights(path)` reads them again, one at a time.

        Raises:
            SavedFileError: for a model without weights, or a weight that is larger than a file may be.

        Example:
            >>> import ondol as od, os, tempfile
            >>> model = od.Sequential([od.layers.Dense(100, input_shape=(100,)), od.layers.Dense(1)])
            >>> folder = tempfile.mkdtemp()
            >>> model.save_weights(os.path.join(folder, "weights.json"), max_shard_size="40.4KB")
            >>> len(os.listdir(folder))  # the index, and two with weights
            3
        """
        from ondol.models.saving import save_weights

        save_weights(self, path, overwrite, max_shard_size)

    def load_weights(self, path: Any, skip_mismatch: bool = False) -> LoadReport:
        """Read weights that `save_weights` (or `save`) of a model of the same structure wrote.

        Args:
            path: the file, or the index of several.
            skip_mismatch: leave out weights that are missing or of another shape.

        Returns:
            A LoadReport, to be printed: the weights that were `loaded`, those `skipped` for their shapes, those
            `missing` in the file, and what is `unused` of it.

        Raises:
            ShapeError: for a file that does not fit, unless `skip_mismatch`. The model is as it was.
            SavedFileError: for a file, or one of several, that is missing or damaged. The model is as it was.

        Example:
            >>> import ondol as od, os, tempfile
            >>> path = os.path.join(tempfile.mkdtemp(), "weights.safetensors")
            >>> od.Sequential([od.Input((4,)), od.layers.Dense(3), od.layers.Dense(2)]).save_weights(path)
            >>> other = od.Sequential([od.Input((4,)), od.layers.Dense(3), od.layers.Dense(9)])
            >>> other.load_weights(path, skip_mismatch=True)
            2 of 4 weights loaded from ...weights.safetensors
            skipped: layers/1/bias (9,), in the file (2,)
            skipped: layers/1/kernel (3, 9), in the file (3, 2)
        """
        from ondol.models.saving import load_weights

        return load_weights(self, path, skip_mismatch)

    def __deepcopy__(self, memo: dict) -> Any:
        """A model with weights of its own; it compiles programs of its own, too."""
        other = memo[id(self)] = type(self).__new__(type(self))
        other._forget_programs()
        other._last_symbols = None  # of the larger model that this one may be part of
        copy.deepcopy(self._graph, memo)  # first: it knows an order that needs no deep recursion
        for name, value in vars(self).items():
            if name not in vars(other) or name == "_arguments":
                setattr(other, name, copy.deepcopy(value, memo))
        return other

    # -- what the training loops ask for

    @property
    def state_variables(self) -> list[Variable]:
        """Everything that a training step may change."""
        from ondol.random import global_generator

        slots = [v for optimizer in self._optimizers() for v in optimizer.variables]
        metric_sums = [v for m in self.metrics for v in m.variables]
        return list(dict.fromkeys([*self.variables, *slots, *metric_sums, global_generator().state]))


def _check_names(layers: list[Layer]) -> None:
    twice = [name for name, n in Counter(layer.name for layer in layers).items() if n > 1]
    if twice:
        raise ValueError(
            f"Expected layers of different names. Received: several layers named {', '.join(map(repr, twice))}. "
            "Pass another name= to them; one layer that is called several times counts once."
        )
