"""The telephone: somebody without e-mail and log-in is found, booked for, changed and cancelled as anybody else."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.bookings import Booking
from mitfahr.db.contact_reads import Occasion, reads_of
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Organisation, Person
from mitfahr.delivery import text_of
from mitfahr.domain.channels import Channel
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.services.found_organisation import add_member
from mitfahr.services.withdraw_ride import withdraw_ride
from tests.web.served import SEVEN, Served, person
from tests.web.test_booking import RUN, signed_in
from tests.web.test_search import QUESTION
from web.portal import EXTENSION, Portal


@pytest.fixture
def dispatcher(served: Served, client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return client_as(Role.DISPATCHER)


def new_caller(
    client: FlaskClient, first: str = "Gerda", last: str = "Müller", phone: str = "03521 4711"
) -> str:
    """The address of the page of somebody who calls for the first time."""
    form = {"first_name": first, "last_name": last, "phone": phone, "idempotency_key": f"{first}{last}"}
    answer = client.post("/telefon/person", data=form)
    assert answer.status_code == 302, answer.text
    return answer.location


def hidden(page: str, action: str) -> dict[str, str]:
    """Hidden fields of the form with this address."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form is not None, page
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[1])
    }


def offers(client: FlaskClient, page: str, **changed: object) -> dict[str, str]:
    """Times of what is offered on the telephone → token."""
    answer = client.post(f"{page}/verbindungen", data=QUESTION | changed)
    assert answer.status_code == 200, answer.text
    parts = answer.text.split('<li class="offer">')[1:]
    return {
        re.search(r"<strong>([^<]{13})", part)[1]: re.search(r'value="([^"]+)"', part)[1]  # type: ignore[index]
        for part in parts
    }


def book(client: FlaskClient, page: str, token: str, **more: str) -> str:
    """Books through the page that is read out; the address of the booking."""
    review = client.post(f"{page}/pruefen", data={"offer": token} | more)
    assert review.status_code == 200, review.text
    answer = client.post(f"{page}/buchen", data=hidden(review.text, f"{page}/buchen") | more)
    assert answer.status_code == 302, answer.text
    return answer.location.split("?")[0]


def test_a_new_caller_is_booked_for_and_told(dispatcher: FlaskClient, portal: Portal) -> None:
    page = new_caller(dispatcher)
    shown = dispatcher.post(f"{page}/verbindungen", data=QUESTION).text
    assert "Um 10:00 Uhr steigen Sie in Lommatzsch ein: BürgerBus 500." in shown
    place = book(dispatcher, page, offers(dispatcher, page)[RUN], message="Hat einen Rollator.")
    booked = dispatcher.get(place).text
    assert (
        "Gerda Müller" in booked and "Ihre Buchungsnummer ist" in booked and "Hat einen Rollator." in booked
    )
    assert "Absagen können Sie bis" in booked
    with portal.reading() as session:
        booking = session.scalars(select(Booking)).one()
        assert (booking.rider.first_name, booking.rider.email, booking.rider.has_account) == (
            "Gerda",
            None,
            False,
        )
        assert booking.booked_by_id != booking.rider_id
        occasions = [(read.occasion, read.about_id) for read in reads_of(session, booking.rider_id)]
    assert occasions == [(Occasion.CALL, "")]


def test_the_confirmation_goes_to_a_mobile_telephone_once(
    app: Flask, dispatcher: FlaskClient, portal: Portal
) -> None:
    page = new_caller(dispatcher, phone="0170 1234567")
    place = book(dispatcher, page, offers(dispatcher, page)[RUN])
    assert f"{place}/sms" not in dispatcher.get(place).text  # no gateway, no promise
    sending = replace(portal.settings, sms_url="http://127.0.0.1:9/sms")
    app.extensions[EXTENSION] = replace(portal, settings=sending)
    form = hidden(dispatcher.get(place).text, f"{place}/sms")
    answers = [dispatcher.post(f"{place}/sms", data=form, follow_redirects=True).text for _ in range(2)]
    assert all("Die SMS mit der Bestätigung ist unterwegs." in answer for answer in answers)
    at_home = new_caller(dispatcher, "Otto", "Schulze")
    assert "/sms" not in dispatcher.get(book(dispatcher, at_home, offers(dispatcher, at_home)[RUN])).text
    with portal.reading() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == Channel.SMS)).one()
    assert message.recipient == "+491701234567"
    assert "BürgerBus 500: 10:00 ab Lommatzsch, 10:30 an Meißen." in text_of(
        message, "https://mitfahr.example"
    )


def test_the_letter_has_the_address_and_the_address_is_not_kept(dispatcher: FlaskClient) -> None:
    page = new_caller(dispatcher)
    place = book(dispatcher, page, offers(dispatcher, page)[RUN])
    letter = dispatcher.post(
        f"{place}/brief", data={"address": "Gerda Müller\nAm Berg 3\n01623 Lommatzsch"}
    ).text
    assert "Am Berg 3<br>01623 Lommatzsch" in letter and "BürgerBus 500" in letter
    assert re.search(r"Absagecode <strong>[0-9A-Z-]{4,}", letter)
    assert "Am Berg" not in dispatcher.get(place).text and "Am Berg" not in dispatcher.get(page).text


