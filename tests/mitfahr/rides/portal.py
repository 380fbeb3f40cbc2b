"""A small portal for tests: one database, one drawn district, and short ways to offer, book and look.

The drawn district is one road with five places two kilometres (and two minutes) apart and a bus:

    A ── B ── C ── D ── E          bus from D to E at 09:00, 09:30 and 10:00
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.bookings import Booking, booking_of
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Organisation, Person, PersonRole
from mitfahr.db.rides import Ride, ride_of
from mitfahr.db.session import readers, sessions
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.roles import Role
from mitfahr.domain.trip_request import ONE_PERSON, TripRequest
from mitfahr.itinerary import leg_from_json
from mitfahr.offered import Offered, expiry_s, sign
from mitfahr.school_vacations import read_vacations
from mitfahr.services.book_journey import BookingForm, book_journey
from mitfahr.services.check_data import data_faults
from mitfahr.services.check_outbox import outbox_faults
from mitfahr.services.live_rides import read_live_rides
from mitfahr.services.offer_ride import offer_ride
from mitfahr.services.publish_run import RunDraft, RunStop, publish_run
from mitfahr.services.ride_draft import RideDraft
from routing import overlay
from routing.journey import Boarding, Journey, Leg, Place
from routing.overlay import RideStop
from routing.query import LegKind, Party, StopRef
from routing.rides import board_run, insertions
from routing.snapshot import Snapshot
from tests.worlds import World, world

KEY = "the key of the tests"
LAW = PriceLaw()
VACATIONS = read_vacations()
NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
DISTRICT = """
at A 0 0
at B 2000 0
at C 4000 0
at D 6000 0
at E 8000 0
street A B 2000 m 120 s
street B C 2000 m 120 s
street C D 2000 m 120 s
street D E 2000 m 120 s
line 1 | A B C D E
t0 | 05:00 05:04 05:08 05:12 05:16
line 2 | D E
t1 | 09:00 09:04
t2 | 09:30 09:34
t3 | 10:00 10:04
"""


@cache
def district() -> tuple[World, Snapshot]:
    drawn = world(DISTRICT)
    return drawn, Snapshot.of(drawn.timetable, drawn.links, drawn.roads)


@dataclass(frozen=True)
class Portal:
    engine: Engine

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        return sessions(self.engine)

    @cached_property
    def readers(self) -> sessionmaker[Session]:
        return readers(self.engine)

    def person(self, first_name: str, *roles: Role) -> str:
        with self.sessions.begin() as session:
            person = Person(
                first_name=first_name,
                last_name="Test",
                email=f"{first_name.lower()}-{new_id()}@example.org",
                phone="0170 123",
                created_at=NOW,
                role_rows=[PersonRole(role=role) for role in roles],
            )
            session.add(person)
        return person.id

    def organisation(self) -> str:
        with self.sessions.begin() as session:
            organisation = Organisation(name=f"Verein {new_id()}", phone="03521 1", created_at=NOW)
            session.add(organisation)
        return organisation.id

    def snapshot(self, now: dt.datetime = NOW) -> Snapshot:
        """The district with the rides and tours as the database has them now."""
        with self.readers() as session:
            live = read_live_rides(session, now)
        snapshot = district()[1].with_rides(live.rides.values())
        return snapshot.with_demand(live.services.values(), live.tours.values())

    def live(self, now: dt.datetime = NOW) -> Mapping[str, overlay.Ride]:
        """The rides that the router may offer now."""
        with self.readers() as session:
            return read_live_rides(session, now).rides

    def offer(
        self,
        driver_id: str,
        origin: str = "A",
        destination: str | Place = "E",
        at: str = "08:00",
        *,
        key: str | None = None,
        back: RideDraft | None = None,
        **changes: object,
    ) -> str:
        """A private ride on the next day with three seats, half an hour's detour, no questions asked."""
        draft = RideDraft(
            origin=place(origin),
            destination=destination if isinstance(destination, Place) else place(destination),
            earliest=clock(at),
            budget_s=1800,
            asks_first=False,
        )
        return offer_ride(
            self.sessions,
            district()[1],
            replace(draft, **changes),  # type: ignore[arg-type]
            back=back,
            driver_id=driver_id,
            idempotency_key=key or new_id(),
            law=LAW,
            vacations=VACATIONS,
            now=NOW,
        )

    def run(
        self, at: str | dt.datetime = "08:00", *, seats: int = 8, wheelchairs: int = 0, **changes: object
    ) -> str:
        """A run A → B → C → D → E, five minutes from stop to stop."""
        start = at if isinstance(at, dt.datetime) else clock(at)
        times = [start + dt.timedelta(minutes=5 * i) for i in range(5)]
        draft = RunDraft(
            organisation_id=self.organisation(),
            line="500",
            stops=tuple(RunStop(name, time, time) for name, time in zip("ABCDE", times, strict=True)),
            seats=seats,
            wheelchairs=wheelchairs,
        )
        return publish_run(
            self.sessions,
            district()[0].timetable,
            replace(draft, **changes),  # type: ignore[arg-type]
            actor_id=self.person("Dispo", Role.DISPATCHER),
            idempotency_key=new_id(),
            vacations=VACATIONS,
            now=NOW,
        )

    def ride_leg(
        self, ride_id: str, origin: str, destination: str, party: Party = ONE_PERSON, now: dt.datetime = NOW
    ) -> Leg:
        """The first leg that the ride could take from one place to another, as a search would show it."""
        live = self.live(now)[ride_id]
        ends = [
            RideStop(place(name).lat, place(name).lon, name, place(name).stop_id)
            for name in (origin, destination)
        ]
        found = min(
            insertions(live, ends[0], ends[1], party, district()[1].drive_s),
            key=lambda insertion: (insertion.dropoff_s, insertion.detour_s),
        )
        return Leg(
            kind=LegKind.RIDE,
            departure_s=found.pickup_s,
            arrival_s=found.dropoff_s,
            origin=place(origin),
            destination=place(destination),
            distance_m=int(abs(ord(origin[0]) - ord(destination[0])) * 2000),
            boarding=Boarding(
                ride_id, found.board_after, found.alight_after, found.driver_departure_s, found.detour_s
            ),
            bookable_until_s=live.bookable_until_s,
        )

    def booked_leg(self, booking_id: str, seq: int) -> Leg:
        """A leg of a booking, as a search would show it again once its places are given back."""
        booking = self.booking(booking_id)
        vehicles = [leg for leg in booking.journey["legs"] if leg["kind"] != LegKind.WALK]
        return leg_from_json(vehicles[seq])

    def run_leg(self, ride_id: str, origin: str, destination: str, party: Party = ONE_PERSON) -> Leg:
        live = self.live()[ride_id]
        names = [stop.name for stop in live.stops]
        board, alight = names.index(origin), names.index(destination)
        departure_s, arrival_s = board_run(live, board, alight, party)
        return Leg(
            kind=LegKind.BUERGERBUS,
            departure_s=departure_s,
            arrival_s=arrival_s,
            origin=place(origin),
            destination=place(destination),
            boarding=Boarding(ride_id, board, alight, 0, 0),
            bookable_until_s=live.deadline_s,
        )

    def token(
        self,
        *legs: Leg,
        party: Party = ONE_PERSON,
        prices: Sequence[int | None] | None = None,
        now: dt.datetime = NOW,
    ) -> str:
        """The token of a journey of these legs, as a page of results would hold it."""
        journey = Journey(legs, legs[0].departure_s, legs[-1].arrival_s)
        request = TripRequest(
            origin=StopRef(legs[0].origin.stop_id or ""),
            destination=StopRef(legs[-1].destination.stop_id or ""),
            when=dt.datetime.fromtimestamp(legs[0].departure_s, dt.UTC),
            party=party,
        )
        if prices is None:
            prices = [10_000 if leg.kind is LegKind.RIDE else None for leg in legs]
        offered = Offered(journey, request, tuple(prices), "drawn", expiry_s(now))
        return sign(offered, KEY)

    def book(
        self,
        rider_id: str,
        token: str,
        *,
        key: str | None = None,
        actor_id: str | None = None,
        keep_others: bool = False,
        now: dt.datetime = NOW,
    ) -> str:
        return book_journey(
            self.sessions,
            district()[1],
            BookingForm(token, rider_id, keep_others=keep_others),
            actor_id=actor_id or rider_id,
            idempotency_key=key or new_id(),
            secret_key=KEY,
            law=LAW,
            now=now,
        )

    def booking(self, booking_id: str) -> Booking:
        with self.readers() as session:
            return booking_of(session, booking_id)

    def ride(self, ride_id: str) -> Ride:
        with self.readers() as session:
            return ride_of(session, ride_id)

    def taken(self, ride_id: str) -> list[int]:
        return [hop.taken for hop in self.ride(ride_id).hops]

    def misses(self, subject: str, now: dt.datetime = NOW) -> bool:
        """Whether `mitfahr check` would notice that mails which begin so were lost."""
        with self.sessions() as session:
            session.execute(sa.delete(OutboxMessage).where(OutboxMessage.subject.startswith(subject)))
            return any("statt mindestens" in fault for fault in outbox_faults(session, now))

    def contradictions(self, now: dt.datetime = NOW) -> list[str]:
        return data_faults(self.engine, LAW, now)


def place(name: str) -> Place:
    """A stop of the district by its letter; "B+300" is a door 300 m east of it."""
    drawn = district()[0]
    stop, _, metres = name.partition("+")
    lat, lon = drawn.places[stop]
    if not metres:
        return Place(stop, lat, lon, stop)
    east = drawn.places["E"][1] - drawn.places["A"][1]
    return Place(name, lat, lon + east * int(metres) / 8000)


def clock(text: str) -> dt.datetime:
    """A moment of the district's only day, 2 June 2026."""
    return district()[0].at(text)
