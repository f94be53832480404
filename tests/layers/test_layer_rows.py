"""Every layer through the harness."""

import pytest
from layer_harness import CHECKS
from layer_rows import ROWS

import ondol as od


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_layer(row, check):
    check(row)


# Driven by hand above all, with several inputs or none of a batch: tests/by_hand/test_layers_from_scratch.py.
FROM_SCRATCH = {cls for cls in vars(od.layers).values() if ".from_scratch." in getattr(cls, "__module__", "")}

# Their inputs are text, which the harness cannot draw: test_layer_text.py.
OF_TEXT = {od.layers.StringLookup, od.layers.TextVectorization}

# They take a step and states: test_recurrent_cells.py.
CELLS = {od.layers.SimpleRNNCell, od.layers.LSTMCell, od.layers.GRUCell, od.layers.StackedRNNCells}
# They take query and value as two arguments: test_layer_attention.py. Blocks of Transformers, which have rows, hold them.
OF_TWO = {
    od.layers.MultiHeadAttention,
    od.layers.GroupQueryAttention,
    od.layers.CachedMultiHeadAttention,
}


def test_every_public_layer_has_a_row():
    public = {x for x in vars(od.layers).values() if isinstance(x, type) and issubclass(x, od.layers.Layer)}
    others = FROM_SCRATCH | OF_TEXT | CELLS | OF_TWO
    assert public - {row.layer for row in ROWS} - others == {od.layers.Layer}