@pytest.mark.parametrize(
    "typed", ["Müller", "mueller", "Müler", "gerda", "03521/4711", "+49 3521 4711", "Müller 4711"]
)
def test_a_caller_is_found_however_name_and_number_are_typed(dispatcher: FlaskClient, typed: str) -> None:
    page = new_caller(dispatcher)
    new_caller(dispatcher, "Otto", "Schulze", "03522 99")
    answer = dispatcher.post("/telefon", data={"who": typed})
    if answer.status_code == 302:  # a whole number is one person
        assert answer.location == page
    else:
        assert (
            page in answer.text
            and "Otto" not in answer.text
            and "4711<" not in answer.text
            and "03521 4711" not in answer.text
        )


def test_nobody_found_is_somebody_new(dispatcher: FlaskClient) -> None:
    answer = dispatcher.post("/telefon", data={"who": "Waltraud Neumann 0170 99887766"})
    assert "Niemanden gefunden" in answer.text
    assert all(f'value="{word}"' in answer.text for word in ("Waltraud", "Neumann", "0170 99887766"))
    assert dispatcher.post("/telefon", data={"who": ""}).status_code == 422
    refused = dispatcher.post(
        "/telefon/person",
        data={"first_name": "A", "last_name": "B", "phone": "keine", "idempotency_key": "k"},
    )
    assert refused.status_code == 422 and 'id="phone-fehler"' in refused.text


def test_as_always_is_the_way_before_on_the_next_such_day(dispatcher: FlaskClient) -> None:
    page = new_caller(dispatcher)
    book(dispatcher, page, offers(dispatcher, page, persons="2")[RUN])
    again = re.search(r'href="([^"]+\?wie=\w+)"', dispatcher.get(page).text)
    assert again is not None
    form = dispatcher.get(html.unescape(again[1])).text
    assert (
        'value="Lommatzsch (Haltestelle)"' in form
        and 'value="Meißen (Haltestelle)"' in form
        and 'value="09.06.2026"' in form
    )
    assert '<option value="2" selected>' in form


def test_other_time_seats_and_cancelling_by_the_same_services(
    dispatcher: FlaskClient, portal: Portal
) -> None:
    page = new_caller(dispatcher)
    first = book(dispatcher, page, offers(dispatcher, page)[RUN])
    old_id = first.rsplit("/", 1)[1]
    bus = next(token for times, token in offers(dispatcher, page).items() if times.startswith("09:00"))
    second = book(dispatcher, page, bus, instead_of=old_id)
    assert "Ersetzt durch eine andere Reise" in dispatcher.get(first).text
    changed = dispatcher.post(
        f"{second}/plaetze",
        data={"persons": "2", "wheelchairs": "0", "luggage": "0", "bicycles": "0", "idempotency_key": "k"},
        follow_redirects=True,
    )
    assert "Die Buchung ist geändert." in changed.text
    cancelled = dispatcher.post(f"{second}/absagen", data={"what": "alles"}, follow_redirects=True)
    assert "Die Reise ist abgesagt." in cancelled.text and "Abgesagt" in cancelled.text


def test_pressing_twice_books_once_and_a_taken_seat_is_said(
    app: Flask, dispatcher: FlaskClient, portal: Portal
) -> None:
    page = new_caller(dispatcher)
    token = offers(dispatcher, page, persons="2")[RUN]
    form = hidden(dispatcher.post(f"{page}/pruefen", data={"offer": token}).text, f"{page}/buchen")
    late = hidden(dispatcher.post(f"{page}/pruefen", data={"offer": token}).text, f"{page}/buchen")
    first, second = (dispatcher.post(f"{page}/buchen", data=form) for _ in range(2))
    assert first.location == second.location
    refused = dispatcher.post(f"{page}/buchen", data=late)
    assert refused.status_code == 409 and "nicht mehr genug Platz" in refused.text
    assert "Anders suchen" in refused.text
    with portal.reading() as session:
        assert len(session.scalars(select(Booking)).all()) == 1


def test_who_has_no_mail_address_is_called_when_the_run_is_cancelled(
    dispatcher: FlaskClient, portal: Portal, served: Served
) -> None:
    page = new_caller(dispatcher)
    place = book(dispatcher, page, offers(dispatcher, page)[RUN])
    assert "Bitte anrufen" not in dispatcher.get("/telefon").text
    with portal.reading() as session:
        actor_id = session.scalars(select(Booking.booked_by_id)).one()
    withdraw_ride(
        portal.writing,
        portal.live.current(SEVEN),
        ride_id=served.run_id,
        actor_id=actor_id,
        reason="Bus kaputt.",
        now=SEVEN,
    )
    start = dispatcher.get("/telefon").text
    assert "Bitte anrufen: 1 Reise hat sich geändert" in start and "Gerda Müller" in start and place in start
    assert "Bus kaputt." in dispatcher.get(place).text
    done = re.search(r'action="(/telefon/anrufe/\w+)"', start)
    assert done is not None
    assert "Der Anruf ist erledigt." in dispatcher.post(done[1], follow_redirects=True).text
    assert "Bitte anrufen" not in dispatcher.get("/telefon").text


