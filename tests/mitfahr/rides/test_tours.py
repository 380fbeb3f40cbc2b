"""Tours of on-demand services: booked, changed, cancelled; promises hold whoever else comes; on both databases.

The district of `portal`: A to E, two minutes from stop to stop; today is Monday, 1 June 2026, 14:00. The vehicle
stands at A from 8:00 to 12:00 on Tuesdays.
"""

from __future__ import annotations

import datetime as dt
import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from mitfahr.better_tours import Planned
from mitfahr.db.bookings import booking_of
from mitfahr.db.demand_services import DemandService
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import Ride, RideStop, ride_of
from mitfahr.domain.demand_plans import DemandPlan, Hours
from mitfahr.domain.errors import BookingRefused, NoLongerHolds, SeatTaken, TooLateToBook
from mitfahr.domain.roles import MembershipRole
from mitfahr.domain.states import LegState
from mitfahr.domain.times import local, seconds
from mitfahr.domain.trip_request import ONE_PERSON
from mitfahr.messages import sms_of
from mitfahr.offered import join_tokens
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_party import PartyChange, change_party
from mitfahr.services.found_organisation import add_member
from mitfahr.services.improve_tours import improve_tours, write_orders
from mitfahr.services.keep_demand import DemandDraft, cancel_service_day, coming_tours, keep_demand
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle
from mitfahr.services.live_rides import read_live_rides
from mitfahr.services.publish_tours import publish_tours
from routing.demand import DemandService as RouterService
from routing.journey import Boarding, Leg
from routing.query import LegKind, Party
from routing.tour import Tour, holds, schedule
from tests.mitfahr.rides.portal import NOW, VACATIONS, Portal, clock, district, place
from tests.mitfahr.rides.test_recheck_bookings import bus

TIMETABLE = district()[0].timetable
TUESDAY = dt.date(2026, 6, 2)
PLAN = DemandPlan((Hours(frozenset({1}), dt.time(8), dt.time(12)),), TUESDAY)


@dataclass
class Club:
    portal: Portal
    id: str
    planner: str
    van: str

    def keep(self, key: str = "k", service_id: str | None = None, **changed: object) -> str:
        draft = DemandDraft(
            "Rufbus A–E",
            (self.van,),
            PLAN,
            place("A"),
            stop_ids=tuple("ABCDE"),
            lead_s=3600,
            flex_s=450,
            detour_s=600,
        )
        return keep_demand(
            self.portal.sessions,
            TIMETABLE,
            replace(draft, **changed),  # type: ignore[arg-type]
            organisation_id=self.id,
            service_id=service_id,
            actor_id=self.planner,
            idempotency_key=key,
            vacations=VACATIONS,
            now=NOW,
        )

    def tours(self) -> dict[str, Tour]:
        """As the router gets them: "06-02 08:00" and the tour."""
        with self.portal.readers() as session:
            tours = read_live_rides(session, NOW).tours
        return {f"{local(one.begins_s):%m-%d %H:%M}": one for one in tours.values()}

    def service(self) -> RouterService:
        with self.portal.readers() as session:
            return next(iter(read_live_rides(session, NOW).services.values()))

    def leg(self, at: str, origin: str = "B", destination: str = "D", tour: str = "06-02 08:00") -> Leg:
        """What the search would offer to whoever is ready at that time."""
        service, found = self.service(), self.tours()[tour]
        direct_s = district()[1].streets.drive_s(place(origin), place(destination))
        assert direct_s is not None
        promise = service.promise(seconds(clock(at)), direct_s)
        return Leg(
            kind=LegKind.DEMAND,
            departure_s=promise.pickup_from_s,
            arrival_s=promise.dropoff_until_s,
            origin=place(origin),
            destination=place(destination),
            route=service.label,
            boarding=Boarding(found.tour_id, 0, 0, 0, 0),
            bookable_until_s=promise.pickup_from_s - service.lead_s,
            promise=promise,
        )

    def book(self, *legs: Leg, party: Party = ONE_PERSON, now: dt.datetime = NOW) -> str:
        rider = self.portal.person("Rita")
        return self.portal.book(rider, self.portal.token(*legs, party=party, now=now), now=now)

    def cancel(self, booking_id: str) -> None:
        rider = self.portal.booking(booking_id).rider_id
        cancel_booking(self.portal.sessions, booking_id=booking_id, actor_id=rider, now=NOW)

    def stops(self, tour: str = "06-02 08:00") -> list[str]:
        """Where the vehicle is when, as the run sheet shows it."""
        ride = self.portal.ride(self.tours()[tour].tour_id)
        return [f"{stop.name} {local(stop.arrival_s):%H:%M}" for stop in ride.stops]


