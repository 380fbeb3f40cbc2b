"""Where the pages' map gets its tiles from: what serves, as addresses for the browser."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from flask import url_for

from mitfahr.db.timetables import serving_folders
from mitfahr.map.tiles import Tiles
from routing.errors import SnapshotUnreadable
from web.portal import portal


@dataclass(frozen=True, slots=True)
class MapSource:
    """Addresses of tiles with {z}, {x}, {y}; None where nothing is drawn (yet). `bounds`: west, south, east, north."""

    land: str | None
    network: str | None
    bounds: list[float]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def map_source() -> MapSource | None:
    """The serving map; None where there is none at all."""
    with portal().reading() as session:
        folders = serving_folders(session)
    if folders is None:
        return None
    land, network = (name and tiles_named(name) for name in (folders.land_tiles, folders.network_tiles))
    widest = land or network
    if not widest:
        return None
    return MapSource(
        _address(folders.land_tiles) if land else None,
        _address(folders.network_tiles) if network else None,
        widest.bounds.tolist(),
    )


def tiles_named(name: str) -> Tiles | None:
    """The tiles of a folder of this installation, whichever of them serves; None for any other name."""
    try:
        return _opened(portal().settings.snapshots_dir / name)
    except SnapshotUnreadable:
        return None


@lru_cache(maxsize=8)
def _opened(folder: Path) -> Tiles:
    return Tiles.open(folder)


def _address(name: str | None) -> str | None:
    if name is None:
        return None
    return url_for("map.tile", name=name, zoom=0, x=0, y=0).replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt")
