"""The one place where an error becomes a status code and a German sentence that says what to do.

A view that can keep the person's form on the page catches the error and shows `explain(error)`
there; everything else ends on the error page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from mitfahr.db.outage import is_outage
from mitfahr.domain import errors as domain
from mitfahr.domain.contact_data import Contact
from routing import errors as routing
from web import problems
from web.german import clock, count, day, day_and_clock, euro
from web.portal import portal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Explained:
    """`title` says what happened, `advice` what to do now."""

    status: int
    title: str
    advice: str
    code: str | None = None
    """The name of the error, for programs."""


REPEATABLE = "idempotency_key"
"""A form with this field may be sent any number of times."""

RETRY_AFTER_S = 5

AGAIN = "Suchen Sie bitte noch einmal: Dann sehen Sie, was jetzt möglich ist."

OF_HTTP = {
    400: Explained(
        400,
        "Die Anfrage war unvollständig",
        "Gehen Sie bitte zurück und füllen Sie das Formular noch einmal aus.",
    ),
    401: Explained(401, "Bitte melden Sie sich an", "Diese Seite ist nur für angemeldete Personen."),
    403: Explained(
        403,
        "Diese Seite ist für Sie nicht freigegeben",
        "Wenn Sie sie brauchen, wenden Sie sich bitte an den Betreiber des Portals.",
    ),
    404: Explained(
        404,
        "Diese Seite gibt es nicht",
        "Vielleicht ist die Adresse falsch geschrieben oder die Seite ist umgezogen.",
    ),
    405: Explained(
        405, "So kann diese Seite nicht geöffnet werden", "Beginnen Sie bitte auf der Startseite neu."
    ),
    413: Explained(413, "Die Sendung ist zu groß", "Bitte senden Sie eine kleinere Datei."),
    429: Explained(
        429, "Zu viele Versuche", "Bitte warten Sie eine Minute und versuchen Sie es dann noch einmal."
    ),
    500: Explained(
        500,
        "Da ist uns ein Fehler passiert",
        "Ihre Eingabe wurde nicht ausgeführt. Bitte versuchen Sie es in ein paar Minuten noch einmal "
        "oder rufen Sie uns an.",
    ),
    503: Explained(
        503,
        "Das Portal ist gerade nicht bereit",
        "Es ist noch kein Fahrplan geladen oder der Fahrplan wird gerade gewechselt. "
        "Bitte versuchen Sie es in ein paar Minuten noch einmal.",
    ),
}

FORM_TOO_OLD = Explained(
    400,
    "Dieses Formular war zu lange offen",
    "Zu Ihrer Sicherheit gilt ein Formular nur eine Zeit lang und nur mit Cookies. "
    "Laden Sie die Seite bitte neu und senden Sie das Formular noch einmal.",
)

DATABASE_AWAY = Explained(
    503,
    "Das Portal ist kurz nicht erreichbar",
    "Es wurde nichts gebucht. Bitte versuchen Sie es gleich noch einmal; derselbe Klick bucht nur einmal.",
)

STATE_FORBIDS = Explained(
    409,
    "Das geht nicht mehr",
    "Diese Fahrt oder Buchung hat sich inzwischen geändert. Laden Sie die Seite bitte neu, "
    "dann sehen Sie den neuen Stand.",
)

WINDOW_ADVICE = "Bitte prüfen Sie die Uhrzeiten: Abfahrt, Ankunft und Umweg passen nicht zusammen."


WISH_ADVICE = {
    "first": "Bitte wählen Sie einen Tag, der noch kommt.",
    "last": "Bitte wählen Sie ein Ende nach dem ersten Tag und höchstens ein halbes Jahr voraus.",
    "window": "Bitte nennen Sie zwei Uhrzeiten, die spätere zuletzt, höchstens zwölf Stunden auseinander.",
    "weekdays": "Bitte kreuzen Sie einen Wochentag an, der vor dem Ende noch kommt.",
}

NO_CONTACT = (
    "Diesen Text können alle lesen. Ihre Telefonnummer bekommt von uns, wer fest mit Ihnen fährt. "
    "Bitte lassen Sie {what} hier weg."
)
CONTACT_IN_TEXT = {
    Contact.PHONE: ("Hier steht eine Telefonnummer", NO_CONTACT.format(what="die Nummer")),
    Contact.EMAIL: ("Hier steht eine E-Mail-Adresse", NO_CONTACT.format(what="die Adresse")),
    Contact.LINK: ("Hier steht eine Internetadresse", NO_CONTACT.format(what="die Adresse")),
}


def _same(explained: Explained) -> Callable[[Any], Explained]:
    return lambda _error: explained


def _refused(status: int, title: str, advice: str) -> Callable[[Any], Explained]:
    """Sentences may name the error's own fields: {e.ride_label}."""
    return lambda error: Explained(status, title.format(e=error), advice.format(e=error))


