"""An import points to a lower floor only, so that each room can be read without those above it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ondol

HOUSE = Path(ondol.__file__).parent

# From the ground up. Rooms on one floor may look into each other.
FLOORS = [
    {"utils", "errors"},
    {"backend"},
    {"config", "autograd"},
    {"dtype_policies"},
    {"ops"},
    {"random", "losses", "metrics", "activations", "initializers", "regularizers", "constraints"},
    {"mixed_precision", "optimizers"},
    {"layers"},
    {"graphs"},
    {"data", "datasets", "tokenizers"},
    {"callbacks", "training"},
    {"diagnosis"},
    {"models"},
    {"insight"},
    {"generation"},
    {"applications"},
    {"plot"},
    {"trainer", "experiments", "preprocessing", "tuning", "wrappers"},
    {"cli", "__main__", "__init__"},
]
# Files that stand lower than what they show, because that is where a person who knows Keras looks for it.
FACES = {
    "config.py": {"dtype_policies"},
    "utils/__init__.py": {"backend", "data", "datasets"},
    "utils/arrays.py": {"backend"},
    "utils/images.py": {"backend"},
    "utils/seeding.py": {"random"},
}

FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """The rooms that a file imports from anywhere in it, with the line; what only type checkers read is left out."""
    tree = ast.parse(file.read_text())
    unread = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in unread:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "ondol":
            names = [f"ondol.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "ondol" and len(parts) > 1 and parts[1] in FLOOR:
                yield node.lineno, parts[1]


def room_of(file: Path) -> str:
    return file.relative_to(HOUSE).with_suffix("").parts[0]


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(file) for file in HOUSE.rglob("*.py")}
    assert rooms == set(FLOOR)


@pytest.mark.parametrize("room", sorted(FLOOR))
def test_imports_point_down(room: str) -> None:
    upward = [
        f"{file.relative_to(HOUSE)}:{line} imports {other}"
        for file in HOUSE.rglob("*.py")
        if room_of(file) == room
        for line, other in imports(file)
        if FLOOR[other] > FLOOR[room] and other not in FACES.get(file.relative_to(HOUSE).as_posix(), ())
    ]
    assert not upward, upward
