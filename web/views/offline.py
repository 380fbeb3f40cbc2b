"""What a device that has saved tickets shows without a net."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, send_file

from web.access import PUBLIC, access
from web.assets import FOLDER

views = Blueprint("offline", __name__)


@views.get("/offline")
@access(PUBLIC)
def page() -> str:
    """Kept on the device with the first saved ticket; lists what is saved there."""
    return render_template("offline.html")


@views.get("/dienst.js")
@access(PUBLIC)
def worker() -> Response:
    """At the root, because a service worker only sees pages below its own address."""
    return send_file(FOLDER / "service_worker.js", mimetype="text/javascript", max_age=0)
