"""Journeys survive the way through JSON and through a signed token, whole."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitfahr.domain.errors import OfferExpired, OfferTampered
from mitfahr.domain.trip_request import TripRequest
from mitfahr.itinerary import journey_from_json, journey_json
from mitfahr.offered import VALID_S, Offered, expiry_s, read_signed, sign
from routing.journey import Boarding, Journey, Leg, Place, Promise
from routing.query import LegKind, Party, Point, StopRef

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
KEY = "a key that is only used here"

moments = st.integers(1_500_000_000, 2_200_000_000)
texts = st.text(max_size=12)
positions = st.none() | st.integers(0, 90)
places = st.builds(
    Place,
    name=texts,
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    stop_id=st.none() | texts,
)
boardings = st.builds(
    Boarding,
    ride_id=st.text(min_size=1, max_size=12),
    board_after=st.integers(0, 9),
    alight_after=st.integers(0, 9),
    driver_departure_s=moments,
    detour_s=st.integers(0, 3600),
)
promises = st.builds(
    Promise,
    service_id=texts,
    pickup_from_s=moments,
    pickup_until_s=moments,
    dropoff_from_s=moments,
    dropoff_until_s=moments,
)
legs = st.builds(
    Leg,
    kind=st.sampled_from(LegKind),
    departure_s=moments,
    arrival_s=moments,
    origin=places,
    destination=places,
    distance_m=st.none() | st.integers(0, 10**6),
    is_beeline=st.booleans(),
    route=st.none() | texts,
    headsign=st.none() | texts,
    trip_id=st.none() | texts,
    service_date=st.none() | st.dates(),
    board_pos=positions,
    alight_pos=positions,
    boarding=st.none() | boardings,
    bookable_until_s=st.none() | moments,
    slack_s=st.none() | st.integers(-100, 10**5),
    planned_departure_s=st.none() | moments,
    planned_arrival_s=st.none() | moments,
    is_added=st.booleans(),
    promise=st.none() | promises,
)
journeys = st.builds(
    Journey,
    legs=st.lists(legs, min_size=1, max_size=5).map(tuple),
    departure_s=moments,
    arrival_s=moments,
)
points = st.builds(Point, lat=st.floats(-90, 90), lon=st.floats(-180, 180), name=texts)
ends = points | st.builds(StopRef, stop_id=texts)
requests = st.builds(
    TripRequest,
    origin=ends,
    destination=ends,
    when=st.datetimes(timezones=st.just(dt.UTC)),
    arrive_by=st.booleans(),
    window_s=st.integers(0, 24 * 3600),
    party=st.builds(Party, seats=st.integers(1, 8), wheelchairs=st.integers(0, 2)),
    kinds=st.frozensets(st.sampled_from(LegKind)),
)


@given(journeys)
def test_nothing_is_lost_in_json(journey: Journey) -> None:
    assert journey_from_json(json.loads(json.dumps(journey_json(journey)))) == journey


@given(journeys)
def test_journeys_stored_before_there_was_live_data_are_read(journey: Journey) -> None:
    data = journey_json(journey)
    for leg in data["legs"]:
        del leg["planned_departure"], leg["planned_arrival"], leg["is_added"]
    nothing = {"planned_departure_s": None, "planned_arrival_s": None, "is_added": False}
    legs = tuple(replace(leg, **nothing) for leg in journey.legs)
    assert journey_from_json(data) == replace(journey, legs=legs)


def test_the_shape_that_the_api_promises() -> None:
    home = Place("Am Anger 3", 51.2, 13.3)
    stop = Place("Lommatzsch Markt", 51.195, 13.305, "de:14627:1")
    start_s = int(dt.datetime(2026, 10, 25, 0, 50, tzinfo=dt.UTC).timestamp())
    journey = Journey(
        (
            Leg(LegKind.WALK, start_s, start_s + 900, home, stop, distance_m=640),
            Leg(
                LegKind.BUERGERBUS,
                start_s + 1200,
                start_s + 1800,
                stop,
                home,
                route="500",
                boarding=Boarding("ride1", 0, 2, 0, 0),
                bookable_until_s=start_s,
            ),
        ),
        start_s,
        start_s + 1800,
    )
    assert journey_json(journey) == {
        "departure": "2026-10-25T02:50:00+02:00",  # summer time …
        "arrival": "2026-10-25T02:20:00+01:00",  # … and half an hour later winter time
        "vehicles": 1,
        "walk_s": 900,
        "legs": [
            {
                "kind": "walk",
                "departure": "2026-10-25T02:50:00+02:00",
                "arrival": "2026-10-25T02:05:00+01:00",
                "from": {"name": "Am Anger 3", "lat": 51.2, "lon": 13.3, "stop_id": None},
                "to": {"name": "Lommatzsch Markt", "lat": 51.195, "lon": 13.305, "stop_id": "de:14627:1"},
                "route": None,
                "headsign": None,
                "trip_id": None,
                "service_date": None,
                "board_pos": None,
                "alight_pos": None,
                "ride_id": None,
                "boarding": None,
                "bookable_until": None,
                "distance_m": 640,
                "is_beeline": False,
                "slack_s": None,
                "planned_departure": None,
                "planned_arrival": None,
                "is_added": False,
            },
            {
                "kind": "buergerbus",
                "departure": "2026-10-25T02:10:00+01:00",
                "arrival": "2026-10-25T02:20:00+01:00",
                "from": {"name": "Lommatzsch Markt", "lat": 51.195, "lon": 13.305, "stop_id": "de:14627:1"},
                "to": {"name": "Am Anger 3", "lat": 51.2, "lon": 13.3, "stop_id": None},
                "route": "500",
                "headsign": None,
                "trip_id": None,
                "service_date": None,
                "board_pos": None,
                "alight_pos": None,
                "ride_id": "ride1",
                "boarding": {"board_after": 0, "alight_after": 2, "driver_departure_s": 0, "detour_s": 0},
                "bookable_until": "2026-10-25T02:50:00+02:00",
                "distance_m": None,
                "is_beeline": False,
                "slack_s": None,
                "planned_departure": None,
                "planned_arrival": None,
                "is_added": False,
            },
        ],
    }


def test_times_are_those_of_the_timetables_zone() -> None:
    place = Place("x", 0, 0)
    journey = Journey((Leg(LegKind.WALK, 0, 60, place, place),), 0, 60)
    assert journey_json(journey, ZoneInfo("America/New_York"))["departure"] == "1969-12-31T19:00:00-05:00"


@given(journeys, requests, st.data())
def test_a_token_holds_what_was_shown(journey: Journey, request: TripRequest, data: st.DataObject) -> None:
    prices = tuple(data.draw(st.none() | st.integers(0, 5000)) for _ in journey.legs)
    offered = Offered(journey, request, prices, "2026-11", expiry_s(NOW))
    assert read_signed(sign(offered, KEY), KEY) == offered


def offered_walk() -> Offered:
    place = Place("x", 51.0, 13.0)
    journey = Journey((Leg(LegKind.WALK, 0, 60, place, place),), 0, 60)
    request = TripRequest(StopRef("a"), StopRef("b"), NOW)
    return Offered(journey, request, (None,), "2026-11", expiry_s(NOW))


def test_a_token_is_good_for_a_quarter_of_an_hour() -> None:
    offered = offered_walk()
    offered.check_fresh(NOW + dt.timedelta(seconds=VALID_S - 1))
    with pytest.raises(OfferExpired) as refused:
        offered.check_fresh(NOW + dt.timedelta(seconds=VALID_S))
    assert refused.value.until == NOW + dt.timedelta(seconds=VALID_S)


def test_a_token_that_was_changed_or_signed_elsewhere_is_refused() -> None:
    token = sign(offered_walk(), KEY)
    middle = len(token) // 3
    other = "A" if token[middle] != "A" else "B"
    for bad in (token[:middle] + other + token[middle + 1 :], token[:-1], "", "a.b"):
        with pytest.raises(OfferTampered):
            read_signed(bad, KEY)
    with pytest.raises(OfferTampered):
        read_signed(token, "another key")
