"""The description of the programming interface (OpenAPI 3.1); the page `/api` is made from the same words."""

from __future__ import annotations

from typing import Any

from mitfahr.domain.notices import Cause, Severity
from mitfahr.domain.seats import MAX_PASSENGERS
from mitfahr.domain.states import BookingState, LegState
from mitfahr.services.next_departures import Said
from routing.query import LegKind

Schema = dict[str, Any]

SUMMARY = (
    "Verbindungen von Tür zu Tür mit Bus, Bahn, BürgerBus, Rufbus und privaten Mitfahrten. "
    "Suchen geht ohne Anmeldung und ohne Schlüssel; Antworten dürfen in fremden Seiten gelesen werden (CORS). "
    "Wer bucht, legt unter „Mein Konto“ einen Schlüssel an und sendet ihn im Kopf jeder Anfrage: "
    "„Authorization: Bearer mitfahr_…“."
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
        "paths": {
            "/api/v1/plan": {"get": _PLAN},
            "/api/v1/stops/{stop_id}/departures": {"get": _DEPARTURES},
            "/api/v1/notices": {"get": _NOTICES},
            "/api/v1/status": {"get": _STATUS},
            "/api/v1/search": {"post": _SEARCH},
            "/api/v1/bookings": {"post": _BOOK, "get": _BOOKINGS},
            "/api/v1/bookings/{booking_id}": {"get": _BOOKING, "patch": _CHANGE, "delete": _CANCEL},
            "/api/v1/bookings/{booking_id}/legs/{leg_id}": {"delete": _CANCEL_LEG},
        },
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Ein Schlüssel aus „Mein Konto“; er darf lesen, oder lesen und buchen.",
                }
            },
        },
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


def _with_defaults(needed: Schema, voluntary: Schema) -> Schema:
    """An object whose `voluntary` properties may be left out."""
    return {**_object({**needed, **voluntary}), "required": list(needed)}


def _with_more(schema: Schema, voluntary: Schema) -> Schema:
    """An object with further properties that only some answers have."""
    return {**schema, "properties": {**schema["properties"], **voluntary}}


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
        "sie verdrängen keine aus dem Fahrplan, und neben jeder steht der nächste Weg ohne sie („fallback“). Dieselbe Antwort gibt „mitfahr plan --json“."
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

MOST_DEPARTURES = 100

_DEPARTURES: Schema = {
    "operationId": "departures",
    "summary": "Nächste Abfahrten einer Haltestelle",
    "description": (
        "Abfahrten an allen Steigen, aus dem Fahrplan mit dem, was heute bekannt ist, und Läufe des BürgerBusses; "
        "nach der Zeit geordnet, aus den nächsten acht Tagen."
    ),
    "parameters": [
        {
            "name": "stop_id",
            "in": "path",
            "required": True,
            "description": "Haltestelle oder Steig (GTFS stop_id)",
            "schema": {"type": "string"},
            "example": "de:14627:1400",
        },
        _parameter(
            "time",
            "Von wann an, wie bei „plan“; sonst von jetzt an",
            "2026-11-24T07:30:00+01:00",
            {"type": "string"},
        ),
        _parameter(
            "limit",
            "Wie viele Abfahrten höchstens",
            "20",
            {"type": "integer", "minimum": 1, "maximum": MOST_DEPARTURES, "default": 20},
        ),
    ],
    "responses": {
        "200": _answer("Die Abfahrten", "Departures"),
        "400": _problem("Ein Parameter ist nicht zu lesen; „parameters“ nennt jeden"),
        "404": _problem("Diese Haltestelle gibt es im geltenden Fahrplan nicht"),
        "503": _problem("Es ist noch kein Fahrplan geladen"),
    },
}

_NOTICES: Schema = {
    "operationId": "notices",
    "summary": "Hinweise an Fahrgäste",
    "description": "Was Fahrgäste jetzt und in den nächsten Wochen über Linien und Haltestellen wissen sollten.",
    "responses": {
        "200": _answer("Die Hinweise, die wichtigsten zuerst", "Notices"),
        "503": _problem("Es ist noch kein Fahrplan geladen"),
    },
}

