"""stops.txt → the stops of the timetable: platforms and stations with a usable place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gtfs import values
from gtfs.findings import Findings, Severity
from gtfs.notices import Notice, Words
from gtfs.table import Mask, Table

PLATFORM, STATION = 0, 1
NEAR_ORIGIN_DEGREES = 1.0
FAR_OFF_KM = 1_000
_KM_PER_DEGREE = 111.2

_CORRECT_PARENT = Words("Bitte berichtigen Sie parent_station.", "Please correct parent_station.")
_CORRECT_PLACE = Words(
    "Bitte berichtigen Sie stop_lat und stop_lon.", "Please correct stop_lat and stop_lon."
)
_NO_STATION = Notice(
    "wrong_parent_location_type",
    Words(
        "Die angegebene Station ist keine (location_type 1). Die Angabe wurde nicht beachtet.",
        "What is given as the station is none (location_type 1). It has not been heeded.",
    ),
    _CORRECT_PARENT,
)
_STATION_IN_STATION = Notice(
    "station_with_parent_station",
    Words(
        "Eine Station kann nicht Teil einer Station sein. Die Angabe wurde nicht beachtet.",
        "A station cannot be part of a station. This has not been heeded.",
    ),
    _CORRECT_PARENT,
)
_ORPHAN = Notice(
    "location_without_parent_station",
    Words(
        "Ein Eingang oder Knoten muss zu einer Station gehören. Er wurde nicht beachtet.",
        "An entrance or node must belong to a station. It has not been heeded.",
    ),
    Words("Bitte ergänzen Sie parent_station.", "Please add parent_station."),
)
_SEA = Words(
    "Der Ort liegt im Meer vor Afrika oder am Pol; die Haltestelle ist dort nicht.",
    "This place is in the sea off Africa or at a pole; the stop is not there.",
)
_NEAR_ORIGIN = Notice("point_near_origin", _SEA, _CORRECT_PLACE)
_NEAR_POLE = Notice("point_near_pole", _SEA, _CORRECT_PLACE)
_PLACELESS = Notice(
    "stop_without_location",
    Words(
        "Die Haltestelle hat keine Koordinaten, auch nicht über ihre Station.",
        "The stop has no coordinates, not even by its station.",
    ),
    Words("Bitte ergänzen Sie stop_lat und stop_lon.", "Please add stop_lat and stop_lon."),
)
_FAR_OFF = Notice(
    "stop_far_off",
    Words(
        "Die Haltestelle liegt mehr als {km} km von der Mitte aller anderen entfernt.",
        "The stop lies more than {km} km away from the middle of all others.",
    ),
    Words(
        "Bitte prüfen Sie, ob Breite und Länge vertauscht sind.",
        "Please check whether latitude and longitude are swapped.",
    ),
)
_NAMELESS = Notice(
    "missing_stop_name",
    Words(
        "Die Haltestelle hat keinen Namen. Es gilt der Name der Station oder die Kennung.",
        "The stop has no name. The name of its station or its id is used.",
    ),
    Words("Bitte ergänzen Sie stop_name.", "Please add stop_name."),
)


@dataclass(frozen=True)
class Stops:
    """The columns of `Timetable` for stops, and `index` from stop_id to StopIdx.

    `no_halts` are the ids of entrances, nodes and boarding areas, which are left out;
    `n_placeless` stops more are left out because nobody can say where they are.
    """

    ids: list[str]
    names: list[str]
    platforms: list[str]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    parent: NDArray[np.int32]
    is_station: NDArray[np.uint8]
    wheelchair: NDArray[np.int8]
    index: dict[str, int]
    no_halts: frozenset[str]
    n_placeless: int

    def station_of(self) -> NDArray[np.int32]:
        """(n_stops,) the station of each stop, or the stop itself."""
        own = np.arange(len(self.ids), dtype=np.int32)
        return np.where(self.parent >= 0, self.parent, own)

    def km_between(self, a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.float64]:
        """(n,) kilometres between stops `a` and stops `b`, near enough to tell what cannot be."""
        north = (self.lat[b] - self.lat[a]) * _KM_PER_DEGREE
        east = (self.lon[b] - self.lon[a]) * _KM_PER_DEGREE * np.cos(np.radians(self.lat[b]))
        return np.asarray(np.hypot(north, east))


def read_stops(table: Table, findings: Findings) -> Stops:
    """Platforms and stations; entrances, nodes and boarding areas (location_type 2–4) are left out.

    A stop without coordinates takes its station's; without those it is recorded as broken.
    """
    kind = table.parsed("location_type", values.integer, PLATFORM)
    left_out = (kind >= 2) & (kind <= 4)
    no_halts = frozenset(table.where(left_out).texts("stop_id").tolist())
    orphans = left_out & (table.codes("parent_station") < 0)
    findings.rows(Severity.WARNING, table, orphans, "parent_station", _ORPHAN)
    table = table.where(~left_out)
    is_station = table.parsed("location_type", values.integer, PLATFORM) == STATION
    all_index = {text: row for row, text in enumerate(table.texts("stop_id"))}
    parent = _parents(table, is_station, all_index, findings)
    lat, lon = _places(table, parent, findings)
    placed = np.isfinite(lat) & np.isfinite(lon)
    _record_placeless(table, ~placed, findings)
    _warn_far_off(table, placed, lat, lon, findings)

    renumbered = np.append(np.where(placed, np.cumsum(placed) - 1, -1), -1)
    kept = table.where(placed)
    ids = [str(text) for text in kept.texts("stop_id")]
    return Stops(
        ids=ids,
        names=_names(table, parent, findings)[placed].tolist(),
        platforms=kept.texts("platform_code").tolist(),
        lat=lat[placed],
        lon=lon[placed],
        parent=renumbered[parent][placed].astype(np.int32),
        is_station=is_station[placed].astype(np.uint8),
        wheelchair=_wheelchair(table, parent)[placed],
        index={stop_id: i for i, stop_id in enumerate(ids)},
        no_halts=no_halts,
        n_placeless=int((~placed).sum()),
    )


def _parents(table: Table, is_station: Mask, index: dict[str, int], findings: Findings) -> NDArray[np.int64]:
    """(n,) row of each stop's station, -1 without; a "station" that is none does not count."""
    parent = table.positions("parent_station", index)
    given = table.codes("parent_station") >= 0
    nested = given & is_station
    no_station = (parent >= 0) & ~is_station & ~np.append(is_station, False)[parent]
    for mask, notice in ((nested, _STATION_IN_STATION), (no_station, _NO_STATION)):
        findings.rows(Severity.WARNING, table, mask, "parent_station", notice)
    return np.where(nested | no_station, -1, parent)


