"""The one place where an error becomes a status code and a sentence that says what to do.

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
from mitfahr.languages import _, lazy, marked, ngettext
from mitfahr.languages.formats import clock, day, day_and_clock, euro
from mitfahr.languages.stored import said
from routing import errors as routing
from web import problems
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

AGAIN = marked("Suchen Sie bitte noch einmal: Dann sehen Sie, was jetzt möglich ist.")

OF_HTTP = {
    400: Explained(
        400,
        lazy("Die Anfrage war unvollständig"),
        lazy("Gehen Sie bitte zurück und füllen Sie das Formular noch einmal aus."),
    ),
    401: Explained(
        401, lazy("Bitte melden Sie sich an"), lazy("Diese Seite ist nur für angemeldete Personen.")
    ),
    403: Explained(
        403,
        lazy("Diese Seite ist für Sie nicht freigegeben"),
        lazy("Wenn Sie sie brauchen, wenden Sie sich bitte an den Betreiber des Portals."),
    ),
    404: Explained(
        404,
        lazy("Diese Seite gibt es nicht"),
        lazy("Vielleicht ist die Adresse falsch geschrieben oder die Seite ist umgezogen."),
    ),
    405: Explained(
        405,
        lazy("So kann diese Seite nicht geöffnet werden"),
        lazy("Beginnen Sie bitte auf der Startseite neu."),
    ),
    413: Explained(413, lazy("Die Sendung ist zu groß"), lazy("Bitte senden Sie eine kleinere Datei.")),
    429: Explained(
        429,
        lazy("Zu viele Versuche"),
        lazy("Bitte warten Sie eine Minute und versuchen Sie es dann noch einmal."),
    ),
    500: Explained(
        500,
        lazy("Da ist uns ein Fehler passiert"),
        lazy(
            "Ihre Eingabe wurde nicht ausgeführt. Bitte versuchen Sie es in ein paar Minuten noch einmal "
            "oder rufen Sie uns an."
        ),
    ),
    503: Explained(
        503,
        lazy("Das Portal ist gerade nicht bereit"),
        lazy(
            "Es ist noch kein Fahrplan geladen oder der Fahrplan wird gerade gewechselt. "
            "Bitte versuchen Sie es in ein paar Minuten noch einmal."
        ),
    ),
}

FORM_TOO_OLD = Explained(
    400,
    lazy("Dieses Formular war zu lange offen"),
    lazy(
        "Zu Ihrer Sicherheit gilt ein Formular nur eine Zeit lang und nur mit Cookies. "
        "Laden Sie die Seite bitte neu und senden Sie das Formular noch einmal."
    ),
)

DATABASE_AWAY = Explained(
    503,
    lazy("Das Portal ist kurz nicht erreichbar"),
    lazy(
        "Es wurde nichts gebucht. Bitte versuchen Sie es gleich noch einmal; derselbe Klick bucht nur einmal."
    ),
)

STATE_FORBIDS = Explained(
    409,
    lazy("Das geht nicht mehr"),
    lazy(
        "Diese Fahrt oder Buchung hat sich inzwischen geändert. Laden Sie die Seite bitte neu, "
        "dann sehen Sie den neuen Stand."
    ),
)

WINDOW_ADVICE = marked("Bitte prüfen Sie die Uhrzeiten: Abfahrt, Ankunft und Umweg passen nicht zusammen.")


WISH_ADVICE = {
    "first": lazy("Bitte wählen Sie einen Tag, der noch kommt."),
    "last": lazy("Bitte wählen Sie ein Ende nach dem ersten Tag und höchstens ein halbes Jahr voraus."),
    "window": lazy(
        "Bitte nennen Sie zwei Uhrzeiten, die spätere zuletzt, höchstens zwölf Stunden auseinander."
    ),
    "weekdays": lazy("Bitte kreuzen Sie einen Wochentag an, der vor dem Ende noch kommt."),
}

LOCAL_ADVICE = {
    "line": lazy("Bitte wählen Sie die Linie."),
    "phone": lazy("Bitte nennen Sie eine Telefonnummer oder eine Internetadresse für die Anmeldung."),
    "deadline": lazy("Bitte nennen Sie eine Frist von höchstens sieben Tagen."),
    "facts": lazy(
        "Bitte sagen Sie zu mindestens einem Punkt Ja oder Nein, oder schreiben Sie einen Hinweis."
    ),
    "title": lazy("Bitte schreiben Sie eine Überschrift auf Deutsch."),
    "period": lazy("Das Ende liegt vor dem Beginn. Bitte prüfen Sie beide."),
    "calls": lazy("Bitte nennen Sie mindestens zwei Halte mit Uhrzeit."),
    "days": lazy("Bitte nennen Sie mindestens einen Tag."),
    "every": lazy("Wenn die Fahrt sich wiederholt, nennen Sie bitte den Abstand und die letzte Abfahrt."),
    "too_many": lazy("Das wären zu viele Fahrten auf einmal. Bitte teilen Sie sie auf mehrere Einträge auf."),
}

LOG_ADVICE = {
    "km": lazy("Bitte geben Sie den Kilometerstand als ganze Zahl ein, wie er auf dem Tacho steht."),
    "less": lazy("Der Stand ist kleiner als der letzte im Fahrzeugbuch. Bitte lesen Sie noch einmal ab."),
    "far": lazy("Das wären sehr viele Kilometer seit dem letzten Eintrag. Bitte lesen Sie noch einmal ab."),
    "text": lazy("Bitte beschreiben Sie den Mangel in höchstens 500 Zeichen."),
    "due": lazy("Bitte wählen Sie einen Tag, der noch kommt und höchstens zehn Jahre entfernt ist."),
}

DUTY_ADVICE = {
    "past": lazy("Ein Dienst kann nur in der Zukunft beginnen. Bitte wählen Sie einen späteren Tag."),
    "length": lazy("Ein Dienst dauert mindestens 15 Minuten und höchstens 14 Stunden."),
    "days": lazy("Der letzte Tag liegt vor dem ersten oder zu weit weg. Bitte prüfen Sie beide Tage."),
    "none": lazy("In diesem Zeitraum gibt es keinen Dienst. Bitte prüfen Sie Tage und Wochentage."),
    "too_many": lazy("Das wären zu viele Dienste auf einmal. Bitte wählen Sie einen kürzeren Zeitraum."),
    "warn": lazy("Gefragt wird früher, als abgesagt wird, und höchstens 28 Tage vorher."),
    "tell": lazy("Abgesagt wird mindestens eine halbe Stunde und höchstens sieben Tage vorher."),
    "closes": lazy("Der letzte Tag zum Antworten ist schon vorbei. Bitte wählen Sie einen späteren."),
}

HOURS_ADVICE = {
    "order": lazy("Ein Dienst endet, nachdem er begonnen hat. Bitte prüfen Sie beide Uhrzeiten."),
    "future": lazy("Diese Uhrzeit kommt erst noch. Bitte tragen Sie ein, was schon war."),
    "far": lazy("Das liegt mehr als sechs Stunden neben dem Plan. Bitte prüfen Sie die Uhrzeit."),
}

NO_ADDRESS = lazy(
    "Diesen Text können alle lesen. Ihre Telefonnummer bekommt von uns, wer fest mit Ihnen fährt. "
    "Bitte lassen Sie die Adresse hier weg."
)
CONTACT_IN_TEXT = {
    Contact.PHONE: (
        lazy("Hier steht eine Telefonnummer"),
        lazy(
            "Diesen Text können alle lesen. Ihre Telefonnummer bekommt von uns, wer fest mit Ihnen fährt. "
            "Bitte lassen Sie die Nummer hier weg."
        ),
    ),
    Contact.EMAIL: (lazy("Hier steht eine E-Mail-Adresse"), NO_ADDRESS),
    Contact.LINK: (lazy("Hier steht eine Internetadresse"), NO_ADDRESS),
}


def _same(explained: Explained) -> Callable[[Any], Explained]:
    return lambda _error: explained


def _not_switchable(error: domain.NotSwitchable) -> Explained:
    if error.state in ("unlinked", "stale", "uncompared"):
        advice = _(
            "Sie wird gerade noch vorbereitet und mit dem jetzigen Fahrplan verglichen. "
            "Bitte versuchen Sie es in ein paar Minuten noch einmal."
        )
    elif error.state == "removed":
        advice = _("Ihre Quelle wurde entfernt. Bitte wählen Sie eine andere Fassung.")
    else:
        advice = _(
            "Sie ist noch nicht fertig aufgebaut oder wurde abgelehnt. Bitte sehen Sie in ihrem Bericht nach."
        )
    return Explained(409, _("Diese Fassung kann nicht in Betrieb gehen"), advice)


def _switch_plan_invalid(error: domain.SwitchPlanInvalid) -> Explained:
    advice = {
        "past": _("Dieser Zeitpunkt ist schon vorbei. Bitte nennen Sie einen späteren."),
        "over": _("An diesem Tag gilt der Fahrplan nicht mehr. Bitte nennen Sie einen früheren Tag."),
        "none": _("Es ist nichts mehr geplant. Vielleicht ist der Fahrplan schon in Betrieb."),
    }
    return Explained(422, _("So kann das nicht geplant werden"), advice[error.why])


def _refused(status: int, title: str, *advice: str) -> Callable[[Any], Explained]:
    """Sentences may name the error's own fields: %(ride_label)s."""

    def explained(error: Exception) -> Explained:
        named = {
            name: said(value) if isinstance(value, str) else value for name, value in vars(error).items()
        }
        return Explained(status, _(title, **named), " ".join(_(sentence, **named) for sentence in advice))

    return explained


