"""Sources of real time as staff see them: how each is doing, and what became of all that it said last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gtfs.realtime import Remark
from mitfahr.db.realtime_sources import RealtimeSource
from mitfahr.domain.live_sources import SourceState, source_state
from mitfahr.languages import lazy, ngettext
from web.bookings_view import Sign

STATE_SIGN = {
    SourceState.WORKS: Sign(lazy("in Ordnung"), "success"),
    SourceState.FAILS: Sign(lazy("antwortet nicht; was sie zuletzt gesagt hat, gilt noch"), "warning"),
    SourceState.SILENT: Sign(lazy("sagt nichts Neues: Es gilt der Fahrplan"), "danger"),
    SourceState.WAITING: Sign(lazy("wird gleich zum ersten Mal gefragt"), "info"),
    SourceState.PAUSED: Sign(lazy("ruht"), "info"),
}
GOOD = (Remark.RUNS, Remark.CANCELLED, Remark.ADDED, Remark.NOTICE)
REMARK_WORDS = {
    Remark.RUNS: lazy("Fahrten mit erwarteten Zeiten"),
    Remark.CANCELLED: lazy("Fahrten, die ausfallen"),
    Remark.ADDED: lazy("zusätzliche Fahrten"),
    Remark.NOTICE: lazy("Meldungen an Fahrgäste"),
    Remark.UNKNOWN_TRIP: lazy("Fahrten, die der Fahrplan nicht kennt"),
    Remark.NO_TRIP: lazy("Angaben ohne Nummer der Fahrt"),
    Remark.NOT_RUNNING: lazy("Fahrten, die an diesem Tag oder zu dieser Zeit nicht verkehren"),
    Remark.WHICH_DEPARTURE: lazy("Fahrten im Takt ohne Angabe, welche gemeint ist"),
    Remark.BAD_START: lazy("Angaben mit falschem Tag oder falscher Zeit"),
    Remark.UNKNOWN_STOP: lazy("Haltestellen, die der Fahrplan nicht kennt"),
    Remark.STOP_NOT_ON_TRIP: lazy("Haltestellen, an denen die Fahrt nicht hält"),
    Remark.UNKNOWN_ROUTE: lazy("Linien, die der Fahrplan nicht kennt"),
    Remark.INCOMPLETE: lazy("zusätzliche Fahrten ohne Haltestellen, Zeiten oder Linie"),
    Remark.SAYS_NOTHING: lazy("Angaben, die nichts sagen"),
    Remark.TOO_FAR_OFF: lazy("Zeiten, die so früh oder spät sind, dass sie falsch sein müssen"),
    Remark.BACKWARDS: lazy("Fahrten, deren Zeiten rückwärts liefen (berichtigt)"),
    Remark.DUPLICATE: lazy("Fahrten, die doppelt genannt sind (die letzte Angabe gilt)"),
    Remark.REFUSED: lazy("Angaben, die dem Fahrplan widersprechen"),
    Remark.NOTICE_UNPLACED: lazy("Meldungen ohne Text oder zu nichts, was der Fahrplan kennt"),
}


@dataclass(frozen=True, slots=True)
class CountView:
    """How often something was met; `samples` are ids as the source calls them."""

    words: str
    n: int
    samples: Sequence[str]


@dataclass(frozen=True, slots=True)
class SourceView:
    """`feed` is the name of the timetable that it speaks of, `host` says where it is asked without showing a key."""

    source: RealtimeSource
    feed: str
    sign: Sign
    age: str | None
    """How old what it said last is, in words."""
    good: Sequence[CountView]
    bad: Sequence[CountView]

    @property
    def host(self) -> str:
        return urlsplit(self.source.url).hostname or self.source.url


def source_view(source: RealtimeSource, feed: str, now: dt.datetime) -> SourceView:
    state = source_state(
        is_paused=source.is_paused,
        tried_at=source.tried_at,
        has_failed=source.error is not None,
        fresh_until=source.fresh_until,
        now=now,
    )
    return SourceView(
        source=source,
        feed=feed,
        sign=STATE_SIGN[state],
        age=None if source.said_at is None else _age((now - source.said_at).total_seconds()),
        good=[_count(remark, source.counts) for remark in GOOD if remark in source.counts],
        bad=[
            _count(remark, source.counts) for remark in Remark if remark in source.counts.keys() - set(GOOD)
        ],
    )


def _count(remark: Remark, counts: dict[str, Any]) -> CountView:
    return CountView(str(REMARK_WORDS[remark]), counts[remark]["n"], counts[remark]["samples"])


def _age(seconds: float) -> str:
    whole = max(0, int(seconds))
    if whole < 120:
        return ngettext("%(num)s Sekunde alt", "%(num)s Sekunden alt", whole)
    if whole < 7200:
        return ngettext("%(num)s Minute alt", "%(num)s Minuten alt", whole // 60)
    return ngettext("%(num)s Stunde alt", "%(num)s Stunden alt", whole // 3600)
