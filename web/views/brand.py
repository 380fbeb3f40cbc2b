"""What an operator's settings make of the look, and what a phone needs to install the portal."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, url_for

from mitfahr.domain.colours import BLACK, DARK_GROUND, WHITE, Colour
from mitfahr.languages import _
from mitfahr.settings import PICTURE_TYPES, Settings
from web.access import PUBLIC, access
from web.assets import ONE_YEAR_S
from web.portal import portal

views = Blueprint("brand", __name__)

KEPT = f"public, max-age={ONE_YEAR_S}, immutable"
KERN_BLUE, KERN_GROUND, KERN_DARK = "#2044aa", "#ffffff", "#000000"
ICONS = (
    ("icon-192", "192x192", "any"),
    ("icon-512", "512x512", "any"),
    ("icon-maskable-512", "512x512", "maskable"),
)


def register(app: Flask) -> None:
    """Give the templates `brand_sheet` and `brand_logo`, addresses that change with the settings, or None."""
    settings: Settings = app.extensions["mitfahr"].settings
    version = _version(settings)

    def address(endpoint: str, wanted: object) -> str | None:
        return url_for(endpoint, v=version) if wanted else None

    app.jinja_env.globals.update(
        brand_sheet=lambda: address("brand.sheet", settings.brand_colour),
        brand_logo=lambda: address("brand.logo", settings.logo_file),
    )


@views.get("/marke/farben.css")
@access(PUBLIC)
def sheet() -> Response:
    """The operator's colour in place of KERN's, lighter where the ground is dark."""
    colour = portal().settings.brand_colour
    if colour is None:
        return Response("", mimetype="text/css")
    dark = colour.readable_on(DARK_GROUND)
    text = f":root {{ {_rules(colour)} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {_rules(dark)} }} }}\n"
    return Response(text, mimetype="text/css", headers={"Cache-Control": KEPT})


@views.get("/marke/logo")
@access(PUBLIC)
def logo() -> Response:
    path = portal().settings.logo_file
    if path is None:
        return Response(status=404)
    return Response(path.read_bytes(), mimetype=PICTURE_TYPES[path.suffix], headers={"Cache-Control": KEPT})


@views.get("/manifest.webmanifest")
@access(PUBLIC)
def manifest() -> Response:
    """Makes the portal an app on the home screen."""
    settings = portal().settings
    asset: Any = current_app.jinja_env.globals["asset"]
    answer = jsonify(
        {
            "name": settings.portal_name,
            "short_name": settings.portal_name,
            "description": _("Bus, Bahn, BürgerBus, Rufbus und private Mitfahrten in einer Suche."),
            "lang": "de",
            "id": "/",
            "start_url": url_for("search.start"),
            "scope": "/",
            "display": "standalone",
            "background_color": KERN_GROUND,
            "theme_color": str(settings.brand_colour or KERN_BLUE),
            "icons": [
                {"src": asset(f"icons/{name}.png"), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for name, sizes, purpose in ICONS
            ],
            "shortcuts": [
                {"name": _("Meine Fahrten"), "url": url_for("journeys.mine")},
                {"name": _("Fahrt anbieten"), "url": url_for("offers.form")},
            ],
        }
    )
    answer.mimetype = "application/manifest+json"
    return answer


def _rules(colour: Colour) -> str:
    text = max(BLACK, WHITE, key=colour.contrast)
    return f"--kern-color-action-default: {colour}; --kern-color-action-on-default: {text};"


def _version(settings: Settings) -> str:
    picture = settings.logo_file.read_bytes() if settings.logo_file else b""
    return hashlib.sha256(str(settings.brand_colour).encode() + picture).hexdigest()[:12]