def _seat_taken(error: domain.SeatTaken) -> Explained:
    where = (
        _("In „%(ride_label)s“ ist nicht mehr genug Platz.", ride_label=said(error.ride_label))
        if error.ride_label
        else _("In einem der Fahrzeuge ist nicht mehr genug Platz.")
    )
    return Explained(409, lazy("Die Plätze sind gerade vergeben worden"), f"{where} {_(AGAIN)}")


def _too_late(error: domain.TooLateToBook) -> Explained:
    return Explained(
        409,
        lazy("Es ist zu spät, um das zu buchen"),
        " ".join(
            [
                _(
                    "„%(ride)s“ konnte bis %(moment)s gebucht werden.",
                    ride=said(error.ride_label),
                    moment=day_and_clock(error.until),
                ),
                _(AGAIN),
            ]
        ),
    )


def _too_late_to_change(error: domain.TooLateToChange) -> Explained:
    return Explained(
        409,
        lazy("Diese Fahrt hat schon begonnen"),
        _(
            "Absagen und ändern konnten Sie bis %(moment)s. Wenn etwas nicht stimmt, rufen Sie uns bitte an.",
            moment=day_and_clock(error.until),
        ),
    )


def _too_dear(error: domain.PriceTooHigh) -> Explained:
    return Explained(
        422,
        lazy("Der Preis ist zu hoch"),
        _(
            "Alle Mitfahrenden zusammen dürfen höchstens %(cap)s je Kilometer zahlen; "
            "Sie haben %(asked)s angegeben. Bitte nennen Sie einen kleineren Betrag.",
            cap=euro(error.cap_ct_per_km),
            asked=euro(error.asked_ct_per_km),
        ),
    )


