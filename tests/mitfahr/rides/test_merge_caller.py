"""Who called for months and makes an account finds everything in it, and is one person."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from mitfahr.db.address_marks import AddressMark
from mitfahr.db.contact_reads import reads_of
from mitfahr.db.people import Person
from mitfahr.db.standing_orders import orders_of_person
from mitfahr.db.waiting import entries_of_person
from mitfahr.domain.codes import Address
from mitfahr.domain.roles import Role
from mitfahr.services.merge_caller import caller_records, merge_callers
from mitfahr.services.note_contact_reads import note_call
from tests.mitfahr.rides.portal import NOW, Portal
from tests.mitfahr.rides.test_standing_orders import order
from tests.mitfahr.rides.test_waiting import wait

LATER = NOW + dt.timedelta(minutes=5)


def somebody(portal: Portal, first_name: str, *, has_account: bool, phone: str = "0170 1234567") -> str:
    with portal.sessions.begin() as session:
        person = Person(first_name=first_name, last_name="Müller", phone=phone, created_at=NOW)
        if has_account:
            person.email, person.password_hash = f"{first_name}@example.org".lower(), "hash"
        session.add(person)
    return person.id


def confirm_number(portal: Portal, person_id: str) -> None:
    with portal.sessions.begin() as session:
        number = session.get_one(Person, person_id).phone or ""
        session.add(
            AddressMark(person_id=person_id, kind=Address.PHONE, value=number, asked_at=NOW, confirmed_at=NOW)
        )


def offered(portal: Portal, person_id: str) -> int:
    with portal.readers() as session:
        return len(caller_records(session, session.get_one(Person, person_id)))


def test_bookings_orders_waiting_and_the_log_of_reads_move(portal: Portal) -> None:
    dispatcher, run_id = portal.person("Dora", Role.DISPATCHER), portal.run()
    caller = somebody(portal, "Gerda", has_account=False)
    husband = somebody(portal, "Otto", has_account=False)
    token = portal.token(portal.run_leg(run_id, "A", "E"))
    booking_id = portal.book(caller, token, actor_id=dispatcher)
    order_id, entry_id = order(portal, caller, by=dispatcher), wait(portal, run_id, caller, by=dispatcher)
    account = somebody(portal, "Gerda", has_account=True)
    for person_id in (caller, account):
        note_call(portal.sessions, viewer_id=dispatcher, person_id=person_id, now=NOW)
    assert offered(portal, account) == 0  # nobody has called the number yet
    confirm_number(portal, account)
    assert offered(portal, account) == 1
    assert merge_callers(portal.sessions, person_id=account, now=LATER) == 1
    assert merge_callers(portal.sessions, person_id=account, now=LATER) == 0
    assert portal.booking(booking_id).rider_id == account
    with portal.readers() as session:
        assert [one.id for one in orders_of_person(session, account)] == [order_id]
        assert [one.id for one in entries_of_person(session, account)] == [entry_id]
        assert [read.times for read in reads_of(session, account)] == [2]
        assert set(session.scalars(select(Person.id).where(Person.last_name == "Müller"))) == {
            account,
            husband,
        }
    assert portal.contradictions(LATER) == []
