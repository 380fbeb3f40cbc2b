"""The door of the core: one question in, the complete answer out. `routing/README.md` says what that is."""

from __future__ import annotations

from collections.abc import Iterable

from routing import demand_search, raptor, ride_search
from routing.asked import Asked
from routing.journey import Journey
from routing.legs import walk_journey
from routing.ordering import with_deadlines
from routing.query import LegKind, Query
from routing.snapshot import Snapshot


def search(snapshot: Snapshot, query: Query) -> list[Journey]:
    """All best journeys, without and with private rides, by departure and arrival.

    Raises UnknownStop. An empty list means that nothing leads there in time.
    """
    snapshot = snapshot.without_stairs if query.avoids_stairs else snapshot
    told = snapshot
    if query.booked_at is not None:
        snapshot = snapshot.orderable_at(query.booked_at)
    asked = Asked.of(snapshot, query)
    walks = [] if asked.walk is None else [walk_journey(snapshot, asked.ends, asked.walk)]
    with_rides: list[Journey] = []
    if LegKind.RIDE in query.kinds and snapshot.overlay.row_of:
        with_rides = ride_search.journeys(asked)
    without_rides = walks + raptor.journeys(asked)
    found = without_rides + demand_search.journeys(asked, without_rides) + _best(query, with_rides)
    if told.orders:
        found = [with_deadlines(told.live, told.orders, journey) for journey in found]
    return sorted(
        found,
        key=lambda j: (j.departure_s, j.arrival_s, j.vehicles, j.uses_private_ride),
    )


def _best(query: Query, journeys: Iterable[Journey]) -> list[Journey]:
    """The Pareto set of one class; of equal journeys the one with less walking, then the longer shortest change.

    Without a window all journeys leave (arrive) at the moment asked for, whatever their own departure.
    """

    def criteria(journey: Journey) -> tuple[int, int, int]:
        departure_s, arrival_s = journey.departure_s, journey.arrival_s
        if query.window_s == 0 and query.arrive_by:
            arrival_s = 0
        elif query.window_s == 0:
            departure_s = 0
        return -departure_s, arrival_s, journey.vehicles

    def shortest_change_s(journey: Journey) -> int:
        return min((leg.slack_s for leg in journey.legs if leg.slack_s is not None), default=0)

    kept: list[Journey] = []
    soonest: dict[
        int, int
    ] = {}  # arrival by number of vehicles, of journeys that leave no earlier than the next
    for journey in sorted(journeys, key=lambda j: (*criteria(j), j.walk_s, -shortest_change_s(j))):
        _, arrival_s, vehicles = criteria(journey)
        if not any(few <= vehicles and sooner_s <= arrival_s for few, sooner_s in soonest.items()):
            kept.append(journey)
            soonest[vehicles] = arrival_s
    return kept
