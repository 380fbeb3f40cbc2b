"""What `GET /api/v1/plan` is asked, read from the address; every mistake is collected, not only the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mitfahr.domain import notation
from mitfahr.domain.notation import NotationInvalid
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.trip_request import TripRequest
from routing.query import Party, Point

MAX_LENGTH = 100
"""Nothing that makes sense here is longer."""

_PLUS_LOST = re.compile(r" (?=\d\d:?\d\d$)")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A parameter that is missing or cannot be read; `detail` says what is expected."""

    name: str
    detail: str


class ParametersInvalid(Exception):
    """The question cannot be understood."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(f"{mistake.name}: {mistake.detail}" for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class _Parameter:
    read: Callable[[str], Any]
    default: str | None = None
    """What holds when it is left out; None: it must be there."""


def _moment(text: str) -> Any:
    """A plus sign that was not encoded arrives as a blank: 07:30:00 01:00 means 07:30:00+01:00."""
    return notation.moment(_PLUS_LOST.sub("+", text))


def _truth(text: str) -> bool:
    words = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in words:
        raise NotationInvalid(f"{text!r} ist weder true noch false")
    return words[text.lower()]


def _seats(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PASSENGERS):
        raise NotationInvalid(f"{text!r} ist keine Zahl von 1 bis {MAX_PASSENGERS}")
    return int(text)


PARAMETERS = {
    "from": _Parameter(notation.lat_lon),
    "to": _Parameter(notation.lat_lon),
    "time": _Parameter(_moment),
    "arrive_by": _Parameter(_truth, "false"),
    "window": _Parameter(notation.duration_s, "PT2H"),
    "seats": _Parameter(_seats, "1"),
}


def read_plan(given: Mapping[str, str]) -> TripRequest:
    """The request that the parameters of an address ask for; raises ParametersInvalid."""
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, parameter in PARAMETERS.items():
        text = given.get(name, "").strip() or parameter.default
        try:
            if text is None:
                raise NotationInvalid("fehlt")
            if len(text) > MAX_LENGTH:
                raise NotationInvalid(f"ist länger als {MAX_LENGTH} Zeichen")
            values[name] = parameter.read(text)
        except NotationInvalid as mistake:
            mistakes.append(Mistake(name, str(mistake)))
    if mistakes:
        raise ParametersInvalid(mistakes)
    return TripRequest(
        origin=Point(*values["from"]),
        destination=Point(*values["to"]),
        when=values["time"],
        arrive_by=values["arrive_by"],
        window_s=values["window"],
        party=Party(values["seats"]),
    )
