"""Which departures of a stop are asked for; everything may be left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from mitfahr.domain.times import resolve
from mitfahr.languages import lazy
from mitfahr.languages.formats import local
from web.forms.fields import ClockField, DayField

FEW, MANY = 12, 60

NAMES = ("tag", "ab", "linie", "mehr")


def kept() -> dict[str, Any]:
    """What the address asks for, to be asked for again in another one."""
    return {name: request.args[name] for name in NAMES if request.args.get(name)}


class DeparturesForm(FlaskForm):  # type: ignore[misc]
    """Read from the address: it changes nothing and may be kept as a bookmark."""

    class Meta:
        csrf = False

    tag = DayField(lazy("Tag"))
    ab = ClockField(lazy("Ab Uhrzeit"))
    linie = SelectField(lazy("Linie"), default="")

    @classmethod
    def asked(cls, lines: list[tuple[str, str]]) -> DeparturesForm:
        """`lines` are (key, words) of the lines to choose from."""
        form = cls(formdata=request.args)
        form.linie.choices = [SelectChoice("", lazy("alle Linien")), *(SelectChoice(*line) for line in lines)]
        if form.linie.data not in {choice.value for choice in form.linie.choices}:
            form.linie.data = ""  # a kept address of a line that is gone
        return form

    @property
    def is_now(self) -> bool:
        return self.tag.data is None and self.ab.data is None

    def moment(self, now: dt.datetime) -> dt.datetime:
        """From when on; a day alone means from its beginning, a time alone means today."""
        if self.is_now:
            return now
        day = self.tag.data or local(now).date()
        return resolve(day, self.ab.data or dt.time(0)).moment

    @property
    def limit(self) -> int:
        return MANY if request.args.get("mehr") else FEW
