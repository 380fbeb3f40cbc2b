"""Wishes as their owners see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mitfahr.db.wishes import Wish, WishFit
from mitfahr.domain.times import local, seconds
from mitfahr.languages import _
from mitfahr.languages.formats import day, on_weekday


@dataclass(frozen=True, slots=True)
class WishView:
    """`fits` are the offers found that can still be booked, soonest first."""

    wish_id: str
    origin: str
    destination: str
    when: str
    hours: str
    until: dt.date | None
    persons: int
    is_running: bool
    fits: tuple[WishFit, ...]


def wish_view(wish: Wish, now: dt.datetime) -> WishView:
    days, now_s = wish.days, seconds(now)
    begins = dt.datetime.combine(days.first, days.begins)
    ends = begins + dt.timedelta(seconds=days.window_s)
    request = wish.request
    return WishView(
        wish_id=wish.id,
        origin=wish.origin_name,
        destination=wish.destination_name,
        when=_listed([on_weekday(number) for number in sorted(days.weekdays)]) or day(days.first),
        hours=_hours(f"{begins:%H:%M}", f"{ends:%H:%M}", request.arrive_by),
        until=days.last if days.weekdays else None,
        persons=request.party.people,
        is_running=wish.ended_at is None and wish.last_day >= local(now_s).date(),
        fits=tuple(
            fit for fit in wish.fits if fit.ride.withdrawn_at is None and fit.ride.bookable_until_s > now_s
        ),
    )


def _listed(words: list[str]) -> str:
    """montags, dienstags und freitags"""
    if len(words) < 2:
        return "".join(words)
    return _("%(words)s und %(last)s", words=", ".join(words[:-1]), last=words[-1])


def _hours(begins: str, ends: str, arrive_by: bool) -> str:
    if arrive_by:
        return _("Ankunft zwischen %(begins)s und %(ends)s Uhr", begins=begins, ends=ends)
    return _("Abfahrt zwischen %(begins)s und %(ends)s Uhr", begins=begins, ends=ends)
