"""The telephone: who is calling, where to, read it out, book it; all with the keyboard, by the services of everybody.

Names, numbers and places travel in the body of the requests only. Whose number is shown is written down before.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.bookings import Booking
from mitfahr.db.people import Person
from mitfahr.db.standing_orders import orders_of_person
from mitfahr.db.waiting import entries_of_person
from mitfahr.domain.booking_numbers import cancel_code
from mitfahr.domain.errors import (
    BookingRefused,
    ContactInText,
    NameMissing,
    NotAllowed,
    PhoneInvalid,
    StateForbids,
    TooLateToChange,
)
from mitfahr.domain.phone_numbers import takes_sms
from mitfahr.domain.proposals import Merit, Way, three_proposals
from mitfahr.domain.roles import Action, Task, may
from mitfahr.domain.trip_request import TripRequest
from mitfahr.domain.usual_ways import Usual
from mitfahr.languages import _
from mitfahr.languages.formats import local
from mitfahr.offered import join_tokens, read_all_signed
from mitfahr.services import book_journey as booking_service
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.change_party import change_party
from mitfahr.services.confirm_by_sms import confirm_by_sms
from mitfahr.services.find_callers import (
    booking_for_caller,
    bookings_for_caller,
    find_callers,
    is_exactly,
    open_caller,
)
from mitfahr.services.find_for_caller import find_for_caller
from mitfahr.services.keep_caller import add_caller, agree_to_sms, change_caller
from mitfahr.services.make_call import call_made, calls_to_make
from mitfahr.services.replace_booking import replace_booking
from mitfahr.services.usual_journeys import usual_journeys
from routing.errors import RoutingError, UnknownStop
from web.access import access
from web.bookings_view import BookingView, booking_views
from web.contact_reads import note_reads
from web.errors import Explained, explain
from web.forms.booking import CancelForm, party_form
from web.forms.search import CLOCK_CHANGE_WORDS, SearchForm, form_of
from web.forms.telephone import CallBookingForm, CallerForm, FindForm, LetterForm, SmsForm
from web.journeys_view import JourneyView, journey_views
from web.place_choice import Choice, take_chosen
from web.portal import portal, served
from web.run_reasons import runs_not, services_not
from web.shown_first import gathered
from web.spoken import read_out, read_out_booked
from web.standing_orders_view import order_plan_words
from web.trip_view import trip_views
from web.views.booking import offered_view, too_old
from web.views.search import ends_meant

views = Blueprint("telephone", __name__, url_prefix="/telefon")

FIELD_OF = {NameMissing: "first_name", ContactInText: "first_name", PhoneInvalid: "phone"}
PAST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class UsualWay:
    """`booking_id` says how the person travelled then."""

    booking_id: str
    origin: str
    destination: str
    asked: dt.datetime
    arrive_by: bool
    times: int
    next_day: dt.date


@dataclass(frozen=True, slots=True)
class Caller:
    """What stands beside everything that is done for somebody."""

    person: Person
    upcoming: list[BookingView]
    past: list[BookingView]
    usual: list[UsualWay]


@dataclass(frozen=True, slots=True)
class Offer:
    """A way with what is read out, what it is better at than the others, and the same at other times."""

    journey: JourneyView
    sentences: Sequence[str]
    merits: Sequence[str] = ()
    again: Sequence[Offer] = ()


@views.get("")
@access(Task.ANSWER_CALLS)
def find() -> str:
    with portal().reading() as session:
        calls = calls_to_make(session, current_user.id, _now())
        return render_template(
            "telephone/find.html", form=FindForm(formdata=None), found=None, new=None, calls=calls
        )


@views.post("")
@access(Task.ANSWER_CALLS)
def found() -> ResponseReturnValue:
    """Whose whole number was typed is there at once; otherwise those who may be meant, and room for somebody new."""
    form = FindForm()
    if not form.validate():
        return render_template("telephone/find.html", form=form, found=None, new=None), 422
    typed = form.who.data.strip()
    with portal().reading() as session:
        people = find_callers(session, current_user.id, typed)
    if len(people) == 1 and is_exactly(people[0], typed):
        return redirect(url_for("telephone.one", person_id=people[0].id))
    return render_template("telephone/find.html", form=form, found=people, new=_new_caller(typed))


@views.post("/anrufe/<call_id>")
@access(Task.ANSWER_CALLS)
def made(call_id: str) -> ResponseReturnValue:
    """Whoever had to be called knows now."""
    call_made(portal().writing, call_id=call_id, actor_id=current_user.id, now=_now())
    flash(_("Der Anruf ist erledigt."), "success")
    return redirect(url_for("telephone.find"))


@views.post("/person")
@access(Task.ANSWER_CALLS)
def add() -> ResponseReturnValue:
    new = CallerForm()
    find = FindForm(formdata=None)
    if not new.validate():
        return render_template("telephone/find.html", form=find, found=None, new=new), 422
    try:
        person_id = add_caller(
            portal().writing,
            new.draft,
            actor_id=current_user.id,
            idempotency_key=new.idempotency_key.data,
            now=_now(),
        )
    except (NameMissing, ContactInText, PhoneInvalid) as error:
        status = _refuse(new, error)
        return render_template("telephone/find.html", form=find, found=None, new=new), status
    return redirect(url_for("telephone.one", person_id=person_id))


@views.get("/person/<person_id>")
@access(Task.ANSWER_CALLS)
def one(person_id: str) -> str:
    """`?wie=` a booking fills in how the person travelled then, `?statt=` one says which booking that replaces."""
    caller = _caller(person_id)
    like = request.args.get("wie", "")
    instead_of = request.args.get("statt", "")
    usual = next((way for way in caller.usual if way.booking_id == like), None)
    form = _search_form(caller.person, like or instead_of, usual)
    return _person_page(caller, form, instead_of=instead_of)


@views.post("/person/<person_id>")
@access(Task.ANSWER_CALLS)
def change(person_id: str) -> ResponseReturnValue:
    """Another name or number."""
    form = CallerForm()
    if form.validate():
        try:
            change_caller(portal().writing, form.draft, person_id=person_id, actor_id=current_user.id)
        except (NameMissing, ContactInText, PhoneInvalid) as error:
            _refuse(form, error)
        else:
            flash(_("Die Angaben zur Person sind geändert."), "success")
            return redirect(url_for("telephone.one", person_id=person_id))
    caller = _caller(person_id)
    return _person_page(caller, _search_form(caller.person, "", None), details=form), 422


@views.post("/person/<person_id>/sms")
@access(Task.ANSWER_CALLS)
def news_by_sms(person_id: str) -> ResponseReturnValue:
    """News by SMS from now on, or no longer."""
    agrees = request.form.get("agrees") == "ja" and portal().settings.sends_sms
    try:
        agree_to_sms(
            portal().writing, person_id=person_id, agrees=agrees, actor_id=current_user.id, now=_now()
        )
    except PhoneInvalid as error:
        flash(explain(error).title, "danger")
    else:
        flash(
            _("Bei Änderungen kommt jetzt eine SMS.")
            if agrees
            else _("Es kommt keine SMS mehr. Bei Änderungen rufen wir an."),
            "success",
        )
    return redirect(url_for("telephone.one", person_id=person_id))


@views.post("/person/<person_id>/verbindungen")
@access(Task.ANSWER_CALLS)
def results(person_id: str) -> ResponseReturnValue:
    form = SearchForm()
    if request.form.get("chosen"):
        take_chosen(form.origin, form.origin_choice)
        take_chosen(form.destination, form.destination_choice)
    if request.form.get("zurueck") and form.outward.data:
        there = read_all_signed(form.outward.data, portal().settings.secret_key)[-1]
        form = form_of(there.request, served().without_rides.timetable)
        form.outward.data = request.form["outward"]
        form.turn_round(local(there.journey.arrival_s))
        return _person_page(_caller(person_id), form)
    return _answered(person_id, form, request.form.get("instead_of", ""))


@views.post("/person/<person_id>/pruefen")
@access(Task.ANSWER_CALLS)
def review(person_id: str) -> ResponseReturnValue:
    form = CallBookingForm()
    return _review_page(_caller(person_id), form.offer.data or "", form.instead_of.data or "")


@views.post("/person/<person_id>/buchen")
@access(Task.ANSWER_CALLS)
def book(person_id: str) -> ResponseReturnValue:
    form = CallBookingForm()
    if not form.validate():
        return _review_page(_caller(person_id), form.offer.data or "", form.instead_of.data or "", form)
    here, now = portal(), _now()
    bound = {
        "actor_id": current_user.id,
        "idempotency_key": form.idempotency_key.data,
        "secret_key": here.settings.secret_key,
        "law": here.price_law,
        "now": now,
    }
    try:
        if form.instead_of.data:
            booking_id = replace_booking(
                here.writing,
                here.live.current(now),
                booking_id=form.instead_of.data,
                token=form.offer.data,
                **bound,
            )
        else:
            booking_id = booking_service.book_journey(
                here.writing,
                here.live.current(now),
                booking_service.BookingForm(
                    token=form.offer.data,
                    rider_id=person_id,
                    message=(form.message.data or "").strip() or None,
                ),
                **bound,
            )
    except (BookingRefused, StateForbids, NotAllowed) as error:
        return _review_page(
            _caller(person_id), form.offer.data, form.instead_of.data or "", form, explain(error)
        )
    return redirect(url_for("telephone.booking", booking_id=booking_id, neu=1))


def _caller(person_id: str) -> Caller:
    """The person with what is booked; that their number is seen is written down. Raises Unknown."""
    here, now = portal(), _now()
    person = open_caller(here.writing, person_id=person_id, actor_id=current_user.id, now=now)
    snapshot = here.live.current(now)
    with here.reading() as session:
        bookings = bookings_for_caller(session, current_user.id, person_id)
        upcoming, past = booking_views(bookings, snapshot.timetable, now, live=snapshot.live)
        usual = [_usual_way(booking, way) for booking, way in usual_journeys(bookings, now)]
    return Caller(person, upcoming, past[:PAST_SHOWN], usual)


def _usual_way(booking: Booking, usual: Usual) -> UsualWay:
    asked = TripRequest.from_json(booking.question)
    return UsualWay(
        booking.id,
        booking.origin_name,
        booking.destination_name,
        asked.when,
        asked.arrive_by,
        usual.times,
        usual.next_day,
    )


def _search_form(person: Person, like: str, usual: UsualWay | None) -> SearchForm:
    """Filled in as in a booking of this person (`like`), on the next day where that is usual.

    Else it only knows how the person travels, if they wished that to be kept.
    """
    form = SearchForm(formdata=None)
    form.move_to(local(_now()))
    if person.usual_search:
        form.fill_in(person.usual_search)
    if not like:
        return form
    with portal().reading() as session:
        booking = booking_for_caller(session, current_user.id, like)
        if booking.rider_id != person.id:
            return form
        asked = TripRequest.from_json(booking.question)
    try:
        form = form_of(asked, served().without_rides.timetable)
    except UnknownStop:
        return form  # the stop is gone from the timetable
    if usual is not None:
        form.day.data, form.day.raw_data = usual.next_day, None
    return form


def _person_page(
    caller: Caller, form: SearchForm, *, instead_of: str = "", details: CallerForm | None = None
) -> str:
    person = caller.person
    if details is None and not person.has_account:
        details = CallerForm(
            formdata=None, first_name=person.first_name, last_name=person.last_name, phone=person.phone
        )
    with portal().reading() as session:
        waiting = entries_of_person(session, person.id)
        may_order = may(current_user.roles, Action.BOOK_FOR_OTHERS)
        orders = [one for one in orders_of_person(session, person.id) if may_order and one.ended_at is None]
    return render_template(
        "telephone/person.html",
        caller=caller,
        form=form,
        details=details,
        instead_of=instead_of,
        waiting=waiting,
        may_order=may_order,
        orders=orders,
        order_words=order_plan_words,
        asks_for_sms=portal().settings.sends_sms and not person.has_account and takes_sms(person.phone),
    )


def _answered(person_id: str, form: SearchForm, instead_of: str) -> ResponseReturnValue:
    """Results to choose from, or what still has to be said or chosen before."""
    form.validate()
    choices = list[Choice]()
    origin, destination = ends_meant(form, choices)
    caller = _caller(person_id)
    if form.errors:
        return _person_page(caller, form, instead_of=instead_of), 422
    if origin is None or destination is None or choices:
        return render_template(
            "telephone/choose.html", caller=caller, form=form, choices=choices, instead_of=instead_of
        )
    here, now = portal(), _now()
    snapshot = here.live.current(now)
    try:
        answer = find_for_caller(
            here.reading,
            snapshot,
            form.request(origin, destination),
            caller_id=person_id,
            actor_id=current_user.id,
            now=now,
            secret_key=here.settings.secret_key,
            law=here.price_law,
        )
    except RoutingError as error:
        explained = explain(error)
        form.day.errors = [*form.day.errors, f"{explained.title}. {explained.advice}"]
        return _person_page(caller, form, instead_of=instead_of), explained.status
    people = answer.request.party.people
    shown = journey_views(answer.itineraries, answer.rides, snapshot.timetable, answer.walks, people)
    if form.outward.data:
        shown = [
            replace(one, token=join_tokens(form.outward.data, one.token)) if one.token else one
            for one in shown
        ]
    arrive_by = answer.request.arrive_by
    bookable = gathered([one for one in shown if one.token], arrive_by)
    proposals = three_proposals([_as_way(one) for one in bookable], arrive_by)
    proposed = {one.number for one in proposals}
    return render_template(
        "telephone/results.html",
        caller=caller,
        form=form,
        instead_of=instead_of,
        offers=[
            _offer(bookable[one.number], people, [_merit_words(merit, arrive_by) for merit in one.merits])
            for one in proposals
        ],
        others=[_offer(one, people) for i, one in enumerate(bookable) if i not in proposed],
        beyond_window=answer.beyond_window,
        wait_key=uuid.uuid4().hex,
        runs_not=runs_not(snapshot, answer.request, answer.rides, now, person_id),
        services_not=services_not(snapshot, answer.request, answer.rides, now, person_id),
        clock_change=CLOCK_CHANGE_WORDS.get(form.moment.clock_change),
    )


def _as_way(journey: JourneyView) -> Way:
    return Way(
        journey.departure_s,
        journey.arrival_s,
        journey.changes,
        journey.walk_s,
        is_sure=not any(leg.asks_first for leg in journey.to_book),
    )


def _offer(journey: JourneyView, people: int, merits: Sequence[str] = ()) -> Offer:
    again = [Offer(one, read_out(one, people)) for one in journey.again]
    return Offer(journey, read_out(journey, people), merits, again)


def _merit_words(merit: Merit, arrive_by: bool) -> str:
    match merit:
        case Merit.QUICKEST:
            return _("am schnellsten")
        case Merit.EASIEST:
            return _("am wenigsten umsteigen und gehen")
    return _("am spätesten los") if arrive_by else _("am frühesten da")


def _review_page(
    caller: Caller,
    token: str,
    instead_of: str,
    form: CallBookingForm | None = None,
    refused: Explained | None = None,
) -> ResponseReturnValue:
    """What is read out, then bound. Raises OfferTampered, WayBackTooEarly."""
    here, now = portal(), _now()
    offers = read_all_signed(token, here.settings.secret_key)
    timetable = here.live.served().without_rides.timetable
    refused = refused or next(filter(None, (too_old(offered, now) for offered in offers)), None)
    journeys = [offered_view(offered, timetable, now) for offered in offers]
    page = render_template(
        "telephone/review.html",
        caller=caller,
        journeys=journeys,
        spoken_ways=[read_out(one, offers[0].request.party.people) for one in journeys],
        form=form or CallBookingForm(formdata=None, offer=token, instead_of=instead_of),
        question=form_of(offers[0].request, timetable),
        can_return=len(offers) == 1 and not instead_of,
        refused=refused,
    )
    if refused is not None:
        return page, refused.status
    return page, 422 if form is not None and form.errors else 200


@views.get("/buchung/<booking_id>")
@access(Task.ANSWER_CALLS)
def booking(booking_id: str) -> str:
    """What was booked, to be read out; with what can be done about it."""
    trip, person = _booked(booking_id)
    note_reads([leg_id for one in trip for leg_id in one.open_legs], for_rider=True)
    return render_template(
        "telephone/booking.html",
        person=person,
        trip=[(one, read_out_booked(one)) for one in trip],
        booking=_asked_for(trip, booking_id),
        is_new=bool(request.args.get("neu")),
        letter=LetterForm(formdata=None),
        sms=SmsForm(formdata=None) if portal().settings.sends_sms and takes_sms(person.phone) else None,
    )


@views.route("/buchung/<booking_id>/absagen", methods=["GET", "POST"])
@access(Task.ANSWER_CALLS)
def cancel(booking_id: str) -> ResponseReturnValue:
    shown, back = _asked_for(_booked(booking_id)[0], booking_id), _page_of(booking_id)
    form = CancelForm()
    form.ask_of(shown)
    if not form.validate_on_submit():
        if request.method == "GET":
            form.keep_others.data = shown.keep_others
        return render_template("journeys/cancel.html", booking=shown, form=form, back=back)
    try:
        cancel_booking(
            portal().writing, booking_id=booking_id, actor_id=current_user.id, now=_now(), **form.asked
        )
    except TooLateToChange as error:
        flash(explain(error).title, "danger")
    else:
        flash(_("Die Reise ist abgesagt.") if form.is_whole else _("Der Abschnitt ist abgesagt."), "success")
    return redirect(_page_of(booking_id))


@views.route("/buchung/<booking_id>/plaetze", methods=["GET", "POST"])
@access(Task.ANSWER_CALLS)
def seats(booking_id: str) -> ResponseReturnValue:
    shown, back = _asked_for(_booked(booking_id)[0], booking_id), _page_of(booking_id)
    form = party_form(shown)
    refused = None
    if form.validate_on_submit():
        try:
            change_party(
                portal().writing,
                booking_id=booking_id,
                change=form.change,
                actor_id=current_user.id,
                idempotency_key=form.idempotency_key.data,
                now=_now(),
            )
        except BookingRefused as error:
            refused = explain(error)
        else:
            flash(_("Die Buchung ist geändert."), "success")
            return redirect(_page_of(booking_id))
    page = render_template("journeys/seats.html", booking=shown, form=form, refused=refused, back=back)
    return page, refused.status if refused else 422 if form.errors else 200


@views.post("/buchung/<booking_id>/sms")
@access(Task.ANSWER_CALLS)
def sms(booking_id: str) -> ResponseReturnValue:
    form = SmsForm()
    if not form.validate() or not portal().settings.sends_sms:
        return redirect(_page_of(booking_id))
    try:
        confirm_by_sms(
            portal().writing,
            booking_id=booking_id,
            actor_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            now=_now(),
        )
    except (PhoneInvalid, StateForbids) as error:
        flash(explain(error).title, "danger")
    else:
        flash(_("Die SMS mit der Bestätigung ist unterwegs."), "success")
    return redirect(_page_of(booking_id))


@views.post("/buchung/<booking_id>/brief")
@access(Task.ANSWER_CALLS)
def letter(booking_id: str) -> ResponseReturnValue:
    """To print and post; the address is on the paper only. At the times of the timetable, as on every paper."""
    form = LetterForm()
    trip, person = _booked(booking_id, is_live=False)
    if not form.validate():
        return redirect(_page_of(booking_id))
    note_reads([leg_id for one in trip for leg_id in one.open_legs], for_rider=True)
    key = portal().settings.secret_key
    return render_template(
        "telephone/letter.html",
        person=person,
        address=(form.address.data or "").strip().splitlines(),
        trip=[(one, cancel_code(one.booking_id, key)) for one in trip],
        booking_id=booking_id,
        now=_now(),
    )


def _booked(booking_id: str, is_live: bool = True) -> tuple[list[BookingView], Person]:
    """A booking with what was booked as one with it, soonest first, and its rider. Raises Unknown."""
    now = _now()
    with portal().reading() as session:
        booking = booking_for_caller(session, current_user.id, booking_id)
        return trip_views(session, booking, now, is_live), booking.rider


def _page_of(booking_id: str) -> str:
    return url_for("telephone.booking", booking_id=booking_id)


def _asked_for(trip: list[BookingView], booking_id: str) -> BookingView:
    return next(one for one in trip if one.booking_id == booking_id)


def _new_caller(typed: str) -> CallerForm:
    """What was typed is likely the name or the number of somebody new."""
    words = [word for word in typed.split() if not any(sign.isdigit() for sign in word)]
    number = " ".join(word for word in typed.split() if any(sign.isdigit() for sign in word))
    first, last = (words[0], " ".join(words[1:])) if len(words) > 1 else ("", " ".join(words))
    return CallerForm(formdata=None, first_name=first, last_name=last, phone=number)


def _refuse(form: CallerForm, error: NameMissing | ContactInText | PhoneInvalid) -> int:
    explained = explain(error)
    field = form[FIELD_OF[type(error)]]
    field.errors = [f"{explained.title}. {explained.advice}"]
    return explained.status


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
