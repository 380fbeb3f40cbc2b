"""Rides that come again: published some weeks ahead, never twice, never over another ride of the driver."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from mitfahr.db.base import new_id
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride
from mitfahr.db.series import RideSeries, gaps_of_series, rides_of_series
from mitfahr.domain.errors import (
    IdempotencyConflict,
    InThePast,
    NoDates,
    OverlapsOtherRide,
    PlanInvalid,
    StateForbids,
    Unknown,
    WomenOnly,
)
from mitfahr.domain.prices import PriceLaw, Rate
from mitfahr.domain.recurrence import Direction, Recurrence, Skip, Week
from mitfahr.domain.ride_terms import Terms
from mitfahr.domain.roles import Role
from mitfahr.domain.states import LegState
from mitfahr.domain.times import ZONE, local
from mitfahr.languages.stored import ALREADY_DRIVING, PRICE_TOO_HIGH
from mitfahr.services.anonymise_bookings import anonymise_bookings
from mitfahr.services.change_series import change_series, coming_rides, end_series, leave_out
from mitfahr.services.offer_series import offer_series, preview_series
from mitfahr.services.publish_series import publish_series
from mitfahr.services.ride_draft import RideDraft
from mitfahr.services.series_draft import SeriesDraft
from tests.mitfahr.rides.portal import LAW, NOW, VACATIONS, Portal, clock, district, place

TUESDAY = dt.date(2026, 6, 2)  # NOW is the Monday before, at 14:00 on the clocks of the district
SEVEN_TEN, FOUR = dt.time(7, 10), dt.time(16, 0)
TUESDAYS = Recurrence((Week(frozenset({1}), SEVEN_TEN, FOUR),), TUESDAY)


def draft(plan: Recurrence = TUESDAYS, **changes: object) -> SeriesDraft:
    ride = RideDraft(
        place("A"),
        place("E"),
        earliest=clock("08:00"),
        latest=clock("08:15"),
        asks_first=False,
        budget_s=1800,
    )
    return SeriesDraft(replace(ride, **changes), plan)  # type: ignore[arg-type]


def offer(portal: Portal, driver_id: str, wanted: SeriesDraft | None = None, key: str | None = None) -> str:
    return offer_series(
        portal.sessions,
        district()[1],
        wanted or draft(),
        driver_id=driver_id,
        idempotency_key=key or new_id(),
        law=LAW,
        vacations=VACATIONS,
        now=NOW,
    )


def publish(portal: Portal, now: dt.datetime, law: PriceLaw = LAW) -> int:
    return publish_series(portal.sessions, district()[1], law=law, vacations=VACATIONS, now=now)


def change(portal: Portal, series_id: str, driver_id: str, wanted: SeriesDraft, key: str = "change") -> None:
    change_series(
        portal.sessions,
        district()[1],
        wanted,
        series_id=series_id,
        driver_id=driver_id,
        idempotency_key=key,
        law=LAW,
        vacations=VACATIONS,
        now=NOW,
    )


def end(portal: Portal, series_id: str, driver_id: str, last: dt.date, *, with_booked: bool) -> int:
    return end_series(
        portal.sessions,
        portal.snapshot(),
        series_id=series_id,
        driver_id=driver_id,
        last_day=last,
        with_booked=with_booked,
        reason=None,
        now=NOW,
    )


def dated(portal: Portal, series_id: str) -> list[Ride]:
    """Rides of the series that take place."""
    with portal.readers() as session:
        rides = rides_of_series(session, series_id, 0)
    return [ride for ride in rides if ride.withdrawn_at is None]


def shown(portal: Portal, series_id: str) -> list[str]:
    """When each of them leaves, and from where, on the clocks of the district."""
    return [
        f"{local(ride.earliest_s):%d.%m. %H:%M} {ride.stops[0].name}" for ride in dated(portal, series_id)
    ]


def book(portal: Portal, ride_id: str) -> str:
    return portal.book(portal.person("Rita"), portal.token(portal.ride_leg(ride_id, "A", "E")))


def subjects(portal: Portal) -> list[str]:
    with portal.readers() as session:
        return [text.split(":")[0] for text in session.scalars(sa.select(OutboxMessage.subject))]


def test_four_weeks_are_published_at_once_there_and_back(portal: Portal) -> None:
    series_id = offer(portal, portal.person("Anna"))
    assert shown(portal, series_id) == [
        f"{day}.06. {way}" for day in ("02", "09", "16", "23") for way in ("07:10 A", "16:00 E")
    ]
    live = portal.snapshot().rides
    assert len(live) == 8 and all(ride.latest_s - ride.earliest_s == 900 for ride in live.values())
    assert portal.contradictions() == []


def test_the_worker_goes_on_where_the_offer_ended_and_never_twice(portal: Portal) -> None:
    series_id = offer(portal, portal.person("Anna"))
    assert publish(portal, NOW) == 0
    assert publish(portal, NOW + dt.timedelta(days=1)) == 2
    assert publish(portal, NOW + dt.timedelta(days=1)) == 0
    assert shown(portal, series_id)[-2:] == ["30.06. 07:10 A", "30.06. 16:00 E"]


def test_seven_ten_stays_seven_ten_over_the_clock_change(portal: Portal) -> None:
    autumn = dt.date(2026, 10, 20)
    series_id = offer(portal, portal.person("Anna"), draft(replace(TUESDAYS, first=autumn)))
    assert dated(portal, series_id) == [], "too far ahead"
    assert publish(portal, dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)) == 4
    assert [
        f"{dt.datetime.fromtimestamp(ride.earliest_s, dt.UTC):%d.%m. %H:%M}"
        for ride in dated(portal, series_id)
        if ride.series_direction is Direction.OUT
    ] == ["20.10. 05:10", "27.10. 06:10"]


def test_the_same_form_sent_twice_is_one_series(portal: Portal) -> None:
    anna = portal.person("Anna")
    assert offer(portal, anna, key="k") == offer(portal, anna, key="k")
    with pytest.raises(IdempotencyConflict):
        offer(portal, anna, draft(seats=1), key="k")
    assert len(portal.snapshot().rides) == 8


def test_the_preview_says_what_is_skipped(portal: Portal) -> None:
    plan = replace(TUESDAYS, skips_vacations=True, first=dt.date(2026, 6, 30))
    preview = preview_series(
        portal.readers, district()[1], draft(plan), driver_id="", law=LAW, vacations=VACATIONS, now=NOW
    )
    assert (preview.way.metres, preview.days[0].day) == (8000, dt.date(2026, 6, 30))
    assert {day.reason for day in preview.days if day.skip is Skip.VACATION} == {"Sommerferien"}
    assert sum(day.skip is None for day in preview.days) == 8


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (replace(TUESDAYS, last=TUESDAY, exceptions=frozenset({TUESDAY})), NoDates),
        (Recurrence((Week(frozenset({1}), SEVEN_TEN, dt.time(7, 20)),), TUESDAY), PlanInvalid),
        (Recurrence((Week(frozenset(), SEVEN_TEN),), TUESDAY), PlanInvalid),
    ],
)
def test_a_plan_that_cannot_be_driven_is_refused(
    plan: Recurrence, error: type[Exception], portal: Portal
) -> None:
    with pytest.raises(error):
        offer(portal, portal.person("Anna"), draft(plan))
    with portal.readers() as session:
        assert session.scalar(sa.select(sa.func.count(RideSeries.id))) == 0


class TestOverlap:
    """A second offer of the same driver at the same time is refused at entry, with the reason."""

    def test_a_series_over_a_dated_ride(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        portal.offer(anna, at="07:20")
        with pytest.raises(OverlapsOtherRide) as refused:
            offer(portal, anna)
        assert refused.value.begins.astimezone(ZONE) == dt.datetime(2026, 6, 2, 7, 20, tzinfo=ZONE)
        offer(portal, portal.person("Bert"))

    def test_a_ride_over_a_series_long_before_its_date_is_published(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        offer(portal, anna)
        for day, minute in ((2, 0), (2 + 7 * 8, 20)):
            earliest = dt.datetime(2026, 6, 1, 7, minute, tzinfo=ZONE) + dt.timedelta(days=day - 1)
            with pytest.raises(OverlapsOtherRide):
                portal.offer(anna, earliest=earliest)
        portal.offer(anna, earliest=dt.datetime(2026, 6, 2, 11, 0, tzinfo=ZONE))

    def test_a_series_over_a_series_that_meets_it_months_later(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        offer(portal, anna)
        other = Recurrence((Week(frozenset({1}), dt.time(7, 0)),), dt.date(2026, 12, 1))
        with pytest.raises(OverlapsOtherRide) as refused:
            offer(portal, anna, draft(other))
        assert refused.value.begins.date() == dt.date(2026, 12, 1)

    def test_a_date_that_was_left_out_is_free_for_another_ride(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        series_id = offer(portal, anna)
        leave_out(portal.sessions, series_id=series_id, driver_id=anna, day=TUESDAY, now=NOW)
        portal.offer(anna, at="07:10")

    def test_a_run_months_later_is_refused_and_refuses(self, portal: Portal) -> None:
        """At entry, with the reason: neither is found out by the worker four weeks before."""
        anna, later = portal.person("Anna", Role.VOLUNTEER), dt.datetime(2026, 12, 1, 6, 30, tzinfo=dt.UTC)
        series_id = offer(portal, anna)
        with pytest.raises(OverlapsOtherRide) as refused:
            portal.run(at=later, driver_id=anna)
        assert refused.value.begins.date() == later.date() and refused.value.other_label == "Fahrt mit Anna"
        portal.run(at=later + dt.timedelta(days=1), driver_id=anna)
        leave_out(portal.sessions, series_id=series_id, driver_id=anna, day=later.date(), now=NOW)
        portal.run(at=later, driver_id=anna)
        wednesdays = Recurrence((Week(frozenset({2}), dt.time(7, 30)),), dt.date(2026, 11, 1))
        with pytest.raises(OverlapsOtherRide) as refused:
            offer(portal, anna, draft(wednesdays))
        assert refused.value.other_label == "BürgerBus 500"

    def test_a_run_that_came_between_leaves_a_gap_that_is_told_once(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        series_id = offer(portal, anna, draft(replace(TUESDAYS, first=dt.date(2026, 6, 30))))
        with portal.sessions.begin() as session:  # the association publishes a run with Anna at the wheel
            run = session.get_one(Ride, portal.run())
            run.driver_id = anna
            run.begins_s = int(dt.datetime(2026, 6, 30, 5, 0, tzinfo=dt.UTC).timestamp())
            run.ends_s = run.begins_s + 3600
            label = run.label
        later = NOW + dt.timedelta(days=2)
        assert publish(portal, later) == 1 and publish(portal, later) == 0
        with portal.readers() as session:
            (gap,) = gaps_of_series(session, series_id, TUESDAY)
        assert (gap.day, gap.direction, gap.reason) == (
            dt.date(2026, 6, 30),
            Direction.OUT,
            ALREADY_DRIVING % {"ride": label},
        )
        assert subjects(portal).count("Termin nicht veröffentlicht") == 1
        assert portal.misses("Termin nicht veröffentlicht", later)
        with portal.sessions.begin() as session:
            session.get_one(Ride, run.id).withdrawn_at = NOW
        assert publish(portal, later) == 1, "tried again each time"
        with portal.readers() as session:
            assert gaps_of_series(session, series_id, TUESDAY) == []


def test_a_rate_that_the_law_no_longer_allows_leaves_a_gap(portal: Portal) -> None:
    series_id = offer(portal, portal.person("Anna"), draft(rate_ct_per_km=30))
    lower = PriceLaw((Rate(30, dt.date(2005, 9, 1)), Rate(20, dt.date(2026, 6, 30))))
    assert publish(portal, NOW + dt.timedelta(days=1), lower) == 0
    with portal.readers() as session:
        assert {gap.reason for gap in gaps_of_series(session, series_id, TUESDAY)} == {PRICE_TOO_HIGH}


def test_rides_for_women_are_offered_by_women(portal: Portal) -> None:
    anna = portal.person("Anna")
    only = draft(terms=Terms(women_only=True))
    with pytest.raises(WomenOnly):
        offer(portal, anna, only)
    with portal.sessions.begin() as session:
        session.get_one(Person, anna).is_woman = True
    assert all(ride.women_only for ride in dated(portal, offer(portal, anna, only)))


class TestChange:
    def test_booked_dates_stay_and_the_others_follow_the_new_plan(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        series_id = offer(portal, anna)
        booked = dated(portal, series_id)[2]
        booking_id = book(portal, booked.id)
        with portal.readers() as session:
            coming = coming_rides(session, series_id, NOW)
        assert ([ride.id for ride in coming.booked], len(coming.free)) == ([booked.id], 7)
        eight = Recurrence((Week(frozenset({1}), dt.time(8, 0)),), TUESDAY)
        change(portal, series_id, anna, draft(eight, seats=1))
        change(portal, series_id, anna, draft(eight, seats=1))
        assert shown(portal, series_id) == [
            "02.06. 08:00 A",
            "09.06. 07:10 A",
            "16.06. 08:00 A",
            "23.06. 08:00 A",
        ]
        assert portal.booking(booking_id).legs[0].state is LegState.CONFIRMED
        assert sorted(ride.seats_free for ride in portal.snapshot().rides.values()) == [
            (1,),
            (1,),
            (1,),
            (3, 2, 3),
        ]
        assert publish(portal, NOW) == 0
        assert portal.contradictions() == []

    def test_a_plan_that_meets_a_booked_date_of_its_own_is_refused(self, portal: Portal) -> None:
        """The way back at 16:00 is booked; a way out at 16:05 would meet it."""
        anna = portal.person("Anna")
        series_id = offer(portal, anna)
        back = dated(portal, series_id)[1]
        portal.book(portal.person("Rita"), portal.token(portal.ride_leg(back.id, "E", "A")))
        with pytest.raises(OverlapsOtherRide):
            change(
                portal, series_id, anna, draft(Recurrence((Week(frozenset({1}), dt.time(16, 5)),), TUESDAY))
            )
        assert len(dated(portal, series_id)) == 8, "nothing has changed"

    def test_a_day_is_left_out_unless_somebody_has_booked_it(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        series_id = offer(portal, anna)
        first = dated(portal, series_id)[0]
        book(portal, first.id)
        for _ in range(2):
            left = leave_out(portal.sessions, series_id=series_id, driver_id=anna, day=TUESDAY, now=NOW)
            assert left == [first.id]
        assert shown(portal, series_id)[:2] == ["02.06. 07:10 A", "09.06. 07:10 A"]
        assert publish(portal, NOW) == 0

    def test_a_single_date_taken_back_does_not_come_again(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        series_id = offer(portal, anna)
        with portal.sessions.begin() as session:
            session.get_one(Ride, dated(portal, series_id)[0].id).withdrawn_at = NOW
        assert publish(portal, NOW) == 0
        assert len(dated(portal, series_id)) == 7

    def test_only_the_own_series(self, portal: Portal) -> None:
        series_id = offer(portal, portal.person("Anna"))
        with pytest.raises(Unknown):
            change(portal, series_id, portal.person("Bert"), draft())
        with pytest.raises(Unknown):
            end(portal, series_id, portal.person("Bert"), TUESDAY, with_booked=False)


class TestEnd:
    def test_booked_dates_are_still_driven(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        series_id = offer(portal, anna)
        booking_id = book(portal, dated(portal, series_id)[4].id)
        assert end(portal, series_id, anna, dt.date(2026, 6, 9), with_booked=False) == 0
        assert [text[:6] for text in shown(portal, series_id)] == [
            "02.06.",
            "02.06.",
            "09.06.",
            "09.06.",
            "16.06.",
        ]
        assert portal.booking(booking_id).legs[0].state is LegState.CONFIRMED
        assert publish(portal, NOW + dt.timedelta(days=20)) == 0

    def test_or_taken_back_and_the_passengers_told(self, portal: Portal) -> None:
        anna = portal.person("Anna")
        series_id = offer(portal, anna)
        booking_id = book(portal, dated(portal, series_id)[4].id)
        today = NOW.date()
        assert end(portal, series_id, anna, today, with_booked=True) == 1
        assert end(portal, series_id, anna, today, with_booked=True) == 0
        assert dated(portal, series_id) == []
        assert portal.booking(booking_id).legs[0].state is LegState.CANCELLED
        assert "Änderung" in subjects(portal)
        with pytest.raises(StateForbids):
            change(portal, series_id, anna, draft())


def test_a_ride_with_its_way_back_is_offered_whole_or_not_at_all(portal: Portal) -> None:
    anna = portal.person("Anna")
    back = RideDraft(place("E"), place("A"), earliest=clock("16:00"))
    portal.offer(anna, back=back)
    assert sorted(ride.stops[0].name for ride in portal.snapshot().rides.values()) == ["A", "E"]
    bert = portal.person("Bert")
    portal.offer(bert, at="16:05")
    with pytest.raises(OverlapsOtherRide):
        portal.offer(bert, at="10:00", back=back)
    with pytest.raises(PlanInvalid):
        portal.offer(bert, at="15:58", back=back)
    with pytest.raises(InThePast):
        portal.offer(bert, back=replace(back, earliest=NOW))
    assert len(portal.snapshot().rides) == 3


def test_the_plan_of_a_series_is_forgotten_two_weeks_after_its_last_ride(portal: Portal) -> None:
    anna = portal.person("Anna")
    over = offer(portal, anna, draft(replace(TUESDAYS, last=dt.date(2026, 6, 9))))
    asta = portal.person("Asta")
    ended = offer(portal, asta)
    end_series(
        portal.sessions,
        district()[1],
        series_id=ended,
        driver_id=asta,
        last_day=dt.date(2026, 6, 1),
        with_booked=False,
        reason=None,
        now=NOW,
    )
    goes_on = offer(portal, portal.person("Ayse"))

    def left(now: dt.datetime) -> set[str]:
        anonymise_bookings(portal.sessions, now=now)
        with portal.readers() as session:
            return set(session.scalars(sa.select(RideSeries.id)))

    last_evening = dt.datetime(2026, 6, 9, 18, 0, tzinfo=dt.UTC)
    assert left(last_evening) == {over, ended, goes_on}
    assert left(last_evening + dt.timedelta(days=13)) == {over, goes_on}
    assert left(last_evening + dt.timedelta(days=16)) == {goes_on}
    with portal.readers() as session:
        rides = session.scalars(sa.select(Ride).where(Ride.driver_id == anna)).all()
        assert len(rides) == 4 and not any(ride.series_id or ride.series_day for ride in rides)
    assert portal.contradictions() == []
