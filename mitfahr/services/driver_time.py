"""Whether a driver has time: nobody drives two cars at once, now or on a date that a series will reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mitfahr.db.duty import shift_spans_of_driver
from mitfahr.db.rides import spans_of_driver
from mitfahr.db.series import RideSeries, published, series_of_driver
from mitfahr.domain.errors import OverlapsOtherRide
from mitfahr.domain.recurrence import occurrences
from mitfahr.domain.saxony import Vacations
from mitfahr.domain.times import local, moment, seconds
from mitfahr.languages.stored import DUTY, RIDE_WITH
from mitfahr.services.series_draft import draft_of, drive_times_s

_A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The longest time that a ride can take, UTC seconds, and what the ride is called."""

    begins_s: int
    ends_s: int
    label: str = ""

    def overlaps(self, other: Span) -> bool:
        return self.begins_s < other.ends_s and other.begins_s < self.ends_s


def check_driver_free(
    session: Session,
    driver_id: str,
    wanted: Sequence[Span],
    vacations: Vacations,
    now: dt.datetime,
    *,
    without_series: str | None = None,
    without_rides: Collection[str] = (),
    without_shift: str | None = None,
) -> None:
    """Raises OverlapsOtherRide, naming the first other ride in the way.

    Counted are rides with a date, those that running series will have, and shifts for associations, except what is
    about to be replaced (`without_series`, `without_rides`, `without_shift`). The caller holds the driver's row.
    """
    if not wanted:
        return
    ordered = sorted(wanted)
    dated = [
        Span(begins_s, ends_s, label)
        for ride_id, begins_s, ends_s, label in spans_of_driver(session, driver_id, seconds(now))
        if ride_id not in without_rides
    ]
    dated += [
        Span(begins_s, ends_s, DUTY)
        for shift_id, begins_s, ends_s in shift_spans_of_driver(session, driver_id, seconds(now))
        if shift_id != without_shift
    ]
    planned = [
        span
        for series in series_of_driver(session, driver_id)
        if series.id != without_series
        for span in _planned(session, series, vacations, ordered[0], max(ordered, key=_end_s))
    ]
    clash = first_overlap(ordered, sorted(dated + planned))
    if clash is not None:
        other = clash[1]
        raise OverlapsOtherRide(other.label, moment(other.begins_s), moment(other.ends_s))


def first_overlap(mine: Sequence[Span], others: Sequence[Span]) -> tuple[Span, Span] | None:
    """The first pair that overlaps; both in the order of their beginnings, neither overlapping itself."""
    i = j = 0
    while i < len(mine) and j < len(others):
        if mine[i].overlaps(others[j]):
            return mine[i], others[j]
        if mine[i].ends_s <= others[j].ends_s:
            i += 1
        else:
            j += 1
    return None


def _planned(
    session: Session, series: RideSeries, vacations: Vacations, first: Span, last: Span
) -> Iterator[Span]:
    """Rides of a series between the two that have no date yet; a date that was withdrawn stays free."""
    draft, drive_s = draft_of(series), drive_times_s(series)
    since, until = local(first.begins_s).date() - 2 * _A_DAY, local(last.ends_s).date() + _A_DAY
    dated = published(session, series.id, since)
    for one in occurrences(draft.plan, vacations, since, until):
        if (one.day, one.direction) not in dated:
            yield Span(*draft.span_s(one, drive_s), RIDE_WITH % {"name": series.driver.first_name})


def _end_s(span: Span) -> int:
    return span.ends_s
