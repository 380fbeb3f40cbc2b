"""Every notice has its words in both languages, and stands in docs/notices.md."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from gtfs.notices import VALUE_LENGTH, Words, readable

ROOT = Path(__file__).parents[2]
GERMAN = re.compile(r"[äöüßÄÖÜ„]|\b(?:Bitte|der|die|das|nicht|ist|sind|Sie|wurde)\b")


def made() -> list[tuple[str, ast.Call]]:
    """Code and source of every `Notice(…)` in gtfs/."""
    calls = []
    for path in sorted((ROOT / "gtfs").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Notice":
                code = node.args[0]
                assert isinstance(code, ast.Constant)
                calls.append((str(code.value), node))
    return calls


def test_every_code_is_listed_and_every_listed_code_is_said() -> None:
    text = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8").split("## Not checked")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    listed = [code for row in rows for code in re.findall(r"`(\w+)`", row)]
    assert sorted(listed) == sorted({code for code, _ in made()})


def test_words_are_german_and_english() -> None:
    for path in sorted((ROOT / "gtfs").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Words":
                if len(node.args) != 2 or not all(isinstance(one, ast.Constant) for one in node.args):
                    continue
                german, english = (str(one.value) for one in node.args if isinstance(one, ast.Constant))
                assert not GERMAN.search(english.replace("BürgerBus", "")), (path.name, english)
                names = [sorted(re.findall(r"{(\w+)", words)) for words in (german, english)]
                assert [name.removesuffix("_en") for name in names[1]] == names[0], (path.name, english)
                assert german.endswith((".", ")")) and english.endswith((".", ")")), (path.name, english)


def test_what_a_feed_says_is_quoted_harmlessly() -> None:
    assert readable("a\u202eb\x00c\nd") == "a�b�c�d"
    assert readable("x" * 500) == "x" * VALUE_LENGTH + "…"
    assert Words("Die Datei {file}.", "The file {file}.").about(file="{n}\u200f").de == "Die Datei {n}�."
