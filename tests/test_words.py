"""Everything people read is marked for translation, and every language that is offered says all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import Catalog
from jinja2 import Environment, nodes

from mitfahr.languages.known import COMPLETE, GERMAN, KNOWN, Language
from scripts.words import FOR_OPERATORS, KEYWORDS, check, collected, read

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.html"))
READ_ALOUD = ("aria-label", "title", "alt", "placeholder", "data-label", "label")
NOT_WORDS = frozenset({"script", "style", "code", "pre"})
LETTERS = re.compile(r"[^\W\d_]{2,}")
GERMAN_WORDS = re.compile(
    r"[äöüßÄÖÜ„“]|\b(?:bitte|der|die|das|und|nicht|Sie|Ihre?|ist|sind|kein|von|nach|mit|oder|wird|noch)\b"
)
ATTRIBUTE = re.compile(r"\b[a-z]+(?:-[a-z]+)*=\"[^\"]*\"|\bdata-[a-z-]+")
"""Of a tag that is put together by a macro."""
UNITS = frozenset({"kB", "absagen"})


@pytest.fixture(scope="module")
def source() -> Catalog:
    return collected()


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "web/templates").as_posix()
)
def test_templates_hold_no_unmarked_words(path: Path) -> None:
    if path.relative_to(ROOT).as_posix().startswith(FOR_OPERATORS):
        pytest.skip("the programming interface is described in German")
    assert [*_unmarked_text(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "language", [one for one in KNOWN if one != GERMAN], ids=lambda language: language.code
)
def test_offered_languages_say_everything(language: Language, source: Catalog) -> None:
    found = check(language, source)
    if language.code in COMPLETE:
        assert found == []
    else:
        assert [fault for fault in found if not fault.endswith((" is missing", "run `make words`"))] == []
        pytest.skip(f"not offered: {len(found)} messages are missing")


@pytest.mark.parametrize(
    ("code", "wrong"),
    [("pl", r"\bPan(?:a|i|u|em|ią)?\b"), ("cs", r"(?<=[a-zěščřžýáíéů,] )v(?:ám|ás|áš|aše)\b")],
)
def test_everybody_is_addressed_in_one_way(code: str, wrong: str) -> None:
    """As the README of the catalogues has it."""
    catalogue = read(next(language for language in KNOWN if language.code == code))
    texts = [text for message in catalogue for text in _texts(message.string)]
    assert [text for text in texts if re.search(wrong, text)] == []


def test_catalogues_hold_exactly_what_is_said(source: Catalog) -> None:
    for language in KNOWN:
        if language != GERMAN:
            assert [fault for fault in check(language, source) if fault.endswith("run `make words`")] == []


def _texts(written: str | tuple[str, ...]) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else written


class _Text(HTMLParser):
    """Texts between tags and in attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NOT_WORDS:
            self._open.append(tag)
        self.found += [value or "" for name, value in attrs if name in READ_ALOUD]

    def handle_endtag(self, tag: str) -> None:
        if tag in NOT_WORDS and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.found.append(data)


def _unmarked_text(source: str) -> Iterator[str]:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    written = re.sub(r"\{%-? *trans\b.*?endtrans *-?%\}", "", source, flags=re.S)
    text, nested = "", 0
    for _line, token, value in environment.lex(written):
        nested += token in ("variable_begin", "block_begin")
        nested -= token in ("variable_end", "block_end")
        if token == "data":
            text += value
        elif token in ("variable_end", "block_end"):
            text += "\x00"
    parser = _Text()
    parser.feed(text)
    for found in parser.found:
        if set(LETTERS.findall(ATTRIBUTE.sub("", found))) - UNITS:
            yield found.replace("\x00", "…").strip()
    yield from _unmarked_constants(environment.parse(source), environment)


def _unmarked_constants(node: nodes.Node, environment: Environment) -> Iterator[str]:
    """German in what is given to macros or shown: constants outside the calls that translate."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in KEYWORDS:
        for argument in node.kwargs:
            yield from _unmarked_constants(argument.value, environment)
        return
    if isinstance(node, nodes.Compare | nodes.Getitem | nodes.Test):
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        if not node.value.startswith("<") and (
            GERMAN_WORDS.search(node.value)
            or re.search(r"^[A-ZÄÖÜ][a-zäöüß]+(?:[ ,!?:…]|$)|[a-zäöüß]{2} [a-zäöüß]", node.value)
        ):
            yield node.value
        return
    for child in node.iter_child_nodes():
        yield from _unmarked_constants(child, environment)
