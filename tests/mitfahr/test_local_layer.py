"""What staff say is laid over each new timetable, whatever ids that one has; what finds nothing is told, not lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from mitfahr.domain.booking_rules import BookingRule, Deadline
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.extra_trips import ExtraCall, ExtraTrip
from mitfahr.domain.local_entries import Content
from mitfahr.domain.local_keys import LineKey, StopKey
from mitfahr.domain.mobility import Known
from mitfahr.domain.notices import Notice, NoticeText, Severity, Target
from mitfahr.local_layer import Entry, LocalLayer, lay_over
from mitfahr.network import Network
from routing import Snapshot
from routing.query import LegKind, Party
from routing.search import search
from routing.store import Texts
from tests.worlds import World, world

DRAWING = """
from 2026-06-02
days 2
at Markt 0 0
at Dorf 5000 0
at Bahnhof 10000 0
station Stadt | S1 S2
at S1 15000 0
at S2 15040 0
at Stadt 15020 0
line 416 | Markt Dorf Bahnhof
t1 days 0,1 | 08:00 08:10 08:20
t2 days 0,1 | 10:00 10:10 10:20
line 9 | Bahnhof S1
t3 days 0,1 | 08:30 08:50
line 9 | S2 Bahnhof
t4 days 0,1 | 09:00 09:20
"""
RULE = BookingRule(LineKey("", "416"), phone="03521 4711", deadline=Deadline(minutes=60))
FIRST = dt.date(2026, 6, 2)


def key(drawn: World, name: str) -> StopKey:
    lat, lon = drawn.places[name]
    return StopKey(name, name, lat, lon)


def laid(drawn: World, *contents: Content) -> LocalLayer:
    entries = [Entry(f"{number:032}", content) for number, content in enumerate(contents)]
    return lay_over(Network.of(drawn.timetable), entries, 1)


def over(drawn: World, layer: LocalLayer) -> Snapshot:
    return layer.over(drawn.snapshot(), None)


def renamed(drawn: World) -> World:
    """The same district in the feed of another week: every stop, trip and route has another id."""

    def new(column: Texts) -> Texts:
        return Texts.of(f"neu:{number}:{text[:1]}" for number, text in enumerate(column))

    timetable = drawn.timetable
    return replace(
        drawn,
        timetable=replace(
            timetable,
            stop_id=new(timetable.stop_id),
            route_id=new(timetable.route_id),
            section_trip_id=new(timetable.section_trip_id),
        ),
    )


def test_an_ordinary_bus_becomes_one_that_must_be_called_and_is_not_offered_too_late() -> None:
    drawn = world(DRAWING)
    snapshot = over(drawn, laid(drawn, RULE))
    asked = drawn.query("Markt", "Bahnhof", "08:00", window_s=0, booked_at="06:30")
    (journey,) = search(snapshot, asked)
    assert [leg.kind for leg in journey.legs] == [LegKind.RUFBUS]
    assert journey.legs[0].bookable_until_s == drawn.at("07:00").timestamp()
    (later,) = search(snapshot, replace(asked, booked_at=drawn.at("07:30")))
    assert later.legs[0].trip_id == "t2"  # nobody is sent to the bus at eight
    assert drawn.timetable.route_type.tolist() == [3, 3]  # what was built stays as it was


def test_a_rule_for_one_trip_leaves_the_others_alone() -> None:
    drawn = world(DRAWING)
    rule = replace(RULE, departures=(dt.time(10),), deadline=Deadline(days=1, clock=dt.time(17)))
    layer = laid(drawn, rule)
    snapshot = over(drawn, layer)
    network = Network.of(snapshot.timetable)
    assert [network.line_name(line) for line in network.lines] == ["9", "416"]  # still one line
    asked = drawn.query("Markt", "Bahnhof", "08:00", window_s=0, booked_at="00:00")
    (ordinary,) = search(snapshot, asked)
    assert ordinary.legs[0].kind is LegKind.TRANSIT
    assert search(snapshot, replace(asked, when=drawn.at("08:01"))) == []  # too late for the one at ten
    tomorrow = search(snapshot, drawn.query("Markt", "Bahnhof", "1 09:00", window_s=0, booked_at="17:00"))
    assert tomorrow[0].legs[0].kind is LegKind.RUFBUS
    assert tomorrow[0].legs[0].bookable_until_s == drawn.at("17:00").timestamp()
    assert layer.rule_of("t2") == rule
    assert layer.rule_of("t1") is None


def test_what_was_seen_on_site_counts_more_than_the_feed() -> None:
    drawn = world(DRAWING)
    steps = CheckedStop(key(drawn, "Stadt"), wheelchair=Known.NO, checked_on=FIRST)
    flat = CheckedStop(key(drawn, "S2"), wheelchair=Known.YES, bench=Known.YES, is_whole=False)
    layer = laid(drawn, flat, steps)
    snapshot = over(drawn, layer)
    found = [int(snapshot.timetable.stop_wheelchair[snapshot.timetable.stop(one)]) for one in ("S1", "S2")]
    assert found == [2, 1]
    in_chair = {"party": Party(seats=0, wheelchairs=1), "window_s": 0}
    assert search(snapshot, drawn.query("Bahnhof", "S1", "08:30", **in_chair)) == []
    assert search(snapshot, drawn.query("S2", "Bahnhof", "09:00", **in_chair))
    checked = layer.checked_of("S1")
    assert checked is not None and checked.checked_on == FIRST


def test_everything_finds_its_place_in_a_feed_with_other_ids() -> None:
    drawn = world(DRAWING)
    festival = ExtraTrip(
        "Tag der Sachsen",
        (ExtraCall(key(drawn, "Markt"), dt.time(23, 30)), ExtraCall(key(drawn, "Stadt"), dt.time(0, 15))),
        (FIRST,),
        every_min=30,
        until=dt.time(0, 30),
    )
    about = Notice(
        {"de": NoticeText("Baustelle")},
        targets=(Target(line=LineKey("VGM", "416")), Target(stop=key(drawn, "Stadt"))),
    )
    checked = CheckedStop(key(drawn, "Stadt"), wheelchair=Known.YES)
    new = renamed(drawn)
    layer = laid(new, RULE, checked, about, festival)
    assert layer.orphans == ()
    timetable = new.timetable
    assert {layer.rule_of(timetable.section_trip_id[i]) for i in range(2)} == {RULE}
    named = {timetable.stop_id[i]: timetable.stop_name[i] for i in range(timetable.n_stops)}
    assert {named[stop_id] for stop_id in layer.checked} == {"Stadt", "S1", "S2"}
    (notice,) = layer.notices
    assert notice.route_ids == {timetable.route_id[0]}
    assert {named[stop_id] for stop_id in notice.stop_ids} == {"Stadt", "S1", "S2"}
    assert [(trip.trip_id[-4:], named[trip.calls[1].stop_id]) for trip in layer.extra] == [
        ("2330", "S1"),
        ("2400", "S1"),
        ("2430", "S1"),
    ]
    assert layer.extra[1].calls[0].departure_s == drawn.at("24:00").timestamp()
    shown = over(new, layer).with_live_trips(layer.extra_trips(FIRST))
    market, town = (call.stop_id for call in layer.extra[0].calls)
    (journey,) = search(shown, new.query(market, town, "24:10", window_s=0))
    assert (journey.legs[0].route, journey.legs[0].is_added) == ("Tag der Sachsen", True)
    assert journey.legs[0].departure_s == drawn.at("24:30").timestamp()


def test_what_no_feed_has_any_more_is_an_orphan() -> None:
    drawn = world(DRAWING)
    elsewhere = StopKey("Markt", "Rathaus", 52.0, 14.0)  # the id was dealt out anew
    gone: list[Content] = [
        replace(RULE, line=LineKey("VGM", "417")),
        replace(RULE, departures=(dt.time(9),)),
        CheckedStop(elsewhere, bench=Known.YES),
        Notice({"de": NoticeText("Alt")}, targets=(Target(stop=elsewhere),)),
        ExtraTrip(
            "F", (ExtraCall(key(drawn, "Markt"), dt.time(9)), ExtraCall(elsewhere, dt.time(10))), (FIRST,)
        ),
    ]
    layer = laid(drawn, *gone)
    assert [entry.content for entry in layer.orphans] == gone
    assert (layer.rules, layer.checked, layer.notices, layer.extra) == ({}, {}, (), ())
    assert over(drawn, layer).timetable.route_type.tolist() == [3, 3]


def test_notices_reach_those_whom_they_concern_while_they_count() -> None:
    drawn = world(DRAWING)
    at_stop = Target(LineKey("", "416"), key(drawn, "Dorf"))
    info = Notice({"de": NoticeText("Ferien")})
    severe = Notice(
        {"de": NoticeText("Gesperrt"), "en": NoticeText("Closed")},
        Severity.SEVERE,
        targets=(at_stop,),
        periods=((100, 200), (300, None)),
    )
    layer = laid(drawn, info, severe)
    line = [drawn.timetable.route_id[0]]

    def heads(from_s: int, until_s: int, stops: list[str]) -> list[str]:
        return [one.notice.texts["de"].title for one in layer.notices_for(from_s, until_s, line, stops)]

    assert heads(150, 160, ["Dorf"]) == ["Gesperrt", "Ferien"]
    assert heads(150, 160, ["Markt"]) == ["Ferien"]
    assert heads(201, 299, ["Dorf"]) == ["Ferien"]
    assert heads(999, 999, ["Dorf"]) == ["Gesperrt", "Ferien"]
    assert (severe.in_language("en")[0], severe.in_language("pl")[0]) == ("en", "de")
    assert severe.ends_s is None


def test_searches_notice_nothing_of_a_notice() -> None:
    drawn = world(DRAWING)
    rule_only = laid(drawn, RULE)
    before = over(drawn, rule_only)
    with_notice = laid(drawn, RULE, Notice({"de": NoticeText("Neu")}))
    assert with_notice.over(drawn.snapshot(), (rule_only, before)) is before
    assert laid(drawn).over(drawn.snapshot(), (rule_only, before)) is not before


def test_deadlines_are_told_in_the_clocks_of_the_district() -> None:
    berlin = dt.timezone(dt.timedelta(hours=2))
    departs = dt.datetime(
        2026, 10, 26, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=1))
    )  # clocks went back before
    day_before = Deadline(days=1, clock=dt.time(17)).latest_s(int(departs.timestamp()))
    assert day_before == dt.datetime(2026, 10, 25, 17, tzinfo=departs.tzinfo).timestamp()
    two_before = Deadline(days=2, clock=dt.time(17)).latest_s(int(departs.timestamp()))
    assert two_before == dt.datetime(2026, 10, 24, 17, tzinfo=berlin).timestamp()
    same_day = Deadline(clock=dt.time(9)).latest_s(int(departs.timestamp()))
    assert same_day == departs.timestamp()  # never after the bus has left
