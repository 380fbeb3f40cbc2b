"""On the road: a passenger came or not, a stop was left, the run is late; each with when it was said."""

from __future__ import annotations

import datetime as dt

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired

from mitfahr.domain.times import moment, seconds
from mitfahr.languages import _, lazy, lazy_ngettext
from mitfahr.languages.formats import oclock
from web.forms.fields import choices

KEPT = dt.timedelta(days=1)
"""What was ticked without a net counts for so long."""
STEP_S, N_STEPS = 300, 25
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


class TourDelayForm(SaidForm):
    """A moment, not minutes: what was said without a net is as true when it is sent."""

    stop_id = HiddenField(validators=[InputRequired()])
    reached_s = SelectField(lazy("Wann sind Sie am nächsten Halt?"), validate_choice=False)

    def offer(self, planned_s: int, said_s: int | None, now: dt.datetime) -> None:
        """Every five minutes from when the vehicle was to be there, or from now."""
        first_s = -(-max(planned_s, seconds(now)) // STEP_S) * STEP_S
        moments = {first_s + n * STEP_S for n in range(N_STEPS)} | ({said_s} if said_s else set())
        offered = {str(at_s): oclock(at_s) for at_s in sorted(moments)}
        self.reached_s.choices = choices({"": _("wie geplant")} | offered)
        self.reached_s.data = str(said_s) if said_s else ""

    @property
    def moment_s(self) -> int | None:
        """Raises ValueError for what is no moment."""
        text = self.reached_s.data or ""
        if len(text) > len("1700000000"):
            raise ValueError(text)
        return int(text) if text else None


class DelayForm(SaidForm):
    minutes = SelectField(
        lazy("Wie viel später sind Sie am nächsten Halt?"),
        [InputRequired()],
        choices=choices(
            {"0": lazy("pünktlich")}
            | {str(n): lazy_ngettext("%(num)s Minute später", "%(num)s Minuten später", n) for n in MINUTES}
        ),
    )
