"""Nested tuples, lists and dicts."""

from collections import OrderedDict, namedtuple

from ondol.backend import tree

Point = namedtuple("Point", "x y")
NESTED = {"b": (1, [2, 3]), "a": Point(4, ()), "c": OrderedDict(d=5), "e": None}


def test_flatten_goes_from_left_to_right():
    assert tree.flatten(NESTED) == [1, 2, 3, 4, 5, None]
    assert tree.flatten(7) == [7]


def test_map_keeps_the_structure():
    doubled = tree.map_tree(lambda leaf: leaf and leaf * 2, NESTED)
    assert doubled == {"b": (2, [4, 6]), "a": Point(8, ()), "c": {"d": 10}, "e": None}
    assert type(doubled["a"]) is Point
    assert list(doubled) == list(NESTED)


def test_rebuild_puts_other_leaves_in():
    assert tree.rebuild(NESTED, list("uvwxyz")) == {
        "b": ("u", ["v", "w"]),
        "a": Point("x", ()),
        "c": {"d": "y"},
        "e": "z",
    }
