"""What people are told by mail, in plain German. Written into the outbox by the service that changes
something, in the same transaction; who has no address is told by the people who booked for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mitfahr.calendar_file import calendar_file
from mitfahr.db.bookings import Booking, BookingLeg, bookings_of_trip
from mitfahr.db.outbox import CANCEL_CODE, PORTAL, queue_mail
from mitfahr.db.people import Person
from mitfahr.db.rides import Ride
from mitfahr.db.wishes import Wish, WishFit
from mitfahr.domain.booking_numbers import booking_number
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.states import LIVE, BookingState, LegState
from mitfahr.domain.times import clock_text, local, seconds
from routing.journey import Journey
from routing.query import LegKind, Party

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
STATE_WORDS = {
    LegState.REQUESTED: "angefragt, noch nicht bestätigt",
    LegState.CONFIRMED: "fest gebucht",
    LegState.NOTED: "vorgemerkt",
    LegState.DECLINED: "abgelehnt",
    LegState.LAPSED: "nicht rechtzeitig beantwortet",
    LegState.CANCELLED: "abgesagt",
    LegState.COMPLETED: "gefahren",
    LegState.NO_SHOW: "nicht erschienen",
}
KIND_WORDS = {
    LegKind.TRANSIT: "Bus oder Bahn",
    LegKind.RUFBUS: "Rufbus (bitte selbst telefonisch anmelden)",
    LegKind.BUERGERBUS: "BürgerBus",
    LegKind.RIDE: "Mitfahrt",
}


def tell_booked(session: Session, booking: Booking, now: dt.datetime) -> None:
    """To the rider: what has been booked, and to each driver who is asked or has a new passenger."""
    _tell_rider_booked(session, booking, (), now)
    _tell_drivers_booked(session, booking.legs, now)


def tell_replaced(
    session: Session,
    old: Booking,
    new: Booking,
    freed: Sequence[BookingLeg],
    joined: Sequence[BookingLeg],
    now: dt.datetime,
) -> None:
    """To the rider: the new way instead of the old; to drivers whose passengers are gone or new.

    `freed` and `joined` leave out legs that are the same on both ways.
    """
    instead = f"Sie ersetzt, was von Ihrer Reise {_title(old)} noch vor Ihnen lag."
    _tell_rider_booked(session, new, (instead,), now)
    tell_drivers_freed(session, freed, now)
    _tell_drivers_booked(session, joined, now)


def _tell_rider_booked(session: Session, booking: Booking, further: Sequence[str], now: dt.datetime) -> None:
    waiting = booking.state is BookingState.WAITING
    subject = "Ihre Anfrage" if waiting else "Ihre Buchung"
    opening = (
        "Ihre Anfrage ist eingegangen. Mindestens eine Mitfahrt muss noch bestätigt werden. "
        "Ihre Plätze sind so lange für Sie frei gehalten."
        if waiting
        else "Ihre Reise ist gebucht."
    )
    parts = [opening, *further, _legs(booking.legs)]
    if booking.price_ct:
        parts.append(_price(booking))
    parts += [_page_of(booking), _how_to_cancel(booking)]
    _mail_rider(session, booking, f"{subject}: {_title(booking)}", parts, now)


def _tell_drivers_booked(session: Session, legs: Sequence[BookingLeg], now: dt.datetime) -> None:
    for leg in legs:
        if leg.ride is not None and leg.ride.driver is not None and leg.kind is LegKind.RIDE:
            _tell_driver(session, leg.ride, leg.ride.driver, leg, now)


def tell_decided(session: Session, leg: BookingLeg, now: dt.datetime) -> None:
    """To the rider: the driver has said yes."""
    booking = leg.booking
    rest = (
        "Damit ist Ihre ganze Reise fest gebucht."
        if booking.state is BookingState.BOOKED
        else "Andere Teile Ihrer Reise sind noch nicht bestätigt."
    )
    parts = [f"Gute Nachricht: {_label(leg)} ist bestätigt. {rest}", _legs(booking.legs)]
    parts += [_page_of(booking), _how_to_cancel(booking)]
    _mail_rider(session, booking, f"Bestätigt: {_title(booking)}", parts, now)


def tell_fallen(
    session: Session,
    fallen: Sequence[BookingLeg],
    others: Sequence[BookingLeg],
    now: dt.datetime,
    another_way: Journey | None = None,
) -> None:
    """To the rider: legs have fallen away, what became of the others, and another way if there is one."""
    booking = fallen[0].booking
    parts = [
        f"Leider entfällt ein Teil Ihrer Reise: {_label(leg)} – {STATE_WORDS[leg.state]}."
        + (f" Grund: {leg.reason}" if leg.reason else "")
        for leg in fallen
    ]
    if others:
        parts.append("Die übrigen Teile dieser Reise haben wir für Sie freigegeben.")
    elif any(leg.state in LIVE for leg in booking.legs):
        parts.append(
            "Die übrigen Teile Ihrer Reise bleiben für Sie gebucht. Sie können sie behalten oder freigeben."
        )
    parts += [
        f"Ihre Reise {_title(other)} bleibt gebucht."
        for other in bookings_of_trip(session, booking)
        if other is not booking and other.state in (BookingState.BOOKED, BookingState.WAITING)
    ]
    parts += [_legs(booking.legs), _another_way(another_way)]
    parts.append(
        f"Hier sehen Sie, wie es weitergehen kann, und buchen mit einem Klick:\n{PORTAL}/meine-fahrten/{booking.id}"
    )
    _mail_rider(session, booking, f"Änderung: {_title(booking)}", parts, now)
    tell_drivers_freed(session, others, now)


def tell_cancelled(
    session: Session, booking: Booking, fallen: Sequence[BookingLeg], now: dt.datetime
) -> None:
    """After the rider's own cancellation: a receipt, and word to the drivers."""
    whole = booking.state in (BookingState.ENDED, BookingState.TRAVELLED)
    opening = "Ihre Reise ist abgesagt." if whole else "Ein Teil Ihrer Reise ist abgesagt."
    _mail_rider(session, booking, f"Abgesagt: {_title(booking)}", [opening, _legs(booking.legs)], now)
    tell_drivers_freed(session, fallen, now)


