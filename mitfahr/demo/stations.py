"""Facts about the railway and bus stations: where they are and how many platforms they have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Station:
    """`junction` is where buses reach it ("" when none do); platforms and bus bays are counted from 1.

    `wheelchair` is the GTFS value: 0 nobody has written it down, 1 yes, 2 no.
    """

    name: str
    lat: float
    lon: float
    platforms: int
    bays: int
    junction: str
    wheelchair: int
    change_min: int
    """Minutes a change of vehicles takes when stated, else 0."""


# name | lat | lon | platforms | bus bays | junction | wheelchair | stated minutes for a change
_STATIONS = """
Meißen Bahnhof              | 51.1632 | 13.4825 | 3 | 6 | Meißen-Cölln            | 1 | 4
Meißen Altstadt             | 51.1591 | 13.4731 | 2 | 0 |                         | 1 | 0
Meißen Triebischtal         | 51.1523 | 13.4621 | 1 | 2 | Meißen-Triebischtal     | 0 | 0
Neusörnewitz S-Bahnhof | 51.1475 | 13.5527 | 2 | 0 |                         | 1 | 0
Coswig Bahnhof              | 51.1230 | 13.5794 | 4 | 4 | Coswig Bahnhof          | 1 | 4
Radebeul-Zitzschewig S-Bahnhof | 51.1145 | 13.6067 | 2 | 0 |                         | 1 | 0
Radebeul-Naundorf           | 51.1105 | 13.5990 | 2 | 0 |                         | 2 | 0
Radebeul-Kötzschenbroda S-Bahnhof | 51.1076 | 13.6294 | 2 | 2 | Radebeul-Kötzschenbroda | 1 | 0
Radebeul-Weintraube S-Bahnhof | 51.1030 | 13.6566 | 2 | 0 |                         | 1 | 0
Radebeul Ost S-Bahnhof | 51.0984 | 13.6800 | 3 | 3 | Radebeul Ost            | 1 | 3
Dresden-Trachau Bahnhof     | 51.0899 | 13.7039 | 2 | 0 |                         | 1 | 0
Dresden-Pieschen            | 51.0815 | 13.7261 | 2 | 0 |                         | 1 | 0
Dresden Bischofsplatz       | 51.0721 | 13.7467 | 2 | 0 |                         | 1 | 0
Dresden-Neustadt Bahnhof    | 51.0654 | 13.7409 | 4 | 2 | Dresden Neustadt        | 1 | 4
Dresden Mitte Bahnhof       | 51.0556 | 13.7234 | 4 | 2 | Dresden Mitte           | 1 | 0
Dresden Hbf                 | 51.0399 | 13.7329 | 6 | 2 | Dresden Hauptbahnhof    | 1 | 5
Cossebaude Bahnhof          | 51.0854 | 13.6316 | 1 | 2 | Dresden-Cossebaude      | 0 | 0
Niederwartha Haltepunkt     | 51.0938 | 13.6064 | 1 | 0 |                         | 0 | 0
Weinböhla Haltepunkt        | 51.1589 | 13.5617 | 2 | 0 |                         | 2 | 0
Niederau Bahnhof            | 51.1766 | 13.5608 | 2 | 0 |                         | 2 | 0
Priestewitz Bahnhof         | 51.2507 | 13.5088 | 4 | 2 | Priestewitz             | 0 | 3
Großenhain Cottbuser Bahnhof | 51.2913 | 13.5238 | 2 | 4 | Großenhain Bahnhof     | 1 | 3
Zabeltitz Bahnhof           | 51.3497 | 13.5154 | 2 | 0 |                         | 0 | 0
Frauenhain Bahnhof          | 51.3844 | 13.5034 | 2 | 0 |                         | 0 | 0
Elsterwerda Bahnhof         | 51.4593 | 13.5227 | 4 | 2 | Elsterwerda             | 0 | 0
Lampertswalde Bahnhof       | 51.3086 | 13.6801 | 2 | 0 |                         | 0 | 0
Ortrand Bahnhof             | 51.3740 | 13.7500 | 2 | 0 |                         | 0 | 0
Nünchritz Bahnhof           | 51.3028 | 13.3916 | 2 | 0 |                         | 0 | 0
Glaubitz Bahnhof            | 51.3169 | 13.3667 | 2 | 0 |                         | 2 | 0
Riesa Bahnhof               | 51.3094 | 13.2884 | 6 | 6 | Riesa Bahnhof           | 1 | 5
Zeithain Bahnhof            | 51.3306 | 13.3447 | 2 | 0 |                         | 0 | 0
Wülknitz Bahnhof            | 51.3689 | 13.3892 | 2 | 0 |                         | 0 | 0
Tiefenau Bahnhof            | 51.3914 | 13.4148 | 1 | 0 |                         | 0 | 0
Gröditz Bahnhof             | 51.4115 | 13.4399 | 2 | 0 |                         | 1 | 0
Seerhausen Bahnhof          | 51.2701 | 13.2405 | 1 | 0 |                         | 0 | 0
Stauchitz Bahnhof           | 51.2428 | 13.2121 | 2 | 0 |                         | 0 | 0
Ostrau Bahnhof              | 51.2080 | 13.1600 | 2 | 0 |                         | 0 | 0
Döbeln Hbf                  | 51.1310 | 13.0990 | 3 | 2 | Döbeln                  | 0 | 0
Lommatzsch Busbahnhof       | 51.1950 | 13.3095 | 0 | 4 | Lommatzsch              | 1 | 2
Nossen Busbahnhof           | 51.0590 | 13.2965 | 0 | 4 | Nossen                  | 1 | 2
Radeburg Busbahnhof         | 51.2151 | 13.7220 | 0 | 4 | Radeburg                | 1 | 2
Gröditz Busbahnhof          | 51.4120 | 13.4450 | 0 | 2 | Gröditz                 | 0 | 0
Radebeul-Lößnitzgrund       | 51.1210 | 13.6540 | 1 | 0 |                         | 2 | 0
Moritzburg Bahnhof          | 51.1600 | 13.6850 | 1 | 0 |                         | 2 | 0
Bärnsdorf Haltepunkt        | 51.1680 | 13.7250 | 1 | 0 |                         | 2 | 0
Berbisdorf Haltepunkt       | 51.1870 | 13.7290 | 1 | 0 |                         | 2 | 0
Radeburg Bahnhof            | 51.2094 | 13.7280 | 1 | 0 |                         | 2 | 0
"""


@cache
def stations() -> dict[str, Station]:
    found = {}
    for row in _STATIONS.strip().splitlines():
        name, lat, lon, platforms, bays, junction, wheelchair, change_min = (
            c.strip() for c in row.split("|")
        )
        found[name] = Station(
            name,
            float(lat),
            float(lon),
            int(platforms),
            int(bays),
            junction,
            int(wheelchair),
            int(change_min),
        )
    return found


@cache
def stations_by_junction() -> dict[str, Station]:
    """The station at which buses stop there."""
    return {station.junction: station for station in stations().values() if station.junction}
