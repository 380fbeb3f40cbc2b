"""Places by a few typed words: order, typing errors, umlauts, coordinates, doubt."""

from __future__ import annotations

import random
import time

import pytest

from mitfahr.places.index import PlaceIndex
from mitfahr.places.words import words_of
from mitfahr.services.find_places import FoundPlace, PlaceKind, find_places, the_one_meant
from routing.gazetteer import Gazetteer, Kind, Name
from routing.query import Point, StopRef
from tests.worlds import world

STOPS = world(
    """
    at Zehren 0 0
    at Zehren-Ort 100 0
    line 1 | Zehren  Zehren-Ort  Lommatzsch-Markt
    t1 | 08:00 08:05 08:20
    """
)
NAMES = Gazetteer.of(
    [
        Name("Meißen", Kind.PLACE, "town", "", 51.1637, 13.4737, 29_000),
        Name("Lommatzsch", Kind.PLACE, "town", "", 51.1955, 13.3081, 4_800),
        Name("Neudorf", Kind.PLACE, "village", "Diera-Zehren", 51.21, 13.45, 80),
        Name("Neudorf", Kind.PLACE, "village", "Ebersbach", 51.25, 13.65, 60),
        Name("Zehren", Kind.PLACE, "village", "Diera-Zehren", 51.2003, 13.4102, 600),
        Name("Elblandklinikum Meißen", Kind.POI, "hospital", "Meißen", 51.15, 13.49, 5_000),
        Name("Großenhainer Straße", Kind.STREET, "residential", "Meißen", 51.17, 13.48, 30),
        Name("Großenhainer Straße 5", Kind.ADDRESS, "residential", "Meißen", 51.171, 13.481, 1),
        Name("Döbelner Straße 12", Kind.ADDRESS, "residential", "Lommatzsch", 51.19, 13.30, 1),
    ],
    source="drawn",
    attribution="nobody",
)


@pytest.fixture(scope="module")
def places() -> PlaceIndex:
    return PlaceIndex.of(STOPS.timetable, NAMES)


def labels(places: PlaceIndex, text: str) -> list[str]:
    return [found.label for found in find_places(places, text)]


def test_the_exact_name_comes_first_then_what_contains_it(places: PlaceIndex) -> None:
    assert labels(places, "meißen")[0] == "Meißen (Stadt)"
    assert "Elblandklinikum Meißen (Krankenhaus)" in labels(places, "meißen")


@pytest.mark.parametrize("typed", ["Meißen", "meissen", "MEISSEN", "Meisen", "Meisßen"])
def test_spellings_and_typing_errors_of_one_town(places: PlaceIndex, typed: str) -> None:
    assert labels(places, typed)[0] == "Meißen (Stadt)"


@pytest.mark.parametrize(
    "typed", ["Döbelner Straße 12", "Doebelner Str. 12", "dobelner strasse 12 lommatzsch"]
)
def test_an_address_in_several_spellings(places: PlaceIndex, typed: str) -> None:
    assert labels(places, typed) == ["Döbelner Straße 12, Lommatzsch"]


def test_a_beginning_is_enough_and_words_come_in_any_order(places: PlaceIndex) -> None:
    assert labels(places, "Lomm")[0] == "Lommatzsch (Stadt)"
    assert labels(places, "elbland meiß") == ["Elblandklinikum Meißen (Krankenhaus)"]
    assert labels(places, "lomat")[0] == "Lommatzsch (Stadt)"
    assert labels(places, "5 großenhainer")[0] == "Großenhainer Straße 5, Meißen"


def test_a_name_spelt_right_brings_no_similar_ones(places: PlaceIndex) -> None:
    assert labels(places, "zehren")[:2] == ["Zehren, Diera-Zehren (Ort)", "Zehren (Haltestelle)"]
    assert all("Zehren" in label for label in labels(places, "zehren"))


def test_an_unknown_house_number_still_finds_the_street(places: PlaceIndex) -> None:
    assert labels(places, "Großenhainer Straße 99")[0] == "Großenhainer Straße, Meißen"