_STATUS: Schema = {
    "operationId": "status",
    "summary": "Was gilt gerade?",
    "description": "Der geltende Fahrplan, wie lange er gilt, wie groß er ist und wie viele Fahrten angeboten sind.",
    "responses": {"200": _answer("Der Stand", "Status")},
}

_KEY: list[Schema] = [{"key": []}]
_REFUSED = {
    "401": _problem("Der Schlüssel fehlt oder gilt nicht"),
    "403": _problem("Dieser Schlüssel darf nur lesen, oder diese Person darf das nicht"),
}
_AWAY = {
    "503": _problem(
        "Es ist kein Fahrplan geladen oder die Datenbank ist nicht erreichbar; nichts ist geschehen"
    )
}
_NOT_YOURS = {"404": _problem("Diese Buchung (oder dieser Abschnitt) ist keine dieser Person")}
_UNREADABLE = {
    "400": _problem("Kein JSON-Objekt, oder ein Kopf fehlt; „parameters“ nennt, was fehlt"),
    "422": _problem("Ein Feld ist nicht zu lesen oder nicht erlaubt; „parameters“ nennt jedes"),
}
_FIXED_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": (
        "1 bis 100 Zeichen, für jeden Auftrag andere. Derselbe Auftrag mit denselben Zeichen noch einmal gesendet "
        "wird nur einmal ausgeführt und gleich beantwortet"
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 100},
    "example": "5f0c6a1e-kommt-vom-programm",
}


def _in_path(name: str, text: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": text,
        "schema": {"type": "string"},
        "example": "3f9a71c2d04e4b1f8a6c5e7d9b0a1c2d",
    }


