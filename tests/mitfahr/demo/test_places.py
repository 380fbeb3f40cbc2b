"""The facts hold together."""

from __future__ import annotations

from collections import Counter

from mitfahr.demo.places import OUTSIDE, destinations, municipalities, places


def test_all_28_municipalities_have_places_and_about_their_population() -> None:
    people: Counter[str] = Counter()
    for place in places():
        people[place.municipality] += place.people
    district = {key: m for key, m in municipalities().items() if key != OUTSIDE}
    assert len(district) == 28
    assert 230_000 < people.total() < 245_000
    for key, municipality in district.items():
        assert 0.65 * municipality.population < people[key] < 1.15 * municipality.population, (
            municipality.name
        )


def test_places_have_names_of_their_own_and_lie_in_the_region() -> None:
    names = [place.name for place in places()]
    assert len(names) == len(set(names)) > 300
    assert all(50.9 < place.lat < 51.5 and 13.1 < place.lon < 13.95 for place in places())


def test_destinations_have_one_tag() -> None:
    assert all(d.tag.count("=") == 1 for d in destinations())
    assert {"Elblandklinikum Meißen", "Elblandklinikum Riesa"} <= {d.name for d in destinations()}
