"""The car of a driver, as riders recognise it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mitfahr.domain.errors import PlateInvalid, TooManySeats
from mitfahr.domain.seats import MAX_PASSENGERS

_PLATE = re.compile(r"([A-ZÄÖÜ]{1,3})[\s-]*([A-Z]{1,2})[\s-]*(\d{1,4})\s*([EH]?)")


@dataclass(frozen=True, slots=True)
class Car:
    """`seats` are the places for others; `plate` as `read_plate` writes it."""

    make: str
    colour: str
    plate: str | None
    seats: int

    @property
    def words(self) -> str:
        """blauer Golf, MEI-AB 12"""
        look = " ".join(word for word in (self.colour, self.make) if word)
        return ", ".join(word for word in (look, self.plate) if word)


def read_plate(text: str) -> str | None:
    """A German number plate, however it is typed; None for an empty text. Raises PlateInvalid."""
    plain = " ".join(text.upper().split())
    if not plain:
        return None
    match = _PLATE.fullmatch(plain)
    if match is None:
        raise PlateInvalid(text)
    town, letters, number, sign = match.groups()
    return f"{town}-{letters} {number}{sign}"


def check_car_seats(seats: int) -> None:
    """Raises TooManySeats."""
    if not 1 <= seats <= MAX_PASSENGERS:
        raise TooManySeats(seats, MAX_PASSENGERS)
