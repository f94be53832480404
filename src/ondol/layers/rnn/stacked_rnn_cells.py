"""StackedRNNCells: several cells that make one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.errors import DataError
from ondol.layers.base import Layer
from ondol.layers.rnn.states import as_list, check_cell, output_size, states_of


class StackedRNNCells(Layer):
    """Cells on top of each other: at each step, the output of one is the input of the next.

    Args:
        cells: the cells, that of the inputs first.

    Call arguments:
        inputs: of one step, (batch, features).
        states: for each cell its states.

    Raises:
        TypeError: for an object that is no cell.

    Example:
        >>> import ondol as od
        >>> cells = [od.layers.LSTMCell(4), od.layers.GRUCell(3)]
        >>> layer = od.layers.RNN(od.layers.StackedRNNCells(cells))  # or RNN(cells)
        >>> layer(od.ones((2, 5, 1))).shape
        (2, 3)
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any) -> None:
        if not cells:
            raise DataError("Expected one cell or more. Received: cells=[].")
        for cell in cells:
            check_cell(cell)
        kwargs.setdefault("dtype", getattr(cells[0], "dtype_policy", None))
        super().__init__(**kwargs)
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """For each cell its first states."""
        return [states_of(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape: Any) -> None:
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
                cell.built = True
            input_shape = (input_shape[0], output_size(cell))

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        after = []
        for cell, before in zip(self.cells, states, strict=True):
            inputs, new = call_cell(cell, inputs, as_list(before), training)
            after.append(new if isinstance(before, (list, tuple)) else new[0])
        return inputs, after


def call_cell(cell: Any, inputs: Any, states: list[Any], training: bool) -> tuple[Any, list[Any]]:
    """The output of one step and the next states, of a layer or of any other object with a `call`."""
    if not isinstance(cell, Layer):
        output, after = cell.call(inputs, states)
    elif cell._accepts("training"):
        output, after = cell(inputs, states, training=training)
    else:
        output, after = cell(inputs, states)
    return output, as_list(after)