def test_coordinates_are_a_place(places: PlaceIndex) -> None:
    for typed in ("51.16,13.47", "51.16, 13.47", "51,16 13,47", "51,16; 13,47"):
        (found,) = find_places(places, typed)
        assert found.kind is PlaceKind.POINT
        assert found.place == Point(51.16, 13.47, found.label)
    assert find_places(places, "99.0, 13.47") == []


def test_a_stop_is_meant_as_a_stop(places: PlaceIndex) -> None:
    stop = next(found for found in find_places(places, "Zehren") if found.kind is PlaceKind.STOP)
    assert stop.place == StopRef("Zehren")


def test_doubt_is_not_decided_for_the_person(places: PlaceIndex) -> None:
    assert the_one_meant(find_places(places, "Neudorf"), "Neudorf") is None
    assert the_one_meant(find_places(places, "Zehren"), "Zehren") is None
    meant = the_one_meant(find_places(places, "Meißen"), "Meißen")
    assert meant is not None and meant.label == "Meißen (Stadt)"
    assert the_one_meant(find_places(places, "Meisen"), "Meisen") is None


def test_a_chosen_label_is_beyond_doubt(places: PlaceIndex) -> None:
    for label in labels(places, "Neudorf"):
        meant = the_one_meant(find_places(places, label), label)
        assert meant is not None and meant.label == label


@pytest.mark.parametrize("typed", ["", "  ", "…", "xyzzy", "(", "%", "'" * 500])
def test_nothing_is_found_for_nothing(places: PlaceIndex, typed: str) -> None:
    assert find_places(places, typed) == []


def test_folding() -> None:
    assert words_of("Königsbrück, Schloßstr. 3a") == ["konigsbruck", "schlossstrasse", "3a"]
    assert words_of("Koenigsbrueck") == words_of("Königsbrück")


def test_forty_thousand_names_answer_at_once() -> None:
    draw = random.Random(7)
    syllables = ("mei", "lom", "zeh", "neu", "dorf", "berg", "bach", "hain", "ritz", "au", "witz", "tal")
    streets = ["".join(draw.choices(syllables, k=3)).title() + "straße" for _ in range(4_000)]
    names = [
        Name(f"{street} {number}", Kind.ADDRESS, "x", draw.choice(streets)[:-6], 51.0, 13.0, 1)
        for street in streets
        for number in range(1, 11)
    ]
    places = PlaceIndex.of(STOPS.timetable, Gazetteer.of(names, "drawn", "nobody"))
    best_s = 1.0
    for typed in (streets[5] + " 7", streets[9][:5], streets[11].replace("a", "e", 1), "neu"):
        begun = time.process_time()
        assert find_places(places, typed)
        best_s = min(best_s, time.process_time() - begun)
    assert best_s < 0.02


def test_the_name_counts_more_than_what_lies_around_it() -> None:
    towns = Gazetteer.of(
        [
            Name("Radebeul", Kind.PLACE, "town", "Landkreis Meißen", 51.10, 13.66, 34_000),
            Name("Meißen", Kind.PLACE, "town", "Landkreis Meißen", 51.1637, 13.4737, 29_000),
        ],
        source="drawn",
        attribution="nobody",
    )
    for typed in ("Meisen", "meiß"):
        assert labels(PlaceIndex.of(STOPS.timetable, towns), typed)[0].startswith("Meißen")


def test_a_town_and_its_stop_close_by_are_not_asked_about() -> None:
    stop, town = (
        FoundPlace(PlaceKind.STOP, "Meißen (Haltestelle)", 51.1640, 13.4730, "m", is_exact=True),
        FoundPlace(PlaceKind.PLACE, "Meißen (Stadt)", 51.1637, 13.4737, None, is_exact=True),
    )
    assert the_one_meant([town, stop], "Meißen") == town
    assert the_one_meant([town, stop], "Meißen (Haltestelle)") == stop
