"""Which stops are meant by the rows of a form, or the page that asks for what is missing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from flask import render_template, request
from flask.typing import ResponseReturnValue

from mitfahr.languages import _
from mitfahr.services.find_places import FoundPlace, PlaceKind
from web.forms.line import LineForm
from web.forms.run import RunForm
from web.place_choice import Choice, meant, take_chosen
from web.portal import portal


def halts_meant(
    form: LineForm | RunForm, page: Callable[[], str], which: str
) -> tuple[list[FoundPlace], ResponseReturnValue | None]:
    """The stop of every halt, and the page to show instead, if one is: the form's own with what is wrong, or
    the template `which` where a name means several stops."""
    if request.form.get("chosen"):
        for row in form.halts:
            take_chosen(row.place, row.choice)
    is_valid = form.validate()
    places, choices = portal().live.served().places, list[Choice]()
    halts = [meant(places, row.place, row.choice, choices, (PlaceKind.STOP,)) for row in form.halts]
    if not is_valid or any(row.place.errors for row in form.halts):
        return [], (page(), 422)
    if choices:
        return [], render_template(which, form=form, choices=choices)
    found = [halt for halt in halts if halt is not None]
    for row, (before, halt) in zip(form.halts[1:], pairwise(found), strict=False):
        if halt.stop_id == before.stop_id:
            row.place.errors = [
                *row.place.errors,
                _(
                    "Das ist dieselbe Haltestelle wie davor. Bitte wählen Sie eine andere, oder leeren Sie die Zeile."
                ),
            ]
            return [], (page(), 422)
    return found, None
