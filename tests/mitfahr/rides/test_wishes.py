"""Wishes: kept, matched with new rides through the real router, told once, shown to drivers without names."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from mitfahr.db.blocks import PersonBlock
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.wishes import Wish, forget_wishes_before, wish_of, wishes_of
from mitfahr.domain.errors import TooManyWishes, Unknown, WishInvalid
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.wishes import MAX_OPEN, WishDays
from mitfahr.services.change_profile import choose_mails
from mitfahr.services.keep_wish import end_wish, keep_wish
from mitfahr.services.match_wishes import match_wishes
from mitfahr.services.wanted_ways import WantedWay, wanted_ways
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.query import Party, StopRef
from routing.snapshot import Snapshot
from tests.mitfahr.rides.portal import NOW, Portal, clock, district, place

TUESDAY = dt.date(2026, 6, 2)
ONCE = WishDays(TUESDAY, TUESDAY, frozenset(), dt.time(7, 30), 3600)
TUESDAYS = replace(ONCE, last=TUESDAY + dt.timedelta(days=27), weekdays=frozenset({1}))


def wish(
    portal: Portal,
    person_id: str,
    days: WishDays = ONCE,
    origin: str = "B",
    destination: str = "D",
    key: str = "wish",
    party: Party = Party(),  # noqa: B008 (frozen)
) -> str:
    ends = place(origin), place(destination)
    request = TripRequest(StopRef(origin[0]), StopRef(destination), clock("07:30"), party=party)
    return keep_wish(
        portal.sessions,
        district()[0].timetable,
        None,
        request,
        days,
        origin=ends[0],
        destination=ends[1],
        person_id=person_id,
        idempotency_key=key,
        now=NOW,
    )


def match(portal: Portal) -> int:
    return match_wishes(portal.sessions, portal.snapshot, now=NOW)


def nobody_asks() -> Snapshot:
    raise AssertionError("the router was asked in vain")


def found(portal: Portal, wish_id: str, person_id: str) -> list[str]:
    with portal.readers() as session:
        return [fit.ride_id for fit in wish_of(session, wish_id, person_id).fits]


def mails_to(portal: Portal, first_name: str) -> list[OutboxMessage]:
    with portal.readers() as session:
        rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id))
        return [row for row in rows if row.recipient.startswith(first_name)]


def test_a_new_offer_that_fits_is_told_once_with_a_link(portal: Portal) -> None:
    rita = portal.person("Rita")
    wish_id = wish(portal, rita)
    assert wish(portal, rita) == wish_id  # the same form sent twice
    assert match(portal) == 0
    ride_id = portal.offer(portal.person("Anna"))
    assert match(portal) == 1
    assert match(portal) == 0
    assert match_wishes(portal.sessions, nobody_asks, now=NOW) == 0
    assert found(portal, wish_id, rita) == [ride_id]
    (mail,) = mails_to(portal, "rita")
    assert mail.subject == "Passt zu Ihrem Gesuch nach D"
    assert f"/gesuche/{wish_id}" in mail.body
    assert "Fahrt mit Anna" in mail.body and "08:02" in mail.body
    portal.book(portal.person("Sven"), portal.token(portal.ride_leg(ride_id, "B", "D")))  # the ride changes
    assert match(portal) == 0
    assert len(mails_to(portal, "rita")) == 1
    assert portal.misses("Passt zu Ihrem Gesuch")


def test_who_wants_no_mail_finds_the_offer_at_the_wish(portal: Portal) -> None:
    rita = portal.person("Rita")
    wish_id = wish(portal, rita)
    choose_mails(portal.sessions, person_id=rita, reminders=[], others=[], now=NOW)
    ride_id = portal.offer(portal.person("Anna"))
    assert match(portal) == 0
    assert (found(portal, wish_id, rita), mails_to(portal, "rita")) == ([ride_id], [])
    assert portal.contradictions(NOW) == []


def test_a_seat_that_becomes_free_is_news_for_those_who_found_none(portal: Portal) -> None:
    rita = portal.person("Rita")
    ride_id = portal.offer(portal.person("Anna"), seats=1)
    wish_id = wish(portal, rita, party=Party(seats=2))
    assert match(portal) == 0
    bigger = portal.offer(portal.person("Olga"), seats=2)
    assert match(portal) == 1
    assert found(portal, wish_id, rita) == [bigger]
    assert ride_id not in found(portal, wish_id, rita)


def test_runs_fit_too_and_a_wish_kept_later_finds_what_is_there_already(portal: Portal) -> None:
    run_id = portal.run()
    rita = portal.person("Rita")
    wish_id = wish(portal, rita)
    assert match(portal) == 1
    assert found(portal, wish_id, rita) == [run_id]


@pytest.mark.parametrize(
    "offer",
    [
        {"at": "12:30"},
        {"origin": "E", "destination": "A", "budget_s": 0},
        {"asks_first": True, "seats": 0, "wheelchairs": 1},
    ],
)
def test_rides_that_cannot_help_are_not_told(portal: Portal, offer: dict[str, object]) -> None:
    rita = portal.person("Rita")
    wish_id = wish(portal, rita)
    portal.offer(portal.person("Anna"), **offer)  # type: ignore[arg-type]
    assert match(portal) == 0
    assert found(portal, wish_id, rita) == []


def test_blocked_people_own_rides_ended_wishes_and_closed_accounts_are_left_out(portal: Portal) -> None:
    anna, rita, sven = portal.person("Anna"), portal.person("Rita"), portal.person("Sven")
    wishes = {person: wish(portal, person) for person in (anna, rita, sven)}
    with portal.sessions.begin() as session:
        session.add(PersonBlock(blocker_id=rita, blocked_id=anna, created_at=NOW))
    with pytest.raises(Unknown):
        end_wish(portal.sessions, wish_id=wishes[sven], person_id=rita, now=NOW)
    for _ in range(2):
        end_wish(portal.sessions, wish_id=wishes[sven], person_id=sven, now=NOW)
    portal.offer(anna)
    assert match(portal) == 0
    assert [found(portal, wish_id, person) for person, wish_id in wishes.items()] == [[], [], []]


def test_a_ride_withdrawn_before_the_worker_came_is_not_told(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    wish(portal, rita)
    ride_id = portal.offer(anna)
    withdraw_ride(portal.sessions, portal.snapshot(), ride_id=ride_id, actor_id=anna, now=NOW)
    assert match(portal) == 0


def test_a_wish_in_the_past_and_too_many_are_refused(portal: Portal) -> None:
    rita = portal.person("Rita")
    with pytest.raises(WishInvalid):
        wish(portal, rita, replace(ONCE, first=dt.date(2026, 5, 31)))
    for number in range(MAX_OPEN):
        wish(portal, rita, key=str(number))
    with pytest.raises(TooManyWishes):
        wish(portal, rita, key="one more")
    with portal.readers() as session:
        assert len(wishes_of(session, rita)) == MAX_OPEN


def test_wishes_that_are_over_are_forgotten_with_their_places(portal: Portal) -> None:
    rita = portal.person("Rita")
    ended, running = wish(portal, rita), wish(portal, rita, TUESDAYS, key="2")
    end_wish(portal.sessions, wish_id=ended, person_id=rita, now=NOW)
    with portal.sessions.begin() as session:
        forget_wishes_before(session, TUESDAY, NOW + dt.timedelta(seconds=1))
    with portal.readers() as session:
        assert [row.id for row in session.scalars(select(Wish))] == [running]


def ways(portal: Portal, driver_id: str) -> list[WantedWay]:
    with portal.readers() as session:
        return wanted_ways(session, driver_id, NOW)


def test_drivers_learn_how_many_look_for_their_way_from_three_on(portal: Portal) -> None:
    anna = portal.person("Anna")
    portal.offer(anna)
    rita, sven, tina = (portal.person(name) for name in ("Rita", "Sven", "Tina"))
    wish(portal, rita, TUESDAYS)
    wish(portal, rita, TUESDAYS, key="again")  # the same person counts once
    wish(portal, sven, ONCE, origin="B+300")
    wish(portal, anna, TUESDAYS)  # the driver's own
    assert ways(portal, anna) == []
    wish(portal, tina, TUESDAYS)
    assert ways(portal, anna) == [WantedWay("B", "D", 1, 3)]
    assert ways(portal, rita) == []  # drives nowhere
    with portal.sessions.begin() as session:
        session.add(PersonBlock(blocker_id=tina, blocked_id=anna, created_at=NOW))
    assert ways(portal, anna) == []


def test_other_hours_days_and_directions_are_not_along_the_way(portal: Portal) -> None:
    anna = portal.person("Anna")
    portal.offer(anna)
    for number, days in enumerate(
        (
            replace(TUESDAYS, begins=dt.time(16)),
            replace(TUESDAYS, weekdays=frozenset({3})),
        )
    ):
        for name in ("Rita", "Sven", "Tina"):
            wish(portal, portal.person(name), days, key=str(number))
    for name in ("Uta", "Vera", "Willi"):
        wish(portal, portal.person(name), TUESDAYS, origin="D", destination="B")
    assert ways(portal, anna) == []
