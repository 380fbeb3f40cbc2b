"""What the check of a feed has found, for people: one box for each kind of thing, and the whole list to leaf through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mitfahr.languages import lazy
from mitfahr.languages.words import current
from web.bookings_view import Sign

SEVERITY_SIGN = {
    "error": Sign(lazy("Fehler"), "danger"),
    "warning": Sign(lazy("Warnung"), "warning"),
    "info": Sign(lazy("Hinweis"), "info"),
}
PER_PAGE = 25

COLUMNS = (
    "Schwere",
    "Datei",
    "Zeile",
    "Feld",
    "Wert",
    "Was ist falsch",
    "Was tun",
    "What is wrong",
    "What to do",
    "Code",
    "Anzahl",
)
"""Of the file for spreadsheets; it goes to whoever delivers the data, so it has both languages."""

_SEVERITY_NAMES = {"error": "Fehler / error", "warning": "Warnung / warning", "info": "Hinweis / info"}


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding in the language of the reader, English where that is not German."""

    severity: str
    code: str
    file: str
    line: int | None
    field: str
    value: str
    message: str
    advice: str
    count: int


@dataclass(frozen=True, slots=True)
class KindOfFinding:
    """All findings of one code and severity; `count` places, of which `example` is the first."""

    example: FindingView
    count: int
    files: Sequence[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which findings: "" is any; `words` must all occur."""

    severity: str = ""
    file: str = ""
    code: str = ""
    words: str = ""
    page: int = 1

    def address(self, page: int) -> dict[str, str | int]:
        """As parameters of the page's address, without what is not asked."""
        said = {"schwere": self.severity, "datei": self.file, "art": self.code, "suche": self.words}
        return {name: value for name, value in said.items() if value} | {"seite": page}


@dataclass(frozen=True, slots=True)
class FindingsView:
    """`kinds` are errors and warnings, the gravest first, `hints` the rest; `rows` is one page of what is asked."""

    counts: Mapping[str, int]
    kinds: Sequence[KindOfFinding]
    hints: Sequence[KindOfFinding]
    files: Sequence[str]
    asked: Asked
    rows: Sequence[FindingView]
    pages: int
    n_found: int


def findings_view(findings: Sequence[Mapping[str, Any]], asked: Asked) -> FindingsView:
    """The findings of a version as they are stored, laid out."""
    order = list(SEVERITY_SIGN)
    shown = sorted((_in_language(one) for one in findings), key=lambda one: order.index(one.severity))
    counts: Counter[str] = Counter()
    for one in shown:
        counts[one.severity] += one.count
    kinds = _kinds(shown)
    found = [one for one in shown if _fits(one, asked)]
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(1, asked.page), pages)
    return FindingsView(
        counts=counts,
        kinds=[kind for kind in kinds if kind.example.severity != "info"],
        hints=[kind for kind in kinds if kind.example.severity == "info"],
        files=sorted({one.file for one in shown if one.file}),
        asked=Asked(asked.severity, asked.file, asked.code, asked.words, page),
        rows=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        pages=pages,
        n_found=len(found),
    )


def findings_table(findings: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[str | int]]:
    """A row of `COLUMNS` for each finding."""
    for one in findings:
        yield (
            _SEVERITY_NAMES[one["severity"]],
            one["file"],
            "" if one["line"] is None else one["line"],
            one["field"],
            one["value"],
            one["message"],
            one["advice"],
            one.get("message_en", ""),
            one.get("advice_en", ""),
            one["code"],
            one.get("count", 1),
        )


def _in_language(finding: Mapping[str, Any]) -> FindingView:
    suffix = "" if current().locale == "de" or "message_en" not in finding else "_en"
    return FindingView(
        severity=finding["severity"],
        code=finding["code"],
        file=finding["file"],
        line=finding["line"],
        field=finding["field"],
        value=finding["value"],
        message=finding[f"message{suffix}"],
        advice=finding[f"advice{suffix}"],
        count=finding.get("count", 1),
    )


def _kinds(findings: Sequence[FindingView]) -> list[KindOfFinding]:
    groups: dict[tuple[str, str], list[FindingView]] = {}
    for one in findings:
        groups.setdefault((one.severity, one.code), []).append(one)
    return [
        KindOfFinding(
            group[0], sum(one.count for one in group), sorted({one.file for one in group if one.file})
        )
        for group in groups.values()
    ]


def _fits(one: FindingView, asked: Asked) -> bool:
    if asked.severity not in ("", one.severity) or asked.file not in ("", one.file):
        return False
    if asked.code not in ("", one.code):
        return False
    text = " ".join(
        str(part) for part in (one.code, one.file, one.line, one.field, one.value, one.message, one.advice)
    ).casefold()
    return all(word in text for word in asked.words.casefold().split())
