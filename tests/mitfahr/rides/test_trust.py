"""Trust between two people: codes, ratings, reports, blocks, and who has read whose contact data."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select

from mitfahr.db.address_marks import numbers_to_call
from mitfahr.db.blocks import PersonBlock, blocks_by, kept_apart_from
from mitfahr.db.bookings import BookingLeg, bookings_of_rider
from mitfahr.db.cars import car_of
from mitfahr.db.contact_reads import Occasion, reads_of
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person
from mitfahr.db.reports import open_reports, report_of, reports_about
from mitfahr.db.trust import trust_of
from mitfahr.domain.codes import MAX_TRIES, Address
from mitfahr.domain.errors import (
    CodeWrong,
    ContactInText,
    NotAllowed,
    NothingToConfirm,
    NotRateable,
    PersonBlocked,
    PlateInvalid,
    TooManyCodes,
    Unknown,
)
from mitfahr.domain.optional_mails import OptionalMail
from mitfahr.domain.reports import ReportKind, ReportOutcome
from mitfahr.domain.roles import Role
from mitfahr.domain.states import BookingState, LegState
from mitfahr.domain.times import seconds
from mitfahr.domain.trust import RATE_WITHIN_S, Praise, Standing, Trust
from mitfahr.domain.vehicles import Car
from mitfahr.services.ask_for_ratings import ask_for_ratings
from mitfahr.services.block_person import block_person, unblock_person
from mitfahr.services.book_journey import BookingForm, book_journey
from mitfahr.services.change_profile import change_car, change_details, choose_mails
from mitfahr.services.complete_legs import complete_legs
from mitfahr.services.confirm_address import ask_for_call, code_to_say, enter_code, send_mail_code
from mitfahr.services.decide_request import confirm_request, decline_request
from mitfahr.services.handle_report import handle_report
from mitfahr.services.note_contact_reads import note_contact_reads, note_report_read
from mitfahr.services.rate_leg import rate_leg
from mitfahr.services.report_person import report_person
from mitfahr.services.withdraw_ride import withdraw_ride
from tests.mitfahr.rides.portal import KEY, LAW, NOW, Portal, clock, district

AFTER = clock("09:00")


def booked(portal: Portal, **changes: object) -> tuple[str, str, str]:
    """Rita rides with Anna from B to D: ids of driver, rider and leg."""
    anna, rita = portal.person("Anna"), portal.person("Rita")
    ride_id = portal.offer(anna, **changes)  # type: ignore[arg-type]
    booking_id = portal.book(rita, portal.token(portal.ride_leg(ride_id, "B", "D")))
    return anna, rita, portal.booking(booking_id).legs[0].id


def trust(portal: Portal, person_id: str, now: dt.datetime = AFTER) -> Trust:
    with portal.readers() as session:
        return trust_of(session, [person_id], seconds(now))[person_id]


def mailed_code(portal: Portal, first_name: str) -> str:
    with portal.readers() as session:
        bodies = [
            row.body
            for row in session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at))
            if row.recipient.startswith(first_name)
        ]
    found = re.search(r"\b\d{6}\b", bodies[-1])
    assert found is not None
    return found[0]


def enter(portal: Portal, person_id: str, kind: Address, typed: str, now: dt.datetime = NOW) -> None:
    enter_code(portal.sessions, person_id=person_id, kind=kind, typed=typed, secret_key=KEY, now=now)


def test_a_mailbox_is_confirmed_by_the_code_sent_there(portal: Portal) -> None:
    rita = portal.person("Rita")
    with pytest.raises(NothingToConfirm):
        enter(portal, rita, Address.MAIL, "123456")
    send_mail_code(portal.sessions, person_id=rita, secret_key=KEY, now=NOW)
    with pytest.raises(TooManyCodes):
        send_mail_code(portal.sessions, person_id=rita, secret_key=KEY, now=NOW)
    assert not trust(portal, rita).mail_confirmed
    code = mailed_code(portal, "rita")
    enter(portal, rita, Address.MAIL, f" {code[:3]} {code[3:]} ")
    assert trust(portal, rita).mail_confirmed
    with portal.sessions.begin() as session:
        session.get_one(Person, rita).email = "neu@example.org"
    assert not trust(portal, rita).mail_confirmed


def test_guessing_a_code_ends_after_five_tries_and_with_the_hour(portal: Portal) -> None:
    rita = portal.person("Rita")
    send_mail_code(portal.sessions, person_id=rita, secret_key=KEY, now=NOW)
    wrong = "000000" if mailed_code(portal, "rita") != "000000" else "111111"
    left = []
    for _ in range(MAX_TRIES):
        with pytest.raises(CodeWrong) as refused:
            enter(portal, rita, Address.MAIL, wrong)
        left.append(refused.value.tries_left)
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(NothingToConfirm):
        enter(portal, rita, Address.MAIL, mailed_code(portal, "rita"))
    later = NOW + dt.timedelta(minutes=2)
    send_mail_code(portal.sessions, person_id=rita, secret_key=KEY, now=later)
    with pytest.raises(CodeWrong):
        enter(portal, rita, Address.MAIL, mailed_code(portal, "rita"), later + dt.timedelta(hours=1))


def test_a_number_is_confirmed_by_what_staff_say_on_the_phone(portal: Portal) -> None:
    rita, staff = portal.person("Rita"), portal.person("Dora", Role.DISPATCHER)
    ask_for_call(portal.sessions, person_id=rita, now=NOW)
    ask_for_call(portal.sessions, person_id=rita, now=NOW)
    with portal.readers() as session:
        assert [mark.person_id for mark in numbers_to_call(session)] == [rita]
    with pytest.raises(NotAllowed):
        code_to_say(portal.sessions, person_id=rita, actor_id=rita, secret_key=KEY, now=NOW)
    code = code_to_say(portal.sessions, person_id=rita, actor_id=staff, secret_key=KEY, now=NOW)
    enter(portal, rita, Address.PHONE, code)
    assert trust(portal, rita) == Trust(phone_confirmed=True)
    with portal.readers() as session:
        assert numbers_to_call(session) == []
        assert [(row.viewer_id, row.occasion) for row in reads_of(session, rita)] == [(staff, Occasion.CALL)]
    change_details(portal.sessions, person_id=rita, first_name="Rita", last_name="Test", phone="0170-123")
    assert trust(portal, rita).phone_confirmed  # the same number, written otherwise
    change_details(portal.sessions, person_id=rita, first_name="Rita", last_name="Test", phone="0170 124")
    assert not trust(portal, rita).phone_confirmed


def test_details_and_car_of_a_person(portal: Portal) -> None:
    anna = portal.person("Anna")
    with pytest.raises(ContactInText):
        change_details(
            portal.sessions, person_id=anna, first_name="Anna 0170 1234567", last_name="Test", phone=None
        )
    change_car(portal.sessions, person_id=anna, car=Car("Golf", "blauer", "mei ab 12", 3))
    with pytest.raises(PlateInvalid):
        change_car(portal.sessions, person_id=anna, car=Car("Golf", "roter", "??", 3))
    with portal.readers() as session:
        assert car_of(session, anna) == Car("Golf", "blauer", "MEI-AB 12", 3)
    change_car(portal.sessions, person_id=anna, car=None)
    with portal.readers() as session:
        assert car_of(session, anna) is None


def test_ratings_go_both_ways_and_are_shown_together(portal: Portal) -> None:
    anna, rita, leg_id = booked(portal)

    def rate(rater: str, again: bool, *praise: Praise, now: dt.datetime = AFTER) -> None:
        rate_leg(portal.sessions, leg_id=leg_id, rater_id=rater, again=again, praise=praise, now=now)

    with pytest.raises(NotRateable):
        rate(rita, True, now=NOW)
    with pytest.raises(Unknown):
        rate(portal.person("Neugierig"), True)
    rate(rita, True, Praise.SAFE, Praise.FRIENDLY)
    assert trust(portal, anna).standing == Standing()  # Anna must not see it before she has answered
    rate(anna, False, Praise.SAFE, Praise.PUNCTUAL)
    assert trust(portal, anna).standing == Standing(1, 1, (Praise.FRIENDLY, Praise.SAFE))
    assert trust(portal, rita).standing == Standing(
        1, 0, (Praise.PUNCTUAL,)
    )  # riders are not rated on driving
    rate(anna, True)
    assert trust(portal, rita).standing == Standing(1, 1)
    with pytest.raises(NotRateable):
        rate(anna, False, now=AFTER + dt.timedelta(seconds=RATE_WITHIN_S))


def test_a_single_rating_is_shown_when_the_other_side_has_been_silent(portal: Portal) -> None:
    anna, rita, leg_id = booked(portal)
    rate_leg(portal.sessions, leg_id=leg_id, rater_id=rita, again=True, praise=[], now=AFTER)
    assert trust(portal, anna).standing.ratings == 0
    assert trust(portal, anna, AFTER + dt.timedelta(seconds=RATE_WITHIN_S)).standing == Standing(1, 1)


def mails_about_ratings(portal: Portal) -> list[OutboxMessage]:
    with portal.readers() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.subject.like("Wie war%")))
        return sorted(rows, key=lambda row: row.recipient)


def test_both_sides_are_asked_once_how_it_was(portal: Portal) -> None:
    anna, rita, leg_id = booked(portal)
    complete_legs(portal.sessions, now=AFTER)
    asked_from = clock("11:00")  # two hours after the latest end of the ride
    assert ask_for_ratings(portal.sessions, now=asked_from - dt.timedelta(hours=1)) == 0
    assert ask_for_ratings(portal.sessions, now=asked_from) == 2
    assert ask_for_ratings(portal.sessions, now=asked_from) == 0
    to_anna, to_rita = mails_about_ratings(portal)
    assert "Rita" in to_anna.body and f"/mitfahrt/{leg_id}/bewerten" in to_anna.body
    assert "Anna" in to_rita.body and "Ja oder Nein" in to_rita.body
    assert portal.contradictions(asked_from) == []
    with portal.sessions.begin() as session:
        session.delete(session.get_one(OutboxMessage, to_rita.id))
    assert any("0 statt mindestens 1" in line for line in portal.contradictions(asked_from))
    again = portal.book(
        rita, portal.token(portal.ride_leg(portal.offer(anna, at="12:00"), "B", "D")), now=NOW
    )
    complete_legs(portal.sessions, now=clock("16:00"))
    assert portal.booking(again).state is BookingState.TRAVELLED
    assert ask_for_ratings(portal.sessions, now=clock("16:00")) == 0, (
        "who often travel together are asked once"
    )


def test_who_wants_no_such_mail_is_not_asked(portal: Portal) -> None:
    anna, _rita, _leg_id = booked(portal)
    mails = [OptionalMail.WISH_FITS]
    choose_mails(portal.sessions, person_id=anna, reminders=[], others=mails, now=AFTER)
    complete_legs(portal.sessions, now=AFTER)
    assert ask_for_ratings(portal.sessions, now=clock("11:00")) == 1
    (mail,) = mails_about_ratings(portal)
    assert mail.recipient.startswith("rita")
    assert portal.contradictions(clock("11:00")) == []


def test_who_has_said_it_or_wants_nothing_more_to_do_with_the_other_is_not_asked(portal: Portal) -> None:
    anna, rita, leg_id = booked(portal)
    sven = portal.person("Sven")
    portal.book(sven, portal.token(portal.ride_leg(portal.offer(anna, at="12:00"), "B", "D")))
    complete_legs(portal.sessions, now=clock("16:00"))
    rate_leg(portal.sessions, leg_id=leg_id, rater_id=rita, again=True, praise=[], now=AFTER)
    block_person(portal.sessions, portal.snapshot(), blocker_id=sven, blocked_id=anna, now=AFTER)
    assert ask_for_ratings(portal.sessions, now=clock("16:00")) == 1
    (mail,) = mails_about_ratings(portal)
    assert mail.recipient.startswith("anna") and "Rita" in mail.body and "Sven" not in mail.body
    assert portal.contradictions(clock("16:00")) == []
    over = AFTER + dt.timedelta(seconds=RATE_WITHIN_S)
    unasked = booked(portal)[2]
    complete_legs(portal.sessions, now=AFTER)
    assert ask_for_ratings(portal.sessions, now=over) == 0, f"nobody could answer about {unasked}"


def test_a_leg_that_fell_away_is_not_rated(portal: Portal) -> None:
    _, rita, leg_id = booked(portal, asks_first=True)
    with pytest.raises(NotRateable):
        rate_leg(portal.sessions, leg_id=leg_id, rater_id=rita, again=False, praise=[], now=AFTER)


@pytest.mark.parametrize("blocker", ["driver", "rider"])
def test_blocking_ends_what_still_waits_and_nothing_else(portal: Portal, blocker: str) -> None:
    anna, rita, leg_id = booked(portal, asks_first=True)
    sure = portal.offer(anna, at="11:00")
    fixed = portal.book(rita, portal.token(portal.ride_leg(sure, "B", "D")))
    by, of = (anna, rita) if blocker == "driver" else (rita, anna)
    for _ in range(2):
        block_person(portal.sessions, portal.snapshot(), blocker_id=by, blocked_id=of, now=NOW)
    with portal.readers() as session:
        assert kept_apart_from(session, anna) == {rita}
        assert kept_apart_from(session, rita) == {anna}
        assert [row.blocked.id for row in blocks_by(session, by)] == [of]
        assert blocks_by(session, of) == []
    expected = LegState.DECLINED if blocker == "driver" else LegState.CANCELLED
    assert {leg.id: leg.state for leg in _legs(portal, rita)}[leg_id] is expected
    assert portal.booking(fixed).state is BookingState.BOOKED
    assert portal.contradictions() == []
    unblock_person(portal.sessions, blocker_id=of, blocked_id=by)  # not theirs to take back
    with portal.readers() as session:
        assert kept_apart_from(session, anna) == {rita}
    unblock_person(portal.sessions, blocker_id=by, blocked_id=of)
    with portal.readers() as session:
        assert kept_apart_from(session, anna) == frozenset()


def test_nobody_blocks_themselves(portal: Portal) -> None:
    anna = portal.person("Anna")
    with pytest.raises(Unknown):
        block_person(portal.sessions, portal.snapshot(), blocker_id=anna, blocked_id=anna, now=NOW)


def _report(portal: Portal, leg_id: str, reporter: str, key: str = "k") -> str:
    return report_person(
        portal.sessions,
        leg_id=leg_id,
        reporter_id=reporter,
        kind=ReportKind.UNSAFE,
        words="Viel zu schnell.",
        idempotency_key=key,
        now=AFTER,
    )


def test_a_report_reaches_staff_once_and_is_worked_off(portal: Portal) -> None:
    anna, rita, leg_id = booked(portal)
    staff = portal.person("Dora", Role.DISPATCHER)
    report_id = _report(portal, leg_id, rita)
    assert _report(portal, leg_id, rita) == report_id
    with pytest.raises(Unknown):
        _report(portal, leg_id, staff)
    with portal.readers() as session:
        (report,) = open_reports(session)
        assert (report.reporter_id, report.reported_id, report.words) == (rita, anna, "Viel zu schnell.")
    note_report_read(portal.sessions, viewer_id=staff, report_id=report_id, now=AFTER)
    with portal.readers() as session:
        for person_id in (anna, rita):
            assert [row.occasion for row in reads_of(session, person_id)] == [Occasion.REPORT]

    def handle(actor: str) -> None:
        handle_report(
            portal.sessions,
            portal.snapshot(),
            report_id=report_id,
            actor_id=actor,
            outcome=ReportOutcome.TALKED,
            note="Angerufen.",
            now=AFTER,
        )

    with pytest.raises(NotAllowed):
        handle(rita)
    handle(staff)
    with portal.readers() as session:
        assert open_reports(session) == []
        (done,) = reports_about(session, anna)
        assert (done.outcome, done.note, done.handled_by_id) == (ReportOutcome.TALKED, "Angerufen.", staff)


def test_a_closed_account_leaves_nobody_waiting(portal: Portal) -> None:
    anna, rita, leg_id = booked(portal)
    other = portal.offer(portal.person("Olaf"), at="11:00")
    own = portal.book(anna, portal.token(portal.ride_leg(other, "B", "D")))
    staff = portal.person("Dora", Role.DISPATCHER)
    handle_report(
        portal.sessions,
        portal.snapshot(),
        report_id=_report(portal, leg_id, rita),
        actor_id=staff,
        outcome=ReportOutcome.ACCOUNT_CLOSED,
        note=None,
        now=NOW,
    )
    with portal.readers() as session:
        assert not session.get_one(Person, anna).is_active
        (report,) = reports_about(session, anna)
        assert report_of(session, report.id).outcome is ReportOutcome.ACCOUNT_CLOSED
    assert [leg.state for leg in _legs(portal, rita)] == [LegState.CANCELLED]
    assert portal.booking(own).state is BookingState.ENDED
    assert portal.live().keys() == {other}
    assert portal.contradictions() == []


def test_an_administrator_is_not_closed_by_a_report(portal: Portal) -> None:
    admin, rita = portal.person("Ada", Role.ADMIN), portal.person("Rita")
    booking_id = portal.book(rita, portal.token(portal.ride_leg(portal.offer(admin), "B", "D")))
    report_id = _report(portal, portal.booking(booking_id).legs[0].id, rita)
    with pytest.raises(NotAllowed):
        handle_report(
            portal.sessions,
            portal.snapshot(),
            report_id=report_id,
            actor_id=admin,
            outcome=ReportOutcome.ACCOUNT_CLOSED,
            note=None,
            now=NOW,
        )


def test_reading_contact_data_is_written_down_per_day_and_only_while_it_is_open(portal: Portal) -> None:
    anna, rita, leg_id = booked(portal, asks_first=True)

    def note(viewer: str, now: dt.datetime = NOW) -> int:
        return note_contact_reads(portal.sessions, viewer_id=viewer, leg_ids=[leg_id], now=now)

    assert note(anna) == note(rita) == 0  # nothing to see before the yes
    confirm_request(portal.sessions, district()[1], leg_id=leg_id, driver_id=anna, now=NOW)
    assert (note(anna), note(anna), note(rita)) == (1, 1, 1)
    assert note(anna, AFTER) == 1
    assert note(anna, AFTER + dt.timedelta(days=2)) == 0
    with portal.readers() as session:
        assert [(row.viewer.first_name, row.times, row.day) for row in reads_of(session, rita)] == [
            ("Anna", 1, dt.date(2026, 6, 2)),
            ("Anna", 2, dt.date(2026, 6, 1)),
        ]
        assert [(row.viewer.first_name, row.about_id) for row in reads_of(session, anna)] == [
            ("Rita", leg_id)
        ]


def _legs(portal: Portal, rider_id: str) -> list[BookingLeg]:
    with portal.readers() as session:
        return [leg for booking in bookings_of_rider(session, rider_id, 0) for leg in booking.legs]


def test_a_request_of_somebody_blocked_meanwhile_is_not_confirmed(portal: Portal) -> None:
    anna, rita, leg_id = booked(portal, asks_first=True)
    with portal.sessions.begin() as session:  # as if the block had come between two statements
        session.add(PersonBlock(blocker_id=rita, blocked_id=anna, created_at=NOW))
    with pytest.raises(PersonBlocked):
        confirm_request(portal.sessions, district()[1], leg_id=leg_id, driver_id=anna, now=NOW)


def test_contact_data_in_texts_of_strangers_is_refused_before_anything_is_written(portal: Portal) -> None:
    anna, rita = portal.person("Anna"), portal.person("Rita")
    with pytest.raises(ContactInText):
        portal.offer(anna, note="Ruft an: 0170 1234567")
    ride_id = portal.offer(anna, asks_first=True)
    form = BookingForm(portal.token(portal.ride_leg(ride_id, "B", "D")), rita, message="rita@example.org")
    with pytest.raises(ContactInText):
        book_journey(
            portal.sessions,
            district()[1],
            form,
            actor_id=rita,
            idempotency_key="k",
            secret_key=KEY,
            law=LAW,
            now=NOW,
        )
    booking_id = portal.book(rita, form.token)
    leg_id = portal.booking(booking_id).legs[0].id
    number = "Lieber direkt: 0170 1234567"
    with pytest.raises(ContactInText):
        decline_request(
            portal.sessions, portal.snapshot(), leg_id=leg_id, driver_id=anna, reason=number, now=NOW
        )
    with pytest.raises(ContactInText):
        withdraw_ride(
            portal.sessions, portal.snapshot(), ride_id=ride_id, actor_id=anna, reason=number, now=NOW
        )
    assert portal.booking(booking_id).state is BookingState.WAITING
    assert portal.contradictions() == []
