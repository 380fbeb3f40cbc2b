"""What a driver of a private ride takes along, and what a party needs or brings."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass


class Need(enum.StrEnum):
    """What a party needs or brings, besides the places that are counted."""

    CHILD_SEAT = "child_seat"
    PET = "pet"
    NO_SMOKE = "no_smoke"


@dataclass(frozen=True, slots=True)
class Terms:
    """Of a private ride. `women_only`: only riders who have said to be women find it and book it."""

    child_seat: bool = False
    pets: bool = False
    smoking: bool = False
    women_only: bool = False

    @property
    def named(self) -> frozenset[str]:
        """The names of what is so."""
        return frozenset(name for name in self.__slots__ if getattr(self, name))

    def suit(self, needs: Collection[Need], is_woman: bool) -> bool:
        return not (
            (Need.CHILD_SEAT in needs and not self.child_seat)
            or (Need.PET in needs and not self.pets)
            or (Need.NO_SMOKE in needs and self.smoking)
            or (self.women_only and not is_woman)
        )


NO_TERMS = Terms()
