"""Do once at the start of a process what the first visitor would otherwise wait for."""

from __future__ import annotations

import datetime as dt
import logging

from flask import Flask

from mitfahr.domain.errors import NothingServes
from web.portal import portal

log = logging.getLogger(__name__)


def warm_up(app: Flask) -> None:
    """Open the serving timetable and build the index of places; without a timetable there is nothing to do."""
    with app.app_context():
        try:
            portal().live.current(dt.datetime.now(dt.UTC))
            portal().live.served().places  # noqa: B018 (built when first asked for)
        except NothingServes:
            log.info("no timetable serves yet")
