"""What is live: rides that can be boarded, as the router sees them.

Private offers, BürgerBus runs and (later) on-demand runs are one shape, `Ride`. Only two things
differ for the router: a *run* keeps its stops and times and has no detours; a *private ride* may be
led past other points as long as everything promised still holds (`routing.rides` has the rules).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

DEPARTURE_STEP_S = 300
"""A driver with a departure window leaves at whole steps after its beginning: nobody leaves at
07:03:47, and a finite set of departures keeps the Pareto set finite and exact."""

HALT_S = 60
"""Every pick-up or drop-off on a private ride takes a minute, at the start and the end too."""

ALWAYS_OPEN_S = 1 << 62
"""`Ride.bookable_until_s` of a run that people board without a booking: later than any moment."""

PROMISE_TOLERANCE_S = 300
"""A promised pick-up may come this much later, never earlier; a promised drop-off this much later."""


class RideKind(enum.IntEnum):
    PRIVATE = 0
    RUN = 1


@dataclass(frozen=True, slots=True)
class RideStop:
    """A place where a ride stops, in driving order.

    Runs: `arrival_s` and `departure_s` are the published times (UTC seconds).
    Private rides: the first stop is the driver's start and the last the driver's goal (both times 0
    there); every stop between is promised to people on board: `promised_pickup_s` is when somebody
    gets on, `promised_dropoff_s` when somebody gets off (None when nobody does). One place where
    some get on and others off is one stop.
    """

    lat: float
    lon: float
    name: str
    stop_id: str | None = None
    arrival_s: int = 0
    departure_s: int = 0
    promised_pickup_s: int | None = None
    promised_dropoff_s: int | None = None


@dataclass(frozen=True, slots=True)
class Ride:
    """A dated run or private ride with what is free on it now.

    `stops`: at least two. `seats_free[i]`, `wheelchairs_free[i]`, `luggage_free[i]` and `bicycles_free[i]`
    hold on the hop from stop i to stop i + 1, so each has `len(stops) - 1` entries; left out, the last two
    are zeros. Private rides only: the driver leaves the first
    stop between `earliest_s` and `latest_s` (in steps of DEPARTURE_STEP_S from `earliest_s`), drives
    at most `budget_s` longer than the direct way (driving only, halts not counted), and reaches the
    goal by `latest_arrival_s`. `driver_id` lets a query ban a person. `label` is what riders read
    ("BürgerBus 500", "Fahrt mit Anna").
    """

    ride_id: str
    kind: RideKind
    stops: tuple[RideStop, ...]
    seats_free: tuple[int, ...]
    wheelchairs_free: tuple[int, ...]
    driver_id: str
    label: str
    bookable_until_s: int
    earliest_s: int = 0
    latest_s: int = 0
    latest_arrival_s: int = 0
    budget_s: int = 0
    luggage_free: tuple[int, ...] = ()
    bicycles_free: tuple[int, ...] = ()
    published_s: tuple[tuple[int, int], ...] = ()
    """Of a run that is late: arrival and departure at each stop by its timetable; its stops have the expected ones."""

    @property
    def deadline_s(self) -> int | None:
        """`bookable_until_s`; None where nobody has to book."""
        return None if self.bookable_until_s == ALWAYS_OPEN_S else self.bookable_until_s

    def __post_init__(self) -> None:
        for name in ("luggage_free", "bicycles_free"):
            if not getattr(self, name):
                object.__setattr__(self, name, (0,) * len(self.seats_free))
