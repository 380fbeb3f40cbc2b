"""Staff see which timetable covers which days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.roles import Role
from tests.web.served import Served
from web.portal import Portal


def test_the_calendar_of_validity(
    served: Served, portal: Portal, client_as: Callable[[Role], FlaskClient]
) -> None:
    with portal.writing.begin() as session:
        feed = session.scalars(select(FeedVersion)).one()
        feed.valid_from, feed.valid_to = dt.date(2026, 6, 2), dt.date(2026, 6, 4)
    page = client_as(Role.TIMETABLE_STAFF).get("/fahrplan/gueltigkeit").text
    assert "Dienstag, 2. Juni 2026 bis Donnerstag, 4. Juni 2026" in page and "in Betrieb" in page
    assert "Ab Freitag, 5. Juni 2026" in page and "noch kein Fahrplan" in page
    assert "In 3 Tagen gibt es keinen Fahrplan mehr." in page


def test_without_any_timetable(client_as: Callable[[Role], FlaskClient]) -> None:
    assert "Für heute gibt es keinen Fahrplan." in client_as(Role.ADMIN).get("/fahrplan/gueltigkeit").text
