"""Pages of an association's on-demand services: entered with stops and an area, changed, days cancelled, ended."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from mitfahr.db.demand_services import DemandService
from mitfahr.db.outbox import OutboxMessage
from mitfahr.db.rides import Ride
from mitfahr.db.timetables import serving
from mitfahr.domain.roles import MembershipRole, Role
from tests.web.served import SEVEN, Served, person
from tests.web.test_booking import form_of, signed_in
from tests.web.test_organisations import Club
from tests.web.test_search import QUESTION
from tests.web.test_telephone import new_caller
from web.portal import Portal


@pytest.fixture
def club(app: Flask, served: Served, portal: Portal) -> Club:
    return Club(app, served, portal)


@pytest.fixture
def service(club: Club) -> dict[str, object]:
    """What the form sends: evenings on working days, all day at weekends and on holidays."""
    return {
        "name": "Rufbus Lommatzsch",
        "vehicles": [club.van()],
        "base": "Lommatzsch",
        "stops": "Lommatzsch\n\n Wie auch immer [Zehren] \nMeißen",
        "area": "51.20, 13.20\n51.30; 13.20\n51,25 13,40\nMeißen (Haltestelle)",
        "hours-0-weekdays": ["0", "1", "2", "3", "4"],
        "hours-0-begins": "17:30",
        "hours-0-ends": "22",
        "hours-1-weekdays": ["5", "6"],
        "hours-1-begins": "8:00",
        "hours-1-ends": "22:00",
        "on_holidays": "as_sunday",
        "first_day": "2026-06-02",
        "last_day": "",
        "lead": "3600",
        "flex": "450",
        "detour": "900",
        "phone": "+49 3332 442 755",
        "phone_hours": "Montag bis Freitag 8 bis 24 Uhr",
        "note": "1 € Komfortzuschlag",
        "idempotency_key": "rufbus",
    }


def enter(club: Club, service: dict[str, object]) -> str:
    answer = club.bernd.post(f"{club.at}/rufbus/neu", data=service)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def tours(club: Club) -> list[str]:
    with club.portal.reading() as session:
        found = session.scalars(
            sa.select(Ride)
            .where(Ride.demand_service_id.is_not(None), Ride.withdrawn_at.is_(None))
            .order_by(Ride.begins_s)
        )
        return [f"{tour.demand_day:%d.%m.} {tour.demand_clock:%H:%M}" for tour in found]


def test_a_service_is_entered_changed_and_ended(club: Club, service: dict[str, object]) -> None:
    at = enter(club, service)
    assert enter(club, service) == at  # pressed twice
    assert tours(club)[:6] == [
        "02.06. 17:30",
        "03.06. 17:30",
        "04.06. 17:30",
        "05.06. 17:30",
        "06.06. 08:00",
        "07.06. 08:00",
    ]
    assert len(tours(club)) == 29
    page = club.bernd.get(at).text
    for said in ("17:30 – 22:00", "wie an einem Sonntag", "eine Stunde vorher", "3 Haltestellen", "4 Ecken"):
        assert said in page
    assert "Rufbus Lommatzsch" in club.bernd.get(f"{club.at}/rufbus").text
    assert "1 Rufbus" in club.bernd.get(club.at).text
    form = club.bernd.get(f"{at}/aendern").text
    assert 'value="17:30"' in form and "51.250000, 13.400000" in form and "Zehren (Haltestelle)" in form
    changed = service | {"hours-0-begins": "18:00", "area": "", "idempotency_key": "second"}
    assert club.bernd.post(f"{at}/aendern", data=changed).status_code == 302
    assert tours(club)[0] == "02.06. 18:00" and len(tours(club)) == 29
    assert "Rufbus Lommatzsch beenden" in club.bernd.get(f"{at}/beenden").text
    assert "beendet" in club.bernd.post(f"{at}/beenden", data={"reason": ""}, follow_redirects=True).text
    assert tours(club) == [] and "Dieser Rufbus ist beendet" in club.bernd.get(at).text
    again = club.bernd.post(f"{at}/aendern", data=changed | {"idempotency_key": "late"})
    assert again.status_code == 409


def test_without_streets_the_page_says_that_nobody_can_book(club: Club, service: dict[str, object]) -> None:
    page = enter(club, service)
    assert "kennt die Straßen nicht" not in club.bernd.get(page).text
    with club.portal.writing.begin() as session:
        pointer = serving(session)
        pointer.roads, pointer.revision = None, pointer.revision + 1
    assert "kennt die Straßen nicht" in club.bernd.get(page).text


def test_a_day_is_cancelled_and_opened_again(club: Club, service: dict[str, object]) -> None:
    at = enter(club, service)
    assert "noch niemand gebucht" in club.bernd.get(f"{at}/tage/2026-06-02/absagen").text
    done = club.bernd.post(f"{at}/tage/2026-06-02/absagen", data={"reason": ""}, follow_redirects=True).text
    assert "Doch fahren am" in done and tours(club)[0] == "03.06. 17:30"
    club.bernd.post(f"{at}/aendern", data=service | {"idempotency_key": "changed"})
    assert tours(club)[0] == "03.06. 17:30"  # a change opens no day that was cancelled
    club.bernd.post(f"{at}/tage/2026-06-02/fahren")
    assert tours(club)[0] == "02.06. 17:30"
    assert club.bernd.get(f"{at}/tage/quatsch/absagen").status_code == 404


def test_what_is_missing_is_said_and_nothing_is_kept(club: Club, service: dict[str, object]) -> None:
    for wrong, said in (
        ({"name": ""}, "einen Namen"),
        ({"vehicles": []}, "mindestens ein Fahrzeug"),
        ({"base": "Gibtesnicht"}, "„Gibtesnicht“ haben wir nicht gefunden"),
        ({"stops": "Lommatzsch\nGibtesnicht"}, "„Gibtesnicht“ haben wir nicht gefunden"),
        ({"stops": "", "area": ""}, "Haltestellen oder ein Gebiet"),
        ({"stops": "Zehren", "area": ""}, "mindestens zwei Haltestellen"),
        ({"area": "51.2, 13.2\n51.3, 13.2"}, "mindestens drei Ecken"),
        ({"area": "51.2, 13.2\n51.3, 13.2\nGibtesnicht"}, "„Gibtesnicht“ haben wir nicht gefunden"),
        ({"area": "51.2, 13.2\n51.3, 13.2\n99.3, 13.2"}, "Nicht gelesen: 99.3, 13.2"),
        ({"hours-0-weekdays": []}, "mindestens einen Wochentag"),
        ({"hours-0-ends": ""}, "die Uhrzeit"),
        ({"hours-1-weekdays": ["4", "5"]}, "überschneiden sich"),
        ({"last_day": "1.6.2026"}, "vor dem ersten"),
        ({"first_day": ""}, "den ersten Tag"),
    ):
        answer = club.bernd.post(f"{club.at}/rufbus/neu", data=service | wrong)
        assert answer.status_code == 422 and said in answer.text, said
    empty = {name: value for name, value in service.items() if not name.startswith("hours")}
    assert "wann er fährt" in club.bernd.post(f"{club.at}/rufbus/neu", data=empty).text
    with club.portal.reading() as session:
        assert session.scalars(sa.select(DemandService)).all() == []


def test_only_staff_say_the_fare_and_others_only_look(club: Club, service: dict[str, object]) -> None:
    at = enter(club, service)
    staff = signed_in(club.app, person(club.portal, "Siggi", Role.TIMETABLE_STAFF).email)
    assert club.bernd.post(f"{at}/fahrpreis", data={"fare": "1 €"}).status_code == 403
    staff.post(f"{at}/fahrpreis", data={"fare": "VVO-Tarif"})
    assert "VVO-Tarif" in club.bernd.get(at).text
    dora = club.member("Dora", MembershipRole.DRIVER)
    assert dora.get(at).status_code == 200 and dora.get(f"{at}/aendern").status_code == 403
    assert club.member("Olga", MembershipRole.COORDINATOR, "Nachbarverein").get(at).status_code == 404


def asked(client: FlaskClient, **other: str) -> str:
    """A way in the evening, when the timetable has nothing."""
    question = (
        QUESTION
        | {
            "origin": "Zehren",
            "destination": "Lommatzsch",
            "clock": "18:00",
            "kinds": ["transit", "demand"],
        }
        | other
    )
    return client.post("/verbindungen", data=question).text


def entry(page: str) -> str:
    """The first result with the service."""
    return next(part for part in page.split('<h3 class="journey__times">') if "Rufbus Lommatzsch" in part)


def test_what_goes_every_few_minutes_is_one_entry_with_the_other_times_in_it(
    club: Club, service: dict[str, object]
) -> None:
    enter(club, service)
    rider = signed_in(club.app, person(club.portal, "Erika").email)
    entries = [one for one in asked(rider).split('<article class="box journey">')[1:] if "Rufbus" in one]
    assert len(entries) == 1
    first = re.search(r"(\d\d:\d\d) – \d\d:\d\d Uhr</h3>", entries[0])
    said = re.search(r"Auch später: alle (\d+) Minuten bis (\d\d:\d\d) Uhr", entries[0])
    others = re.findall(r'name="offer" value="([^"]+)"><span class="kern-label">(\d\d:\d\d)', entries[0])
    assert first is not None and said is not None, entries[0]
    assert f"Andere Zeit wählen ({len(others)})" in entries[0]
    assert first[1] < others[0][1] < others[-1][1] == said[2]
    review = rider.post("/buchen/pruefen", data={"offer": others[-1][0]}).text
    assert f"{others[-1][1]} – " in review
    booked = rider.post("/buchen", data=form_of(review), follow_redirects=True).text
    assert "fest gebucht" in booked and f"{others[-1][1]} – " in booked


def test_whoever_arrives_by_a_time_sees_the_last_of_the_same(club: Club, service: dict[str, object]) -> None:
    enter(club, service)
    page = asked(club.bernd, direction="an", clock="20:00")
    entries = [one for one in page.split('<article class="box journey">')[1:] if "Rufbus" in one]
    assert len(entries) == 1 and re.search(r"Auch früher: alle \d+ Minuten ab \d\d:\d\d Uhr", entries[0])


def test_a_ride_on_demand_is_found_booked_seen_in_the_tour_and_cancelled(
    club: Club, service: dict[str, object]
) -> None:
    at = enter(club, service)
    rider = signed_in(club.app, person(club.portal, "Erika").email)
    found = entry(asked(rider))
    promised = re.search(r"Abholung zwischen (\d\d:\d\d) und (\d\d:\d\d) Uhr, Ankunft spätestens", found)
    assert promised is not None and promised[1] >= "18:00", found
    token = re.search(r'name="offer" value="([^"]+)"', found)
    assert token is not None
    review = rider.post("/buchen/pruefen", data={"offer": token[1]}).text
    booked = rider.post("/buchen", data=form_of(review), follow_redirects=True)
    assert "fest gebucht" in booked.text and promised[0] in booked.text
    journey = re.search(r"/meine-fahrten/([0-9a-f]{32})", booked.text)
    assert journey is not None
    page = club.bernd.get(at).text
    assert "1 Fahrt gebucht" in page
    run = re.search(r"/buergerbus/[0-9a-f]{32}", page)
    assert run is not None
    sheet = club.bernd.get(run[0]).text
    assert "Erika" in sheet and sheet.index("Einsteigen:") < sheet.index("Aussteigen:")
    assert promised[0] in rider.get(f"/meine-fahrten/{journey[1]}/fahrschein").text
    with club.portal.reading() as session:
        mail = session.scalars(
            sa.select(OutboxMessage.body).order_by(OutboxMessage.created_at.desc())
        ).first()
    assert mail is not None and promised[0] in mail
    rider.post(f"/meine-fahrten/{journey[1]}/absagen", data={"what": "alles"})
    assert "1 Fahrt gebucht" not in club.bernd.get(at).text
    assert "Erika" not in club.bernd.get(run[0]).text


def test_a_late_tour_is_said_at_the_wheel_and_seen_by_everybody(
    club: Club, service: dict[str, object]
) -> None:
    at = enter(club, service)
    rider = signed_in(club.app, person(club.portal, "Erika").email)
    token = re.search(r'name="offer" value="([^"]+)"', entry(asked(rider)))
    assert token is not None
    review = rider.post("/buchen/pruefen", data={"offer": token[1]}).text
    booked = rider.post("/buchen", data=form_of(review), follow_redirects=True).text
    journey = re.search(r"/meine-fahrten/[0-9a-f]{32}", booked)
    run = re.search(r"/buergerbus/([0-9a-f]{32})", club.bernd.get(at).text)
    assert journey is not None and run is not None
    wheel = f"/fahrdienst/{run[1]}"
    with time_machine.travel(SEVEN + dt.timedelta(hours=10, minutes=55), tick=False):  # 17:55
        page = club.bernd.get(wheel).text
        (stop,) = re.findall(r'name="stop_id" value="([0-9a-f]{32})"', page)
        moments = re.findall(r'<option value="(\d+)">(\d\d:\d\d) Uhr', page)
        assert "wie geplant" in page and "Zehren, zugesagt bis" in page.replace(" (Haltestelle)", "")
        within, late = moments[0], next(one for one in moments if one[1] >= "19:00")
        said = {"stop_id": stop, "reached_s": within[0]}
        answer = club.bernd.post(f"{wheel}/ankunft", data=said, follow_redirects=True)
        assert "Es muss niemand Bescheid bekommen" in answer.text and "klappt nicht mehr" not in answer.text
        answer = club.bernd.post(
            f"{wheel}/ankunft", data=said | {"reached_s": late[0]}, follow_redirects=True
        )
        assert "1 Buchung bekommt Bescheid" in answer.text and "1 Zusage klappt nicht mehr" in answer.text
        assert f"Abholung etwa {late[1]} Uhr, zugesagt war bis" in answer.text
        assert f'value="{late[0]}" selected' in answer.text
        assert "Zusagen klappen nicht mehr" in club.bernd.get(at).text
        assert "1 Zusage klappt nicht mehr" in club.bernd.get(run[0]).text
        seen = rider.get(journey[0]).text
        assert f"später ab ({late[1]} statt" in seen and "Abholung zwischen" not in seen
        assert f"{late[1]}" in club.bernd.get(f"/fahrdienst/verein/{club.id}/2026-06-02").text
        for wrong in ("morgen", "9" * 20):
            assert club.bernd.post(f"{wheel}/ankunft", data=said | {"reached_s": wrong}).status_code == 400
        assert club.bernd.post(f"{wheel}/ankunft", data=said | {"stop_id": "x"}).status_code == 422
        assert rider.post(f"{wheel}/ankunft", data=said).status_code in (403, 404)


def test_why_a_service_does_not_come(club: Club, service: dict[str, object]) -> None:
    enter(club, service)
    early = asked(club.bernd, clock="5:00")
    assert "Warum kein Rufbus dabei ist" in early
    assert "fährt an diesem Tag nur von 17:30 bis 22:00 Uhr" in early
    assert "+49 3332 442 755" in early and "Montag bis Freitag 8 bis 24 Uhr" in early
    dispatcher = signed_in(club.app, person(club.portal, "Disa", Role.DISPATCHER).email)
    caller = new_caller(dispatcher)
    question = QUESTION | {"origin": "Zehren", "clock": "5:00", "kinds": ["transit", "demand"]}
    said = dispatcher.post(f"{caller}/verbindungen", data=question).text
    assert "Warum kein Rufbus dabei ist" in said and "+49 3332 442 755" in said
