"""What programs send as JSON, read field by field; every mistake is collected, not only the first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request

from mitfahr.db.idempotency import MAX_KEY
from mitfahr.domain import notation
from mitfahr.domain.notation import NotationInvalid
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.trip_request import TripRequest
from mitfahr.offered import MAX_TOGETHER, join_tokens
from mitfahr.services.change_party import PartyChange
from routing.query import Party, Point, StopRef
from web.forms.parameters import Mistake, ParametersInvalid

MAX_NAME = 200
MAX_MESSAGE = 500
MAX_TOKEN = 100_000
_NEEDED: Any = object()

T = TypeVar("T")


class BodyInvalid(ParametersInvalid):
    """The body is JSON, but its fields are missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class BookingBody:
    offers: str
    keep_others: bool
    message: str | None


class _Fields:
    """The fields of the body, each read once."""

    def __init__(self) -> None:
        body = request.get_json(silent=True)
        if not isinstance(body, Mapping):
            raise ParametersInvalid(
                [Mistake("body", "erwartet wird ein JSON-Objekt (Content-Type: application/json)")]
            )
        self._body = dict(body)
        self._mistakes: list[Mistake] = []

    def read(self, name: str, read: Callable[[Any], T], default: Any = _NEEDED) -> T:
        given = self._body.pop(name, default)
        try:
            if given is _NEEDED:
                raise NotationInvalid("fehlt")
            return given if given is default else read(given)
        except NotationInvalid as mistake:
            self._mistakes.append(Mistake(name, str(mistake)))
            return default  # type: ignore[no-any-return]

    def done(self) -> None:
        """Raises BodyInvalid when a field could not be read or is not known."""
        self._mistakes += [Mistake(str(name)[:MAX_NAME], "dieses Feld gibt es nicht") for name in self._body]
        if self._mistakes:
            raise BodyInvalid(self._mistakes)


def read_idempotency_key() -> str:
    """The head `Idempotency-Key`; raises ParametersInvalid."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 1 <= len(key) <= MAX_KEY:
        raise ParametersInvalid(
            [
                Mistake(
                    "Idempotency-Key",
                    f"dieser Kopf fehlt oder ist zu lang: erwartet werden 1 bis {MAX_KEY} Zeichen, für jeden "
                    "Auftrag andere; derselbe Auftrag noch einmal gesendet bekommt dieselben",
                )
            ]
        )
    return key


def read_search() -> TripRequest:
    """The question of a search; raises ParametersInvalid or BodyInvalid."""
    fields = _Fields()
    origin, destination = fields.read("from", _place), fields.read("to", _place)
    when = fields.read("time", lambda value: notation.moment(_text(value)))
    arrive_by = fields.read("arrive_by", _truth, False)
    window_s = fields.read("window", lambda value: notation.duration_s(_text(value)), 7200)
    party = Party(
        fields.read("seats", _count, 1),
        fields.read("wheelchairs", _count, 0),
        fields.read("luggage", _count, 0),
        fields.read("bicycles", _count, 0),
    )
    fields.done()
    if not 1 <= party.people <= MAX_PASSENGERS:
        raise BodyInvalid([Mistake("seats", f"mit Rollstühlen zusammen 1 bis {MAX_PASSENGERS} Personen")])
    return TripRequest(origin, destination, when, arrive_by=arrive_by, window_s=window_s, party=party)


def read_booking() -> BookingBody:
    """What is to be booked; raises ParametersInvalid or BodyInvalid."""
    fields = _Fields()
    body = BookingBody(
        fields.read("offers", _offers),
        fields.read("keep_others", _truth, False),
        fields.read("message", _message, None),
    )
    fields.done()
    return body


def read_change() -> PartyChange:
    """What is to be different; raises ParametersInvalid or BodyInvalid."""
    fields = _Fields()
    change = PartyChange(
        fields.read("seats", _count, None),
        fields.read("wheelchairs", _count, None),
        fields.read("luggage", _count, None),
        fields.read("bicycles", _count, None),
    )
    fields.done()
    if not change.asked():
        raise BodyInvalid([Mistake("seats", "nennen Sie mindestens ein Feld, das sich ändern soll")])
    return change


def _text(value: Any, most: int = MAX_NAME) -> str:
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise NotationInvalid(f"erwartet wird ein Text mit höchstens {most} Zeichen")
    return value


def _message(value: Any) -> str | None:
    return _text(value, MAX_MESSAGE).strip() or None


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise NotationInvalid("erwartet wird true oder false")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_PASSENGERS:
        raise NotationInvalid(f"erwartet wird eine Zahl von 0 bis {MAX_PASSENGERS}")
    return value


def _offers(value: Any) -> str:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_TOGETHER:
        raise NotationInvalid("erwartet wird eine Liste mit einem Angebot, für hin und zurück mit zweien")
    return join_tokens(*(_text(one, MAX_TOKEN) for one in value))


def _place(value: Any) -> Point | StopRef:
    if isinstance(value, Mapping):
        if set(value) == {"stop_id"}:
            return StopRef(_text(value["stop_id"]))
        if {"lat", "lon"} <= set(value) <= {"lat", "lon", "name"}:
            return Point(
                _degrees(value["lat"], 90), _degrees(value["lon"], 180), _text(value.get("name", ""))
            )
    raise NotationInvalid('erwartet wird {"lat": 51.1953, "lon": 13.3062, "name": "…"} oder {"stop_id": "…"}')


def _degrees(value: Any, most: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotationInvalid("geografische Breite und Länge sind Zahlen")
    if not math.isfinite(value) or abs(value) > most:
        raise NotationInvalid(f"außerhalb von −{most} bis {most} Grad")
    return float(value)
