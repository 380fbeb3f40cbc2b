"""Numbers and codes as people type them."""

from __future__ import annotations

import pytest

from mitfahr.domain.booking_numbers import (
    CODE_SIGNS,
    booking_number,
    cancel_code,
    is_cancel_code,
    typed_number,
)

BOOKING = "3f9a71c2d04e4b1f8a6c5e7d9b0a1c2d"


def test_the_number_is_the_beginning_of_the_id() -> None:
    assert booking_number(BOOKING) == "3F9A-71C2"
    for typed in ("3F9A-71C2", "3f9a71c2", " 3F9A 71C2 ", "3f9a–71c2"):
        assert typed_number(typed) == "3f9a71c2"


@pytest.mark.parametrize("typed", ["", "3F9A", "3F9A-71C2-0", "3F9A-71CG", "3F9A-71C%"])
def test_what_is_no_number(typed: str) -> None:
    assert typed_number(typed) is None


def test_a_code_opens_its_booking_only() -> None:
    code = cancel_code(BOOKING, "key")
    assert len(code) == 11 and code[5] == "-" and set(code) - {"-"} <= set(CODE_SIGNS)
    for typed in (code, code.lower(), code.replace("-", ""), f" {code[:3]} {code[3:]} "):
        assert is_cancel_code(typed, BOOKING, "key")
    assert not is_cancel_code(code, BOOKING.replace("3", "4"), "key")
    assert not is_cancel_code(code, BOOKING, "another key")
    assert not is_cancel_code("", BOOKING, "key")
    assert not is_cancel_code("ÄÖÜ", BOOKING, "key")
