"""The map: its tiles, a journey drawn on it, and what a point on it is called.

Nothing personal stands in an address: a journey travels as its signed token in the body, a booked one by its number.
"""

from __future__ import annotations

import datetime as dt
import gzip
import logging
import math
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import booking_of
from mitfahr.db.timetables import serving_folders
from mitfahr.domain.errors import Unknown
from mitfahr.domain.trip_request import TripRequest
from mitfahr.itinerary import journey_from_json
from mitfahr.offered import read_all_signed, read_drawing
from mitfahr.services.draw_journey import draw_journey
from mitfahr.services.find_places import FoundPlace, PlaceKind
from mitfahr.services.name_point import name_point
from routing.errors import SnapshotUnreadable
from routing.journey import Journey
from routing.trip_lines import TripLines
from web.access import PUBLIC, SIGNED_IN, access
from web.headers import ONE_YEAR_S
from web.journeys_view import journey_view
from web.map_json import journey_json
from web.map_source import tiles_named
from web.place_choice import encode
from web.portal import portal, served

views = Blueprint("map", __name__, url_prefix="/karte")

log = logging.getLogger(__name__)


@views.get("/kacheln/<name>/<int:zoom>/<int:x>/<int:y>.mvt")
@access(PUBLIC)
def tile(name: str, zoom: int, x: int, y: int) -> Response:
    """One vector tile; its address carries the checksum of all tiles, so browsers keep it for ever."""
    tiles = tiles_named(name)
    if tiles is None:
        abort(404)
    found = tiles.tile(zoom, x, y)
    response = Response(found or b"", 200 if found else 204, mimetype="application/vnd.mapbox-vector-tile")
    response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR_S}, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if found and request.accept_encodings.quality("gzip") > 0:
        response.headers["Content-Encoding"] = "gzip"
    elif found:
        response.set_data(gzip.decompress(found))
    return response


@views.post("/weg")
@access(PUBLIC)
def offered_way() -> ResponseReturnValue:
    """An offered journey, however old, or one that is only to be drawn, as GeoJSON; raises OfferTampered."""
    drawing = request.form.get("drawing")
    if drawing is not None:
        return _drawn(*read_drawing(drawing, portal().settings.secret_key))
    offers = read_all_signed(request.form.get("offer", ""), portal().settings.secret_key)
    return _drawn(offers[-1].journey, offers[-1].request.avoids_steps)


@views.get("/reise/<booking_id>")
@access(SIGNED_IN)
def booked_way(booking_id: str) -> ResponseReturnValue:
    """A journey of the person asking, as GeoJSON; raises Unknown for anybody else's."""
    with portal().reading() as session:
        booking = booking_of(session, booking_id)
        if booking.rider_id != current_user.id:
            raise Unknown("booking", booking_id)
        journey = journey_from_json(booking.journey)  # type: ignore[arg-type]
        asked = TripRequest.from_json(booking.question)
    return _drawn(journey, asked.avoids_steps)


@views.post("/punkt")
@access(PUBLIC)
def point() -> ResponseReturnValue:
    """What a point is called, and the value that a form chooses it with."""
    lat, lon = (request.form.get(name, default=math.nan, type=float) for name in ("lat", "lon"))
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        abort(400)
    world = served()
    snapshot = world.without_rides
    label = name_point(snapshot.timetable, world.gazetteer, snapshot.roads, lat, lon)
    chosen = FoundPlace(PlaceKind.POINT, label, round(lat, 6), round(lon, 6), is_exact=True)
    return {"label": label, "choice": encode(chosen)}


def _drawn(journey: Journey, avoids_stairs: bool) -> ResponseReturnValue:
    with portal().reading() as session:
        folders = serving_folders(session)
    snapshot = portal().live.current(dt.datetime.now(dt.UTC))
    lines = _lines(portal().settings.snapshots_dir / folders.lines) if folders and folders.lines else None
    drawn = draw_journey(snapshot.without_stairs if avoids_stairs else snapshot, lines, journey)
    shown = journey_view(journey, [None] * len(journey.legs), {}, snapshot.timetable)
    return journey_json(drawn, shown.legs)


def _lines(folder: Path) -> TripLines | None:
    try:
        return _opened(folder)
    except SnapshotUnreadable:
        log.exception("the map draws lines straight")
        return None


@lru_cache(maxsize=2)
def _opened(folder: Path) -> TripLines:
    return TripLines.open(folder)