@pytest.fixture
def club(portal: Portal) -> Club:
    organisation_id, planner = portal.organisation(), portal.person("Petra")
    with portal.sessions.begin() as session:
        organisation = session.get_one(Organisation, organisation_id)
        add_member(session, organisation, session.get_one(Person, planner), MembershipRole.COORDINATOR)
    return Club(portal, organisation_id, planner, _van(portal, organisation_id, planner, "Bus"))


def _van(portal: Portal, organisation_id: str, planner: str, name: str) -> str:
    return keep_vehicle(
        portal.sessions,
        VehicleDraft(name, "", seats=3, wheelchairs=1, child_seats=0, luggage=4, bicycles=0),
        organisation_id=organisation_id,
        vehicle_id=None,
        actor_id=planner,
        idempotency_key=name,
        now=NOW,
    )


def test_tours_are_published_and_published_on(club: Club) -> None:
    service_id = club.keep()
    assert club.keep() == service_id
    assert list(club.tours()) == [f"06-{day} 08:00" for day in ("02", "09", "16", "23")]
    tour = club.tours()["06-02 08:00"]
    assert (tour.room, tour.visits, tour.ends_s - tour.begins_s) == (Party(3, 1, 4, 0), (), 4 * 3600)
    assert club.service().window_s == 900
    later = NOW + dt.timedelta(days=1)
    assert publish_tours(club.portal.sessions, vacations=VACATIONS, now=later) == 1
    assert publish_tours(club.portal.sessions, vacations=VACATIONS, now=later) == 0
    with club.portal.readers() as session:
        assert club.portal.contradictions() == [] and len(coming_tours(session, service_id, NOW).free) == 5


def test_a_leg_is_booked_shown_in_the_tour_and_cancelled(club: Club) -> None:
    club.keep()
    first = club.book(club.leg("09:00", "B", "D"))
    assert club.stops() == ["A 08:00", "B 09:00", "D 09:05", "A 09:12"]
    tour = club.tours()["06-02 08:00"]
    assert [(visit.place.name, visit.is_pickup) for visit in tour.visits] == [("B", True), ("D", False)]
    assert club.portal.taken(tour.tour_id) == [0, 1, 0]
    leg = club.portal.booking(first).legs[0]
    assert (leg.state, leg.ride_id, leg.price_ct) == (LegState.CONFIRMED, tour.tour_id, 0)
    with club.portal.readers() as session:
        assert "Abholung 09:00 bis 09:15 in B, bis 09:30 in D." in sms_of(booking_of(session, first))
    second = club.book(club.leg("09:05", "C", "E"), party=Party(2))
    assert club.stops() == ["A 08:00", "B 09:00", "C 09:05", "E 09:10", "D 09:13", "A 09:20"]
    assert club.portal.taken(tour.tour_id) == [0, 1, 3, 1, 0]
    assert club.portal.contradictions() == []
    club.cancel(first)
    assert [stop.split()[0] for stop in club.stops()] == ["A", "C", "E", "A"]
    assert club.portal.taken(tour.tour_id) == [0, 2, 0] and club.portal.contradictions() == []
    club.cancel(second)
    assert club.tours()["06-02 08:00"].visits == () and club.portal.taken(tour.tour_id) == [0]
    assert club.portal.contradictions() == []


def test_promises_of_others_hold_under_the_lock(club: Club) -> None:
    """Both looked at an empty tour; the second fits in no more, or differently."""
    club.keep(flex_s=150, detour_s=0)
    there, far = club.leg("09:00", "D", "E"), club.leg("09:00", "A", "B")
    club.book(there)
    with pytest.raises(NoLongerHolds):
        club.book(far)
    assert club.stops()[1:3] == ["D 09:00", "E 09:03"] and club.portal.contradictions() == []
    with pytest.raises(SeatTaken):
        club.book(club.leg("10:00"), party=Party(4))
    assert len(club.stops()) == 4  # nothing was half written


