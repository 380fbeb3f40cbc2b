"""What people are told by mail, in plain words of their own language. Written into the outbox by the service
that changes something, in the same transaction; who has no address reads an SMS if they have agreed to that, and is
called otherwise by the people who book for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from mitfahr.calendar_file import calendar_file, calendar_of_all
from mitfahr.db.bookings import Booking, BookingLeg, bookings_of_trip
from mitfahr.db.calls_to_make import note_call_to_make
from mitfahr.db.outbox import CANCEL_CODE, CONTACT, PORTAL, OutboxMessage, queue_mail, queue_sms
from mitfahr.db.people import Organisation, Person
from mitfahr.db.rides import Ride
from mitfahr.db.standing_orders import StandingDay, StandingOrder
from mitfahr.db.switch_plans import SwitchPlan
from mitfahr.db.waiting import WaitEntry
from mitfahr.db.wishes import Wish, WishFit
from mitfahr.domain.booking_numbers import booking_number
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.standing_orders import Hitch
from mitfahr.domain.states import LIVE, BookingState, LegState
from mitfahr.domain.times import seconds
from mitfahr.domain.trust import RATE_WITHIN_S
from mitfahr.going_live_words import why_words
from mitfahr.languages import _, known_language, lazy, ngettext, using
from mitfahr.languages.formats import amount, clock, day, day_short, local, oclock, weekday_and_day
from mitfahr.languages.stored import said
from mitfahr.promise_words import promise_words
from mitfahr.seen import companion
from routing.journey import Journey, Promise
from routing.query import LegKind, Party

STATE_WORDS = {
    LegState.REQUESTED: lazy("angefragt, noch nicht bestätigt"),
    LegState.CONFIRMED: lazy("fest gebucht"),
    LegState.NOTED: lazy("vorgemerkt"),
    LegState.DECLINED: lazy("abgelehnt"),
    LegState.LAPSED: lazy("nicht rechtzeitig beantwortet"),
    LegState.CANCELLED: lazy("abgesagt"),
    LegState.COMPLETED: lazy("gefahren"),
    LegState.NO_SHOW: lazy("nicht erschienen"),
}
KIND_WORDS = {
    LegKind.TRANSIT: lazy("Bus oder Bahn"),
    LegKind.RUFBUS: lazy("Rufbus (bitte selbst telefonisch anmelden)"),
    LegKind.BUERGERBUS: lazy("BürgerBus"),
    LegKind.RIDE: lazy("Mitfahrt"),
    LegKind.DEMAND: lazy("Fahrt auf Bestellung"),
}

HITCH_WORDS = {
    Hitch.NO_TIMETABLE: lazy("Für diesen Tag gibt es noch keinen Fahrplan."),
    Hitch.NO_WAY_OUT: lazy("Für die Hinfahrt gibt es in dieser Zeit keine Verbindung mit freiem Platz."),
    Hitch.NO_WAY_BACK: lazy("Für die Rückfahrt gibt es in dieser Zeit keine Verbindung mit freiem Platz."),
    Hitch.REFUSED: lazy("Die Plätze wurden gerade vergeben, oder die Frist zum Buchen war vorbei."),
}


def tell_booked(session: Session, booking: Booking, now: dt.datetime) -> None:
    """To the rider: what has been booked, and to each driver who is asked or has a new passenger."""
    _tell_rider_booked(session, booking, None, now)
    tell_drivers_booked(session, booking.legs, now)


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
    _tell_rider_booked(session, new, old, now)
    tell_drivers_freed(session, freed, now)
    tell_drivers_booked(session, joined, now)


def _tell_rider_booked(
    session: Session, booking: Booking, instead_of: Booking | None, now: dt.datetime
) -> None:
    waiting = booking.state is BookingState.WAITING
    with words_of(booking.rider):
        if waiting:
            subject = _("Ihre Anfrage: %(journey)s", journey=_title(booking))
            opening = _(
                "Ihre Anfrage ist eingegangen. Mindestens eine Mitfahrt muss noch bestätigt werden. "
                "Ihre Plätze sind so lange für Sie frei gehalten. Sie müssen nichts tun: "
                "Bis %(moment)s bekommen Sie Bescheid.",
                moment=_when(max(leg.hold_until_s or 0 for leg in booking.legs)),
            )
        else:
            subject = _("Ihre Buchung: %(journey)s", journey=_title(booking))
            opening = _("Ihre Reise ist gebucht.")
        parts = [opening]
        if instead_of is not None:
            parts.append(
                _(
                    "Was von Ihrer Reise %(journey)s noch offen war, gilt damit nicht mehr.",
                    journey=_title(instead_of),
                )
            )
        parts.append(_legs(booking.legs))
        if booking.price_ct:
            parts.append(_price(booking))
        parts += [_page_of(booking), _how_to_cancel(booking)]
        _mail_rider(session, booking, subject, parts, now)


def tell_drivers_booked(session: Session, legs: Sequence[BookingLeg], now: dt.datetime) -> None:
    """To the drivers of private rides: who is asked for, or has a new passenger."""
    for leg in legs:
        if leg.ride is not None and leg.ride.driver is not None and leg.kind is LegKind.RIDE:
            _tell_driver(session, leg.ride, leg.ride.driver, leg, now)


def sms_of(booking: Booking) -> str:
    """The booking in a few words: every 160 signs cost money."""
    with words_of(booking.rider):
        number = booking_number(booking.id)
        waiting = [_("Noch nicht alles ist zugesagt.")] if booking.state is BookingState.WAITING else []
        codes = _(
            "Buchung %(number)s. Absagen: %(address)s, Code %(code)s.",
            number=number,
            address=f"{PORTAL}/absagen",
            code=CANCEL_CODE,
        )
        return "\n".join([f"{day_short(booking.departure_s)}:", *_legs_in_short(booking), *waiting, codes])


def _legs_in_short(booking: Booking) -> list[str]:
    return [_leg_in_short(leg) for leg in booking.legs if leg.state in LIVE]


def _leg_in_short(leg: BookingLeg) -> str:
    facts = {
        "vehicle": _label(leg),
        "departure": clock(leg.departure_s),
        "origin": leg.origin_name,
        "arrival": clock(leg.arrival_s),
        "destination": leg.destination_name,
    }
    promise = _promise_of(leg)
    if promise is None:
        return _("%(vehicle)s: %(departure)s ab %(origin)s, %(arrival)s an %(destination)s.", **facts)
    return _(
        "%(vehicle)s: Abholung %(departure)s bis %(latest)s in %(origin)s, bis %(arrival)s in %(destination)s.",
        **facts,
        latest=clock(promise.pickup_until_s),
    )


def _promise_of(leg: BookingLeg) -> Promise | None:
    """What was promised where the leg is driven on demand, and still holds."""
    promise = leg.shown.get("promise")
    is_late = leg.shown.get("planned_departure") is not None  # then other times were told
    return None if promise is None or is_late else Promise(**promise)


def tell_decided(session: Session, leg: BookingLeg, now: dt.datetime) -> None:
    """To the rider: the driver has said yes."""
    booking = leg.booking
    with words_of(booking.rider):
        rest = (
            _("Damit ist Ihre ganze Reise fest gebucht.")
            if booking.state is BookingState.BOOKED
            else _("Andere Teile Ihrer Reise sind noch nicht bestätigt.")
        )
        parts = [
            " ".join([_("Gute Nachricht: %(ride)s ist bestätigt.", ride=_label(leg)), rest]),
            _legs(booking.legs),
            _page_of(booking),
            _how_to_cancel(booking),
        ]
        subject = _("Bestätigt: %(journey)s", journey=_title(booking))
        _mail_rider(session, booking, subject, parts, now, in_short=parts[:1])


def tell_fallen(
    session: Session,
    fallen: Sequence[BookingLeg],
    others: Sequence[BookingLeg],
    now: dt.datetime,
    another_way: Journey | None = None,
) -> None:
    """To the rider: legs have fallen away, what became of the others, and another way if there is one."""
    booking = fallen[0].booking
    with words_of(booking.rider):
        parts = [_fallen_away(leg) for leg in fallen]
        if others:
            parts.append(_("Die übrigen Teile dieser Reise haben wir für Sie freigegeben."))
        elif any(leg.state in LIVE for leg in booking.legs):
            parts.append(
                _(
                    "Die übrigen Teile Ihrer Reise bleiben für Sie gebucht. "
                    "Sie können sie behalten oder freigeben."
                )
            )
        parts += [
            _("Ihre Reise %(journey)s bleibt gebucht.", journey=_title(other))
            for other in bookings_of_trip(session, booking)
            if other is not booking and other.state in (BookingState.BOOKED, BookingState.WAITING)
        ]
        in_short = [*parts, _another_way(another_way)]
        parts += [_legs(booking.legs), _another_way(another_way)]
        how = (
            _("Hier sehen Sie, wie es weitergehen kann:")
            if another_way is None
            else _("Hier sehen Sie, wie es weitergehen kann, und buchen mit einem Klick:")
        )
        parts.append(f"{how}\n{PORTAL}/meine-fahrten/{booking.id}")
        if any(leg.state in LIVE for leg in booking.legs):
            parts.append(_how_to_cancel(booking))
        subject = _("Änderung: %(journey)s", journey=_title(booking))
        _mail_rider(session, booking, subject, parts, now, in_short=in_short)
    tell_drivers_freed(session, others, now)


def tell_shifted(
    session: Session, booking: Booking, before: Sequence[tuple[int, str, int]], now: dt.datetime
) -> None:
    """To the rider: the timetable has changed and the journey with it, but it still works.

    `before` has departure (UTC seconds), first stop and arrival of every vehicle as they were told.
    """
    with words_of(booking.rider):
        moved = [
            _(
                "- %(vehicle)s ab %(stop)s: jetzt %(now)s, Ankunft %(arrival)s "
                "(vorher %(before)s, Ankunft %(arrival_before)s)",
                vehicle=_label(leg),
                stop=leg.origin_name,
                now=oclock(leg.departure_s),
                arrival=oclock(leg.arrival_s),
                before=oclock(departure_s),
                arrival_before=oclock(arrival_s),
            )
            for leg, (departure_s, origin, arrival_s) in zip(booking.legs, before, strict=True)
            if leg.state in LIVE
            and (leg.departure_s, leg.origin_name, leg.arrival_s) != (departure_s, origin, arrival_s)
        ]
        opening = _(
            "Der Fahrplan hat sich geändert. Ihre Reise bleibt gebucht und alle Umstiege klappen. "
            "Bitte merken Sie sich die neuen Zeiten."
        )
        parts = [
            opening,
            *(["\n".join(moved)] if moved else []),
            f"{_('So fahren Sie jetzt:')}\n{_legs([leg for leg in booking.legs if leg.state in LIVE])}",
            _page_of(booking),
            _how_to_cancel(booking),
        ]
        subject = _("Neue Zeiten: %(journey)s", journey=_title(booking))
        _mail_rider(session, booking, subject, parts, now, in_short=_legs_in_short(booking))


def tell_delay(session: Session, leg: BookingLeg, before_s: tuple[int, int], now: dt.datetime) -> None:
    """To the rider: a run is later (or less late) than they were told; `before_s` are departure and arrival then."""
    booking = leg.booking
    facts = {
        "ride": _label(leg),
        "origin": leg.origin_name,
        "destination": leg.destination_name,
        "departure": oclock(leg.departure_s),
        "arrival": oclock(leg.arrival_s),
        "before": oclock(before_s[0]),
        "arrival_before": oclock(before_s[1]),
    }
    with words_of(booking.rider):
        is_later = leg.departure_s > before_s[0] or leg.arrival_s > before_s[1]
        journey = _title(booking)
        subject = (
            _("Verspätung: %(journey)s", journey=journey)
            if is_later
            else _("Kommt früher als zuletzt gesagt: %(journey)s", journey=journey)
        )
        parts = [
            _(
                "%(ride)s hat Verspätung. Abfahrt in %(origin)s ist voraussichtlich um %(departure)s "
                "(bisher %(before)s), Ankunft in %(destination)s um %(arrival)s (bisher %(arrival_before)s).",
                **facts,
            )
            if is_later
            else _(
                "%(ride)s kommt früher als zuletzt gesagt. Abfahrt in %(origin)s ist um %(departure)s "
                "(bisher %(before)s), Ankunft in %(destination)s um %(arrival)s (bisher %(arrival_before)s).",
                **facts,
            ),
            *_place_is_kept(leg),
        ]
        in_short = list(parts)
        parts += [_page_of(booking), _how_to_cancel(booking)]
        _mail_rider(session, booking, subject, parts, now, in_short=in_short)


def tell_tour_delay(session: Session, leg: BookingLeg, now: dt.datetime, *, is_later: bool) -> None:
    """To the rider: a vehicle on demand comes outside of the times that were promised, or after all within them."""
    booking, promise = leg.booking, Promise(**leg.shown["promise"])
    facts = {
        "ride": _label(leg),
        "origin": leg.origin_name,
        "destination": leg.destination_name,
        "departure": clock(leg.departure_s),
        "arrival": clock(leg.arrival_s),
        "earliest": clock(promise.pickup_from_s),
        "latest": clock(promise.pickup_until_s),
        "promised": clock(promise.dropoff_until_s),
    }
    with words_of(booking.rider):
        subject = (
            _("Verspätung: %(journey)s", journey=_title(booking))
            if is_later
            else _("Kommt früher als zuletzt gesagt: %(journey)s", journey=_title(booking))
        )
        if leg.departure_s > promise.pickup_until_s:
            pickup = _(
                "%(ride)s hat Verspätung. Abholung in %(origin)s ist voraussichtlich um %(departure)s Uhr "
                "(zugesagt war %(earliest)s bis %(latest)s Uhr).",
                **facts,
            )
        else:
            pickup = _(
                "%(ride)s: Abholung in %(origin)s ist zwischen %(earliest)s und %(latest)s Uhr, wie zugesagt.",
                **facts,
            )
        if leg.arrival_s > promise.dropoff_until_s:
            arrival = _(
                "Ankunft in %(destination)s ist voraussichtlich um %(arrival)s Uhr "
                "(zugesagt war spätestens %(promised)s Uhr).",
                **facts,
            )
        else:
            arrival = _(
                "Ankunft in %(destination)s ist spätestens um %(promised)s Uhr, wie zugesagt.", **facts
            )
        in_short = [pickup, arrival, *_place_is_kept(leg)]
        parts = [*in_short, _page_of(booking), _how_to_cancel(booking)]
        _mail_rider(session, booking, subject, parts, now, in_short=in_short)


def _place_is_kept(leg: BookingLeg) -> Iterator[str]:
    """What a delay means for the rest of the journey."""
    yield _("Ihr Platz bleibt für Sie frei gehalten.")
    if any(other.seq > leg.seq and other.state in LIVE for other in leg.booking.legs):
        yield _(
            "Wir prüfen gerade, ob Ihr Umstieg noch klappt. Wenn nicht, bekommen Sie gleich eine zweite "
            "Nachricht mit einer anderen Verbindung."
        )


def tell_place_free(session: Session, booking: Booking, until_s: int, now: dt.datetime) -> None:
    """To somebody on a waiting list: a place is held for them until then."""
    with words_of(booking.rider):
        parts = [
            _(
                "Sie stehen auf einer Warteliste. Jetzt ist ein Platz frei. Bis %(moment)s halten wir ihn für Sie frei. "
                "Möchten Sie mitfahren? Dann sagen Sie bitte bis dahin zu. Sonst bekommt ihn die nächste Person auf der Warteliste.",
                moment=_when(until_s),
            ),
            _legs(booking.legs),
            f"{_('Hier sagen Sie zu oder ab:')}\n{PORTAL}/meine-fahrten/{booking.id}",
            _how_to_cancel(booking),
        ]
        subject = _("Ein Platz ist frei: %(journey)s", journey=_title(booking))
        in_short = [parts[0], *_legs_in_short(booking)]
        _mail_rider(session, booking, subject, parts, now, in_short=in_short)


def tell_waited_in_vain(session: Session, entry: WaitEntry, now: dt.datetime) -> None:
    """To somebody on a waiting list: no place became free in time, or the run is cancelled."""
    with words_of(entry.person):
        facts = {"ride": said(entry.ride.label), "day": day_short(entry.ride.begins_s)}
        opening = (
            _("Auf der Fahrt %(ride)s am %(day)s ist leider kein Platz frei geworden.", **facts)
            if entry.ride.withdrawn_at is None
            else _(
                "Die Fahrt %(ride)s am %(day)s, auf deren Warteliste Sie stehen, fällt leider aus.", **facts
            )
        )
        parts = [
            opening,
            _("Sie stehen nicht mehr auf der Warteliste. Bitte suchen Sie eine andere Verbindung."),
        ]
        subject = _("Kein Platz frei: %(ride)s", ride=facts["ride"])
        mail_person(session, entry.person, subject, parts, now)
        sms_person(session, entry.person, subject, parts, now)


def _fallen_away(leg: BookingLeg) -> str:
    words = _(
        "Leider entfällt ein Teil Ihrer Reise: %(ride)s – %(state)s.",
        ride=_label(leg),
        state=STATE_WORDS[leg.state],
    )
    return f"{words} {_('Grund: %(reason)s', reason=said(leg.reason))}" if leg.reason else words


def tell_cancelled(
    session: Session, booking: Booking, fallen: Sequence[BookingLeg], now: dt.datetime
) -> None:
    """After the rider's own cancellation: a receipt, and word to the drivers."""
    whole = booking.state in (BookingState.ENDED, BookingState.TRAVELLED)
    with words_of(booking.rider):
        opening = (
            _("Ihre Reise ist abgesagt. Sie müssen nichts weiter tun.")
            if whole
            else _("Ein Teil Ihrer Reise ist abgesagt.")
        )
        parts = [opening, _legs(booking.legs)]
        if not whole:
            parts += [_page_of(booking), _how_to_cancel(booking)]
        _mail_rider(session, booking, _("Abgesagt: %(journey)s", journey=_title(booking)), parts, now)
    tell_drivers_freed(session, fallen, now)


