"""Pages of duty: the coordinator plans, drivers take shifts and answer links without a password."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mitfahr.db.duty import DutyShift, shifts_between
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.people import Person
from mitfahr.domain.duty import duty_code
from mitfahr.domain.roles import MembershipRole
from tests.web.served import SEVEN, Served
from tests.web.test_booking import signed_in
from tests.web.test_organisations import Club
from web.portal import Portal

PLAN = {"begins": "7:30", "ends": "12", "first_day": "9.6.2026", "last_day": "22.6.2026", "weekdays": "1"}


class Roster(Club):
    """Bernd coordinates and drives, Dora drives; two shifts on Tuesdays."""

    def __init__(self, app: Flask, served: Served, portal: Portal) -> None:
        super().__init__(app, served, portal)
        self.dora = self.member("Dora", MembershipRole.DRIVER)
        plan = PLAN | {"vehicle": self.van(), "idempotency_key": "plan"}
        self.at += "/dienste"
        assert self.bernd.post(f"{self.at}/neu", data=plan).status_code == 302

    def shifts(self) -> list[DutyShift]:
        with self.portal.reading() as session:
            return shifts_between(session, self.id, 0, 2**40)

    def codes_for(self, name: str) -> list[str]:
        """Of the links mailed to somebody."""
        with self.portal.reading() as session:
            email = session.scalars(select(Person.email).where(Person.first_name == name)).one()
            mails = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == email))
            links = re.findall(r"dienst#\{Dienst (\w+)\}", "".join(mail.body for mail in mails))
        return [duty_code(link, self.portal.settings.secret_key) for link in links]


@pytest.fixture
def roster(app: Flask, served: Served, portal: Portal) -> Roster:
    return Roster(app, served, portal)


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_take_and_give_back_by_click(roster: Roster) -> None:
    first, _second = roster.shifts()
    page, one = f"{roster.at}?ab=2026-06-09", f"{roster.at}/{first.id}"
    assert "Noch offen: Es fehlt jemand, der fährt." in text_of(roster.dora, page)
    roster.dora.post(f"{one}/uebernehmen")
    assert "Besetzt: Es fährt Dora Beispiel." in text_of(roster.bernd, page)
    assert "Dora Beispiel" in text_of(roster.bernd, f"{roster.at}/monat?ab=2026-06-09")
    refused = roster.bernd.post(f"{one}/uebernehmen")
    assert refused.status_code in (302, 409)  # who plans may take it over
    roster.bernd.post(f"{one}/einteilen", data={"driver": roster.id_of("Dora")})
    roster.dora.post(f"{one}/ersatz")
    assert "sucht aber jemanden, der übernimmt" in text_of(roster.dora, one)
    roster.dora.post(f"{one}/ersatz-beenden")
    assert "wieder offen" in text_of(roster.dora, f"{one}/abgeben")
    roster.dora.post(f"{one}/abgeben")
    roster.dora.post(f"{one}/abgeben")  # pressed twice
    assert roster.shifts()[0].driver_id is None
    roster.bernd.post(f"{one}/entfernen")
    assert len(roster.shifts()) == 1


def test_accept_by_link_without_a_password(roster: Roster, client: FlaskClient) -> None:
    first, _second = roster.shifts()
    roster.bernd.post(f"{roster.at}/{first.id}/uebernehmen")
    roster.bernd.post(f"{roster.at}/{first.id}/ersatz")
    [code] = roster.codes_for("Dora")
    assert "Zehn Zeichen" in text_of(client, "/dienst")
    checked = client.post("/dienst/pruefen", data={"code": code.lower()})
    assert checked.status_code == 200 and "Ja, ich fahre" in checked.text
    for _pressed_twice in range(2):
        assert "Danke, Sie fahren!" in client.post("/dienst", data={"code": code}).text
    assert roster.shifts()[0].driver_id == roster.id_of("Dora")
    given_up = client.post("/dienst/abgeben", data={"code": code})
    assert "Sie müssen nichts mehr tun." in given_up.text and roster.shifts()[0].driver_id is None
    wrong = client.post("/dienst", data={"code": "AAAAA-AAAAA"})
    assert wrong.status_code == 422 and "Dieser Code gilt nicht" in wrong.text


def test_a_poll_is_answered_by_link(roster: Roster, client: FlaskClient) -> None:
    fields = {
        "first_day": "9.6.2026",
        "last_day": "22.6.2026",
        "closes_on": "8.6.2026",
        "idempotency_key": "p",
    }
    asked = roster.bernd.post(f"{roster.at}/umfragen", data=fields)
    assert asked.status_code == 302
    [code] = roster.codes_for("Dora")
    first, second = roster.shifts()
    assert "Wann können Sie fahren, Dora?" in client.post("/dienst/pruefen", data={"code": code}).text
    said = {"code": code, f"dienst-{first.id}": "yes", f"dienst-{second.id}": "perhaps"}
    assert "Ihre Antworten sind gespeichert" in client.post("/dienst/antworten", data=said).text
    roster.bernd.post(asked.location, data={f"dienst-{second.id}": "no"})
    shown = text_of(roster.bernd, asked.location)
    assert "2 von 2 Personen haben geantwortet." in shown and "Ja Dora Beispiel" in shown
    assert "Dora Beispiel (Antwort: Ja)" in text_of(roster.bernd, f"{roster.at}/{first.id}")


def test_papers_deadlines_and_hours(roster: Roster) -> None:
    first, _second = roster.shifts()
    dora = roster.id_of("Dora")
    answer = roster.bernd.post(f"{roster.at}/nachweise/{dora}", data={"permit_until": "8.6.2026"})
    assert answer.status_code == 302
    assert "läuft bald ab" in text_of(roster.dora, f"{roster.at}/nachweise")
    refused = roster.dora.post(f"{roster.at}/{first.id}/uebernehmen")
    assert refused.status_code == 409 and "gelten nur bis Montag, 8. Juni 2026" in refused.text
    page = text_of(roster.dora, f"{roster.at}/{first.id}")
    assert "Sie können diesen Dienst nicht übernehmen" in page and "Ich fahre" not in page
    assert roster.dora.get(f"{roster.at}/nachweise/{dora}").status_code == 403
    assert "In diesem Jahr ist noch kein Dienst vorbei." in text_of(roster.dora, f"{roster.at}/stunden")
    with roster.portal.writing.begin() as session:
        done = session.get_one(DutyShift, first.id)
        done.driver_id, done.driverless_since = dora, None
        done.begins_s = int(SEVEN.timestamp()) - 7 * 3600
        done.ends_s = done.begins_s + 16_200
    assert "Dora Beispiel 1 0 4,5" in text_of(roster.dora, f"{roster.at}/stunden")
    assert "Beispiel;Dora;1;0;4,5" in roster.bernd.get(f"{roster.at}/stunden?als=csv").text
    fields = {"warn": "86400", "tell": "172800"}
    assert roster.bernd.post(f"{roster.at}/fristen", data=fields).status_code == 422
    assert roster.bernd.post(f"{roster.at}/fristen", data=fields | {"tell": "7200"}).status_code == 302


def test_hours_are_those_that_were_noted_or_else_the_planned_ones(roster: Roster) -> None:
    first, _second = roster.shifts()
    note, seven = f"{roster.at}/{first.id}/gefahren", int(SEVEN.timestamp())
    assert roster.bernd.post(note, data={"began": "7:00"}).status_code == 409  # nobody drives it
    with roster.portal.writing.begin() as session:
        done = session.get_one(DutyShift, first.id)
        done.driver_id, done.driverless_since = roster.id_of("Dora"), None
        done.begins_s, done.ends_s = seven - 6 * 3600, seven - 2 * 3600
    for wrong, said in (
        ({"began": "1:00", "finished": "0:30"}, "Diese Uhrzeit kommt erst noch"),  # of the next day
        ({"began": "5:15"}, "endet, nachdem er begonnen hat"),
        ({"began": "bald"}, "wie 7:30"),
    ):
        answer = roster.dora.post(note, data=wrong)
        assert answer.status_code == 422 and said in answer.text
    roster.dora.post(note, data={"began": "1:15", "finished": "5:45"})
    assert "Begonnen um 01:15 Uhr. Beendet um 05:45 Uhr." in text_of(roster.dora, f"{roster.at}/{first.id}")
    assert "Dora Beispiel 1 1 4,5" in text_of(roster.dora, f"{roster.at}/stunden")
    roster.bernd.post(note, data={})
    assert "Dora Beispiel 1 0 4" in text_of(roster.dora, f"{roster.at}/stunden")
    tilda = roster.member("Tilda", MembershipRole.TELEPHONE)
    assert tilda.post(note, data={}).status_code == 403


def test_whoever_drives_says_at_the_wheel_when_it_begins_and_ends(roster: Roster) -> None:
    first, _second = roster.shifts()
    with roster.portal.writing.begin() as session:
        now = session.get_one(DutyShift, first.id)
        now.driver_id, now.driverless_since = roster.id_of("Dora"), None
        now.begins_s, now.ends_s = int(SEVEN.timestamp()) + 600, int(SEVEN.timestamp()) + 7200
    at, wheel = f"{roster.at}/{first.id}", {"from": "wheel"}
    assert "Wir fragen dann sofort alle, die Zeit haben" in text_of(roster.dora, f"{at}/abgeben")
    assert "Dienst begonnen" in text_of(roster.dora, "/fahrdienst")
    assert roster.dora.post(f"{at}/begonnen", data=wheel).location == "/fahrdienst"
    later = SEVEN + dt.timedelta(hours=1)
    with time_machine.travel(later, tick=False):
        roster.dora.post(f"{at}/begonnen", data=wheel)  # pressed again
        page = text_of(roster.dora, "/fahrdienst")
        assert "Begonnen um 07:00 Uhr." in page and "Dienst beendet" in page
        roster.dora.post(f"{at}/beendet", data=wheel)
        page = text_of(roster.dora, "/fahrdienst")
        assert "Beendet um 08:00 Uhr." in page and "Dienst beendet" not in page
    [shift, _second] = roster.shifts()
    assert (shift.is_noted, shift.worked_s) == (True, 3600)
    roster.bernd.post(f"{at}/einteilen", data={"driver": roster.id_of("Bernd")})
    assert not roster.shifts()[0].is_noted  # those were the hours of somebody else


def test_who_may(roster: Roster, app: Flask) -> None:
    """Drivers do not plan, nobody looks into another association, and bad input is a message."""
    first, _second = roster.shifts()
    roster.member("Olga", MembershipRole.COORDINATOR, "Nachbarverein")
    olga = signed_in(app, "olga@example.org")
    for address in ("", "/monat", "/nachweise", "/stunden", "/umfragen", f"/{first.id}", "/neu", "/fristen"):
        assert olga.get(f"{roster.at}{address}").status_code == 404, address
    for address in ("/neu", "/fristen"):
        assert roster.dora.get(f"{roster.at}{address}").status_code == 403
    for address in ("/aus-fahrten", f"/{first.id}/einteilen", f"/{first.id}/entfernen"):
        assert roster.dora.post(f"{roster.at}{address}").status_code == 403, address
        assert olga.post(f"{roster.at}{address}").status_code == 404, address
    assert olga.post(f"{roster.at}/{first.id}/uebernehmen").status_code == 404
    assert roster.bernd.get(f"{roster.at}?ab=9999-99-99").status_code == 200
    wrong = roster.bernd.post(f"{roster.at}/neu", data=PLAN | {"begins": "25:00", "idempotency_key": "x"})
    assert wrong.status_code == 422
    assert len(roster.shifts()) == 2


def test_a_roster_is_made_of_a_poll_at_one_press(roster: Roster) -> None:
    first, second = roster.shifts()
    fields = {
        "first_day": "9.6.2026",
        "last_day": "22.6.2026",
        "closes_on": "8.6.2026",
        "idempotency_key": "p",
    }
    poll = roster.bernd.post(f"{roster.at}/umfragen", data=fields).location
    roster.dora.post(poll, data={f"dienst-{first.id}": "yes", f"dienst-{second.id}": "yes"})
    dora_id, bernd_id = roster.id_of("Dora"), roster.id_of("Bernd")
    page = roster.bernd.get(poll).text
    assert page.count(f'value="{dora_id}" selected') == 2
    assert "So einteilen" not in roster.dora.get(poll).text
    chosen = {f"fahrt-{first.id}": dora_id, f"fahrt-{second.id}": dora_id, "fahrt-x": bernd_id}
    assert roster.dora.post(f"{poll}/einteilen", data=chosen).status_code == 403
    mails = len(roster.codes_for("Dora"))
    for said in ("2 Dienste sind eingeteilt.", "0 Dienste sind eingeteilt."):
        assert said in roster.bernd.post(f"{poll}/einteilen", data=chosen, follow_redirects=True).text
    assert [shift.driver_id for shift in roster.shifts()] == [dora_id, dora_id]
    assert len(roster.codes_for("Dora")) == mails + 2
    taken = roster.bernd.post(
        f"{poll}/einteilen", data={f"fahrt-{first.id}": bernd_id}, follow_redirects=True
    )
    assert "Nicht eingeteilt" in taken.text and roster.shifts()[0].driver_id == dora_id
    assert "So einteilen" not in roster.bernd.get(poll).text
