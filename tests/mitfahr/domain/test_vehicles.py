"""Number plates are read as people type them."""

from __future__ import annotations

import pytest

from mitfahr.domain.errors import PlateInvalid, TooManySeats
from mitfahr.domain.vehicles import Car, check_car_seats, read_plate


@pytest.mark.parametrize(
    ("typed", "plate"),
    [
        ("mei ab 12", "MEI-AB 12"),
        ("MEI-AB 12", "MEI-AB 12"),
        ("MEI-AB12E", "MEI-AB 12E"),
        ("gro-x 1 h", "GRO-X 1H"),
        ("  ", None),
    ],
)
def test_plates_however_typed(typed: str, plate: str | None) -> None:
    assert read_plate(typed) == plate


@pytest.mark.parametrize("typed", ["blau", "MEI-AB", "0170 1234567", "MEI-ABC 12345"])
def test_what_is_no_plate(typed: str) -> None:
    with pytest.raises(PlateInvalid):
        read_plate(typed)


def test_a_car_in_words_leaves_out_what_is_not_known() -> None:
    assert Car("Golf", "blauer", "MEI-AB 12", 3).words == "blauer Golf, MEI-AB 12"
    assert Car("Golf", "", None, 3).words == "Golf"
    with pytest.raises(TooManySeats):
        check_car_seats(9)
