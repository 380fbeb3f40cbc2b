"""A standing order of the demonstration, taken down by telephone; the worker books its days ahead."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.db.standing_orders import orders_of_person
from mitfahr.demo import accounts
from mitfahr.demo.bookings import destination_point, ensure_caller, point
from mitfahr.demo.people import Crowd
from mitfahr.domain.recurrence import Recurrence, Week
from mitfahr.domain.times import local, seconds
from mitfahr.domain.trip_request import TripRequest
from mitfahr.school_vacations import read_vacations
from mitfahr.services.keep_standing_order import OrderDraft, keep_standing_order
from routing.journey import Place
from routing.query import VEHICLE_KINDS, LegKind

DIALYSIS = Week(frozenset({0, 2, 4}), dt.time(9), dt.time(13))
"""There by nine and back from one o'clock, on Mondays, Wednesdays and Fridays."""


def ensure_standing_order(sessions: sessionmaker[Session], crowd: Crowd, now: dt.datetime) -> None:
    """To dialysis and home again without private rides."""
    caller = ensure_caller(sessions, now)
    with sessions() as session:
        if orders_of_person(session, caller):
            return
    home, hospital = point("Barmenitz"), destination_point("Elblandklinikum Meißen")
    request = TripRequest(home, hospital, now, arrive_by=True, kinds=VEHICLE_KINDS - {LegKind.RIDE})
    keep_standing_order(
        sessions,
        OrderDraft(
            request,
            Recurrence((DIALYSIS,), local(seconds(now)).date(), skips_holidays=True),
            Place(home.name, home.lat, home.lon),
            Place(hospital.name, hospital.lat, hospital.lon),
            "Bitte zweimal klingeln.",
        ),
        person_id=caller,
        actor_id=crowd.person(accounts.DISPATCHER).id,
        idempotency_key="demo-standing-order",
        vacations=read_vacations(),
        now=now,
    )
