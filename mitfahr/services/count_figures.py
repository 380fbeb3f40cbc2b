"""Count what an association did: for its own eyes, for the district, for whoever pays."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mitfahr.db.duty import driven_shifts
from mitfahr.db.figures import driven_km, driven_runs, legs_to_count
from mitfahr.domain.figures import DrivenShift, Figures, count
from mitfahr.domain.times import resolve, seconds


def count_figures(
    session: Session, organisation_id: str, first: dt.date, last: dt.date, *, now: dt.datetime
) -> Figures:
    """From the first to the last day (of the district's clocks), as far as it is over."""
    from_s = seconds(resolve(first, dt.time(0)).moment)
    until_s = seconds(resolve(last + dt.timedelta(days=1), dt.time(0)).moment)
    over_s = min(until_s, seconds(now))
    return count(
        legs_to_count(session, organisation_id, from_s, until_s),
        driven_runs(session, organisation_id, from_s, over_s),
        [
            DrivenShift(shift.begins_s, shift.worked_s, shift.is_noted)
            for shift in driven_shifts(session, organisation_id, from_s, until_s, over_s)
        ],
        driven_km(session, organisation_id, first, last),
    )
