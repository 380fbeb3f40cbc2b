"""Do once, before anybody is served, what the first visitors would otherwise wait for."""

from __future__ import annotations

import datetime as dt
import logging

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

import routing.warm_up
from mitfahr.db.outage import is_outage
from mitfahr.domain.errors import NothingServes
from mitfahr.domain.trip_request import TripRequest
from routing.query import StopRef
from routing.search import search
from routing.snapshot import Snapshot
from web.portal import portal

log = logging.getLogger(__name__)

ONE_DAY = dt.timedelta(days=1)


def warm_up(app: Flask) -> None:
    """Make the kernels ready, open what serves, index its places and lay out today and tomorrow.

    Without a timetable or a database the kernels are ready and the rest waits for the first visitor.
    """
    routing.warm_up.warm_up()
    with app.app_context():
        here, now = portal(), dt.datetime.now(dt.UTC)
        try:
            _lay_out(here.live.current(now), now)
            here.live.served().places  # noqa: B018 (built when first asked for)
        except NothingServes:
            log.info("no timetable serves yet")
        except SQLAlchemyError as error:
            if not is_outage(error):
                raise
            log.warning("the database is away; the first visitor waits instead")
        # Server processes are forked from this one, and no two may talk over one connection.
        here.engine.dispose()


def _lay_out(snapshot: Snapshot, now: dt.datetime) -> None:
    stops = snapshot.timetable.stop_id
    if not len(stops):
        return
    ends = StopRef(stops[0]), StopRef(stops[len(stops) - 1])
    for when in (now, now + ONE_DAY):
        search(snapshot, TripRequest(*ends, when).query(booked_at=now))
