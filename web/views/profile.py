"""My account: what I tell about myself, what is confirmed, my car, whom I avoid, who has seen my number."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import Form

from mitfahr.db.address_marks import marks_of
from mitfahr.db.blocks import blocks_by
from mitfahr.db.bookings import leg_of
from mitfahr.db.cars import car_of
from mitfahr.db.contact_reads import Occasion, reads_of
from mitfahr.db.people import Person
from mitfahr.db.trust import trust_of
from mitfahr.domain import errors
from mitfahr.domain.codes import Address
from mitfahr.domain.optional_mails import OptionalMail
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.times import seconds
from mitfahr.languages import _, marked
from mitfahr.services.block_person import unblock_person
from mitfahr.services.change_profile import (
    change_car,
    change_details,
    choose_mails,
    keep_usual_search,
    say_woman,
)
from mitfahr.services.confirm_address import ask_for_call, enter_code, send_mail_code
from mitfahr.services.merge_caller import caller_records, merge_callers
from web.access import SIGNED_IN, access
from web.errors import Explained, explain
from web.forms.preferences import PreferencesForm
from web.forms.profile import CarForm, CodeForm, DetailsForm, JustTheButton, MailsForm
from web.portal import portal

views = Blueprint("profile", __name__, url_prefix="/konto")

ADDRESSES = {"e-mail": Address.MAIL, "telefon": Address.PHONE}
CONFIRMED = {
    Address.MAIL: marked("Ihre E-Mail-Adresse ist bestätigt."),
    Address.PHONE: marked("Ihre Telefonnummer ist bestätigt."),
}
FIELD_OF: dict[type[Exception], str] = {
    errors.NameMissing: "first_name",
    errors.ContactInText: "first_name",
    errors.PhoneInvalid: "phone",
    errors.PlateInvalid: "plate",
    errors.TooManySeats: "seats",
}


@views.get("")
@access(SIGNED_IN)
def mine() -> str:
    now = dt.datetime.now(dt.UTC)
    with portal().reading() as session:
        return render_template(
            "profile/mine.html",
            person=session.get_one(Person, current_user.id),
            trust=trust_of(session, [current_user.id], seconds(now))[current_user.id],
            car=car_of(session, current_user.id),
            is_caller=bool(caller_records(session, session.get_one(Person, current_user.id))),
        )


@views.post("/telefonbuchungen")
@access(SIGNED_IN)
def merge() -> ResponseReturnValue:
    """What was booked for me on the telephone before comes into my account."""
    if merge_callers(portal().writing, person_id=current_user.id, now=dt.datetime.now(dt.UTC)):
        flash(_("Was Sie am Telefon gebucht haben, steht jetzt in Ihrem Konto."), "success")
    return redirect(url_for("profile.mine"))


@views.route("/suche", methods=["GET", "POST"])
@access(SIGNED_IN)
def usual_search() -> ResponseReturnValue:
    """How I travel, kept for the next searches because I wish it, or forgotten."""
    form = PreferencesForm()
    form.wheelchairs.label.text = _("Wie viele von Ihnen sitzen im Rollstuhl?")
    if not form.is_submitted() and current_user.usual_search:
        form.fill_in(current_user.usual_search)
    if not form.validate_on_submit():
        return _form_page("profile/usual_search.html", form)
    forgets = request.form.get("what") == "vergessen"
    keep_usual_search(portal().writing, person_id=current_user.id, usual=None if forgets else form.kept)
    flash(_("Ihre Angaben sind gelöscht.") if forgets else _("Ihre Angaben sind gemerkt."), "success")
    return redirect(url_for("profile.mine"))


@views.route("/angaben", methods=["GET", "POST"])
@access(SIGNED_IN)
def details() -> ResponseReturnValue:
    with portal().reading() as session:
        person = session.get_one(Person, current_user.id)
    form = DetailsForm(obj=person)
    if not form.validate_on_submit():
        return _form_page("profile/details.html", form)
    try:
        change_details(
            portal().writing,
            person_id=current_user.id,
            first_name=form.first_name.data,
            last_name=form.last_name.data,
            phone=form.phone.data,
        )
    except (errors.AccountRefused, errors.ContactInText) as error:
        return _refused("profile/details.html", form, error)
    flash(_("Ihre Angaben sind geändert."), "success")
    return redirect(url_for("profile.mine"))


@views.post("/frauen")
@access(SIGNED_IN)
def women() -> ResponseReturnValue:
    """Say, or no longer say, that one is a woman."""
    is_woman = request.form.get("is_woman") == "ja"
    say_woman(portal().writing, person_id=current_user.id, is_woman=is_woman)
    flash(_("Sie sehen jetzt auch Fahrten nur für Frauen.") if is_woman else _("Gespeichert."), "success")
    return redirect(url_for("profile.mine"))


@views.route("/mails", methods=["GET", "POST"])
@access(SIGNED_IN)
def mails() -> ResponseReturnValue:
    """Which mails somebody wants beside those that must come."""
    with portal().reading() as session:
        person = session.get_one(Person, current_user.id)
    form = MailsForm()
    if not form.validate_on_submit():
        if request.method == "GET":
            form.reminders.data = sorted(person.wanted_reminders)
            form.others.data = sorted(person.wanted_mails)
        page = render_template("profile/mails.html", form=form, email=person.email)
        return page, 422 if form.errors else 200
    choose_mails(
        portal().writing,
        person_id=current_user.id,
        reminders=[Reminder(one) for one in form.reminders.data or ()],
        others=[OptionalMail(one) for one in form.others.data or ()],
        now=dt.datetime.now(dt.UTC),
    )
    flash(_("Gespeichert."), "success")
    return redirect(url_for("profile.mine"))


@views.route("/auto", methods=["GET", "POST"])
@access(SIGNED_IN)
def car() -> ResponseReturnValue:
    """The car that offers are filled in with."""
    with portal().reading() as session:
        known = car_of(session, current_user.id)
    form = CarForm(obj=known)
    if request.method == "POST" and request.form.get("forget"):
        change_car(portal().writing, person_id=current_user.id, car=None)
        flash(_("Ihr Auto ist nicht mehr gespeichert."), "success")
        return redirect(url_for("profile.mine"))
    if not form.validate_on_submit():
        return _form_page("profile/car.html", form, known=known)
    try:
        change_car(portal().writing, person_id=current_user.id, car=form.car)
    except (errors.PlateInvalid, errors.TooManySeats) as error:
        return _refused("profile/car.html", form, error, known=known)
    flash(_("Ihr Auto ist gespeichert. Neue Angebote sind damit schon ausgefüllt."), "success")
    return redirect(url_for("profile.mine"))


@views.route("/bestaetigen/<word>", methods=["GET", "POST"])
@access(SIGNED_IN)
def confirm(word: str) -> ResponseReturnValue:
    """Enter the code that came by mail or by telephone."""
    kind, form = _address(word), CodeForm()
    if not form.validate_on_submit():
        return _code_page(word, form)
    here, now = portal(), dt.datetime.now(dt.UTC)
    try:
        enter_code(
            here.writing,
            person_id=current_user.id,
            kind=kind,
            typed=form.code.data,
            secret_key=here.settings.secret_key,
            now=now,
        )
    except (errors.CodeWrong, errors.NothingToConfirm) as error:
        explained = explain(error)
        form.code.errors = [f"{explained.title}. {explained.advice}"]
        return _code_page(word, form, explained)
    flash(_(CONFIRMED[kind]), "success")
    return redirect(url_for("profile.mine"))


@views.post("/bestaetigen/<word>/anfordern")
@access(SIGNED_IN)
def ask_for_code(word: str) -> ResponseReturnValue:
    here, now = portal(), dt.datetime.now(dt.UTC)
    try:
        if _address(word) is Address.MAIL:
            send_mail_code(
                here.writing, person_id=current_user.id, secret_key=here.settings.secret_key, now=now
            )
            flash(_("Wir haben Ihnen einen Code geschickt."), "success")
        else:
            ask_for_call(here.writing, person_id=current_user.id, now=now)
            flash(_("Wir rufen Sie an und sagen Ihnen einen Code."), "success")
    except (errors.NothingToConfirm, errors.TooManyCodes) as error:
        explained = explain(error)
        flash(f"{explained.title}. {explained.advice}", "danger")
    return redirect(url_for("profile.confirm", word=word))


@views.get("/gesperrt")
@access(SIGNED_IN)
def blocked() -> str:
    """People with whom one is never matched, and the way back."""
    with portal().reading() as session:
        blocks = blocks_by(session, current_user.id)
    return render_template("profile/blocked.html", blocks=blocks)


@views.post("/gesperrt/<person_id>/aufheben")
@access(SIGNED_IN)
def unblock(person_id: str) -> ResponseReturnValue:
    unblock_person(portal().writing, blocker_id=current_user.id, blocked_id=person_id)
    flash(_("Sie können wieder zusammen fahren."), "success")
    return redirect(url_for("profile.blocked"))


@views.get("/wer-hat-meine-nummer-gesehen")
@access(SIGNED_IN)
def reads() -> str:
    with portal().reading() as session:
        rows = [
            (row, leg_of(session, row.about_id) if row.occasion is Occasion.RIDE else None)
            for row in reads_of(session, current_user.id)
        ]
        return render_template("profile/reads.html", rows=rows)


def _address(word: str) -> Address:
    if word not in ADDRESSES:
        abort(404)
    return ADDRESSES[word]


def _code_page(word: str, form: CodeForm, refused: Explained | None = None) -> ResponseReturnValue:
    kind = _address(word)
    with portal().reading() as session:
        person = session.get_one(Person, current_user.id)
        mark = marks_of(session, [person.id]).get((person.id, kind))
    page = render_template(
        "profile/confirm.html",
        form=form,
        word=word,
        button=JustTheButton(formdata=None),
        address=person.email if kind is Address.MAIL else person.phone,
        by_mail=kind is Address.MAIL,
        mark=mark if mark is not None and mark.is_current else None,
    )
    return page, refused.status if refused else 422 if form.errors else 200


def _form_page(template: str, form: Form, **more: object) -> ResponseReturnValue:
    return render_template(template, form=form, **more), 422 if form.errors else 200


def _refused(template: str, form: Form, error: errors.MitfahrError, **more: object) -> ResponseReturnValue:
    explained = explain(error)
    form[FIELD_OF[type(error)]].errors = [f"{explained.title}. {explained.advice}"]
    return render_template(template, form=form, **more), explained.status
