"""Who may open which page: every view states its rule, one place checks it.

@views.get("/meine-fahrten")
@access(SIGNED_IN)
def journeys() -> str: ...

A rule is PUBLIC, SIGNED_IN, an action of `mitfahr.domain.roles`, a task there (open to whoever has it in one
organisation at least: in which, its service asks), or what the key of a program must open
(`mitfahr.domain.access_tokens`). A view without a rule stops the
start of the application, so none can be forgotten.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.domain.access_tokens import Scope
from mitfahr.domain.roles import Action, Task, may
from web.bearer import require_key


class Access(enum.Enum):
    PUBLIC = "public"
    SIGNED_IN = "signed in"


Rule = Access | Action | Task | Scope
PUBLIC, SIGNED_IN = Access.PUBLIC, Access.SIGNED_IN

View = TypeVar("View", bound=Callable[..., Any])
RULE = "access_rule"


def access(rule: Rule) -> Callable[[View], View]:
    """State the rule of a view; goes directly above the function, below the route."""

    def state(view: View) -> View:
        setattr(view, RULE, rule)
        return view

    return state


def rule_of(app: Flask, endpoint: str) -> Rule:
    """The stated rule of an endpoint; raises AttributeError when it states none."""
    rule: Rule = getattr(app.view_functions[endpoint], RULE)
    return rule


def is_open(rule: Rule) -> bool:
    """Whether the person asking may pass `rule`."""
    if rule is Access.PUBLIC:
        return True
    if not current_user.is_authenticated:
        return False
    if isinstance(rule, Task):
        return rule in current_user.tasks
    return rule is Access.SIGNED_IN or (isinstance(rule, Action) and may(current_user.roles, rule))


def guard(app: Flask) -> None:
    """Check the rule before every request; raises RuntimeError when a view has none.

    Call it after the last blueprint is registered.
    """
    missing = [name for name, view in app.view_functions.items() if not hasattr(view, RULE)]
    if missing:
        raise RuntimeError(f"no access rule: {', '.join(sorted(missing))}")
    app.before_request(_check)


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such page: the 404 follows
    rule = rule_of(current_app, request.endpoint)
    if isinstance(rule, Scope):
        if request.method != "OPTIONS":  # browsers ask without the key whether they may send it
            require_key(rule)
        return None
    if is_open(rule):
        return None
    if current_user.is_authenticated:
        abort(403)
    if request.method == "GET":
        return redirect(url_for("account.log_in", next=request.path))
    return redirect(url_for("account.log_in"))