def _too_late(error: domain.TooLateToBook) -> Explained:
    return Explained(
        409,
        "Es ist zu spät, um das zu buchen",
        f"„{error.ride_label}“ konnte bis {day_and_clock(error.until)} gebucht werden. {AGAIN}",
    )


def _too_late_to_change(error: domain.TooLateToChange) -> Explained:
    return Explained(
        409,
        "Diese Fahrt hat schon begonnen",
        f"Absagen und ändern konnten Sie bis {day_and_clock(error.until)}. Wenn etwas nicht stimmt, rufen Sie uns bitte an.",
    )


def _too_dear(error: domain.PriceTooHigh) -> Explained:
    return Explained(
        422,
        "Der Preis ist zu hoch",
        f"Alle Mitfahrenden zusammen dürfen höchstens {euro(error.cap_ct_per_km)} je Kilometer zahlen; "
        f"Sie haben {euro(error.asked_ct_per_km)} angegeben. Bitte nennen Sie einen kleineren Betrag.",
    )


def _too_many_attempts(error: domain.TooManyAttempts) -> Explained:
    return Explained(
        429,
        "Zu viele Versuche",
        f"Das Passwort war mehrmals falsch. Bitte versuchen Sie es ab {clock(error.until)} Uhr noch einmal.",
    )


def _wrong_code(error: domain.CodeWrong) -> Explained:
    if error.tries_left == 0:
        return Explained(422, "Dieser Code gilt nicht mehr", "Bitte fordern Sie einen neuen Code an.")
    return Explained(
        422,
        "Dieser Code passt nicht",
        f"Bitte prüfen Sie die sechs Ziffern. Sie haben noch {count(error.tries_left, 'Versuch', 'Versuche')}.",
    )


def _overlap(error: domain.OverlapsOtherRide) -> Explained:
    return Explained(
        409,
        "Zu dieser Zeit gibt es schon eine Fahrt",
        f"„{error.other_label}“ dauert am {day(error.begins)} von {clock(error.begins)} bis "
        f"{clock(error.ends)} Uhr. Bitte wählen Sie eine andere Zeit oder sagen Sie die andere Fahrt ab.",
    )


PLAN_ADVICE = {
    "first": "Der erste Tag liegt mehr als ein Jahr in der Zukunft. Bitte wählen Sie einen früheren.",
    "weeks": "Bitte wählen Sie höchstens vier Wochen im Wechsel.",
    "weekdays": "Bitte kreuzen Sie mindestens einen Wochentag an.",
    "last": "Der letzte Tag liegt vor dem ersten. Bitte wählen Sie einen späteren.",
    "exceptions": "Bitte nennen Sie weniger Tage.",
    "back": "Hin- und Rückfahrt überschneiden sich. Bitte wählen Sie eine spätere Rückfahrt.",
}


def _plan_invalid(error: domain.PlanInvalid) -> Explained:
    return Explained(422, "Der Plan passt nicht zusammen", PLAN_ADVICE[error.field])


