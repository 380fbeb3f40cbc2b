"""The association of the demonstration at work: two vans, the lines 500 and 501, a Rufbus, a roster with one gap,
and papers of which one runs out."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.demand_services import services_of
from mitfahr.db.duty import DutyShift, papers_of, shifts_between
from mitfahr.db.rides import runs_of_organisation
from mitfahr.db.run_lines import lines_of
from mitfahr.demo import accounts
from mitfahr.demo.people import Crowd
from mitfahr.demo.rides import (
    BUERGERBUS_BOOKABLE_BEFORE_S,
    BUERGERBUS_LUGGAGE,
    BUERGERBUS_SEATS,
    BUERGERBUS_WEEKDAYS,
    BUERGERBUS_WHEELCHAIRS,
    buergerbus_lines,
)
from mitfahr.domain.booking_needs import BookingNeed
from mitfahr.domain.demand_plans import DemandPlan, Hours, OnHolidays
from mitfahr.domain.errors import OverlapsOtherRide, PapersExpired
from mitfahr.domain.line_plans import LinePlan
from mitfahr.domain.rides import RideKind
from mitfahr.domain.times import local, seconds
from mitfahr.school_vacations import read_vacations
from mitfahr.services.assign_driver import assign_driver
from mitfahr.services.keep_demand import DemandDraft, keep_demand, set_demand_fare
from mitfahr.services.keep_line import LineDraft, keep_line, set_fare
from mitfahr.services.keep_papers import keep_papers
from mitfahr.services.keep_vehicle import VehicleDraft, keep_vehicle
from mitfahr.services.plan_shifts import plan_shifts_of_runs
from mitfahr.services.publish_lines import publish_lines
from mitfahr.services.publish_tours import publish_tours
from routing.journey import Place
from routing.timetable import Timetable

FARE = "VVO-Tarif (Demo)"
BUS, ON_DEMAND = "BürgerBus (Demo)", "Rufbus Lommatzscher Pflege (Demo)"
ON_DEMAND_SEATS = 6
WORKING_WEEKDAYS = frozenset(range(5))
AREA = ((51.235, 13.235), (51.240, 13.330), (51.205, 13.365), (51.165, 13.350), (51.168, 13.240))
"""Around Lommatzsch, as (lat, lon)."""
GAP_WEEKDAY, GAP_EVERY_WEEKS = 3, 4
"""On one Thursday in four weeks nobody drives the BürgerBus yet: that is how long the roster is."""
ROSTER_S = 40 * 24 * 3600


def ensure_association(
    sessions: sessionmaker[Session], timetable: Timetable, crowd: Crowd, secret_key: str, now: dt.datetime
) -> int:
    """Everything of the association that is missing; returns how many runs of its lines are new."""
    before = _runs(sessions, crowd, now)
    _ensure_lines(sessions, timetable, crowd, now)
    _ensure_on_demand(sessions, timetable, crowd, now)
    _ensure_papers(sessions, crowd, now)
    _ensure_roster(sessions, crowd, secret_key, now)
    return _runs(sessions, crowd, now) - before


def _ensure_lines(
    sessions: sessionmaker[Session], timetable: Timetable, crowd: Crowd, now: dt.datetime
) -> None:
    """500 can be ridden without a booking too, 501 cannot."""
    with sessions() as session:
        has_lines = bool(lines_of(session, crowd.association.id))
        runs = runs_of_organisation(session, crowd.association.id, seconds(now))
        planned = [local(run.begins_s).date() for run in runs]
    if has_lines:
        publish_lines(sessions, timetable, vacations=read_vacations(), now=now)
        return
    # Drawing the district takes a second: only when something is missing.
    from mitfahr.demo.drafts import line_stops

    van = _van(sessions, crowd, BUS, BUERGERBUS_SEATS, now)
    first = max([local(seconds(now)).date(), *(day + dt.timedelta(days=1) for day in planned)])
    for line in buergerbus_lines():
        draft = LineDraft(
            number=line.number,
            name=f"{line.via[0]} – {line.via[len(line.via) // 2]} – {line.via[-1]}",
            vehicle_id=van,
            stops=line_stops(line),
            plan=LinePlan.weekly(BUERGERBUS_WEEKDAYS, line.departures, first, skips_holidays=True),
            booking=BookingNeed.POSSIBLE if line.number == "500" else BookingNeed.REQUIRED,
            bookable_before_s=BUERGERBUS_BOOKABLE_BEFORE_S,
        )
        line_id = keep_line(
            sessions,
            timetable,
            draft,
            organisation_id=crowd.association.id,
            line_id=None,
            actor_id=_coordinator(crowd),
            idempotency_key=f"demo-line-{line.number}",
            vacations=read_vacations(),
            now=now,
        )
        set_fare(
            sessions,
            organisation_id=crowd.association.id,
            line_id=line_id,
            fare=FARE,
            actor_id=crowd.person(accounts.TIMETABLE_STAFF).id,
            now=now,
        )


def _ensure_on_demand(
    sessions: sessionmaker[Session], timetable: Timetable, crowd: Crowd, now: dt.datetime
) -> None:
    """On working days, anywhere in the villages around Lommatzsch."""
    with sessions() as session:
        has_service = bool(services_of(session, crowd.association.id))
    if has_service:
        publish_tours(sessions, vacations=read_vacations(), now=now)
        return
    # The same as above.
    from mitfahr.demo.drafts import line_stops

    bay = timetable.stop_by_id[line_stops(buergerbus_lines()[0])[0].stop_id]
    at = float(timetable.stop_lat[bay]), float(timetable.stop_lon[bay])
    draft = DemandDraft(
        name=ON_DEMAND,
        vehicle_ids=(_van(sessions, crowd, "Rufbus (Demo)", ON_DEMAND_SEATS, now),),
        plan=DemandPlan(
            (Hours(WORKING_WEEKDAYS, dt.time(8), dt.time(18)),),
            local(seconds(now)).date(),
            on_holidays=OnHolidays.CLOSED,
        ),
        base=Place(timetable.stop_name[bay], *at),
        area=AREA,
        phone=accounts.ASSOCIATION_PHONE,
        phone_hours="Montag bis Freitag 8 bis 18 Uhr",
    )
    service_id = keep_demand(
        sessions,
        timetable,
        draft,
        organisation_id=crowd.association.id,
        service_id=None,
        actor_id=_coordinator(crowd),
        idempotency_key="demo-on-demand",
        vacations=read_vacations(),
        now=now,
    )
    set_demand_fare(
        sessions,
        organisation_id=crowd.association.id,
        service_id=service_id,
        fare=FARE,
        actor_id=crowd.person(accounts.TIMETABLE_STAFF).id,
        now=now,
    )


def _ensure_papers(sessions: sessionmaker[Session], crowd: Crowd, now: dt.datetime) -> None:
    """All are good for two years but one, which runs out in three weeks."""
    with sessions() as session:
        if papers_of(session, crowd.association.id):
            return
    today = local(seconds(now)).date()
    for account in accounts.VOLUNTEERS:
        is_last = account is accounts.VOLUNTEERS[-1]
        keep_papers(
            sessions,
            organisation_id=crowd.association.id,
            person_id=crowd.person(account).id,
            permit_until=today + dt.timedelta(days=21 if is_last else 730),
            medical_until=today + dt.timedelta(days=730),
            actor_id=_coordinator(crowd),
        )


def _ensure_roster(sessions: sessionmaker[Session], crowd: Crowd, secret_key: str, now: dt.datetime) -> None:
    """Shifts for the runs that have none yet, each with a driver, but for the gap."""
    organisation_id, from_s = crowd.association.id, seconds(now)

    def shifts() -> list[DutyShift]:
        with sessions() as session:
            return shifts_between(session, organisation_id, from_s, from_s + ROSTER_S)

    known = {shift.id for shift in shifts()}
    plan_shifts_of_runs(sessions, organisation_id=organisation_id, actor_id=_coordinator(crowd), now=now)
    new = [shift for shift in shifts() if shift.id not in known and not _is_gap(shift)]
    drivers = [crowd.person(account).id for account in accounts.VOLUNTEERS]
    for number, shift in enumerate(new):
        turn = number % len(drivers)
        for driver_id in (*drivers[turn:], *drivers[:turn]):
            with suppress(OverlapsOtherRide, PapersExpired):
                assign_driver(
                    sessions,
                    shift_id=shift.id,
                    driver_id=driver_id,
                    actor_id=_coordinator(crowd),
                    secret_key=secret_key,
                    vacations=read_vacations(),
                    now=now,
                )
                break


def _is_gap(shift: DutyShift) -> bool:
    day = local(shift.begins_s).date()
    is_its_week = day.isocalendar().week % GAP_EVERY_WEEKS == 0
    return shift.vehicle.name == BUS and day.weekday() == GAP_WEEKDAY and is_its_week


def _van(sessions: sessionmaker[Session], crowd: Crowd, name: str, seats: int, now: dt.datetime) -> str:
    return keep_vehicle(
        sessions,
        VehicleDraft(name, "", seats, BUERGERBUS_WHEELCHAIRS, 1, BUERGERBUS_LUGGAGE, 0),
        organisation_id=crowd.association.id,
        vehicle_id=None,
        actor_id=_coordinator(crowd),
        idempotency_key=f"demo-van-{name}",
        now=now,
    )


def _coordinator(crowd: Crowd) -> str:
    return crowd.person(accounts.COORDINATOR).id


def _runs(sessions: sessionmaker[Session], crowd: Crowd, now: dt.datetime) -> int:
    with sessions() as session:
        runs = runs_of_organisation(session, crowd.association.id, seconds(now))
        return sum(run.kind is RideKind.RUN for run in runs)
