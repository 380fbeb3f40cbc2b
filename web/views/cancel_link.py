"""Cancel without an account: number and code from the confirmation, then look, then do it.

The link in the mail carries both behind a `#`: browsers keep that part to themselves, so it is in no log;
a script fills it in, and without scripts it is typed. The code is the permission: no cookie is needed.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from mitfahr.db.bookings import Booking
from mitfahr.domain.errors import CancelCodeWrong, TooLateToChange
from mitfahr.services.cancel_booking import cancel_booking
from mitfahr.services.find_booking import find_booking
from web.access import PUBLIC, access
from web.bookings_view import booking_view
from web.errors import explain
from web.forms.booking import CancelCodeForm
from web.portal import portal

views = Blueprint("cancel_link", __name__, url_prefix="/absagen")


@views.get("")
@access(PUBLIC)
def ask() -> str:
    return render_template("cancel_link/ask.html", form=CancelCodeForm(formdata=None))


@views.post("/pruefen")
@access(PUBLIC)
def check() -> ResponseReturnValue:
    """Show what would be cancelled."""
    form = CancelCodeForm()
    booking = _found(form)
    if booking is None:
        return render_template("cancel_link/ask.html", form=form), 422
    return _page("cancel_link/check.html", form, booking)


@views.post("")
@access(PUBLIC)
def cancel() -> ResponseReturnValue:
    """Cancel what has not left yet; sent again, it says the same."""
    form = CancelCodeForm()
    booking = _found(form)
    if booking is None:
        return render_template("cancel_link/ask.html", form=form), 422
    try:
        cancelled = cancel_booking(
            portal().writing, booking_id=booking.id, actor_id=booking.rider_id, now=dt.datetime.now(dt.UTC)
        )
    except TooLateToChange as error:
        return _page("cancel_link/check.html", form, booking, refused=explain(error)), 409
    return _page("cancel_link/done.html", form, cancelled)


def _found(form: CancelCodeForm) -> Booking | None:
    """The booking that is meant; None with the reason at the form's fields."""
    if not form.validate():
        return None
    here = portal()
    try:
        with here.reading() as session:
            return find_booking(
                session,
                number=form.number.data,
                code=form.code.data,
                secret_key=here.settings.secret_key,
            )
    except CancelCodeWrong as error:
        explained = explain(error)
        form.code.errors = [f"{explained.title}. {explained.advice}"]
        return None


def _page(template: str, form: CancelCodeForm, booking: Booking, **more: object) -> str:
    view = booking_view(booking, None, dt.datetime.now(dt.UTC))
    return render_template(template, form=form, booking=view, **more)
