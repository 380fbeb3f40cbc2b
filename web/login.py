"""Who is signed in: flask-login on top of the people of the portal."""

from __future__ import annotations

import hmac

from flask import Flask, current_app, g, session
from flask_login import LoginManager, UserMixin, current_user, login_user

from mitfahr.db.people import Person
from mitfahr.domain.roles import Role, Task
from web.portal import portal


class SignedIn(UserMixin):  # type: ignore[misc]
    """The person of this request, as far as pages need it; read again from the database each time."""

    def __init__(self, person: Person) -> None:
        self.id = person.id
        self.first_name = person.first_name
        self.full_name = person.full_name
        self.language = person.language
        self.usual_search = person.usual_search
        self.roles: frozenset[Role] = person.roles
        self.tasks: frozenset[Task] = person.tasks_somewhere


def register(app: Flask) -> None:
    manager = LoginManager(app)
    app.jinja_env.globals["account_mark"] = account_mark
    manager.session_protection = None  # an address changes on the train; the cookie is signed anyway

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(person_id: str) -> SignedIn | None:
        with portal().reading() as database:
            person = database.get(Person, person_id)
            return SignedIn(person) if person is not None and person.is_active else None


def account_mark() -> str:
    """Tells one account from another on a device that keeps something of it; says nothing about the person."""
    if not current_user.is_authenticated:
        return ""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"device {current_user.id}".encode(), "sha256").hexdigest()[:16]


def sign_in(person: Person) -> None:
    """Begin the session of `person`; it ends with the browser or with "Abmelden"."""
    session.clear()  # nothing that was put there before may be carried into the account
    g.pop("csrf_token", None)  # the forms of this very answer need the new session's token
    login_user(SignedIn(person))