def tell_party_changed(session: Session, booking: Booking, before: Party, now: dt.datetime) -> None:
    """To the rider: who and what travels now, and to the drivers on the way."""
    with words_of(booking.rider):
        parts = [
            " ".join([_("Ihre Reise ist geändert."), _travels(booking.party, before)]),
            _legs(booking.legs),
        ]
        if booking.price_ct:
            parts.append(_price(booking))
        parts += [_page_of(booking), _how_to_cancel(booking)]
        _mail_rider(session, booking, _("Geändert: %(journey)s", journey=_title(booking)), parts, now)
    for leg in booking.legs:
        if leg.state in LIVE and leg.kind is LegKind.RIDE and leg.ride and leg.ride.driver:
            with words_of(leg.ride.driver):
                text = _(
                    "%(name)s hat die Buchung geändert: %(moment)s, von %(origin)s nach %(destination)s.",
                    name=booking.rider.first_name,
                    **_when_and_where(leg),
                )
                subject = _("Plätze geändert: %(ride)s", ride=_ride_title(leg.ride))
                parts = [f"{text} {_travels(booking.party, before)}", _ride_page(leg.ride)]
                mail_person(session, leg.ride.driver, subject, parts, now)


def _travels(party: Party, before: Party) -> str:
    return _("Jetzt: %(now)s. Vorher: %(before)s.", now=_party(party), before=_party(before))


