"""Plan shifts: by weekdays, out of the runs that are published, change the times of one, take one away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.base import new_id
from mitfahr.db.duty import (
    DutyShift,
    deadlines_of,
    organisations_with_shifts,
    overlapping_shift,
    run_ids_of_shifts,
    runs_of_shifts,
    runs_without_shift,
    shift_of,
)
from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.people import lock_person
from mitfahr.db.rides import Ride
from mitfahr.db.vehicles import OrganisationVehicle, vehicle_of
from mitfahr.domain.duty import LONGEST_S, MOST_SHIFTS, SHORTEST_S, check_shift
from mitfahr.domain.errors import DutyInvalid, ShiftClosed, Unknown, VehicleBusy
from mitfahr.domain.roles import Task
from mitfahr.domain.saxony import Vacations, public_holiday
from mitfahr.domain.times import local, moment, resolve, seconds
from mitfahr.languages.stored import DUTY
from mitfahr.services.driver_time import Span, check_driver_free
from mitfahr.services.organisation_tasks import require_task
from mitfahr.services.staff_runs import gather_runs

_A_DAY = dt.timedelta(days=1)
A_MONTH_S = 28 * 24 * 3600
PAUSE_S = 2 * 3600
"""Runs further apart than this are two shifts."""


@dataclass(frozen=True, slots=True)
class ShiftDraft:
    """From `begins` to `ends` by the wall clock (an end at or before the beginning is on the next day), on these
    weekdays (0 = Monday) from `first` to `last`."""

    vehicle_id: str
    begins: dt.time
    ends: dt.time
    weekdays: frozenset[int]
    first: dt.date
    last: dt.date
    skips_holidays: bool = False
    skips_vacations: bool = False


def plan_shifts(
    sessions: sessionmaker[Session],
    draft: ShiftDraft,
    *,
    organisation_id: str,
    actor_id: str,
    idempotency_key: str,
    vacations: Vacations,
    now: dt.datetime,
) -> int:
    """Add the shifts of a plan, all or none, with the runs that they span; commits. How many there are.

    The same form sent again adds none. Raises Unknown, NotAllowed, DutyInvalid, VehicleBusy, IdempotencyConflict.
    """
    spans = _spans(draft, vacations, now)
    body = {
        "shifts": organisation_id,
        "vehicle": draft.vehicle_id,
        "spans": spans,
    }
    return _add(sessions, spans, draft.vehicle_id, organisation_id, actor_id, idempotency_key, body, now)


def shifts_of_runs(session: Session, organisation_id: str, now: dt.datetime) -> list[tuple[str, int, int]]:
    """(vehicle, begin, end) of the shifts that would take up all published runs without one, soonest first.

    Runs of a vehicle on one day make one shift, unless there are more than two hours between them. Who drives a run
    by name needs none.
    """
    found: list[tuple[str, int, int]] = []
    loose = driverless_runs(session, organisation_id, now)
    loose.sort(key=lambda ride: (ride.vehicle_id or "", ride.begins_s))
    for vehicle_id, rides in groupby(loose, key=lambda ride: ride.vehicle_id or ""):
        for begins_s, ends_s in _joined(list(rides)):
            long_enough_s = max(ends_s, begins_s + SHORTEST_S)
            if overlapping_shift(session, vehicle_id, begins_s, long_enough_s) is None:
                found.append((vehicle_id, begins_s, long_enough_s))
    return sorted(found, key=lambda one: one[1:])[:MOST_SHIFTS]


def driverless_runs(session: Session, organisation_id: str, now: dt.datetime) -> list[Ride]:
    """Published runs to come that belong to no shift and that nobody drives, soonest first."""
    loose = runs_without_shift(session, organisation_id, seconds(now))
    return [ride for ride in loose if ride.driver_id is None]


def plan_missing_shifts(sessions: sessionmaker[Session], *, now: dt.datetime) -> int:
    """Add a shift for every run that nobody has planned for and for which drivers have to be asked now; commits.

    Only where an association plans shifts at all. How many; done again, it adds none.
    """
    with sessions() as session:
        planning = organisations_with_shifts(session, seconds(now) - A_MONTH_S)
        missing = {one for one in sorted(planning) if _due_spans(session, one, now)}
    added = 0
    for organisation_id in sorted(missing):
        with sessions.begin() as session:
            _lock_vehicles(
                session, organisation_id, {one[0] for one in _due_spans(session, organisation_id, now)}
            )
            spans = _due_spans(session, organisation_id, now)  # again: somebody may have planned meanwhile
            _store(session, organisation_id, spans, now)
            added += len(spans)
    return added


def plan_shifts_of_runs(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    actor_id: str,
    now: dt.datetime,
) -> int:
    """Add a shift wherever published runs have none; commits. How many. Done again, it adds none.

    Raises Unknown, NotAllowed.
    """
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        wanted = shifts_of_runs(session, organisation_id, now)
        _lock_vehicles(session, organisation_id, {vehicle_id for vehicle_id, _, _ in wanted})
        spans = [one for one in wanted if overlapping_shift(session, *one) is None]
        _store(session, organisation_id, spans, now)
        return len(spans)


def move_shift(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    shift_id: str,
    begins: dt.time,
    ends: dt.time,
    actor_id: str,
    vacations: Vacations,
    now: dt.datetime,
) -> None:
    """Give a shift that has not begun other times on its day; commits. Done again, it changes nothing.

    Runs that it does not span any more are without a driver, those that it spans now belong to it. Raises Unknown,
    NotAllowed, ShiftClosed, DutyInvalid, VehicleBusy, and for its driver OverlapsOtherRide.
    """
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        driver_id = shift_of(session, shift_id).driver_id
        if driver_id is not None:
            lock_person(session, driver_id)
        shift = shift_of(session, shift_id, lock=True)
        if shift.organisation_id != organisation_id:
            raise Unknown("shift", shift_id)
        if shift.begins_s <= seconds(now) or shift.driver_id != driver_id:
            raise ShiftClosed
        day = local(shift.begins_s).date()
        begins_s, ends_s = _span(day, begins, ends)
        check_shift(begins_s, ends_s, seconds(now))
        _lock_vehicles(session, organisation_id, {shift.vehicle_id})
        other = overlapping_shift(session, shift.vehicle_id, begins_s, ends_s, without=shift_id)
        if other is not None:
            raise VehicleBusy(moment(other.begins_s), moment(other.ends_s))
        runs = run_ids_of_shifts(session, [shift_id], seconds(now))
        if driver_id is not None:
            spans = [Span(begins_s, ends_s, DUTY)]
            check_driver_free(
                session, driver_id, spans, vacations, now, without_rides=runs, without_shift=shift_id
            )
        shift.begins_s, shift.ends_s = begins_s, ends_s
        session.flush()
        gather_runs(session, [shift], now, let_go=runs)


def remove_shift(
    sessions: sessionmaker[Session],
    *,
    organisation_id: str,
    shift_id: str,
    actor_id: str,
    now: dt.datetime,
) -> None:
    """Take a shift that has not begun out of the plan; its runs stay, without a driver. Commits.

    Done again, it changes nothing. Only without a driver: somebody who has agreed to drive is relieved first.
    Raises Unknown, NotAllowed, ShiftClosed.
    """
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        try:
            shift = shift_of(session, shift_id, lock=True)
        except Unknown:
            return
        if shift.organisation_id != organisation_id:
            raise Unknown("shift", shift_id)
        if shift.begins_s <= seconds(now) or shift.driver_id is not None:
            raise ShiftClosed
        for ride in runs_of_shifts(session, [shift_id])[shift_id]:
            ride.shift_id = None
        session.flush()
        session.delete(shift)


def _due_spans(session: Session, organisation_id: str, now: dt.datetime) -> list[tuple[str, int, int]]:
    deadlines = deadlines_of(session, organisation_id)
    return [
        span
        for span in shifts_of_runs(session, organisation_id, now)
        if deadlines.asks_s(span[1]) <= seconds(now)
    ]


def _spans(draft: ShiftDraft, vacations: Vacations, now: dt.datetime) -> list[tuple[int, int]]:
    if draft.last < draft.first or (draft.last - draft.first).days > 366:
        raise DutyInvalid("days")
    spans = []
    day = draft.first
    while day <= draft.last:
        if day.weekday() in draft.weekdays and not _is_free(draft, vacations, day):
            spans.append(_span(day, draft.begins, draft.ends))
        day += _A_DAY
    if not spans:
        raise DutyInvalid("none")
    if len(spans) > MOST_SHIFTS:
        raise DutyInvalid("too_many")
    for begins_s, ends_s in spans:
        check_shift(begins_s, ends_s, seconds(now))
    return spans


def _span(day: dt.date, begins: dt.time, ends: dt.time) -> tuple[int, int]:
    end_day = day if ends > begins else day + _A_DAY
    return seconds(resolve(day, begins).moment), seconds(resolve(end_day, ends).moment)


def _is_free(draft: ShiftDraft, vacations: Vacations, day: dt.date) -> bool:
    if draft.skips_holidays and public_holiday(day):
        return True
    return draft.skips_vacations and vacations.on(day) is not None


def _joined(rides: Sequence[Ride]) -> list[tuple[int, int]]:
    """Runs of one vehicle, soonest first, as spans of one day each."""
    spans: list[tuple[int, int]] = []
    for ride in rides:
        if spans:
            begins_s, ends_s = spans[-1]
            same_day = local(begins_s).date() == local(ride.begins_s).date()
            length_s = max(ends_s, ride.ends_s) - begins_s
            if same_day and ride.begins_s - ends_s <= PAUSE_S and length_s <= LONGEST_S:
                spans[-1] = (begins_s, max(ends_s, ride.ends_s))
                continue
        spans.append((ride.begins_s, ride.ends_s))
    return spans


def _add(
    sessions: sessionmaker[Session],
    spans: Sequence[tuple[int, int]],
    vehicle_id: str,
    organisation_id: str,
    actor_id: str,
    idempotency_key: str,
    body: dict[str, Any],
    now: dt.datetime,
) -> int:
    with sessions.begin() as session:
        known = claim(session, actor_id, idempotency_key, body, now)
        if known is not None:
            return int(known["shifts"])
        require_task(session, actor_id, organisation_id, Task.PLAN)
        _lock_vehicles(session, organisation_id, {vehicle_id})
        for begins_s, ends_s in spans:
            other = overlapping_shift(session, vehicle_id, begins_s, ends_s)
            if other is not None:
                raise VehicleBusy(moment(other.begins_s), moment(other.ends_s))
        _store(session, organisation_id, [(vehicle_id, *span) for span in spans], now)
        keep_answer(session, actor_id, idempotency_key, {"shifts": len(spans)})
        return len(spans)


def _store(
    session: Session, organisation_id: str, spans: Sequence[tuple[str, int, int]], now: dt.datetime
) -> None:
    shifts = [
        DutyShift(
            id=new_id(),
            organisation_id=organisation_id,
            vehicle_id=vehicle_id,
            begins_s=begins_s,
            ends_s=ends_s,
            driverless_since=now,
            created_at=now,
        )
        for vehicle_id, begins_s, ends_s in spans
    ]
    session.add_all(shifts)
    session.flush()
    if shifts:
        gather_runs(session, shifts, now)


def _lock_vehicles(session: Session, organisation_id: str, vehicle_ids: Collection[str]) -> None:
    """Two people planning at once must not both give away the same vehicle."""
    for vehicle_id in sorted(vehicle_ids):
        vehicle_of(session, organisation_id, vehicle_id)
        session.get(
            OrganisationVehicle, vehicle_id, with_for_update={"key_share": True}, populate_existing=True
        )
