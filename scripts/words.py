"""The words of the portal, for those who translate. `make words` runs `update`.

    python -m scripts.words update              collect all messages; every catalogue gets exactly these
    python -m scripts.words missing en          what is not translated yet, as JSON on the standard output
    python -m scripts.words fill en FILE.json   take translations in; what does not fit its message is refused
    python -m scripts.words check               what is wrong or missing, by language

The JSON is a list of {"id", "plural", "where", "text"}. Fill in "text": a string, or for messages with
"plural" the list of the language's forms in its own order (de-simple, en: 2; cs, pl, uk: 3).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from mitfahr.languages.known import GERMAN, KNOWN, LEICHT, Language

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "mitfahr" / "translations"
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""Catalogues tell no time, so that only changed words change them."""
KEYWORDS = {
    "_": None,
    "lazy": None,
    "marked": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "progress": (1,),
}
IN_TEMPLATES = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}

FOR_OPERATORS = ("mitfahr/cli/", "mitfahr/demo/", "web/templates/api/")
"""The command line, the demonstration and the programming interface speak German only."""
FOR_STAFF = (
    "gtfs/",
    "mitfahr/checked_stops_file.py",
    "mitfahr/going_live_words.py",
    "mitfahr/services/build_",
    "mitfahr/services/compare_timetables.py",
    "mitfahr/services/send_feedback.py",
    "web/comparison_view.py",
    "web/findings_view.py",
    "mitfahr/duty_messages.py",
    "mitfahr/services/keep_papers.py",
    "web/duty_view.py",
    "web/forms/demand.py",
    "web/forms/duty.py",
    "web/templates/duty/",
    "web/templates/duty_link/",
    "web/views/duty.py",
    "web/templates/standing_orders/all.html",
    "web/templates/standing_orders/unsettled.html",
    "web/templates/standing_orders/letter.html",
    "web/forms/access_token.py",
    "web/forms/feeds.py",
    "web/forms/local.py",
    "web/forms/organisation.py",
    "web/forms/realtime.py",
    "web/forms/run.py",
    "web/forms/samples.py",
    "web/forms/stop_rows.py",
    "web/forms/telephone.py",
    "web/forms/timetable.py",
    "web/halts.py",
    "web/named_places.py",
    "web/planned_",
    "web/realtime_view.py",
    "web/spoken.py",
    "mitfahr/vehicle_messages.py",
    "web/forms/driving.py",
    "web/forms/vehicle_log.py",
    "web/templates/calls/",
    "web/templates/driving/",
    "web/views/driving.py",
    "web/views/vehicle_log.py",
    "web/templates/demand/",
    "web/templates/feeds/",
    "web/templates/figures/",
    "web/templates/local/",
    "web/templates/organisations/",
    "web/templates/outbox/",
    "web/templates/parts/findings.html",
    "web/templates/parts/local_frame.html",
    "web/templates/parts/planned",
    "web/templates/parts/stop_rows.html",
    "web/templates/parts/version.html",
    "web/templates/profile/revoke_token.html",
    "web/templates/profile/token.html",
    "web/templates/profile/tokens.html",
    "web/templates/realtime/",
    "web/templates/telephone/",
    "web/templates/reports/",
    "web/templates/run_lines/",
    "web/templates/runs/",
    "web/templates/timetables/",
    "web/versions_view.py",
    "web/views/access_tokens.py",
    "web/views/calls.py",
    "web/views/comparisons.py",
    "web/views/demand.py",
    "web/views/feeds.py",
    "web/views/figures.py",
    "web/views/findings.py",
    "web/views/going_live.py",
    "web/views/local.py",
    "web/views/organisations.py",
    "web/views/outbox.py",
    "web/views/realtime.py",
    "web/views/reports.py",
    "web/views/run_lines.py",
    "web/views/runs.py",
    "web/views/telephone.py",
    "web/views/timetables.py",
)
"""Everything else is for residents and is told in Leichte Sprache, too."""
SHORT_WORDS = 8
"""What has no more words than this, a name of a button or one short sentence, is simple as it is."""

_PLACE = re.compile(r"%\((\w+)\)s")
_TAG = re.compile(r"</?[a-z][^>]*>")
_WORD = re.compile(r"[^\W\d_]{2,}")


def collected() -> Catalog:
    """All messages of the source with the files they stand in."""
    messages = Catalog()
    for path in sorted(
        [
            *ROOT.glob("mitfahr/**/*.py"),
            *ROOT.glob("web/**/*.py"),
            *ROOT.glob("gtfs/*.py"),
            *ROOT.glob("web/templates/**/*.html"),
        ]
    ):
        where = path.relative_to(ROOT).as_posix()
        if where.startswith(FOR_OPERATORS):
            continue
        method, options = (
            ("jinja2.ext:babel_extract", IN_TEMPLATES) if path.suffix == ".html" else ("python", {})
        )
        for _line, message, _comments, _context in extract_from_file(method, path, KEYWORDS, (), options):
            messages.add(message, locations=[(where, 0)])
    return messages