def _places(
    table: Table, parent: NDArray[np.int64], findings: Findings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes, NaN where unknown even by the station."""
    lat = table.parsed("stop_lat", values.decimal, np.nan)
    lon = table.parsed("stop_lon", values.decimal, np.nan)
    unlikely = (np.abs(lat) < NEAR_ORIGIN_DEGREES) & (np.abs(lon) < NEAR_ORIGIN_DEGREES)
    polar = np.abs(lat) > 89
    for mask, notice in ((unlikely, _NEAR_ORIGIN), (polar, _NEAR_POLE)):
        findings.broken(table, mask, "stop_lat", notice)
    unknown = unlikely | polar | ~np.isfinite(lat) | ~np.isfinite(lon)
    lat, lon = np.where(unknown, np.nan, lat), np.where(unknown, np.nan, lon)
    inherits = unknown & (parent >= 0)
    lat[inherits], lon[inherits] = lat[parent[inherits]], lon[parent[inherits]]
    return lat, lon


def _record_placeless(table: Table, placeless: Mask, findings: Findings) -> None:
    empty = (table.codes("stop_lat") < 0) | (table.codes("stop_lon") < 0)
    findings.broken(table, placeless & empty, "stop_id", _PLACELESS)


def _warn_far_off(
    table: Table, placed: Mask, lat: NDArray[np.float64], lon: NDArray[np.float64], findings: Findings
) -> None:
    if not placed.any():
        return
    mid_lat, mid_lon = float(np.median(lat[placed])), float(np.median(lon[placed]))
    north_km = (lat - mid_lat) * _KM_PER_DEGREE
    east_km = (lon - mid_lon) * _KM_PER_DEGREE * np.cos(np.radians(mid_lat))
    findings.rows(
        Severity.WARNING,
        table,
        placed & (np.hypot(north_km, east_km) > FAR_OFF_KM),
        "stop_lat",
        _FAR_OFF.about(km=FAR_OFF_KM),
    )


def _names(table: Table, parent: NDArray[np.int64], findings: Findings) -> NDArray[np.object_]:
    """Own name, else the station's, else the id."""
    names = table.texts("stop_name")
    nameless = names == ""
    findings.rows(Severity.WARNING, table, np.asarray(nameless), "stop_name", _NAMELESS)
    inherited = np.where(nameless & (parent >= 0), names[parent], names)
    return np.where(inherited == "", table.texts("stop_id"), inherited)


def _wheelchair(table: Table, parent: NDArray[np.int64]) -> NDArray[np.int8]:
    """0 unknown, 1 yes, 2 no: own value, else the station's."""
    own = table.parsed("wheelchair_boarding", values.integer, 0)
    own = np.where((own < 0) | (own > 2), 0, own).astype(np.int8)
    return np.where((own == 0) & (parent >= 0), own[parent], own).astype(np.int8)
