"""What staff say besides the feeds: one form for each of the four kinds, and the table of stops."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import Label
from wtforms.validators import DataRequired, Length, ValidationError

from mitfahr.domain.booking_rules import BookingRule, Deadline
from mitfahr.domain.checked_stops import FACTS, CheckedStop
from mitfahr.domain.extra_trips import ExtraCall, ExtraTrip
from mitfahr.domain.local_entries import LocalKind
from mitfahr.domain.local_keys import LineKey, StopKey
from mitfahr.domain.mobility import Known
from mitfahr.domain.notices import Cause, Notice, NoticeText, Severity, Target
from mitfahr.domain.times import local, resolve, seconds
from mitfahr.languages import KNOWN, _, lazy
from web.forms.fields import ClockField, DayField, DaysField, choices
from web.forms.stop_rows import StopRow, WithRows, WithStopRows
from web.place_choice import encode, stop_chosen

LONG = 1000
STOP_ROWS, MOST_ROWS = 4, 40
NEVER, MINUTES, CLOCK = "nie", "minuten", "uhr"
TOO_LONG = lazy("Höchstens %(n)s Zeichen, bitte.", n=LONG)
KNOWN_WORDS = {
    Known.YES.value: lazy("ja"),
    Known.NO.value: lazy("nein"),
    Known.UNKNOWN.value: lazy("unbekannt"),
}
FACT_WORDS = {
    "wheelchair": lazy("Kommt man mit dem Rollstuhl ohne Stufen in den Bus?"),
    "shelter": lazy("Gibt es einen Unterstand?"),
    "lighting": lazy("Ist die Haltestelle beleuchtet?"),
    "bench": lazy("Gibt es eine Sitzbank?"),
    "ride_bench": lazy("Gibt es eine Mitfahrbank?"),
}
SEVERITY_WORDS = {
    Severity.INFO: lazy("Hinweis"),
    Severity.WARNING: lazy("Wichtiger Hinweis"),
    Severity.SEVERE: lazy("Störung: Fahrten fallen aus"),
}
CAUSE_WORDS = {
    Cause.UNKNOWN: lazy("nicht angegeben"),
    Cause.CONSTRUCTION: lazy("Bauarbeiten"),
    Cause.MAINTENANCE: lazy("Wartung"),
    Cause.EVENT: lazy("Veranstaltung"),
    Cause.WEATHER: lazy("Wetter"),
    Cause.ACCIDENT: lazy("Unfall"),
    Cause.TECHNICAL_PROBLEM: lazy("technische Störung"),
    Cause.STRIKE: lazy("Streik"),
    Cause.DEMONSTRATION: lazy("Demonstration"),
    Cause.HOLIDAY: lazy("Feiertag"),
    Cause.POLICE_ACTIVITY: lazy("Polizeieinsatz"),
    Cause.MEDICAL_EMERGENCY: lazy("medizinischer Notfall"),
    Cause.OTHER: lazy("anderer Grund"),
}
DAYS_BEFORE = {
    "0": lazy("am selben Tag"),
    "1": lazy("am Vortag"),
    "2": lazy("zwei Tage vorher"),
    "3": lazy("drei Tage vorher"),
    "7": lazy("eine Woche vorher"),
}
OTHER_LANGUAGES = tuple(one for one in KNOWN if one.code != "de")


def is_address(_form: Form, field: StringField) -> None:
    """An address of the web, or nothing."""
    if field.data and not re.fullmatch(r"https?://\S+", field.data.strip()):
        raise ValidationError(_("Bitte schreiben Sie die Internetadresse mit https:// am Anfang."))


class ClocksField(DaysField):
    """Several times of day, with commas, semicolons or new lines between."""

    def read(self, text: str) -> Any:
        reader = ClockField.read
        return tuple(reader(self, part.strip()) for part in re.split(r"[;,\n]", text) if part.strip())

    def written(self, value: Any) -> str:
        return ", ".join(f"{clock:%H:%M}" for clock in value)


class EntryForm(FlaskForm):  # type: ignore[misc]
    """What the four have in common. `places` are the rows that name a stop and are filled in."""

    idempotency_key = HiddenField(
        default=lambda: uuid.uuid4().hex, validators=[DataRequired(), Length(max=64)]
    )

    @property
    def places(self) -> list[Form]:
        return []

    def offer(self, lines: Sequence[LineKey]) -> None:
        """What can be chosen here."""

    def add_rows(self) -> None:
        """Room for more stops."""


class RuleForm(EntryForm):
    line = SelectField(lazy("Linie"))
    departures = ClocksField(lazy("Nur für bestimmte Fahrten"))
    phone = StringField(lazy("Telefon für die Anmeldung"), [Length(max=60)])
    url = StringField(lazy("Internetadresse für die Anmeldung"), [Length(max=300), is_address])
    kind = RadioField(
        lazy("Bis wann muss man sich anmelden?"),
        choices=choices(
            {
                MINUTES: lazy("so viele Minuten vor der Abfahrt:"),
                CLOCK: lazy("bis zu einer Uhrzeit:"),
                NEVER: lazy("keine Frist: bis zur Abfahrt"),
            }
        ),
        default=MINUTES,
    )
    minutes = StringField(lazy("Minuten"), default="60")
    days = SelectField(lazy("Tag"), choices=choices(DAYS_BEFORE), default="1")
    clock = ClockField(lazy("Uhrzeit"))
    text = TextAreaField(lazy("Was Fahrgäste noch wissen müssen"), [Length(max=LONG, message=TOO_LONG)])

    def offer(self, lines: Sequence[LineKey]) -> None:
        words = {_of_line(line): _line_words(line) for line in lines}
        if self.line.data and self.line.data not in words:  # the line of an entry that is an orphan
            words[self.line.data] = _("%(line)s, nicht im Fahrplan", line=_line_words(_line(self.line.data)))
        self.line.choices = choices({"": _("bitte wählen")} | words)

    def validate_minutes(self, field: StringField) -> None:
        if self.kind.data == MINUTES and not re.fullmatch(r"\d{1,5}", (field.data or "").strip()):
            raise ValidationError(_("Bitte schreiben Sie die Minuten als Zahl, zum Beispiel 60."))

    def validate_clock(self, field: ClockField) -> None:
        if self.kind.data == CLOCK and field.data is None and not field.errors:
            raise ValidationError(_("Bitte nennen Sie die Uhrzeit."))

    def fill(self, rule: BookingRule) -> None:
        self.line.data = _of_line(rule.line)
        self.departures.data = rule.departures or None
        self.phone.data, self.url.data, self.text.data = rule.phone, rule.url, rule.text
        deadline = rule.deadline
        self.kind.data = NEVER if deadline is None else CLOCK if deadline.clock else MINUTES
        if deadline is not None and deadline.clock:
            self.days.data, self.clock.data = str(deadline.days), deadline.clock
        elif deadline is not None:
            self.minutes.data = str(deadline.minutes)

    def content(self, _stops: Sequence[StopKey], _lines: Sequence[LineKey]) -> BookingRule:
        deadline = None
        if self.kind.data == MINUTES:
            deadline = Deadline(minutes=int(self.minutes.data.strip()))
        elif self.kind.data == CLOCK:
            deadline = Deadline(days=int(self.days.data), clock=self.clock.data)
        return BookingRule(
            line=_line(self.line.data or ""),
            phone=(self.phone.data or "").strip(),
            url=(self.url.data or "").strip(),
            text=(self.text.data or "").strip(),
            deadline=deadline,
            departures=self.departures.data or (),
        )


class PlaceRow(Form):  # type: ignore[misc]
    place = StringField("Haltestelle")
    choice = HiddenField()

    @property
    def is_empty(self) -> bool:
        return not (self.place.data or "").strip()


class StopForm(EntryForm):
    place = StringField(lazy("Haltestelle"), [DataRequired(lazy("Bitte nennen Sie die Haltestelle."))])
    choice = HiddenField()
    wheelchair = RadioField(FACT_WORDS["wheelchair"], choices=choices(KNOWN_WORDS), default="unknown")
    shelter = RadioField(FACT_WORDS["shelter"], choices=choices(KNOWN_WORDS), default="unknown")
    lighting = RadioField(FACT_WORDS["lighting"], choices=choices(KNOWN_WORDS), default="unknown")
    bench = RadioField(FACT_WORDS["bench"], choices=choices(KNOWN_WORDS), default="unknown")
    ride_bench = RadioField(FACT_WORDS["ride_bench"], choices=choices(KNOWN_WORDS), default="unknown")
    text = TextAreaField(lazy("Hinweis zur Haltestelle"), [Length(max=LONG, message=TOO_LONG)])
    checked_on = DayField(lazy("Vor Ort geprüft am"))

    @property
    def places(self) -> list[Form]:
        return [self] if self.place.data else []

    def validate_checked_on(self, field: DayField) -> None:
        if field.data and field.data > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
            raise ValidationError(_("Dieser Tag kommt erst noch."))

    @property
    def facts(self) -> list[RadioField]:
        return [self[fact] for fact in FACTS]

    def fill(self, checked: CheckedStop) -> None:
        self.place.data, self.choice.data = _named(checked.stop)
        for fact in FACTS:
            self[fact].data = getattr(checked, fact).value
        self.text.data, self.checked_on.data = checked.text, checked.checked_on

    def content(self, stops: Sequence[StopKey], _lines: Sequence[LineKey]) -> CheckedStop:
        return CheckedStop.of(
            stops[0],
            {fact: Known(self[fact].data) for fact in FACTS},
            (self.text.data or "").strip(),
            self.checked_on.data or local(seconds(dt.datetime.now(dt.UTC))).date(),
        )


class WordsForm(Form):  # type: ignore[misc]
    """Title and text in one more language."""

    title = StringField("", [Length(max=150)])
    text = TextAreaField("", [Length(max=LONG, message=TOO_LONG)])


class NoticeForm(WithRows, EntryForm):
    """`words` stand in the order of OTHER_LANGUAGES."""

    severity = SelectField(
        lazy("Wie wichtig ist das?"), choices=choices({one.value: SEVERITY_WORDS[one] for one in Severity})
    )
    cause = SelectField(
        lazy("Grund"), choices=choices({one.value: word for one, word in CAUSE_WORDS.items()})
    )
    title = StringField(
        lazy("Überschrift"),
        [DataRequired(lazy("Bitte schreiben Sie eine Überschrift.")), Length(max=150)],
    )
    text = TextAreaField(lazy("Text"), [Length(max=LONG, message=TOO_LONG)])
    url = StringField(lazy("Internetadresse mit mehr dazu"), [Length(max=300), is_address])
    first_day = DayField(lazy("Gilt ab"))
    first_clock = ClockField(lazy("Uhrzeit"))
    last_day = DayField(lazy("Gilt bis"))
    last_clock = ClockField(lazy("Uhrzeit"))
    lines = StringField(lazy("Linien"), [Length(max=500)])
    stops = FieldList(FormField(PlaceRow), min_entries=2, max_entries=MOST_ROWS)
    words = FieldList(
        FormField(WordsForm), min_entries=len(OTHER_LANGUAGES), max_entries=len(OTHER_LANGUAGES)
    )

    _found: Sequence[LineKey] = ()

    def offer(self, lines: Sequence[LineKey]) -> None:
        self._found = lines
        for number, entry in enumerate(self.stops.entries, 1):
            entry.form.place.label = Label(entry.form.place.id, _("Haltestelle %(number)s", number=number))
        for language, entry in zip(OTHER_LANGUAGES, self.words.entries, strict=True):
            entry.form.title.label = Label(
                entry.form.title.id, _("Überschrift, %(language)s", language=language.name)
            )
            entry.form.text.label = Label(entry.form.text.id, _("Text, %(language)s", language=language.name))

    @property
    def places(self) -> list[Form]:
        return self.halts

    @property
    def other_words(self) -> list[tuple[str, str, WordsForm]]:
        """(code, name, fields) of each other language."""
        return [
            (language.code, language.name, entry.form)
            for language, entry in zip(OTHER_LANGUAGES, self.words.entries, strict=True)
        ]

    def validate_lines(self, field: StringField) -> None:
        known = {line.name.casefold() for line in self._found}
        for name in _parts(field.data):
            if name.casefold() not in known:
                raise ValidationError(
                    _("Die Linie %(line)s kennt der Fahrplan nicht. Bitte prüfen Sie die Nummer.", line=name)
                )

    def validate_last_day(self, _field: DayField) -> None:
        begins, ends = self._period()
        if begins is not None and ends is not None and ends < begins:
            raise ValidationError(_("Das Ende liegt vor dem Beginn."))

    def _period(self) -> tuple[int | None, int | None]:
        begins = ends = None
        if self.first_day.data is not None:
            begins = seconds(resolve(self.first_day.data, self.first_clock.data or dt.time(0)).moment)
        if self.last_day.data is not None:
            last = self.last_clock.data or dt.time(23, 59)
            ends = seconds(resolve(self.last_day.data, last).moment) + 59
        return begins, ends

    def fill(self, notice: Notice) -> None:
        self.severity.data, self.cause.data = notice.severity.value, notice.cause.value
        german = notice.in_language("de")[1]
        self.title.data, self.text.data, self.url.data = german.title, german.text, notice.url
        for begins, ends in notice.periods[:1]:
            if begins is not None:
                self.first_day.data, self.first_clock.data = local(begins).date(), local(begins).time()
            if ends is not None:
                self.last_day.data, self.last_clock.data = local(ends).date(), local(ends).time()
        self.lines.data = ", ".join(
            dict.fromkeys(target.line.name for target in notice.targets if target.line)
        )
        stops = [target.stop for target in notice.targets if target.stop]
        while len(self.stops.entries) < min(len(stops), MOST_ROWS):
            self.stops.append_entry()
        for row, stop in zip(self.rows, stops, strict=False):
            row.place.data, row.choice.data = _named(stop)
        for code, _name, words in self.other_words:
            if code in notice.texts:
                words.title.data, words.text.data = notice.texts[code].title, notice.texts[code].text

    def content(self, stops: Sequence[StopKey], lines: Sequence[LineKey]) -> Notice:
        texts = {"de": NoticeText(self.title.data.strip(), (self.text.data or "").strip())}
        for code, _name, words in self.other_words:
            if (words.title.data or "").strip():
                texts[code] = NoticeText(words.title.data.strip(), (words.text.data or "").strip())
        names = {name.casefold() for name in _parts(self.lines.data)}
        of_lines = [Target(line=line) for line in lines if line.name.casefold() in names]
        period = self._period()
        return Notice(
            texts,
            severity=Severity(self.severity.data),
            cause=Cause(self.cause.data),
            url=(self.url.data or "").strip(),
            periods=() if period == (None, None) else (period,),
            targets=(*of_lines, *(Target(stop=stop) for stop in stops)),
        )


class ExtraForm(WithStopRows, EntryForm):
    line = StringField(
        lazy("Name der Linie"),
        [DataRequired(lazy("Bitte nennen Sie die Linie.")), Length(max=30)],
    )
    headsign = StringField(lazy("Ziel, wie es am Bus steht"), [Length(max=80)])
    days = DaysField(lazy("An diesen Tagen"), [DataRequired(lazy("Bitte nennen Sie mindestens einen Tag."))])
    stops = FieldList(FormField(StopRow), min_entries=STOP_ROWS, max_entries=MOST_ROWS)
    every_min = StringField(lazy("Dann wieder alle … Minuten"))
    until = ClockField(lazy("Letzte Abfahrt am ersten Halt"))
    wheelchair = SelectField(lazy("Rollstuhl im Fahrzeug"), choices=choices(KNOWN_WORDS), default="unknown")
    text = TextAreaField(lazy("Hinweis für Fahrgäste"), [Length(max=LONG, message=TOO_LONG)])

    def offer(self, _lines: Sequence[LineKey]) -> None:
        self.number_rows()

    @property
    def places(self) -> list[Form]:
        return self.halts

    def validate_every_min(self, field: StringField) -> None:
        typed = (field.data or "").strip()
        if typed and not re.fullmatch(r"[1-9]\d{0,3}", typed):
            raise ValidationError(_("Bitte schreiben Sie die Minuten als Zahl, zum Beispiel 30."))
        if bool(typed) != (self.until.data is not None) and not self.until.errors:
            raise ValidationError(
                _("Wenn die Fahrt sich wiederholt, nennen Sie bitte den Abstand und die letzte Abfahrt.")
            )

    def fill(self, trip: ExtraTrip) -> None:
        self.line.data, self.headsign.data, self.text.data = trip.line, trip.headsign, trip.text
        self.days.data = frozenset(trip.days)
        while len(self.stops.entries) < min(len(trip.calls), MOST_ROWS):
            self.stops.append_entry()
        for row, call in zip(self.rows, trip.calls, strict=False):
            row.place.data, row.choice.data = _named(call.stop)
            row.clock.data = call.clock
        self.every_min.data = str(trip.every_min) if trip.every_min else ""
        self.until.data, self.wheelchair.data = trip.until, trip.wheelchair.value

    def content(self, stops: Sequence[StopKey], _lines: Sequence[LineKey]) -> ExtraTrip:
        typed = (self.every_min.data or "").strip()
        return ExtraTrip(
            line=self.line.data.strip(),
            calls=tuple(
                ExtraCall(stop, row.clock.data) for stop, row in zip(stops, self.places, strict=True)
            ),
            days=tuple(sorted(self.days.data)),
            headsign=(self.headsign.data or "").strip(),
            every_min=int(typed) if typed else None,
            until=self.until.data,
            wheelchair=Known(self.wheelchair.data),
            text=(self.text.data or "").strip(),
        )


class TableForm(FlaskForm):  # type: ignore[misc]
    """The table of stops, filled in."""

    file = FileField(
        lazy("Ausgefüllte Tabelle (CSV)"), [FileRequired(lazy("Bitte wählen Sie zuerst eine Datei aus."))]
    )
    idempotency_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=64)])


FORM_OF: dict[LocalKind, type[Any]] = {
    LocalKind.BOOKING_RULE: RuleForm,
    LocalKind.CHECKED_STOP: StopForm,
    LocalKind.NOTICE: NoticeForm,
    LocalKind.EXTRA_TRIP: ExtraForm,
}


def _of_line(line: LineKey) -> str:
    return json.dumps([line.operator, line.name], ensure_ascii=False)


def _line(value: str) -> LineKey:
    try:
        operator, name = json.loads(value)
        return LineKey(str(operator), str(name))
    except (ValueError, TypeError):
        return LineKey("", "")


def _line_words(line: LineKey) -> str:
    return f"{line.name} ({line.operator})" if line.operator else line.name


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in re.split(r"[;,\n]", text or "") if part.strip()]


def _named(stop: StopKey) -> tuple[str, str]:
    """What the field of a stop shows and carries."""
    found = stop_chosen(stop.name, stop.lat, stop.lon, stop.stop_id)
    return found.label, encode(found)
