"""The audit as staff read it: a moment, a person, what was done, and with what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from mitfahr.db.audit import AuditEntry
from mitfahr.domain.audit import AuditAction
from mitfahr.going_live_words import why_words
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import day_and_clock

ACTION_WORDS = {
    AuditAction.UPLOADED: lazy("hochgeladen"),
    AuditAction.CONFIRMED: lazy("Verluste mit Namen bestätigt"),
    AuditAction.RELEASED: lazy("als zweite Person freigegeben"),
    AuditAction.PLANNED: lazy("Umschalten geplant"),
    AuditAction.PLAN_TAKEN_BACK: lazy("Planung zurückgenommen"),
    AuditAction.PLAN_NOT_DONE: lazy("geplantes Umschalten nicht ausgeführt"),
    AuditAction.SWITCHED: lazy("in Betrieb genommen"),
    AuditAction.ROLLED_BACK: lazy("zurückgeschaltet"),
    AuditAction.ROADS_SWITCHED: lazy("Straßennetz in Betrieb genommen"),
    AuditAction.FEED_CHANGED: lazy("Fahrplan-Quelle geändert"),
    AuditAction.SOURCE_CHANGED: lazy("Echtzeit-Quelle geändert"),
    AuditAction.LOCAL_ADDED: lazy("örtliche Angabe hinzugefügt"),
    AuditAction.LOCAL_CHANGED: lazy("örtliche Angabe geändert"),
    AuditAction.LOCAL_ENDED: lazy("örtliche Angabe beendet"),
    AuditAction.LOCAL_IMPORTED: lazy("örtliche Angaben eingelesen"),
}
WHAT_WORDS = {
    "added": lazy("hinzugefügt"),
    "changed": lazy("geändert"),
    "removed": lazy("entfernt"),
    "paused": lazy("ruht"),
    "resumed": lazy("läuft wieder"),
}


@dataclass(frozen=True, slots=True)
class AuditLine:
    """`version_id` is None where the line is about no version."""

    at: dt.datetime
    who: str
    what: str
    subject: str
    more: str
    version_id: str | None

    def holds(self, words: Sequence[str]) -> bool:
        text = " ".join((day_and_clock(self.at), self.who, self.what, self.subject, self.more)).casefold()
        return all(word in text for word in words)


def audit_lines(entries: Sequence[AuditEntry], words: str = "") -> list[AuditLine]:
    """The lines that hold all `words`."""
    wanted = words.casefold().split()
    lines = (_line(entry) for entry in entries)
    return [line for line in lines if line.holds(wanted)]


def _line(entry: AuditEntry) -> AuditLine:
    return AuditLine(
        at=entry.at,
        who=entry.name or _("Betreiber oder Programm"),
        what=str(ACTION_WORDS[entry.action]),
        subject=entry.subject,
        more=_more(entry),
        version_id=entry.version_id,
    )


def _more(entry: AuditEntry) -> str:
    details, said = entry.details, []
    if details.get("before"):
        said.append(_("vorher: %(name)s", name=details["before"]))
    if "due_at" in details:
        said.append(_("für %(moment)s", moment=day_and_clock(dt.datetime.fromisoformat(details["due_at"]))))
    if "why" in details:
        said.append(why_words(details["why"]))
    for name, percent in details.get("lost_percent", {}).items():
        said.append(_("%(name)s: %(percent)s %% weniger", name=name, percent=percent))
    if details.get("what") in WHAT_WORDS:
        said.append(str(WHAT_WORDS[details["what"]]))
    return "; ".join(said)