def tell_party_changed(session: Session, booking: Booking, before: Party, now: dt.datetime) -> None:
    """To the rider: who and what travels now, and to the drivers on the way."""
    travels = f"Jetzt: {_party(booking.party)}. Vorher: {_party(before)}."
    parts = [f"Ihre Reise ist geändert. {travels}", _legs(booking.legs)]
    if booking.price_ct:
        parts.append(_price(booking))
    parts += [_page_of(booking), _how_to_cancel(booking)]
    _mail_rider(session, booking, f"Geändert: {_title(booking)}", parts, now)
    for leg in booking.legs:
        if leg.state in LIVE and leg.kind is LegKind.RIDE and leg.ride and leg.ride.driver:
            text = (
                f"{booking.rider.first_name} hat die Buchung geändert: {_when(leg.departure_s)}, "
                f"von {leg.origin_area} nach {leg.destination_area}. {travels}"
            )
            _mail(session, leg.ride.driver, f"Plätze geändert: {_ride_title(leg.ride)}", [text], now)


def tell_reminder(session: Session, booking: Booking, reminder: Reminder, now: dt.datetime) -> None:
    """To the rider: the journey is tomorrow, or begins soon."""
    left = [leg for leg in booking.legs if leg.state in LIVE]
    begins_s = booking.departure_s if left[0].seq == 0 else left[0].departure_s
    parts = [f"Ihre Reise beginnt {_near(begins_s, now)}."]
    if any(leg.state is LegState.REQUESTED for leg in left):
        parts.append("Achtung: Noch nicht jede Mitfahrt ist bestätigt. Sie bekommen Bescheid.")
    parts += [_legs(left), _page_of(booking), _how_to_cancel(booking)]
    title = "Erinnerung an morgen" if reminder is Reminder.DAY_BEFORE else "Bald geht es los"
    _mail(session, booking.rider, f"{title}: {_title(booking)}", parts, now, booking_id=booking.id)


def calendar_of(booking: Booking, sequence: int, now: dt.datetime) -> str:
    """The booking as an entry of a calendar, with what anybody needs on the way."""
    description = f"{_legs(booking.legs)}\nBuchungsnummer {booking_number(booking.id)}\n\n{_page_of(booking)}"
    return calendar_file(booking, description, sequence, now)


def tell_drivers_freed(session: Session, legs: Sequence[BookingLeg], now: dt.datetime) -> None:
    """To the drivers of private rides: these passengers do not come."""
    for leg in legs:
        if leg.ride is None or leg.ride.driver is None or leg.kind is not LegKind.RIDE:
            continue
        text = (
            f"{leg.booking.rider.first_name} fährt nicht mit: {_when(leg.departure_s)}, "
            f"von {leg.origin_area} nach {leg.destination_area}. Die Plätze sind wieder frei."
        )
        _mail(session, leg.ride.driver, f"Platz wieder frei: {_ride_title(leg.ride)}", [text], now)


