"""Every layer through the harness."""

import pytest
from layer_harness import CHECKS
from layer_rows import ROWS

import ondol as od


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_layer(row, check):
    check(row)


def test_every_public_layer_has_a_row():
    public = {x for x in vars(od.layers).values() if isinstance(x, type) and issubclass(x, od.layers.Layer)}
    assert public - {row.layer for row in ROWS} == {od.layers.Layer}