def test_another_vehicle_of_the_service_comes_when_the_first_is_taken(club: Club) -> None:
    second = _van(club.portal, club.id, club.planner, "Zweiter Bus")
    club.keep(vehicle_ids=(club.van, second), flex_s=150, detour_s=0)
    there, far = club.leg("09:00", "D", "E"), club.leg("09:00", "A", "B")
    taken = {club.portal.booking(club.book(leg)).legs[0].ride_id for leg in (there, far)}
    assert len(taken) == 2 and club.portal.contradictions() == []


def test_it_is_too_late_when_the_lead_time_is_over(club: Club) -> None:
    club.keep()
    leg, late = club.leg("09:00"), clock("08:01")
    with pytest.raises(TooLateToBook):
        club.book(leg, now=late)


def test_the_party_grows_only_where_there_is_room(club: Club) -> None:
    club.keep()
    first = club.book(club.leg("09:00", "B", "D"))
    club.book(club.leg("09:00", "B", "D"), party=Party(2))
    rider = club.portal.booking(first).rider_id

    def change(seats: int) -> None:
        change_party(
            club.portal.sessions,
            booking_id=first,
            change=PartyChange(seats=seats),
            actor_id=rider,
            idempotency_key=f"{seats}",
            now=NOW,
        )

    with pytest.raises(SeatTaken):
        change(2)
    assert club.portal.contradictions() == []


def test_a_cancelled_day_tells_its_passengers(club: Club) -> None:
    service_id = club.keep()
    booking = club.book(club.leg("09:00"))
    touched = cancel_service_day(
        club.portal.sessions,
        club.portal.snapshot(),
        organisation_id=club.id,
        service_id=service_id,
        day=TUESDAY,
        reason="Der Bus ist kaputt.",
        actor_id=club.planner,
        now=NOW,
    )
    assert touched == 1 and "06-02 08:00" not in club.tours()
    leg = club.portal.booking(booking).legs[0]
    assert leg.state is LegState.CANCELLED and leg.reason == "Der Bus ist kaputt."
    with club.portal.readers() as session:
        bodies = session.scalars(sa.select(OutboxMessage.body)).all()
    assert any("Der Bus ist kaputt." in body for body in bodies) and club.portal.contradictions() == []


def test_a_change_leaves_booked_tours_as_they_were_promised(club: Club) -> None:
    service_id = club.keep()
    club.book(club.leg("09:00"))
    shorter = replace(PLAN, hours=(Hours(frozenset({1}), dt.time(8), dt.time(10)),))
    club.keep("second", service_id, plan=shorter)
    ends = {name: local(tour.ends_s).hour for name, tour in club.tours().items()}
    assert ends == {"06-02 08:00": 12, "06-09 08:00": 10, "06-16 08:00": 10, "06-23 08:00": 10}
    assert club.stops()[1] == "B 09:00" and club.portal.contradictions() == []


def test_the_last_seats_are_booked_once(club: Club) -> None:
    """Ten at a time for the same way: three seats in one vehicle are three bookings."""
    club.keep(flex_s=150, detour_s=0)
    leg = club.leg("09:00")
    tokens = [(club.portal.person(f"P{i}"), club.portal.token(leg)) for i in range(10)]

    def book(one: tuple[str, str]) -> bool:
        try:
            club.portal.book(*one)
        except BookingRefused:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        done = list(pool.map(book, tokens))
    assert sum(done) == 3 and club.portal.contradictions() == []


def test_the_check_finds_broken_promises(club: Club) -> None:
    club.keep()
    booking = club.book(club.leg("09:00"))
    leg = club.portal.booking(booking).legs[0]
    with club.portal.sessions.begin() as session:
        stop = session.get_one(RideStop, leg.board_stop_id)
        stop.arrival_s, stop.latest_s = stop.arrival_s + 3600, (stop.latest_s or 0) + 60
    faults = "\n".join(club.portal.contradictions())
    assert (
        "Halt 1 wird das Versprechen nicht gehalten" in faults and "Halt 2 ist das Fahrzeug zu früh" in faults
    )


