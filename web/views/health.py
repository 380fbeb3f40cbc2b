"""For machines that watch over the portal."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint
from flask.typing import ResponseReturnValue

from web.access import PUBLIC, access
from web.portal import portal

views = Blueprint("health", __name__)


@views.get("/health")
@access(PUBLIC)
def health() -> ResponseReturnValue:
    """200 while this process answers and reaches its database."""
    with portal().reading() as session:
        session.execute(sa.text("SELECT 1"))
    return {"status": "ok"}