def test_who_agreed_reads_an_sms_and_is_called_only_where_it_does_not_leave(
    app: Flask, dispatcher: FlaskClient, portal: Portal, served: Served
) -> None:
    sending = replace(portal.settings, sms_url="http://127.0.0.1:9/sms")
    app.extensions[EXTENSION] = replace(portal, settings=sending)
    page = new_caller(dispatcher, phone="0170 1234567")
    assert "Bei Änderungen rufen wir an." in dispatcher.get(page).text
    agreed = dispatcher.post(f"{page}/sms", data={"agrees": "ja"}, follow_redirects=True)
    assert "Bekommt bei Änderungen eine SMS." in agreed.text
    place = book(dispatcher, page, offers(dispatcher, page)[RUN])
    with portal.reading() as session:
        actor_id = session.scalars(select(Booking.booked_by_id)).one()
    withdraw_ride(
        portal.writing,
        portal.live.current(SEVEN),
        ride_id=served.run_id,
        actor_id=actor_id,
        reason="Bus kaputt.",
        now=dt.datetime.now(dt.UTC),
    )
    assert "Bitte anrufen" not in dispatcher.get("/telefon").text
    with portal.writing.begin() as session:
        sms = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == Channel.SMS)).one()
        assert "Leider entfällt ein Teil Ihrer Reise" in sms.body and "Bus kaputt." in sms.body
        assert "Keine SMS mehr? Ein Anruf genügt." in sms.body
        sms.given_up_at = sms.created_at
    assert place in dispatcher.get("/telefon").text  # it did not leave
    refused = dispatcher.post(f"{page}/sms", data={"agrees": "nein"}, follow_redirects=True)
    assert "Bei Änderungen rufen wir an." in refused.text


@pytest.mark.parametrize(
    ("changed", "still_agreed"), [({"last_name": "Mayer"}, True), ({"phone": "0170 99"}, False)]
)
def test_agreement_is_for_one_number(
    app: Flask, dispatcher: FlaskClient, portal: Portal, changed: dict[str, str], still_agreed: bool
) -> None:
    sending = replace(portal.settings, sms_url="http://127.0.0.1:9/sms")
    app.extensions[EXTENSION] = replace(portal, settings=sending)
    record = {"first_name": "Gerda", "last_name": "Müller", "phone": "0170 1234567", "idempotency_key": "k"}
    page = dispatcher.post("/telefon/person", data=record | {"agrees_to_sms": "ja"}).location
    assert "Bekommt bei Änderungen eine SMS." in dispatcher.get(page).text
    shown = dispatcher.post(page, data=record | changed, follow_redirects=True).text
    assert ("Bekommt bei Änderungen eine SMS." in shown) is still_agreed


def member(app: Flask, portal: Portal, name: str, role: MembershipRole) -> FlaskClient:
    known = person(portal, name)
    with portal.writing.begin() as session:
        association = session.scalars(select(Organisation)).one()
        add_member(session, association, session.get_one(Person, known.id), role)
    return signed_in(app, known.email)


def test_the_telephone_of_an_association_books_its_own_runs_only(
    app: Flask, dispatcher: FlaskClient, portal: Portal
) -> None:
    telephone = member(app, portal, "Tina", MembershipRole.TELEPHONE)
    driver = member(app, portal, "Fritz", MembershipRole.DRIVER)
    assert driver.get("/telefon").status_code == 403
    page = new_caller(dispatcher)
    assert page not in telephone.post("/telefon", data={"who": "Müller"}).text  # nobody leafs through people
    assert page in telephone.post("/telefon", data={"who": "Gerda Müller"}).text
    assert list(offers(telephone, page)) == [RUN]
    every = offers(dispatcher, page)
    by_bus = book(
        dispatcher, page, next(token for times, token in every.items() if times.startswith("09:00"))
    )
    by_run = book(dispatcher, page, every[RUN])
    assert telephone.get(by_bus).status_code == 404 and telephone.get(by_run).status_code == 200
    bus = next(token for times, token in offers(dispatcher, page).items() if times.startswith("09:00"))
    review = telephone.post(f"{page}/pruefen", data={"offer": bus}).text
    assert telephone.post(f"{page}/buchen", data=hidden(review, f"{page}/buchen")).status_code == 403
    assert (
        "abgesagt" in telephone.post(f"{by_run}/absagen", data={"what": "alles"}, follow_redirects=True).text
    )
