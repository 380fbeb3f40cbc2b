"""The table of all pages: who looks, how one gets there, which template is shown.

Every new page needs a row: `test_every_page_is_listed` fails without. An address with {booked} and the like is filled
in from the scene; pages behind a form are reached by steps, which must work without JavaScript and leave
everything as it was, because each page is visited several times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.scene import (
    ADMIN,
    DISPATCHER,
    DRIVER,
    GUEST,
    NEWCOMER,
    RIDER,
    STAFF,
    VOLUNTEER,
    Scene,
)
from tests.browser.steps import ask, choose, press

Steps = Callable[[Page, Scene], None]


@dataclass(frozen=True)
class Listed:
    """One page in one state. `reach` is its address or the steps to it; `name` is that of its pictures."""

    name: str
    template: str
    reach: str | Steps
    who: str = GUEST
    explained: str = "no excuse"
    """Why axe cannot judge a contrast here that a person has looked at."""


def search(**typed: str) -> Steps:
    return lambda page, scene: ask(page, scene.site.day, **typed)


def review(title: str, clock: str = "9:00") -> Steps:
    def steps(page: Page, scene: Scene) -> None:
        ask(page, scene.site.day, clock=clock)
        choose(page, title)

    return steps


def line_through(stop: str) -> Steps:
    def steps(page: Page, scene: Scene) -> None:
        page.goto("/verein/{organisation}/linien/{line}/aendern".format_map(scene.ids))
        page.get_by_label("Halt 2", exact=True).fill(stop)
        press(page.get_by_role("button", name="Speichern und veröffentlichen"))

    return steps


def invited(page: Page, scene: Scene) -> None:
    page.goto("/einladung")
    page.get_by_label("Code der Einladung").fill(scene.ids["code"])
    press(page.get_by_role("button", name="Weiter"))


def pressed(address: str, button: str, **typed: str) -> Steps:
    """The answer of a form; `typed` are values by field name."""

    def steps(page: Page, scene: Scene) -> None:
        page.goto(address.format_map(scene.ids))
        for name, value in typed.items():
            field = page.locator(f'main [name="{name}"]').first
            field.evaluate("(field, value) => { field.value = value; }", value)  # it may be folded away
        press(page.get_by_role("main").get_by_role("button", name=button, exact=True).first)

    return steps


def called(**typed: str) -> Steps:
    return pressed("/telefon", "Suchen", **typed)


def asked_by_phone(origin: str) -> Steps:
    def steps(page: Page, scene: Scene) -> None:
        day = f"{scene.site.day:%d.%m.%Y}"
        fields = {"origin": origin, "destination": "Meißen", "day": day, "clock": "9:45"}
        pressed("/telefon/person/{person}", "Verbindungen suchen", **fields)(page, scene)

    return steps


def read_out_by_phone(page: Page, scene: Scene) -> None:
    asked_by_phone("Lommatzsch")(page, scene)
    press(page.get_by_role("button", name="Weiter: vorlesen und buchen"))


def at(address: str) -> Steps:
    """An address with a question in it."""

    def steps(page: Page, scene: Scene) -> None:
        page.goto(address.format_map(scene.ids))

    return steps


def duty_code(code: str) -> Steps:
    def steps(page: Page, scene: Scene) -> None:
        page.goto("/dienst")
        page.get_by_label("Code aus der E-Mail").fill(scene.ids[code])
        press(page.get_by_role("button", name="Weiter"))

    return steps


def kept_locally(slug: str, **typed: str) -> Steps:
    return pressed(f"/oertliches/{slug}/neu", "Speichern", **typed)


def offer(**typed: str) -> Steps:
    def steps(page: Page, scene: Scene) -> None:
        fields = {
            "origin": "Lommatzsch",
            "destination": "Meißen",
            "day": f"{scene.site.day:%d.%m.%Y}",
            "clock": "21:00",
        }
        pressed("/fahrten/anbieten", "Weiter: Fahrt prüfen", **fields | typed)(page, scene)

    return steps


def run(line: str, first_stop: str = "Lommatzsch") -> Steps:
    def steps(page: Page, scene: Scene) -> None:
        page.goto("/buergerbus/neu")
        page.get_by_label("Linie").fill(line)
        page.get_by_label("Tag", exact=True).fill(f"{scene.site.day:%d.%m.%Y}")
        for number, (stop, clock) in enumerate(((first_stop, "20:00"), ("Meißen", "20:30")), 1):
            page.get_by_label(f"Halt {number}", exact=True).fill(stop)
            page.get_by_label(f"Uhrzeit am Halt {number}", exact=True).fill(clock)
        press(page.get_by_role("button", name="Weiter: Fahrten prüfen"))

    return steps


def sample(origin: str) -> Steps:
    fields = {"origin": origin, "destination": "Meißen", "clock": "7:30"}
    return pressed("/fahrplan/beispielreisen", "Reise aufnehmen", **fields)


def connection(page: Page, scene: Scene) -> None:
    ask(page, scene.site.day)
    card = page.locator("article.journey", has_text="Bus 416").first
    press(card.get_by_role("button", name="Link, Drucken, Kalender"))


def linked(page: Page, scene: Scene) -> None:
    connection(page, scene)
    press(page.get_by_role("button", name="Link zu dieser Verbindung"))
    expect(page.get_by_text("Diese Verbindung gilt.")).to_be_visible()


def new_wish(page: Page, scene: Scene) -> None:
    ask(page, scene.site.day, clock="23:00")
    press(page.get_by_role("button", name="Gesuch speichern"))


def full_run(page: Page, scene: Scene) -> None:
    """Its only seat is held for somebody who waited."""
    ask(page, scene.site.day, clock="17:30")


def ordered(**typed: str) -> Steps:
    def steps(page: Page, scene: Scene) -> None:
        fields = {
            "origin": "Lommatzsch",
            "destination": "Meißen",
            "day": f"{scene.site.day:%d.%m.%Y}",
            "clock": "9:45",
            "back": "21:00",
        } | typed
        page.goto("/dauerbuchungen/neu")
        page.get_by_label("Montag", exact=True).check()
        page.get_by_label("Freitag", exact=True).check()
        for name, value in fields.items():
            page.locator(f'main [name="{name}"]').first.fill(value)
        press(page.get_by_role("button", name="Weiter: Tage ansehen"))

    return steps


def via(page: Page, scene: Scene) -> None:
    page.goto("/")
    page.get_by_text("Zwischenhalt: über einen anderen Ort fahren").click()
    page.get_by_label("Über", exact=True).fill("Zehren (Haltestelle)")
    page.get_by_label("Von", exact=True).fill("Lommatzsch")
    page.get_by_label("Nach", exact=True).fill("Meißen")
    page.get_by_label("Tag").fill(f"{scene.site.day:%d.%m.%Y}")
    page.get_by_label("Uhrzeit", exact=True).fill("9:00")
    press(page.get_by_role("button", name="Verbindungen suchen"))


def there_and_back(page: Page, scene: Scene) -> None:
    ask(page, scene.site.day, origin="Lommatzsch", destination="Zehren")
    choose(page, "Bus 416")
    press(page.get_by_role("button", name="Rückfahrt dazu suchen"))
    page.get_by_label("Uhrzeit", exact=True).fill("14:30")
    press(page.get_by_role("button", name="Verbindungen suchen"))
    choose(page, "Rufbus")
    expect(page.get_by_role("heading", name="Hinfahrt")).to_be_visible()


PAGES = (
    Listed("start", "search/start.html", "/"),
    Listed("start-angemeldet", "search/start.html", "/", RIDER),
    Listed("start-fehler", "search/start.html", search(origin="Xyzzy", clock="halb zehn")),
    Listed("welcher-ort", "search/choose.html", search(origin="Neudorf", destination="Neudorf")),
    Listed("verbindungen", "search/results.html", search()),
    Listed("zwischenhalt", "search/via.html", via),
    Listed("keine-verbindung", "search/results.html", search(origin="Meißen", destination="Lommatzsch")),
    Listed("suche-angaben", "profile/usual_search.html", "/konto/suche", RIDER),
    Listed("verbindung", "connection/one.html", connection),
    Listed("verbindung-link", "connection/one.html", linked),
    Listed("haltestelle", "stops/one.html", "/haltestelle/Zehren"),
    Listed("haltestelle-fehler", "stops/one.html", "/haltestelle/Lommatzsch?tag=Murks"),
    Listed("haltestelle-weg", "stops/gone.html", "/haltestelle/Lommatsch"),
    Listed("aushang", "stops/poster.html", "/aushang/Zehren"),
    Listed("von-hier", "search/start.html", "/von/Zehren"),
    Listed("hierher", "search/start.html", "/nach/Zehren"),
    Listed("haltestellen", "stops/all.html", "/haltestellen"),
    Listed("haltestellen-z", "stops/all.html", "/haltestellen/Z"),
    Listed("haltestellen-suche", "stops/all.html", pressed("/haltestellen", "Suchen", name="lomatsch")),
    Listed("linien", "lines/all.html", "/linien"),
    Listed("linie", "lines/one.html", "/linie/416?tage=alle"),
    Listed("buergerbus-linie", "lines/run_line.html", "/buergerbus-linie/{line}"),
    Listed("pruefen-gast", "booking/review.html", review("Fahrt mit Anna")),
    Listed("pruefen", "booking/review.html", review("Fahrt mit Anna"), RIDER),
    Listed("pruefen-hin-und-zurueck", "booking/review.html", there_and_back, RIDER),
    Listed("anmelden", "account/log_in.html", "/anmelden"),
    Listed("registrieren", "account/register.html", "/registrieren"),
    Listed("registrieren-fehler", "account/register.html", pressed("/registrieren", "Konto anlegen")),
    Listed("meine-fahrten", "journeys/mine.html", "/meine-fahrten", RIDER),
    Listed("meine-fahrten-leer", "journeys/mine.html", "/meine-fahrten", NEWCOMER),
    Listed("reise-gebucht", "journeys/one.html", "/meine-fahrten/{booked}", RIDER),
    Listed("reise-angefragt", "journeys/one.html", "/meine-fahrten/{requested}", RIDER),
    Listed("reise-abgesagt", "journeys/one.html", "/meine-fahrten/{cancelled}", RIDER),
    Listed("reise-verloren", "journeys/one.html", "/meine-fahrten/{lost}", RIDER),
    Listed("reise-vorbei", "journeys/one.html", "/meine-fahrten/{travelled}", RIDER),
    Listed("reise-absagen", "journeys/cancel.html", "/meine-fahrten/{booked}/absagen", RIDER),
    Listed("reise-plaetze", "journeys/seats.html", "/meine-fahrten/{booked}/plaetze", RIDER),
    Listed("reise-druck", "journeys/print.html", "/meine-fahrten/{booked}/druck", RIDER),
    Listed("fahrschein", "journeys/ticket.html", "/meine-fahrten/{booked}/fahrschein", RIDER),
    Listed("ohne-netz", "offline.html", "/offline"),
    Listed("absagen", "cancel_link/ask.html", "/absagen"),
    Listed(
        "absagen-fehler",
        "cancel_link/ask.html",
        pressed("/absagen", "Weiter", number="0000-0000", code="AAAAA-AAAAA"),
    ),
    Listed("gesuche", "wishes/mine.html", "/gesuche", RIDER),
    Listed("gesuche-leer", "wishes/mine.html", "/gesuche", NEWCOMER),
    Listed("gesuch-gast", "wishes/guest.html", new_wish),
    Listed("gesuch-neu", "wishes/form.html", new_wish, RIDER),
    Listed("gesuch", "wishes/one.html", "/gesuche/{wish}", RIDER),
    Listed("reise-platz-frei", "journeys/one.html", "/meine-fahrten/{held}", RIDER),
    Listed("verbindungen-voll", "search/results.html", full_run, NEWCOMER),
    Listed("dauerbuchungen", "standing_orders/mine.html", "/dauerbuchungen", RIDER),
    Listed("dauerbuchungen-leer", "standing_orders/mine.html", "/dauerbuchungen", NEWCOMER),
    Listed("dauerbuchung-neu", "standing_orders/form.html", "/dauerbuchungen/neu", RIDER),
    Listed(
        "dauerbuchung-fehler",
        "standing_orders/form.html",
        pressed("/dauerbuchungen/neu", "Weiter: Tage ansehen"),
        RIDER,
    ),
    Listed(
        "dauerbuchung-welcher-ort",
        "standing_orders/choose.html",
        ordered(origin="Neudorf"),
        RIDER,
    ),
    Listed("dauerbuchung-pruefen", "standing_orders/preview.html", ordered(), RIDER),
    Listed("dauerbuchung", "standing_orders/one.html", "/dauerbuchungen/{order}", RIDER),
    Listed("dauerbuchung-nicht-gebucht", "standing_orders/one.html", "/dauerbuchungen/{hitched}", DISPATCHER),
    Listed("dauerbuchung-fuer", "standing_orders/form.html", "/dauerbuchungen/fuer/{person}/neu", DISPATCHER),
    Listed("dauerbuchung-aendern", "standing_orders/form.html", "/dauerbuchungen/{order}/aendern", RIDER),
    Listed(
        "dauerbuchung-umbuchen",
        "standing_orders/preview.html",
        pressed("/dauerbuchungen/{order}/aendern", "Weiter: Tage ansehen", clock="10:15"),
        RIDER,
    ),
    Listed("dauerbuchung-pause", "standing_orders/pause.html", "/dauerbuchungen/{order}/pause", RIDER),
    Listed(
        "dauerbuchung-pause-pruefen",
        "standing_orders/pause.html",
        pressed("/dauerbuchungen/{order}/pause", "Weiter: Tage ansehen", first="heute", last="Sonntag"),
        RIDER,
    ),
    Listed(
        "dauerbuchung-brief",
        "standing_orders/letter.html",
        pressed("/dauerbuchungen/{order}", "Brief ansehen und drucken"),
        DISPATCHER,
    ),
    Listed("dauerbuchung-beenden", "standing_orders/end.html", "/dauerbuchungen/{order}/beenden", RIDER),
    Listed("dauerbuchungen-alle", "standing_orders/all.html", "/dauerbuchungen/alle", DISPATCHER),
    Listed("dauerbuchungen-offen", "standing_orders/unsettled.html", "/dauerbuchungen/offen", DISPATCHER),
    Listed("telefon-wartet", "telephone/person.html", "/telefon/person/{waits}", DISPATCHER),
    Listed("anbieten-gast", "offers/guest.html", "/fahrten/anbieten"),
    Listed("anbieten", "offers/form.html", "/fahrten/anbieten", DRIVER),
    Listed("anbieten-fehler", "offers/form.html", offer(origin="Xyzzy", clock="halb acht"), DRIVER),
    Listed("anbieten-welcher-ort", "offers/choose.html", offer(origin="Neudorf"), DRIVER),
    Listed("anbieten-pruefen", "offers/preview.html", offer(), DRIVER),
    Listed("serie-pruefen", "offers/series_preview.html", offer(repeat="1", back="22:30"), DRIVER),
    Listed("angebote", "rides/mine.html", "/fahrten", DRIVER),
    Listed("angebote-leer", "rides/mine.html", "/fahrten", NEWCOMER),
    Listed("angebot", "rides/one.html", "/fahrten/{ride}", DRIVER),
    Listed("anfrage-ablehnen", "rides/decline.html", "/fahrten/anfragen/{request}/ablehnen", DRIVER),
    Listed("angebot-zuruecknehmen", "rides/withdraw.html", "/fahrten/{ride}/zuruecknehmen", DRIVER),
    Listed("serie", "series/one.html", "/fahrten/serien/{series}", DRIVER),
    Listed("serie-aendern", "offers/form.html", "/fahrten/serien/{series}/aendern", DRIVER),
    Listed("serie-beenden", "series/end.html", "/fahrten/serien/{series}/beenden", DRIVER),
    Listed("buergerbus", "runs/planned.html", "/buergerbus", VOLUNTEER),
    Listed("fahrdienst", "driving/mine.html", "/fahrdienst", VOLUNTEER),
    Listed("fahrdienst-fahrt", "driving/one.html", "/fahrdienst/{run}", VOLUNTEER),
    Listed("fahrdienst-tag", "driving/sheets.html", "/fahrdienst/zettel/{today}", VOLUNTEER),
    Listed(
        "fahrdienst-verein", "driving/sheets.html", "/fahrdienst/verein/{organisation}/{today}", VOLUNTEER
    ),
    Listed("fahrdienst-zettel", "driving/sheets.html", "/fahrdienst/{run}/fahrzettel", VOLUNTEER),
    Listed(
        "fahrzeugbuch",
        "organisations/vehicle_log.html",
        "/verein/{organisation}/fahrzeuge/{vehicle}/buch",
        VOLUNTEER,
    ),
    Listed("buergerbus-fahrt", "runs/one.html", "/buergerbus/{run}", VOLUNTEER),
    Listed("buergerbus-neu", "runs/form.html", "/buergerbus/neu", VOLUNTEER),
    Listed("buergerbus-fehler", "runs/form.html", run(""), VOLUNTEER),
    Listed("buergerbus-welcher-halt", "runs/choose.html", run("503", "Zeren"), VOLUNTEER),
    Listed("buergerbus-pruefen", "runs/preview.html", run("503"), VOLUNTEER),
    Listed("buergerbus-absagen", "runs/cancel.html", "/buergerbus/{run}/absagen", VOLUNTEER),
    Listed("buergerbus-fahrpreis", "runs/fare.html", "/buergerbus/{run}/fahrpreis", ADMIN),
    Listed("postausgang", "outbox/all.html", "/postausgang", DISPATCHER),
    Listed("postausgang-gesendet", "outbox/all.html", at("/postausgang?zustand=gesendet"), DISPATCHER),
    Listed("vereine", "organisations/mine.html", "/verein", ADMIN),
    Listed("verein", "organisations/one.html", "/verein/{organisation}", VOLUNTEER),
    Listed("verein-mitglieder", "organisations/members.html", "/verein/{organisation}/mitglieder", VOLUNTEER),
    Listed(
        "verein-aufgaben",
        "organisations/member.html",
        "/verein/{organisation}/mitglieder/{member}",
        VOLUNTEER,
    ),
    Listed(
        "verein-entfernen",
        "organisations/remove_member.html",
        "/verein/{organisation}/mitglieder/{member}/entfernen",
        VOLUNTEER,
    ),
    Listed("verein-fahrzeuge", "organisations/vehicles.html", "/verein/{organisation}/fahrzeuge", VOLUNTEER),
    Listed(
        "verein-fahrzeug",
        "organisations/vehicle.html",
        "/verein/{organisation}/fahrzeuge/{vehicle}",
        VOLUNTEER,
    ),
    Listed(
        "verein-fahrzeug-abgeben",
        "organisations/retire.html",
        "/verein/{organisation}/fahrzeuge/{vehicle}/abgeben",
        VOLUNTEER,
    ),
    Listed(
        "verein-fahrzeug-neu",
        "organisations/vehicle.html",
        "/verein/{organisation}/fahrzeuge/neu",
        VOLUNTEER,
    ),
    Listed("dienste", "duty/week.html", "/verein/{organisation}/dienste", VOLUNTEER),
    Listed("dienste-woche", "duty/week.html", at("/verein/{organisation}/dienste?ab={duty_day}"), VOLUNTEER),
    Listed("dienste-monat", "duty/month.html", "/verein/{organisation}/dienste/monat", VOLUNTEER),
    Listed(
        "dienste-ganzer-monat",
        "duty/month.html",
        at("/verein/{organisation}/dienste/monat?ab={month}"),
        VOLUNTEER,
    ),
    Listed("dienste-neu", "duty/new.html", "/verein/{organisation}/dienste/neu", VOLUNTEER),
    Listed("dienst-offen", "duty/one.html", "/verein/{organisation}/dienste/{duty_open}", VOLUNTEER),
    Listed("dienst-vergeben", "duty/one.html", "/verein/{organisation}/dienste/{duty_taken}", VOLUNTEER),
    Listed(
        "dienst-gefahren", "duty/note.html", "/verein/{organisation}/dienste/{duty_taken}/gefahren", VOLUNTEER
    ),
    Listed(
        "dienst-zeiten", "duty/times.html", "/verein/{organisation}/dienste/{duty_open}/zeiten", VOLUNTEER
    ),
    Listed(
        "dienst-abgeben",
        "duty/give_up.html",
        "/verein/{organisation}/dienste/{duty_taken}/abgeben",
        VOLUNTEER,
    ),
    Listed("dienste-umfragen", "duty/polls.html", "/verein/{organisation}/dienste/umfragen", VOLUNTEER),
    Listed("dienste-umfrage", "duty/poll.html", "/verein/{organisation}/dienste/umfragen/{poll}", VOLUNTEER),
    Listed("dienste-nachweise", "duty/papers.html", "/verein/{organisation}/dienste/nachweise", VOLUNTEER),
    Listed(
        "dienste-nachweis",
        "duty/change_papers.html",
        "/verein/{organisation}/dienste/nachweise/{coordinator}",
        VOLUNTEER,
    ),
    Listed("verein-zahlen", "figures/year.html", "/verein/{organisation}/zahlen", VOLUNTEER),
    Listed(
        "verein-jahresblatt", "figures/report.html", "/verein/{organisation}/zahlen/jahresblatt", VOLUNTEER
    ),
    Listed("dienste-stunden", "duty/hours.html", "/verein/{organisation}/dienste/stunden", VOLUNTEER),
    Listed("dienste-fristen", "duty/deadlines.html", "/verein/{organisation}/dienste/fristen", VOLUNTEER),
    Listed("dienst-code", "duty_link/ask.html", "/dienst"),
    Listed("dienst-annehmen", "duty_link/shift.html", duty_code("shift_code")),
    Listed("dienst-umfrage", "duty_link/poll.html", duty_code("poll_code")),
    Listed("verein-linien", "run_lines/all.html", "/verein/{organisation}/linien", VOLUNTEER),
    Listed("verein-linie-neu", "run_lines/form.html", "/verein/{organisation}/linien/neu", VOLUNTEER),
    Listed("verein-linie", "run_lines/one.html", "/verein/{organisation}/linien/{line}", VOLUNTEER),
    Listed(
        "verein-linie-aendern",
        "run_lines/form.html",
        "/verein/{organisation}/linien/{line}/aendern",
        VOLUNTEER,
    ),
    Listed(
        "verein-linie-welcher-halt",
        "run_lines/choose.html",
        line_through("Zeren"),
        VOLUNTEER,
    ),
    Listed(
        "verein-linie-tag-absagen",
        "run_lines/cancel.html",
        "/verein/{organisation}/linien/{line}/tage/{line_day}/absagen",
        VOLUNTEER,
    ),
    Listed(
        "verein-linie-beenden",
        "run_lines/end.html",
        "/verein/{organisation}/linien/{line}/beenden",
        VOLUNTEER,
    ),
    Listed(
        "verein-linie-fahrpreis",
        "run_lines/fare.html",
        "/verein/{organisation}/linien/{line}/fahrpreis",
        STAFF,
    ),
    Listed("verein-rufbusse", "demand/all.html", "/verein/{organisation}/rufbus", VOLUNTEER),
    Listed("verein-rufbus-neu", "demand/form.html", "/verein/{organisation}/rufbus/neu", VOLUNTEER),
    Listed(
        "verein-rufbus-fehler",
        "demand/form.html",
        pressed("/verein/{organisation}/rufbus/neu", "Speichern und veröffentlichen", stops="Gibtesnicht"),
        VOLUNTEER,
    ),
    Listed("verein-rufbus", "demand/one.html", "/verein/{organisation}/rufbus/{service}", VOLUNTEER),
    Listed(
        "verein-rufbus-aendern",
        "demand/form.html",
        "/verein/{organisation}/rufbus/{service}/aendern",
        VOLUNTEER,
    ),
    Listed(
        "verein-rufbus-tag-absagen",
        "demand/cancel.html",
        "/verein/{organisation}/rufbus/{service}/tage/{service_day}/absagen",
        VOLUNTEER,
    ),
    Listed(
        "verein-rufbus-beenden",
        "demand/end.html",
        "/verein/{organisation}/rufbus/{service}/beenden",
        VOLUNTEER,
    ),
    Listed(
        "verein-rufbus-fahrpreis",
        "demand/fare.html",
        "/verein/{organisation}/rufbus/{service}/fahrpreis",
        STAFF,
    ),
    Listed("einladung-gast", "invitations/ask.html", "/einladung"),
    Listed("einladung", "invitations/ask.html", "/einladung", NEWCOMER),
    Listed("einladung-pruefen", "invitations/check.html", invited, NEWCOMER),
    Listed("fahrplan", "timetables/versions.html", "/fahrplan", STAFF),
    Listed("fahrplan-quellen", "feeds/all.html", "/fahrplan/quellen", STAFF),
    Listed("fahrplan-quelle-aendern", "feeds/change.html", "/fahrplan/quellen/first", STAFF),
    Listed("fahrplan-quelle-entfernen", "feeds/remove.html", "/fahrplan/quellen/buergerbus/entfernen", STAFF),
    Listed("echtzeit", "realtime/all.html", "/fahrplan/echtzeit", STAFF),
    Listed("echtzeit-entfernen", "realtime/remove.html", "/fahrplan/echtzeit/{source}/entfernen", STAFF),
    Listed("fahrplan-gueltigkeit", "timetables/validity.html", "/fahrplan/gueltigkeit", STAFF),
    Listed("hinweise", "notices/all.html", "/hinweise"),
    Listed("oertliches", "local/all.html", "/oertliches", STAFF),
    Listed("oertliches-hinweis", "local/notice.html", "/oertliches/eintrag/{notice}", STAFF),
    Listed("oertliches-anmeldung", "local/booking_rule.html", "/oertliches/eintrag/{rule}", STAFF),
    Listed("oertliches-haltestelle", "local/checked_stop.html", "/oertliches/eintrag/{checked}", STAFF),
    Listed("oertliches-zusatzfahrt", "local/extra_trip.html", "/oertliches/eintrag/{extra}", STAFF),
    Listed("oertliches-neu", "local/notice.html", "/oertliches/hinweis/neu", STAFF),
    Listed("oertliches-fehler", "local/booking_rule.html", kept_locally("anmeldung", minutes="bald"), STAFF),
    Listed(
        "oertliches-welche-haltestelle",
        "local/choose.html",
        kept_locally("haltestelle", place="Zehrn"),
        STAFF,
    ),
    Listed("oertliches-beenden", "local/end.html", "/oertliches/eintrag/{orphan}/beenden", STAFF),
    Listed("oertliches-tabelle", "local/stops.html", "/oertliches/haltestellen", STAFF),
    Listed("fahrplan-wartet", "timetables/one.html", "/fahrplan/{waiting}", STAFF),
    Listed("fahrplan-bereit", "timetables/one.html", "/fahrplan/{ready}", STAFF),
    Listed("fahrplan-abgelehnt", "timetables/one.html", "/fahrplan/{refused}", STAFF),
    Listed("fahrplan-schalten", "timetables/switch.html", "/fahrplan/{ready}/schalten", STAFF),
    Listed("fahrplan-vergleich", "timetables/comparison.html", "/fahrplan/{thin}/vergleich", STAFF),
    Listed("beispielreisen", "timetables/samples.html", "/fahrplan/beispielreisen", STAFF),
    Listed("beispielreisen-fehler", "timetables/samples.html", sample("Xyzzy"), STAFF),
    Listed("beispielreisen-welcher-ort", "timetables/sample_choice.html", sample("Neudorf"), STAFF),
    Listed("fahrplan-verluste", "timetables/switch.html", "/fahrplan/{thin}/schalten", STAFF),
    Listed(
        "fahrplan-falscher-name",
        "timetables/switch.html",
        pressed("/fahrplan/{thin}/schalten", "Ich habe das geprüft, es ist richtig", name="Jemand Anderes"),
        STAFF,
    ),
    Listed("fahrplan-zurueck", "timetables/back.html", "/fahrplan/zurueck", STAFF),
    Listed("fahrplan-zurueck-zu", "timetables/back_to.html", "/fahrplan/{before}/zurueck", STAFF),
    Listed("protokoll", "timetables/audit.html", "/fahrplan/protokoll", STAFF),
    Listed("telefon", "telephone/find.html", "/telefon", DISPATCHER),
    Listed("telefon-gefunden", "telephone/find.html", called(who="Baispiel"), DISPATCHER),
    Listed("telefon-niemand", "telephone/find.html", called(who="Xaver Xyzzy 0170 9"), DISPATCHER),
    Listed("telefon-person", "telephone/person.html", "/telefon/person/{person}", DISPATCHER),
    Listed("telefon-welcher-ort", "telephone/choose.html", asked_by_phone("Neudorf"), DISPATCHER),
    Listed("telefon-verbindungen", "telephone/results.html", asked_by_phone("Lommatzsch"), DISPATCHER),
    Listed("telefon-vorlesen", "telephone/review.html", read_out_by_phone, DISPATCHER),
    Listed("telefon-absagen", "journeys/cancel.html", "/telefon/buchung/{booked}/absagen", DISPATCHER),
    Listed("telefon-plaetze", "journeys/seats.html", "/telefon/buchung/{booked}/plaetze", DISPATCHER),
    Listed("telefon-buchung", "telephone/booking.html", "/telefon/buchung/{booked}", DISPATCHER),
    Listed(
        "telefon-brief",
        "telephone/letter.html",
        pressed("/telefon/buchung/{booked}", "Brief ansehen und drucken"),
        DISPATCHER,
    ),
    Listed("rueckrufe", "calls/waiting.html", "/rueckrufe", DISPATCHER),
    Listed(
        "rueckruf",
        "calls/one.html",
        pressed("/rueckrufe", "Nummer und Code zeigen (Rita Beispiel)"),
        DISPATCHER,
    ),
    Listed("meldungen", "reports/all.html", "/meldungen", DISPATCHER),
    Listed("meldung", "reports/one.html", "/meldungen/{report}", DISPATCHER),
    Listed("bewerten", "companions/rate.html", "/mitfahrt/{leg}/bewerten", RIDER),
    Listed("melden", "companions/report.html", "/mitfahrt/{leg}/melden", RIDER),
    Listed(
        "melden-fehler",
        "companions/report.html",
        pressed("/mitfahrt/{leg}/melden", "Meldung abschicken"),
        RIDER,
    ),
    Listed("sperren", "companions/block.html", "/mitfahrt/{leg}/sperren", RIDER),
    Listed("konto", "profile/mine.html", "/konto", RIDER),
    Listed("konto-angaben", "profile/details.html", "/konto/angaben", RIDER),
    Listed("konto-mails", "profile/mails.html", "/konto/mails", RIDER),
    Listed("konto-auto", "profile/car.html", "/konto/auto", DRIVER),
    Listed("konto-bestaetigen", "profile/confirm.html", "/konto/bestaetigen/telefon", NEWCOMER),
    Listed("konto-gesperrt", "profile/blocked.html", "/konto/gesperrt", RIDER),
    Listed("konto-wer-sah", "profile/reads.html", "/konto/wer-hat-meine-nummer-gesehen", DRIVER),
    Listed("schluessel", "profile/tokens.html", "/konto/schluessel", RIDER),
    Listed("schluessel-loeschen", "profile/revoke_token.html", "/konto/schluessel/{token}/loeschen", RIDER),
    Listed("impressum", "legal/imprint.html", "/impressum"),
    Listed("datenschutz", "legal/privacy.html", "/datenschutz"),
    Listed("barrierefreiheit", "legal/accessibility.html", "/barrierefreiheit"),
    Listed("barriere-melden", "legal/feedback.html", "/barriere-melden"),
    Listed("barriere-melden-fehler", "legal/feedback.html", pressed("/barriere-melden", "Absenden")),
    Listed("schnittstelle", "api/page.html", "/api"),
    Listed("gibt-es-nicht", "error.html", "/gibt-es-nicht", ADMIN),
)

ELSEWHERE = {
    "outage.html": "tests/browser/test_outage.py",
    "cancel_link/check.html": "tests/browser/test_rights.py",
    "cancel_link/done.html": "tests/browser/test_rights.py",
    "profile/token.html": "tests/browser/test_rights.py",
}
"""Templates of pages that a visit changes for good: these tests look at them on their way."""

NO_PAGES = {
    "api.plan", "api.departures", "api.status", "api.openapi", "api_bookings.all_to_come", "api_bookings.one", "connection.linked", "health.health",
    "journeys.calendar", "search.results_again", "brand.sheet", "brand.logo", "brand.manifest", "offline.worker", "map.tile",
    "map.booked_way", "stops.board", "comparisons.file", "comparisons.map_data", "run_lines.way", "demand.area", "lines.run_line_way",
    "api.notices", "findings.table", "findings.data", "local.table",
}  # fmt: skip
"""GET routes that answer with data or send elsewhere."""
