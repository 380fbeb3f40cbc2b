"""Standing orders: take one down with a look at its days first, see what became of them, change it, pause it, end it.

Everybody does this for themselves, dispatchers for anybody; what could not be booked waits on a list of theirs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.people import Person
from mitfahr.db.standing_orders import (
    StandingOrder,
    days_of_order,
    orders_of_person,
    running_orders,
    unsettled_days,
)
from mitfahr.domain import errors
from mitfahr.domain.booking_numbers import booking_number, cancel_code
from mitfahr.domain.endings import not_ended
from mitfahr.domain.phone_numbers import takes_sms
from mitfahr.domain.recurrence import PlannedDay, planned_days
from mitfahr.domain.roles import Action, may
from mitfahr.domain.saxony import public_holiday
from mitfahr.domain.standing_orders import BOOK_AHEAD, Fate, Hitch, bookable_days
from mitfahr.domain.times import local, seconds
from mitfahr.languages import _, lazy
from mitfahr.languages.formats import day as written_day
from mitfahr.messages import HITCH_WORDS
from mitfahr.services.book_standing_orders import find_ways
from mitfahr.services.change_standing_order import (
    change_standing_order,
    draft_of,
    foresee_change,
    paused,
)
from mitfahr.services.confirm_order_by_sms import coming_days, confirm_order_by_sms
from mitfahr.services.find_places import FoundPlace
from mitfahr.services.keep_standing_order import (
    OrderDraft,
    booked_days,
    end_standing_order,
    keep_standing_order,
    leave_out_day,
    order_for,
    preview_order,
    settle_day,
)
from web.access import access
from web.bookings_view import Sign
from web.day_in_address import day_in_address
from web.errors import explain
from web.forms.standing_order import PauseForm, StandingOrderForm
from web.forms.telephone import LetterForm, SmsForm
from web.journeys_view import JourneyView, journey_view
from web.place_choice import Choice, meant, take_chosen
from web.portal import portal
from web.standing_orders_view import (
    order_days,
    order_plan_words,
    plan_words,
    skip_words,
    ways_of,
)

views = Blueprint("standing_orders", __name__, url_prefix="/dauerbuchungen")

FATE_SIGN = {
    Fate.KEPT: Sign(lazy("bleibt, wie es gebucht ist"), "info"),
    Fate.REBOOKED: Sign(lazy("wird umgebucht"), "warning"),
    Fate.CANCELLED: Sign(lazy("wird abgesagt"), "danger"),
    Fate.NEW: Sign(lazy("wird gebucht"), "success"),
}
FIELD_OF_PLAN = {"weekdays": "weekdays", "last": "last_day", "exceptions": "exceptions"}


@dataclass(frozen=True, slots=True)
class FirstDay:
    """How the first day would be booked as things are now: its journeys, or why there are none."""

    day: dt.date
    journeys: list[JourneyView]
    hitch: Hitch | None


@views.get("")
@access(Action.BOOK)
def mine() -> str:
    with portal().reading() as session:
        orders = orders_of_person(session, current_user.id)
    return render_template(
        "standing_orders/mine.html",
        running=[one for one in orders if one.ended_at is None],
        ended=[one for one in orders if one.ended_at is not None],
        words=order_plan_words,
        for_others=may(current_user.roles, Action.BOOK_FOR_OTHERS),
    )


@views.get("/alle")
@access(Action.BOOK_FOR_OTHERS)
def all_() -> str:
    """Of everybody, for those who book for others."""
    with portal().reading() as session:
        orders = running_orders(session)
        waiting = len(unsettled_days(session, _today()))
    return render_template("standing_orders/all.html", orders=orders, waiting=waiting, words=order_plan_words)


@views.get("/offen")
@access(Action.BOOK_FOR_OTHERS)
def unsettled() -> str:
    """Days that somebody has to see to, soonest first."""
    with portal().reading() as session:
        rows = [
            (one, ways_of(session, one.booking_id) if one.booking_id else [])
            for one in unsettled_days(session, _today())
        ]
    return render_template("standing_orders/unsettled.html", rows=rows, hitches=HITCH_WORDS)


@views.post("/<order_id>/tage/<day>/erledigt")
@access(Action.BOOK_FOR_OTHERS)
def settle(order_id: str, day: str) -> ResponseReturnValue:
    settle_day(
        portal().writing, order_id=order_id, day=day_in_address(day), actor_id=current_user.id, now=_now()
    )
    flash(_("Der Tag ist von der Liste genommen."), "success")
    return redirect(url_for("standing_orders.unsettled"))


@views.route("/neu", methods=["GET", "POST"])
@access(Action.BOOK)
def add() -> ResponseReturnValue:
    return _added(current_user.id)


@views.route("/fuer/<person_id>/neu", methods=["GET", "POST"])
@access(Action.BOOK_FOR_OTHERS)
def add_for(person_id: str) -> ResponseReturnValue:
    """For somebody who calls."""
    return _added(person_id)


@views.get("/<order_id>")
@access(Action.BOOK)
def one(order_id: str) -> str:
    now, vacations = _now(), portal().settings.vacations
    today = local(seconds(now)).date()
    with portal().reading() as session:
        order = order_for(session, order_id, current_user.id)
        planned = (
            []
            if order.ended_at
            else [
                one
                for one in planned_days(order.recurrence, vacations, today, today + BOOK_AHEAD)
                if one.skip or one.rides[0].leaves.moment > now
            ]
        )
        days = order_days(session, order, planned, days_of_order(session, order_id, today))
    return render_template(
        "standing_orders/one.html",
        order=order,
        is_own=order.person_id == current_user.id,
        plan=order_plan_words(order),
        days=days,
        known_to=vacations.known_to,
        letter=LetterForm(formdata=None) if may(current_user.roles, Action.BOOK_FOR_OTHERS) else None,
        sms=SmsForm(formdata=None) if portal().settings.sends_sms and takes_sms(order.person.phone) else None,
    )


@views.post("/<order_id>/sms")
@access(Action.BOOK_FOR_OTHERS)
def sms(order_id: str) -> ResponseReturnValue:
    """All coming days to the person's mobile telephone."""
    form = SmsForm()
    if form.validate() and portal().settings.sends_sms:
        try:
            confirm_order_by_sms(
                portal().writing,
                order_id=order_id,
                actor_id=current_user.id,
                idempotency_key=form.idempotency_key.data,
                now=_now(),
            )
        except (errors.PhoneInvalid, errors.NoDates) as error:
            flash(explain(error).title, "danger")
        else:
            flash(_("Die SMS mit allen Tagen ist unterwegs."), "success")
    return redirect(url_for("standing_orders.one", order_id=order_id))


