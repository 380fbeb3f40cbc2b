"""Pages of an association: founded, members invited, changed and let go, vehicles; each role sees what it may."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.invitations import Invitation
from mitfahr.db.people import Person, organisation_by_name
from mitfahr.db.rides import ride_of
from mitfahr.db.vehicles import vehicles_of
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.services.found_organisation import add_member, found_organisation
from tests.web.served import SEVEN, Served, person
from tests.web.test_booking import signed_in
from web.portal import Portal

VAN = {
    "name": "Kleinbus",
    "registration": "mei bb 12",
    "seats": "8",
    "wheelchairs": "1",
    "child_seats": "2",
    "luggage": "4",
    "bicycles": "0",
    "idempotency_key": "van",
}


class Club:
    """The association of the drawn world: Bernd coordinates and drives, Dora drives, Tilda answers the telephone."""

    def __init__(self, app: Flask, served: Served, portal: Portal) -> None:
        self.app, self.portal, self.run_id = app, portal, served.run_id
        with portal.reading() as session:
            organisation = organisation_by_name(session, "Bürgerbusverein")
            assert organisation is not None
        self.id, self.at = organisation.id, f"/verein/{organisation.id}"
        self.bernd = signed_in(app, "bernd@example.org")

    def member(self, name: str, role: MembershipRole, club: str = "Bürgerbusverein") -> FlaskClient:
        registered = person(self.portal, name)
        with self.portal.writing.begin() as session:
            organisation = found_organisation(session, club, SEVEN)
            add_member(session, organisation, session.get_one(Person, registered.id), role)
        return signed_in(self.app, registered.email)

    def id_of(self, name: str) -> str:
        with self.portal.reading() as session:
            return session.query(Person.id).filter_by(first_name=name).scalar()  # type: ignore[no-any-return]

    def van(self) -> str:
        self.bernd.post(f"{self.at}/fahrzeuge/neu", data=VAN)
        with self.portal.reading() as session:
            return vehicles_of(session, self.id)[0].id

    def invitation(self) -> str:
        with self.portal.reading() as session:
            return session.query(Invitation.id).scalar()  # type: ignore[no-any-return]


@pytest.fixture
def club(app: Flask, served: Served, portal: Portal) -> Club:
    return Club(app, served, portal)


def test_every_role_on_every_page(club: Club) -> None:
    """200 open, 403 not this role's task, 404 not this person's association; nothing is changed by a refusal."""
    dora, tilda = club.member("Dora", MembershipRole.DRIVER), club.member("Tilda", MembershipRole.TELEPHONE)
    other = club.member("Olga", MembershipRole.COORDINATOR, "Nachbarverein")
    club.bernd.post(f"{club.at}/mitglieder", data={"email": "", "role": "driver", "idempotency_key": "i"})
    van, dora_id, invitation = club.van(), club.id_of("Dora"), club.invitation()
    run = f"/buergerbus/{club.run_id}"
    expected = {  # coordinator, driver, telephone, somebody of another association
        ("GET", club.at): (200, 200, 200, 404),
        ("GET", f"{club.at}/mitglieder"): (200, 200, 200, 404),
        ("GET", f"{club.at}/fahrzeuge"): (200, 200, 200, 404),
        ("GET", f"{club.at}/mitglieder/{dora_id}"): (200, 403, 403, 404),
        ("GET", f"{club.at}/mitglieder/{dora_id}/entfernen"): (200, 403, 403, 404),
        ("GET", f"{club.at}/fahrzeuge/neu"): (200, 403, 403, 404),
        ("GET", f"{club.at}/fahrzeuge/{van}"): (200, 403, 403, 404),
        ("GET", f"{club.at}/fahrzeuge/{van}/abgeben"): (200, 403, 403, 404),
        ("GET", run): (200, 200, 200, 404),
        ("GET", f"{run}/absagen"): (200, 403, 200, 404),
        ("GET", "/buergerbus/neu"): (200, 403, 403, 200),
        ("GET", f"/buergerbus/neu?wie={club.run_id}"): (200, 403, 403, 404),
    }
    refused = {
        ("POST", f"{club.at}/mitglieder"): {"email": "", "role": "driver", "idempotency_key": "x"},
        ("POST", f"{club.at}/mitglieder/{dora_id}"): {"roles": ["coordinator"]},
        ("POST", f"{club.at}/mitglieder/{dora_id}/entfernen"): {},
        ("POST", f"{club.at}/einladungen/{invitation}/zuruecknehmen"): {},
        ("POST", f"{club.at}/fahrzeuge/neu"): VAN | {"idempotency_key": "x"},
        ("POST", f"{club.at}/fahrzeuge/{van}"): VAN | {"idempotency_key": "x"},
        ("POST", f"{club.at}/fahrzeuge/{van}/abgeben"): {},
    }
    clients = (club.bernd, dora, tilda, other)
    for (method, path), statuses in expected.items():
        assert tuple(one.open(path, method=method).status_code for one in clients) == statuses, path
    for (_method, path), data in refused.items():
        found = tuple(one.post(path, data=data).status_code for one in clients[1:])
        assert found == (403, 403, 404), path
    assert other.get(f"/verein/{club.id}/fahrzeuge").status_code == 404
    assert dora.post(f"{run}/absagen", data={"reason": ""}).status_code == 403
    assert other.post(f"{run}/absagen", data={"reason": ""}).status_code == 404
    with club.portal.reading() as session:
        assert ride_of(session, club.run_id).withdrawn_at is None
    assert "Aufgaben ändern" not in dora.get(f"{club.at}/mitglieder").text
    assert "Fahrzeug eintragen" not in tilda.get(f"{club.at}/fahrzeuge").text
    assert "Nachbarverein" not in dora.get("/buergerbus").text
    assert tilda.post(f"{run}/absagen", data={"reason": ""}).status_code == 302


def test_invited_by_link(club: Club, app: Flask, client: FlaskClient) -> None:
    page = club.bernd.post(
        f"{club.at}/mitglieder", data={"email": "", "role": "telephone", "idempotency_key": "i"}
    ).text
    found = re.search(r"/einladung#([A-Z0-9-]+)<", page)
    assert found is not None and "nur für eine Person" in page
    assert "Mit Link" in club.bernd.get(f"{club.at}/mitglieder").text
    assert "brauchen Sie ein Konto" in client.get("/einladung").text
    erika = signed_in(app, person(club.portal, "Erika").email)
    assert erika.get("/verein").status_code == 403
    wrong = erika.post("/einladung/pruefen", data={"code": "AAAAA-AAAAA"})
    assert wrong.status_code == 422 and "gilt nicht" in wrong.text
    asked = erika.post("/einladung/pruefen", data={"code": found[1].lower()})
    assert "Bürgerbusverein" in asked.text and "Telefondienst" in asked.text
    welcome = erika.post("/einladung", data={"code": found[1]}, follow_redirects=True).text
    assert "Willkommen" in welcome and "Mitglieder" in welcome
    assert erika.get("/verein").location == club.at
    assert "Erika Beispiel" in club.bernd.get(f"{club.at}/mitglieder").text
    assert "Offene Einladungen" not in club.bernd.get(f"{club.at}/mitglieder").text


def test_invited_by_mail_and_taken_back(club: Club) -> None:
    data = {"email": "neu@example.org", "role": "driver", "idempotency_key": "m"}
    page = club.bernd.post(f"{club.at}/mitglieder", data=data, follow_redirects=True).text
    assert "neu@example.org ist unterwegs" in page and "/einladung#" not in page
    taken = club.bernd.post(f"{club.at}/einladungen/{club.invitation()}/zuruecknehmen", follow_redirects=True)
    assert "gilt nicht mehr" in taken.text and "neu@example.org" not in taken.text
    bad = club.bernd.post(f"{club.at}/mitglieder", data=data | {"email": "quatsch", "idempotency_key": "b"})
    assert bad.status_code == 422 and "quatsch" in bad.text


def test_the_last_coordinator_stays(club: Club) -> None:
    own = f"{club.at}/mitglieder/{club.id_of('Bernd')}"
    answer = club.bernd.post(own, data={"roles": ["driver"]})
    assert answer.status_code == 409 and "letzte" in answer.text
    assert club.bernd.post(f"{own}/entfernen").status_code == 409
    assert club.bernd.post(own, data={}).status_code == 422
    club.member("Dora", MembershipRole.DRIVER)
    dora = f"{club.at}/mitglieder/{club.id_of('Dora')}"
    club.bernd.post(dora, data={"roles": ["coordinator", "driver"]})
    gone = club.bernd.post(f"{own}/entfernen")
    assert gone.status_code == 302
    assert club.bernd.get(club.at).status_code == 404


def test_vehicles(club: Club) -> None:
    at = f"{club.at}/fahrzeuge"
    for _ in range(2):
        page = club.bernd.post(f"{at}/neu", data=VAN, follow_redirects=True).text
    assert page.count("MEI-BB 12") == 1
    van = club.van()
    assert 'value="MEI-BB 12"' in club.bernd.get(f"{at}/{van}").text
    for wrong, said in (
        ({"registration": "123"}, "Kennzeichen"),
        ({"seats": "0", "wheelchairs": "0"}, "Platz"),
    ):
        answer = club.bernd.post(f"{at}/neu", data=VAN | wrong | {"idempotency_key": "w"})
        assert answer.status_code == 422 and said in answer.text
    assert club.bernd.post(f"{at}/neu", data={}).status_code == 422
    assert "nicht mehr in der Liste" in club.bernd.post(f"{at}/{van}/abgeben", follow_redirects=True).text
    assert "noch kein Fahrzeug" in club.bernd.get(at).text


def test_an_administrator_founds_one(club: Club, client_as: Callable[[Role], FlaskClient]) -> None:
    admin = client_as(Role.ADMIN)
    data = {"name": "Neuer Verein", "phone": "03521 99", "email": "dora@example.org"}
    wrong = admin.post("/verein", data=data | {"email": "dora"})
    assert wrong.status_code == 422 and "E-Mail-Adresse" in wrong.text
    invited = admin.post("/verein", data=data | {"email": "dorle@example.org"}, follow_redirects=True)
    assert "Die Einladung an dorle@example.org ist unterwegs." in invited.text
    assert "So fangen Sie an" in invited.text and "erledigt" not in invited.text
    for form in ("linien/neu", "rufbus/neu"):
        assert "zuerst ein Fahrzeug" in admin.get(f"{invited.request.path}/{form}").text
    dora = signed_in(club.app, person(club.portal, "Dora").email)
    for _ in range(2):
        assert "Neuer Verein" in admin.post("/verein", data=data, follow_redirects=True).text
    assert "Jemanden einladen" in dora.get(f"{dora.get('/verein').location}/mitglieder").text
    assert admin.get("/verein").text.count("Neuer Verein") == 1