OF_DOMAIN: dict[type[Exception], Callable[[Any], Explained]] = {
    domain.NotAllowed: _same(OF_HTTP[403]),
    domain.Unknown: _same(OF_HTTP[404]),
    domain.StateForbids: _same(STATE_FORBIDS),
    domain.LinkUnreadable: _refused(
        404,
        "Dieser Link ist unvollständig",
        "Vielleicht wurde er beim Kopieren abgeschnitten. Bitte suchen Sie die Verbindung neu.",
    ),
    domain.SeatTaken: _refused(
        409,
        "Die Plätze sind gerade vergeben worden",
        "In „{e.ride_label}“ ist nicht mehr genug Platz. " + AGAIN,
    ),
    domain.TooLateToBook: _too_late,
    domain.OfferExpired: _refused(
        410, "Diese Verbindung wurde vor zu langer Zeit gesucht", "Nichts wurde gebucht. " + AGAIN
    ),
    domain.OfferTampered: _refused(
        400, "Diese Verbindung kennen wir nicht", "Nichts wurde gebucht. " + AGAIN
    ),
    domain.TooLateToChange: _too_late_to_change,
    domain.DriverAsksFirst: _refused(
        409,
        "Hier wird für jede Person einzeln gefragt",
        "Wer „{e.ride_label}“ fährt, möchte gefragt werden, bevor noch jemand mitfährt. Ihre Plätze bleiben, wie "
        "sie sind. Suchen Sie die Verbindung bitte noch einmal und buchen Sie sie für die weiteren Personen.",
    ),
    domain.NobodyTravels: _refused(
        422, "Mindestens eine Person muss mitfahren", "Wenn niemand fährt, sagen Sie die Reise bitte ab."
    ),
    domain.CancelCodeWrong: _refused(
        422,
        "Diese Angaben passen nicht zusammen",
        "Bitte prüfen Sie Buchungsnummer und Absagecode. Beide stehen in der Bestätigung Ihrer Buchung.",
    ),
    domain.WayBackTooEarly: _refused(
        422,
        "Die Rückfahrt beginnt, bevor Sie angekommen sind",
        "Bitte suchen Sie eine spätere Rückfahrt.",
    ),
    domain.NoLongerHolds: _refused(
        409,
        "Diese Verbindung gilt nicht mehr",
        "Inzwischen hat sich etwas geändert. Nichts wurde gebucht. " + AGAIN,
    ),
    domain.OwnRide: _refused(
        409,
        "Das ist Ihre eigene Fahrt",
        "Bei „{e.ride_label}“ fahren Sie selbst; Sie brauchen dort keinen Platz zu buchen.",
    ),
    domain.PersonBlocked: _refused(
        409, "Diese Fahrt steht Ihnen nicht offen", "Bitte wählen Sie eine andere Verbindung. " + AGAIN
    ),
    domain.NotForParty: _refused(
        409,
        "Diese Fahrt passt nicht zu Ihrer Suche",
        "Bei „{e.ride_label}“ geht nicht alles, was Sie brauchen oder mitbringen. " + AGAIN,
    ),
    domain.IdempotencyConflict: _refused(
        409,
        "Dieses Formular wurde schon einmal gesendet",
        "Es wurde nichts geändert. Sehen Sie bitte unter „Meine Fahrten“ nach, was gebucht ist.",
    ),
    domain.NameMissing: _refused(
        422, "Der Name fehlt oder ist zu lang", "Bitte schreiben Sie Vor- und Nachnamen."
    ),
    domain.EmailInvalid: _refused(
        422, "Das ist keine E-Mail-Adresse", "Bitte schreiben Sie die Adresse wie name@beispiel.de."
    ),
    domain.EmailTaken: _refused(
        422,
        "Diese E-Mail-Adresse hat schon ein Konto",
        "Diese Adresse hat schon ein Konto. Bitte melden Sie sich an oder nehmen Sie eine andere.",
    ),
    domain.PhoneInvalid: _refused(
        422,
        "Das ist keine Telefonnummer",
        "Bitte schreiben Sie nur Ziffern, zum Beispiel 03521 123456.",
    ),
    domain.PasswordUnfit: _refused(
        422, "Das Passwort passt nicht", "Bitte nehmen Sie {e.shortest} bis {e.longest} Zeichen."
    ),
    domain.LoginFailed: _refused(
        422,
        "Die Anmeldung hat nicht geklappt",
        "E-Mail-Adresse oder Passwort stimmen nicht. Bitte prüfen Sie beides und achten Sie auf "
        "Groß- und Kleinschreibung.",
    ),
    domain.TooManyAttempts: _too_many_attempts,
    domain.TokenUnknown: _refused(
        401,
        "Dieser Schlüssel gilt nicht",
        "Senden Sie bitte im Kopf „Authorization: Bearer …“ einen gültigen Schlüssel. Unter „Mein Konto“ "
        "können Sie einen anlegen.",
    ),
    domain.TokenTooNarrow: _refused(
        403,
        "Dieser Schlüssel darf nur lesen",
        "Zum Buchen, Ändern und Absagen legen Sie bitte unter „Mein Konto“ einen Schlüssel an, der das darf.",
    ),
    domain.TooManyTokens: _refused(
        409,
        "Sie haben schon {e.most} Schlüssel",
        "Bitte löschen Sie zuerst einen, den Sie nicht mehr brauchen.",
    ),
    domain.LastAdmin: _refused(
        409,
        "Das ist die letzte Person mit Verwaltungsrecht",
        "Bitte geben Sie dieses Recht zuerst jemand anderem.",
    ),
    domain.ContactInText: lambda error: Explained(422, *CONTACT_IN_TEXT[error.kind]),
    domain.PlateInvalid: _refused(
        422, "Das ist kein Kennzeichen", "Bitte schreiben Sie es wie MEI-AB 12, oder lassen Sie es weg."
    ),
    domain.NothingToConfirm: _refused(
        409,
        "Hier ist gerade nichts zu bestätigen",
        "Bitte fordern Sie zuerst einen Code an. Dafür muss die Adresse oder Nummer in Ihrem Konto stehen.",
    ),
    domain.CodeWrong: _wrong_code,
    domain.TooManyCodes: _refused(
        429,
        "Gerade haben wir Ihnen einen Code gesendet",
        "Bitte warten Sie eine Minute, bis er bei Ihnen ist.",
    ),
    domain.NotRateable: _refused(
        409,
        "Zu dieser Fahrt können Sie nichts sagen",
        "Das geht vom Ende der Fahrt an zwei Wochen lang, und nur, wenn Sie zusammen gefahren sind.",
    ),
    domain.WishInvalid: lambda error: Explained(
        422, "Tage und Uhrzeiten passen nicht", WISH_ADVICE[error.field]
    ),
    domain.TooManyWishes: _refused(
        409,
        "Sie haben schon {e.limit} Gesuche",
        "Bitte beenden Sie zuerst eines, das Sie nicht mehr brauchen.",
    ),
    domain.FileTooLarge: _refused(
        413, "Die Datei ist zu groß", "Erlaubt sind höchstens {e.limit_mb} Megabyte."
    ),
    domain.FileUnreadable: _refused(
        422,
        "Die Datei kann nicht gelesen werden",
        "„{e.source}“: {e.reason}. Bitte prüfen Sie die Datei und laden Sie sie noch einmal hoch.",
    ),
    domain.NotSwitchable: _refused(
        409,
        "Diese Fassung kann nicht in Betrieb gehen",
        "Sie ist noch nicht fertig aufgebaut oder wurde abgelehnt. Bitte sehen Sie in ihrem Bericht nach.",
    ),
    domain.NothingToRollBackTo: _refused(
        409,
        "Es gibt keine frühere Fassung",
        "Vor diesem Fahrplan war noch keiner in Betrieb. Es bleibt, wie es ist.",
    ),
    domain.NothingServes: _same(OF_HTTP[503]),
    domain.PriceTooHigh: _too_dear,
    domain.TooManySeats: _refused(
        422,
        "Zu viele Plätze",
        "In diesem Fahrzeug dürfen höchstens {e.allowed} Personen mitfahren. Bitte nennen Sie weniger Plätze.",
    ),
    domain.TooMuchBaggage: _refused(
        422,
        "Zu viele Plätze für Gepäck oder Fahrräder",
        "Bitte nennen Sie eine Zahl von 0 bis {e.allowed}.",
    ),
    domain.NoSeats: _refused(422, "Kein Platz angeboten", "Bitte bieten Sie mindestens einen Platz an."),
    domain.InThePast: _refused(
        422, "Diese Zeit ist schon vorbei", "Bitte wählen Sie einen Zeitpunkt, der noch kommt."
    ),
    domain.WindowInvalid: _refused(422, "Die Zeiten passen nicht zusammen", WINDOW_ADVICE),
    domain.OverlapsOtherRide: _overlap,
    domain.PlanInvalid: _plan_invalid,
    domain.NoDates: _refused(
        422,
        "So findet keine Fahrt statt",
        "An keinem Tag passt alles zusammen. Bitte prüfen Sie Wochentage, Zeitraum und freie Tage.",
    ),
    domain.WomenOnly: _refused(
        422,
        "Fahrten nur für Frauen bieten Frauen an",
        "Bitte sagen Sie in „Mein Konto“, dass Sie eine Frau sind, oder nehmen Sie alle mit.",
    ),
    domain.NoWay: _refused(
        422,
        "Zwischen diesen Orten führt keine Straße",
        "Von „{e.origin}“ nach „{e.destination}“ haben wir keinen Weg für ein Auto gefunden. "
        "Bitte wählen Sie Start und Ziel an einer Straße.",
    ),
    domain.StopUnknown: _refused(
        422, "Diese Haltestelle gibt es nicht", "Der geltende Fahrplan kennt „{e.stop_id}“ nicht."
    ),
    routing.QueryInvalid: _refused(400, "So kann nicht gesucht werden", "Bitte prüfen Sie Ihre Eingaben."),
    routing.UnknownStop: _refused(
        404,
        "Diese Haltestelle gibt es nicht mehr",
        "Der Fahrplan hat gewechselt. Bitte wählen Sie die Haltestelle noch einmal aus.",
    ),
}


