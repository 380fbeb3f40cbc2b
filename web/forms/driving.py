"""On the road: a passenger came or not, a stop was left, the run is late; each with when it was said."""

from __future__ import annotations

import datetime as dt

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired

from mitfahr.domain.times import moment
from mitfahr.languages import lazy, lazy_ngettext
from web.forms.fields import choices

KEPT = dt.timedelta(days=1)
"""What was ticked without a net counts for so long."""
MINUTES = (5, 10, 15, 20, 25, 30, 40, 50, 60, 90, 120)


class SaidForm(FlaskForm):  # type: ignore[misc]
    """`said_ms` is the clock of the device in milliseconds, sent with what was ticked without a net."""

    said_ms = HiddenField()

    def said_at(self, now: dt.datetime) -> dt.datetime:
        """When it was said; now, where the device says nothing that can be true."""
        text = self.said_ms.data or ""
        if not text.isdecimal() or len(text) > len("1700000000000"):
            return now
        said_at = moment(int(text) // 1000)
        return said_at if now - KEPT <= said_at <= now else now


class PresenceForm(SaidForm):
    came = SelectField(
        lazy("Ist der Fahrgast da?"),
        [InputRequired()],
        choices=choices({"ja": lazy("Ist da"), "nein": lazy("Nicht da")}),
    )


class StopForm(SaidForm):
    stops_done = IntegerField(lazy("Halte, die Sie verlassen haben"), [InputRequired()])


class DelayForm(SaidForm):
    minutes = SelectField(
        lazy("Wie viel später sind Sie am nächsten Halt?"),
        [InputRequired()],
        choices=choices(
            {"0": lazy("pünktlich")}
            | {str(n): lazy_ngettext("%(num)s Minute später", "%(num)s Minuten später", n) for n in MINUTES}
        ),
    )