def tell_reminder(session: Session, booking: Booking, reminder: Reminder, now: dt.datetime) -> None:
    """To the rider: the journey is tomorrow, or begins soon."""
    left = [leg for leg in booking.legs if leg.state in LIVE]
    begins_s = booking.departure_s if left[0].seq == 0 else left[0].departure_s
    with words_of(booking.rider):
        parts = [_begins(begins_s, now)]
        if any(leg.state is LegState.REQUESTED for leg in left):
            parts.append(_("Achtung: Noch nicht jede Mitfahrt ist bestätigt. Sie bekommen Bescheid."))
        parts += [_legs(left), _page_of(booking), _how_to_cancel(booking)]
        if reminder is Reminder.DAY_BEFORE:
            subject = _("Erinnerung an morgen: %(journey)s", journey=_title(booking))
        else:
            subject = _("Bald geht es los: %(journey)s", journey=_title(booking))
        mail_person(session, booking.rider, subject, parts, now, booking_id=booking.id)
        sms_person(session, booking.rider, subject, _legs_in_short(booking), now)


def tell_rating_asked(session: Session, person: Person, legs: Sequence[BookingLeg], now: dt.datetime) -> None:
    """To one side of a private ride that is over: how was it with whom they shared these legs with?"""
    with words_of(person):
        shared = "\n".join(_shared_leg(leg, person) for leg in legs)
        question = _(
            "Sie sind mit jemandem aus dem Mitfahrportal gefahren. Würden Sie wieder zusammen fahren?"
        )
        parts = [
            f"{question}\n{shared}",
            _(
                "Melden Sie sich dafür bitte an. Sie kreuzen Ja oder Nein an; das dauert eine halbe Minute. "
                "Es geht bis %(moment)s.",
                moment=_when(min(leg.arrival_s for leg in legs) + RATE_WITHIN_S),
            ),
            _(
                "Niemand erfährt, was Sie geantwortet haben. Sie müssen nicht antworten. "
                "Ist etwas Schlimmes passiert? Auf derselben Seite können Sie es uns melden."
            ),
        ]
        subject = _("Wie war die Fahrt am %(moment)s?", moment=_when(legs[0].departure_s))
        mail_person(session, person, subject, parts, now)