def _too_many_attempts(error: domain.TooManyAttempts) -> Explained:
    return Explained(
        429,
        lazy("Zu viele Versuche"),
        _(
            "Das Passwort war mehrmals falsch. Bitte versuchen Sie es ab %(time)s Uhr noch einmal.",
            time=clock(error.until),
        ),
    )


def _wrong_code(error: domain.CodeWrong) -> Explained:
    if error.tries_left == 0:
        return Explained(
            422, lazy("Dieser Code gilt nicht mehr"), lazy("Bitte fordern Sie einen neuen Code an.")
        )
    return Explained(
        422,
        lazy("Dieser Code passt nicht"),
        ngettext(
            "Bitte prüfen Sie die sechs Ziffern. Sie haben noch %(num)s Versuch.",
            "Bitte prüfen Sie die sechs Ziffern. Sie haben noch %(num)s Versuche.",
            error.tries_left,
        ),
    )


def _run_not_now(error: domain.RunNotNow) -> Explained:
    if error.why == "withdrawn":
        return Explained(
            409,
            lazy("Diese Fahrt ist abgesagt"),
            lazy("Alle Fahrgäste haben schon Bescheid. Sie brauchen nichts mehr einzutragen."),
        )
    return Explained(
        409,
        lazy("Dafür ist es noch zu früh"),
        lazy("Eintragen können Sie erst ab zwei Stunden vor der Abfahrt."),
    )