def tell_share(session: Session, leg: BookingLeg, before_ct: int, now: dt.datetime) -> None:
    """To the rider: somebody has joined or left, so the costs are shared anew."""
    booking = leg.booking
    parts = [
        f"{_label(leg)} am {_when(leg.departure_s)}: Es fahren jetzt "
        f"{'mehr' if leg.price_ct < before_ct else 'weniger'} Menschen mit, darum teilen sich die Fahrtkosten neu.",
        f"Sie zahlen {_euros(leg.price_ct)} statt {_euros(before_ct)}. "
        f"Mehr als die {_euros(leg.agreed_ct)}, die Sie beim Buchen gesehen haben, wird es nie.",
    ]
    _mail(session, booking.rider, f"Neuer Preis: {_title(booking)}", parts, now)


def tell_gap(session: Session, driver: Person, title: str, reason: str, now: dt.datetime) -> None:
    """To a driver: a date of a series could not be published."""
    parts = [
        f"Ihre regelmäßige Fahrt {title} haben wir nicht veröffentlicht. Grund: {reason}",
        "Ihre anderen Termine bleiben, wie sie sind. Sie müssen nichts tun. Wenn Sie an diesem Tag doch "
        "jemanden mitnehmen möchten, bieten Sie bitte eine einzelne Fahrt an.",
    ]
    _mail(session, driver, f"Termin nicht veröffentlicht: {title}", parts, now)


def tell_wish_fits(session: Session, wish: Wish, fits: Sequence[WishFit], now: dt.datetime) -> None:
    """To somebody who keeps a search: these offers fit it."""
    found = "\n".join(
        f"- {_when(fit.departure_s)}, Ankunft {_clock(fit.arrival_s)}: {fit.ride.label}"
        + (" (fährt öfter)" if fit.ride.series_id is not None else "")
        for fit in fits
    )
    parts = [
        f"Zu Ihrem Gesuch von {wish.origin_area} nach {wish.destination_area} gibt es ein neues Angebot:\n{found}",
        f"Ansehen und buchen:\n{PORTAL}/gesuche/{wish.id}",
        "Sie suchen nicht mehr? Auf derselben Seite können Sie das Gesuch beenden.",
    ]
    _mail(session, wish.person, f"Passt zu Ihrem Gesuch nach {wish.destination_area}", parts, now)


