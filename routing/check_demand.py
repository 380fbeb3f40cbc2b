"""Is a leg on demand still to be had, and by which vehicle?"""

from __future__ import annotations

from collections.abc import Iterable

from routing.demand import DemandService
from routing.demand_fleet import drive_table
from routing.driving import Streets
from routing.journey import Leg, Place, Promise
from routing.query import Query
from routing.reasons import Reason
from routing.rides import BoardingRefused
from routing.snapshot import Snapshot
from routing.tour import Request, Tour, TourInsertion, insert_in_any


def reason_of_demand(snapshot: Snapshot, query: Query, leg: Leg, promise: Promise) -> Reason | None:
    """Why none of the snapshot's vehicles keeps the promise of a leg any more; None where one does."""
    fleet = snapshot.on_demand.fleets.get(promise.service_id)
    if fleet is None:
        return Reason.RIDE_GONE
    tours = [one.tour for one in fleet.tours]
    open_tours = [one for one in tours if not {one.tour_id, one.driver_id, one.service_id} & query.banned]
    now_s = query.asked_s
    try:
        if any(not _halts_at(snapshot, fleet.service, place) for place in (leg.origin, leg.destination)):
            return Reason.NOT_SERVED
        take(snapshot.streets, fleet.service, open_tours, leg, query, "", now_s)
    except BoardingRefused as refused:
        return refused.reason
    return None


def take(
    streets: Streets,
    service: DemandService,
    tours: Iterable[Tour],
    leg: Leg,
    query: Query,
    request_id: str,
    now_s: int,
) -> TourInsertion:
    """The best of these tours with the party of a leg in it, exactly as promised. Raises BoardingRefused.

    Booking asks this under the lock, with the tours as they are then; so `check` and booking agree.
    """
    promise, tours = leg.promise, tuple(tours)
    if promise is None or not tours:
        raise BoardingRefused(Reason.RIDE_GONE)
    if query.booked_at is not None and now_s > promise.pickup_from_s - service.lead_s:
        raise BoardingRefused(Reason.TOO_LATE_TO_BOOK)
    places = [leg.origin, leg.destination]
    for tour in tours:
        places += [tour.base, *(visit.place for visit in tour.visits)]
    drives = drive_table(streets, places)
    direct_s = drives(leg.origin, leg.destination)
    if direct_s is None:
        raise BoardingRefused(Reason.NO_WAY)
    if service.promise(promise.pickup_from_s, direct_s) != promise:
        raise BoardingRefused(Reason.TIMES_CHANGED)
    request = Request(request_id, leg.origin, leg.destination, query.party, promise)
    return insert_in_any(tours, request, drives, now_s)


def _halts_at(snapshot: Snapshot, service: DemandService, place: Place) -> bool:
    if place.stop_id is None:
        return service.halts_at(place)
    fleet = snapshot.on_demand.fleets[service.service_id]
    return snapshot.timetable.stop_by_id.get(place.stop_id) in fleet.stops