def _shared_leg(leg: BookingLeg, person: Person) -> str:
    line = _(
        "- %(name)s, %(moment)s, von %(origin)s nach %(destination)s:",
        name=companion(leg, person.id).first_name,
        **_when_and_where(leg),
    )
    return f"{line}\n  {PORTAL}/mitfahrt/{leg.id}/bewerten"


def calendar_of(booking: Booking, sequence: int, now: dt.datetime) -> str:
    """The booking as an entry of a calendar, with what anybody needs on the way."""
    number = _("Buchungsnummer %(reference)s", reference=booking_number(booking.id))
    description = f"{_legs(booking.legs)}\n{number}\n\n{_page_of(booking)}"
    return calendar_file(booking, description, sequence, now)


def tell_drivers_freed(session: Session, legs: Sequence[BookingLeg], now: dt.datetime) -> None:
    """To the drivers of private rides: these passengers do not come."""
    for leg in legs:
        if leg.ride is None or leg.ride.driver is None or leg.kind is not LegKind.RIDE:
            continue
        with words_of(leg.ride.driver):
            text = _(
                "%(name)s fährt nicht mit: %(moment)s, von %(origin)s nach %(destination)s. "
                "Die Plätze sind wieder frei.",
                name=leg.booking.rider.first_name,
                **_when_and_where(leg),
            )
            subject = _("Platz wieder frei: %(ride)s", ride=_ride_title(leg.ride))
            mail_person(session, leg.ride.driver, subject, [text, _ride_page(leg.ride)], now)


