"""What a rider may still do after booking: change, cancel in time, be reminded once, keep a calendar right."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from mitfahr.db.base import engine_for
from mitfahr.db.outbox import CANCEL_CODE, OutboxMessage
from mitfahr.domain.errors import (
    DriverAsksFirst,
    IdempotencyConflict,
    NobodyTravels,
    NotAllowed,
    PersonBlocked,
    SeatTaken,
    StateForbids,
    TooLateToChange,
    TooManySeats,
)
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.states import BookingState
from mitfahr.services.block_person import block_person
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_party import PartyChange, change_party
from mitfahr.services.change_profile import choose_mails
from mitfahr.services.remind_riders import remind_riders
from mitfahr.services.replace_booking import replace_booking
from mitfahr.services.withdraw_ride import withdraw_ride
from routing.query import Party
from tests.mitfahr.rides.portal import KEY, LAW, NOW, Portal, clock, district

LATER = NOW + dt.timedelta(minutes=5)


def change(
    portal: Portal,
    booking_id: str,
    actor_id: str,
    seats: int | None = None,
    now: dt.datetime = LATER,
    **more: int,
) -> None:
    change_to(portal, booking_id, actor_id, PartyChange(seats, **more), key=f"{seats}{more}", now=now)


def change_to(
    portal: Portal, booking_id: str, actor_id: str, change: PartyChange, key: str, now: dt.datetime = LATER
) -> None:
    change_party(
        portal.sessions, booking_id=booking_id, change=change, actor_id=actor_id, idempotency_key=key, now=now
    )


def mails_to(portal: Portal, name: str) -> list[OutboxMessage]:
    with portal.readers() as session:
        rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id))
        return [row for row in rows if row.recipient.startswith(name)]


def entries_to(portal: Portal, name: str) -> list[tuple[str, int, str, str]]:
    """(UID, SEQUENCE, METHOD, STATUS) of every calendar file that was sent, in their order."""
    found = []
    for mail in mails_to(portal, name):
        if mail.calendar is not None:
            calendar = Calendar.from_ical(mail.calendar)
            (entry,) = calendar.walk("VEVENT")
            found.append(
                (str(entry["uid"]), int(entry["sequence"]), str(calendar["method"]), str(entry["status"]))
            )
    return sorted(found, key=lambda one: one[1])


class TestSeats:
    def test_more_and_fewer_on_every_hop_of_every_leg(self, portal: Portal) -> None:
        run_id, ride_id = (
            portal.run(at="07:00", seats=3),
            portal.offer(portal.person("Anna"), "C", "E", seats=3),
        )
        rita = portal.person("Rita")
        chain = portal.token(portal.run_leg(run_id, "A", "C"), portal.ride_leg(ride_id, "C", "E"))
        booking_id = portal.book(rita, chain)
        change(portal, booking_id, rita, 3)
        assert (portal.taken(run_id), portal.taken(ride_id)) == ([3, 3, 0, 0], [0, 3, 0])
        assert portal.booking(booking_id).question["seats"] == 3
        assert portal.contradictions() == []
        change(portal, booking_id, rita, 1)
        assert (portal.taken(run_id), portal.taken(ride_id)) == ([1, 1, 0, 0], [0, 1, 0])
        assert portal.contradictions() == []
        assert [mail.subject.split(":")[0] for mail in mails_to(portal, "anna")].count("Plätze geändert") == 2

    def test_all_legs_or_none(self, portal: Portal) -> None:
        """The second leg has no room for three: the first one does not change either."""
        run_id, ride_id = (
            portal.run(at="07:00", seats=8),
            portal.offer(portal.person("Anna"), "C", "E", seats=2),
        )
        rita = portal.person("Rita")
        chain = portal.token(portal.run_leg(run_id, "A", "C"), portal.ride_leg(ride_id, "C", "E"))
        booking_id = portal.book(rita, chain)
        with pytest.raises(SeatTaken):
            change(portal, booking_id, rita, 3)
        assert (portal.taken(run_id), portal.taken(ride_id)) == ([1, 1, 0, 0], [0, 1, 0])
        assert portal.booking(booking_id).seats == 1
        assert portal.contradictions() == []

    def test_a_freed_seat_is_sold_again(self, portal: Portal) -> None:
        run_id, rita = portal.run(seats=2), portal.person("Rita")
        leg = portal.run_leg(run_id, "A", "C", Party(2))
        booking_id = portal.book(rita, portal.token(leg, party=Party(2)))
        change(portal, booking_id, rita, 1)
        portal.book(portal.person("Sven"), portal.token(portal.run_leg(run_id, "A", "C")))
        with pytest.raises(SeatTaken):
            change(portal, booking_id, rita, 2)
        assert portal.contradictions() == []

    def test_luggage_bicycles_and_wheelchairs_too(self, portal: Portal) -> None:
        ride_id, rita = portal.offer(portal.person("Anna"), luggage=2, bicycles=1), portal.person("Rita")
        run_id = portal.run(at="07:00", wheelchairs=1, luggage=1)
        chain = portal.token(portal.run_leg(run_id, "A", "B"), portal.ride_leg(ride_id, "B", "D"))
        booking_id = portal.book(rita, chain)
        change(portal, booking_id, rita, luggage=1)
        assert [hop.luggage_taken for hop in portal.ride(ride_id).hops] == [0, 1, 0]
        assert portal.booking(booking_id).question["luggage"] == 1
        for too_much in ({"luggage": 2}, {"bicycles": 1}, {"wheelchairs": 1}):
            with pytest.raises(SeatTaken):  # on one of the two
                change(portal, booking_id, rita, **too_much)
        change(portal, booking_id, rita, luggage=0)
        alone = portal.book(rita, portal.token(portal.run_leg(run_id, "C", "E")), now=LATER)
        change(portal, alone, rita, 0, wheelchairs=1)
        assert [(hop.taken, hop.wheelchair_taken) for hop in portal.ride(run_id).hops][2:] == [(0, 1)] * 2
        assert portal.contradictions() == []

    def test_luggage_is_not_a_question_to_the_driver(self, portal: Portal) -> None:
        ride_id, rita = portal.offer(portal.person("Anna"), asks_first=True, luggage=1), portal.person("Rita")
        booking_id = portal.book(rita, portal.token(portal.ride_leg(ride_id, "B", "D")))
        change(portal, booking_id, rita, luggage=1)
        told = mails_to(portal, "anna")[-1]
        assert "Jetzt: 1 Person, 1 großes Gepäckstück. Vorher: 1 Person." in told.body
        with pytest.raises(DriverAsksFirst):
            change(portal, booking_id, rita, 0, wheelchairs=1)
        assert portal.contradictions() == []

    def test_prices_follow_and_stay_within_the_law(self, portal: Portal) -> None:
        ride_id, rita = portal.offer(portal.person("Anna"), rate_ct_per_km=10, seats=4), portal.person("Rita")
        leg = portal.ride_leg(ride_id, "A", "E")
        booking_id = portal.book(rita, portal.token(leg, prices=[80]))
        assert portal.booking(booking_id).price_ct == 80
        change(portal, booking_id, rita, 2)
        assert portal.booking(booking_id).price_ct == 160
        change(portal, booking_id, rita, 4)
        assert portal.booking(booking_id).price_ct == 240, "30 ct/km for all together"
        assert portal.contradictions() == []
        change(portal, booking_id, rita, 1)
        assert portal.booking(booking_id).price_ct == 80
        assert portal.contradictions() == []

    def test_a_driver_who_asks_is_asked_for_everybody(self, portal: Portal) -> None:
        ride_id, rita = portal.offer(portal.person("Anna"), asks_first=True), portal.person("Rita")
        leg = portal.ride_leg(ride_id, "B", "D", Party(2))
        booking_id = portal.book(rita, portal.token(leg, party=Party(2)))
        with pytest.raises(DriverAsksFirst):
            change(portal, booking_id, rita, 3)
        change(portal, booking_id, rita, 1)
        assert portal.taken(ride_id) == [0, 1, 0]
        assert portal.booking(booking_id).state is BookingState.WAITING
        with pytest.raises(StateForbids):
            change(portal, booking_id, rita, 2, now=NOW + dt.timedelta(hours=12))

    def test_what_is_refused(self, portal: Portal) -> None:
        anna, rita = portal.person("Anna"), portal.person("Rita")
        ride_id = portal.offer(anna)
        booking_id = portal.book(rita, portal.token(portal.ride_leg(ride_id, "B", "D")))
        with pytest.raises(NobodyTravels):
            change(portal, booking_id, rita, 0)
        with pytest.raises(TooManySeats):
            change(portal, booking_id, rita, 9)
        with pytest.raises(NotAllowed):
            change(portal, booking_id, portal.person("Neugierig"), 2)
        with pytest.raises(TooLateToChange):
            change(portal, booking_id, rita, 1, now=clock("08:02"))
        with pytest.raises(IdempotencyConflict):
            change_to(portal, booking_id, rita, PartyChange(2), key="k")
            change_to(portal, booking_id, rita, PartyChange(3), key="k")
        block_person(portal.sessions, portal.snapshot(), blocker_id=anna, blocked_id=rita, now=LATER)
        with pytest.raises((PersonBlocked, StateForbids)):
            change(portal, booking_id, rita, 3)
        assert portal.contradictions() == []

    def test_of_four_who_want_the_last_seat_at_once_one_gets_it(self, portal: Portal) -> None:
        run_id = portal.run(seats=5)
        riders = [portal.person(name) for name in ("Rita", "Sven", "Tina", "Udo")]
        token = portal.token(portal.run_leg(run_id, "A", "C"))
        bookings = [portal.book(rider, token) for rider in riders]
        together = threading.Barrier(4)

        def grow(number: int) -> bool:
            together.wait()
            try:
                change(portal, bookings[number], riders[number], 2)
            except SeatTaken:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(grow, range(4))) == 1
        assert portal.taken(run_id) == [5, 5, 0, 0]
        assert portal.contradictions() == []


class TestCancelInTime:
    def test_until_the_vehicle_leaves_and_then_the_rest(self, portal: Portal) -> None:
        run_id, ride_id = portal.run(at="07:00"), portal.offer(portal.person("Anna"), "C", "E")
        rita = portal.person("Rita")
        chain = portal.token(portal.run_leg(run_id, "A", "C"), portal.ride_leg(ride_id, "C", "E"))
        booking_id = portal.book(rita, chain)
        for _ in range(2):
            cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rita, now=clock("07:00"))
        assert portal.taken(run_id) == [1, 1, 0, 0], "who sits in the bus stays in it"
        assert portal.taken(ride_id) == [0]
        assert portal.contradictions() == []

    def test_not_once_everything_has_left(self, portal: Portal) -> None:
        run_id, rita = portal.run(at="07:00"), portal.person("Rita")
        booking_id = portal.book(rita, portal.token(portal.run_leg(run_id, "A", "C")))
        leg_id = portal.booking(booking_id).legs[0].id
        for leg in (None, leg_id):
            with pytest.raises(TooLateToChange) as refused:
                cancel_booking(
                    portal.sessions, booking_id=booking_id, leg_id=leg, actor_id=rita, now=clock("07:00")
                )
            assert refused.value.until == clock("07:00")
        assert portal.taken(run_id) == [1, 1, 0, 0]


class TestCalendar:
    def test_one_entry_with_rising_numbers_until_it_is_cancelled(self, portal: Portal) -> None:
        run_id, rita = portal.run(), portal.person("Rita")
        booking_id = portal.book(rita, portal.token(portal.run_leg(run_id, "A", "C")))
        change(portal, booking_id, rita, 2)
        cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rita, now=LATER)
        uid = f"{booking_id}@mitfahrportal"
        assert entries_to(portal, "rita") == [
            (uid, 0, "PUBLISH", "CONFIRMED"),
            (uid, 1, "PUBLISH", "CONFIRMED"),
            (uid, 2, "CANCEL", "CANCELLED"),
        ]

    def test_who_is_let_down_has_it_taken_from_the_calendar(self, portal: Portal) -> None:
        anna, rita = portal.person("Anna"), portal.person("Rita")
        ride_id = portal.offer(anna, asks_first=True)
        portal.book(rita, portal.token(portal.ride_leg(ride_id, "B", "D")))
        withdraw_ride(portal.sessions, portal.snapshot(), ride_id=ride_id, actor_id=anna, now=LATER)
        assert [entry[1:] for entry in entries_to(portal, "rita")] == [
            (0, "PUBLISH", "TENTATIVE"),
            (1, "CANCEL", "CANCELLED"),
        ]

    def test_what_takes_the_place_of_a_journey_takes_over_its_entry(self, portal: Portal) -> None:
        rita = portal.person("Rita")
        old_id = portal.book(rita, portal.token(portal.run_leg(portal.run(), "A", "C")))
        new_id = replace_booking(
            portal.sessions,
            district()[1],
            booking_id=old_id,
            token=portal.token(portal.run_leg(portal.run(at="09:00"), "A", "C")),
            actor_id=rita,
            idempotency_key="k",
            secret_key=KEY,
            law=LAW,
            now=LATER,
        )
        cancel_booking(portal.sessions, booking_id=new_id, actor_id=rita, now=LATER + dt.timedelta(minutes=1))
        uid = f"{old_id}@mitfahrportal"
        assert [entry[:3] for entry in entries_to(portal, "rita")] == [
            (uid, 0, "PUBLISH"),
            (uid, 1, "PUBLISH"),
            (uid, 2, "CANCEL"),
        ]

    def test_times_and_words(self, portal: Portal) -> None:
        run_id = portal.run()
        portal.book(portal.person("Rita"), portal.token(portal.run_leg(run_id, "A", "C")))
        (mail,) = mails_to(portal, "rita")
        (entry,) = Calendar.from_ical(mail.calendar or "").walk("VEVENT")
        assert (entry["dtstart"].dt, entry["dtend"].dt) == (clock("08:00"), clock("08:10"))
        assert entry["summary"] == "A → C" and "BürgerBus 500" in entry["description"]
        assert CANCEL_CODE in mail.body, "the code itself is not in the database"


class TestReminders:
    def booked(self, portal: Portal) -> str:
        """A journey at 08:00 on 2 June, booked the day before at 14:00 by the clock."""
        return portal.book(portal.person("Rita"), portal.token(portal.run_leg(portal.run(), "A", "C")))

    def reminders(self, portal: Portal) -> list[str]:
        subjects = [mail.subject.split(":")[0] for mail in mails_to(portal, "rita")]
        return [subject for subject in subjects if subject not in ("Ihre Buchung", "Abgesagt")]

    def test_on_the_evening_before_and_two_hours_before_each_once(self, portal: Portal) -> None:
        self.booked(portal)
        evening, soon = dt.datetime(2026, 6, 1, 16, 0, tzinfo=dt.UTC), clock("06:00")
        second = dt.timedelta(seconds=1)
        assert remind_riders(portal.sessions, now=evening - second) == 0
        assert [remind_riders(portal.sessions, now=evening) for _ in range(2)] == [1, 0]
        assert remind_riders(portal.sessions, now=soon - second) == 0
        assert [remind_riders(portal.sessions, now=soon) for _ in range(2)] == [1, 0]
        assert remind_riders(portal.sessions, now=clock("08:00")) == 0
        assert self.reminders(portal) == ["Erinnerung an morgen", "Bald geht es los"]
        texts = [mail.body for mail in mails_to(portal, "rita")]
        assert "morgen, Dienstag, 02.06.2026, 08:00 Uhr" in texts[1]
        assert "heute, Dienstag, 02.06.2026, 08:00 Uhr" in texts[2]

    def test_after_a_night_without_a_worker_the_later_one_stands_for_both(self, portal: Portal) -> None:
        self.booked(portal)
        assert remind_riders(portal.sessions, now=clock("07:30")) == 1
        assert self.reminders(portal) == ["Bald geht es los"]

    def test_only_wanted_reminders_are_sent(self, portal: Portal) -> None:
        rider_id = portal.booking(self.booked(portal)).rider_id
        evening, soon = dt.datetime(2026, 6, 1, 16, 0, tzinfo=dt.UTC), clock("06:00")
        choose_mails(portal.sessions, person_id=rider_id, reminders=[Reminder.SOON], others=[], now=NOW)
        assert [remind_riders(portal.sessions, now=now) for now in (evening, soon)] == [0, 1]
        assert self.reminders(portal) == ["Bald geht es los"]

    def test_nobody_is_reminded_of_what_is_cancelled(self, portal: Portal) -> None:
        booking_id = self.booked(portal)
        rider_id = portal.booking(booking_id).rider_id
        cancel_booking(portal.sessions, booking_id=booking_id, actor_id=rider_id, now=LATER)
        assert remind_riders(portal.sessions, now=clock("06:00")) == 0

    def test_two_workers_at_once_remind_once(self, portal: Portal) -> None:
        for _ in range(10):
            self.booked(portal)
        url = portal.engine.url.render_as_string(hide_password=False)
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            written = pool.starmap(_remind, [(url, clock("06:00"))] * 2)
        assert sum(written) == 10
        assert len(self.reminders(portal)) == 10


def _remind(url: str, now: dt.datetime) -> int:
    return remind_riders(Portal(engine_for(url)).sessions, now=now)
