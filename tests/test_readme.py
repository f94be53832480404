"""The documents tell the truth: their Python blocks run, and print what is shown beneath them."""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import re
from pathlib import Path

import pytest

import ondol as od
from ondol.utils.naming import clear_session

ROOT = Path(__file__).parent.parent
README, KOREAN = "README.md", "README.ko.md"
DOCUMENTS = [README, KOREAN, "CONTRIBUTING.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ARROW = re.compile(r"# → (.*)$", re.MULTILINE)
SECONDS = re.compile(r"[\d.]+ m?s\b")
NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e-?\d+)?")


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document: str) -> list[tuple[str, str]]:
    """Language and content of each fenced block."""
    return FENCED.findall(text_of(document))


def examples(document: str) -> list[tuple[str, str]]:
    """Each Python block with what the document says that it prints: after arrows, and in the text block after it."""
    found = [*blocks(document), ("", "")]
    return [
        (code, "\n".join([*ARROW.findall(code), after if kind == "text" else ""]))
        for (language, code), (kind, after) in itertools.pairwise(found)
        if language == "python"
    ]


def assert_same(printed: str, shown: str) -> None:
    """The same words, and numbers to 0.02, for processors round differently; durations are free."""

    def words(text: str) -> str:
        return "".join(NUMBER.sub("#", text).split())  # NumPy's padding depends on the last digits

    def numbers(text: str) -> list[float]:
        return [float(number) for number in NUMBER.findall(text)]

    printed, shown = SECONDS.sub("0 s", printed), SECONDS.sub("0 s", shown)
    assert words(printed) == words(shown), f"printed:\n{printed}"
    assert numbers(printed) == pytest.approx(numbers(shown), abs=0.02)


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d != KOREAN])  # its code is README's, see below
def test_examples(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    clear_session()
    od.compilations.clear()
    names = {"__name__": document}
    for code, shown in examples(document):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(code, document, "exec"), names)
        assert_same(output.getvalue(), shown)


def test_both_readmes_show_the_same_code() -> None:
    def code_of(document: str) -> list[str]:
        return [ast.dump(ast.parse(code)) for code, _ in examples(document)]

    def commands_of(document: str) -> list[str]:
        return [re.sub(r"\s+#.*", "", code) for language, code in blocks(document) if language == "bash"]

    assert examples(README)
    assert code_of(KOREAN) == code_of(README)
    assert commands_of(KOREAN) == commands_of(README)
    assert [shown for _, shown in examples(KOREAN)] == [shown for _, shown in examples(README)]


def test_both_readmes_have_the_same_structure() -> None:
    def structure(document: str) -> list[str]:
        """Levels of the headings, and rows of the tables, in their order."""
        prose = FENCED.sub("", text_of(document))
        return re.findall(r"^(#+|\|)", prose, re.MULTILINE)

    assert structure(KOREAN) == structure(README)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_to_files(document: str) -> None:
    folder = (ROOT / document).parent
    targets = re.findall(r"\]\(([^)#]+)\)", FENCED.sub("", text_of(document)))
    assert [t for t in targets if "://" not in t and not (folder / t).exists()] == []
