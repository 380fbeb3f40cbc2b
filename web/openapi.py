"""The description of the programming interface (OpenAPI 3.1); the page `/api` is made from the same words."""

from __future__ import annotations

from typing import Any

from mitfahr.domain.seats import MAX_PASSENGERS
from routing.query import LegKind

Schema = dict[str, Any]

SUMMARY = (
    "Verbindungen von Tür zu Tür mit Bus, Bahn, BürgerBus, Rufbus und privaten Mitfahrten. "
    "Ohne Anmeldung und ohne Schlüssel; Antworten dürfen in fremden Seiten gelesen werden (CORS)."
)


def description(operator: str) -> Schema:
    """The whole document; `operator` is named as the contact."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mitfahrportal",
            "version": "1.0.0",
            "description": SUMMARY,
            "contact": {"name": operator},
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/"}],
        "paths": {"/api/v1/plan": {"get": _PLAN}, "/api/v1/status": {"get": _STATUS}},
        "components": {"schemas": _SCHEMAS},
    }


def _parameter(name: str, text: str, example: str, schema: Schema, required: bool = False) -> Schema:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": text,
        "schema": schema,
        "example": example,
    }


def _answer(text: str, schema: str, mimetype: str = "application/json") -> Schema:
    return {
        "description": text,
        "content": {mimetype: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def _problem(text: str) -> Schema:
    return _answer(text, "Problem", "application/problem+json")


def _object(properties: Schema, text: str = "") -> Schema:
    """An object that has exactly these properties, all of them always."""
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"description": text, **schema} if text else schema


def _typed(kind: str, text: str = "", **more: Any) -> Schema:
    return {"type": kind, **({"description": text} if text else {}), **more}


def _or_null(kind: str, text: str = "", **more: Any) -> Schema:
    return {"type": [kind, "null"], **({"description": text} if text else {}), **more}


def _list_of(schema: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


_MOMENT = {"format": "date-time"}
_PLACE = {"type": "string", "pattern": r"^\s*-?\d+(\.\d+)?\s*,\s*-?\d+(\.\d+)?\s*$"}

_PLAN: Schema = {
    "operationId": "plan",
    "summary": "Verbindungen suchen",
    "description": (
        "Alle Verbindungen im Zeitfenster, zu denen es keine gibt, die zugleich nicht früher abfährt, nicht "
        "später ankommt und nicht mehr Fahrzeuge braucht. Verbindungen mit privater Mitfahrt kommen dazu; "
        "sie verdrängen keine aus dem Fahrplan. Dieselbe Antwort gibt „mitfahr plan --json“."
    ),
    "parameters": [
        _parameter(
            "from", "Start: geografische Breite und Länge (WGS84)", "51.1953,13.3062", _PLACE, required=True
        ),
        _parameter(
            "to", "Ziel: geografische Breite und Länge (WGS84)", "51.1614,13.4737", _PLACE, required=True
        ),
        _parameter(
            "time",
            "Früheste Abfahrt (mit arrive_by=true späteste Ankunft) nach ISO 8601. Ohne Abstand zur "
            "Weltzeit gilt die Uhr in Deutschland; ein + im Abstand wird als %2B geschrieben.",
            "2026-11-24T07:30:00+01:00",
            {"type": "string"},
            required=True,
        ),
        _parameter(
            "arrive_by",
            "true: „time“ ist die Ankunft",
            "false",
            {"type": "string", "enum": ["true", "false", "1", "0"], "default": "false"},
        ),
        _parameter(
            "window",
            "Zeitfenster ab „time“ (bei arrive_by davor): Dauer nach ISO 8601 oder ganze Minuten, höchstens "
            "ein Tag. PT0S: nur die besten Verbindungen für genau diese Zeit.",
            "PT2H",
            {"type": "string", "default": "PT2H"},
        ),
        _parameter(
            "seats",
            "Plätze, die auf BürgerBus und Mitfahrten frei sein müssen",
            "1",
            {"type": "integer", "minimum": 1, "maximum": MAX_PASSENGERS, "default": 1},
        ),
    ],
    "responses": {
        "200": _answer("Die Verbindungen, nach Abfahrt geordnet; eine leere Liste heißt: keine", "Plan"),
        "400": _problem("Ein Parameter fehlt oder ist nicht zu lesen; „parameters“ nennt jeden"),
        "503": _problem("Es ist noch kein Fahrplan geladen"),
    },
}

_STATUS: Schema = {
    "operationId": "status",
    "summary": "Was gilt gerade?",
    "description": "Der geltende Fahrplan, wie lange er gilt, wie groß er ist und wie viele Fahrten angeboten sind.",
    "responses": {"200": _answer("Der Stand", "Status")},
}

_TIMETABLE = {
    "version": _typed("string", "Fassung, wie der Herausgeber sie nennt"),
    "valid_from": _typed("string", "erster Tag", format="date"),
    "valid_to": _typed("string", "letzter Tag", format="date"),
}

_SCHEMAS: Schema = {
    "Plan": _object({"timetable": _object(_TIMETABLE, "Der Fahrplan"), "journeys": _list_of("Journey")}),
    "Journey": _object(
        {
            "departure": _typed("string", "los an der Haustür", **_MOMENT),
            "arrival": _typed("string", "am Ziel", **_MOMENT),
            "vehicles": _typed("integer", "Fahrzeuge; 0: ganz zu Fuß", minimum=0),
            "walk_s": _typed("integer", "Sekunden zu Fuß", minimum=0),
            "legs": _list_of("Leg"),
        }
    ),
    "Leg": _object(
        {
            "kind": _typed("string", "womit", enum=[kind.value for kind in LegKind]),
            "departure": _typed("string", **_MOMENT),
            "arrival": _typed("string", **_MOMENT),
            "from": {"$ref": "#/components/schemas/Place"},
            "to": {"$ref": "#/components/schemas/Place"},
            "route": _or_null("string", "Linie"),
            "headsign": _or_null("string", "Richtung, wie sie am Fahrzeug steht"),
            "trip_id": _or_null("string", "Fahrt im Fahrplan (GTFS trip_id)"),
            "service_date": _or_null("string", "Betriebstag dieser Fahrt", format="date"),
            "board_pos": _or_null("integer", "Einstieg: Nummer des Halts in der Fahrt, ab 0"),
            "alight_pos": _or_null("integer", "Ausstieg: Nummer des Halts in der Fahrt, ab 0"),
            "ride_id": _or_null(
                "string", "Mitfahrt oder Lauf des BürgerBusses; auf diesen Platz kann gebucht werden"
            ),
            "boarding": {
                "oneOf": [{"$ref": "#/components/schemas/Boarding"}, {"type": "null"}],
            },
            "bookable_until": _or_null("string", "bis dahin muss gebucht sein", **_MOMENT),
            "distance_m": _or_null("integer", "Meter, wenn jemand sie gemessen hat"),
            "is_beeline": _typed("boolean", "Fußweg geschätzt: Luftlinie mit Zuschlag"),
            "slack_s": _or_null("integer", "Sekunden, die beim Umsteigen übrig sind"),
            "planned_departure": _or_null(
                "string",
                "Abfahrt nach Fahrplan, wenn es zu dieser Fahrt Echtzeitdaten gibt; departure ist dann die erwartete",
                **_MOMENT,
            ),
            "planned_arrival": _or_null("string", "Ankunft nach Fahrplan, ebenso", **_MOMENT),
            "is_added": _typed("boolean", "Fahrt, die nicht im Fahrplan steht und heute zusätzlich fährt"),
        },
        "Ein Fußweg oder ein Fahrzeug. Was nicht zutrifft, ist null.",
    ),
    "Place": _object(
        {
            "name": _typed("string"),
            "lat": _typed("number", minimum=-90, maximum=90),
            "lon": _typed("number", minimum=-180, maximum=180),
            "stop_id": _or_null("string", "Haltestelle (GTFS stop_id); null an der Haustür"),
        }
    ),
    "Boarding": _object(
        {
            "board_after": _typed("integer", "Zustieg nach diesem Halt der Fahrt (BürgerBus: an ihm)"),
            "alight_after": _typed("integer", "Ausstieg nach diesem Halt der Fahrt (BürgerBus: an ihm)"),
            "driver_departure_s": _typed("integer", "Abfahrt des Fahrzeugs am Start, Unix-Zeit"),
            "detour_s": _typed("integer", "Umweg für diesen Zustieg in Sekunden"),
        },
        "Wie eine Mitfahrt genutzt wird.",
    ),
    "Status": _object(
        {
            "timetable": {
                "oneOf": [
                    _object(
                        {
                            **_TIMETABLE,
                            "name": _typed("string", "Herausgeber"),
                            "timezone": _typed("string", "Zeitzone (IANA)"),
                            "is_demo": _typed("boolean", "erfundener Fahrplan zur Vorführung"),
                        }
                    ),
                    {"type": "null"},
                ],
                "description": "null: es ist noch keiner geladen",
            },
            "counts": _object(
                {
                    name: _typed("integer", text, minimum=0)
                    for name, text in {
                        "stops": "Haltestellen und Steige",
                        "routes": "Linien",
                        "trips": "Fahrten des Fahrplans",
                        "stop_times": "Halte dieser Fahrten",
                        "days": "Tage, für die der Fahrplan gilt",
                        "rides": "private Mitfahrten, die noch kommen",
                        "runs": "Läufe des BürgerBusses, die noch kommen",
                    }.items()
                }
            ),
            "has_roads": _typed("boolean", "Straßen sind geladen: Fußwege und Mitfahrten sind möglich"),
        }
    ),
    "Problem": {
        "type": "object",
        "description": "Fehler nach RFC 9457",
        "properties": {
            "type": _typed("string", format="uri-reference"),
            "title": _typed("string", "was geschehen ist"),
            "status": _typed("integer", "wie im Kopf der Antwort"),
            "detail": _typed("string", "was zu tun ist"),
            "parameters": {
                "type": "array",
                "items": _object({"name": _typed("string"), "detail": _typed("string")}),
            },
        },
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
    },
}