def is_wanted(message: Message, language: Language) -> bool:
    """Whether the language says this itself; in Leichte Sprache short messages and those for staff stay German."""
    if language != LEICHT:
        return True
    words = _WORD.findall(_TAG.sub(" ", _PLACE.sub(" ", _ids(message)[-1])))
    return len(words) > SHORT_WORDS and any(not where.startswith(FOR_STAFF) for where, _ in message.locations)


def read(language: Language) -> Catalog:
    with (FOLDER / language.catalogue).open("rb") as file:
        return read_po(file, locale=language.locale)


def fresh(language: Language, source: Catalog) -> Catalog:
    """The language's catalogue with exactly the messages it should have, translated as far as known."""
    path = FOLDER / language.catalogue
    known = read(language) if path.exists() else Catalog(locale=language.locale)
    made = Catalog(
        locale=language.locale,
        project="mitfahr",
        fuzzy=False,
        copyright_holder="",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        creation_date=LONG_AGO,
        revision_date=LONG_AGO,
        header_comment=f"# {language.name}. Made by `make words`; README.md says which word stands for which.",
    )
    for message in source:
        if message.id and is_wanted(message, language):
            before = known.get(message.id)
            text = before.string if before and not before.fuzzy and _ids(before) == _ids(message) else ""
            made.add(message.id, text, locations=message.locations)
    return made


def save(language: Language, catalogue: Catalog) -> None:
    with (FOLDER / language.catalogue).open("wb") as file:
        write_po(file, catalogue, width=0, include_lineno=False, sort_by_file=True, omit_header=False)


def faults(message: Message, language: Language) -> Iterator[str]:
    """What is wrong with a translation, in words."""
    written = message.string
    texts = [text or "" for text in (written if isinstance(written, tuple | list) else (written,))]
    if message.fuzzy:
        yield "is marked fuzzy"
    if not all(texts):
        yield "is missing"
        return
    ids = _ids(message)
    forms = 1 if len(ids) == 1 else Catalog(locale=language.locale).num_plurals
    if len(texts) != forms:
        yield f"has {len(texts)} forms instead of {forms}"
    wanted = set(_PLACE.findall(ids[-1]))
    for text in texts:
        places = set(_PLACE.findall(text))
        if places - wanted or wanted - places - ({"num"} if forms > 1 else set()):
            yield f"fills {sorted(places)} instead of {sorted(wanted)}"
        if "%" in _PLACE.sub("", text).replace("%%", ""):
            yield "has a single percent sign"
        if Counter(_TAG.findall(text)) != Counter(_TAG.findall(ids[-1])):
            yield "has other HTML tags"
        if text != text.strip():
            yield "begins or ends with a space"


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


def _missing(language: Language) -> list[dict[str, Any]]:
    return [
        {
            "id": _ids(message)[0],
            "plural": _ids(message)[1] if message.pluralizable else None,
            "where": sorted({where for where, _ in message.locations}),
            "text": [""] * read(language).num_plurals if message.pluralizable else "",
        }
        for message in read(language)
        if message.id and any(True for _ in faults(message, language))
    ]


def _fill(language: Language, file: Path) -> int:
    catalogue, refused = read(language), 0
    for entry in json.loads(file.read_text(encoding="utf-8")):
        message = catalogue.get(entry["id"])
        text = tuple(entry["text"]) if isinstance(entry["text"], list) else entry["text"]
        if not text or text == tuple("" for _ in text):
            continue
        if message is None:
            print(f"not in the catalogue: {entry['id']!r}")
            refused += 1
            continue
        before, message.string = message.string, text
        wrong = list(faults(message, language))
        if wrong:
            message.string = before
            refused += 1
            print(f"{entry['id']!r} {', '.join(wrong)}: {text!r}")
    save(language, catalogue)
    return 1 if refused else 0


def check(language: Language, source: Catalog) -> list[str]:
    """Every fault of the language's catalogue against the source."""
    catalogue = read(language)
    wanted = {_ids(message) for message in source if message.id and is_wanted(message, language)}
    known = {_ids(message) for message in catalogue if message.id}
    found = [f"{ids[0]!r} is not in the catalogue; run `make words`" for ids in sorted(wanted - known)]
    found += [f"{ids[0]!r} is in no source any more; run `make words`" for ids in sorted(known - wanted)]
    for message in catalogue:
        if message.id:
            found += [f"{_ids(message)[0]!r} {fault}" for fault in faults(message, language)]
    return found


def main(arguments: list[str]) -> int:
    by_code = {known.code: known for known in KNOWN if known != GERMAN}
    match arguments:
        case ["update"]:
            source = collected()
            for language in by_code.values():
                save(language, fresh(language, source))
        case ["missing", code]:
            json.dump(_missing(by_code[code]), sys.stdout, ensure_ascii=False, indent=1)
        case ["fill", code, file]:
            return _fill(by_code[code], Path(file))
        case ["check"]:
            source = collected()
            for language in by_code.values():
                for fault in check(language, source):
                    print(f"{language.code}: {fault}")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
