"""Timetable staff: what a new timetable changes against the one that serves, and the journeys looked up in both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session, undefer

from mitfahr.comparison.journeys import Wanted, default_journeys
from mitfahr.comparison.municipalities import Municipalities
from mitfahr.comparison.result import Difference
from mitfahr.db.comparisons import Comparison, held_losses, is_compared, sample_journeys
from mitfahr.db.municipalities import municipalities_in_use
from mitfahr.db.timetables import FeedVersion
from mitfahr.domain.day_types import Kind
from mitfahr.domain.errors import NothingServes, Unknown
from mitfahr.domain.losses import HeldLoss, LossKind
from mitfahr.domain.roles import Action
from mitfahr.languages import _
from mitfahr.network import network
from mitfahr.services.choose_samples import MOST, add_sample, adopt_default_samples, remove_sample
from mitfahr.services.find_places import FoundPlace
from routing.errors import SnapshotUnreadable
from routing.query import Point
from web.access import access
from web.comparison_view import (
    COLUMNS,
    FATES,
    KIND_WORDS,
    MEASURE_WORDS,
    clock_words,
    journeys_table,
    journeys_view,
    loss_words,
    map_json,
    percent_words,
    rows_view,
    service_table,
    stops_table,
    summary,
)
from web.csv_file import csv_file
from web.forms.samples import SampleForm
from web.place_choice import Choice, meant, take_chosen
from web.portal import portal, served
from web.versions_view import version_view

views = Blueprint("comparisons", __name__, url_prefix="/fahrplan")

MOST_STOPS = 200
"""On the page; the file has all of them."""

TABLES = ("gemeinden", "linien", "haltestellen", "beispielreisen")


@dataclass(frozen=True)
class _Shown:
    """`found` is None for a first timetable, and while a comparison is not there (yet)."""

    version: FeedVersion
    comparison: Comparison | None
    found: Difference | None
    held: list[HeldLoss]
    is_current: bool


@views.get("/<version_id>/vergleich")
@access(Action.IMPORT_TIMETABLE)
def one(version_id: str) -> ResponseReturnValue:
    """Sentences first, then tables, the largest losses first; a page that waits for them is told to renew itself."""
    with portal().reading() as session:
        shown = _shown(session, version_id)
        against = session.get(FeedVersion, (shown.comparison and shown.comparison.against_version_id) or "")
    found, held = shown.found, shown.held
    if found is None:
        return render_template("timetables/comparison.html", shown=shown, view=version_view(shown.version))
    days = _days(found)
    if "HX-Request" in request.headers:
        return Response(headers={"HX-Refresh": "true"})
    column = [one.key for one in found.columns].index(COLUMNS[days][0]) if days else 0
    return render_template(
        "timetables/comparison.html",
        shown=shown,
        view=version_view(shown.version),
        against=against,
        found=found,
        summary=summary(found, held),
        held=[(one, loss_words(one)) for one in held],
        days=days,
        columns={word: label for word, (key, label) in COLUMNS.items() if _has(found, key)},
        measures=MEASURE_WORDS,
        municipalities=rows_view(found.municipalities or (), column, LossKind.MUNICIPALITY, held)
        if days
        else [],
        lines=rows_view(found.lines, column, LossKind.LINE, held) if days else [],
        is_part_of_week=len(_weekdays(found)) < 7,
        not_compared=[KIND_WORDS[Kind(kind)] for kind in found.not_compared],
        fates=FATES,
        most_stops=MOST_STOPS,
        journeys=journeys_view(found.journeys),
        clock_words=clock_words,
        percent_words=percent_words,
        loss_words=loss_words,
        tables=TABLES,
    )


@views.get("/<version_id>/vergleich/<table>.csv")
@access(Action.IMPORT_TIMETABLE)
def file(version_id: str, table: str) -> Response:
    """One of the page's tables, with every row and every kind of day."""
    with portal().reading() as session:
        found = _shown(session, version_id).found
    if found is None or table not in TABLES:
        abort(404)
    match table:
        case "gemeinden":
            heads, rows = service_table(found.municipalities or (), found)
        case "linien":
            heads, rows = service_table(found.lines, found)
        case "haltestellen":
            heads, rows = stops_table(found.stops)
        case _:
            heads, rows = journeys_table(found.journeys)
    return csv_file(f"vergleich-{table}.csv", heads, rows)


@views.get("/<version_id>/vergleich/karte.json")
@access(Action.IMPORT_TIMETABLE)
def map_data(version_id: str) -> ResponseReturnValue:
    """What the page's map draws: municipalities by what they lose, stops that change."""
    with portal().reading() as session:
        found = _shown(session, version_id).found
        areas = municipalities_in_use(session)
    days = _days(found) if found is not None else None
    if found is None or days is None:
        abort(404)
    column = [one.key for one in found.columns].index(COLUMNS[days][0])
    known = _municipalities(portal().settings.snapshots_dir / areas.folder) if areas else None
    return map_json(found, known, column)