@views.post("/<order_id>/brief")
@access(Action.BOOK_FOR_OTHERS)
def letter(order_id: str) -> ResponseReturnValue:
    """All coming days to print and post; the address is on the paper only."""
    form, now = LetterForm(), _now()
    if not form.validate():
        return redirect(url_for("standing_orders.one", order_id=order_id))
    key = portal().settings.secret_key
    with portal().reading() as session:
        order = order_for(session, order_id, current_user.id)
        days = [
            (day, [(one, booking_number(one.id), cancel_code(one.id, key)) for one in ways])
            for day, ways in coming_days(session, order, now).items()
        ]
    return render_template(
        "standing_orders/letter.html",
        order=order,
        plan=order_plan_words(order),
        days=days,
        address=(form.address.data or "").strip().splitlines(),
        now=now,
    )


@views.route("/<order_id>/aendern", methods=["GET", "POST"])
@access(Action.BOOK)
def change(order_id: str) -> ResponseReturnValue:
    """The same form as for a new one; before anything changes it says what becomes of each booked day."""
    with portal().reading() as session:
        order = not_ended(order_for(session, order_id, current_user.id))
    return _asked(order.person, order)


@views.route("/<order_id>/pause", methods=["GET", "POST"])
@access(Action.BOOK)
def pause(order_id: str) -> ResponseReturnValue:
    """Some days or weeks without travelling: say which, see what is cancelled, then do it."""
    with portal().reading() as session:
        order = not_ended(order_for(session, order_id, current_user.id))
    form, status = PauseForm(), 200
    days: list[tuple[dt.date, bool]] | None = None
    if form.validate_on_submit():
        now, vacations = _now(), portal().settings.vacations
        try:
            plan = paused(order.recurrence, vacations, form.first.data, form.last.data, now)
            draft = replace(draft_of(order), plan=plan)
            if request.form.get("pausieren"):
                return redirect(url_for("standing_orders.one", order_id=_change(draft, order_id, form)))
            with portal().reading() as session:
                booked = foresee_change(session, order, draft, vacations, now)
            days = [
                (day, booked.get(day) is Fate.CANCELLED)
                for day in sorted(plan.exceptions)
                if form.first.data <= day <= form.last.data
            ]
        except (errors.PlanInvalid, errors.NoDates, errors.InThePast) as error:
            explained = explain(error)
            form.last.errors, status = [f"{explained.title}. {explained.advice}"], explained.status
    elif request.method == "POST" and not request.form.get("aendern"):
        status = 422
    page = render_template("standing_orders/pause.html", order=order, form=form, days=days)
    return page, status


