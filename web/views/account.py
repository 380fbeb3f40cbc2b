"""Log in, register, log out."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from wtforms import Form

from mitfahr.demo.accounts import DEMO_PASSWORD
from mitfahr.domain import errors
from mitfahr.languages import _, current
from mitfahr.services.log_in import log_in as check_password
from mitfahr.services.register_person import register_person
from web.access import PUBLIC, SIGNED_IN, access
from web.demo_accounts import demo_accounts
from web.errors import Explained, explain
from web.forms.account import LogInForm, RegisterForm
from web.forms.wish import picked_up
from web.login import sign_in
from web.own_page import own_page
from web.portal import portal
from web.views.booking import review_page
from web.views.wishes import wish_form_page

views = Blueprint("account", __name__)

FIELD_OF = {
    errors.NameMissing: "first_name",
    errors.ContactInText: "first_name",
    errors.EmailInvalid: "email",
    errors.EmailTaken: "email",
    errors.PhoneInvalid: "phone",
    errors.PasswordUnfit: "password",
}


@views.route("/anmelden", methods=["GET", "POST"])
@access(PUBLIC)
def log_in() -> ResponseReturnValue:
    form = LogInForm()
    if not form.validate_on_submit():
        return _log_in_page(form)
    try:
        person = check_password(
            portal().writing, form.email.data, form.password.data, dt.datetime.now(dt.UTC)
        )
    except (errors.LoginFailed, errors.TooManyAttempts) as error:
        return _log_in_page(form, explain(error))
    sign_in(person)
    return _onward(form)


@views.route("/registrieren", methods=["GET", "POST"])
@access(PUBLIC)
def register() -> ResponseReturnValue:
    form = RegisterForm()
    if not form.validate_on_submit():
        return _register_page(form)
    try:
        person = register_person(
            portal().writing,
            first_name=form.first_name.data,
            last_name=form.last_name.data,
            email=form.email.data,
            phone=form.phone.data,
            password=form.password.data,
            now=dt.datetime.now(dt.UTC),
            language=current().code,
        )
    except (errors.AccountRefused, errors.ContactInText) as error:
        explained = explain(error)
        form[FIELD_OF[type(error)]].errors = [explained.advice]
        return _register_page(form, explained)
    sign_in(person)
    flash(_("Ihr Konto ist angelegt und Sie sind angemeldet."), "success")
    return _onward(form)


@views.post("/registrieren/buchen")
@access(PUBLIC)
def register_for_booking() -> ResponseReturnValue:
    """The registration form for somebody who has already chosen a journey, or a search to keep."""
    carried = {name: request.form.get(name, "") for name in ("offer", "wish")}
    return _register_page(RegisterForm(formdata=None, **carried))


@views.post("/abmelden")
@access(SIGNED_IN)
def log_out() -> ResponseReturnValue:
    logout_user()
    flash(_("Sie sind abgemeldet."), "success")
    answer = redirect(url_for("search.start"))
    answer.headers["Clear-Site-Data"] = '"cache"'  # the way back must not show the account's pages
    return answer


def _log_in_page(form: Form, refused: Explained | None = None) -> ResponseReturnValue:
    page = render_template(
        "account/log_in.html",
        form=form,
        refused=refused,
        next=_next(),
        demo_accounts=demo_accounts(),
        demo_password=DEMO_PASSWORD,
    )
    return page, _status(form, refused)


def _register_page(form: Form, refused: Explained | None = None) -> ResponseReturnValue:
    return render_template("account/register.html", form=form), _status(form, refused)


def _status(form: Form, refused: Explained | None) -> int:
    if refused:
        return refused.status
    return 422 if form.errors else 200


def _onward(form: Form) -> ResponseReturnValue:
    """To the chosen journey, the search to keep, or the page that asked for the log-in."""
    if form.offer.data:
        return review_page(form.offer.data)
    question = picked_up(form.wish.data or "")
    if question is not None:
        return wish_form_page(question)
    return redirect(_next() or url_for("search.start"))


def _next() -> str | None:
    """The page to go on to, if it is one of this portal."""
    return own_page(request.args.get("next", ""))
