"""A portal with everything on it that a page can show: bookings of every state, rides, wishes, reports, timetables.

Made by the services, so that a page needs no clicks to be reached.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import shapely
from sqlalchemy import update

from mitfahr.comparison.municipalities import Boundary, Municipalities
from mitfahr.db.access_tokens import tokens_of
from mitfahr.db.bookings import Booking, BookingLeg
from mitfahr.db.duty import DutyLink, shifts_between
from mitfahr.db.feeds import FIRST_FEED_ID, Feed
from mitfahr.db.municipalities import MunicipalitySet
from mitfahr.db.people import Organisation, Person, members_of
from mitfahr.db.realtime_sources import RealtimeSource
from mitfahr.db.rides import Ride
from mitfahr.db.timetables import FeedVersion, LinkSet, serving
from mitfahr.db.waiting import entries_of_person
from mitfahr.domain.access_tokens import Scope
from mitfahr.domain.booking_rules import BookingRule, Deadline
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.demand_plans import DemandPlan, Hours, OnHolidays
from mitfahr.domain.duty import duty_code
from mitfahr.domain.extra_trips import ExtraCall, ExtraTrip
from mitfahr.domain.line_plans import LinePlan
from mitfahr.domain.local_entries import Content
from mitfahr.domain.local_keys import LineKey, StopKey
from mitfahr.domain.mobility import Known
from mitfahr.domain.notices import Cause, Notice, NoticeText, Severity, Target
from mitfahr.domain.recurrence import Recurrence, Week
from mitfahr.domain.reports import ReportKind
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.versions import VersionStatus
from mitfahr.domain.wishes import WishDays
from mitfahr.services.ask_availability import ask_availability
from mitfahr.services.assign_driver import assign_driver, seek_substitute
from mitfahr.services.block_person import block_person
from mitfahr.services.book_journey import BookingForm, book_journey
from mitfahr.services.book_standing_orders import book_standing_orders
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.compare_timetables import compare_waiting
from mitfahr.services.confirm_address import ask_for_call
from mitfahr.services.create_token import create_token
from mitfahr.services.decide_request import confirm_request, decline_request
from mitfahr.services.find_itineraries import find_itineraries
from mitfahr.services.found_organisation import add_member
from mitfahr.services.invite_member import invite_member
from mitfahr.services.keep_demand import DemandDraft, keep_demand
from mitfahr.services.keep_line import LineDraft, LineStop, keep_line
from mitfahr.services.keep_local_entry import keep_local_entry
from mitfahr.services.keep_papers import keep_papers
from mitfahr.services.keep_standing_order import OrderDraft, keep_standing_order
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle
from mitfahr.services.keep_wish import keep_wish
from mitfahr.services.match_wishes import match_wishes
from mitfahr.services.offer_places import offer_places
from mitfahr.services.offer_ride import offer_ride
from mitfahr.services.offer_series import offer_series
from mitfahr.services.plan_shifts import ShiftDraft, plan_shifts
from mitfahr.services.publish_run import RunDraft, RunStop, publish_run
from mitfahr.services.report_person import report_person
from mitfahr.services.ride_draft import RideDraft
from mitfahr.services.series_draft import SeriesDraft
from mitfahr.services.switch_timetable import switch_timetable
from mitfahr.services.wait_for_place import wait_for_place
from routing.journey import Place
from routing.query import LegKind, StopRef
from routing.store import Texts
from tests.browser.conftest import Site
from tests.gtfs.messages import message
from tests.web.served import person
from tests.worlds import world

GUEST, RIDER, DRIVER, VOLUNTEER, DISPATCHER, STAFF, ADMIN, NEWCOMER = (
    "guest", "Rita", "Frieda", "Bernd", "Doris", "Vera", "Alma", "Neele"
)  # fmt: skip
"""Who looks at a page: first names of the people of the scene."""

SILENT = "Der Server antwortet mit 503 Service Unavailable."
FINDINGS = [
    {
        "severity": severity,
        "code": code,
        "file": file,
        "line": line,
        "field": field,
        "value": value,
        "message": message,
        "advice": advice,
        "message_en": "What is wrong, in English.",
        "advice_en": "What to do, in English.",
        "count": 1,
    }
    for severity, code, file, field, value, message, advice, lines in (
        (
            "error",
            "number_out_of_range",
            "stops.txt",
            "stop_lat",
            "899.99",
            "Die Breite liegt nicht zwischen −90 und 90 Grad.",
            "Bitte berichtigen Sie die Koordinate (WGS84, Grad).",
            range(4, 40),
        ),
        (
            "error",
            "foreign_key_violation",
            "stop_times.txt",
            "stop_id",
            "de:14627:4850:0:1:ein:sehr:langer:Schluessel:ohne:Leerzeichen:<b>",
            "Diese Kennung gibt es in stops.txt nicht.",
            "Bitte ergänzen Sie den fehlenden Eintrag oder berichtigen Sie die Kennung.",
            range(5, 90),
        ),
        (
            "warning",
            "invalid_url",
            "agency.txt",
            "agency_url",
            "www.example.org",
            "Das ist keine Internetadresse.",
            "Bitte beginnen Sie die Adresse mit https://.",
            (2,),
        ),
        (
            "info",
            "unknown_file",
            "haltestellen.txt",
            "",
            "",
            "Diese Datei gehört nicht zum GTFS-Format und wurde nicht gelesen.",
            "Wenn sie Daten des Fahrplans enthält, prüfen Sie bitte den Dateinamen.",
            (None,),
        ),
    )
    for line in lines
]


@dataclass(frozen=True)
class Scene:
    """`ids` stand in the addresses of the pages: /meine-fahrten/{booked}."""

    site: Site
    ids: Mapping[str, str]


def set_scene(site: Site) -> Scene:
    """Needs a portal of its own, just started."""
    return Scene(site, _Stage(site).everything())


class _Stage:
    def __init__(self, site: Site) -> None:
        self.site, self.portal, self.drawn = site, site.portal, site.served.world
        self.now = dt.datetime.now(dt.UTC)
        self.people: dict[str, str] = {}
        self.keys = iter(range(1, 1000))

    def everything(self) -> dict[str, str]:
        for name, role in (
            (RIDER, Role.RESIDENT), (DRIVER, Role.DRIVER), (DISPATCHER, Role.DISPATCHER), (NEWCOMER, Role.RESIDENT),
            (STAFF, Role.TIMETABLE_STAFF), (ADMIN, Role.ADMIN), ("Gustav", Role.RESIDENT), ("Hanna", Role.RESIDENT),
        ):  # fmt: skip
            self.people[name] = person(self.portal, name, role).id
        ids = self._local() | self._rides() | self._bookings() | self._wishes() | self._timetables()
        ids["today"] = self.site.day.isoformat()
        ids |= {"run": self.site.served.run_id, "person": self.people[RIDER], "source": self._sources()}
        ids |= self._association()
        ids |= self._standing_orders() | self._held_place()
        ask_for_call(self.portal.writing, person_id=self.people[RIDER], now=self.now)
        create_token(
            self.portal.writing, person_id=self.people[RIDER], name="Kalender", scope=Scope.READ, now=self.now
        )
        with self.portal.reading() as session:
            ids["token"] = tokens_of(session, self.people[RIDER])[0].id
        return ids

    def _sources(self) -> str:
        """One that is heard, though not all that it says is of use, and one that is silent."""
        counted = {"runs": 212, "cancelled": 3, "unknown_trip": 41, "too_far_off": 1}
        heard = RealtimeSource(
            name="VVO Echtzeit",
            url="https://example.org/echtzeit",
            feed_id=FIRST_FEED_ID,
            created_at=self.now,
            tried_at=self.now,
            fetched_at=self.now,
            said_at=self.now,
            fresh_until=self.now + dt.timedelta(days=1),
            payload=message(timestamp=int(self.now.timestamp())).SerializeToString(),
            counts={what: {"n": n, "samples": [f"vvo-{what}-{n}" * 3]} for what, n in counted.items()},
        )
        silent = RealtimeSource(
            name="Nachbarverbund",
            url="https://example.org/nebenan",
            feed_id=FIRST_FEED_ID,
            created_at=self.now,
            tried_at=self.now,
            error="Der Server hat nicht schnell genug geantwortet.",
        )
        with self.portal.writing.begin() as session:
            session.add_all([heard, silent])
        return silent.id

    def _key(self) -> str:
        return f"scene{next(self.keys)}"

    def _place(self, name: str) -> Place:
        return Place(name, *self.drawn.places[name], name)

    def _draft(self, clock: str, **more: object) -> RideDraft:
        return RideDraft(
            self._place("Lommatzsch"),
            self._place("Meißen"),
            earliest=self.drawn.at(clock),
            vehicle="Roter Polo",
            note="Ich halte am Markt.",
            **more,  # type: ignore[arg-type]
        )

    def _offer(self, clock: str, **more: object) -> str:
        return offer_ride(
            self.portal.writing,
            self.drawn.snapshot(),
            self._draft(clock, **more),
            driver_id=self.people[DRIVER],
            idempotency_key=self._key(),
            law=self.portal.price_law,
            vacations=self.portal.settings.vacations,
            now=self.now,
        )

    def _association(self) -> dict[str, str]:
        """A second member, a vehicle, an invitation by mail and one by link."""
        with self.portal.writing.begin() as session:
            run = session.get_one(Ride, self.site.served.run_id)
            organisation_id = str(run.organisation_id)
            coordinator = members_of(session, organisation_id, MembershipRole.COORDINATOR)[0]
            member = session.get_one(Person, self.people[DRIVER])
            add_member(session, session.get_one(Organisation, organisation_id), member, MembershipRole.DRIVER)
        vehicle = keep_vehicle(
            self.portal.writing,
            VehicleDraft("Kleinbus, weiß", "MEI-BB 12", 8, 1, 2, luggage=4, bicycles=0),
            organisation_id=organisation_id,
            vehicle_id=None,
            actor_id=coordinator.id,
            idempotency_key=self._key(),
            now=self.now,
        )
        day = self.site.day + dt.timedelta(days=1)
        stops = (LineStop("Lommatzsch", 0), LineStop("Meißen", 1800))
        plan = LinePlan.weekly(
            frozenset({day.weekday()}), (dt.time(4), dt.time(22)), day, skips_vacations=True
        )
        line = keep_line(
            self.portal.writing,
            self.drawn.timetable,
            LineDraft("501", "Lommatzsch – Meißen", vehicle, stops, plan, note="Bitte winken."),
            organisation_id=organisation_id,
            line_id=None,
            actor_id=coordinator.id,
            idempotency_key=self._key(),
            vacations=self.portal.settings.vacations,
            now=self.now,
        )
        served_from = day + dt.timedelta(days=14)
        service = keep_demand(
            self.portal.writing,
            self.drawn.timetable,
            DemandDraft(
                "Rufbus Lommatzscher Pflege",
                (vehicle,),
                DemandPlan(
                    (Hours(frozenset(range(7)), dt.time(17, 30), dt.time(22)),),
                    served_from,
                    on_holidays=OnHolidays.AS_SUNDAY,
                ),
                Place("Lommatzsch, Markt", *self.drawn.places["Lommatzsch"]),
                stop_ids=("Lommatzsch", "Zehren", "Meißen"),
                area=((51.10, 13.25), (51.20, 13.25), (51.15, 13.45)),
                phone="03525 4711",
                phone_hours="Montag bis Freitag 8 bis 18 Uhr",
            ),
            organisation_id=organisation_id,
            service_id=None,
            actor_id=coordinator.id,
            idempotency_key=self._key(),
            vacations=self.portal.settings.vacations,
            now=self.now,
        )
        codes = [
            invite_member(
                self.portal.writing,
                organisation_id=organisation_id,
                actor_id=coordinator.id,
                role=MembershipRole.TELEPHONE,
                email=email,
                idempotency_key=self._key(),
                secret_key=self.portal.settings.secret_key,
                now=self.now,
            ).code
            for email in ("telefon@example.org", None)
        ]
        return {
            "organisation": organisation_id,
            "member": member.id,
            "vehicle": vehicle,
            "line": line,
            "line_day": str(day),
            "service": service,
            "service_day": str(served_from),
            "code": codes[1],
            **self._duty(organisation_id, vehicle, coordinator.id, day),
        }

    def _duty(self, organisation_id: str, vehicle: str, coordinator_id: str, day: dt.date) -> dict[str, str]:
        """A shift that is taken, one that is open, a poll and its link, papers that run out."""
        plan_shifts(
            self.portal.writing,
            ShiftDraft(
                vehicle,
                dt.time(3, 30),
                dt.time(6),
                frozenset({day.weekday()}),
                day,
                day + dt.timedelta(days=14),
            ),
            organisation_id=organisation_id,
            actor_id=coordinator_id,
            idempotency_key=self._key(),
            vacations=self.portal.settings.vacations,
            now=self.now,
        )
        with self.portal.reading() as session:
            shifts = [shift.id for shift in shifts_between(session, organisation_id, 0, 2**40)]
        secret_key = self.portal.settings.secret_key
        assign_driver(
            self.portal.writing,
            shift_id=shifts[1],
            driver_id=coordinator_id,
            actor_id=coordinator_id,
            secret_key=secret_key,
            vacations=self.portal.settings.vacations,
            now=self.now,
        )
        keep_papers(
            self.portal.writing,
            organisation_id=organisation_id,
            person_id=coordinator_id,
            permit_until=day + dt.timedelta(days=30),
            medical_until=day + dt.timedelta(days=300),
            actor_id=coordinator_id,
        )
        poll = ask_availability(
            self.portal.writing,
            organisation_id=organisation_id,
            first=day,
            last=day + dt.timedelta(days=14),
            closes_on=day,
            actor_id=coordinator_id,
            idempotency_key=self._key(),
            secret_key=secret_key,
            now=self.now,
        )
        seek_substitute(
            self.portal.writing,
            shift_id=shifts[1],
            actor_id=coordinator_id,
            secret_key=secret_key,
            now=self.now,
        )
        with self.portal.reading() as session:
            links = session.query(DutyLink).filter_by(person_id=self.people[DRIVER]).all()
        codes = {link.poll_id or "shift": duty_code(link.id, secret_key) for link in links}
        return {
            "duty_taken": shifts[1],
            "duty_open": shifts[0],
            "poll": poll,
            "poll_code": codes[poll],
            "shift_code": codes["shift"],
            "coordinator": coordinator_id,
            "month": str(day.replace(day=1)),
            "duty_day": str(day),
        }

    def _local(self) -> dict[str, str]:
        """One of each kind of what staff say besides the feed, and one whose line is gone."""
        lommatzsch, zehren, meissen = (
            StopKey(name, name, *self.drawn.places[name]) for name in ("Lommatzsch", "Zehren", "Meißen")
        )
        ends_s = int(self.drawn.at("23:00").timestamp())
        contents: dict[str, Content] = {
            "notice": Notice(
                {"de": NoticeText("Umleitung in Zehren", "Der Bus hält am Markt. Bitte gehen Sie dorthin.")},
                Severity.WARNING,
                Cause.CONSTRUCTION,
                "https://example.org/umleitung",
                ((None, ends_s),),
                (Target(line=LineKey("Agency", "416")), Target(stop=zehren)),
            ),
            "rule": BookingRule(
                LineKey("Agency", "9"),
                phone="03521 741-641",
                text="Anrufe werden von 8 bis 18 Uhr angenommen.",
                deadline=Deadline(minutes=60),
            ),
            "checked": CheckedStop(
                zehren,
                Known.YES,
                Known.NO,
                ride_bench=Known.YES,
                text="Hinter der Kirche.",
                checked_on=self.site.day,
            ),
            "extra": ExtraTrip(
                "Festbus",
                (ExtraCall(lommatzsch, dt.time(4)), ExtraCall(meissen, dt.time(4, 30))),
                (self.site.day + dt.timedelta(days=1),),
                text="Kostenlos.",
            ),
            "orphan": BookingRule(LineKey("Agency", "417"), phone="03521 741-641"),
        }
        return {
            name: keep_local_entry(
                self.portal.writing,
                content,
                actor_id=self.people[STAFF],
                idempotency_key=self._key(),
                now=self.now,
            )
            for name, content in contents.items()
        }

    def _rides(self) -> dict[str, str]:
        weekday = (self.site.day + dt.timedelta(days=1)).weekday()
        plan = Recurrence((Week(frozenset({weekday}), dt.time(6, 10), dt.time(18, 0)),), self.site.day)
        series = offer_series(
            self.portal.writing,
            self.drawn.snapshot(),
            SeriesDraft(self._draft("06:10"), plan),
            driver_id=self.people[DRIVER],
            idempotency_key=self._key(),
            law=self.portal.price_law,
            vacations=self.portal.settings.vacations,
            now=self.now,
        )
        return {
            "ride": self._offer("13:00", rate_ct_per_km=10),
            "travelled_ride": self._offer("16:00", asks_first=False),
            "lost_ride": self._offer("18:30"),
            "series": series,
        }

    def _book(self, name: str, clock: str, kinds: frozenset[LegKind]) -> str:
        answer = find_itineraries(
            self.portal.reading,
            self.portal.live.current(self.now),
            TripRequest(StopRef("Lommatzsch"), StopRef("Meißen"), self.drawn.at(clock), kinds=kinds),
            now=self.now,
            secret_key=self.portal.settings.secret_key,
            law=self.portal.price_law,
            person_id=self.people[name],
        )
        token = answer.itineraries[0].token
        assert token is not None
        return book_journey(
            self.portal.writing,
            self.portal.live.current(self.now),
            BookingForm(token, self.people[name], message="Ich habe einen Koffer."),
            actor_id=self.people[name],
            idempotency_key=self._key(),
            secret_key=self.portal.settings.secret_key,
            law=self.portal.price_law,
            now=self.now,
        )

    def _leg(self, booking_id: str) -> str:
        with self.portal.reading() as session:
            legs = session.get_one(Booking, booking_id).legs
            return next(leg.id for leg in legs if leg.ride_id is not None)

    def _bookings(self) -> dict[str, str]:
        ride, run = frozenset({LegKind.RIDE}), frozenset({LegKind.BUERGERBUS})
        ids = {
            "booked": self._book(RIDER, "09:45", run),
            "requested": self._book(RIDER, "12:55", ride),
            "cancelled": self._book(RIDER, "12:55", ride),
            "travelled": self._book(RIDER, "15:55", ride),
            "lost": self._book(RIDER, "18:25", ride),
            "of_another": self._book("Gustav", "12:55", ride),
        }
        cancel_booking(
            self.portal.writing, booking_id=ids["cancelled"], actor_id=self.people[RIDER], now=self.now
        )
        confirm_request(
            self.portal.writing,
            self.portal.live.current(self.now),
            leg_id=self._leg(ids["of_another"]),
            driver_id=self.people[DRIVER],
            now=self.now,
        )
        decline_request(
            self.portal.writing,
            self.portal.live.current(self.now),
            leg_id=self._leg(ids["lost"]),
            driver_id=self.people[DRIVER],
            now=self.now,
            reason="Mein Auto ist kaputt.",
        )
        self._an_hour_ago(ids["travelled"])
        ids["request"], ids["leg"] = self._leg(ids["requested"]), self._leg(ids["travelled"])
        ids["report"] = report_person(
            self.portal.writing,
            leg_id=ids["leg"],
            reporter_id=self.people[RIDER],
            kind=ReportKind.OTHER,
            words="Musik zu laut.",
            idempotency_key=self._key(),
            now=self.now,
        )
        block_person(
            self.portal.writing,
            self.portal.live.current(self.now),
            blocker_id=self.people[RIDER],
            blocked_id=self.people["Hanna"],
            now=self.now,
        )
        return ids

    def _an_hour_ago(self, booking_id: str) -> None:
        ended = int(self.now.timestamp()) - 3600
        times = {"departure_s": ended - 600, "arrival_s": ended}
        with self.portal.writing.begin() as session:
            booking = session.get_one(Booking, booking_id)
            legs = [leg.id for leg in booking.legs]
            rides = [leg.ride_id for leg in booking.legs if leg.ride_id]
            session.execute(update(Booking).where(Booking.id == booking_id).values(times))
            session.execute(update(BookingLeg).where(BookingLeg.id.in_(legs)).values(times))
            session.execute(update(Ride).where(Ride.id.in_(rides)).values(ends_s=ended + 60))

    def _wishes(self) -> dict[str, str]:
        ids = {}
        for name in (RIDER, "Gustav", "Hanna"):
            ids[name] = keep_wish(
                self.portal.writing,
                self.drawn.timetable,
                None,
                TripRequest(StopRef("Lommatzsch"), StopRef("Meißen"), self.drawn.at("13:00")),
                WishDays(self.site.day, self.site.day, frozenset(), dt.time(12), 3 * 3600),
                origin=self._place("Lommatzsch"),
                destination=self._place("Meißen"),
                person_id=self.people[name],
                idempotency_key=self._key(),
                now=self.now,
            )
        match_wishes(self.portal.writing, lambda: self.portal.live.current(self.now), now=self.now)
        return {"wish": ids[RIDER]}

    def _standing_orders(self) -> dict[str, str]:
        """One that is booked on the drawn day, and one that nothing goes for."""
        ids = []
        for clock, back in ((dt.time(9, 45), None), (dt.time(9, 45), dt.time(21))):
            request = TripRequest(
                StopRef("Lommatzsch"),
                StopRef("Meißen"),
                self.drawn.at("09:45"),
                arrive_by=True,
                kinds=frozenset({LegKind.TRANSIT}),
            )
            weekdays = frozenset({self.site.day.weekday()})
            plan = Recurrence((Week(weekdays, clock, back),), self.site.day, skips_holidays=True)
            ids.append(
                keep_standing_order(
                    self.portal.writing,
                    OrderDraft(
                        request,
                        plan,
                        self._place("Lommatzsch"),
                        self._place("Meißen"),
                        message="Bitte zweimal klingeln.",
                    ),
                    person_id=self.people[RIDER],
                    actor_id=self.people[DISPATCHER],
                    idempotency_key=self._key(),
                    vacations=self.portal.settings.vacations,
                    now=self.now,
                )
            )
        book_standing_orders(
            self.portal.writing,
            lambda: self.portal.live.current(self.now),
            secret_key=self.portal.settings.secret_key,
            law=self.portal.price_law,
            vacations=self.portal.settings.vacations,
            now=self.now,
        )
        return {"order": ids[0], "hitched": ids[1]}

    def _held_place(self) -> dict[str, str]:
        """Rita and Gustav wait for the only seat of a run; Hanna gives it back, and it is held for Rita."""
        with self.portal.reading() as session:
            run = session.get_one(Ride, self.site.served.run_id)
            actor = members_of(session, str(run.organisation_id), MembershipRole.COORDINATOR)[0]
        moments = [self.drawn.at(clock) for clock in ("18:00", "18:30")]
        run_id = publish_run(
            self.portal.writing,
            self.drawn.timetable,
            RunDraft(
                organisation_id=str(run.organisation_id),
                line="505",
                stops=tuple(
                    RunStop(stop, at, at) for stop, at in zip(("Lommatzsch", "Meißen"), moments, strict=True)
                ),
                seats=1,
            ),
            actor_id=actor.id,
            idempotency_key=self._key(),
            vacations=self.portal.settings.vacations,
            now=self.now,
        )
        request = TripRequest(
            StopRef("Lommatzsch"),
            StopRef("Meißen"),
            self.drawn.at("17:30"),
            kinds=frozenset({LegKind.BUERGERBUS}),
        )
        here = self.portal
        answer = find_itineraries(
            here.reading,
            here.live.current(self.now),
            request,
            now=self.now,
            secret_key=here.settings.secret_key,
            law=here.price_law,
        )
        taken = book_journey(
            here.writing,
            here.live.current(self.now),
            BookingForm(answer.itineraries[0].token or "", self.people["Hanna"]),
            actor_id=self.people["Hanna"],
            idempotency_key=self._key(),
            secret_key=here.settings.secret_key,
            law=here.price_law,
            now=self.now,
        )
        for number, name in enumerate((RIDER, "Gustav")):
            wait_for_place(
                here.writing,
                request,
                ride_id=run_id,
                origin=Place("Lommatzsch", 0, 0),
                destination=Place("Meißen", 0, 0),
                person_id=self.people[name],
                actor_id=self.people[name],
                idempotency_key=self._key(),
                now=self.now + dt.timedelta(milliseconds=number),
            )
        cancel_booking(here.writing, booking_id=taken, actor_id=self.people["Hanna"], now=self.now)
        offer_places(here.writing, lambda: here.live.current(self.now), law=here.price_law, now=self.now)
        with here.reading() as session:
            held = entries_of_person(session, self.people[RIDER])[0].booking_id
        return {"held": str(held), "waits": self.people["Gustav"]}

    def _timetables(self) -> dict[str, str]:
        made = {
            "ready": VersionStatus.BUILT,
            "before": VersionStatus.BUILT,
            "refused": VersionStatus.REFUSED,
            "waiting": VersionStatus.UPLOADED,
        }
        with self.portal.writing.begin() as session:
            pointer = serving(session)
            assert pointer.feed is not None and pointer.roads is not None and pointer.links_folder is not None
            live, folder = pointer.feed, str(pointer.feed.timetable_folder)
            staff = session.get_one(Person, self.people[STAFF])
            versions = {
                name: FeedVersion(
                    name=f"Fahrplan {name}",
                    original_filename=f"{name}.zip",
                    checksum="1" * 64,
                    size_bytes=12_345_678,
                    uploaded_at=self.now,
                    uploaded_by=staff.id,
                    status=status,
                    timetable_folder=folder if status is VersionStatus.BUILT else None,
                    counts={"Haltestellen": 3, "Fahrten": 3},
                    findings=FINDINGS if status is VersionStatus.REFUSED else [],
                    valid_from=self.site.day,
                    valid_to=self.site.day + dt.timedelta(days=180),
                )
                for name, status in made.items()
            }
            session.add_all(versions.values())
            nightly = {"url": "https://example.org/gtfs.zip", "last_tried_at": self.now}
            session.add_all(
                [
                    Feed(id="buergerbus", name="BürgerBus", rank=2),
                    Feed(id="nachbar", name="Nachbarverbund", rank=3, fetch_error=SILENT, **nightly),
                ]
            )
            session.add(
                LinkSet(
                    timetable_folder=folder,
                    roads_folder=str(pointer.roads.roads_folder),
                    links_folder=pointer.links_folder,
                    created_at=self.now,
                )
            )
            session.flush()
            for feed in (versions["before"], live):
                switch_timetable(session, staff, feed.id, self.now)
            ids = {name: version.id for name, version in versions.items()}
        return ids | {"thin": self._thin_timetable()}

    def _thin_timetable(self) -> str:
        """One that leaves Meißen nearly without buses and renames Zehren, compared with the one that serves."""
        kept = [line for line in self.drawn.text.splitlines() if not line.startswith(("t2", "line 9", "t3"))]
        thin = world("\n".join(kept))
        named = ["Zehren Kirche" if name == "Zehren" else name for name in thin.timetable.stop_name]
        timetable = replace(thin.timetable, stop_name=Texts.of(named))
        at = self.portal.settings.snapshots_dir
        areas = Municipalities.of(
            [
                Boundary("", name, shapely.Point(lon, lat).buffer(0.04))
                for name, (lat, lon) in self.drawn.places.items()
                if name in ("Lommatzsch", "Meißen")
            ],
            "drawn",
            "© Beispielamt",
        )
        with self.portal.writing.begin() as session:
            roads = serving(session).roads
            assert roads is not None
            version = FeedVersion(
                name="Fahrplan thin",
                original_filename="thin.zip",
                checksum="2" * 64,
                size_bytes=1,
                uploaded_at=self.now,
                status=VersionStatus.BUILT,
                timetable_folder=timetable.save(at).name,
                counts={},
                valid_from=self.site.day,
                valid_to=self.site.day,
            )
            folders = {
                "timetable_folder": version.timetable_folder,
                "roads_folder": str(roads.roads_folder),
                "links_folder": thin.links.save(at).name,
            }
            boundaries = MunicipalitySet(
                source="drawn",
                is_from_osm=False,
                folder=areas.save(at).name,
                n_municipalities=len(areas),
                imported_at=self.now,
            )
            session.add_all([version, LinkSet(**folders, created_at=self.now), boundaries])
            session.flush()
            version_id = version.id
        compare_waiting(self.portal.writing, self.portal.settings, lambda: self.now)
        return version_id