def tell_share(session: Session, leg: BookingLeg, before_ct: int, now: dt.datetime) -> None:
    """To the rider: somebody has joined or left, so the costs are shared anew."""
    booking = leg.booking
    with words_of(booking.rider):
        why = {"ride": _label(leg), "moment": _when(leg.departure_s)}
        parts = [
            _(
                "%(ride)s am %(moment)s: Es fahren jetzt mehr Menschen mit, darum teilen sich die "
                "Fahrtkosten neu.",
                **why,
            )
            if leg.price_ct < before_ct
            else _(
                "%(ride)s am %(moment)s: Es fahren jetzt weniger Menschen mit, darum teilen sich die "
                "Fahrtkosten neu.",
                **why,
            ),
            _(
                "Sie zahlen %(price)s statt %(before)s. Mehr als die %(agreed)s, die Sie beim Buchen "
                "gesehen haben, wird es nie. Sie müssen nichts tun.",
                price=_euros(leg.price_ct),
                before=_euros(before_ct),
                agreed=_euros(leg.agreed_ct),
            ),
            _page_of(booking),
        ]
        mail_person(
            session, booking.rider, _("Neuer Preis: %(journey)s", journey=_title(booking)), parts, now
        )


def tell_gap(
    session: Session,
    driver: Person,
    origin: str,
    destination: str,
    begins_s: int,
    reason: str,
    now: dt.datetime,
) -> None:
    """To a driver: a date of a series could not be published."""
    with words_of(driver):
        title = _(
            "%(origin)s → %(destination)s am %(day)s um %(time)s Uhr",
            origin=origin,
            destination=destination,
            day=day_short(begins_s),
            time=clock(begins_s),
        )
        parts = [
            _(
                "Ihre regelmäßige Fahrt %(ride)s haben wir nicht veröffentlicht. Grund: %(reason)s",
                ride=title,
                reason=said(reason),
            ),
            _(
                "Ihre anderen Termine bleiben, wie sie sind. Sie müssen nichts tun. Wenn Sie an diesem "
                "Tag doch jemanden mitnehmen möchten, bieten Sie bitte eine einzelne Fahrt an."
            ),
        ]
        mail_person(session, driver, _("Termin nicht veröffentlicht: %(ride)s", ride=title), parts, now)


def tell_wish_fits(session: Session, wish: Wish, fits: Sequence[WishFit], now: dt.datetime) -> None:
    """To somebody who keeps a search: these offers fit it."""
    with words_of(wish.person):
        opening = _(
            "Zu Ihrem Gesuch von %(origin)s nach %(destination)s gibt es ein neues Angebot:",
            origin=wish.origin_area,
            destination=wish.destination_area,
        )
        found = "\n".join(_fit(fit) for fit in fits)
        parts = [
            f"{opening}\n{found}",
            f"{_('Ansehen und buchen:')}\n{PORTAL}/gesuche/{wish.id}",
            _("Sie suchen nicht mehr? Auf derselben Seite können Sie das Gesuch beenden."),
        ]
        subject = _("Passt zu Ihrem Gesuch nach %(destination)s", destination=wish.destination_area)
        mail_person(session, wish.person, subject, parts, now)


def tell_standing(
    session: Session, order: StandingOrder, days: Mapping[dt.date, Sequence[Booking]], now: dt.datetime
) -> None:
    """To the person of a standing order: all that is booked of it, and what is not any more; `days` has the ways of
    each day in the order of travelling."""
    with words_of(order.person):
        title = f"{order.origin_name} → {order.destination_name}"
        subject = _("Ihre Dauerbuchung: %(way)s", way=title)
        parts = [
            _("So sind die Fahrten Ihrer Dauerbuchung %(way)s jetzt gebucht:", way=title),
            "\n".join(_standing_day(one, ways) for one, ways in days.items()),
            _("Hier sehen Sie alle Tage und sagen einzelne ab:") + f"\n{PORTAL}/dauerbuchungen/{order.id}",
        ]
        bookings = [one for ways in days.values() for one in ways]
        calendar = calendar_of_all([(one, _legs(one.legs), one.calendars_sent) for one in bookings], now)
        for one in bookings:
            one.calendars_sent += 1
        mail_person(session, order.person, subject, parts, now, calendar=calendar)
        sms_person(session, order.person, subject, [standing_in_short(days)], now)


def _standing_day(date: dt.date, ways: Sequence[Booking]) -> str:
    """One line of a list; where nothing is going to be travelled any more only that."""
    left = [one for one in ways if one.state in (BookingState.BOOKED, BookingState.WAITING)]
    if not left:
        return _("- %(day)s: abgesagt", day=day(date))
    times = ", ".join(
        _(
            "%(departure)s ab %(origin)s, %(arrival)s an %(destination)s",
            departure=oclock(one.departure_s),
            origin=one.origin_name,
            arrival=oclock(one.arrival_s),
            destination=one.destination_name,
        )
        for one in left
    )
    if any(one.state is BookingState.WAITING for one in left):
        return _("- %(day)s: %(times)s (noch nicht alles zugesagt)", day=day(date), times=times)
    return f"- {day(date)}: {times}"


