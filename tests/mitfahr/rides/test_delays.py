"""A run that is late: who is told what, what searches know, which changes break, and whose word counts."""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.domain.errors import NotAllowed, RunNotNow, Unknown, WindowInvalid
from mitfahr.domain.roles import Role
from mitfahr.domain.states import LegState
from mitfahr.services.complete_legs import record_presence
from mitfahr.services.drive_run import leave_stop
from mitfahr.services.next_departures import Said, runs_at_stop
from mitfahr.services.say_delay import say_delay
from mitfahr.services.withdraw_ride import withdraw_ride
from tests.mitfahr.rides.portal import Portal, clock, district
from tests.mitfahr.rides.test_recheck_bookings import bus, mails, recheck, subjects


def late(portal: Portal, ride_id: str, actor_id: str, minutes: int, at: str, said: str | None = None) -> int:
    return say_delay(
        portal.sessions,
        ride_id=ride_id,
        actor_id=actor_id,
        late_s=minutes * 60,
        now=clock(at),
        said_at=clock(said) if said else None,
    )


def times(portal: Portal, booking_id: str, leg: int = 0) -> tuple[str, str]:
    row = portal.booking(booking_id).legs[leg]
    kept = portal.booked_leg(booking_id, leg)
    assert (kept.departure_s, kept.arrival_s) == (row.departure_s, row.arrival_s)
    return at(row.departure_s), at(row.arrival_s)


def at(moment_s: int) -> str:
    hours = (moment_s - int(clock("00:00").timestamp())) // 60
    return f"{hours // 60:02}:{hours % 60:02}"


def test_passengers_are_told_and_searches_know(portal: Portal) -> None:
    anna, rita, otto = portal.person("Anna"), portal.person("Rita"), portal.person("Otto")
    run_id = portal.run(driver_id=anna)
    on_board = portal.book(otto, portal.token(portal.run_leg(run_id, "A", "E")))
    waiting = portal.book(rita, portal.token(portal.run_leg(run_id, "C", "E")))
    leave_stop(portal.sessions, ride_id=run_id, actor_id=anna, stops_done=1, now=clock("08:01"))
    assert late(portal, run_id, anna, 15, "08:04") == 1
    assert times(portal, waiting) == ("08:25", "08:35")
    assert times(portal, on_board) == ("08:00", "08:35")
    assert portal.booking(waiting).arrival_s == portal.booking(waiting).legs[0].arrival_s
    kept = portal.booked_leg(waiting, 0)
    assert (kept.planned_departure_s, kept.planned_arrival_s) == tuple(
        int(clock(text).timestamp()) for text in ("08:10", "08:20")
    )
    ((subject, body),) = mails(portal, "rita", clock("08:00"))
    assert subject == "Verspätung" and "um 08:25 Uhr (bisher 08:10 Uhr)" in body
    assert subjects(portal, "otto", clock("08:00")) == []  # sits in it
    snapshot = portal.snapshot(clock("08:04"))
    stops = district()[0].timetable.stop_by_id
    (departure,) = runs_at_stop(
        snapshot, stops["C"], int(clock("08:00").timestamp()), int(clock("09:00").timestamp())
    )
    assert (at(departure.planned_s), at(departure.expected_s)) == ("08:10", "08:25")
    assert departure.said is Said.RUNS
    leg = portal.run_leg(run_id, "B", "D")
    assert (at(leg.departure_s), at(leg.arrival_s)) == ("08:20", "08:30")
    # said again nothing happens; a newer word counts, an older one that comes later does not
    assert late(portal, run_id, anna, 15, "08:05") == 0
    assert late(portal, run_id, anna, 5, "08:10") == 1
    assert late(portal, run_id, anna, 40, "08:12", said="08:03") == 0
    assert times(portal, waiting) == ("08:15", "08:25")
    assert subjects(portal, "rita", clock("08:10")) == ["Kommt früher als zuletzt gesagt"]
    assert portal.contradictions(clock("08:12")) == []
    assert portal.misses("Kommt früher", clock("08:12"))


def test_a_late_run_is_on_the_road_until_its_late_end(portal: Portal) -> None:
    anna = portal.person("Anna")
    run_id = portal.run(driver_id=anna)
    late(portal, run_id, anna, 30, "08:10")
    assert run_id in portal.live(clock("08:45")) and run_id not in portal.live(clock("08:51"))