@views.post("/<order_id>/tage/<day>/auslassen")
@access(Action.BOOK)
def leave_out(order_id: str, day: str) -> ResponseReturnValue:
    """Nobody travels on this day; what is booked for it is cancelled."""
    date = day_in_address(day)
    try:
        leave_out_day(portal().writing, order_id=order_id, day=date, actor_id=current_user.id, now=_now())
    except (errors.PlanInvalid, errors.TooLateToChange, errors.StateForbids) as error:
        explained = explain(error)
        flash(f"{explained.title}. {explained.advice}", "danger")
    else:
        flash(_("Am %(day)s fährt niemand. Was gebucht war, ist abgesagt.", day=written_day(date)), "success")
    return redirect(url_for("standing_orders.one", order_id=order_id))


@views.route("/<order_id>/beenden", methods=["GET", "POST"])
@access(Action.BOOK)
def end(order_id: str) -> ResponseReturnValue:
    """Say what is booked, then end it."""
    now = _now()
    with portal().reading() as session:
        order = order_for(session, order_id, current_user.id)
        booked = sorted(booked_days(session, order_id, now))
    if request.method == "GET":
        return render_template("standing_orders/end.html", order=order, booked=booked)
    end_standing_order(
        portal().writing,
        order_id=order_id,
        actor_id=current_user.id,
        with_booked="with_booked" in request.form,
        now=now,
    )
    flash(_("Die Dauerbuchung ist beendet."), "success")
    return redirect(url_for("standing_orders.one", order_id=order_id))


def _added(person_id: str) -> ResponseReturnValue:
    """The form, then the days as they would be booked, then the order."""
    with portal().reading() as session:
        person = session.get(Person, person_id)
    if person is None:
        raise errors.Unknown("person", person_id)
    return _asked(person, None)


def _asked(person: Person, order: StandingOrder | None) -> ResponseReturnValue:
    """For a new order, or to change one."""
    if request.method == "GET":
        return _form_page(_empty(person) if order is None else _filled(order), person, order)
    form = StandingOrderForm()
    if request.form.get("aendern"):
        return _form_page(form, person, order)
    drafted = _draft(form, person, order)
    if not isinstance(drafted, OrderDraft):
        return drafted
    try:
        if not request.form.get("anlegen"):
            return _preview(form, drafted, person, order)
        order_id = _keep(drafted, person.id, form) if order is None else _change(drafted, order.id, form)
        return redirect(url_for("standing_orders.one", order_id=order_id))
    except (errors.PlanInvalid, errors.NoDates, errors.TooManyOrders) as error:
        explained = explain(error)
        name = FIELD_OF_PLAN.get(error.field, "day") if isinstance(error, errors.PlanInvalid) else "day"
        form[name].errors = [*form[name].errors, f"{explained.title}. {explained.advice}"]
        return _form_page(form, person, order), explained.status


def _change(draft: OrderDraft, order_id: str, form: StandingOrderForm | PauseForm) -> str:
    change_standing_order(
        portal().writing,
        draft,
        order_id=order_id,
        actor_id=current_user.id,
        idempotency_key=form.idempotency_key.data,
        vacations=portal().settings.vacations,
        now=_now(),
    )
    flash(
        _(
            "Die Dauerbuchung ist geändert. Was umzubuchen oder abzusagen ist, erledigen wir in wenigen Minuten."
        ),
        "success",
    )
    return order_id


