"""Every program of examples/ runs, and draws; the pages of the gallery show all of them."""

from __future__ import annotations

import ast
import re
import runpy
import sys
from pathlib import Path

import pytest

import ondol as od
from ondol.utils.naming import clear_session

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted(p for p in (ROOT / "examples").glob("*.py") if p.name not in ("_gallery.py", "build.py"))
NAMES = [p.stem for p in PROGRAMS]
PAGES = ["gallery.md", "gallery.ko.md"]
# Programs that say "the same numbers", and so have to look themselves whether it is true.
CHECKED = [
    "chain_rule",
    "computation_graph",
    "convolution_by_loops",
    "delta_rule",
    "eager_and_compiled",
    "newtons_method",
    "numerical_gradient",
    "overfitting",
    "xor_backpropagation",
    "xor_cross_entropy",
    "xor_given_weights",
    "xor_momentum",
]


# These run compiled, as they do for their readers; the others step by step, because each of their networks would
# take seconds to compile.
COMPILED = ["eager_and_compiled", "five_digits", "thresholds", "xor_hidden_layer", "xor_polynomial"]
HEADING = re.compile(r"^### \[(.+)\]\(\.\./examples/(\w+)\.py\)$", re.MULTILINE)
PICTURE = re.compile(r"^!\[(.+)\]\(gallery/([\w.]+)\)$", re.MULTILINE)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def tree_of(program: Path) -> ast.Module:
    return ast.parse(program.read_text(encoding="utf-8"))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a program with --fast; returns the drawings that it saved. `_gallery` is imported as the program will."""

    def run(program: Path) -> list:
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(str(program.parent))
        monkeypatch.setattr(sys, "argv", [str(program), "--fast", "--out", str(tmp_path / "pictures")])
        import _gallery

        drawings, save = [], _gallery.save
        monkeypatch.setattr(_gallery, "save", lambda drawing: (drawings.append(drawing), save(drawing)))
        clear_session()
        od.config.run_eagerly(program.stem not in COMPILED)
        runpy.run_path(str(program), run_name="__main__")
        return drawings

    return run


@pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)
def test_a_program_runs_prints_and_draws(program, run, tmp_path, capsys):
    (drawing,) = run(program)
    printed = capsys.readouterr().out.splitlines()
    where = [line for line in printed if line.startswith("picture:")]
    assert len(where) == 1
    assert len(printed) > 1  # it also says what came out
    (picture,) = (tmp_path / "pictures").iterdir()
    assert picture.stem == program.stem
    if picture.suffix == ".svg":
        assert "<svg" in picture.read_text(encoding="utf-8")
        assert drawing.edges
    else:
        assert any(ax.has_data() for ax in drawing.axes)
        assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)
def test_a_program_is_a_page(program):
    """A title, what is to be seen, and not too much of it."""
    title, _, text = (ast.get_docstring(tree_of(program)) or "").partition("\n\n")
    assert "\n" not in title
    assert len(text) > 100
    assert len(program.read_text(encoding="utf-8").splitlines()) <= 75


def test_who_claims_the_same_numbers_looks_whether_it_is_true():
    checking = {p.stem for p in PROGRAMS if any(isinstance(n, ast.Assert) for n in ast.walk(tree_of(p)))}
    claiming = {p.stem for p in PROGRAMS if "same numbers" in p.read_text(encoding="utf-8")}
    assert set(CHECKED) <= checking
    assert claiming <= set(CHECKED)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_every_program_and_every_picture(name):
    assert sorted(program for _, program in HEADING.findall(page(name))) == NAMES
    shown = [file for _, file in PICTURE.findall(page(name))]
    assert sorted(Path(file).stem for file in shown) == NAMES
    assert sorted(shown) == sorted(file.name for file in (ROOT / "docs" / "gallery").iterdir())


@pytest.mark.parametrize("name", PAGES)
def test_each_picture_stands_under_its_program_and_its_sentence(name):
    for part in re.split(r"^(?=### )", page(name), flags=re.MULTILINE)[1:]:
        ((_, program),) = HEADING.findall(part)
        ((_, file),) = PICTURE.findall(part)
        assert Path(file).stem == program
        sentence = part.split("\n\n")[1]
        assert len(sentence) > 20
        assert not sentence.startswith("!")


def test_the_titles_are_those_of_the_programs():
    for title, program in HEADING.findall(page("gallery.md")):
        assert ast.get_docstring(tree_of(ROOT / "examples" / f"{program}.py")).split("\n")[0] == title


def test_both_pages_have_the_same_order():
    english, korean = ([program for _, program in HEADING.findall(page(name))] for name in PAGES)
    assert english == korean


def test_the_pictures_are_small():
    sizes = [file.stat().st_size for file in (ROOT / "docs" / "gallery").iterdir()]
    assert max(sizes) < 120_000
    assert sum(sizes) < 2_500_000
