"""On-demand services and their tours as the router knows them: database → `routing.demand`, `routing.tour`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from mitfahr.db import demand_services
from mitfahr.db.bookings import BookingLeg, holding_legs
from mitfahr.db.rides import Ride, RideStop
from mitfahr.domain.times import seconds
from routing.demand import DemandService
from routing.journey import Place
from routing.overlay import HALT_S
from routing.query import Party
from routing.tour import Tour, Visit


def router_service(service: demand_services.DemandService) -> DemandService:
    """The service as the router sees it."""
    corners = tuple((one["lat"], one["lon"]) for one in service.area)
    return DemandService(
        service_id=service.id,
        label=service.name,
        stop_ids=frozenset(stop["stop_id"] for stop in service.stops),
        area=(corners,) if corners else (),
        window_s=2 * service.flex_s,
        detour_s=service.detour_s,
        lead_s=service.lead_s,
    )


def router_tours(
    session: Session, tours: Collection[Ride], released: Collection[str] = ()
) -> dict[str, Tour]:
    """These tours by id, without the legs whose ids are in `released`; people are not read with them."""
    legs: dict[str, list[BookingLeg]] = defaultdict(list)
    for leg in holding_legs(session, [tour.id for tour in tours]):
        if leg.id not in released:
            legs[leg.ride_id or ""].append(leg)
    return {tour.id: router_tour(tour, legs[tour.id]) for tour in tours}


def router_tour(tour: Ride, legs: Sequence[BookingLeg]) -> Tour:
    """One tour with the visits of these `legs`, each for a leg's id."""
    getting_on = {leg.board_stop_id: leg for leg in legs}
    getting_off = {leg.alight_stop_id: leg for leg in legs}
    visits = []
    late_seq = max((stop.seq for stop in tour.stops if stop.said_s is not None), default=0)
    for stop in tour.stops[1:-1]:
        leg = getting_on.get(stop.id) or getting_off.get(stop.id)
        if leg is not None:
            visits.append(_visit(tour, stop, leg, stop.id in getting_on, stop.seq <= late_seq))
    base = tour.stops[0]
    return Tour(
        tour_id=tour.id,
        service_id=tour.demand_service_id or "",
        base=Place(base.name, base.lat, base.lon),
        begins_s=tour.begins_s,
        ends_s=tour.ends_s,
        room=Party(tour.seats, tour.wheelchairs, tour.luggage, tour.bicycles),
        visits=tuple(visits),
        driver_id=tour.driver_id or "",
        bookable_until_s=tour.bookable_until_s,
    )


def _visit(tour: Ride, stop: RideStop, leg: BookingLeg, is_pickup: bool, is_said: bool) -> Visit:
    return Visit(
        request_id=leg.id,
        is_pickup=is_pickup,
        place=Place(stop.name, stop.lat, stop.lon, stop.stop_id),
        party=leg.party,
        from_s=stop.earliest_s or 0,
        until_s=stop.held_until_s,
        known_s=stop.known_s or 0,
        reached_s=_reached_s(tour, stop, is_said),
    )


def _reached_s(tour: Ride, stop: RideStop, is_said: bool) -> int | None:
    """When the vehicle was there, if whoever drives it has ticked the stop off; or will be, as they have said of it
    (`is_said`) or of one behind it."""
    if stop.seq >= tour.stops_done or tour.stops_done_at is None:
        return (stop.said_s or stop.arrival_s) if is_said else None
    if stop.seq == tour.stops_done - 1:
        return seconds(tour.stops_done_at) - HALT_S
    return min(stop.arrival_s, seconds(tour.stops_done_at) - HALT_S)