def standing_sms(order: StandingOrder, days: Mapping[dt.date, Sequence[Booking]]) -> str:
    """All days of a standing order, asked for in a call."""
    with words_of(order.person):
        return f"{order.origin_name} → {order.destination_name}\n{standing_in_short(days)}"


def standing_in_short(days: Mapping[dt.date, Sequence[Booking]]) -> str:
    """All days of a standing order in a few words, for an SMS."""
    lines = []
    for date, ways in days.items():
        left = [one for one in ways if one.state in (BookingState.BOOKED, BookingState.WAITING)]
        times = ", ".join(f"{clock(one.departure_s)}-{clock(one.arrival_s)}" for one in left)
        lines.append(f"{day_short(date)}: {times or _('abgesagt')}")
    return "\n".join(lines)


def tell_not_booked(
    session: Session, order: StandingOrder, days: Sequence[StandingDay], now: dt.datetime
) -> None:
    """To the person of a standing order: these days could not be booked."""
    with words_of(order.person):
        title = f"{order.origin_name} → {order.destination_name}"
        opening = _(
            "Für Ihre Dauerbuchung %(way)s konnten wir an diesen Tagen nichts buchen:",
            way=title,
        )
        lines = "\n".join(_not_booked(one, one.hitch) for one in days if one.hitch)
        parts = [
            f"{opening}\n{lines}",
            _(
                "Wir versuchen es weiter und schreiben Ihnen, wenn es geklappt hat. "
                "Die Menschen an unserem Telefon wissen Bescheid. Rechnen Sie an diesen Tagen bitte noch nicht mit der Fahrt."
            ),
            f"{_('Ihre Dauerbuchung im Mitfahrportal:')}\n{PORTAL}/dauerbuchungen/{order.id}",
        ]
        mail_person(session, order.person, _("Noch nicht gebucht: %(way)s", way=title), parts, now)


def _not_booked(one: StandingDay, hitch: Hitch) -> str:
    line = f"- {day(one.day)}: {HITCH_WORDS[hitch]}"
    return f"{line} {_('Bis dahin gilt Ihre alte Buchung.')}" if one.booking_id else line


def tell_staff_not_booked(
    session: Session, person: Person, days: Sequence[StandingDay], now: dt.datetime
) -> None:
    """To a dispatcher: so many days of standing orders wait for somebody; who travels stands behind the log-in only."""
    with words_of(person):
        when = ", ".join(sorted({day_short(one.day) for one in days}))
        opening = ngettext(
            "%(num)s Tag einer Dauerbuchung ließ sich nicht buchen: %(when)s.",
            "%(num)s Tage von Dauerbuchungen ließen sich nicht buchen: %(when)s.",
            len(days),
            when=when,
        )
        parts = [
            opening,
            f"{_('Die Liste zum Abarbeiten:')}\n{PORTAL}/dauerbuchungen/offen",
            _("Das Portal versucht es alle paar Stunden von selbst wieder."),
        ]
        mail_person(session, person, _("Dauerbuchungen: nicht alles gebucht"), parts, now)


def _fit(fit: WishFit) -> str:
    line = _(
        "- %(moment)s, Ankunft %(arrival)s: %(ride)s",
        moment=_when(fit.departure_s),
        arrival=oclock(fit.arrival_s),
        ride=said(fit.ride.label),
    )
    return f"{line} {_('(fährt öfter)')}" if fit.ride.series_id is not None else line


def tell_plan_not_done(session: Session, person: Person, plan: SwitchPlan, now: dt.datetime) -> None:
    """To timetable staff: a planned switch was not carried out, and why."""
    with words_of(person):
        parts = [
            _(
                "Der Fahrplan %(name)s sollte am %(moment)s in Betrieb gehen. Das ist nicht geschehen.",
                name=plan.version.name,
                moment=_when(seconds(plan.due_at)),
            ),
            _("Grund: %(reason)s", reason=why_words(plan.not_done_why)),
            _("Der jetzige Fahrplan gilt weiter. Bitte sehen Sie nach und planen Sie neu:")
            + f"\n{PORTAL}/fahrplan/{plan.version_id}/schalten",
        ]
        subject = _("Fahrplan nicht geschaltet: %(name)s", name=plan.version.name)
        mail_person(session, person, subject, parts, now)


def tell_gap_ahead(
    session: Session, person: Person, feed_name: str, first_day: dt.date, ready: str | None, now: dt.datetime
) -> None:
    """To timetable staff: from a day on there is no timetable; `ready` names one that only has to be planned."""
    with words_of(person):
        said_day = day(first_day)
        parts = [
            _(
                "Ab %(day)s gibt es für „%(feed)s“ noch keinen Fahrplan. Reisende finden dann dort keine "
                "Busse und Bahnen.",
                day=said_day,
                feed=feed_name,
            ),
            _("Die Fassung %(name)s ist bereit. Bitte planen Sie, wann sie in Betrieb geht.", name=ready)
            if ready is not None
            else _("Bitte laden Sie rechtzeitig den nächsten Fahrplan hoch."),
            f"{_('Welcher Fahrplan wann gilt, sehen Sie hier:')}\n{PORTAL}/fahrplan/gueltigkeit",
        ]
        mail_person(session, person, _("Ab %(day)s fehlt ein Fahrplan", day=said_day), parts, now)


