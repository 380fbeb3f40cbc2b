"""Offer a private ride, with its way back if there is one."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.idempotency import claim, keep_answer
from mitfahr.db.live_revision import mark_changed
from mitfahr.db.people import Person, lock_person
from mitfahr.domain.errors import PlanInvalid
from mitfahr.domain.prices import PriceLaw
from mitfahr.domain.roles import Action, require
from mitfahr.domain.saxony import Vacations
from mitfahr.services.driver_time import Span, check_driver_free
from mitfahr.services.ride_draft import RideDraft, check_times, checked_way, draft_body, ride_row, ride_span_s
from mitfahr.services.ride_schedule import Way
from routing.snapshot import Snapshot


def offer_ride(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    draft: RideDraft,
    *,
    back: RideDraft | None = None,
    driver_id: str,
    idempotency_key: str,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
) -> str:
    """Publish a private ride, with its way `back` or neither; returns the id of the way out; commits.

    The same form sent again gives the same id. Raises NotAllowed, ContactInText, NoSeats, TooManySeats,
    TooMuchBaggage, PriceTooHigh, InThePast, WindowInvalid, PlanInvalid, WomenOnly, NoWay, OverlapsOtherRide,
    IdempotencyConflict.
    """
    drafts = [draft] if back is None else [draft, back]
    ways = [checked_way(snapshot, one, law) for one in drafts]
    with sessions.begin() as session:
        known = claim(
            session, driver_id, idempotency_key, {"rides": [draft_body(one) for one in drafts]}, now
        )
        if known is not None:
            return str(known["ride_id"])
        driver = driver_locked(session, driver_id)
        _check_times(drafts, ways, now)
        rides = [ride_row(one, way, driver, law, now) for one, way in zip(drafts, ways, strict=True)]
        spans = [Span(ride.begins_s, ride.ends_s, ride.label) for ride in rides]
        check_driver_free(session, driver.id, spans, vacations, now)
        session.add_all(rides)
        keep_answer(session, driver_id, idempotency_key, {"ride_id": rides[0].id})
        mark_changed(session, [ride.id for ride in rides])
    return rides[0].id


def preview_ride(
    readers: sessionmaker[Session],
    snapshot: Snapshot,
    draft: RideDraft,
    *,
    back: RideDraft | None,
    driver_id: str,
    law: PriceLaw,
    vacations: Vacations,
    now: dt.datetime,
) -> Way:
    """The way that a draft would be driven, so that nobody reads it through in vain; changes nothing.

    Publishing tests again. Raises ContactInText, NoSeats, TooManySeats, TooMuchBaggage, PriceTooHigh,
    InThePast, WindowInvalid, PlanInvalid, NoWay, OverlapsOtherRide.
    """
    drafts = [draft] if back is None else [draft, back]
    ways = [checked_way(snapshot, one, law) for one in drafts]
    _check_times(drafts, ways, now)
    spans = [Span(*ride_span_s(one, way.drive_s)) for one, way in zip(drafts, ways, strict=True)]
    with readers() as session:
        check_driver_free(session, driver_id, spans, vacations, now)
    return ways[0]


def driver_locked(session: Session, driver_id: str) -> Person:
    """The person whose rides are about to be planned: alone until the transaction ends, so that two offers
    sent at once cannot overlap. Raises Unknown, NotAllowed."""
    driver = lock_person(session, driver_id)
    require(driver.roles, Action.OFFER_RIDE)
    return driver


def _check_times(drafts: list[RideDraft], ways: list[Way], now: dt.datetime) -> None:
    for draft, way in zip(drafts, ways, strict=True):
        check_times(draft, way, now)
    spans = [ride_span_s(draft, way.drive_s) for draft, way in zip(drafts, ways, strict=True)]
    if len(spans) == 2 and spans[1][0] < spans[0][1]:
        raise PlanInvalid("back")
