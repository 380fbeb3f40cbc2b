"""A vehicle on demand that is late: who hears of it, what still holds, and what the search offers behind it.

The service of `test_tours`: somebody is picked up within 15 minutes and may be on board ten minutes longer than needed.
"""

from __future__ import annotations

import datetime as dt

import pytest

from mitfahr.carry_over import MISSED_BY_DELAY
from mitfahr.domain.errors import NoLongerHolds, NotAllowed, RunNotNow, Unknown, WindowInvalid
from mitfahr.domain.states import LegState
from mitfahr.domain.times import seconds
from mitfahr.services.delay_tour import delay_tour
from mitfahr.services.drive_run import leave_stop
from mitfahr.services.improve_tours import improve_tours
from mitfahr.services.say_delay import say_delay
from tests.mitfahr.rides.portal import Portal, clock, district
from tests.mitfahr.rides.test_delays import times
from tests.mitfahr.rides.test_recheck_bookings import bus, mails, recheck, subjects
from tests.mitfahr.rides.test_tours import Club, club

__all__ = ["club"]


def late(club: Club, stop: int, reached: str | None, now: str, said: str | None = None) -> int:
    """Stop number `stop` of the tour is reached at that time."""
    tour_id = club.tours()["06-02 08:00"].tour_id
    return delay_tour(
        club.portal.sessions,
        club.portal.snapshot(clock(now)),
        ride_id=tour_id,
        actor_id=club.planner,
        stop_id=club.portal.ride(tour_id).stops[stop].id,
        reached_s=None if reached is None else seconds(clock(reached)),
        now=clock(now),
        said_at=clock(said) if said else None,
    )


def booked(club: Club, name: str, at: str, origin: str, destination: str) -> str:
    token = club.portal.token(club.leg(at, origin, destination))
    return club.portal.book(club.portal.person(name), token)


def faults(portal: Portal, now: str) -> list[str]:
    return portal.contradictions(clock(now))


def test_only_who_is_promised_something_else_is_told(club: Club) -> None:
    club.keep()
    rita = booked(club, "Rita", "09:00", "B", "C")
    sven = booked(club, "Sven", "10:00", "C", "E")
    assert club.stops() == ["A 08:00", "B 09:00", "C 09:03", "C 10:00", "E 10:05", "A 10:14"]
    assert late(club, 1, "09:12", "08:50") == 0  # within what was promised
    assert club.stops()[1:4] == ["B 09:12", "C 09:15", "C 10:00"]
    assert times(club.portal, rita) == ("09:00", "09:28") and faults(club.portal, "08:50") == []
    assert late(club, 1, "09:40", "08:52") == 1
    assert club.stops()[1:4] == ["B 09:40", "C 09:43", "C 10:00"]
    assert times(club.portal, rita) == ("09:40", "09:43") and times(club.portal, sven)[0] == "10:00"
    ((subject, body),) = mails(club.portal, "rita", clock("08:00"))
    assert subject == "Verspätung" and "um 09:40 Uhr (zugesagt war 09:00 bis 09:15 Uhr)" in body
    assert "um 09:43 Uhr (zugesagt war spätestens 09:28 Uhr)" in body
    assert subjects(club.portal, "sven", clock("08:00")) == [] and faults(club.portal, "08:52") == []
    # said again nothing happens; an older word that comes later does not count; in time again it is told again
    assert late(club, 1, "09:40", "08:53") == 0
    assert late(club, 1, "09:20", "08:55", said="08:51") == 0
    assert late(club, 1, None, "08:56") == 1
    assert times(club.portal, rita) == ("09:00", "09:28") and club.stops()[1] == "B 09:00"
    assert subjects(club.portal, "rita", clock("08:54")) == ["Kommt früher als zuletzt gesagt"]
    assert faults(club.portal, "08:56") == []


def test_who_asks_later_is_put_behind_the_delay(club: Club) -> None:
    """What was told counts as promised: nobody waits longer because of somebody who books later."""
    club.keep(lead_s=0)
    rita = booked(club, "Rita", "09:00", "B", "E")
    sven = booked(club, "Sven", "09:20", "C", "D")
    before = club.leg("09:05", "B", "C")
    assert late(club, 1, "09:45", "08:50") == 2
    told = times(club.portal, rita), times(club.portal, sven)
    with pytest.raises(NoLongerHolds):
        club.book(before, now=clock("08:51"))
    club.book(club.leg("09:45", "C", "E"), now=clock("08:51"))
    assert (times(club.portal, rita), times(club.portal, sven)) == told
    assert improve_tours(club.portal.sessions, club.portal.snapshot(clock("08:55")), now=clock("08:55")) in (
        0,
        1,
    )
    assert (times(club.portal, rita), times(club.portal, sven)) == told
    assert faults(club.portal, "08:55") == []


def test_who_sits_in_it_is_not_told_and_what_was_ticked_stays(club: Club) -> None:
    club.keep()
    rita = booked(club, "Rita", "09:00", "B", "E")
    tour_id = club.tours()["06-02 08:00"].tour_id
    leave_stop(club.portal.sessions, ride_id=tour_id, actor_id=club.planner, stops_done=2, now=clock("09:02"))
    assert late(club, 2, "09:50", "09:05") == 0
    assert times(club.portal, rita) == ("09:00", "09:50") and faults(club.portal, "09:05") == []
    with pytest.raises(WindowInvalid):
        late(club, 1, "09:50", "09:06")
    with pytest.raises(WindowInvalid, match="late"):
        late(club, 2, "13:50", "09:06")


def test_whoever_misses_a_bus_by_it_is_offered_another(club: Club) -> None:
    club.keep()
    portal = club.portal
    booking = club.book(club.leg("08:50", "A", "D"), bus("D", "E", "09:30"))
    assert late(club, 1, "09:25", "08:20") == 1
    (_, body) = mails(portal, "rita", clock("08:00"))[-1]
    assert "ob Ihr Umstieg noch klappt" in body
    recheck(portal, district()[1], clock("08:21"))
    legs = portal.booking(booking).legs
    assert [leg.state for leg in legs] == [LegState.CANCELLED] * 2 and legs[1].reason == MISSED_BY_DELAY
    assert faults(portal, "08:21") == []


def test_whose_word_counts(club: Club) -> None:
    club.keep()
    booked(club, "Rita", "09:00", "B", "E")
    tour = club.tours()["06-02 08:00"]
    stop_id = club.portal.ride(tour.tour_id).stops[1].id

    def say(actor_id: str, now: dt.datetime) -> int:
        return delay_tour(
            club.portal.sessions,
            club.portal.snapshot(),
            ride_id=tour.tour_id,
            actor_id=actor_id,
            stop_id=stop_id,
            reached_s=seconds(clock("09:40")),
            now=now,
        )

    with pytest.raises(Unknown):
        say(club.portal.person("Eve"), clock("08:50"))
    with pytest.raises(RunNotNow, match="early"):
        say(club.planner, clock("05:00"))
    with pytest.raises(NotAllowed):
        say_delay(
            club.portal.sessions, ride_id=tour.tour_id, actor_id=club.planner, late_s=60, now=clock("08:50")
        )
    with club.portal.sessions.begin() as session:
        ride = club.portal.ride(tour.tour_id)
        ride.stops[1].said_s = seconds(clock("09:30"))
        session.merge(ride.stops[1])
    assert any("niemand hat es gemeldet" in one for one in club.portal.contradictions())