@views.route("/beispielreisen", methods=["GET", "POST"])
@access(Action.IMPORT_TIMETABLE)
def samples() -> ResponseReturnValue:
    """The journeys that are looked up in every new timetable; one more is added here."""
    form = SampleForm() if request.method == "POST" else SampleForm(formdata=None)
    if request.method == "GET" or "aendern" in request.form:
        return _samples_page(form)
    take_chosen(form.origin, form.origin_choice)
    take_chosen(form.destination, form.destination_choice)
    is_valid = form.validate()
    open_choices: list[Choice] = []
    places = served().places
    origin = meant(places, form.origin, form.origin_choice, open_choices)
    destination = meant(places, form.destination, form.destination_choice, open_choices)
    if is_valid and open_choices and not (form.origin.errors or form.destination.errors):
        return render_template("timetables/sample_choice.html", form=form, choices=open_choices)
    if not is_valid or origin is None or destination is None:
        return _samples_page(form), 422
    clock = form.clock.data
    wanted = Wanted(
        _point(origin), _point(destination), Kind(int(form.kind.data)), clock.hour * 3600 + clock.minute * 60
    )
    with portal().writing.begin() as session:
        key = form.idempotency_key.data
        has_room = add_sample(
            session, current_user.id, wanted, idempotency_key=key, now=dt.datetime.now(dt.UTC)
        )
    if has_room:
        flash(_("Die Beispielreise ist aufgenommen. Der Vergleich wird gleich neu gemacht."), "success")
    else:
        flash(
            _(
                "Mehr als %(most)s Beispielreisen sind nicht vorgesehen. Bitte entfernen Sie zuerst eine.",
                most=MOST,
            ),
            "warning",
        )
    return redirect(url_for("comparisons.samples"))


@views.post("/beispielreisen/vorschlag")
@access(Action.IMPORT_TIMETABLE)
def adopt_samples() -> ResponseReturnValue:
    """Take over the proposed journeys, to remove single ones."""
    world = served()
    with portal().writing.begin() as session:
        now = dt.datetime.now(dt.UTC)
        adopt_default_samples(session, current_user.id, world.without_rides, world.gazetteer, now)
    return redirect(url_for("comparisons.samples"))


@views.post("/beispielreisen/<sample_id>/entfernen")
@access(Action.IMPORT_TIMETABLE)
def remove(sample_id: str) -> ResponseReturnValue:
    """Pressed twice, it is gone all the same."""
    try:
        with portal().writing.begin() as session:
            remove_sample(session, sample_id)
    except Unknown:
        pass
    else:
        flash(_("Die Beispielreise ist entfernt."), "success")
    return redirect(url_for("comparisons.samples"))


def _samples_page(form: SampleForm) -> str:
    with portal().reading() as session:
        own = sample_journeys(session)
    try:
        world = served()
    except NothingServes:
        return render_template("timetables/samples.html", form=None, own=own, proposed=[])
    proposed = [] if own else default_journeys(network(world.without_rides), world.gazetteer)
    return render_template(
        "timetables/samples.html",
        form=form,
        own=own,
        proposed=proposed,
        kinds=KIND_WORDS,
        kind_of=Kind,
        clock_words=clock_words,
    )


def _point(place: FoundPlace) -> Point:
    return Point(place.lat, place.lon, place.label)


def _shown(session: Session, version_id: str) -> _Shown:
    version = session.get(FeedVersion, version_id)
    if version is None:
        raise Unknown("feed_version", version_id)
    comparison = session.get(Comparison, version_id, options=[undefer(Comparison.result)])
    found = Difference.from_json(comparison.result) if comparison is not None and comparison.result else None
    return _Shown(
        version, comparison, found, held_losses(session, version_id), is_compared(session, version_id)
    )


def _days(found: Difference) -> str | None:
    """The word of the column that is asked for, else the first there is; None where no day could be compared."""
    known = [word for word, (key, _words) in COLUMNS.items() if _has(found, key)]
    asked = request.args.get("tage", "")
    return asked if asked in known else next(iter(known), None)


def _weekdays(found: Difference) -> set[str]:
    """Those that could be compared, Saturday and Sunday by their own columns."""
    kinds = {COLUMNS[word][0] for word in ("samstag", "sonntag")}
    return {one.key.rpartition("-")[2] for one in found.columns if "-" in one.key or one.key in kinds}


def _has(found: Difference, key: str) -> bool:
    return any(one.key == key for one in found.columns)


@lru_cache(maxsize=2)
def _opened(folder: Path) -> Municipalities:
    return Municipalities.open(folder)


def _municipalities(folder: Path) -> Municipalities | None:
    try:
        return _opened(folder)
    except SnapshotUnreadable:
        return None
