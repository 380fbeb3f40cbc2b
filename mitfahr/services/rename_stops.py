"""After a switch: what people have stored names its stops as the new timetable does.

Rides, series, lines, on-demand services, standing orders, waiting lists and kept searches lie where they lay; only the ids of their
stops are looked up again, by name and place (`mitfahr.same_stops`). What has the right ids is left alone, so this may be
done any number of times, and whoever is killed in between is followed by another.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.demand_services import running_services, service_of
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.rides import lock_rides, stops_to_come
from mitfahr.db.run_lines import line_of, running_lines
from mitfahr.db.series import running_offers, series_locked
from mitfahr.db.session import one_view
from mitfahr.db.standing_orders import StandingOrder, running_orders, standing_order_of
from mitfahr.db.waiting import WaitEntry, open_entries, wait_entry_of
from mitfahr.db.wishes import Wish, open_wishes, wish_locked
from mitfahr.domain.times import local, seconds
from mitfahr.same_stops import SameStops
from routing.journey import Place
from routing.timetable import Timetable


def rename_stops(sessions: sessionmaker[Session], timetable: Timetable, *, now: dt.datetime) -> int:
    """Rides, series, lines, services and kept searches that got other ids; each is a transaction of its own.

    A stop that the timetable no longer has keeps its old id: a private ride still drives past the place, and a run
    is only boarded at its other stops.
    """
    stops = SameStops(timetable)
    return (
        _rides(sessions, stops, now)
        + _series(sessions, stops)
        + _lines(sessions, stops)
        + _services(sessions, stops)
        + _orders(sessions, stops)
        + _waiting(sessions, stops)
        + _wishes(sessions, stops, now)
    )


def _rides(sessions: sessionmaker[Session], stops: SameStops, now: dt.datetime) -> int:
    with one_view(sessions) as session:
        known = stops_to_come(session, seconds(now))
    renamed = {ride_id for ride_id, place in known if _new_id(stops, place) is not None}
    for ride_id in sorted(renamed):
        with sessions.begin() as session:
            ride = lock_rides(session, [ride_id])[ride_id]
            for stop in ride.stops:
                stop.stop_id = (
                    _new_id(stops, Place(stop.name, stop.lat, stop.lon, stop.stop_id)) or stop.stop_id
                )
            mark_changed(session, [ride_id])
    return len(renamed)


def _series(sessions: sessionmaker[Session], stops: SameStops) -> int:
    with one_view(sessions) as session:
        changed = [key for key, offer in running_offers(session) if _offer(stops, offer) != offer]
    for series_id in changed:
        with sessions.begin() as session:
            series = series_locked(session, series_id)
            series.offer = _offer(stops, series.offer)
    return len(changed)


def _lines(sessions: sessionmaker[Session], stops: SameStops) -> int:
    with one_view(sessions) as session:
        changed = [
            (line.organisation_id, line.id)
            for line in running_lines(session)
            if _line_stops(stops, line.stops) != line.stops
        ]
    for organisation_id, line_id in changed:
        with sessions.begin() as session:
            line = line_of(session, organisation_id, line_id, lock=True)
            line.stops = _line_stops(stops, line.stops)
    return len(changed)


def _services(sessions: sessionmaker[Session], stops: SameStops) -> int:
    with one_view(sessions) as session:
        changed = [
            (service.organisation_id, service.id)
            for service in running_services(session)
            if _line_stops(stops, service.stops) != service.stops
        ]
    for organisation_id, service_id in changed:
        with sessions.begin() as session:
            service = service_of(session, organisation_id, service_id, lock=True)
            service.stops = _line_stops(stops, service.stops)
    return len(changed)


def _line_stops(stops: SameStops, stored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stops of a line or an on-demand service with the ids of now; a station stays a station."""
    renamed = []
    for stop in stored:
        place = Place(stop["name"], stop["lat"], stop["lon"], stop["stop_id"])
        new_id = None if stop["stop_id"] in stops.timetable.stop_by_id else _new_id(stops, place)
        renamed.append(stop if new_id is None else {**stop, "stop_id": new_id})
    return renamed


def _wishes(sessions: sessionmaker[Session], stops: SameStops, now: dt.datetime) -> int:
    with one_view(sessions) as session:
        wishes = open_wishes(session, local(seconds(now)).date())
        changed = [wish.id for wish in wishes if _question(stops, wish) != wish.question]
    for wish_id in changed:
        with sessions.begin() as session:
            wish = wish_locked(session, wish_id)
            wish.question = _question(stops, wish)
    return len(changed)


def _orders(sessions: sessionmaker[Session], stops: SameStops) -> int:
    with one_view(sessions) as session:
        changed = [one.id for one in running_orders(session) if _question(stops, one) != one.question]
    for order_id in changed:
        with sessions.begin() as session:
            order = standing_order_of(session, order_id, lock=True)
            order.question = _question(stops, order)
    return len(changed)


def _waiting(sessions: sessionmaker[Session], stops: SameStops) -> int:
    with one_view(sessions) as session:
        changed = [one.id for one in open_entries(session) if _question(stops, one) != one.question]
    for entry_id in changed:
        with sessions.begin() as session:
            entry = wait_entry_of(session, entry_id, lock=True)
            entry.question = _question(stops, entry)
    return len(changed)


def _offer(stops: SameStops, offer: dict[str, Any]) -> dict[str, Any]:
    return {**offer, **{end: _renamed(stops, offer[end]) for end in ("origin", "destination")}}


def _question(stops: SameStops, wish: Wish | StandingOrder | WaitEntry) -> dict[str, Any]:
    """What is asked, with the ids of now; a station stays a station."""
    ends = {
        "origin": Place(wish.origin_name, *wish.origin, wish.question["origin"].get("stop_id")),
        "destination": Place(
            wish.destination_name, *wish.destination, wish.question["destination"].get("stop_id")
        ),
    }
    new = {end: _new_id(stops, place, of_station=True) for end, place in ends.items()}
    return {**wish.question, **{end: {"stop_id": key} for end, key in new.items() if key is not None}}


def _renamed(stops: SameStops, place: dict[str, Any]) -> dict[str, Any]:
    new_id = _new_id(stops, Place(**place))
    return place if new_id is None else {**place, "stop_id": new_id}


def _new_id(stops: SameStops, stored: Place, of_station: bool = False) -> str | None:
    """The id to store instead; None where the stored one is right, or nothing better is known."""
    found = stops.find(stored)
    if found is None:
        return None
    timetable = stops.timetable
    parent = int(timetable.stop_parent[found])
    is_new = timetable.stop_id[found] != stored.stop_id
    if of_station and is_new and parent >= 0:
        return timetable.stop_id[parent]
    return timetable.stop_id[found] if is_new else None
