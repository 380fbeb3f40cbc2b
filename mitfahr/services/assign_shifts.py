"""Say of many open shifts at once who drives them: a roster, of which everybody gets one mail."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.duty import DutyShift, shift_of
from mitfahr.db.people import Person, lock_person
from mitfahr.domain.errors import DutyRefused, OverlapsOtherRide, ShiftClosed, ShiftTaken, Unknown
from mitfahr.domain.roles import Task
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import seconds
from mitfahr.duty_messages import tell_on_duty, tell_roster
from mitfahr.services.ask_drivers import new_link
from mitfahr.services.assign_driver import check_may_drive, is_cancelled, set_driver
from mitfahr.services.organisation_tasks import require_task


@dataclass(frozen=True, slots=True)
class Roster:
    """How many shifts have got their driver now; `refused` says of the others, by id, why not."""

    assigned: int
    refused: Mapping[str, DutyRefused | OverlapsOtherRide]


def assign_shifts(
    sessions: sessionmaker[Session],
    drivers: Mapping[str, str],
    *,
    organisation_id: str,
    actor_id: str,
    secret_key: str,
    vacations: Vacations,
    now: dt.datetime,
) -> Roster:
    """`drivers` says by shift who drives it from now on; commits. Done again, it changes nothing.

    A shift that somebody else has taken meanwhile stays theirs. Raises Unknown, NotAllowed.
    """
    given, refused = defaultdict[str, list[DutyShift]](list), dict[str, DutyRefused | OverlapsOtherRide]()
    with sessions.begin() as session:
        require_task(session, actor_id, organisation_id, Task.PLAN)
        for driver_id in sorted(set(drivers.values())):
            lock_person(session, driver_id)
        for shift_id, driver_id in sorted(drivers.items()):
            shift = shift_of(session, shift_id, lock=True)
            if shift.organisation_id != organisation_id:
                raise Unknown("shift", shift_id)
            if shift.driver_id == driver_id:
                continue
            try:
                _check_open(session, shift, now)
                check_may_drive(session, shift, driver_id, vacations, now)
            except (DutyRefused, OverlapsOtherRide) as error:
                refused[shift_id] = error
                continue
            set_driver(session, [shift], driver_id, now)
            given[driver_id].append(shift)
        for driver_id, shifts in given.items():
            _tell(session, session.get_one(Person, driver_id), shifts, secret_key, now)
    return Roster(sum(map(len, given.values())), refused)


def _check_open(session: Session, shift: DutyShift, now: dt.datetime) -> None:
    if shift.driver_id is not None:
        raise ShiftTaken
    if seconds(now) >= shift.ends_s or is_cancelled(session, shift):
        raise ShiftClosed


def _tell(
    session: Session, driver: Person, shifts: list[DutyShift], secret_key: str, now: dt.datetime
) -> None:
    links = [
        (shift, new_link(session, driver, secret_key, now, shift=shift))
        for shift in sorted(shifts, key=lambda one: (one.begins_s, one.id))
    ]
    if len(links) == 1:
        ((shift, link_id),) = links
        tell_on_duty(session, shift, driver, link_id, now)
    else:
        tell_roster(session, links, driver, now)
