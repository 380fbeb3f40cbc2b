"""Which road joins which places: federal and state roads, motorways, bridges, and lanes between villages.

The main roads are facts (numbers and courses in broad strokes). The lanes between neighbouring
villages are the Gabriel graph of the places, which looks much like a real rural network; what would
cross the Elbe without a bridge, or a main road without a junction, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import networkx as nx
import numpy as np
from scipy.spatial import Delaunay

from mitfahr.demo.geometry import Line, Segments, bent, chance, cross, length_m, segments, to_metres
from mitfahr.demo.places import Place, places


@dataclass(frozen=True)
class Junction:
    """Where roads meet: the middle of a place, a bridge head or a motorway exit (`place` is None)."""

    name: str
    x: float
    y: float
    place: Place | None


@dataclass(frozen=True, eq=False)
class Road:
    """One stretch between two junctions; `highway` is an OSM value, `line` runs from `start` to `end`."""

    start: Junction
    end: Junction
    ref: str
    highway: str
    line: Line
    is_bridge: bool

    @property
    def is_for_cars(self) -> bool:
        return self.highway != "track"

    def seen_from(self, junction: Junction) -> Line:
        """The line beginning at `junction`, one of the two ends."""
        return self.line if junction == self.start else self.line[::-1]

    def other_end(self, junction: Junction) -> Junction:
        return self.end if junction == self.start else self.start


@dataclass(frozen=True)
class Motorway:
    """Two one-way carriageways along `line`; `exits` are junctions of the other roads."""

    ref: str
    line: Line
    exits: tuple[Junction, ...]


ROUNDABOUTS = frozenset(
    {"Nossen", "Großenhain", "Lommatzsch", "Zeithain", "Weinböhla", "Radeburg", "Thiendorf", "Seerhausen"}
)

_WAYPOINTS = """
Niederwartha 51.0925 13.6065; Brückenkopf Radebeul 51.1045 13.6130
Altstadtbrücke West 51.1640 13.4742; Altstadtbrücke Ost 51.1643 13.4785
Elbtalbrücke West 51.1692 13.4715; Elbtalbrücke Ost 51.1695 13.4775
Elbbrücke Riesa Süd 51.3110 13.3010; Elbbrücke Riesa Nord 51.3160 13.3055
Riesa Bahnhof 51.3090 13.2880; Coswig Bahnhof 51.1232 13.5790; Großenhain Bahnhof 51.2912 13.5245; Radebeul Ost 51.0985 13.6798
AS Dresden-Wilder Mann 51.1020 13.7180; AS Radeburg 51.2080 13.7460; AS Thiendorf 51.2900 13.7560; AS Ortrand 51.3700 13.7710
AS Nossen-Ost 51.0480 13.3750; AS Nossen-Nord 51.0750 13.2480; AS Döbeln-Ost 51.1080 13.1650; AS Wilsdruff 51.0600 13.5250
"""

# ref, OSM class, junctions in order. A "=" before a name marks the stretch towards it as a bridge over the Elbe.
_MAIN_ROADS = """
B 6   | primary   | Dresden Mitte, Dresden-Cossebaude, Niederwartha, Constappel, Gauernitz, Pegenau, Scharfenberg, Reichenbach, Batzdorf, Bockwen, Meißen-Lercha, Meißen, Elbtalbrücke West, Zehren, Piskowitz bei Zehren, Obermuschütz, Wölkisch, Pahrenz, Prausitz, Jahnishausen, Seerhausen, Oschatz
B 101 | primary   | Freiberg, Siebenlehn, Nossen, Nossen-Eula, Wendischbora, Katzenberg, Soppen, Krögis, Löthain, Schletta, Meißen-Korbitz, Meißen
B 101 | primary   | Elbtalbrücke West, =Elbtalbrücke Ost, Meißen-Niederfähre, Ockrilla, Gävernitz, Wantewitz, Priestewitz, Zschauitz, Großenhain, Großenhain-Mozartallee, Nasseböhla, Zabeltitz, Treugeböhla, Frauenhain, Elsterwerda
B 98  | primary   | Zeithain, Glaubitz, Wildenhain, Großraschütz, Großenhain Bahnhof, Großenhain, Folbern, Quersa, Lampertswalde, Schönfeld, Thiendorf, AS Thiendorf, Sacka, Königsbrück
B 169 | primary   | Döbeln, Ostrau, Stauchitz, Seerhausen, Kalbitz, Riesa, Elbbrücke Riesa Süd, =Elbbrücke Riesa Nord, Röderau, Zeithain, Neudorf, Streumen, Koselitz, Gröditz, Elsterwerda
B 182 | primary   | Riesa, Riesa Bahnhof, Riesa-Gröba, Forberge, Oppitzsch, Strehla, Görzig bei Strehla, Lößnig, Paußnitz
S 32  | secondary | Meißen, Niederjahna, Mehren, Kaisitz, Käbschütz, Zöthain, Lommatzsch, Pitschütz, Albertitz, Wuhnitz, Ostrau, Döbeln
S 85  | secondary | Riesa, Pausitz, Nickritz, Jahnishausen, Mehltheuer, Dörschnitz, Lommatzsch, Wahnitz, Leuben, Eulitz, Graupzig, Ziegenhain, Pinnewitz, Raußlitz, Wolkau, Nossen
S 31  | secondary | Lommatzsch, Scheerau, Striegnitz, Staucha, Stauchitz, Oschatz
S 34  | secondary | Nossen, Roßwein, Döbeln
S 36  | secondary | Nossen-Eula, Deutschenbora, AS Nossen-Ost, Rothschönberg, Munzig, Miltitz, Robschütz, Garsebach, Meißen-Triebischtal, Meißen
S 177 | secondary | Meißen-Lercha, Polenz, Ullendorf, Sora, Klipphausen, AS Wilsdruff, Wilsdruff
S 83  | secondary | Taubenheim, Burkhardswalde, Tanneberg, Rothschönberg
S 84  | secondary | Dresden-Trachau, Radebeul Ost, Radebeul, Radebeul-Weintraube, Radebeul-Kötzschenbroda, Radebeul-Zitzschewig, Coswig Bahnhof, Coswig, Brockwitz, Sörnewitz, Meißen-Spaar, Meißen-Cölln
S 84  | secondary | Niederwartha, =Brückenkopf Radebeul, Radebeul-Zitzschewig
S 82  | secondary | Meißen, Altstadtbrücke West, =Altstadtbrücke Ost, Meißen-Cölln, Meißen-Zaschendorf, Neusörnewitz, Coswig
S 80  | secondary | Meißen-Zaschendorf, Weinböhla, Weinböhla-Laubenhöhe, Auer, Moritzburg
S 81  | secondary | Coswig, Coswig-Spitzgrund, Weinböhla-Süd, Weinböhla, Niederau, Gröbern, Meißen-Bohnitzsch, Meißen-Cölln
S 179 | secondary | Dresden-Trachau, AS Dresden-Wilder Mann, Boxdorf, Reichenberg, Moritzburg, Bärnsdorf
S 177 | secondary | Gröbern, Gohlis bei Niederau, Steinbach, Bärwalde, Radeburg, AS Radeburg, Großdittmannsdorf, Ottendorf-Okrilla
S 96  | secondary | Dresden-Klotzsche, Volkersdorf, Bärnsdorf, Berbisdorf, Radeburg, Rödern, Freitelsdorf, Cunnersdorf, Kalkreuth, Großenhain
S 88  | secondary | Meißen-Niederfähre, Winkwitz, Diera, Zadel, Kleinzadel, Nieschütz, Diesbar-Seußlitz, Neuseußlitz, Merschwitz, Leckwitz, Nünchritz, Grödel, Moritz, Röderau
S 40  | secondary | Nünchritz, Glaubitz, Marksiedlitz, Streumen, Wülknitz, Tiefenau, Gröditz, Nauwalde
S 89  | secondary | Röderau, Gohlis bei Riesa, Zschepa, Lorenzkirch, Kreinitz, Mühlberg
S 90  | secondary | Gröditz, Pulsen, Frauenhain, Raden, Treugeböhla, Zabeltitz, Strauch
S 93  | secondary | Lampertswalde, Schönborn, Linz, Kraußnitz, Ortrand
S 94  | secondary | Thiendorf, Stölpchen, Ponickau, Ortrand, AS Ortrand
S 95  | secondary | Radebeul, Wahnsdorf, Reichenberg
S 100 | secondary | Sacka, Tauscha, Dobra, Zschorna, Rödern
S 35  | secondary | Nossen, Bodenbach, AS Nossen-Nord, Starbach, Rüsseina, Höfgen, Mutzschwitz, Schleinitz, Leuben
S 41  | secondary | Döbeln, AS Döbeln-Ost, Stahna, Rüsseina
S 42  | secondary | Dresden Hauptbahnhof, Dresden Mitte, =Dresden Neustadt, Dresden-Klotzsche
S 43  | secondary | Dresden Neustadt, Dresden-Trachau
"""

_MOTORWAYS = """
A 13 | AS Dresden-Wilder Mann, AS Radeburg, AS Thiendorf, AS Ortrand
A 14 | AS Nossen-Ost, AS Nossen-Nord, AS Döbeln-Ost
A 4  | AS Nossen-Ost, AS Wilsdruff, AS Dresden-Wilder Mann
"""

# The middle of the river from Dresden down to below Strehla.
_ELBE = """
51.0545 13.7450, 51.0595 13.7325, 51.0660 13.7210, 51.0745 13.7130, 51.0790 13.6990, 51.0800 13.6850, 51.0885 13.6560, 51.0985 13.6370,
51.0975 13.6180, 51.1035 13.5960, 51.1140 13.5690, 51.1240 13.5480, 51.1285 13.5290, 51.1390 13.5110, 51.1415 13.4975, 51.1480 13.4885,
51.1550 13.4810, 51.1600 13.4772, 51.1642 13.4762, 51.1690 13.4745, 51.1745 13.4635, 51.1810 13.4545, 51.1900 13.4400, 51.1965 13.4225,
51.2020 13.4035, 51.2120 13.4060, 51.2215 13.4110, 51.2370 13.4145, 51.2500 13.4025, 51.2620 13.3985, 51.2695 13.4010, 51.2820 13.3995,
51.2920 13.3930, 51.2965 13.3780, 51.2985 13.3620, 51.3060 13.3430, 51.3075 13.3095, 51.3125 13.3030, 51.3180 13.2920, 51.3280 13.2830,
51.3370 13.2750, 51.3440 13.2590, 51.3500 13.2475, 51.3560 13.2420, 51.3720 13.2440, 51.3910 13.2400, 51.4400 13.1900
"""

_STEP_M = 200.0
_LONGEST_LANE_M = 6000.0
_PATH_DETOUR = 1.5
"""A lane that saves drivers less than this is a field track, open to walkers only."""


@cache
def elbe() -> Line:
    points = (pair.split() for pair in _ELBE.replace("\n", " ").split(","))
    return np.array([to_metres(float(lat), float(lon)) for lat, lon in points])


@cache
def junctions() -> dict[str, Junction]:
    """By name: every place and every bridge head and motorway exit."""
    found = {p.name: Junction(p.name, *to_metres(p.lat, p.lon), p) for p in places()}
    for entry in _WAYPOINTS.strip().replace("\n", "; ").split("; "):
        name, lat, lon = entry.rsplit(maxsplit=2)
        found[name] = Junction(name, *to_metres(float(lat), float(lon)), None)
    return found


@cache
def roads() -> tuple[Road, ...]:
    """Every road outside motorways, main roads first."""
    main = list(_main_roads())
    return (*main, *_lanes(main))


@cache
def motorways() -> tuple[Motorway, ...]:
    found = []
    for row in _MOTORWAYS.strip().splitlines():
        ref, names = (cell.strip() for cell in row.split("|"))
        exits = tuple(junctions()[name] for name in names.split(", "))
        pieces = [bent((a.x, a.y), (b.x, b.y), 0.03, 500.0)[:-1] for a, b in pairwise(exits)]
        line = np.concatenate([*pieces, [[exits[-1].x, exits[-1].y]]])
        found.append(Motorway(ref, line, exits))
    return tuple(found)


def roads_at(junction: Junction) -> list[Road]:
    return _roads_by_junction().get(junction.name, [])


@cache
def _roads_by_junction() -> dict[str, list[Road]]:
    found: dict[str, list[Road]] = {}
    for road in roads():
        found.setdefault(road.start.name, []).append(road)
        found.setdefault(road.end.name, []).append(road)
    return found


def _main_roads() -> Iterator[Road]:
    known = junctions()
    drawn: set[frozenset[str]] = set()
    for row in _MAIN_ROADS.strip().splitlines():
        ref, highway, names = (cell.strip() for cell in row.split("|"))
        for first, second in pairwise(names.split(", ")):
            pair = frozenset({first.lstrip("="), second.lstrip("=")})
            if pair in drawn:
                continue
            drawn.add(pair)
            yield _road(
                known[first.lstrip("=")], known[second.lstrip("=")], ref, highway, second.startswith("=")
            )


def _lanes(main: list[Road]) -> Iterator[Road]:
    """Lanes between neighbouring villages; those that save drivers little are field tracks."""
    drawn = {frozenset({road.start.name, road.end.name}) for road in main}
    lanes = [
        _road(a, b, "", "tertiary" if min(_people(a), _people(b)) >= 200 else "unclassified", False)
        for a, b in _gabriel_pairs()
        if frozenset({a.name, b.name}) not in drawn
    ]
    barriers = segments([elbe(), *(road.line for road in main)])
    lanes = [lane for lane in lanes if _is_buildable(lane, barriers)]
    network: nx.Graph[str] = nx.Graph()
    for road in (*main, *lanes):
        network.add_edge(road.start.name, road.end.name, length_m=length_m(road.line))
    for lane in sorted(lanes, key=lambda lane: -length_m(lane.line)):
        yield _track(lane) if _saves_little(network, lane) else lane


def _is_buildable(lane: Road, barriers: Segments) -> bool:
    return length_m(lane.line) <= _LONGEST_LANE_M and not cross(lane.line, barriers)


def _saves_little(network: nx.Graph[str], lane: Road) -> bool:
    """Whether drivers do nearly as well without `lane`; it is then taken out of `network`."""
    ends = (lane.start.name, lane.end.name)
    length = length_m(lane.line)
    network.remove_edge(*ends)
    try:
        detour_m = float(nx.dijkstra_path_length(network, *ends, weight="length_m"))
        saves_little = detour_m <= _PATH_DETOUR * length
    except nx.NetworkXNoPath:
        saves_little = False
    if not saves_little:
        network.add_edge(*ends, length_m=length)
    return saves_little


def _track(lane: Road) -> Road:
    return Road(lane.start, lane.end, "", "track", lane.line, False)


def _gabriel_pairs() -> list[tuple[Junction, Junction]]:
    """Pairs of places within the district with no third place inside the circle between them."""
    inside = [j for j in junctions().values() if j.place is not None and j.place.people]
    points = np.array([[j.x, j.y] for j in inside])
    pairs = {tuple(sorted((t[i], t[i - 1]))) for t in Delaunay(points).simplices.tolist() for i in range(3)}
    found = []
    for a, b in sorted(pairs):
        radius_m = np.hypot(*(points[a] - points[b])) / 2
        distance_m = np.hypot(*(points - (points[a] + points[b]) / 2).T)
        distance_m[[a, b]] = np.inf
        if distance_m.min() > radius_m:
            found.append((inside[a], inside[b]))
    return found


def _road(start: Junction, end: Junction, ref: str, highway: str, is_bridge: bool) -> Road:
    ends = ((start.x, start.y), (end.x, end.y))
    bend = 0.12 * (chance(start.name, end.name) - 0.5)
    line = bent(*ends, bend, _STEP_M)
    if is_bridge or cross(line, segments([elbe()])):
        line = bent(*ends, 0.0, _STEP_M)
    return Road(start, end, ref, highway, line, is_bridge)


def _people(junction: Junction) -> int:
    return junction.place.people if junction.place else 0
