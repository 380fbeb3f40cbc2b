"""Publish the runs of lines: those of the next weeks, each on its own day."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.live_revision import mark_changed
from mitfahr.db.run_lines import RunLine, line_of, published_runs, running_lines
from mitfahr.domain.errors import RideRefused
from mitfahr.domain.line_plans import Departure, LinePlan, departures
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import local, seconds
from mitfahr.services.publish_run import RunDraft, RunStop, check_run, run_row
from mitfahr.services.publish_series import AHEAD
from mitfahr.services.staff_runs import put_on_shift
from routing.timetable import Timetable

log = logging.getLogger(__name__)


def publish_lines(
    sessions: sessionmaker[Session], timetable: Timetable, *, vacations: Vacations, now: dt.datetime
) -> int:
    """Publish what is due of all lines; commits line by line; returns how many runs were new."""
    with sessions() as session:
        waiting = [
            (line.organisation_id, line.id)
            for line in running_lines(session)
            if due_runs(session, line, vacations, now)
        ]
    return sum(_publish_one(sessions, timetable, *ids, vacations, now) for ids in waiting)


def due_runs(session: Session, line: RunLine, vacations: Vacations, now: dt.datetime) -> list[Departure]:
    """Runs of the next weeks that have not been published yet."""
    today = local(seconds(now)).date()
    known = published_runs(session, line.id, today)
    return [
        one
        for one in departures(LinePlan.from_json(line.plan), vacations, today, today + AHEAD)
        if one.leaves > now and (one.day, one.clock) not in known
    ]


def publish_due(
    session: Session, line: RunLine, timetable: Timetable, vacations: Vacations, now: dt.datetime
) -> list[str]:
    """Add the runs of the next weeks that are not there yet; their ids. The caller holds the line's row.

    A stop that the timetable does not have any more keeps its runs back until somebody changes the line.
    """
    added = []
    for one in due_runs(session, line, vacations, now):
        draft = run_draft(line, one)
        try:
            ride = run_row(draft, check_run(timetable, draft, now), now)
        except RideRefused as refused:
            log.warning("line %s cannot be published: %s", line.id, type(refused).__name__)
            break
        ride.run_line_id, ride.line_day, ride.line_clock = line.id, one.day, one.clock
        put_on_shift(session, ride)
        session.add(ride)
        added.append(ride.id)
    session.flush()
    return added


def run_draft(line: RunLine, one: Departure) -> RunDraft:
    """The run of one departure, with the places of the line's vehicle."""
    moments = [one.leaves + dt.timedelta(seconds=stop["after_s"]) for stop in line.stops]
    return RunDraft(
        organisation_id=line.organisation_id,
        line=line.number,
        stops=tuple(
            RunStop(stop["stop_id"], moment, moment) for stop, moment in zip(line.stops, moments, strict=True)
        ),
        seats=line.vehicle.seats,
        wheelchairs=line.vehicle.wheelchairs,
        luggage=line.vehicle.luggage,
        bicycles=line.vehicle.bicycles,
        vehicle_id=line.vehicle_id,
        booking=line.booking,
        bookable_before_s=line.bookable_before_s,
        fare=line.fare,
        note=line.note,
    )


def _publish_one(
    sessions: sessionmaker[Session],
    timetable: Timetable,
    organisation_id: str,
    line_id: str,
    vacations: Vacations,
    now: dt.datetime,
) -> int:
    with sessions.begin() as session:
        line = line_of(session, organisation_id, line_id, lock=True)
        if line.ended_at is not None:
            return 0
        added = publish_due(session, line, timetable, vacations, now)
        if added:
            mark_changed(session, added)
        return len(added)