def _keep(draft: OrderDraft, person_id: str, form: StandingOrderForm) -> str:
    order_id = keep_standing_order(
        portal().writing,
        draft,
        person_id=person_id,
        actor_id=current_user.id,
        idempotency_key=form.idempotency_key.data,
        vacations=portal().settings.vacations,
        now=_now(),
    )
    flash(
        _(
            "Die Dauerbuchung ist angelegt. Die Fahrten der nächsten drei Wochen buchen wir in wenigen Minuten."
        ),
        "success",
    )
    return order_id


def _filled(order: StandingOrder) -> StandingOrderForm:
    form = StandingOrderForm(formdata=None)
    form.fill_from_order(draft_of(order), portal().live.served().without_rides.timetable)
    return form


def _empty(person: Person) -> StandingOrderForm:
    """With how the person travels, if they keep that."""
    form = StandingOrderForm(formdata=None)
    if person.usual_search:
        form.fill_in(person.usual_search)
    form.propose()
    form.day.data = _today()
    return form


def _draft(
    form: StandingOrderForm, person: Person, order: StandingOrder | None
) -> OrderDraft | ResponseReturnValue:
    """What is ordered, or the page that asks for what is missing."""
    if request.form.get("chosen"):
        take_chosen(form.origin, form.origin_choice)
        take_chosen(form.destination, form.destination_choice)
    form.validate()
    served, choices = portal().live.served(), list[Choice]()
    ends: list[FoundPlace | None] = [
        meant(served.places, text, choice, choices)
        for text, choice in (
            (form.origin, form.origin_choice),
            (form.destination, form.destination_choice),
        )
    ]
    if form.errors:
        return _form_page(form, person, order), 422
    if choices:
        return render_template("standing_orders/choose.html", form=form, choices=choices)
    origin, destination = (end for end in ends if end is not None)
    return form.draft(origin, destination, served.without_rides.timetable)


def _preview(form: StandingOrderForm, draft: OrderDraft, person: Person, order: StandingOrder | None) -> str:
    days = preview_order(draft.plan, portal().settings.vacations, _now())
    return render_template(
        "standing_orders/preview.html",
        form=form,
        person=person,
        is_own=person.id == current_user.id,
        order=order,
        fates=None if order is None else _foreseen(order, draft),
        draft=draft,
        plan=plan_words(draft.plan, draft.request.arrive_by),
        days=days,
        skip_words=skip_words,
        holiday=public_holiday,
        first=_first_day(draft, person.id),
        hitches=HITCH_WORDS,
        known_to=portal().settings.vacations.known_to,
    )


def _first_day(draft: OrderDraft, person_id: str) -> FirstDay | None:
    """None when no day is near enough to be booked."""
    here, now = portal(), _now()
    planned: PlannedDay | None = next(bookable_days(draft.plan, here.settings.vacations, _today(), now), None)
    snapshot = here.live.current(now)
    if planned is None or planned.day > snapshot.timetable.last_day:
        return None
    ways = find_ways(here.writing, snapshot, draft.request, planned.rides, person_id, now)
    if isinstance(ways, Hitch):
        return FirstDay(planned.day, [], ways)
    shown = [journey_view(way, [None] * len(way.legs), {}, snapshot.timetable) for way in ways]
    return FirstDay(planned.day, shown, None)


def _foreseen(order: StandingOrder, draft: OrderDraft) -> list[tuple[dt.date, Sign]]:
    """What a change makes of the days that are booked or soon will be."""
    with portal().reading() as session:
        found = foresee_change(session, order, draft, portal().settings.vacations, _now())
    return [(day, FATE_SIGN[fate]) for day, fate in found.items()]


def _form_page(form: StandingOrderForm, person: Person, order: StandingOrder | None) -> str:
    return render_template(
        "standing_orders/form.html",
        form=form,
        person=person,
        is_own=person.id == current_user.id,
        order=order,
    )


def _today() -> dt.date:
    return local(seconds(_now())).date()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
