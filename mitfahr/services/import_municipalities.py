"""Keep where the municipalities lie: from a file of the operator's, or from the extract that brings the streets."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from mitfahr.comparison.municipalities import Boundary, Municipalities
from mitfahr.db.municipalities import MunicipalitySet
from mitfahr.settings import Settings
from routing.errors import RoadsRefused

log = logging.getLogger(__name__)


def import_municipalities(
    sessions: sessionmaker[Session],
    settings: Settings,
    path: Path,
    now: dt.datetime,
    *,
    name_field: str | None = None,
    key_field: str | None = None,
    attribution: str = "",
) -> MunicipalitySet:
    """Read a GeoJSON file; from now on it counts, whatever the extract says. Raises FileUnreadable."""
    from mitfahr.comparison.geojson import read_boundaries

    boundaries = read_boundaries(path, name_field, key_field)
    return _keep(sessions, settings, boundaries, path.name, attribution, now, is_from_osm=False)


def keep_municipalities_of_extract(
    sessions: sessionmaker[Session], settings: Settings, path: Path, attribution: str, now: dt.datetime
) -> MunicipalitySet | None:
    """None where the extract has no whole municipality; then those known before go on counting."""
    from routing.osm.boundaries import read_municipalities

    try:
        found = read_municipalities(path)
    except RoadsRefused:
        log.exception("the streets are imported without municipalities")
        return None
    boundaries = [Boundary(area.key, area.name, area.shape) for area in found]
    if not boundaries:
        return None
    return _keep(sessions, settings, boundaries, path.name, attribution, now, is_from_osm=True)


def _keep(
    sessions: sessionmaker[Session],
    settings: Settings,
    boundaries: Iterable[Boundary],
    source: str,
    attribution: str,
    now: dt.datetime,
    *,
    is_from_osm: bool,
) -> MunicipalitySet:
    municipalities = Municipalities.of(boundaries, source, attribution)
    row = MunicipalitySet(
        source=source[:300],
        is_from_osm=is_from_osm,
        folder=municipalities.save(settings.snapshots_dir).name,
        n_municipalities=len(municipalities),
        imported_at=now,
    )
    with sessions.begin() as session:
        session.add(row)
    return row