def explain(error: Exception) -> Explained:
    """The sentences for an error of the domain or the router; its nearest known ancestor decides."""
    for kind in type(error).__mro__:
        if kind in OF_DOMAIN:
            return replace(OF_DOMAIN[kind](error), code=kind.__name__)
    log.error("no sentence for %s", type(error).__name__)
    return OF_HTTP[500]


def page(explained: Explained) -> ResponseReturnValue:
    """The error page, or problem details for programs."""
    if problems.answers_path(request.path):
        return problems.problem(explained.status, explained.title, explained.advice, code=explained.code)
    return render_template("error.html", error=explained), explained.status


def _outage_page() -> ResponseReturnValue:
    """A form that can be sent twice lies on the page, ready to be sent again.

    Rendered without what every other page knows (who is signed in, which timetable serves): all of that
    would ask the database.
    """
    if problems.answers_path(request.path):
        answer = problems.problem(DATABASE_AWAY.status, DATABASE_AWAY.title, DATABASE_AWAY.advice)
    else:
        text = current_app.jinja_env.get_template("outage.html").render(
            error=DATABASE_AWAY,
            settings=portal().settings,
            again=request.form if REPEATABLE in request.form else {},
        )
        answer = make_response(text, DATABASE_AWAY.status)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def register(app: Flask) -> None:
    """Let every error that reaches the top end on the error page."""

    def known(error: Exception) -> ResponseReturnValue:
        return page(explain(error))

    def http(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if status < 400 or error.response is not None:
            return error
        return page(OF_HTTP.get(status, OF_HTTP[400] if status < 500 else OF_HTTP[500]))

    def crashed(error: Exception) -> ResponseReturnValue:
        log.exception("unexpected %s", type(error).__name__)
        return page(OF_HTTP[500])

    def database(error: SQLAlchemyError) -> ResponseReturnValue:
        if not is_outage(error):
            return crashed(error)
        log.warning("the database is away: %s", type(getattr(error, "orig", error)).__name__)
        return _outage_page()

    def expired(_error: CSRFError) -> ResponseReturnValue:
        return page(FORM_TOO_OLD)

    app.register_error_handler(domain.MitfahrError, known)
    app.register_error_handler(routing.RoutingError, known)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(SQLAlchemyError, database)
    app.register_error_handler(Exception, crashed)
