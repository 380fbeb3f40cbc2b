"""Search: start page, choice between places of the same name, results."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.access import PUBLIC, access

views = Blueprint("search", __name__)


@views.get("/")
@access(PUBLIC)
def start() -> str:
    return render_template("search/start.html")