def _overlap(error: domain.OverlapsOtherRide) -> Explained:
    return Explained(
        409,
        lazy("Zu dieser Zeit gibt es schon eine Fahrt"),
        _(
            "„%(ride)s“ dauert am %(day)s von %(begins)s bis %(ends)s Uhr. Bitte wählen Sie eine andere Zeit "
            "oder sagen Sie die andere Fahrt ab.",
            ride=said(error.other_label),
            day=day(error.begins),
            begins=clock(error.begins),
            ends=clock(error.ends),
        ),
    )


PLAN_ADVICE = {
    "first": lazy("Der erste Tag liegt mehr als ein Jahr in der Zukunft. Bitte wählen Sie einen früheren."),
    "weeks": lazy("Bitte wählen Sie höchstens vier Wochen im Wechsel."),
    "weekdays": lazy("Bitte kreuzen Sie mindestens einen Wochentag an."),
    "last": lazy("Der letzte Tag liegt vor dem ersten. Bitte wählen Sie einen späteren."),
    "exceptions": lazy("Bitte nennen Sie weniger Tage."),
    "back": lazy("Hin- und Rückfahrt überschneiden sich. Bitte wählen Sie eine spätere Rückfahrt."),
}


def _plan_invalid(error: domain.PlanInvalid) -> Explained:
    return Explained(422, lazy("Der Plan passt nicht zusammen"), PLAN_ADVICE[error.field])