def _body(schema: str) -> Schema:
    return {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


_BOOKING_ID = _in_path("booking_id", "„id“ der Buchung")

_SEARCH: Schema = {
    "operationId": "search",
    "summary": "Verbindungen suchen, die gebucht werden können",
    "description": (
        "Wie „plan“, aber mit dem Preis und mit einem unterschriebenen Angebot („offer“) zu jeder Verbindung, das sie "
        "15 Minuten lang so bucht, wie sie gezeigt wurde. Die Orte stehen im Inhalt der Anfrage, nie in der Adresse."
    ),
    "security": _KEY,
    "requestBody": _body("Search"),
    "responses": {
        "200": _answer("Die Verbindungen mit ihren Angeboten", "Offers"),
        **_UNREADABLE,
        **_REFUSED,
        "404": _problem("Diese Haltestelle gibt es nicht"),
        **_AWAY,
    },
}

_BOOK: Schema = {
    "operationId": "book",
    "summary": "Buchen",
    "description": (
        "Bucht alle Abschnitte eines Angebots oder keinen; mit zwei Angeboten Hin- und Rückfahrt zusammen. Unter der "
        "Sperre wird noch einmal geprüft, ob alles noch gilt."
    ),
    "security": _KEY,
    "parameters": [_FIXED_KEY],
    "requestBody": _body("NewBooking"),
    "responses": {
        "201": _answer("Gebucht (bei zwei Angeboten: die Hinfahrt)", "Booking"),
        **_UNREADABLE,
        **_REFUSED,
        "409": _problem("Nichts wurde gebucht: kein Platz mehr, zu spät, oder es hat sich etwas geändert"),
        "410": _problem("Das Angebot ist abgelaufen: bitte neu suchen"),
        **_AWAY,
    },
}

_BOOKINGS: Schema = {
    "operationId": "bookings",
    "summary": "Meine Buchungen",
    "description": "Buchungen, deren Reise noch nicht zu Ende ist, auch abgesagte; die nächste zuerst.",
    "security": _KEY,
    "responses": {"200": _answer("Die Buchungen", "Bookings"), **_REFUSED, **_AWAY},
}

_BOOKING: Schema = {
    "operationId": "booking",
    "summary": "Eine Buchung",
    "description": (
        "Mit dem Stand jedes Abschnitts. Name, Telefon und Auto der Fahrerin oder des Fahrers stehen erst nach der "
        "Zusage da, bis 24 Stunden nach der Fahrt; dass sie gelesen wurden, wird vermerkt."
    ),
    "security": _KEY,
    "parameters": [_BOOKING_ID],
    "responses": {"200": _answer("Die Buchung", "Booking"), **_REFUSED, **_NOT_YOURS, **_AWAY},
}

_CHANGE: Schema = {
    "operationId": "change",
    "summary": "Plätze, Gepäck und Fahrräder ändern",
    "description": (
        "Bis das erste Fahrzeug abfährt; auf allen Abschnitten oder auf keinem. Mehr Personen oder Rollstühle bei "
        "jemandem, der gefragt werden möchte, sind eine eigene Buchung."
    ),
    "security": _KEY,
    "parameters": [_BOOKING_ID, _FIXED_KEY],
    "requestBody": _body("Change"),
    "responses": {
        "200": _answer("Die geänderte Buchung", "Booking"),
        **_UNREADABLE,
        **_REFUSED,
        **_NOT_YOURS,
        "409": _problem("Nichts wurde geändert: kein Platz, zu spät, oder es muss neu gefragt werden"),
        **_AWAY,
    },
}

_CANCEL: Schema = {
    "operationId": "cancel",
    "summary": "Absagen",
    "description": (
        "Sagt ab, was noch nicht abgefahren ist („cancel_until“). Noch einmal gesendet, ändert es nichts."
    ),
    "security": _KEY,
    "parameters": [_BOOKING_ID],
    "responses": {
        "200": _answer("Die Buchung, wie sie jetzt ist", "Booking"),
        **_REFUSED,
        **_NOT_YOURS,
        "409": _problem("Alles ist schon abgefahren"),
        **_AWAY,
    },
}

_CANCEL_LEG: Schema = {
    "operationId": "cancelLeg",
    "summary": "Einen Abschnitt absagen",
    "description": "Die anderen Abschnitte fallen mit, wenn sie nicht behalten werden sollen.",
    "security": _KEY,
    "parameters": [
        _BOOKING_ID,
        _in_path("leg_id", "„id“ des Abschnitts"),
        _parameter(
            "keep_others",
            "true: die anderen Abschnitte behalten",
            "true",
            {"type": "string", "enum": ["true", "false", "1", "0"], "default": "false"},
        ),
    ],
    "responses": _CANCEL["responses"],
}

_PARTY_WORDS = {
    "seats": "Sitzplätze",
    "wheelchairs": "Plätze für Rollstühle, zusätzlich",
    "luggage": "große Gepäckstücke",
    "bicycles": "Fahrräder",
}

_TIMETABLE = {
    "version": _typed("string", "Fassung, wie der Herausgeber sie nennt"),
    "valid_from": _typed("string", "erster Tag", format="date"),
    "valid_to": _typed("string", "letzter Tag", format="date"),
}

_JOURNEY = {
    "departure": _typed("string", "los an der Haustür", **_MOMENT),
    "arrival": _typed("string", "am Ziel", **_MOMENT),
    "vehicles": _typed("integer", "Fahrzeuge; 0: ganz zu Fuß", minimum=0),
    "walk_s": _typed("integer", "Sekunden zu Fuß", minimum=0),
    "legs": _list_of("Leg"),
}

_FOUND = {
    **_JOURNEY,
    "fallback": {
        "oneOf": [{"$ref": "#/components/schemas/Fallback"}, {"type": "null"}],
        "description": "was bleibt, wenn die Fahrerin oder der Fahrer nicht kommt; null: keine private Mitfahrt dabei",
    },
}

_BOOKED = {
    "id": _typed("string"),
    "number": _typed("string", "Buchungsnummer, wie man sie am Telefon sagt"),
    "state": _typed("string", "Stand der ganzen Buchung", enum=[state.value for state in BookingState]),
    "from": _typed("string"),
    "to": _typed("string"),
    "departure": _typed("string", **_MOMENT),
    "arrival": _typed("string", **_MOMENT),
    "seats": _typed("integer", "Sitzplätze", minimum=0),
    "wheelchairs": _typed("integer", "Plätze für Rollstühle", minimum=0),
    "price_ct": _typed("integer", "Anteil an den Fahrtkosten privater Fahrten, in Cent", minimum=0),
}

_SCHEMAS: Schema = {
    "Plan": _with_more(
        _object({"timetable": _object(_TIMETABLE, "Der Fahrplan"), "journeys": _list_of("Found")}),
        {"notices": _list_of("Notice")},
    ),
    "Notices": _object({"notices": _list_of("Notice")}),
    "Notice": _object(
        {
            "id": _typed("string"),
            "severity": _typed("string", "wie wichtig", enum=[one.value for one in Severity]),
            "cause": _typed("string", "warum, wie in GTFS-Realtime", enum=[one.value for one in Cause]),
            "texts": {
                "type": "object",
                "description": "Überschrift und Text nach Sprache; „de“ gibt es fast immer",
                "additionalProperties": _object({"title": _typed("string"), "text": _typed("string")}),
            },
            "url": _or_null("string", "mehr dazu"),
            "periods": {
                "type": "array",
                "description": "wann er gilt; eine leere Liste heißt: immer, null: offen",
                "items": _object(
                    {"from": _or_null("string", **_MOMENT), "to": _or_null("string", **_MOMENT)}
                ),
            },
            **{
                f"{what}_ids": {"type": "array", "description": text, "items": {"type": "string"}}
                for what, text in (
                    ("route", "Linien (GTFS route_id), die er betrifft"),
                    ("stop", "Haltestellen (GTFS stop_id), die er betrifft"),
                    ("trip", "einzelne Fahrten (GTFS trip_id), die er betrifft"),
                )
            },
        },
        "Ein Hinweis. Nennt er weder Linie noch Haltestelle noch Fahrt, gilt er überall.",
    ),
    "Order": _object(
        {
            "phone": _or_null("string", "Telefon für die Anmeldung"),
            "url": _or_null("string", "Anmeldung im Internet"),
            "text": _or_null("string", "was man noch wissen muss"),
            "minutes_before": _or_null("integer", "spätestens so viele Minuten vor der Abfahrt"),
            "days_before": _or_null("integer", "spätestens so viele Tage vorher …"),
            "until": _or_null("string", "… bis zu dieser Uhrzeit", examples=["17:00"]),
        },
        "Wie eine Fahrt angemeldet wird, die nur nach Anruf fährt.",
    ),
    "Found": _object(_FOUND, "Eine gefundene Verbindung."),
    "Fallback": _object(
        {
            "journey": {"oneOf": [{"$ref": "#/components/schemas/Journey"}, {"type": "null"}]},
            "is_last": _typed(
                "boolean",
                "true: an diesem Tag fährt ohne private Mitfahrt nichts mehr; die letzte Verbindung hängt an einem "
                "einzelnen Menschen",
            ),
        },
        "Der nächste Weg ohne private Mitfahrt, nicht früher los als die Verbindung; „journey“ ist null, wenn "
        "innerhalb von 24 Stunden keiner fährt.",
    ),
    "Journey": _object(_JOURNEY),
    "Search": _with_defaults(
        {"from": {"$ref": "#/components/schemas/Where"}, "to": {"$ref": "#/components/schemas/Where"}}
        | {"time": _typed("string", "wie bei „plan“", examples=["2026-11-24T07:30:00+01:00"])},
        {
            "arrive_by": _typed("boolean", "true: „time“ ist die Ankunft", default=False),
            "window": _typed("string", "Zeitfenster, wie bei „plan“", default="PT2H"),
            **{
                name: _typed("integer", text, minimum=0, maximum=MAX_PASSENGERS, default=int(name == "seats"))
                for name, text in _PARTY_WORDS.items()
            },
        },
    ),
    "Where": {
        "description": "Ein Ort auf der Karte oder eine Haltestelle",
        "oneOf": [
            _with_defaults(
                {
                    "lat": _typed("number", minimum=-90, maximum=90),
                    "lon": _typed("number", minimum=-180, maximum=180),
                },
                {"name": _typed("string", "so heißt der Ort in Ihrer Buchung", maxLength=200, default="")},
            ),
            _object({"stop_id": _typed("string", "Haltestelle (GTFS stop_id)", maxLength=200)}),
        ],
    },
    "Offers": _object({"timetable": _object(_TIMETABLE, "Der Fahrplan"), "journeys": _list_of("Offer")}),
    "Offer": _object(
        {
            **_FOUND,
            "price_ct": _or_null(
                "integer", "was alle zusammen privat zahlen, in Cent; null: keine Mitfahrt dabei"
            ),
            "offer": _or_null("string", "bucht diese Verbindung; null: es gibt nichts zu buchen"),
            "offer_expires": _typed("string", "bis dahin gilt das Angebot", **_MOMENT),
        },
        "Eine Verbindung mit Angebot.",
    ),
    "NewBooking": _with_defaults(
        {
            "offers": _typed(
                "array",
                "ein Angebot, oder zwei für Hin- und Rückfahrt",
                items={"type": "string"},
                minItems=1,
                maxItems=2,
            )
        },
        {
            "keep_others": _typed("boolean", "Fällt ein Abschnitt aus, die anderen behalten", default=False),
            "message": _or_null(
                "string", "an die Fahrerin oder den Fahrer, ohne Kontaktdaten", maxLength=500
            ),
        },
    ),
    "Change": {
        **_with_defaults(
            {},
            {
                name: _typed("integer", text, minimum=0, maximum=MAX_PASSENGERS)
                for name, text in _PARTY_WORDS.items()
            },
        ),
        "description": "Was nicht genannt ist, bleibt, wie es ist.",
        "minProperties": 1,
    },
    "Bookings": _object({"bookings": _list_of("BookingSummary")}),
    "BookingSummary": _object(_BOOKED),
    "Booking": _object(
        {
            **_BOOKED,
            "luggage": _typed("integer", "große Gepäckstücke", minimum=0),
            "bicycles": _typed("integer", "Fahrräder", minimum=0),
            "keep_others": _typed("boolean", "Fällt ein Abschnitt aus, die anderen behalten"),
            "message": _or_null("string", "an die Fahrerin oder den Fahrer"),
            "together_with": _typed(
                "array",
                "„id“ der Buchung, die mit dieser zusammen gebucht wurde (zurück oder hin)",
                items={"type": "string"},
            ),
            "replaces": _or_null("string", "„id“ der Buchung, an deren Stelle diese trat"),
            "cancel_until": _or_null(
                "string", "bis dahin kann abgesagt werden; null: gar nicht mehr", **_MOMENT
            ),
            "legs": _list_of("BookedLeg"),
            "journey": {"$ref": "#/components/schemas/Journey"},
        },
        "Eine Buchung; „journey“ ist die Reise, wie sie beim Buchen gezeigt wurde.",
    ),
    "BookedLeg": _object(
        {
            "id": _typed("string"),
            "kind": _typed("string", "womit", enum=[kind.value for kind in LegKind]),
            "state": _typed("string", "Stand dieses Abschnitts", enum=[state.value for state in LegState]),
            "departure": _typed("string", **_MOMENT),
            "arrival": _typed("string", **_MOMENT),
            "from": _typed("string"),
            "to": _typed("string"),
            "label": _or_null("string", "so heißt die Fahrt oder die Linie"),
            "ride_id": _or_null("string", "Mitfahrt oder Lauf des BürgerBusses"),
            "price_ct": _typed("integer", "Anteil an den Fahrtkosten, in Cent", minimum=0),
            "answer_until": _or_null(
                "string", "bis dahin ist der Platz ohne Zusage frei gehalten", **_MOMENT
            ),
            "reason": _or_null("string", "warum er entfällt"),
            "driver": {"oneOf": [{"$ref": "#/components/schemas/Driver"}, {"type": "null"}]},
        },
        "Ein Fahrzeug der Reise.",
    ),
    "Driver": _object(
        {
            "first_name": _or_null("string"),
            "last_name": _or_null("string", "erst nach der Zusage"),
            "phone": _or_null("string", "erst nach der Zusage; beim BürgerBus die Nummer des Vereins"),
            "organisation": _or_null("string", "Verein des BürgerBusses"),
            "vehicle": _or_null("string", "woran das Auto zu erkennen ist; erst nach der Zusage"),
        },
        "Wer fährt.",
    ),
    "Leg": _with_more(
        _object(
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
                "is_added": _typed(
                    "boolean", "Fahrt, die nicht im Fahrplan steht und heute zusätzlich fährt"
                ),
            },
            "Ein Fußweg oder ein Fahrzeug. Was nicht zutrifft, ist null.",
        ),
        {
            "order": {"oneOf": [{"$ref": "#/components/schemas/Order"}, {"type": "null"}]},
            "promise": {"$ref": "#/components/schemas/Promise"},
            "notices": {
                "type": "array",
                "description": "Hinweise, die diesen Abschnitt betreffen, mit ihrer „id“",
                "items": {"type": "string"},
            },
        },
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
    "Promise": _object(
        {
            "service_id": _typed("string", "Angebot auf Bestellung"),
            "pickup_from_s": _typed("integer", "frühestens wird abgeholt, Unix-Zeit"),
            "pickup_until_s": _typed("integer", "spätestens wird abgeholt, Unix-Zeit"),
            "dropoff_from_s": _typed("integer", "frühestens am Ziel, Unix-Zeit"),
            "dropoff_until_s": _typed("integer", "spätestens am Ziel, Unix-Zeit"),
        },
        "Was bei einer Fahrt auf Bestellung (kind „demand“) zugesagt wird; fehlt bei allem anderen.",
    ),
    "Departures": _object(
        {
            "timetable": _object(_TIMETABLE, "Der Fahrplan"),
            "stop": _object({"stop_id": _typed("string"), "name": _typed("string")}),
            "has_live": _typed("boolean", "false: von keiner Fahrt ist heute etwas bekannt"),
            "has_more": _typed("boolean", "Es gibt weitere Abfahrten"),
            "departures": _list_of("Departure"),
        }
    ),
    "Departure": _object(
        {
            "planned": _or_null("string", "laut Fahrplan; null: die Fahrt steht nicht darin", **_MOMENT),
            "expected": _or_null("string", "erwartet; null: dazu ist heute nichts bekannt", **_MOMENT),
            "state": _typed(
                "string",
                "nothing: nur der Fahrplan; runs: fährt; cancelled: fällt aus; left_out: hält heute nicht hier; "
                "added: zusätzliche Fahrt",
                enum=[said.value for said in Said],
            ),
            "line": _typed("string", "Linie, wie sie am Fahrzeug steht"),
            "route_id": _or_null("string", "Linie im Fahrplan (GTFS route_id)"),
            "destination": _typed("string"),
            "platform": _or_null("string", "Steig oder Gleis; null: nicht bekannt"),
            "must_be_ordered": _typed("boolean", "fährt nur nach Anruf"),
            "trip_id": _or_null("string", "Fahrt im Fahrplan (GTFS trip_id)"),
            "ride_id": _or_null("string", "Lauf des BürgerBusses, auf dem ein Platz gebucht werden kann"),
            "bookable_until": _or_null(
                "string",
                "bis dahin muss der Lauf gebucht sein; null: mitfahren geht auch ohne Buchung",
                **_MOMENT,
            ),
        }
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
            "code": _typed(
                "string", "Name des Fehlers, für Programme", examples=["SeatTaken", "OfferExpired"]
            ),
            "parameters": {
                "type": "array",
                "items": _object({"name": _typed("string"), "detail": _typed("string")}),
            },
        },
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
    },
}
