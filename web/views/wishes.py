"""My wishes: keep a search, see what was found for it, end it.

What is asked travels in the body of the request, as with every search.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.wishes import wish_of, wishes_of
from mitfahr.domain import errors
from mitfahr.domain.roles import Action
from mitfahr.domain.wishes import request_on
from mitfahr.languages import _
from mitfahr.services.find_places import FoundPlace
from mitfahr.services.keep_wish import end_wish, keep_wish
from routing.errors import UnknownStop
from routing.journey import Place
from web.access import PUBLIC, SIGNED_IN, access
from web.errors import explain
from web.forms.account import LogInForm
from web.forms.search import SearchForm, form_of
from web.forms.wish import WishForm, carried
from web.place_choice import Choice, meant
from web.portal import portal
from web.wishes_view import WishView, wish_view

views = Blueprint("wishes", __name__, url_prefix="/gesuche")

FIELD_OF = {"first": "repeat", "last": "last_day", "window": "ends", "weekdays": "weekdays"}


@views.get("")
@access(SIGNED_IN)
def mine() -> str:
    now = dt.datetime.now(dt.UTC)
    with portal().reading() as session:
        shown = [wish_view(wish, now) for wish in wishes_of(session, current_user.id)]
    return render_template(
        "wishes/mine.html",
        running=[wish for wish in shown if wish.is_running],
        over=[wish for wish in shown if not wish.is_running],
    )


@views.post("/neu")
@access(PUBLIC)
def form() -> ResponseReturnValue:
    """Days and hours for a search that is to be kept; guests are told to log in first."""
    question = SearchForm()
    if not current_user.is_authenticated:
        log_in = LogInForm(formdata=None, wish=carried(question))
        return render_template("wishes/guest.html", question=question, log_in=log_in)
    return wish_form_page(question)


def wish_form_page(question: SearchForm) -> ResponseReturnValue:
    """The form for the person signed in; to a new search where this is none."""
    question.validate()
    if question.errors:
        return redirect(url_for("search.start"))
    wish_form = WishForm(formdata=None)
    wish_form.offer(question.day.data)
    wish_form.propose(question.day.data, question.clock.data)
    return _form_page(question, wish_form)


@views.post("")
@access(Action.BOOK)
def keep() -> ResponseReturnValue:
    question, form = SearchForm(), WishForm()
    question.validate()
    served, choices = portal().live.served(), list[Choice]()
    ends = [
        meant(served.places, text, choice, choices)
        for text, choice in (
            (question.origin, question.origin_choice),
            (question.destination, question.destination_choice),
        )
    ]
    if question.errors or None in ends:
        flash(_("Bitte suchen Sie zuerst nach einer Verbindung. Dann können Sie die Suche merken."), "info")
        return redirect(url_for("search.start"))
    origin, destination = (end for end in ends if end is not None)
    form.offer(question.day.data)
    if not form.validate():
        return _form_page(question, form), 422
    try:
        wish_id = keep_wish(
            portal().writing,
            served.without_rides.timetable,
            served.gazetteer,
            question.request(origin, destination),
            form.days(question.day.data),
            origin=_place(origin),
            destination=_place(destination),
            person_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            now=dt.datetime.now(dt.UTC),
        )
    except (errors.WishInvalid, errors.TooManyWishes) as error:
        explained = explain(error)
        field = FIELD_OF[error.field] if isinstance(error, errors.WishInvalid) else "repeat"
        form[field].errors = [f"{explained.title}. {explained.advice}"]
        return _form_page(question, form), explained.status
    flash(
        _("Ihr Gesuch ist gespeichert. Sobald jemand etwas Passendes anbietet, schreiben wir Ihnen."),
        "success",
    )
    return redirect(url_for("wishes.one", wish_id=wish_id))


@views.get("/<wish_id>")
@access(SIGNED_IN)
def one(wish_id: str) -> str:
    """The wish with what was found; each of it leads to a search that books."""
    wish, forms = _own(wish_id)
    return render_template("wishes/one.html", wish=wish, forms=forms)


@views.post("/<wish_id>/beenden")
@access(SIGNED_IN)
def end(wish_id: str) -> ResponseReturnValue:
    end_wish(portal().writing, wish_id=wish_id, person_id=current_user.id, now=dt.datetime.now(dt.UTC))
    flash(_("Ihr Gesuch ist beendet. Wir suchen nicht mehr weiter."), "success")
    return redirect(url_for("wishes.mine"))


def _own(wish_id: str) -> tuple[WishView, list[SearchForm]]:
    """The wish, and for each offer found the search in which it can be booked; raises Unknown.

    No search where the serving timetable does not know the stops any more.
    """
    now, timetable = dt.datetime.now(dt.UTC), portal().live.served().without_rides.timetable
    with portal().reading() as session:
        wish = wish_of(session, wish_id, current_user.id)
        shown = wish_view(wish, now)
    try:
        forms = [form_of(request_on(wish.request, wish.days, fit.day), timetable) for fit in shown.fits]
    except UnknownStop:
        forms = []
    return shown, forms


def _place(found: FoundPlace) -> Place:
    return Place(found.label, found.lat, found.lon, found.stop_id)


def _form_page(question: SearchForm, form: WishForm) -> str:
    return render_template("wishes/form.html", question=question, form=form)
