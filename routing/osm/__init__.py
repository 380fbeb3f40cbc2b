"""OpenStreetMap extract → road graph and gazetteer. Offline work of the importer; no search imports this.

streets     what the tags of a way mean        places      what the tags of an object name
reading     the file, by pyosmium              contexts    in which village something lies
pieces      ways cut at every node             names       the gazetteer
network     the graph, by networkx and osmnx   area        the part of the extract that is wanted
junctions   what turns cost and which are closed (restrictions: the relations that say so)
landscape   what lies between the streets, for maps alone
speeds      the table of speeds, halts and turns (speeds.toml)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from routing.errors import RoadsRefused
from routing.gazetteer import Gazetteer
from routing.osm.area import Area, Around, BoundingBox, Box, Everywhere, Surroundings
from routing.osm.names import build_gazetteer
from routing.osm.network import build_roads
from routing.osm.reading import read_extract
from routing.osm.speeds import Speeds, default_speeds
from routing.progress import Progress, silent
from routing.roads import RoadGraph

ATTRIBUTION = "© OpenStreetMap-Mitwirkende, ODbL"

__all__ = ["ATTRIBUTION", "OsmExtract", "area_of", "read_osm"]


@dataclass(frozen=True)
class OsmExtract:
    """`restrictions` counts the turn restrictions by what became of them, see `routing.osm.restrictions`."""

    roads: RoadGraph
    gazetteer: Gazetteer
    restrictions: Mapping[str, int]


def read_osm(
    path: Path,
    bbox: BoundingBox | None = None,
    around: Surroundings | None = None,
    progress: Progress = silent,
    attribution: str = ATTRIBUTION,
    speeds: Speeds | None = None,
) -> OsmExtract:
    """Read an extract (.osm.pbf, .osm, .osm.gz, .osm.bz2), cropped to `bbox` or to `around`.

    Needs about 30 s and 1 GB for 165,000 street nodes inside the crop, growing with their number: networkx
    holds every one of them, so crop a whole state to what the timetable serves. Equal files give equal arrays. Without `speeds` the
    table `speeds.toml` counts. Not read: conditional restrictions, timetables of ferries. A ring that no other
    street joins keeps all its nodes.
    Raises RoadsRefused if the file is damaged, of another kind, or has no streets in the wanted part.
    """
    speeds = speeds or default_speeds()
    raw = read_extract(path, progress, speeds)
    source = f"{path.name}, Stand {raw.timestamp[:10]}" if raw.timestamp else path.name
    area = area_of(bbox, around)
    roads = build_roads(raw.streets, area, speeds, source, attribution, progress)
    if roads is None or not roads.n_edges:
        where = "" if isinstance(area, Everywhere) else " im gewählten Gebiet"
        raise RoadsRefused(f"{path.name}: enthält{where} keine Straßen")
    progress("Namen ordnen", 0.9)
    gazetteer = build_gazetteer(raw, area, source, attribution)
    progress("Straßennetz fertig", 1.0)
    return OsmExtract(roads, gazetteer, raw.streets.outcome)


def area_of(bbox: BoundingBox | None, around: Surroundings | None) -> Area:
    """The part of an extract that a box or surroundings mean; everything without either."""
    if bbox is not None and around is not None:
        raise ValueError("either bbox or around, not both")
    if bbox is not None:
        return Box(bbox)
    return Everywhere() if around is None else Around(around)
