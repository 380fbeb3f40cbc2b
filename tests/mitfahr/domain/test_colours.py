"""Contrast as WCAG counts it, and colours that stay readable."""

from __future__ import annotations

import pytest

from mitfahr.domain.colours import BLACK, DARK_GROUND, LEAST_CONTRAST, WHITE, Colour


def test_contrast_is_that_of_the_standard() -> None:
    assert BLACK.contrast(WHITE) == WHITE.contrast(BLACK) == pytest.approx(21)
    assert Colour.read("#767676").contrast(WHITE) == pytest.approx(4.54, abs=0.005)
    assert Colour.read("#ff0000").contrast(WHITE) == pytest.approx(4.0, abs=0.005)


@pytest.mark.parametrize("text", ["#005ca9", "#7a0019", "#000000"])
def test_a_dark_colour_becomes_readable_on_a_dark_ground(text: str) -> None:
    lighter = Colour.read(text).readable_on(DARK_GROUND)
    assert lighter.contrast(DARK_GROUND) >= LEAST_CONTRAST
    assert lighter.luminance > Colour.read(text).luminance


def test_a_light_colour_stays() -> None:
    assert WHITE.readable_on(DARK_GROUND) == WHITE


@pytest.mark.parametrize("text", ["blau", "#12345", "#1234567", "005ca9"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Colour.read(text)
