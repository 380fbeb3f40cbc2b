"""Timetable staff: the findings of a check as files, to pass on to whoever delivers the data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, json
from sqlalchemy.orm import undefer

from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.errors import Unknown
from mitfahr.domain.roles import Action
from web.access import access
from web.csv_file import csv_file
from web.findings_view import COLUMNS, findings_table
from web.portal import portal

views = Blueprint("findings", __name__, url_prefix="/fahrplan")


@views.get("/<version_id>/befunde.csv")
@access(Action.IMPORT_TIMETABLE)
def table(version_id: str) -> Response:
    """Every finding as a row, in German and English."""
    return csv_file("befunde.csv", COLUMNS, findings_table(_findings(version_id)))


@views.get("/<version_id>/befunde.json")
@access(Action.IMPORT_TIMETABLE)
def data(version_id: str) -> Response:
    """The same list that `mitfahr import gtfs --report` writes."""
    text = json.dumps(_findings(version_id), ensure_ascii=False, indent=1, sort_keys=False)
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="befunde.json"'
    return answer


def _findings(version_id: str) -> list[dict[str, Any]]:
    with portal().reading() as session:
        version = session.get(FeedVersion, version_id, options=[undefer(FeedVersion.findings)])
        if version is None:
            raise Unknown("feed_version", version_id)
        return version.findings
