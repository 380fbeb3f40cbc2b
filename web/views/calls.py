"""Staff call people who want to confirm their telephone number, and tell them a code."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template
from flask_login import current_user

from mitfahr.db.address_marks import numbers_to_call
from mitfahr.db.people import Person
from mitfahr.domain.roles import Action
from mitfahr.services.confirm_address import code_to_say
from web.access import access
from web.portal import portal

views = Blueprint("calls", __name__, url_prefix="/rueckrufe")


@views.get("")
@access(Action.CONFIRM_PHONES)
def waiting() -> str:
    """Names only: a number is shown with its code, and that is written down."""
    with portal().reading() as session:
        return render_template("calls/waiting.html", marks=numbers_to_call(session))


@views.post("/<person_id>")
@access(Action.CONFIRM_PHONES)
def one(person_id: str) -> str:
    """The number to call and the code to say. Pressed again, there is a new code."""
    here, now = portal(), dt.datetime.now(dt.UTC)
    code = code_to_say(
        here.writing,
        person_id=person_id,
        actor_id=current_user.id,
        secret_key=here.settings.secret_key,
        now=now,
    )
    with here.reading() as session:
        person = session.get_one(Person, person_id)
    return render_template("calls/one.html", person=person, code=f"{code[:3]} {code[3:]}")
