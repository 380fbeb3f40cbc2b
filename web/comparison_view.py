"""What a new timetable changes, in words: sentences first, then tables sorted by what is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from mitfahr.comparison.municipalities import Municipalities
from mitfahr.comparison.result import Difference, Found, JourneyChange, Row, StopChange
from mitfahr.comparison.service import MEASURES
from mitfahr.comparison.stops import Fate
from mitfahr.domain.day_types import Kind
from mitfahr.domain.losses import WEEK, Figure, HeldLoss, LossKind
from mitfahr.languages import _, lazy, marked, ngettext
from mitfahr.languages.formats import day_short, month, weekday
from mitfahr.network import number_order
from web.bookings_view import Sign
from web.csv_file import Cell

COLUMNS = {
    "woche": (WEEK, lazy("eine Woche")),
    "schule": ("school", lazy("ein Schultag")),
    "ferien": ("vacation", lazy("ein Ferientag")),
    "samstag": ("saturday", lazy("ein Samstag")),
    "sonntag": ("sunday", lazy("ein Sonn- oder Feiertag")),
}
"""The word in an address → the column it means, and how it is called."""

MEASURE_WORDS = {
    "trips": lazy("Fahrten"),
    "stops": lazy("Haltestellen"),
    "stop_times": lazy("Abfahrten"),
    "hours": lazy("Bedienstunden"),
}
FATES = {
    Fate.GONE: Sign(lazy("fällt weg"), "danger"),
    Fate.NEW: Sign(lazy("neu"), "success"),
    Fate.MOVED: Sign(lazy("verlegt"), "info"),
    Fate.RENAMED: Sign(lazy("umbenannt"), "info"),
}
KIND_WORDS = {
    Kind.SCHOOL: lazy("Schultage"),
    Kind.VACATION: lazy("Ferientage"),
    Kind.SATURDAY: lazy("Samstage"),
    Kind.SUNDAY: lazy("Sonn- und Feiertage"),
}

_MUNICIPALITY_LOSES = {
    WEEK: marked("In %(name)s fallen %(percent)s %% der Abfahrten weg."),
    "school": marked("In %(name)s fallen an Schultagen %(percent)s %% der Abfahrten weg."),
    "vacation": marked("In %(name)s fallen in den Ferien %(percent)s %% der Abfahrten weg."),
    "saturday": marked("In %(name)s fallen an Samstagen %(percent)s %% der Abfahrten weg."),
    "sunday": marked("In %(name)s fallen an Sonn- und Feiertagen %(percent)s %% der Abfahrten weg."),
}
_MUNICIPALITY_LOSES_IN_MONTH = marked("In %(name)s fallen im %(month)s %(percent)s %% der Abfahrten weg.")
_LINE_LOSES = {
    WEEK: marked("Auf der Linie %(name)s fallen %(percent)s %% der Abfahrten weg."),
    "school": marked("Auf der Linie %(name)s fallen an Schultagen %(percent)s %% der Abfahrten weg."),
    "vacation": marked("Auf der Linie %(name)s fallen in den Ferien %(percent)s %% der Abfahrten weg."),
    "saturday": marked("Auf der Linie %(name)s fallen an Samstagen %(percent)s %% der Abfahrten weg."),
    "sunday": marked(
        "Auf der Linie %(name)s fallen an Sonn- und Feiertagen %(percent)s %% der Abfahrten weg."
    ),
}
_LINE_LOSES_IN_MONTH = marked("Auf der Linie %(name)s fallen im %(month)s %(percent)s %% der Abfahrten weg.")

LATER_S = 15 * 60
"""A journey that takes so much longer has become worse."""

_SIMPLER_DEGREES = 0.0008
"""About 80 m: what nobody sees on a map of a district."""


def loss_words(loss: HeldLoss) -> str:
    """In Lommatzsch fallen 95 % der Abfahrten weg."""
    is_line = loss.kind is LossKind.LINE
    sentence = (_LINE_LOSES if is_line else _MUNICIPALITY_LOSES).get(loss.days)
    if sentence is not None:
        return _(sentence, name=loss.name, percent=loss.percent)
    sentence = _LINE_LOSES_IN_MONTH if is_line else _MUNICIPALITY_LOSES_IN_MONTH
    first = dt.date.fromisoformat(f"{loss.days}-01")
    return _(sentence, name=loss.name, percent=loss.percent, month=month(first))


def percent_words(figure: Figure) -> str:
    """12 % weniger"""
    if not figure.difference:
        return _("gleich")
    if figure.percent is None:
        return _("neu")
    if figure.percent < 0:
        return _("%(percent)s %% weniger", percent=-figure.percent)
    return _("%(percent)s %% mehr", percent=figure.percent)


@dataclass(frozen=True, slots=True)
class Summary:
    """One sentence that says what matters most, and those that follow it."""

    headline: str
    look: str
    """info, success, warning or danger."""
    more: tuple[str, ...]


def summary(found: Difference, held: Sequence[HeldLoss]) -> Summary:
    """For somebody who reads nothing else."""
    if found.is_same:
        return Summary(_("Am Angebot ändert sich nichts."), "success", ())
    total = found.total.of("stop_times", 0) if found.columns else Figure(0, 0)
    more = [*_counted(found, held), *_stops_counted(found)]
    if held:
        return Summary(loss_words(held[0]), "danger", (*more, _in_total(total)))
    return Summary(
        _(
            "Keine Gemeinde und keine Linie verliert mehr als %(percent)s %% ihrer Abfahrten.",
            percent=round(100 * found.threshold),
        ),
        "success",
        (_in_total(total), *more),
    )


def _in_total(total: Figure) -> str:
    if not total.difference or total.percent is None:
        return _("Im ganzen Fahrplan gibt es gleich viele Abfahrten wie bisher.")
    if total.percent < 0:
        return _("Im ganzen Fahrplan gibt es %(percent)s %% weniger Abfahrten.", percent=-total.percent)
    return _("Im ganzen Fahrplan gibt es %(percent)s %% mehr Abfahrten.", percent=total.percent)


def _counted(found: Difference, held: Sequence[HeldLoss]) -> Iterator[str]:
    percent = round(100 * found.threshold)
    of_kind = {kind: sum(one.kind is kind for one in held) for kind in LossKind}
    if number := of_kind[LossKind.MUNICIPALITY]:
        yield ngettext(
            "%(num)s Gemeinde verliert mehr als %(percent)s %% ihrer Abfahrten.",
            "%(num)s Gemeinden verlieren mehr als %(percent)s %% ihrer Abfahrten.",
            number,
            percent=percent,
        )
    if number := of_kind[LossKind.LINE]:
        yield ngettext(
            "%(num)s Linie verliert mehr als %(percent)s %% ihrer Abfahrten.",
            "%(num)s Linien verlieren mehr als %(percent)s %% ihrer Abfahrten.",
            number,
            percent=percent,
        )


def _stops_counted(found: Difference) -> Iterator[str]:
    fates = [one.fate for one in found.stops]
    if number := fates.count(Fate.GONE):
        yield ngettext("%(num)s Haltestelle fällt weg.", "%(num)s Haltestellen fallen weg.", number)
    if number := fates.count(Fate.NEW):
        yield ngettext("%(num)s Haltestelle kommt dazu.", "%(num)s Haltestellen kommen dazu.", number)


@dataclass(frozen=True, slots=True)
class RowView:
    """A line or municipality in one column; `held` is its loss to confirm, in that or another column."""

    name: str
    detail: str
    figures: dict[str, Figure]
    held: HeldLoss | None


def rows_view(rows: Sequence[Row], column: int, kind: LossKind, held: Sequence[HeldLoss]) -> list[RowView]:
    """Those that change at all or are held, the largest losses first."""
    held_by_key = {one.key: one for one in held}
    shown = [
        RowView(
            row.name or _("außerhalb der bekannten Gemeinden"),
            row.detail,
            {measure: row.of(measure, column) for measure in MEASURES},
            held_by_key.get(f"{kind}|{row.key}"),
        )
        for row in rows
    ]
    changed = [row for row in shown if row.held or any(one.difference for one in row.figures.values())]
    return sorted(
        changed,
        key=lambda row: (
            -row.figures["stop_times"].lost_share,
            row.held is None,
            row.figures["stop_times"].difference,
            number_order(row.name),
        ),
    )


@dataclass(frozen=True, slots=True)
class JourneyView:
    """A sample journey; `sign` says whether it has become better or worse."""

    change: JourneyChange
    kind: str
    sign: Sign


def journeys_view(changes: Sequence[JourneyChange]) -> list[JourneyView]:
    """The worse ones first."""
    shown = [
        JourneyView(one, str(KIND_WORDS[Kind(one.kind)]), _sign(one.before, one.after)) for one in changes
    ]
    return sorted(shown, key=lambda one: ("danger", "warning", "success", "info").index(one.sign.look))


def _sign(before: Found | None, after: Found | None) -> Sign:
    if before is None and after is None:
        return Sign(_("weiterhin keine Verbindung"), "info")
    if after is None:
        return Sign(_("keine Verbindung mehr"), "danger")
    if before is None:
        return Sign(_("neu erreichbar"), "success")
    later_s = after.arrival_s - before.arrival_s
    if later_s > LATER_S:
        return Sign(_("kommt %(minutes)s Minuten später an", minutes=round(later_s / 60)), "warning")
    if later_s < -LATER_S:
        return Sign(_("kommt %(minutes)s Minuten früher an", minutes=round(-later_s / 60)), "success")
    return Sign(_("etwa gleich"), "info")


def clock_words(clock_s: int) -> str:
    """07:05; after midnight with the day."""
    days, rest = divmod(clock_s, 24 * 3600)
    text = f"{rest // 3600:02}:{rest // 60 % 60:02}"
    return _("%(time)s (am Tag danach)", time=text) if days else text


def column_words(key: str) -> str:
    """Of any column of a comparison."""
    kind, _dash, number = key.partition("-")
    words = next(words for known, words in COLUMNS.values() if known == kind)
    if not number:
        return str(words)
    if kind == "vacation":
        return _("%(weekday)s in den Ferien", weekday=weekday(int(number)))
    return _("%(weekday)s, Schultag", weekday=weekday(int(number)))


def service_table(rows: Sequence[Row], found: Difference) -> tuple[list[str], list[list[Cell]]]:
    """Every line or municipality in every column, for a file."""
    heads = [_("Name"), _("Betreiber"), _("Tage")]
    for words in MEASURE_WORDS.values():
        heads += [
            _("%(what)s bisher", what=words),
            _("%(what)s neu", what=words),
            _("%(what)s Unterschied", what=words),
        ]
    cells: list[list[Cell]] = []
    for row in rows:
        name = row.name or _("außerhalb der bekannten Gemeinden")
        for i, column in enumerate(found.columns):
            line: list[Cell] = [name, row.detail, column_words(column.key)]
            for measure in MEASURE_WORDS:
                figure = row.of(measure, i)
                line += [figure.before, figure.after, figure.difference]
            cells.append(line)
    return heads, cells


def stops_table(stops: Sequence[StopChange]) -> tuple[list[str], list[list[Cell]]]:
    heads = [
        _("Was"),
        _("Haltestelle"),
        _("neuer Name"),
        _("Gemeinde"),
        _("verlegt um (Meter)"),
        _("Abfahrten je Woche bisher"),
        _("Abfahrten je Woche neu"),
        _("Breite"),
        _("Länge"),
        _("neue Breite"),
        _("neue Länge"),
    ]
    rows: list[list[Cell]] = [
        [
            str(FATES[one.fate].words),
            one.name,
            one.new_name,
            one.municipality,
            one.metres,
            one.stop_times.before,
            one.stop_times.after,
            *(f"{value:.6f}".replace(".", ",") for value in (one.lat, one.lon, one.new_lat, one.new_lon)),
        ]
        for one in stops
    ]
    return heads, rows


def journeys_table(changes: Sequence[JourneyChange]) -> tuple[list[str], list[list[Cell]]]:
    heads = [_("Von"), _("Nach"), _("Tage"), _("frühestens ab")]
    for side in (_("bisher"), _("neu")):
        heads += [
            _("Tag (%(side)s)", side=side),
            _("Abfahrt (%(side)s)", side=side),
            _("Ankunft (%(side)s)", side=side),
            _("Linien (%(side)s)", side=side),
        ]
    heads.append(_("Urteil"))
    rows: list[list[Cell]] = []
    for shown in journeys_view(changes):
        one = shown.change
        row: list[Cell] = [one.origin, one.destination, shown.kind, clock_words(one.clock_s)]
        for day, found in ((one.day_before, one.before), (one.day_after, one.after)):
            row.append(day_short(day))
            if found is None:
                row += ["", "", _("keine Verbindung")]
            else:
                row += [clock_words(found.departure_s), clock_words(found.arrival_s), ", ".join(found.lines)]
        rows.append([*row, str(shown.sign.words)])
    return heads, rows


def map_json(found: Difference, municipalities: Municipalities | None, column: int) -> dict[str, Any]:
    """Municipalities as areas with the share of stop times they lose (negative: gain), and stops that change."""
    features: list[dict[str, Any]] = []
    if municipalities is not None and found.municipalities is not None:
        rows = {row.key: row for row in found.municipalities}
        keys = [key or name for key, name in zip(municipalities.key, municipalities.name, strict=True)]
        known = [i for i, key in enumerate(keys) if key in rows]
        shapes = shapely.simplify(municipalities.shapes()[known], _SIMPLER_DEGREES)
        for i, shape in zip(known, shapes, strict=True):
            figure = rows[keys[i]].of("stop_times", column)
            lost = figure.lost_share or (-1.0 if figure.difference > 0 else 0.0)
            words = {"name": municipalities.name[i], "lost": round(lost, 3), "words": percent_words(figure)}
            geometry = shapely.geometry.mapping(shapely.set_precision(shape, 1e-5))
            features.append({"type": "Feature", "geometry": geometry, "properties": words})
    for stop in found.stops:
        is_moved = stop.metres > 0
        if is_moved:
            ends = [[stop.lon, stop.lat], [stop.new_lon, stop.new_lat]]
            features.append(_feature("LineString", ends, stop))
        features.append(_feature("Point", [stop.new_lon, stop.new_lat], stop))
    return {"type": "FeatureCollection", "features": features}


def _feature(kind: str, coordinates: object, stop: StopChange) -> dict[str, Any]:
    words = {"fate": stop.fate.value, "name": stop.new_name or stop.name}
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": words}
