"""The names that people of the district search among: real stops, localities and schools, from `shared/data`.

Read from where the data lies, never kept here. Addresses are invented around them, so that the index has the
size that is promised.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from mitfahr.places.entries import STOP_RANK, Entry, EntryKind
from mitfahr.places.features import STOP_WORD, searched_by

DATA = Path(os.environ.get("MITFAHR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
DISTRICT = "de:14627:"
TRIPS_PER_LINE = 40
_PEOPLE = {
    "Meißen": 28_000,
    "Riesa": 29_000,
    "Radebeul": 33_000,
    "Coswig": 20_000,
    "Großenhain": 18_000,
    "Nossen": 10_000,
    "Weinböhla": 10_000,
    "Moritzburg": 8_000,
    "Radeburg": 7_000,
    "Gröditz": 7_000,
    "Lommatzsch": 4_800,
    "Strehla": 3_700,
}
_PEOPLE_OF_A_VILLAGE = 300


def is_there() -> bool:
    """Whether the real data is on this machine."""
    return (DATA / "vvo_stops" / "stations.csv").exists()


def district(n: int = 0) -> list[Entry]:
    """Stops of the whole association, localities and schools of the district; with addresses up to `n` entries."""
    stops = list(_stops())
    places = list(_places())
    found = [*stops, *places, *_schools()]
    return found + list(_addresses(places, n - len(found)))


def _rows() -> list[dict[str, str]]:
    with (DATA / "vvo_stops" / "stations.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _stops() -> Iterator[Entry]:
    for row in _rows():
        city, name = row["city"], row["name"]
        full = city if name == city else f"{city} {name}"
        trips = TRIPS_PER_LINE * int(row["total_lines"] or 0)
        lat, lon = float(row["latitude"]), float(row["longitude"])
        yield Entry(EntryKind.STOP, full, "", STOP_WORD, STOP_WORD, lat, lon, STOP_RANK + trips, row["id"])


def _places() -> Iterator[Entry]:
    """Localities that have a stop of their name, where that is; the seat of a municipality in its middle."""
    where: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in _rows():
        if row["id"].startswith(DISTRICT):
            plain = re.sub(r"\s*\(.*|\s+b(?:ei)?\.?\s.*|/.*", "", row["city"])
            where[plain].append((float(row["latitude"]), float(row["longitude"])))
    with (DATA / "saxony_admin" / "municipalities_meissen.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            municipality = row["name"].partition(",")[0]
            for name in dict.fromkeys([municipality, *row["localities"].split(",")]):
                locality = name.strip()
                if points := where.get(locality):
                    lat, lon = (sum(part) / len(points) for part in zip(*points, strict=True))
                    is_town = locality in _PEOPLE
                    yield Entry(
                        EntryKind.PLACE,
                        locality,
                        "" if locality == municipality else municipality,
                        "Stadt" if is_town else "Ort",
                        "",
                        lat,
                        lon,
                        _PEOPLE.get(locality, _PEOPLE_OF_A_VILLAGE),
                    )


def _schools() -> Iterator[Entry]:
    path = DATA / "saxony_admin" / "schools_meissen.json"
    for row in json.loads(path.read_text(encoding="utf-8")):
        name, town = re.sub(r"\s*\(Schule in freier Trägerschaft\)", "", row["name"]), row["community"]
        lat, lon = row["lat"], row["lon"]
        yield Entry(EntryKind.POI, name, town, "Schule", searched_by("school"), lat, lon, 600)
        yield Entry(EntryKind.ADDRESS, row["street"], town, "", "", lat, lon, 1)


_STREETS = ("Haupt", "Dorf", "Bahnhof", "Schul", "Garten", "Linden", "Elb", "Ring", "Feld", "Mühl", "Wiesen")
_ENDS = ("straße", "weg", "gasse", "platz", "ring", "allee")


def _addresses(places: list[Entry], n: int) -> Iterator[Entry]:
    """Streets and house numbers spread over the district as people live in it; the same ones every time."""
    draw = random.Random(11)
    syllables = (
        "mei",
        "lom",
        "zeh",
        "neu",
        "berg",
        "bach",
        "hain",
        "ritz",
        "au",
        "witz",
        "tal",
        "gör",
        "büh",
    )
    names = [a + b for a in _STREETS for b in _ENDS]
    names += [f"{''.join(draw.choices(syllables, k=4)).title()}er Straße" for _ in range(15_000)]
    weights = [place.rank for place in places]
    while n > 0:
        (place,) = draw.choices(places, weights)
        street = draw.choice(names)
        lat, lon = place.lat + draw.uniform(-0.01, 0.01), place.lon + draw.uniform(-0.01, 0.01)
        around = ", ".join(part for part in (place.name, place.around) if part)
        yield Entry(EntryKind.STREET, street, around, "Straße", "", lat, lon, 30)
        houses = min(n - 1, draw.randint(3, 30))
        for number in range(1, houses + 1):
            yield Entry(EntryKind.ADDRESS, f"{street} {number}", around, "", "", lat, lon, 1)
        n -= houses + 1
