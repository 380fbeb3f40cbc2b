"""Timetable staff: what the feeds do not say. List, add, change, end; the table of stops to fill in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from mitfahr.checked_stops_file import RowError, read_table, written
from mitfahr.db.local_entries import LocalEntry, ended_entries, local_entries, local_entry_of
from mitfahr.domain.checked_stops import CheckedStop
from mitfahr.domain.errors import FileTooLarge, LocalInvalid
from mitfahr.domain.local_entries import LocalKind, title_of
from mitfahr.domain.local_keys import LineKey, StopKey
from mitfahr.domain.roles import Action
from mitfahr.languages import _, lazy, ngettext
from mitfahr.languages.formats import local
from mitfahr.local_layer import LocalLayer
from mitfahr.network import Network, network
from mitfahr.same_lines import SameLines
from mitfahr.services.end_local_entry import end_local_entry
from mitfahr.services.find_places import FoundPlace, PlaceKind
from mitfahr.services.import_checked_stops import import_checked_stops
from mitfahr.services.keep_local_entry import keep_local_entry
from routing.timetable import StopIdx
from web.access import access
from web.errors import explain
from web.forms.local import FORM_OF, EntryForm, TableForm
from web.local_view import entry_summary, entry_title, local_layer
from web.place_choice import Choice, meant, take_chosen
from web.portal import portal, served

views = Blueprint("local", __name__, url_prefix="/oertliches")

SLUGS = {
    "anmeldung": LocalKind.BOOKING_RULE,
    "haltestelle": LocalKind.CHECKED_STOP,
    "hinweis": LocalKind.NOTICE,
    "zusatzfahrt": LocalKind.EXTRA_TRIP,
}
SLUG_OF = {kind: slug for slug, kind in SLUGS.items()}
KIND_WORDS = {
    LocalKind.NOTICE: lazy("Hinweise an Fahrgäste"),
    LocalKind.BOOKING_RULE: lazy("Anmeldung: Linien, die nur nach Anruf fahren"),
    LocalKind.EXTRA_TRIP: lazy("Zusätzliche Fahrten"),
    LocalKind.CHECKED_STOP: lazy("Haltestellen, vor Ort geprüft"),
}
NEW_WORDS = {
    LocalKind.NOTICE: lazy("Neuer Hinweis"),
    LocalKind.BOOKING_RULE: lazy("Neue Regel zur Anmeldung"),
    LocalKind.EXTRA_TRIP: lazy("Neue zusätzliche Fahrt"),
    LocalKind.CHECKED_STOP: lazy("Neue Angaben zu einer Haltestelle"),
}
CHANGE_WORDS = {
    LocalKind.NOTICE: lazy("Hinweis ändern"),
    LocalKind.BOOKING_RULE: lazy("Regel zur Anmeldung ändern"),
    LocalKind.EXTRA_TRIP: lazy("Zusätzliche Fahrt ändern"),
    LocalKind.CHECKED_STOP: lazy("Angaben zur Haltestelle ändern"),
}
SHOWN_STOPS = 30
"""So many checked stops stand in the list; the table has them all."""
TABLE_BYTES = 8 << 20


@views.get("")
@access(Action.KEEP_LOCAL)
def all() -> str:
    layer = local_layer()
    orphans = {entry.entry_id for entry in layer.orphans}
    with portal().reading() as session:
        entries, ended = local_entries(session), ended_entries(session, limit=20)
    by_kind = {kind: [one for one in entries if one.kind is kind][::-1] for kind in KIND_WORDS}
    return render_template(
        "local/all.html",
        by_kind=[(kind, SLUG_OF[kind], KIND_WORDS[kind], NEW_WORDS[kind], by_kind[kind]) for kind in by_kind],
        shown_stops=SHOWN_STOPS,
        orphans=[one for one in entries if one.id in orphans],
        ended=ended,
        title_of=entry_title,
        summary_of=entry_summary,
        kind_words=KIND_WORDS,
    )


@views.route("/<slug>/neu", methods=["GET", "POST"])
@access(Action.KEEP_LOCAL)
def add(slug: str) -> ResponseReturnValue:
    kind = _kind(slug)
    form = FORM_OF[kind]()
    if request.method == "GET":
        return _form_page(kind, form, None)
    return _kept(kind, form, None)


@views.route("/eintrag/<entry_id>", methods=["GET", "POST"])
@access(Action.KEEP_LOCAL)
def change(entry_id: str) -> ResponseReturnValue:
    with portal().reading() as session:
        entry = local_entry_of(session, entry_id)
        content = entry.content
    form = FORM_OF[entry.kind]()
    if request.method == "POST":
        return _kept(entry.kind, form, entry)
    if entry.source_id is None:
        form.fill(content)
    return _form_page(entry.kind, form, entry)


@views.route("/eintrag/<entry_id>/beenden", methods=["GET", "POST"])
@access(Action.KEEP_LOCAL)
def end(entry_id: str) -> ResponseReturnValue:
    """Ask, then take it out."""
    with portal().reading() as session:
        entry = local_entry_of(session, entry_id)
        title = title_of(entry.content)
    if request.method == "GET":
        return render_template("local/end.html", entry=entry, title=title, kind_words=KIND_WORDS)
    end_local_entry(portal().writing, entry_id, actor_id=current_user.id, now=dt.datetime.now(dt.UTC))
    flash(_("„%(title)s“ gilt nicht mehr.", title=title), "success")
    return redirect(url_for("local.all"))


@views.get("/haltestellen.csv")
@access(Action.KEEP_LOCAL)
def table() -> Response:
    """Every stop with what is known of it, to be filled in."""
    layer, known = _laid()
    rows = [(_stop_key(known, stop), _whole(layer, known, stop)) for _name, stop in known.stops]
    orphans = [entry.content for entry in layer.orphans if isinstance(entry.content, CheckedStop)]
    rows += [(checked.stop, checked) for checked in orphans]
    return Response(
        written(rows),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="haltestellen-vor-ort.csv"'},
    )


@views.get("/haltestellen")
@access(Action.KEEP_LOCAL)
def stops() -> str:
    return _stops_page(TableForm(formdata=None), ())


@views.post("/haltestellen")
@access(Action.KEEP_LOCAL)
def take_table() -> ResponseReturnValue:
    """The table comes back: taken whole, or nothing with every cell that cannot be read.

    Its token is checked here, because reading it reads the whole file.
    """
    request.max_content_length = TABLE_BYTES
    try:
        form = TableForm()
        if not form.validate():
            if "csrf_token" in form.errors:
                raise CSRFError(form.errors["csrf_token"][0])
            return _stops_page(form, ()), 422
        content = form.file.data.stream.read(TABLE_BYTES)
    except RequestEntityTooLarge:
        explained = explain(FileTooLarge(TABLE_BYTES >> 20))
        form = TableForm(formdata=None)
        form.file.errors = (f"{explained.title}. {explained.advice}",)
        return _stops_page(form, ()), explained.status
    now = dt.datetime.now(dt.UTC)
    read = read_table(content, local(now).date())
    if read.errors:
        return _stops_page(form, read.errors), 422
    done = import_checked_stops(
        portal().writing,
        read.stops,
        actor_id=current_user.id,
        idempotency_key=form.idempotency_key.data,
        now=now,
    )
    flash(
        _(
            "Die Tabelle ist übernommen: %(added)s Haltestellen neu, %(changed)s geändert, "
            "%(same)s unverändert, %(empty)s ohne Angaben.",
            added=done.added,
            changed=done.changed,
            same=done.same,
            empty=read.n_empty,
        ),
        "success",
    )
    return redirect(url_for("local.all"))


def _kept(kind: LocalKind, form: EntryForm, entry: LocalEntry | None) -> ResponseReturnValue:
    """Keep what the form says, or the page that asks for what is missing."""
    _layer, known = _laid()
    lines = _lines(known)
    form.offer(lines)
    rows: list[Any] = form.places
    if request.form.get("chosen"):
        for row in rows:
            take_chosen(row.place, row.choice)
    if request.form.get("mehr"):
        form.add_rows()
        return _form_page(kind, form, entry)
    is_valid = form.validate()
    choices = list[Choice]()
    places = [meant(served().places, row.place, row.choice, choices, (PlaceKind.STOP,)) for row in rows]
    if not is_valid or any(row.place.errors for row in rows):
        return _form_page(kind, form, entry), 422
    if choices and not request.form.get("aendern"):
        return render_template("local/choose.html", form=form, choices=choices)
    if choices or request.form.get("aendern"):
        return _form_page(kind, form, entry)
    stops = [_found_key(known, place) for place in places if place is not None]
    try:
        keep_local_entry(
            portal().writing,
            form.content(stops, lines),
            actor_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            now=dt.datetime.now(dt.UTC),
            entry_id=entry.id if entry else None,
        )
    except LocalInvalid as error:
        explained = explain(error)
        form.form_errors.append(f"{explained.title}. {explained.advice}")
        return _form_page(kind, form, entry), explained.status
    flash(_("Gespeichert. Fahrgäste sehen das ab jetzt."), "success")
    return redirect(url_for("local.all"))


def _form_page(kind: LocalKind, form: EntryForm, entry: LocalEntry | None) -> str:
    _layer, known = _laid()
    form.offer(_lines(known))
    return render_template(
        f"local/{kind.value}.html",
        form=form,
        entry=entry,
        heading=NEW_WORDS[kind] if entry is None else CHANGE_WORDS[kind],
    )


def _stops_page(form: TableForm, errors: Sequence[RowError]) -> str:
    layer = local_layer()
    n = len({id(checked) for checked in layer.checked.values()})
    words = ngettext("%(num)s Haltestelle ist geprüft.", "%(num)s Haltestellen sind geprüft.", n)
    return render_template("local/stops.html", form=form, errors=errors, words=words)


def _laid() -> tuple[LocalLayer, Network]:
    """Raises NothingServes."""
    layer = local_layer()
    snapshot = portal().live.current(dt.datetime.now(dt.UTC))
    return layer, network(snapshot)


def _lines(known: Network) -> list[LineKey]:
    same = SameLines(known)
    return list(dict.fromkeys(same.key(line) for line in known.lines))


def _stop_key(known: Network, stop: StopIdx) -> StopKey:
    timetable = known.timetable
    place = float(timetable.stop_lat[stop]), float(timetable.stop_lon[stop])
    return StopKey(timetable.stop_id[stop], timetable.stop_name[stop], *place)


def _found_key(known: Network, place: FoundPlace) -> StopKey:
    """Of the stop that stands for all its platforms; of one that no feed has any more, as it was."""
    stop = known.timetable.stop_by_id.get(place.stop_id or "")
    if stop is None:
        return StopKey(place.stop_id or "", place.label, place.lat, place.lon)
    return _stop_key(known, StopIdx(int(known.stop_of[stop])))


def _whole(layer: LocalLayer, known: Network, stop: StopIdx) -> CheckedStop | None:
    members = [int(stop), *np.flatnonzero(known.stop_of == stop).tolist()]
    found = (layer.checked_of(known.timetable.stop_id[member]) for member in members)
    return next((checked for checked in found if checked is not None and checked.is_whole), None)


def _kind(slug: str) -> LocalKind:
    if slug not in SLUGS:
        raise NotFound
    return SLUGS[slug]