OF_DOMAIN: dict[type[Exception], Callable[[Any], Explained]] = {
    domain.NotAllowed: _same(OF_HTTP[403]),
    domain.Unknown: _same(OF_HTTP[404]),
    domain.StateForbids: _same(STATE_FORBIDS),
    domain.LinkUnreadable: _refused(
        404,
        marked("Dieser Link ist unvollständig"),
        marked("Vielleicht wurde er beim Kopieren abgeschnitten. Bitte suchen Sie die Verbindung neu."),
    ),
    domain.SeatTaken: _seat_taken,
    domain.TooLateToBook: _too_late,
    domain.OfferExpired: _refused(
        410,
        marked("Diese Verbindung wurde vor zu langer Zeit gesucht"),
        marked("Nichts wurde gebucht."),
        AGAIN,
    ),
    domain.OfferTampered: _refused(
        400, marked("Diese Verbindung kennen wir nicht"), marked("Nichts wurde gebucht."), AGAIN
    ),
    domain.TooLateToChange: _too_late_to_change,
    domain.DriverAsksFirst: _refused(
        409,
        marked("Hier wird für jede Person einzeln gefragt"),
        marked(
            "Wer „%(ride_label)s“ fährt, möchte gefragt werden, bevor noch jemand mitfährt. Ihre Plätze bleiben, wie "
            "sie sind. Suchen Sie die Verbindung bitte noch einmal und buchen Sie sie für die weiteren Personen."
        ),
    ),
    domain.NobodyTravels: _refused(
        422,
        marked("Mindestens eine Person muss mitfahren"),
        marked("Wenn niemand fährt, sagen Sie die Reise bitte ab."),
    ),
    domain.CancelCodeWrong: _refused(
        422,
        marked("Diese Angaben passen nicht zusammen"),
        marked(
            "Bitte prüfen Sie Buchungsnummer und Absagecode. Beide stehen in der Bestätigung Ihrer Buchung."
        ),
    ),
    domain.WayBackTooEarly: _refused(
        422,
        marked("Die Rückfahrt beginnt, bevor Sie angekommen sind"),
        marked("Bitte suchen Sie eine spätere Rückfahrt."),
    ),
    domain.NoLongerHolds: _refused(
        409,
        marked("Diese Verbindung gilt nicht mehr"),
        marked("Inzwischen hat sich etwas geändert. Nichts wurde gebucht."),
        AGAIN,
    ),
    domain.OwnRide: _refused(
        409,
        marked("Das ist Ihre eigene Fahrt"),
        marked("Bei „%(ride_label)s“ fahren Sie selbst; Sie brauchen dort keinen Platz zu buchen."),
    ),
    domain.PersonBlocked: _refused(
        409,
        marked("Diese Fahrt steht Ihnen nicht offen"),
        marked("Bitte wählen Sie eine andere Verbindung."),
        AGAIN,
    ),
    domain.NotForParty: _refused(
        409,
        marked("Diese Fahrt passt nicht zu Ihrer Suche"),
        marked("Bei „%(ride_label)s“ geht nicht alles, was Sie brauchen oder mitbringen."),
        AGAIN,
    ),
    domain.IdempotencyConflict: _refused(
        409,
        marked("Dieses Formular wurde schon einmal gesendet"),
        marked("Es wurde nichts geändert. Sehen Sie bitte unter „Meine Fahrten“ nach, was gebucht ist."),
    ),
    domain.NameMissing: _refused(
        422, marked("Der Name fehlt oder ist zu lang"), marked("Bitte schreiben Sie Vor- und Nachnamen.")
    ),
    domain.EmailInvalid: _refused(
        422,
        marked("Das ist keine E-Mail-Adresse"),
        marked("Bitte schreiben Sie die Adresse wie name@beispiel.de."),
    ),
    domain.EmailTaken: _refused(
        422,
        marked("Diese E-Mail-Adresse hat schon ein Konto"),
        marked("Diese Adresse hat schon ein Konto. Bitte melden Sie sich an oder nehmen Sie eine andere."),
    ),
    domain.PhoneInvalid: _refused(
        422,
        marked("Das ist keine Telefonnummer"),
        marked("Bitte schreiben Sie nur Ziffern, zum Beispiel 03521 123456."),
    ),
    domain.PasswordUnfit: _refused(
        422,
        marked("Das Passwort passt nicht"),
        marked("Bitte nehmen Sie %(shortest)s bis %(longest)s Zeichen."),
    ),
    domain.LoginFailed: _refused(
        422,
        marked("Die Anmeldung hat nicht geklappt"),
        marked(
            "E-Mail-Adresse oder Passwort stimmen nicht. Bitte prüfen Sie beides und achten Sie auf "
            "Groß- und Kleinschreibung."
        ),
    ),
    domain.TooManyAttempts: _too_many_attempts,
    domain.TokenUnknown: _refused(
        401,
        marked("Dieser Schlüssel gilt nicht"),
        marked(
            "Senden Sie bitte im Kopf „Authorization: Bearer …“ einen gültigen Schlüssel. Unter „Mein Konto“ "
            "können Sie einen anlegen."
        ),
    ),
    domain.TokenTooNarrow: _refused(
        403,
        marked("Dieser Schlüssel darf nur lesen"),
        marked(
            "Zum Buchen, Ändern und Absagen legen Sie bitte unter „Mein Konto“ einen Schlüssel an, der das darf."
        ),
    ),
    domain.TooManyTokens: _refused(
        409,
        marked("Sie haben schon %(most)s Schlüssel"),
        marked("Bitte löschen Sie zuerst einen, den Sie nicht mehr brauchen."),
    ),
    domain.LastAdmin: _refused(
        409,
        marked("Das ist die letzte Person mit Verwaltungsrecht"),
        marked("Bitte geben Sie dieses Recht zuerst jemand anderem."),
    ),
    domain.LastCoordinator: _refused(
        409,
        marked("Das ist die letzte Koordinatorin oder der letzte Koordinator"),
        marked("Bitte geben Sie diese Aufgabe zuerst jemand anderem im Verein."),
    ),
    domain.InvitationUnknown: _refused(
        422,
        marked("Diese Einladung gilt nicht"),
        marked(
            "Vielleicht ist sie abgelaufen oder schon benutzt. Bitte prüfen Sie den Code, oder lassen Sie sich "
            "neu einladen."
        ),
    ),
    domain.TooManyInvitations: _refused(
        409,
        marked("Es sind schon %(most)s Einladungen offen"),
        marked("Bitte nehmen Sie zuerst welche zurück, die niemand mehr braucht."),
    ),
    domain.AccountBlocked: _refused(
        422,
        marked("Das Konto mit dieser Adresse ist gesperrt"),
        marked("Bitte nennen Sie eine andere Adresse."),
    ),
    domain.ContactInText: lambda error: Explained(422, *CONTACT_IN_TEXT[error.kind]),
    domain.PlateInvalid: _refused(
        422,
        marked("Das ist kein Kennzeichen"),
        marked("Bitte schreiben Sie es wie MEI-AB 12, oder lassen Sie es weg."),
    ),
    domain.TooMuchFeedback: _refused(
        429,
        marked("Gerade schreiben uns sehr viele"),
        marked(
            "Ihre Nachricht ist noch nicht gesendet. Bitte versuchen Sie es in einer Stunde noch einmal oder rufen Sie uns an."
        ),
    ),
    domain.NothingToConfirm: _refused(
        409,
        marked("Hier ist gerade nichts zu bestätigen"),
        marked(
            "Bitte fordern Sie zuerst einen Code an. Dafür muss die Adresse oder Nummer in Ihrem Konto stehen."
        ),
    ),
    domain.CodeWrong: _wrong_code,
    domain.TooManyCodes: _refused(
        429,
        marked("Gerade haben wir Ihnen einen Code gesendet"),
        marked("Bitte warten Sie eine Minute, bis er bei Ihnen ist."),
    ),
    domain.NotRateable: _refused(
        409,
        marked("Zu dieser Fahrt können Sie nichts sagen"),
        marked("Das geht vom Ende der Fahrt an zwei Wochen lang, und nur, wenn Sie zusammen gefahren sind."),
    ),
    domain.LocalInvalid: lambda error: Explained(
        422, lazy("Diese Angabe ist nicht vollständig"), LOCAL_ADVICE[error.field]
    ),
    domain.LogInvalid: lambda error: Explained(
        422, lazy("Dieser Eintrag kann nicht stimmen"), LOG_ADVICE[error.field]
    ),
    domain.DutyInvalid: lambda error: Explained(
        422, lazy("So kann der Dienst nicht geplant werden"), DUTY_ADVICE[error.field]
    ),
    domain.HoursInvalid: lambda error: Explained(
        422, lazy("Diese Zeiten können nicht stimmen"), HOURS_ADVICE[error.field]
    ),
    domain.ShiftTaken: _refused(
        409,
        marked("Jemand anderes war schneller"),
        marked("Für diesen Dienst hat schon jemand zugesagt. Sie müssen nichts tun. Vielen Dank!"),
    ),
    domain.ShiftClosed: _refused(
        409,
        marked("Für diesen Dienst ist nichts mehr zu tun"),
        marked("Er ist vorbei, oder seine Fahrten sind abgesagt. Bitte laden Sie die Seite neu."),
    ),
    domain.VehicleBusy: lambda error: Explained(
        409,
        lazy("Das Fahrzeug ist dann schon vergeben"),
        _(
            "Am %(day)s gibt es von %(begins)s bis %(ends)s Uhr schon einen Dienst mit diesem Fahrzeug. Bitte wählen "
            "Sie andere Zeiten oder Tage. Es wurde nichts gespeichert.",
            day=day(error.begins),
            begins=clock(error.begins),
            ends=clock(error.ends),
        ),
    ),
    domain.PapersExpired: lambda error: Explained(
        409,
        lazy("Ein Nachweis gilt dann nicht mehr"),
        _(
            "Personenbeförderungsschein oder ärztliche Untersuchung gelten nur bis %(day)s. Die Koordination kann ein "
            "neues Datum eintragen.",
            day=day(error.until),
        ),
    ),
    domain.NoDriver: _refused(
        409,
        marked("Diese Person fährt nicht für den Verein"),
        marked("Die Koordination kann ihr unter „Mitglieder“ die Aufgabe „Fahren“ geben."),
    ),
    domain.DutyLinkUnknown: _refused(
        404,
        marked("Dieser Code gilt nicht oder nicht mehr"),
        marked(
            "Bitte prüfen Sie den Code in der E-Mail. Ist die Frist vorbei, rufen Sie bitte im Verein an."
        ),
    ),
    domain.WishInvalid: lambda error: Explained(
        422, lazy("Tage und Uhrzeiten passen nicht"), WISH_ADVICE[error.field]
    ),
    domain.TooManyWishes: _refused(
        409,
        marked("Sie haben schon %(limit)s Gesuche"),
        marked("Bitte beenden Sie zuerst eines, das Sie nicht mehr brauchen."),
    ),
    domain.TooManyWaiting: _refused(
        409,
        marked("Mehr als %(limit)s Wartelisten auf einmal gehen nicht"),
        marked("Bitte verlassen Sie zuerst eine, auf der Sie nicht mehr stehen möchten."),
    ),
    domain.TooManyOrders: _refused(
        409,
        marked("Es gibt schon %(limit)s Dauerbuchungen für diesen Menschen"),
        marked("Bitte beenden Sie zuerst eine, die nicht mehr gebraucht wird."),
    ),
    domain.FileTooLarge: _refused(
        413, marked("Die Datei ist zu groß"), marked("Erlaubt sind höchstens %(limit_mb)s Megabyte.")
    ),
    domain.FileUnreadable: _refused(
        422,
        marked("Die Datei kann nicht gelesen werden"),
        marked("„%(source)s“: %(reason)s. Bitte prüfen Sie die Datei und laden Sie sie noch einmal hoch."),
    ),
    domain.NotSwitchable: _not_switchable,
    domain.NotYetValid: lambda e: Explained(
        409,
        _("Dieser Fahrplan gilt noch nicht"),
        _(
            "Er gilt erst ab %(day)s, und der jetzige gilt noch. Bitte planen Sie ihn für seinen ersten Tag.",
            day=day(e.first_day),
        ),
    ),
    domain.LossesHeld: lambda e: Explained(
        409,
        _("Verluste sind noch nicht bestätigt"),
        ngettext(
            "Mit diesem Fahrplan verliert %(num)s Linie oder Gemeinde viele Fahrten. Bitte prüfen und "
            "bestätigen Sie das mit Ihrem Namen.",
            "Mit diesem Fahrplan verlieren %(num)s Linien oder Gemeinden viele Fahrten. Bitte prüfen und "
            "bestätigen Sie das mit Ihrem Namen.",
            e.number,
        ),
    ),
    domain.NameDiffers: _refused(
        422,
        marked("Der Name stimmt nicht"),
        marked("Bitte tippen Sie Ihren Vor- und Nachnamen so ein, wie er in Ihrem Konto steht."),
    ),
    domain.SecondPersonNeeded: _refused(
        409,
        marked("Eine zweite Person wird gebraucht"),
        marked(
            "Hier gilt das Vier-Augen-Prinzip: Niemand bringt einen Fahrplan allein in Betrieb. Bitte lassen Sie "
            "ihn von einer Kollegin oder einem Kollegen freigeben oder schalten."
        ),
    ),
    domain.SwitchPlanInvalid: _switch_plan_invalid,
    domain.NothingToRollBackTo: _refused(
        409,
        marked("Es gibt keine frühere Fassung"),
        marked("Vor diesem Fahrplan war noch keiner in Betrieb. Es bleibt, wie es ist."),
    ),
    domain.NothingServes: _same(OF_HTTP[503]),
    domain.SourceNameTaken: _refused(
        409,
        marked("Diesen Namen gibt es schon"),
        marked("Eine Quelle heißt schon „%(name)s“. Bitte geben Sie der neuen einen anderen Namen."),
    ),
    domain.SourceAddressInvalid: _refused(
        422,
        marked("Das ist keine Adresse"),
        marked("Die Adresse einer Quelle beginnt mit https:// oder http://."),
    ),
    domain.FeedNeeded: _refused(
        409,
        marked("Diese Quelle wird noch gebraucht"),
        marked(
            "„%(name)s“ ist die einzige Quelle, aus der der Fahrplan in Betrieb kommt. Bitte schalten Sie zuerst eine andere dazu."
        ),
    ),
    domain.PriceTooHigh: _too_dear,
    domain.TooManySeats: _refused(
        422,
        marked("Zu viele Plätze"),
        marked(
            "In diesem Fahrzeug dürfen höchstens %(allowed)s Personen mitfahren. Bitte nennen Sie weniger Plätze."
        ),
    ),
    domain.TooMuchBaggage: _refused(
        422,
        marked("Zu viele Plätze für Gepäck oder Fahrräder"),
        marked("Bitte nennen Sie eine Zahl von 0 bis %(allowed)s."),
    ),
    domain.NoSeats: _refused(
        422, marked("Kein Platz angeboten"), marked("Bitte bieten Sie mindestens einen Platz an.")
    ),
    domain.InThePast: _refused(
        422,
        marked("Diese Zeit ist schon vorbei"),
        marked("Bitte wählen Sie einen Zeitpunkt, der noch kommt."),
    ),
    domain.WindowInvalid: _refused(422, marked("Die Zeiten passen nicht zusammen"), WINDOW_ADVICE),
    domain.RunNotNow: _run_not_now,
    domain.OverlapsOtherRide: _overlap,
    domain.PlanInvalid: _plan_invalid,
    domain.NoDates: _refused(
        422,
        marked("So findet keine Fahrt statt"),
        marked("An keinem Tag passt alles zusammen. Bitte prüfen Sie Wochentage, Zeitraum und freie Tage."),
    ),
    domain.WomenOnly: _refused(
        422,
        marked("Fahrten nur für Frauen bieten Frauen an"),
        marked("Bitte sagen Sie in „Mein Konto“, dass Sie eine Frau sind, oder nehmen Sie alle mit."),
    ),
    domain.NoWay: _refused(
        422,
        marked("Zwischen diesen Orten führt keine Straße"),
        marked(
            "Von „%(origin)s“ nach „%(destination)s“ haben wir keinen Weg für ein Auto gefunden. "
            "Bitte wählen Sie Start und Ziel an einer Straße."
        ),
    ),
    domain.StopUnknown: _refused(
        422,
        marked("Diese Haltestelle gibt es nicht"),
        marked("Der geltende Fahrplan kennt „%(stop_id)s“ nicht."),
    ),
    routing.QueryInvalid: _refused(
        400, marked("So kann nicht gesucht werden"), marked("Bitte prüfen Sie Ihre Eingaben.")
    ),
    routing.UnknownStop: _refused(
        404,
        marked("Diese Haltestelle gibt es nicht mehr"),
        marked("Der Fahrplan hat gewechselt. Bitte wählen Sie die Haltestelle noch einmal aus."),
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
