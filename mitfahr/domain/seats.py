"""Places are counted per hop, from one stop of a ride to the next, for private rides and runs alike:
seats, wheelchair places, and what is brought along (luggage, bicycles).

A *layout* is the row of stops of a ride and the hops between them. A private ride gains a stop where
somebody is to be picked up or set down, which cuts a hop in two; when that person falls away, the stop
goes and the two hops are one again. A run keeps its stops; only its counts move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from routing.query import Party

Stop = TypeVar("Stop")


MAX_PASSENGERS = 8
"""A car has at most nine seats including the driver's (§ 4 (4) PBefG); a wheelchair place is one of them."""


@dataclass(frozen=True, slots=True)
class Hop:
    """`0 <= taken <= capacity`, likewise for wheelchairs, luggage and bicycles, and never more than
    MAX_PASSENGERS people; anything else is a ValueError."""

    capacity: int
    taken: int = 0
    wheelchair_capacity: int = 0
    wheelchair_taken: int = 0
    luggage_capacity: int = 0
    luggage_taken: int = 0
    bicycle_capacity: int = 0
    bicycle_taken: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.taken <= self.capacity:
            raise ValueError(f"{self.taken} of {self.capacity} seats")
        if not 0 <= self.wheelchair_taken <= self.wheelchair_capacity:
            raise ValueError(f"{self.wheelchair_taken} of {self.wheelchair_capacity} wheelchair places")
        if not 0 <= self.luggage_taken <= self.luggage_capacity:
            raise ValueError(f"{self.luggage_taken} of {self.luggage_capacity} luggage places")
        if not 0 <= self.bicycle_taken <= self.bicycle_capacity:
            raise ValueError(f"{self.bicycle_taken} of {self.bicycle_capacity} bicycle places")
        if self.people > MAX_PASSENGERS:
            raise ValueError(f"{self.people} people")

    @property
    def people(self) -> int:
        return self.taken + self.wheelchair_taken

    @property
    def free(self) -> int:
        return min(self.capacity - self.taken, MAX_PASSENGERS - self.people)

    @property
    def wheelchairs_free(self) -> int:
        return min(self.wheelchair_capacity - self.wheelchair_taken, MAX_PASSENGERS - self.people)

    @property
    def luggage_free(self) -> int:
        return self.luggage_capacity - self.luggage_taken

    @property
    def bicycles_free(self) -> int:
        return self.bicycle_capacity - self.bicycle_taken

    def fits(self, party: Party) -> bool:
        return (
            party.seats <= self.free
            and party.wheelchairs <= self.wheelchairs_free
            and party.luggage <= self.luggage_free
            and party.bicycles <= self.bicycles_free
            and self.people + party.people <= MAX_PASSENGERS
        )


@dataclass(frozen=True, slots=True)
class Layout(Generic[Stop]):
    """`hops[i]` leads from `stops[i]` to `stops[i + 1]`."""

    stops: tuple[Stop, ...]
    hops: tuple[Hop, ...]

    def __post_init__(self) -> None:
        if len(self.stops) < 2 or len(self.hops) != len(self.stops) - 1:
            raise ValueError(f"{len(self.stops)} stops, {len(self.hops)} hops")

    def fits(self, first: int, last: int, party: Party) -> bool:
        """Whether a party finds room all the way from stop `first` to stop `last`."""
        return all(hop.fits(party) for hop in self.hops[first:last])

    def take(self, first: int, last: int, party: Party) -> Layout[Stop]:
        """The party gets on at stop `first` and off at `last`; ValueError without room."""
        return self._changed(first, last, party, +1)

    def give_back(self, first: int, last: int, party: Party) -> Layout[Stop]:
        return self._changed(first, last, party, -1)

    def with_stop_after(self, index: int, stop: Stop) -> Layout[Stop]:
        """`stop` becomes number `index + 1`; the hop it lies on is cut in two alike."""
        return Layout(
            (*self.stops[: index + 1], stop, *self.stops[index + 1 :]),
            (*self.hops[: index + 1], *self.hops[index:]),
        )

    def without_stop(self, index: int) -> Layout[Stop]:
        """The hops on both sides of stop `index` become one; ValueError if they differ.

        They differ only while somebody still gets on or off there.
        """
        if not 0 < index < len(self.stops) - 1 or self.hops[index - 1] != self.hops[index]:
            raise ValueError(f"stop {index} is still needed")
        return Layout(
            (*self.stops[:index], *self.stops[index + 1 :]),
            (*self.hops[:index], *self.hops[index + 1 :]),
        )

    def _changed(self, first: int, last: int, party: Party, sign: int) -> Layout[Stop]:
        if not 0 <= first < last < len(self.stops):
            raise ValueError(f"from stop {first} to stop {last} of {len(self.stops)}")
        hops: Sequence[Hop] = self.hops[first:last]
        changed = (
            replace(
                hop,
                taken=hop.taken + sign * party.seats,
                wheelchair_taken=hop.wheelchair_taken + sign * party.wheelchairs,
                luggage_taken=hop.luggage_taken + sign * party.luggage,
                bicycle_taken=hop.bicycle_taken + sign * party.bicycles,
            )
            for hop in hops
        )
        return Layout(self.stops, (*self.hops[:first], *changed, *self.hops[last:]))