def test_services_of_the_router_are_those_that_run(club: Club) -> None:
    club.keep()
    with club.portal.sessions.begin() as session:
        session.scalars(sa.select(DemandService)).one().ended_at = NOW
        assert session.scalar(sa.select(sa.func.count()).select_from(Ride)) == 4
    with club.portal.readers() as session:
        assert read_live_rides(session, NOW).services == {}


def test_a_tour_in_a_bad_order_is_turned_round(club: Club) -> None:
    club.keep(flex_s=1800, detour_s=1800)
    booked = [club.book(club.leg("09:00", *ends)) for ends in (("B", "C"), ("C", "D"), ("D", "E"))]
    tour = club.tours()["06-02 08:00"]
    with club.portal.sessions.begin() as session:
        write_orders(session, [ride_of(session, tour.tour_id)], [_worst(tour)])
    assert club.portal.contradictions() == []
    before, promised = _driving_s(club), _promised(club)
    assert improve_tours(club.portal.sessions, club.portal.snapshot(), now=NOW) == 1
    assert _driving_s(club) < before and _promised(club) == promised and club.portal.contradictions() == []
    for one in booked:
        club.cancel(one)
    assert club.portal.taken(tour.tour_id) == [0] and club.portal.contradictions() == []


def _worst(tour: Tour) -> Planned:
    """The order in which most is driven, of those that keep all promises."""
    orders = (replace(tour, visits=visits) for visits in itertools.permutations(tour.visits))
    fitting = [
        Planned(one, schedule(one, district()[1].streets.drive_s))
        for one in orders
        if all(
            [v.is_pickup for v in one.visits if v.request_id == name] == [True, False]
            for name in {v.request_id for v in one.visits}
        )
    ]
    return max(
        (one for one in fitting if holds(one.tour, one.schedule)), key=lambda one: one.schedule.driving_s
    )


def _driving_s(club: Club) -> int:
    return schedule(club.tours()["06-02 08:00"], district()[1].streets.drive_s).driving_s


def _promised(club: Club) -> set[tuple[str, bool, int, int]]:
    visits = club.tours()["06-02 08:00"].visits
    return {(one.request_id, one.is_pickup, one.from_s, one.until_s) for one in visits}


def test_a_chain_is_booked_whole_or_not_at_all(club: Club) -> None:
    """On demand from A to D, then the bus at 9:30: what cannot be had of it leaves nothing of the other."""
    club.keep()
    chain = (club.leg("08:50", "A", "D"), bus("D", "E", "09:30"))
    with pytest.raises(SeatTaken):
        club.book(*chain, party=Party(4))
    with pytest.raises(NoLongerHolds):
        club.book(
            club.leg("09:10", "A", "D"), bus("D", "E", "09:30")
        )  # would be promised for later than that
    tour = club.tours()["06-02 08:00"]
    assert tour.visits == () and club.portal.taken(tour.tour_id) == [0]
    booking = club.book(*chain)
    states = [leg.state for leg in club.portal.booking(booking).legs]
    assert states == [LegState.CONFIRMED, LegState.NOTED] and club.portal.contradictions() == []
    rider = club.portal.booking(booking).rider_id
    leg = club.portal.booking(booking).legs[0]
    cancel_booking(club.portal.sessions, booking_id=booking, leg_id=leg.id, actor_id=rider, now=NOW)
    states = [leg.state for leg in club.portal.booking(booking).legs]
    assert states == [LegState.CANCELLED, LegState.CANCELLED]
    assert club.tours()["06-02 08:00"].visits == () and club.portal.contradictions() == []


def test_there_and_back_are_promised_in_one_tour(club: Club) -> None:
    club.keep()
    rider = club.portal.person("Rita")
    ways = [
        club.portal.token(club.leg(at, *ends)) for at, *ends in (("09:00", "B", "D"), ("10:30", "D", "B"))
    ]
    club.portal.book(rider, join_tokens(*ways))
    assert [stop.split()[0] for stop in club.stops()] == ["A", "B", "D", "D", "B", "A"]
    assert club.portal.contradictions() == []
