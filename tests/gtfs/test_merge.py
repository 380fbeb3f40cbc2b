"""What two feeds have in common is one thing in the merged timetable, and nothing else is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gtfs.merge import OtherClock, Part, merge, merged_id
from routing.timetable import Timetable
from tests.gtfs.feeds import CALENDAR, STOPS, TRIPS, built, feed, load, timetable_text

NEIGHBOUR = {
    "agency": """
        agency_id,agency_name,agency_url,agency_timezone
        V,Verkehrsbetriebe Nachbar,https://example.net,Europe/Berlin
    """,
    "routes": """
        route_id,agency_id,route_short_name,route_long_name,route_type
        R,V,7,Nossen – Döbeln,3
    """,
    "stops": """
        stop_id,stop_name,stop_lat,stop_lon
        A,Nossen,51.0600,13.3000
        B,Döbeln,51.1200,13.1200
        C,Radebeul Ost,51.1031,13.6781
    """,
}


def merged(tmp_path: Path, first: dict[str, str], second: dict[str, str]) -> Timetable:
    feeds = [built(feed(**changed), tmp_path / name) for name, changed in (("own", first), ("nb", second))]
    return merge([Part("own", feeds[0]), Part("nb", feeds[1])])[0]


def stations(timetable: Timetable) -> dict[str, str]:
    return {
        timetable.stop_id[i]: timetable.stop_id[int(parent)]
        for i, parent in enumerate(timetable.stop_parent)
        if parent >= 0
    }


def test_ids_that_clash_get_the_feeds_key_and_the_same_place_is_one_stop(tmp_path: Path) -> None:
    found = merged(tmp_path, {}, NEIGHBOUR)
    assert list(found.stop_id) == ["A", "B", "C", "nb:A", "nb:B"]
    assert list(found.stop_name)[3:] == ["Nossen", "Döbeln"]
    assert list(found.route_id) == ["R", "nb:R"]
    assert list(found.route_short_name) == ["421", "7"]
    assert list(found.agency_id) == ["V", "nb:V"]
    assert found.route_agency.tolist() == [0, 1]
    assert timetable_text(found) == [
        "t1 | A 08:00 | B 08:10/08:11 | C 08:20",
        "nb:t1 | nb:A 08:00 | nb:B 08:10/08:11 | C 08:20",
    ]
    assert merged_id(found.stop_by_id, "nb", "A") == "nb:A"
    assert merged_id(found.stop_by_id, "nb", "C") == "C"


def test_a_prefix_never_meets_an_id_of_its_own_feed(tmp_path: Path) -> None:
    stops = NEIGHBOUR["stops"].replace("B,", "nb:A,")
    times = """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence
        t1,08:00:00,08:00:00,A,1
        t1,08:10:00,08:10:00,nb:A,2
    """
    found = merged(tmp_path, {}, {**NEIGHBOUR, "stops": stops, "stop_times": times})
    assert list(found.stop_id) == ["A", "B", "C", "nb:nb:A", "nb:A"]


def test_a_vehicle_that_both_feeds_have_runs_once(tmp_path: Path) -> None:
    longer = CALENDAR.replace("20260630", "20260731")
    twice = merged(tmp_path, {}, {"calendar": longer})
    assert timetable_text(twice) == [
        "t1 | A 08:00 | B 08:10/08:11 | C 08:20",
        "nb:t1 | A 08:00 | B 08:10/08:11 | C 08:20",
    ]
    assert (twice.first_day, twice.last_day) == (dt.date(2026, 6, 1), dt.date(2026, 7, 31))
    days = twice.service_runs[twice.trip_service]
    assert days.max(axis=0).sum() == days.sum() == 45
    assert list(twice.route_id) == ["R"]
    assert timetable_text(merged(tmp_path / "same", {}, {})) == ["t1 | A 08:00 | B 08:10/08:11 | C 08:20"]


def test_the_same_dhid_is_one_stop_and_what_belongs_together_one_station(tmp_path: Path) -> None:
    own = """
        stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
        A,Meißen Markt,51.1634,13.4714,0,
        B,Coswig Börse,51.1300,13.5800,0,
        S,"Radebeul, Ost",51.1030,13.6780,1,
        C,"Radebeul, Ost",51.1030,13.6780,0,S
        de:14627:4850,Lommatzsch Markt,51.1953,13.3062,0,
        de:14627:4000:1:2,Riesa Bahnhof,51.3095,13.2871,0,
    """
    neighbour = """
        stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
        A,Nossen,51.0600,13.3000,0,
        B,Meißen Markt,51.1635,13.4715,0,
        C,Radebeul Ost,51.1040,13.6780,0,
        de:14627:4850,Lommatzsch,51.1960,13.3070,0,
        riesa,Riesa Bahnhof,51.3096,13.2872,1,
        riesa1,Riesa Bahnhof,51.3096,13.2872,0,riesa
    """
    found = merged(tmp_path, {"stops": own}, {**NEIGHBOUR, "stops": neighbour})
    new = ["nb:A", "nb:B", "riesa", "riesa1"]
    assert list(found.stop_id)[6:] == new
    assert stations(found) == {"C": "S", "de:14627:4000:1:2": "riesa", "riesa1": "riesa"}
    assert found.stop_name[found.stop("de:14627:4850")] == "Lommatzsch Markt"
    assert found.stop_by_id.keys() == {*new, "A", "B", "S", "C", "de:14627:4850", "de:14627:4000:1:2"}


def test_a_stop_joins_the_station_of_its_name(tmp_path: Path) -> None:
    own = STOPS + "    S,Döbeln,51.1201,13.1200\n"
    own = "\n".join(
        f"{line.strip()},{'location_type' if i == 0 else int(line.strip().startswith('S'))}"
        for i, line in enumerate(own.strip().splitlines())
    )
    found = merged(tmp_path, {"stops": own}, NEIGHBOUR)
    assert stations(found) == {"nb:B": "S"}


def test_clocks_that_differ_are_refused_and_those_that_agree_are_not(tmp_path: Path) -> None:
    def zone(name: str) -> dict[str, str]:
        return {**NEIGHBOUR, "agency": NEIGHBOUR["agency"].replace("Europe/Berlin", name)}

    assert merged(tmp_path / "prague", {}, zone("Europe/Prague")).n_trips == 2
    with pytest.raises(OtherClock) as caught:
        merged(tmp_path / "london", {}, zone("Europe/London"))
    assert (caught.value.key, caught.value.timezone) == ("nb", "Europe/London")


def test_lines_on_the_map_stay_with_their_patterns(tmp_path: Path) -> None:
    shapes = """
        shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence
        s,51.0600,13.3000,1
        s,51.1200,13.1200,2
        s,51.1031,13.6781,3
    """
    trips = TRIPS.replace("trip_headsign", "trip_headsign,shape_id").replace("Radebeul", "Radebeul,s")
    own, other = (
        load(feed(), tmp_path / "own"),
        load(feed(**NEIGHBOUR, trips=trips, shapes=shapes), tmp_path / "nb"),
    )
    assert own.timetable is not None and other.timetable is not None and other.lines is not None
    parts = Part("own", own.timetable, own.lines), Part("nb", other.timetable, other.lines)
    for order in (parts, parts[::-1]):
        timetable, lines = merge(order)
        assert lines is not None
        with_line = order.index(parts[1])
        assert lines.between(timetable, 1 - with_line, 0, 2) is None
        assert lines.between(timetable, with_line, 0, 2) == other.lines.between(other.timetable, 0, 0, 2)
