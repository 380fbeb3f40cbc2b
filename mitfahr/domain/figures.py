"""What an association did in a month or a year, in numbers: counted from journeys whose people may be forgotten."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mitfahr.domain.states import LegState
from mitfahr.domain.times import local


@dataclass(frozen=True, slots=True)
class CountedLeg:
    """One leg that is over. `people` sat in it; `by_telephone`: somebody booked it for them."""

    booking_id: str
    ride_id: str
    departure_s: int
    origin: str
    state: LegState
    people: int
    by_telephone: bool


@dataclass(frozen=True, slots=True)
class DrivenShift:
    """One that is over; `noted`: its seconds are those that were driven, not those planned."""

    begins_s: int
    worked_s: int
    noted: bool


@dataclass(slots=True)
class Sums:
    """`bookings` are whole journeys, `people` got on, `missing` had booked and did not come.

    `driven_s` are the seconds of `shifts` that were driven: of `noted` ones the real times, of the others the plan.
    """

    runs: int = 0
    people: int = 0
    missing: int = 0
    bookings: int = 0
    by_telephone: int = 0
    shifts: int = 0
    noted: int = 0
    driven_s: int = 0

    @property
    def telephone_percent(self) -> int | None:
        """None where nothing was booked."""
        return round(100 * self.by_telephone / self.bookings) if self.bookings else None


@dataclass(frozen=True, slots=True)
class Figures:
    """`days` holds days on which something happened; `boarded_at` and `boarded_in` count people by stop and by hour.

    `km` is what clocks of vehicles tell, None where nobody has read them.
    """

    total: Sums
    days: dict[dt.date, Sums]
    boarded_at: Counter[str]
    boarded_in: Counter[int]
    km: int | None

    def months(self) -> dict[dt.date, Sums]:
        """By the first day of each month, in order."""
        months: dict[dt.date, Sums] = {}
        for day, sums in sorted(self.days.items()):
            month = months.setdefault(day.replace(day=1), Sums())
            for name in Sums.__slots__:
                setattr(month, name, getattr(month, name) + getattr(sums, name))
        return months


def count(
    legs: Iterable[CountedLeg],
    runs: Iterable[tuple[str, int]],
    shifts: Iterable[DrivenShift],
    km: int | None,
) -> Figures:
    """`runs` are published runs that were driven (id, departure in UTC seconds); a tour counts if it has a leg."""
    total, days = Sums(), dict[dt.date, Sums]()
    boarded_at, boarded_in = Counter[str](), Counter[int]()
    began = dict(runs)
    booked: dict[str, CountedLeg] = {}
    for leg in sorted(legs, key=lambda leg: (leg.departure_s, leg.ride_id)):
        began.setdefault(leg.ride_id, leg.departure_s)
        booked.setdefault(leg.booking_id, leg)
        at = local(leg.departure_s)
        for sums in (total, days.setdefault(at.date(), Sums())):
            if leg.state is LegState.NO_SHOW:
                sums.missing += leg.people
            else:
                sums.people += leg.people
        if leg.state is not LegState.NO_SHOW:
            boarded_at[leg.origin] += leg.people
            boarded_in[at.hour] += leg.people
    for first in booked.values():
        for sums in (total, days.setdefault(local(first.departure_s).date(), Sums())):
            sums.bookings += 1
            sums.by_telephone += first.by_telephone
    for begins_s in began.values():
        for sums in (total, days.setdefault(local(begins_s).date(), Sums())):
            sums.runs += 1
    for shift in shifts:
        for sums in (total, days.setdefault(local(shift.begins_s).date(), Sums())):
            sums.shifts += 1
            sums.noted += shift.noted
            sums.driven_s += shift.worked_s
    return Figures(total, days, boarded_at, boarded_in, km)
