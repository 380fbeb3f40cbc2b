"""Standing orders: booked ahead like any journey, both ways or none; what cannot be booked is told and listed."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.standing_orders import (
    StandingDay,
    days_of_order,
    forget_orders_before,
    orders_of_person,
    standing_order_of,
    unsettled_days,
)
from mitfahr.domain.errors import NoDates, NotAllowed, StateForbids, TooManyOrders, Unknown
from mitfahr.domain.recurrence import Recurrence, Skip, Week
from mitfahr.domain.roles import Role
from mitfahr.domain.standing_orders import MAX_OPEN, TRY_AGAIN, Fate, Hitch
from mitfahr.domain.states import BookingState
from mitfahr.domain.trip_request import TripRequest
from mitfahr.services.book_standing_orders import book_standing_orders
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_standing_order import change_standing_order, foresee_change, paused
from mitfahr.services.keep_standing_order import (
    OrderDraft,
    end_standing_order,
    keep_standing_order,
    leave_out_day,
    preview_order,
    settle_day,
)
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.query import LegKind, Party, StopRef
from tests.mitfahr.rides.portal import KEY, LAW, NOW, VACATIONS, Portal, clock, place

TUESDAY = dt.date(2026, 6, 2)  # the district's only day; NOW is the Monday before
DIALYSIS = Recurrence((Week(frozenset({1}), dt.time(8, 30), dt.time(13, 0)),), TUESDAY, TUESDAY)
REQUEST = TripRequest(
    StopRef("A"), StopRef("E"), clock("08:00"), arrive_by=True, kinds=frozenset({LegKind.BUERGERBUS})
)
DRAFT = OrderDraft(REQUEST, DIALYSIS, place("A"), place("E"), message="Bitte zweimal klingeln")
"""One day, in a way that the vehicles of the tests serve or not: out by 8:30, back from 13:00 on."""


def order(portal: Portal, person_id: str, draft: OrderDraft = DRAFT, *, by: str = "", key: str = "o") -> str:
    return keep_standing_order(
        portal.sessions,
        draft,
        person_id=person_id,
        actor_id=by or person_id,
        idempotency_key=key,
        vacations=VACATIONS,
        now=NOW,
    )


def book(portal: Portal, now: dt.datetime = NOW) -> int:
    return book_standing_orders(
        portal.sessions,
        lambda: portal.snapshot(now),
        secret_key=KEY,
        law=LAW,
        vacations=VACATIONS,
        now=now,
    )


def day_of(portal: Portal, order_id: str) -> StandingDay | None:
    with portal.readers() as session:
        return days_of_order(session, order_id, TUESDAY).get(TUESDAY)


def unsettled(portal: Portal) -> list[str]:
    with portal.readers() as session:
        return [one.order_id for one in unsettled_days(session, TUESDAY)]


def mails(portal: Portal, subject: str) -> list[OutboxMessage]:
    with portal.readers() as session:
        rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id))
        return [row for row in rows if row.subject.startswith(subject)]


def test_a_day_is_booked_once_with_the_word_to_the_driver(portal: Portal) -> None:
    run_id = portal.run("08:00")
    rita, dispatcher = portal.person("Rita"), portal.person("Dora", Role.DISPATCHER)
    draft = replace(DRAFT, plan=replace(DIALYSIS, weeks=(Week(frozenset({1}), dt.time(8, 30)),)))
    order_id = order(portal, rita, draft, by=dispatcher)
    assert order(portal, rita, draft, by=dispatcher) == order_id  # the same form sent twice
    assert (book(portal), book(portal)) == (1, 0)
    day = day_of(portal, order_id)
    assert day is not None and day.booking_id is not None
    booking = portal.booking(day.booking_id)
    assert (booking.state, booking.rider_id) == (BookingState.BOOKED, rita)
    assert booking.message == "Bitte zweimal klingeln"
    assert portal.taken(run_id) == [1, 1, 1, 1]
    assert len(mails(portal, "Ihre Dauerbuchung")) == 1
    assert portal.contradictions() == []


def test_two_workers_at_once_book_a_day_once(portal: Portal) -> None:
    run_id, rita = portal.run("08:00"), portal.person("Rita")
    order_id = order(
        portal, rita, replace(DRAFT, plan=replace(DIALYSIS, weeks=(Week(frozenset({1}), dt.time(8, 30)),)))
    )
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: book(portal), range(2)))
    day = day_of(portal, order_id)
    assert day is not None and day.booking_id is not None
    assert (portal.taken(run_id), len(mails(portal, "Ihre Dauerbuchung"))) == ([1, 1, 1, 1], 1)
    assert portal.contradictions() == []


def test_out_and_back_are_booked_together_or_not_at_all(portal: Portal) -> None:
    run_id = portal.run("08:00")
    rita, _ = portal.person("Rita"), portal.person("Dora", Role.DISPATCHER)
    order_id = order(portal, rita)
    assert book(portal) == 0
    day = day_of(portal, order_id)
    assert day is not None and (day.booking_id, day.hitch) == (None, Hitch.NO_WAY_BACK)
    assert portal.taken(run_id) == [0, 0, 0, 0]
    assert unsettled(portal) == [order_id]
    (told,) = mails(portal, "Noch nicht gebucht")
    assert "Dienstag, 2. Juni 2026" in told.body and "Rückfahrt" in told.body
    told_staff = mails(portal, "Dauerbuchungen: nicht alles gebucht")
    assert {mail.recipient.partition("-")[0] for mail in told_staff} == {"dora", "dispo"}  # each once
    assert len(told_staff) == 2
    assert all("/dauerbuchungen/offen" in mail.body and "Rita" not in mail.body for mail in told_staff)
    assert (book(portal), book(portal, NOW + TRY_AGAIN)) == (0, 0)
    assert len(mails(portal, "Noch nicht gebucht")) == 1  # tried again, told once

    portal.offer(portal.person("Anna"), "E", "A", "13:15")
    with portal.sessions.begin() as session:
        (kept,) = orders_of_person(session, rita)
        kept.question = replace(
            REQUEST, kinds=REQUEST.kinds | {LegKind.RIDE}
        ).as_json()  # Rita takes a car as well
    assert book(portal, NOW + 2 * TRY_AGAIN) == 1
    day = day_of(portal, order_id)
    assert day is not None and day.booking_id is not None and day.hitch is None
    assert portal.booking(day.booking_id).trip_id is not None
    assert (portal.taken(run_id), unsettled(portal)) == ([1, 1, 1, 1], [])
    assert portal.contradictions(NOW + 2 * TRY_AGAIN) == []
    assert portal.misses("Noch nicht gebucht", NOW + 2 * TRY_AGAIN)


def test_a_full_run_is_a_hitch_that_a_dispatcher_settles(portal: Portal) -> None:
    portal.run("08:00", seats=1)
    rita, dispatcher = portal.person("Rita"), portal.person("Dora", Role.DISPATCHER)
    draft = replace(
        DRAFT,
        plan=replace(DIALYSIS, weeks=(Week(frozenset({1}), dt.time(8, 30)),)),
        request=replace(REQUEST, party=Party(seats=2)),
    )
    order_id = order(portal, rita, draft)
    assert book(portal) == 0
    settle = {"order_id": order_id, "day": TUESDAY, "now": NOW}
    with pytest.raises(NotAllowed):
        settle_day(portal.sessions, actor_id=rita, **settle)
    settle_day(portal.sessions, actor_id=dispatcher, **settle)
    settle_day(portal.sessions, actor_id=dispatcher, **settle)
    assert unsettled(portal) == []
    assert book(portal, NOW + TRY_AGAIN) == 0
    with pytest.raises(Unknown):
        settle_day(portal.sessions, order_id=order_id, day=NOW.date(), actor_id=dispatcher, now=NOW)


def test_a_booked_day_that_loses_its_run_is_on_the_list(portal: Portal) -> None:
    run_id = portal.run("08:00")
    rita, dispatcher = portal.person("Rita"), portal.person("Dora", Role.DISPATCHER)
    draft = replace(DRAFT, plan=replace(DIALYSIS, weeks=(Week(frozenset({1}), dt.time(8, 30)),)))
    order_id = order(portal, rita, draft)
    assert (book(portal), unsettled(portal)) == (1, [])
    withdraw_ride(
        portal.sessions,
        portal.snapshot(),
        ride_id=run_id,
        actor_id=dispatcher,
        reason="Der Bus ist kaputt.",
        now=NOW,
    )
    assert unsettled(portal) == [order_id]
    assert book(portal, NOW + TRY_AGAIN) == 0  # what was booked once is not booked again by itself


def test_left_out_days_and_ended_orders_give_their_places_back(portal: Portal) -> None:
    run_id = portal.run("08:00")
    rita = portal.person("Rita")
    draft = replace(DRAFT, plan=replace(DIALYSIS, weeks=(Week(frozenset({1}), dt.time(8, 30)),)))
    first, second = order(portal, rita, draft), order(portal, rita, draft, key="second")
    assert (book(portal), portal.taken(run_id)) == (2, [2, 2, 2, 2])
    with pytest.raises(Unknown):
        leave_out_day(portal.sessions, order_id=first, day=TUESDAY, actor_id=portal.person("Sven"), now=NOW)
    for _ in range(2):
        leave_out_day(portal.sessions, order_id=first, day=TUESDAY, actor_id=rita, now=NOW)
    assert (book(portal), portal.taken(run_id)) == (0, [1, 1, 1, 1])
    end_standing_order(portal.sessions, order_id=second, actor_id=rita, with_booked=False, now=NOW)
    assert portal.taken(run_id) == [1, 1, 1, 1]
    end_standing_order(portal.sessions, order_id=second, actor_id=rita, with_booked=True, now=NOW)
    assert portal.taken(run_id) == [0, 0, 0, 0]
    with pytest.raises(StateForbids):
        leave_out_day(portal.sessions, order_id=second, day=TUESDAY, actor_id=rita, now=NOW)
    assert portal.contradictions() == []
    with portal.sessions.begin() as session:
        forget_orders_before(session, TUESDAY, NOW + dt.timedelta(days=15))
        assert [one.id for one in orders_of_person(session, rita)] == [first]


def change(portal: Portal, order_id: str, person_id: str, draft: OrderDraft, key: str = "c") -> list[Fate]:
    """What the change was said to make of the one day, and then does."""
    with portal.readers() as session:
        kept = standing_order_of(session, order_id)
        foreseen = foresee_change(session, kept, draft, VACATIONS, NOW)
    change_standing_order(
        portal.sessions,
        draft,
        order_id=order_id,
        actor_id=person_id,
        idempotency_key=key,
        vacations=VACATIONS,
        now=NOW,
    )
    return list(foreseen.values())


def told(portal: Portal) -> list[str]:
    """What the messages said of Tuesday, in the order of the alphabet: they have all one moment."""
    lines = "\n".join(one.body for one in mails(portal, "Ihre Dauerbuchung")).splitlines()
    return sorted(line.partition(": ")[2].partition(",")[0] for line in lines if "2. Juni 2026: " in line)


def planned(*weekdays: int, out: dt.time = dt.time(8, 30), last: dt.date | None = TUESDAY) -> Recurrence:
    return Recurrence((Week(frozenset(weekdays), out),), TUESDAY, last)


def test_a_changed_order_books_anew_keeps_or_cancels_what_stands(portal: Portal) -> None:
    early, late = portal.run("08:00"), portal.run("10:00")
    rita = portal.person("Rita")
    draft = replace(DRAFT, plan=planned(1))
    order_id = order(portal, rita, draft)
    assert (book(portal), len(mails(portal, "Ihre Dauerbuchung"))) == (1, 1)
    first = day_of(portal, order_id)
    assert first is not None and first.booking_id is not None

    other_word = replace(draft, plan=planned(1, last=None), message="Mit Rollator")
    assert Fate.REBOOKED not in change(portal, order_id, rita, other_word, "same")
    assert book(portal) == 0
    kept = day_of(portal, order_id)
    assert kept is not None and kept.booking_id == first.booking_id
    assert portal.booking(first.booking_id).message == "Mit Rollator"

    later = replace(draft, plan=planned(1, out=dt.time(10, 30)))
    assert change(portal, order_id, rita, later, "later") == [Fate.REBOOKED]
    assert (book(portal), book(portal)) == (1, 0)
    assert (portal.taken(early), portal.taken(late)) == ([0, 0, 0, 0], [1, 1, 1, 1])
    assert told(portal) == ["08:00 Uhr ab A", "10:00 Uhr ab A"]
    assert portal.contradictions() == []

    elsewhere = replace(draft, plan=planned(2, last=None))
    assert Fate.CANCELLED in change(portal, order_id, rita, elsewhere, "elsewhere")
    book(portal)
    assert portal.taken(late) == [0, 0, 0, 0]
    assert told(portal) == ["08:00 Uhr ab A", "10:00 Uhr ab A", "abgesagt"]
    assert change(portal, order_id, rita, later, "again") == [Fate.NEW]
    soon = NOW + dt.timedelta(minutes=5)
    assert (book(portal, soon), portal.taken(late)) == (1, [1, 1, 1, 1])
    assert mails(portal, "Ihre Buchung") == mails(portal, "Abgesagt") == []
    assert portal.contradictions(soon) == [] and portal.misses("Ihre Dauerbuchung", soon)


def test_what_cannot_be_booked_anew_stands_as_it_was_and_is_on_the_list(portal: Portal) -> None:
    run_id, rita = portal.run("08:00"), portal.person("Rita")
    portal.person("Dora", Role.DISPATCHER)
    draft = replace(DRAFT, plan=planned(1))
    order_id = order(portal, rita, draft)
    book(portal)
    change(portal, order_id, rita, replace(draft, plan=planned(1, out=dt.time(10, 30))))
    assert (book(portal), portal.taken(run_id), unsettled(portal)) == (0, [1, 1, 1, 1], [order_id])
    assert "Bis dahin gilt Ihre alte Buchung." in mails(portal, "Noch nicht gebucht")[0].body
    later = portal.run("10:00")
    assert (book(portal), book(portal, NOW + TRY_AGAIN)) == (0, 1)
    assert (portal.taken(run_id), portal.taken(later)) == ([0, 0, 0, 0], [1, 1, 1, 1])
    assert unsettled(portal) == [] and portal.contradictions(NOW + TRY_AGAIN) == []


def test_what_the_rider_cancelled_stays_so_and_a_pause_leaves_days_out(portal: Portal) -> None:
    run_id, rita = portal.run("08:00"), portal.person("Rita")
    draft = replace(DRAFT, plan=planned(1))
    order_id = order(portal, rita, draft)
    book(portal)
    pause = paused(draft.plan, VACATIONS, TUESDAY, TUESDAY, NOW)
    assert pause.exceptions == {TUESDAY}
    with pytest.raises(NoDates):
        change(portal, order_id, rita, replace(draft, plan=pause))
    day = day_of(portal, order_id)
    assert day is not None and day.booking_id is not None
    cancel_booking(portal.sessions, booking_id=day.booking_id, actor_id=rita, now=NOW)
    assert change(portal, order_id, rita, replace(draft, plan=planned(1, out=dt.time(8, 45)))) == []
    assert (book(portal), portal.taken(run_id)) == (0, [0, 0, 0, 0])
    with pytest.raises(Unknown):
        change(portal, order_id, portal.person("Sven"), draft, "stranger")


def test_who_may_order_and_how_much(portal: Portal) -> None:
    rita = portal.person("Rita")
    with pytest.raises(NotAllowed):
        order(portal, rita, by=portal.person("Sven"))
    with pytest.raises(NoDates):
        order(portal, rita, replace(DRAFT, plan=replace(DIALYSIS, exceptions=frozenset({TUESDAY}))))
    for number in range(MAX_OPEN):
        order(portal, rita, key=str(number))
    with pytest.raises(TooManyOrders):
        order(portal, rita, key="one more")


def test_the_preview_says_what_is_left_out_over_christmas() -> None:
    plan = Recurrence(
        (Week(frozenset({0, 2, 4}), dt.time(7, 30), dt.time(12, 30)),),
        dt.date(2026, 12, 14),
        skips_holidays=True,
        skips_vacations=False,
    )
    days = preview_order(plan, VACATIONS, dt.datetime(2026, 12, 14, 4, 0, tzinfo=dt.UTC))
    left_out = {one.day: one.reason for one in days if one.skip is Skip.HOLIDAY}
    assert dt.date(2026, 12, 25) in left_out and dt.date(2027, 1, 1) in left_out
    assert sum(one.skip is None for one in days) == 12
