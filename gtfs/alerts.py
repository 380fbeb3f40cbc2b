"""Alerts of GTFS-Realtime, free of protobuf: texts, periods, and what each is about by the ids of its feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from google.transit.gtfs_realtime_pb2 import Alert as Entity
from google.transit.gtfs_realtime_pb2 import EntitySelector, FeedMessage, TranslatedString

TextByLanguage = Mapping[str, str]
"""By the code of the language in small letters; "" where none is stated."""


@dataclass(frozen=True, slots=True)
class Selector:
    """What an alert is about: all that is stated must fit; "" and None stand for anything."""

    agency_id: str = ""
    route_id: str = ""
    route_type: int | None = None
    stop_id: str = ""
    trip_id: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """`periods` are [first, last] UTC seconds, None where open; none at all means always.

    `cause` and `severity` are the names of the specification in small letters.
    """

    alert_id: str
    title: TextByLanguage
    text: TextByLanguage
    url: str
    cause: str
    severity: str
    periods: tuple[tuple[int | None, int | None], ...]
    selectors: tuple[Selector, ...]


def read_alerts(message: FeedMessage) -> Iterator[Alert]:
    """All alerts of a message in their order."""
    for entity in message.entity:
        if not entity.HasField("alert") or entity.is_deleted:
            continue
        alert = entity.alert
        yield Alert(
            alert_id=_text(entity.id),
            title=_texts(alert.header_text),
            text=_texts(alert.description_text),
            url=next(iter(_texts(alert.url).values()), ""),
            cause=Entity.Cause.Name(alert.cause).lower(),
            severity=Entity.SeverityLevel.Name(alert.severity_level).lower(),
            periods=tuple((period.start or None, period.end or None) for period in alert.active_period),
            selectors=tuple(_selectors(alert.informed_entity)),
        )


def _texts(string: TranslatedString) -> dict[str, str]:
    found = {_text(one.language).lower(): _text(one.text).strip() for one in string.translation}
    return {language: text for language, text in found.items() if text}


def _text(text: str | bytes) -> str:
    """Protobuf hands out bytes for what is not UTF-8."""
    return text if isinstance(text, str) else text.decode(errors="replace")


def _selectors(informed: Iterable[EntitySelector]) -> Iterator[Selector]:
    for one in informed:
        yield Selector(
            agency_id=_text(one.agency_id),
            route_id=_text(one.route_id or one.trip.route_id),
            route_type=one.route_type if one.HasField("route_type") else None,
            stop_id=_text(one.stop_id),
            trip_id=_text(one.trip.trip_id),
        )
