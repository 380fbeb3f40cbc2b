"""Links of drivers without a password: accept a shift with one tap, or say when one can drive.

The code stands behind the `#` of the link: browsers keep that part to themselves, so it is in no log; a script sends
it, and without scripts it is typed. The code is the permission: no cookie is needed.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from mitfahr.db.duty import DutyLink, DutyPoll, answers_for, shift_of
from mitfahr.domain.errors import DutyLinkUnknown, DutyRefused, OverlapsOtherRide
from mitfahr.services.ask_availability import answer_poll, shifts_of_poll
from mitfahr.services.use_duty_link import accept_shift, give_up_shift, read_link
from web.access import PUBLIC, access
from web.duty_view import views_of
from web.errors import Explained, explain
from web.forms.duty import ANSWERS, DutyCodeForm, read_answers
from web.portal import portal

views = Blueprint("duty_link", __name__, url_prefix="/dienst")


@views.get("")
@access(PUBLIC)
def ask() -> str:
    return render_template("duty_link/ask.html", form=DutyCodeForm(formdata=None))


@views.post("/pruefen")
@access(PUBLIC)
def check() -> ResponseReturnValue:
    """Show the shift, or the poll."""
    form = DutyCodeForm()
    link = _found(form)
    if link is None:
        return render_template("duty_link/ask.html", form=form), 422
    return _page(form, link)


@views.post("")
@access(PUBLIC)
def accept() -> ResponseReturnValue:
    """Yes, I drive; sent again, it says the same."""
    return _settled(is_given_up=False)


@views.post("/abgeben")
@access(PUBLIC)
def give_up() -> ResponseReturnValue:
    """I cannot drive after all; sent again, it says the same."""
    return _settled(is_given_up=True)


@views.post("/antworten")
@access(PUBLIC)
def answer() -> ResponseReturnValue:
    """The answers of a poll; sent again, the last ones count."""
    form = DutyCodeForm()
    link = _found(form)
    if link is None or link.poll_id is None:
        return render_template("duty_link/ask.html", form=form), 422
    now = _now()
    with portal().reading() as session:
        shifts = shifts_of_poll(session, session.get_one(DutyPoll, link.poll_id), now)
    try:
        answer_poll(
            portal().writing,
            poll_id=link.poll_id,
            person_id=link.person_id,
            answers=read_answers(request.form, [shift.id for shift in shifts]),
            now=now,
        )
    except DutyRefused as error:
        explained = explain(error)
        return _page(form, link, refused=explained), explained.status
    return _page(form, link, is_saved=True)


def _settled(*, is_given_up: bool) -> ResponseReturnValue:
    """Take the shift of the link, or give it up, and show how it stands."""
    form = DutyCodeForm()
    link = _found(form)
    if link is None:
        return render_template("duty_link/ask.html", form=form), 422
    here = portal()
    settle = give_up_shift if is_given_up else accept_shift
    try:
        settle(
            here.writing,
            form.code.data,
            secret_key=here.settings.secret_key,
            vacations=here.settings.vacations,
            now=_now(),
        )
    except (DutyRefused, OverlapsOtherRide) as error:
        explained = explain(error)
        return _page(form, link, refused=explained), explained.status
    return _page(form, link, is_given_up=is_given_up)


def _found(form: DutyCodeForm) -> DutyLink | None:
    """The link that is meant; None with the reason at the form's field."""
    if not form.validate():
        return None
    here = portal()
    try:
        with here.reading() as session:
            return read_link(session, form.code.data, secret_key=here.settings.secret_key, now=_now())
    except DutyLinkUnknown as error:
        explained = explain(error)
        form.code.errors = [f"{explained.title}. {explained.advice}"]
        return None


def _page(
    form: DutyCodeForm,
    link: DutyLink,
    *,
    refused: Explained | None = None,
    is_saved: bool = False,
    is_given_up: bool = False,
) -> str:
    now = _now()
    with portal().reading() as session:
        if link.shift_id is not None:
            shift = shift_of(session, link.shift_id)
            [view] = views_of(session, [shift], shift.organisation_id, now)
            return render_template(
                "duty_link/shift.html",
                form=form,
                person=link.person,
                view=view,
                refused=refused,
                is_given_up=is_given_up,
            )
        poll = session.get_one(DutyPoll, link.poll_id)
        shifts = shifts_of_poll(session, poll, now)
        answers = answers_for(session, [shift.id for shift in shifts])
        return render_template(
            "duty_link/poll.html",
            form=form,
            person=link.person,
            poll=poll,
            shifts=views_of(session, shifts, poll.organisation_id, now),
            mine={shift.id: answers.get((shift.id, link.person_id)) for shift in shifts},
            words=ANSWERS,
            refused=refused,
            is_saved=is_saved,
        )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
