"""Alerts of a live source → notices to passengers, about the lines, stops and trips that the timetable has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from gtfs.alerts import Alert, Selector, TextByLanguage
from gtfs.merge import merged_id
from gtfs.realtime import Remark, Tally
from mitfahr.domain.local_keys import LineKey, StopKey
from mitfahr.domain.notices import GERMAN, Cause, Notice, NoticeText, Severity, Target
from mitfahr.languages import KNOWN
from routing.timetable import Timetable

LONGEST_TITLE = 200
LONGEST_TEXT = 4000
SEVERITIES = {"warning": Severity.WARNING, "severe": Severity.SEVERE}
CAUSES = {cause.value: cause for cause in Cause} | {"special_event": Cause.EVENT}

_Value = TypeVar("_Value")


def notices_of(alerts: Iterable[Alert], timetable: Timetable, key: str, tally: Tally) -> dict[str, Notice]:
    """By the source's own name for each; what cannot be placed is counted and left out.

    `key` is the feed's in a merged timetable, see `gtfs.merge`.
    """
    reader = _Reader(timetable, key)
    notices: dict[str, Notice] = {}
    for alert in alerts:
        texts = _texts(alert)
        targets = tuple(dict.fromkeys(reader.targets(alert.selectors)))
        if not texts or (alert.selectors and not targets):
            tally.note(Remark.NOTICE_UNPLACED, alert.alert_id)
            continue
        tally.note(Remark.NOTICE, alert.alert_id)
        notices[alert.alert_id] = Notice(
            texts=texts,
            severity=SEVERITIES.get(alert.severity, Severity.INFO),
            cause=CAUSES.get(alert.cause, Cause.UNKNOWN),
            url=alert.url if alert.url.startswith(("https://", "http://")) else "",
            periods=alert.periods,
            targets=targets,
        )
    return notices


class _Reader:
    def __init__(self, timetable: Timetable, key: str) -> None:
        self._timetable = timetable
        self._key = key
        self._routes = {route_id: i for i, route_id in enumerate(timetable.route_id)}
        self._agencies = {agency_id: i for i, agency_id in enumerate(timetable.agency_id)}

    def targets(self, selectors: Iterable[Selector]) -> Iterator[Target]:
        """None for what the timetable does not have: a notice about nothing must not be one about everything."""
        timetable = self._timetable
        for selector in selectors:
            line = stop = None
            trip_id = merged_id(timetable.sections_by_trip_id, self._key, selector.trip_id)
            if selector.trip_id:
                if trip_id in timetable.sections_by_trip_id:
                    yield Target(trip_id=trip_id)
                continue
            if selector.route_id:
                line = self._line(selector.route_id)
            elif selector.agency_id:
                line = self._lines_of(selector.agency_id)
            elif selector.route_type is not None and not selector.stop_id:
                yield from self._lines_of_type(selector.route_type)
                continue
            if selector.stop_id:
                stop = self._stop(selector.stop_id)
            is_unknown = (selector.route_id and line is None) or (selector.stop_id and stop is None)
            if not is_unknown and (line is not None or stop is not None):
                yield Target(line=line, stop=stop)

    def _line(self, route_id: str) -> LineKey | None:
        route = self._found(self._routes, route_id)
        return None if route is None else self._key_of(route)

    def _lines_of(self, agency_id: str) -> LineKey | None:
        agency = self._found(self._agencies, agency_id)
        return None if agency is None else LineKey(self._timetable.agency_name[agency], "")

    def _lines_of_type(self, route_type: int) -> Iterator[Target]:
        for route, known in enumerate(self._timetable.route_type.tolist()):
            if known == route_type:
                yield Target(line=self._key_of(route))

    def _key_of(self, route: int) -> LineKey:
        timetable = self._timetable
        agency = int(timetable.route_agency[route])
        name = timetable.route_short_name[route] or timetable.route_long_name[route]
        return LineKey(timetable.agency_name[agency] if agency >= 0 else "", name)

    def _stop(self, stop_id: str) -> StopKey | None:
        timetable = self._timetable
        stop = self._found(timetable.stop_by_id, stop_id)
        if stop is None:
            return None
        lat, lon = float(timetable.stop_lat[stop]), float(timetable.stop_lon[stop])
        return StopKey(timetable.stop_id[stop], timetable.stop_name[stop], lat, lon)

    def _found(self, known: Mapping[str, _Value], own_id: str) -> _Value | None:
        return known.get(merged_id(known, self._key, own_id))


def _texts(alert: Alert) -> dict[str, NoticeText]:
    """In the languages of the portal; without a title the beginning of the text stands for it."""
    titles, texts = _in_our_languages(alert.title), _in_our_languages(alert.text)
    return {
        code: NoticeText(
            (titles.get(code) or texts[code])[:LONGEST_TITLE], texts.get(code, "")[:LONGEST_TEXT]
        )
        for code in {**titles, **texts}
    }


def _in_our_languages(texts: TextByLanguage) -> dict[str, str]:
    """A text without a language, and one in none of ours that stands alone, counts as German."""
    ours = {language.code for language in KNOWN}
    found = {
        code: text
        for language, text in texts.items()
        for code in (language, language.split("-")[0])
        if code in ours
    }
    if "" in texts or not found:
        found.setdefault(GERMAN, next(iter([texts[""]] if "" in texts else texts.values()), ""))
    return {code: text for code, text in found.items() if text}