def tell_code(session: Session, person: Person, code: str, valid: dt.timedelta, now: dt.datetime) -> None:
    """To somebody who wants to show that the mailbox is theirs."""
    minutes = int(valid.total_seconds() // 60)
    with words_of(person):
        parts = [
            _("Ihr Code für das Mitfahrportal: %(code)s", code=code),
            _(
                "Bitte geben Sie ihn dort unter „Mein Konto“ ein. Dann ist Ihre E-Mail-Adresse bestätigt. "
                "Der Code gilt %(minutes)s Minuten.",
                minutes=minutes,
            ),
            _("Sie haben keinen Code angefordert? Dann brauchen Sie nichts zu tun."),
        ]
        mail_person(session, person, _("Ihr Code für das Mitfahrportal"), parts, now)


def tell_invited(
    session: Session,
    organisation: Organisation,
    address: str,
    person: Person | None,
    code: str,
    valid: dt.timedelta,
    now: dt.datetime,
) -> None:
    """To somebody who is to act for an organisation; `person` is the account of the address, if there is one."""
    with words_of(person) if person else using(known_language("de")):
        greeting = _("Guten Tag %(name)s,", name=person.full_name) if person else _("Guten Tag,")
        parts = [
            greeting,
            _(
                "der Verein „%(organisation)s“ lädt Sie ein, im Mitfahrportal für ihn mitzuarbeiten.",
                organisation=organisation.name,
            ),
            _("Zum Annehmen öffnen Sie bitte: %(address)s", address=f"{PORTAL}/einladung#{code}"),
            _("Ihr Code: %(code)s. Er gilt %(days)s Tage.", code=code, days=valid.days),
            _("Sie kennen den Verein nicht? Dann brauchen Sie nichts zu tun."),
            _("Ihr Mitfahrportal"),
        ]
        subject = _("Einladung von %(organisation)s", organisation=organisation.name)
        queue_mail(session, address, subject, "\n\n".join(parts), now)


def _tell_driver(session: Session, ride: Ride, driver: Person, leg: BookingLeg, now: dt.datetime) -> None:
    asked = leg.state is LegState.REQUESTED
    with words_of(driver):
        facts = {
            "name": leg.booking.rider.first_name,
            **_when_and_where(leg),
            "party": _party(leg.party),
            "detour": _detour(leg),
        }
        if asked:
            subject = _("Anfrage: %(ride)s", ride=_ride_title(ride))
            opening = _(
                "%(name)s möchte mitfahren: %(moment)s, von %(origin)s nach %(destination)s, %(party)s, "
                "%(detour)s.",
                **facts,
            )
        else:
            subject = _("Neue Buchung: %(ride)s", ride=_ride_title(ride))
            opening = _(
                "%(name)s fährt mit: %(moment)s, von %(origin)s nach %(destination)s, %(party)s, %(detour)s.",
                **facts,
            )
        parts = [opening]
        if leg.booking.message:
            parts.append(_("Nachricht: %(message)s", message=leg.booking.message))
        if asked and leg.hold_until_s is not None:
            parts.append(
                _(
                    "Bitte sagen Sie bis %(moment)s Ja oder Nein. Danach verfällt die Anfrage.",
                    moment=_when(leg.hold_until_s),
                )
            )
        parts.append(_ride_page(ride))
        mail_person(session, driver, subject, parts, now)


def words_of(person: Person) -> AbstractContextManager[None]:
    return using(known_language(person.language))


def _mail_rider(
    session: Session,
    booking: Booking,
    subject: str,
    parts: Sequence[str],
    now: dt.datetime,
    *,
    in_short: Sequence[str] = (),
) -> None:
    """With the journey's new state for the rider's calendar.

    What the rider does not know yet, in sentences for an SMS (`in_short`), goes to the telephone where there is no
    mail address: as an SMS to who has agreed to that, else by somebody who calls.
    """
    if in_short and booking.rider.email is None:
        sms = sms_person(session, booking.rider, subject, in_short, now)
        note_call_to_make(session, booking, subject, now, sms)
    calendar = calendar_of(booking, booking.calendars_sent, now)
    booking.calendars_sent += 1
    mail_person(session, booking.rider, subject, parts, now, calendar=calendar, booking_id=booking.id)


def mail_person(
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
    questions = _("Haben Sie Fragen? Sie erreichen uns so: %(contact)s", contact=CONTACT)
    body = "\n\n".join(
        [_("Guten Tag %(name)s,", name=person.full_name), *parts, questions, _("Ihr Mitfahrportal")]
    )
    queue_mail(session, person.email, subject, body + "\n", now, calendar, booking_id)


def sms_person(
    session: Session, person: Person, subject: str, sentences: Sequence[str], now: dt.datetime
) -> OutboxMessage | None:
    """News to somebody without a mail address who has agreed to it, with how to be left alone; None where not."""
    if not person.reads_sms or person.phone is None:
        return None
    left_alone = _("Keine SMS mehr? Ein Anruf genügt.")
    return queue_sms(session, person.phone, "\n\n".join([subject, *sentences, left_alone, CONTACT]), now)


def _legs(legs: Sequence[BookingLeg]) -> str:
    return "\n".join(_leg(leg) for leg in legs)


def _leg(leg: BookingLeg) -> str:
    """One line; the telephone number of an association is no secret, that of a driver stands on the page only."""
    line = (
        f"- {_when(leg.departure_s)} {leg.origin_name} → {oclock(leg.arrival_s)} {leg.destination_name}, "
        f"{_label(leg)}: {STATE_WORDS[leg.state]}"
    )
    if leg.kind is LegKind.RUFBUS and leg.state in LIVE:
        line += "\n  " + _(
            "Fährt nur nach Anruf. Bis wann und unter welcher Nummer Sie sich anmelden, steht auf der Seite Ihrer Reise."
        )
    promise = _promise_of(leg)
    if promise is not None and leg.state in LIVE:
        line += "\n  " + promise_words(promise)
    if leg.ride is not None and leg.state is LegState.NOTED:
        line += "\n  " + _("Ohne Buchung: Steigen Sie einfach ein, solange Platz ist.")
    if leg.ride is not None and leg.ride.fare and leg.state in LIVE:
        line += "\n  " + _("Fahrpreis: %(fare)s", fare=leg.ride.fare)
    association = leg.ride.organisation if leg.ride else None
    if association is not None and association.phone and leg.state in LIVE:
        line += "\n  " + _(
            "Telefon %(association)s: %(phone)s", association=association.name, phone=association.phone
        )
    return line


def _another_way(journey: Journey | None) -> str:
    if journey is None:
        return _("Bitte suchen Sie im Mitfahrportal nach einer anderen Verbindung oder rufen Sie uns an.")
    vehicles = [
        _(
            "%(vehicle)s um %(time)s ab %(stop)s",
            vehicle=leg.route or KIND_WORDS[leg.kind],
            time=oclock(leg.departure_s),
            stop=leg.origin.name,
        )
        for leg in journey.legs
        if leg.kind is not LegKind.WALK
    ]
    way = vehicles[0] if vehicles else _("zu Fuß")
    for vehicle in vehicles[1:]:
        way = _("%(way)s, dann %(vehicle)s", way=way, vehicle=vehicle)
    return _(
        "Eine andere Möglichkeit: los am %(moment)s, %(way)s, Ankunft um %(arrival)s. "
        "Sie ist noch nicht gebucht.",
        moment=_when(journey.departure_s),
        way=way,
        arrival=oclock(journey.arrival_s),
    )


def _page_of(booking: Booking) -> str:
    met = any(leg.kind is LegKind.RIDE and leg.state is LegState.CONFIRMED for leg in booking.legs)
    words = (
        _("Ihre Reise im Mitfahrportal. Dort stehen auch Telefonnummer und Auto; bitte melden Sie sich an:")
        if met
        else _("Ihre Reise im Mitfahrportal:")
    )
    return f"{words}\n{PORTAL}/meine-fahrten/{booking.id}"


def _ride_page(ride: Ride) -> str:
    words = _("Ihre Fahrt im Mitfahrportal:")
    return f"{words}\n{PORTAL}/fahrten/{ride.id}"


def _how_to_cancel(booking: Booking) -> str:
    number = booking_number(booking.id)
    live = [leg.departure_s for leg in booking.legs if leg.state in LIVE]
    sentences = [_("Absagen können Sie bis %(moment)s.", moment=_when(max(live)))]
    if len(live) > 1:
        sentences.append(_("Ist ein Teil schon abgefahren, gilt die Absage für den Rest."))
    sentences.append(_("Dafür brauchen Sie keine Anmeldung:"))
    codes = _("Buchungsnummer %(number)s, Absagecode %(code)s", number=number, code=CANCEL_CODE)
    return f"{' '.join(sentences)}\n{PORTAL}/absagen#{number}.{CANCEL_CODE}\n{codes}"


def _begins(begins_s: int, now: dt.datetime) -> str:
    days = (local(begins_s).date() - local(now).date()).days
    if days == 0:
        return _("Ihre Reise beginnt heute, %(moment)s.", moment=_when(begins_s))
    if days == 1:
        return _("Ihre Reise beginnt morgen, %(moment)s.", moment=_when(begins_s))
    return _("Ihre Reise beginnt am %(moment)s.", moment=_when(begins_s))


def _label(leg: BookingLeg) -> str:
    if leg.ride is not None:
        return said(leg.ride.label)
    route = leg.shown["route"]
    return f"{KIND_WORDS[leg.kind]} {route}" if route else str(KIND_WORDS[leg.kind])


def _party(party: Party) -> str:
    words = [ngettext("%(num)s Person", "%(num)s Personen", party.people)]
    if party.wheelchairs:
        words.append(_("davon %(wheelchairs)s mit Rollstuhl", wheelchairs=party.wheelchairs))
    if party.luggage:
        words.append(ngettext("%(num)s großes Gepäckstück", "%(num)s große Gepäckstücke", party.luggage))
    if party.bicycles:
        words.append(ngettext("%(num)s Fahrrad", "%(num)s Fahrräder", party.bicycles))
    return ", ".join(words)


def _when_and_where(leg: BookingLeg) -> dict[str, str]:
    return {
        "moment": _when(leg.departure_s),
        "origin": said(leg.origin_area),
        "destination": said(leg.destination_area),
    }


def _detour(leg: BookingLeg) -> str:
    minutes = -(-leg.detour_s // 60)
    if minutes <= 0:
        return _("ohne Umweg")
    return ngettext("%(num)s Minute Umweg", "%(num)s Minuten Umweg", minutes)


def _price(booking: Booking) -> str:
    return _("Ihr Anteil an den Fahrtkosten der privaten Fahrten: %(price)s.", price=_euros(booking.price_ct))


def _euros(cents: int) -> str:
    return _("%(amount)s Euro", amount=amount(cents))


def _title(booking: Booking) -> str:
    return f"{booking.origin_name} → {booking.destination_name}, {_when(booking.departure_s)}"


def _ride_title(ride: Ride) -> str:
    return f"{ride.stops[0].name} → {ride.stops[-1].name}, {_when(ride.begins_s)}"


def _when(utc_s: int) -> str:
    return _("%(day)s, %(time)s Uhr", day=weekday_and_day(utc_s), time=clock(utc_s))