def tell_code(session: Session, person: Person, code: str, valid: dt.timedelta, now: dt.datetime) -> None:
    """To somebody who wants to show that the mailbox is theirs."""
    minutes = int(valid.total_seconds() // 60)
    parts = [
        f"Ihr Code für das Mitfahrportal: {code}",
        "Bitte geben Sie ihn dort unter „Mein Konto“ ein. Dann ist Ihre E-Mail-Adresse bestätigt. "
        f"Der Code gilt {minutes} Minuten.",
        "Sie haben keinen Code angefordert? Dann brauchen Sie nichts zu tun.",
    ]
    _mail(session, person, "Ihr Code für das Mitfahrportal", parts, now)


def _tell_driver(session: Session, ride: Ride, driver: Person, leg: BookingLeg, now: dt.datetime) -> None:
    asked = leg.state is LegState.REQUESTED
    parts = [
        f"{leg.booking.rider.first_name} {'möchte mitfahren' if asked else 'fährt mit'}: "
        f"{_when(leg.departure_s)}, von {leg.origin_area} nach {leg.destination_area}, "
        f"{_party(leg.party)}, {_detour(leg)}."
    ]
    if leg.booking.message:
        parts.append(f"Nachricht: {leg.booking.message}")
    if asked and leg.hold_until_s is not None:
        parts.append(
            f"Bitte antworten Sie bis {_when(leg.hold_until_s)} im Mitfahrportal unter „Meine Angebote“. "
            "Danach verfällt die Anfrage."
        )
    _mail(session, driver, f"{'Anfrage' if asked else 'Neue Buchung'}: {_ride_title(ride)}", parts, now)


def _mail_rider(
    session: Session, booking: Booking, subject: str, parts: Sequence[str], now: dt.datetime
) -> None:
    """With the journey's new state for the rider's calendar."""
    calendar = calendar_of(booking, booking.calendars_sent, now)
    booking.calendars_sent += 1
    _mail(session, booking.rider, subject, parts, now, calendar=calendar, booking_id=booking.id)


def _mail(
    session: Session,
    person: Person,
    subject: str,
    parts: Sequence[str],
    now: dt.datetime,
    *,
    calendar: str | None = None,
    booking_id: str | None = None,
) -> None:
    if person.email is None:
        return
    body = "\n\n".join([f"Guten Tag {person.full_name},", *parts, "Ihr Mitfahrportal"])
    queue_mail(session, person.email, subject, body + "\n", now, calendar, booking_id)


def _legs(legs: Sequence[BookingLeg]) -> str:
    return "\n".join(
        f"- {_when(leg.departure_s)} {leg.origin_name} → {_clock(leg.arrival_s)} {leg.destination_name}, "
        f"{_label(leg)}: {STATE_WORDS[leg.state]}"
        for leg in legs
    )


def _another_way(journey: Journey | None) -> str:
    if journey is None:
        return "Bitte suchen Sie im Mitfahrportal nach einer anderen Verbindung oder rufen Sie uns an."
    vehicles = ", dann ".join(
        f"{leg.route or KIND_WORDS[leg.kind]} um {_clock(leg.departure_s)} ab {leg.origin.name}"
        for leg in journey.legs
        if leg.kind is not LegKind.WALK
    )
    way = vehicles or "zu Fuß"
    return (
        f"Eine andere Möglichkeit: los um {_when(journey.departure_s)}, {way}, "
        f"Ankunft um {_clock(journey.arrival_s)}. Sie ist noch nicht gebucht."
    )


def _page_of(booking: Booking) -> str:
    return f"Ihre Reise im Mitfahrportal:\n{PORTAL}/meine-fahrten/{booking.id}"


def _how_to_cancel(booking: Booking) -> str:
    number = booking_number(booking.id)
    live = [leg.departure_s for leg in booking.legs if leg.state in LIVE]
    rest = "Ist ein Teil schon abgefahren, gilt die Absage für den Rest. " if len(live) > 1 else ""
    return (
        f"Absagen können Sie bis {_when(max(live))}. {rest}Dafür brauchen Sie keine Anmeldung:\n"
        f"{PORTAL}/absagen#{number}.{CANCEL_CODE}\n"
        f"Buchungsnummer {number}, Absagecode {CANCEL_CODE}"
    )


def _near(begins_s: int, now: dt.datetime) -> str:
    days = (local(begins_s).date() - local(seconds(now)).date()).days
    word = {0: "heute, ", 1: "morgen, "}.get(days, "am ")
    return word + _when(begins_s)


def _label(leg: BookingLeg) -> str:
    if leg.ride is not None:
        return leg.ride.label
    route = leg.shown["route"]
    return f"{KIND_WORDS[leg.kind]} {route}" if route else KIND_WORDS[leg.kind]


def _party(party: Party) -> str:
    words = _people(party.people)
    if party.wheelchairs:
        words += f", davon {party.wheelchairs} mit Rollstuhl"
    if party.luggage:
        words += ", 1 großes Gepäckstück" if party.luggage == 1 else f", {party.luggage} große Gepäckstücke"
    if party.bicycles:
        words += ", 1 Fahrrad" if party.bicycles == 1 else f", {party.bicycles} Fahrräder"
    return words


def _people(number: int) -> str:
    return "1 Person" if number == 1 else f"{number} Personen"


def _detour(leg: BookingLeg) -> str:
    minutes = -(-leg.detour_s // 60)
    if minutes <= 0:
        return "ohne Umweg"
    return "1 Minute Umweg" if minutes == 1 else f"{minutes} Minuten Umweg"


def _price(booking: Booking) -> str:
    return f"Ihr Anteil an den Fahrtkosten der privaten Fahrten: {_euros(booking.price_ct)}."


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d} Euro"


def _title(booking: Booking) -> str:
    return f"{booking.origin_name} → {booking.destination_name}, {_when(booking.departure_s)}"


def _ride_title(ride: Ride) -> str:
    return f"{ride.stops[0].name} → {ride.stops[-1].name}, {_when(ride.begins_s)}"


def _when(utc_s: int) -> str:
    shown = local(utc_s)
    return f"{WEEKDAYS[shown.weekday()]}, {shown:%d.%m.%Y}, {clock_text(shown)} Uhr"


def _clock(utc_s: int) -> str:
    return f"{clock_text(local(utc_s))} Uhr"
