"""Log in and register. What an address or a password must be is the service's matter."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired

from mitfahr.languages import lazy


class LogInForm(FlaskForm):  # type: ignore[misc]
    email = StringField(
        lazy("E-Mail-Adresse"), [DataRequired(lazy("Bitte geben Sie Ihre E-Mail-Adresse ein."))]
    )
    password = PasswordField(lazy("Passwort"), [DataRequired(lazy("Bitte geben Sie Ihr Passwort ein."))])
    offer = HiddenField()
    """A chosen journey that waits to be booked."""
    wish = HiddenField()
    """A search that waits to be kept (see `web.forms.wish.carried`)."""


class RegisterForm(FlaskForm):  # type: ignore[misc]
    first_name = StringField(lazy("Vorname"), [DataRequired(lazy("Bitte geben Sie Ihren Vornamen ein."))])
    last_name = StringField(lazy("Nachname"), [DataRequired(lazy("Bitte geben Sie Ihren Nachnamen ein."))])
    email = StringField(
        lazy("E-Mail-Adresse"), [DataRequired(lazy("Bitte geben Sie Ihre E-Mail-Adresse ein."))]
    )
    phone = StringField(lazy("Telefonnummer"))
    password = PasswordField(
        lazy("Passwort"), [DataRequired(lazy("Bitte denken Sie sich ein Passwort aus."))]
    )
    offer = HiddenField()
    wish = HiddenField()
