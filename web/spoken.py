"""A journey as it is read out on the telephone: whole sentences in the order of travelling, one thing in each."""

from __future__ import annotations

from collections.abc import Iterator

from mitfahr.languages import _, ngettext
from mitfahr.languages.formats import clock, day, day_and_clock, duration, euro
from mitfahr.promise_words import promise_words
from web.bookings_view import BookedLegView, BookingView
from web.journeys_view import JourneyView, LegView


def read_out(journey: JourneyView, people: int = 1) -> list[str]:
    """What is offered, before it is booked."""
    return [
        *_way(journey),
        *(
            _(
                "%(title)s ist eine private Fahrt. Die Fahrerin oder der Fahrer muss noch zusagen.",
                title=leg.title,
            )
            for leg in journey.to_book
            if leg.asks_first
        ),
        *_price(journey.price_ct),
        *([ngettext("Gebucht wird für %(num)s Person.", "Gebucht wird für %(num)s Personen.", people)]),
    ]


def read_out_booked(booking: BookingView) -> list[str]:
    """What is booked, with its number letter by letter, and until when it can be cancelled."""
    sentences = [*_way(booking.journey)]
    for leg in booking.live_vehicles:
        sentences += _driver(leg)
    sentences += _price(booking.price_ct)
    sentences.append(_("Ihre Buchungsnummer ist %(number)s.", number=spelled(booking.reference)))
    if booking.cancel_until_s is not None:
        sentences.append(
            _("Absagen können Sie bis %(moment)s.", moment=day_and_clock(booking.cancel_until_s))
        )
    return sentences


def spelled(reference: str) -> str:
    """>>> spelled("1A2B-C3D4")
    '1 A 2 B – C 3 D 4'
    """
    return " ".join(reference.replace("-", "–"))


def _way(journey: JourneyView) -> Iterator[str]:
    yield _("Es geht am %(day)s.", day=day(journey.departure_s))
    last = journey.legs[-1]
    for leg in journey.legs:
        if not leg.is_walk:
            yield from _ride(leg)
        elif leg is last:
            yield _(
                "Gehen Sie dann %(duration)s zu Fuß. Um %(time)s Uhr sind Sie da.",
                duration=duration(leg.duration_s),
                time=clock(leg.arrival_s),
            )
        else:
            yield _(
                "Gehen Sie um %(time)s Uhr los: %(duration)s zu Fuß bis %(stop)s.",
                time=clock(leg.departure_s),
                duration=duration(leg.duration_s),
                stop=leg.destination,
            )


def _ride(leg: LegView) -> Iterator[str]:
    facts = {"time": clock(leg.departure_s), "stop": leg.origin, "vehicle": leg.title}
    if leg.headsign:
        yield _(
            "Um %(time)s Uhr steigen Sie in %(stop)s ein: %(vehicle)s, Richtung %(headsign)s.",
            **facts,
            headsign=leg.headsign,
        )
    else:
        yield _("Um %(time)s Uhr steigen Sie in %(stop)s ein: %(vehicle)s.", **facts)
    if leg.promise is not None:
        yield promise_words(leg.promise)
    yield _("Um %(time)s Uhr steigen Sie in %(stop)s aus.", time=clock(leg.arrival_s), stop=leg.destination)


def _driver(leg: BookedLegView) -> Iterator[str]:
    person = leg.driver.person if leg.driver else None
    if leg.answer_by_s is not None:
        yield _(
            "%(title)s ist noch nicht zugesagt. Bis %(moment)s wissen wir es.",
            title=leg.shown.title,
            moment=day_and_clock(leg.answer_by_s),
        )
    elif person is not None and person.phone and person.last_name:
        yield _(
            "Es fährt %(name)s, Telefon %(phone)s.",
            name=f"{person.first_name} {person.last_name}",
            phone=person.phone,
        )


def _price(price_ct: int | None) -> Iterator[str]:
    if price_ct:
        yield _("Sie zahlen %(price)s bar im Auto.", price=euro(price_ct))
    elif price_ct == 0:
        yield _("Die Mitfahrt kostet nichts.")
