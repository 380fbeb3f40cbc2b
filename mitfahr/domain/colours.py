"""Colours that an operator may choose: read from #rrggbb, judged by the contrast that WCAG 2.2 asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

LEAST_CONTRAST = 4.5
"""Of text on its ground (WCAG 2.2, 1.4.3)."""


@dataclass(frozen=True, slots=True)
class Colour:
    """sRGB, each 0 to 255."""

    red: int
    green: int
    blue: int

    @classmethod
    def read(cls, text: str) -> Colour:
        """From #rrggbb; raises ValueError."""
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
            raise ValueError(text)
        return cls(*(int(text[at : at + 2], 16) for at in (1, 3, 5)))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """0 (black) to 1 (white), as WCAG defines it."""
        red, green, blue = (_linear(one / 255) for one in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(self, other: Colour) -> float:
        """1 (the same) to 21 (black on white)."""
        lighter, darker = sorted((self.luminance, other.luminance), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    def lightened(self, part: float) -> Colour:
        """Mixed with so much white: 0 is the colour itself, 1 is white."""
        return Colour(*(round(one + (255 - one) * part) for one in (self.red, self.green, self.blue)))

    def readable_on(self, ground: Colour) -> Colour:
        """The colour itself, or as much lighter as text on a dark `ground` needs."""
        steps = (self.lightened(percent / 100) for percent in range(101))
        return next(one for one in steps if one.contrast(ground) >= LEAST_CONTRAST)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)
LIGHT_GROUND = Colour(0xF0, 0xF1, 0xF5)
"""At least as dark as any light ground of the pages."""
DARK_GROUND = Colour(0x1C, 0x20, 0x33)
"""At least as light as any dark ground of the pages."""
