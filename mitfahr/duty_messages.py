"""What drivers and coordinators of an association are told by mail about their shifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mitfahr.db.duty import DutyPoll, DutyShift
from mitfahr.db.outbox import DUTY_CODE, PORTAL
from mitfahr.db.people import Organisation, Person
from mitfahr.domain.times import seconds
from mitfahr.languages import _, ngettext
from mitfahr.languages.formats import clock, day, near_day_and_clock, oclock, weekday_and_day
from mitfahr.messages import mail_person, words_of


def tell_asked(
    session: Session,
    shift: DutyShift,
    person: Person,
    link_id: str,
    cancels_s: int | None,
    now: dt.datetime,
) -> None:
    """To a driver: can you drive this shift? One tap on the link accepts it; at `cancels_s` it is too late."""
    with words_of(person):
        opening = (
            _("%(name)s sucht für diesen Dienst jemanden, der übernimmt:", name=shift.driver.full_name)
            if shift.driver is not None
            else _("Für diesen Dienst fehlt noch jemand, der fährt:")
        )
        parts = [
            f"{opening}\n{facts(shift)}",
            _("Können Sie fahren? Öffnen Sie diesen Link und tippen Sie auf „Ja, ich fahre“:")
            + f"\n{PORTAL}/dienst#{DUTY_CODE % link_id}",
            _(
                "Sie müssen sich dafür nicht anmelden. Der Link ist nur für Sie. Er gilt bis zum Ende des Dienstes. "
                "Wer zuerst zusagt, fährt."
            ),
            _("Sie können nicht? Dann brauchen Sie nichts zu tun."),
        ]
        if cancels_s is not None:
            until = near_day_and_clock(cancels_s, seconds(now))
            parts.insert(1, _("Findet sich bis %(moment)s niemand, sagen wir die Fahrten ab.", moment=until))
        mail_person(session, person, _("Wer kann fahren? %(shift)s", shift=title(shift)), parts, now)


def tell_open(
    session: Session,
    shift: DutyShift,
    person: Person,
    lost: Person | None,
    asked: int,
    passengers: int,
    cancels_s: int | None,
    now: dt.datetime,
) -> None:
    """To a coordinator: nobody drives this shift, since `lost` has given it up or all along, and time is short."""
    with words_of(person):
        opening = (
            _("Für diesen Dienst ist niemand eingeteilt:")
            if lost is None
            else _(
                "%(name)s fährt diesen Dienst nicht mehr. Jetzt ist niemand eingeteilt:", name=lost.full_name
            )
        )
        parts = [
            f"{opening}\n{facts(shift)}",
            ngettext(
                "Wir haben eine Person gefragt, ob sie fahren kann.",
                "Wir haben %(num)s Personen gefragt, ob sie fahren können.",
                asked,
            )
            if asked
            else _("Wir konnten niemanden fragen: Alle anderen haben keine Zeit oder haben Nein gesagt."),
            ngettext("Eine Person hat Plätze gebucht.", "%(num)s Personen haben Plätze gebucht.", passengers)
            if passengers
            else _("Noch hat niemand gebucht."),
            _(
                "Findet sich niemand, sagen wir die Fahrten rechtzeitig ab und nennen den Fahrgästen einen anderen Weg."
            )
            if cancels_s is None
            else _(
                "Findet sich bis %(moment)s niemand, sagen wir die Fahrten ab und nennen den Fahrgästen einen anderen Weg.",
                moment=near_day_and_clock(cancels_s, seconds(now)),
            ),
            f"{_('Hier teilen Sie jemanden ein:')}\n{page(shift)}",
        ]
        mail_person(session, person, _("Niemand eingeteilt: %(shift)s", shift=title(shift)), parts, now)


def tell_on_duty(session: Session, shift: DutyShift, person: Person, link_id: str, now: dt.datetime) -> None:
    """To a driver: this shift is yours; the link gives it up without signing in."""
    with words_of(person):
        parts = [
            f"{_('Sie fahren diesen Dienst:')}\n{facts(shift)}",
            _("Können Sie doch nicht? Sagen Sie es bitte so früh wie möglich hier:")
            + f"\n{PORTAL}/dienst#{DUTY_CODE % link_id}",
        ]
        mail_person(session, person, _("Sie fahren: %(shift)s", shift=title(shift)), parts, now)


def tell_roster(
    session: Session, links: Sequence[tuple[DutyShift, str]], person: Person, now: dt.datetime
) -> None:
    """To a driver: these shifts are yours; the link of each gives it up without signing in."""
    with words_of(person):
        parts = [
            _(
                "Sie fahren diese Dienste. Können Sie einen doch nicht? Sagen Sie es bitte so früh wie möglich mit seinem Link."
            ),
            *(f"{facts(shift)}\n{PORTAL}/dienst#{DUTY_CODE % link_id}" for shift, link_id in links),
        ]
        mail_person(session, person, _("Ihre nächsten Dienste"), parts, now)


def tell_relieved(session: Session, shift: DutyShift, person: Person, now: dt.datetime) -> None:
    """To somebody who does not drive a shift any more without having given it up themselves."""
    with words_of(person):
        parts = [
            f"{_('Sie fahren diesen Dienst nicht mehr:')}\n{facts(shift)}",
            _("Jetzt fährt %(name)s. Sie müssen nichts tun.", name=shift.driver.full_name)
            if shift.driver is not None
            else _("Für Sie wird jemand anderes gesucht. Sie müssen nichts tun."),
        ]
        mail_person(session, person, _("Sie fahren nicht: %(shift)s", shift=title(shift)), parts, now)


def tell_given_up(
    session: Session, shift: DutyShift, coordinator: Person, before: Person, now: dt.datetime
) -> None:
    """To a coordinator: a shift is open again, and there is time."""
    with words_of(coordinator):
        parts = [
            _("%(name)s fährt diesen Dienst nicht mehr. Er ist wieder offen:", name=before.full_name)
            + f"\n{facts(shift)}",
            f"{_('Hier teilen Sie jemanden ein:')}\n{page(shift)}",
        ]
        mail_person(session, coordinator, _("Dienst wieder offen: %(shift)s", shift=title(shift)), parts, now)


def tell_runs_cancelled(
    session: Session, shift: DutyShift, coordinator: Person, runs: int, bookings: int, now: dt.datetime
) -> None:
    """To a coordinator: nobody was found in time, passengers have been told."""
    with words_of(coordinator):
        parts = [
            f"{_('Für diesen Dienst hat sich niemand gefunden:')}\n{facts(shift)}",
            ngettext("Wir haben eine Fahrt abgesagt.", "Wir haben %(num)s Fahrten abgesagt.", runs),
            ngettext(
                "Eine Buchung war betroffen. Der Fahrgast weiß Bescheid und hat einen anderen Weg bekommen, wenn es einen gibt.",
                "%(num)s Buchungen waren betroffen. Die Fahrgäste wissen Bescheid und haben einen anderen Weg bekommen, wenn es einen gibt.",
                bookings,
            )
            if bookings
            else _("Gebucht hatte niemand."),
            _("Wer telefonisch gebucht hat und keine E-Mail-Adresse hat, muss angerufen werden.")
            if bookings
            else "",
            page(shift),
        ]
        subject = _("Fahrten abgesagt: %(shift)s", shift=title(shift))
        mail_person(session, coordinator, subject, [part for part in parts if part], now)


def tell_poll(session: Session, poll: DutyPoll, person: Person, link_id: str, now: dt.datetime) -> None:
    """To a driver: when can you drive?"""
    with words_of(person):
        parts = [
            _(
                "der Verein „%(organisation)s“ plant die Dienste vom %(first)s bis %(last)s. Wann können Sie fahren?",
                organisation=poll.organisation.name,
                first=day(poll.first_day),
                last=day(poll.last_day),
            ),
            _("Bitte antworten Sie bis %(day)s hier:", day=day(poll.closes_on))
            + f"\n{PORTAL}/dienst#{DUTY_CODE % link_id}",
            _(
                "Sie müssen sich dafür nicht anmelden. Der Link ist nur für Sie. Sie können Ihre Antworten bis dahin ändern."
            ),
        ]
        mail_person(session, person, _("Wann können Sie fahren?"), parts, now)


def tell_papers(
    session: Session,
    organisation: Organisation,
    reader: Person,
    driver: Person,
    paper: str,
    until: dt.date,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """To a driver, or to a coordinator about one: a paper runs out soon, or has run out; `paper` is its name."""
    with words_of(reader):
        named = {"paper": _(paper), "name": driver.full_name, "day": day(until)}
        if reader.id == driver.id:
            opening = (
                _("%(paper)s: Ihr Nachweis gilt nur noch bis %(day)s.", **named)
                if until >= today
                else _("%(paper)s: Ihr Nachweis galt bis %(day)s.", **named)
            )
        else:
            opening = (
                _("%(paper)s: Der Nachweis von %(name)s gilt nur noch bis %(day)s.", **named)
                if until >= today
                else _("%(paper)s: Der Nachweis von %(name)s galt bis %(day)s.", **named)
            )
        parts = [
            opening,
            _(
                "Danach kann die Person keine Dienste fahren. Bitte kümmern Sie sich rechtzeitig um einen neuen."
            ),
            _("Das neue Datum trägt die Koordination hier ein:")
            + f"\n{PORTAL}/verein/{organisation.id}/dienste/nachweise",
        ]
        subject = _("%(paper)s läuft ab: %(name)s", **named)
        mail_person(session, reader, subject, parts, now)


def title(shift: DutyShift) -> str:
    return _("%(day)s, %(time)s Uhr", day=weekday_and_day(shift.begins_s), time=clock(shift.begins_s))


def facts(shift: DutyShift) -> str:
    """When and with what."""
    return _(
        "%(day)s, %(begins)s bis %(ends)s, %(vehicle)s, %(organisation)s",
        day=weekday_and_day(shift.begins_s),
        begins=oclock(shift.begins_s),
        ends=oclock(shift.ends_s),
        vehicle=shift.vehicle.name,
        organisation=shift.organisation.name,
    )


def page(shift: DutyShift) -> str:
    return f"{PORTAL}/verein/{shift.organisation_id}/dienste/{shift.id}"
