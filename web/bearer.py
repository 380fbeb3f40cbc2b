"""Programs act for a person with a key in the head of every request: `Authorization: Bearer mitfahr_…`.

The key is never part of an address, so it is in no log; cookies mean nothing where it is asked for.
"""

from __future__ import annotations

import datetime as dt

from flask import g, request

from mitfahr.domain.access_tokens import Scope
from mitfahr.domain.errors import TokenUnknown
from mitfahr.services.use_token import use_token
from web.portal import portal

_PREFIX = "bearer "


def require_key(scope: Scope) -> None:
    """Let the owner of the shown key in (see `key_owner_id`); raises TokenUnknown or TokenTooNarrow."""
    head = request.headers.get("Authorization", "")
    if not head.lower().startswith(_PREFIX):
        raise TokenUnknown()
    here = portal()
    key = use_token(
        here.reading,
        here.writing,
        token=head[len(_PREFIX) :].strip(),
        wanted=scope,
        now=dt.datetime.now(dt.UTC),
    )
    g.key_owner_id = key.person_id


def key_owner_id() -> str:
    """Whom this request acts for; only where the view's rule is a scope."""
    person_id: str = g.key_owner_id
    return person_id
