"""The programming interface: the same JSON as the command line, true to its description, errors explained."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from mitfahr.cli.main import main
from tests.web.served import Served, offered, person
from web.portal import EXTENSION, Portal


@pytest.fixture
def description(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def question(served: Served, **changes: str) -> dict[str, str]:
    ends = {
        end: "{:.6f},{:.6f}".format(*served.world.places[name])
        for end, name in (("from", "Lommatzsch"), ("to", "Meißen"))
    }
    return ends | {"time": "2026-06-02T09:00", "window": "PT2H"} | changes


def conforms(description: dict[str, Any], answer: TestResponse, path: str, method: str = "get") -> None:
    """The body is what the description says for this path, method and status."""
    said = description["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    schema = said[answer.mimetype]["schema"]
    whole = schema | {"components": description["components"]}
    jsonschema.Draft202012Validator(whole).validate(answer.json)


def test_the_description_is_valid(description: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(description).validate()


def test_the_description_names_every_address(app: Flask, description: dict[str, Any]) -> None:
    rules = {
        (rule.rule.replace("<path:", "{").replace("<", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert rules == {(path, method) for path, calls in description["paths"].items() for method in calls}


def test_plan(served: Served, client: FlaskClient, description: dict[str, Any]) -> None:
    answer = client.get("/api/v1/plan", query_string=question(served))
    assert answer.status_code == 200
    conforms(description, answer, "/api/v1/plan")
    assert answer.json["timetable"]["valid_from"] == "2026-06-02"
    legs = [leg for journey in answer.json["journeys"] for leg in journey["legs"]]
    assert {leg["kind"] for leg in legs} == {"walk", "transit", "buergerbus", "ride"}
    ride = next(leg for leg in legs if leg["kind"] == "ride")
    assert ride["ride_id"] == served.ride_id
    assert ride["bookable_until"] == "2026-06-02T09:00:00+02:00"


def test_every_ride_has_the_next_way_without_one_beside_it(
    app: Flask, served: Served, client: FlaskClient, description: dict[str, Any]
) -> None:
    answer = client.get("/api/v1/plan", query_string=question(served))
    for journey in answer.json["journeys"]:
        uses_ride = any(leg["kind"] == "ride" for leg in journey["legs"])
        assert (journey["fallback"] is not None) == uses_ride
        if uses_ride:
            left = journey["fallback"]["journey"]
            assert all(leg["kind"] != "ride" for leg in left["legs"])
            assert left["departure"] >= journey["departure"] and not journey["fallback"]["is_last"]
    person(app.extensions[EXTENSION], "Otto")
    offered(app.extensions[EXTENSION], served, "Otto", "12:30")
    late = client.get("/api/v1/plan", query_string=question(served, time="2026-06-02T12:00:00+02:00"))
    conforms(description, late, "/api/v1/plan")
    (ride,) = [one for one in late.json["journeys"] if any(leg["kind"] == "ride" for leg in one["legs"])]
    assert ride["fallback"]["is_last"], "the buses go next morning"
    assert ride["fallback"]["journey"]["departure"].startswith("2026-06-03")


@pytest.mark.parametrize(
    "changes",
    [
        {"time": "2026-06-02T11:45:00+02:00", "arrive_by": "true"},
        {"time": "2026-06-02T07:00:00Z", "seats": "3", "window": "PT1H30M"},
        {"window": "PT0S"},
        {"time": "2031-01-01T00:00", "window": "1440"},
    ],
)
def test_the_answer_of_the_command_line(
    changes: dict[str, str], app: Flask, served: Served, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal: Portal = app.extensions[EXTENSION]
    monkeypatch.setenv("MITFAHR_DATA_DIR", str(portal.settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", portal.settings.database_url)
    asked = question(served, **changes)
    options = {"from": asked["from"], "to": asked["to"], "at": asked["time"], "window": asked["window"]}
    line = ["plan", "--json", "--seats", asked.get("seats", "1")]
    line += [part for name, value in options.items() for part in (f"--{name}", value)]
    line += ["--arrive-by"] if "arrive_by" in asked else []
    printed = CliRunner().invoke(main, line, catch_exceptions=False)
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.output) == client.get("/api/v1/plan", query_string=asked).json


def test_times_without_offset_are_german_and_a_lost_plus_is_found(
    served: Served, client: FlaskClient
) -> None:
    same = ("2026-06-02T09:00", "2026-06-02T09:00:00+02:00", "2026-06-02T07:00:00Z", "2026-06-02T09:00 02:00")
    answers = [client.get("/api/v1/plan", query_string=question(served, time=time)).json for time in same]
    assert answers[0]["journeys"] and all(answer == answers[0] for answer in answers)
    raw = client.get(
        f"/api/v1/plan?from={question(served)['from']}&to={question(served)['to']}"
        "&time=2026-06-02T09:00:00+02:00"
    )
    assert raw.json == answers[0]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("from", "", "fehlt"),
        ("from", "51.1", "kein Ort"),
        ("from", "95,13", "kein Ort"),
        ("from", "51,181", "kein Ort"),
        ("to", "nan,13", "kein Ort"),
        ("to", "inf,13", "kein Ort"),
        ("to", "Meißen", "kein Ort"),
        ("to", "1" * 5000, "länger"),
        ("time", "", "fehlt"),
        ("time", "morgen", "kein Zeitpunkt"),
        ("time", "2026-02-30T07:00", "kein Zeitpunkt"),
        ("time", "0001-01-01T00:00", "kein Zeitpunkt"),
        ("time", "9999-12-31T23:59:59-12:00", "kein Zeitpunkt"),
        ("time", "07:30", "kein Zeitpunkt"),
        ("arrive_by", "vielleicht", "weder true noch false"),
        ("window", "PT25H", "zu lang"),
        ("window", "-PT1H", "keine Dauer"),
        ("window", "PT", "keine Dauer"),
        ("window", "9" * 90, "zu lang"),
        ("seats", "0", "von 1 bis 8"),
        ("seats", "9", "von 1 bis 8"),
        ("seats", "²", "von 1 bis 8"),
        ("seats", "zwei", "von 1 bis 8"),
    ],
)
def test_what_cannot_be_read_is_explained(
    name: str, value: str, words: str, served: Served, client: FlaskClient, description: dict[str, Any]
) -> None:
    answer = client.get("/api/v1/plan", query_string=question(served) | {name: value})
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    conforms(description, answer, "/api/v1/plan")
    assert [mistake["name"] for mistake in answer.json["parameters"]] == [name]
    assert words in answer.json["parameters"][0]["detail"]


def test_every_mistake_is_named(client: FlaskClient) -> None:
    answer = client.get("/api/v1/plan?seats=x")
    assert [mistake["name"] for mistake in answer.json["parameters"]] == ["from", "to", "time", "seats"]


def test_days_far_away_have_no_journeys(served: Served, client: FlaskClient) -> None:
    for time in ("1970-01-01T00:00:00+14:00", "2199-12-31T23:59:59-12:00"):
        for arrive_by in ("true", "false"):
            asked = question(served, time=time, arrive_by=arrive_by, window="PT24H")
            answer = client.get("/api/v1/plan", query_string=asked)
            assert (answer.status_code, answer.json["journeys"]) == (200, [])


def test_places_far_away_have_no_journeys(served: Served, client: FlaskClient) -> None:
    for place in ("90,180", "-90,-180", "0,0"):
        answer = client.get("/api/v1/plan", query_string=question(served) | {"to": place})
        assert (answer.status_code, answer.json["journeys"]) == (200, [])


def test_from_here_to_here(served: Served, client: FlaskClient, description: dict[str, Any]) -> None:
    asked = question(served)
    answer = client.get("/api/v1/plan", query_string=asked | {"to": asked["from"]})
    conforms(description, answer, "/api/v1/plan")
    assert answer.status_code == 200


def test_departures(served: Served, client: FlaskClient, description: dict[str, Any]) -> None:
    answer = client.get("/api/v1/stops/Lommatzsch/departures?limit=2")
    assert answer.status_code == 200
    conforms(description, answer, "/api/v1/stops/{stop_id}/departures")
    bus, run = answer.json["departures"]
    assert (bus["planned"], bus["state"], bus["route_id"]) == ("2026-06-02T09:00:00+02:00", "nothing", "416")
    assert run["ride_id"] == served.run_id and run["bookable_until"] and answer.json["has_more"]
    for address, status in (("Lommatzsch/departures?time=x&limit=0", 400), ("nirgends/departures", 404)):
        wrong = client.get(f"/api/v1/stops/{address}")
        assert wrong.status_code == status
        conforms(description, wrong, "/api/v1/stops/{stop_id}/departures")


def test_status(served: Served, client: FlaskClient, description: dict[str, Any]) -> None:
    answer = client.get("/api/v1/status")
    conforms(description, answer, "/api/v1/status")
    assert answer.json["timetable"]["valid_to"] == "2026-06-04"
    assert (answer.json["counts"]["rides"], answer.json["counts"]["runs"]) == (1, 1)
    assert answer.json["counts"]["trips"] == 3
    assert answer.json["has_roads"] is True


def test_without_a_timetable(client: FlaskClient, description: dict[str, Any]) -> None:
    status = client.get("/api/v1/status")
    conforms(description, status, "/api/v1/status")
    assert status.json["timetable"] is None
    plan = client.get("/api/v1/plan?from=51,13&to=51,14&time=2026-06-02T09:00")
    assert plan.status_code == 503
    conforms(description, plan, "/api/v1/plan")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/gibtesnicht", 404), ("GET", "/api/v1", 404), ("POST", "/api/v1/plan", 405)],
)
def test_errors_of_the_frame_are_problems_too(
    method: str, path: str, status: int, client: FlaskClient
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status and answer.json["title"] and answer.json["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_open_to_pages_of_other_hosts_and_without_cookies(client: FlaskClient) -> None:
    for path in ("/api/v1/status", "/api/v1/plan", "/api/openapi.json"):
        headers = client.get(path).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in headers
    assert "Access-Control-Allow-Origin" not in client.get("/").headers


def test_the_page_for_people(client: FlaskClient, description: dict[str, Any]) -> None:
    page = client.get("/api").text
    for parameter in description["paths"]["/api/v1/plan"]["get"]["parameters"]:
        assert f"<code>{parameter['name']}</code>" in page
    for status in (400, 401, 403, 404, 405, 409, 410, 422, 503):
        assert f'id="fehler-{status}"' in page
    assert 'href="/api/openapi.json"' in page
