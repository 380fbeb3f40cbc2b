"""Imprint, privacy, accessibility: the operator's words from the settings in the portal's frame."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.access import PUBLIC, access

views = Blueprint("legal", __name__)


@views.get("/impressum")
@access(PUBLIC)
def imprint() -> str:
    return render_template("legal/imprint.html")


@views.get("/datenschutz")
@access(PUBLIC)
def privacy() -> str:
    return render_template("legal/privacy.html")


@views.get("/barrierefreiheit")
@access(PUBLIC)
def accessibility() -> str:
    return render_template("legal/accessibility.html")
