"""What an association did, in numbers: a year by months, a month by days, and both as a file."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from mitfahr.db.duty import driven_shifts
from mitfahr.db.figures import first_run_s
from mitfahr.db.people import Organisation
from mitfahr.db.run_lines import lines_of
from mitfahr.db.vehicles import vehicles_of
from mitfahr.domain.roles import Action, Task
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.languages import _
from mitfahr.languages.stored import said
from mitfahr.services.count_figures import count_figures
from mitfahr.services.organisation_tasks import require_task
from web.access import access
from web.csv_file import csv_file
from web.portal import portal

views = Blueprint("figures", __name__, url_prefix="/verein/<organisation_id>/zahlen")


@views.get("")
@access(Action.SEE_ORGANISATION)
def year(organisation_id: str) -> ResponseReturnValue:
    """?jahr=2026, with &monat=11 that month; &als=csv is the file, day by day."""
    now = dt.datetime.now(dt.UTC)
    today = local(seconds(now)).date()
    with portal().reading() as session:
        require_task(session, current_user.id, organisation_id, Task.SEE)
        organisation = session.get_one(Organisation, organisation_id)
        first_s = first_run_s(session, organisation_id)
        first_year = local(first_s).year if first_s is not None else today.year
        shown = _number("jahr", first_year, today.year) or today.year
        month = _number("monat", 1, 12)
        first = dt.date(shown, month or 1, 1)
        following = dt.date(shown + (month in (None, 12)), 1 if month in (None, 12) else month + 1, 1)
        figures = count_figures(session, organisation_id, first, following - dt.timedelta(days=1), now=now)
    if request.args.get("als") == "csv":
        return csv_file(
            f"zahlen-{first:%Y-%m}.csv" if month else f"zahlen-{shown}.csv",
            [
                _("Tag"),
                _("Fahrten"),
                _("Fahrgäste"),
                _("Nicht erschienen"),
                _("Buchungen"),
                _("davon am Telefon"),
                _("Dienste"),
                _("davon mit notierten Zeiten"),
                _("Stunden"),
            ],
            [
                (
                    f"{day:%d.%m.%Y}",
                    one.runs,
                    one.people,
                    one.missing,
                    one.bookings,
                    one.by_telephone,
                    one.shifts,
                    one.noted,
                    one.driven_s / 3600,
                )
                for day, one in sorted(figures.days.items())
            ],
        )
    stops: dict[str, int] = {}
    for name, people in figures.boarded_at.most_common():
        stops[said(name)] = stops.get(said(name), 0) + people
    return render_template(
        "figures/year.html",
        organisation=organisation,
        figures=figures,
        year=shown,
        month=first if month else None,
        rows=sorted(figures.days.items()) if month else list(figures.months().items()),
        stops=stops,
        hours=sorted(figures.boarded_in.items()),
        before=shown - 1 if shown > first_year else None,
        after=shown + 1 if shown < today.year else None,
    )


@views.get("/jahresblatt")
@access(Action.SEE_ORGANISATION)
def report(organisation_id: str) -> str:
    """?jahr=2026: one page on paper with the totals, for whoever gives money."""
    now = dt.datetime.now(dt.UTC)
    today = local(seconds(now)).date()
    shown = _number("jahr", 2000, today.year) or today.year
    first, last = dt.date(shown, 1, 1), dt.date(shown, 12, 31)
    with portal().reading() as session:
        organisation = require_task(session, current_user.id, organisation_id, Task.SEE)
        figures = count_figures(session, organisation_id, first, last, now=now)
        from_s, until_s = (
            seconds(resolve(day, dt.time(0)).moment) for day in (first, dt.date(shown + 1, 1, 1))
        )
        shifts = driven_shifts(session, organisation_id, from_s, until_s, seconds(now))
        return render_template(
            "figures/report.html",
            organisation=organisation,
            figures=figures,
            year=shown,
            until=min(last, today),
            is_over=last < today,
            drivers=len({shift.driver_id for shift in shifts}),
            driving_days=sum(one.runs > 0 for one in figures.days.values()),
            lines=lines_of(session, organisation_id),
            vehicles=vehicles_of(session, organisation_id),
        )


def _number(name: str, least: int, most: int) -> int | None:
    text = request.args.get(name, "")
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most
        else None
    )