def test_whoever_misses_a_change_is_offered_another_way(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    run_id = portal.run("08:40", driver_id=anna)
    booking_id = portal.book(
        rita, portal.token(portal.run_leg(run_id, "A", "D"), bus("D", "E", "09:00")), keep_others=True
    )
    assert late(portal, run_id, anna, 15, "08:30") == 1
    (mail,) = mails(portal, "rita", clock("08:30"))
    assert "ob Ihr Umstieg noch klappt" in mail[1]
    recheck(portal, district()[1], clock("08:31"))
    run, lost = portal.booking(booking_id).legs
    assert run.state is LegState.CONFIRMED and at(run.arrival_s) == "09:10"
    assert lost.state is LegState.CANCELLED and "Verspätung" in str(lost.reason)
    subject, body = mails(portal, "rita", clock("08:31"))[0]
    assert (
        subject == "Änderung" and "Eine andere Möglichkeit" in body and "Ankunft um 09:15" in body
    )  # the late run goes on to E
    assert recheck(portal, district()[1], clock("08:32")).broken == 0
    assert portal.contradictions(clock("08:32")) == []


def test_whoever_still_has_time_to_change_is_only_told(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    run_id = portal.run("08:30", driver_id=anna)
    booking_id = portal.book(rita, portal.token(portal.run_leg(run_id, "A", "D"), bus("D", "E", "09:00")))
    late(portal, run_id, anna, 5, "08:25")
    assert recheck(portal, district()[1], clock("08:26")).unchanged == 1
    assert [leg.state for leg in portal.booking(booking_id).legs] == [LegState.CONFIRMED, LegState.NOTED]
    assert subjects(portal, "rita", clock("08:20")) == ["Verspätung"]


def test_whose_word_counts_and_when(portal: Portal) -> None:
    anna, stranger = portal.person("Anna"), portal.person("Otto")
    run_id = portal.run(driver_id=anna)
    with pytest.raises(Unknown):
        late(portal, run_id, stranger, 5, "08:00")
    with pytest.raises(RunNotNow, match="early"):
        late(portal, run_id, anna, 5, "05:30")
    with pytest.raises(WindowInvalid):
        late(portal, run_id, anna, 300, "08:00")
    with pytest.raises(WindowInvalid):
        leave_stop(portal.sessions, ride_id=run_id, actor_id=anna, stops_done=6, now=clock("08:00"))
    ride_id = portal.offer(anna, at="12:00")
    with pytest.raises(NotAllowed):
        late(portal, ride_id, anna, 5, "08:00")
    dispatcher = portal.person("Dora", Role.DISPATCHER)
    late(portal, run_id, dispatcher, 5, "08:00")
    withdraw_ride(portal.sessions, portal.snapshot(), ride_id=run_id, actor_id=dispatcher, now=clock("08:01"))
    with pytest.raises(RunNotNow, match="withdrawn"):
        leave_stop(portal.sessions, ride_id=run_id, actor_id=anna, stops_done=1, now=clock("08:02"))


def test_ticks_that_come_late_do_not_undo_newer_ones(portal: Portal) -> None:
    anna = portal.person("Anna")
    run_id = portal.run(driver_id=anna)
    booking_id = portal.book(portal.person("Rita"), portal.token(portal.run_leg(run_id, "B", "D")))
    leg_id = portal.booking(booking_id).legs[0].id

    def tick(came: bool, said: str, now: str) -> LegState:
        said_at: dt.datetime = clock(said)
        return record_presence(
            portal.sessions, leg_id=leg_id, actor_id=anna, came=came, now=clock(now), said_at=said_at
        ).state

    assert tick(False, "08:06", "08:06") is LegState.NO_SHOW
    assert tick(True, "08:05", "08:20") is LegState.NO_SHOW
    assert tick(True, "08:07", "08:20") is LegState.COMPLETED
    leave_stop(portal.sessions, ride_id=run_id, actor_id=anna, stops_done=3, now=clock("08:12"))
    leave_stop(
        portal.sessions,
        ride_id=run_id,
        actor_id=anna,
        stops_done=1,
        now=clock("08:20"),
        said_at=clock("08:02"),
    )
    assert portal.ride(run_id).stops_done == 3
    with pytest.raises(RunNotNow, match="early"):
        tick(True, "05:00", "05:00")
    assert portal.contradictions(clock("08:20")) == []
