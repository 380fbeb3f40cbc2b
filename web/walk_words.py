"""Steps of a walk as sentences: "Links abbiegen: Bahnhofstraße, 250 m"."""

from __future__ import annotations

from flask import Flask

from mitfahr.languages import _, lazy
from mitfahr.languages.formats import distance
from routing.directions import Bend, Compass, Step

SETS_OUT = {
    Compass.NORTH: lazy("Losgehen nach Norden"),
    Compass.NORTH_EAST: lazy("Losgehen nach Nordosten"),
    Compass.EAST: lazy("Losgehen nach Osten"),
    Compass.SOUTH_EAST: lazy("Losgehen nach Südosten"),
    Compass.SOUTH: lazy("Losgehen nach Süden"),
    Compass.SOUTH_WEST: lazy("Losgehen nach Südwesten"),
    Compass.WEST: lazy("Losgehen nach Westen"),
    Compass.NORTH_WEST: lazy("Losgehen nach Nordwesten"),
}
TURNS = {
    Bend.STRAIGHT: lazy("Geradeaus weiter"),
    Bend.HALF_LEFT: lazy("Halb links"),
    Bend.LEFT: lazy("Links abbiegen"),
    Bend.HALF_RIGHT: lazy("Halb rechts"),
    Bend.RIGHT: lazy("Rechts abbiegen"),
    Bend.BACK: lazy("Umkehren"),
}
NAMELESS = {
    "footway": lazy("Fußweg"),
    "pedestrian": lazy("Fußgängerzone"),
    "path": lazy("Weg"),
    "steps": lazy("Treppe"),
    "track": lazy("Feldweg"),
    "cycleway": lazy("Radweg"),
    "service": lazy("Zufahrt"),
}
"""By OSM's highway value; everything else is a street."""


def step_words(step: Step) -> str:
    """One sentence for one step."""
    way = SETS_OUT[step.heading] if step.heading else TURNS[step.bend or Bend.STRAIGHT]
    if step.is_stairs and step.name:
        return _(
            "%(way)s: Treppe (%(street)s), %(distance)s",
            way=way,
            street=step.name,
            distance=distance(step.metres),
        )
    street = step.name or NAMELESS.get(step.street_class, _("Straße ohne Namen"))
    return _("%(way)s: %(street)s, %(distance)s", way=way, street=street, distance=distance(step.metres))


def register(app: Flask) -> None:
    """Offer the sentences to the templates."""
    app.jinja_env.filters["step_words"] = step_words
