"""Associations: the start page of one, its members and its vehicles; everything within one organisation."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from mitfahr.db.demand_services import services_of
from mitfahr.db.duty import drivers_of, has_shifts
from mitfahr.db.invitations import open_invitations
from mitfahr.db.people import Organisation, Person, members_of, person_by_email
from mitfahr.db.rides import coming_runs_of_driver, runs_of_organisation
from mitfahr.db.run_lines import lines_of
from mitfahr.db.vehicles import vehicle_of, vehicles_of
from mitfahr.domain.errors import (
    AccountBlocked,
    EmailInvalid,
    LastCoordinator,
    NoSeats,
    PhoneInvalid,
    PlateInvalid,
    TooManyInvitations,
    TooManySeats,
    Unknown,
)
from mitfahr.domain.roles import Action, MembershipRole, Task, may
from mitfahr.domain.times import seconds
from mitfahr.languages import _, ngettext
from mitfahr.services.change_members import change_member
from mitfahr.services.found_with_coordinator import found_with_coordinator
from mitfahr.services.invite_member import Invited, invite_member, take_back_invitation
from mitfahr.services.keep_vehicle import keep_vehicle, retire_vehicle
from mitfahr.services.organisation_tasks import organisations_with_task, require_task
from web.access import access
from web.duty_view import overview
from web.errors import Explained, explain
from web.forms.organisation import (
    MAY_WORDS,
    ROLE_WORDS,
    FoundForm,
    InviteForm,
    MemberForm,
    VehicleForm,
    form_of_vehicle,
)
from web.portal import portal

views = Blueprint("organisations", __name__, url_prefix="/verein")


@views.get("")
@access(Action.SEE_ORGANISATION)
def mine() -> ResponseReturnValue:
    """Those of the person asking; who has one only is there at once."""
    with portal().reading() as session:
        found = organisations_with_task(session, current_user.id, Task.SEE_LINES)
    if len(found) == 1 and not may(current_user.roles, Action.MANAGE_PEOPLE):
        return redirect(url_for("organisations.one", organisation_id=found[0].id))
    return _list_page(FoundForm(formdata=None))


@views.post("")
@access(Action.MANAGE_PEOPLE)
def found() -> ResponseReturnValue:
    """The same form sent twice founds one."""
    form = FoundForm()
    if not form.validate():
        return _list_page(form), 422
    try:
        organisation_id = found_with_coordinator(
            portal().writing,
            name=" ".join(form.name.data.split()),
            phone=form.phone.data,
            coordinator_email=form.email.data,
            actor_id=current_user.id,
            secret_key=portal().settings.secret_key,
            now=_now(),
        )
    except (AccountBlocked, EmailInvalid, PhoneInvalid) as error:
        field = form.phone if isinstance(error, PhoneInvalid) else form.email
        status = _refuse(field, explain(error))
        return _list_page(form), status
    flash(_("Der Verein ist angelegt."), "success")
    with portal().reading() as session:
        if person_by_email(session, form.email.data) is None:
            address = form.email.data.strip()
            flash(_("Die Einladung an %(address)s ist unterwegs.", address=address), "success")
    return redirect(url_for("organisations.one", organisation_id=organisation_id))


@views.get("/<organisation_id>")
@access(Action.SEE_ORGANISATION)
def one(organisation_id: str) -> str:
    now = _now()
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE_LINES)
        runs = runs_of_organisation(session, organisation_id, seconds(now))
        shown = {
            "members": len(members_of(session, organisation_id)),
            "drivers": len(drivers_of(session, organisation_id)),
            "vehicles": len(vehicles_of(session, organisation_id)),
            "lines": len(lines_of(session, organisation_id)),
            "services": len(services_of(session, organisation_id)),
            "has_shifts": has_shifts(session, organisation_id),
        }
        is_set_up = all(shown[need] for need in ("drivers", "vehicles", "has_shifts"))
        return render_template(
            "organisations/one.html",
            organisation=organisation,
            tasks=tasks,
            begins=Task.PLAN in tasks and not is_set_up,
            runs=[run for run in runs if run.withdrawn_at is None][:5],
            duty=overview(session, organisation_id, now) if Task.SEE in tasks else None,
            **shown,
        )


@views.get("/<organisation_id>/mitglieder")
@access(Action.SEE_ORGANISATION)
def members(organisation_id: str) -> str:
    return _members_page(organisation_id, InviteForm(formdata=None))


@views.post("/<organisation_id>/mitglieder")
@access(Action.SEE_ORGANISATION)
def invite(organisation_id: str) -> ResponseReturnValue:
    """By mail, or without an address as a link that is shown once."""
    form = InviteForm()
    if not form.validate():
        return _members_page(organisation_id, form), 422
    try:
        invited = invite_member(
            portal().writing,
            organisation_id=organisation_id,
            actor_id=current_user.id,
            role=MembershipRole(form.role.data),
            email=(form.email.data or "").strip() or None,
            idempotency_key=form.idempotency_key.data,
            secret_key=portal().settings.secret_key,
            now=_now(),
        )
    except (EmailInvalid, TooManyInvitations) as error:
        status = _refuse(form.email, explain(error))
        return _members_page(organisation_id, form), status
    if invited.email is None:
        return _members_page(organisation_id, InviteForm(formdata=None), invited)
    flash(_("Die Einladung an %(address)s ist unterwegs.", address=invited.email), "success")
    return redirect(url_for("organisations.members", organisation_id=organisation_id))


@views.post("/<organisation_id>/einladungen/<invitation_id>/zuruecknehmen")
@access(Action.SEE_ORGANISATION)
def take_back(organisation_id: str, invitation_id: str) -> ResponseReturnValue:
    take_back_invitation(
        portal().writing,
        organisation_id=organisation_id,
        invitation_id=invitation_id,
        actor_id=current_user.id,
    )
    flash(_("Die Einladung gilt nicht mehr."), "success")
    return redirect(url_for("organisations.members", organisation_id=organisation_id))


@views.route("/<organisation_id>/mitglieder/<person_id>", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def member(organisation_id: str, person_id: str) -> ResponseReturnValue:
    """What somebody does in the association."""
    form = MemberForm()
    if request.method == "GET":
        with portal().reading() as session:
            _organisation(session, organisation_id, Task.MANAGE_MEMBERS)
            form.roles.data = sorted(_roles_of(session, organisation_id, person_id))
        return _member_page("organisations/member.html", organisation_id, person_id, form)
    if not form.validate():
        return _member_page("organisations/member.html", organisation_id, person_id, form), 422
    try:
        _change(organisation_id, person_id, {MembershipRole(role) for role in form.roles.data})
    except LastCoordinator as error:
        status = _refuse(form.roles, explain(error))
        return _member_page("organisations/member.html", organisation_id, person_id, form), status
    return redirect(url_for("organisations.members", organisation_id=organisation_id))


@views.route("/<organisation_id>/mitglieder/<person_id>/entfernen", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def remove_member(organisation_id: str, person_id: str) -> ResponseReturnValue:
    """Ask, then let them go; a second press finds them gone and says the same."""
    form = MemberForm(formdata=None)
    if request.method == "GET":
        return _member_page("organisations/remove_member.html", organisation_id, person_id, form)
    try:
        _change(organisation_id, person_id, set())
    except LastCoordinator as error:
        explained = explain(error)
        return (
            _member_page("organisations/remove_member.html", organisation_id, person_id, form, explained),
            explained.status,
        )
    if person_id == current_user.id:
        return redirect(url_for("search.start"))
    return redirect(url_for("organisations.members", organisation_id=organisation_id))


@views.get("/<organisation_id>/fahrzeuge")
@access(Action.SEE_ORGANISATION)
def vehicles(organisation_id: str) -> str:
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE_LINES)
        return render_template(
            "organisations/vehicles.html",
            organisation=organisation,
            tasks=tasks,
            vehicles=vehicles_of(session, organisation_id),
        )


@views.route("/<organisation_id>/fahrzeuge/neu", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def add_vehicle(organisation_id: str) -> ResponseReturnValue:
    form = VehicleForm(formdata=None) if request.method == "GET" else VehicleForm()
    return _kept_vehicle(organisation_id, None, form)


@views.route("/<organisation_id>/fahrzeuge/<vehicle_id>", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def change_vehicle(organisation_id: str, vehicle_id: str) -> ResponseReturnValue:
    with portal().reading() as session:
        _organisation(session, organisation_id, Task.PLAN)
        vehicle = vehicle_of(session, organisation_id, vehicle_id)
    form = form_of_vehicle(vehicle) if request.method == "GET" else VehicleForm()
    return _kept_vehicle(organisation_id, vehicle_id, form)


@views.route("/<organisation_id>/fahrzeuge/<vehicle_id>/abgeben", methods=["GET", "POST"])
@access(Action.SEE_ORGANISATION)
def retire(organisation_id: str, vehicle_id: str) -> ResponseReturnValue:
    """Ask, then take it out of the list."""
    if request.method == "GET":
        with portal().reading() as session:
            organisation, _tasks = _organisation(session, organisation_id, Task.PLAN)
            vehicle = vehicle_of(session, organisation_id, vehicle_id)
        return render_template("organisations/retire.html", organisation=organisation, vehicle=vehicle)
    retire_vehicle(
        portal().writing,
        organisation_id=organisation_id,
        vehicle_id=vehicle_id,
        actor_id=current_user.id,
        now=_now(),
    )
    flash(_("Das Fahrzeug steht nicht mehr in der Liste."), "success")
    return redirect(url_for("organisations.vehicles", organisation_id=organisation_id))


def _change(organisation_id: str, person_id: str, roles: set[MembershipRole]) -> None:
    without_driver = change_member(
        portal().writing,
        organisation_id=organisation_id,
        person_id=person_id,
        roles=roles,
        actor_id=current_user.id,
        now=_now(),
    )
    flash(_("Gespeichert.") if roles else _("Die Person gehört nicht mehr zum Verein."), "success")
    if without_driver:
        flash(
            ngettext(
                "Für eine Fahrt wird jetzt jemand gesucht, der fährt.",
                "Für %(num)s Fahrten wird jetzt jemand gesucht, der fährt.",
                without_driver,
            ),
            "warning",
        )


def _kept_vehicle(organisation_id: str, vehicle_id: str | None, form: VehicleForm) -> ResponseReturnValue:
    if request.method == "GET":
        return _vehicle_page(organisation_id, vehicle_id, form)
    if not form.validate():
        return _vehicle_page(organisation_id, vehicle_id, form), 422
    try:
        keep_vehicle(
            portal().writing,
            form.draft,
            organisation_id=organisation_id,
            vehicle_id=vehicle_id,
            actor_id=current_user.id,
            idempotency_key=form.idempotency_key.data,
            now=_now(),
        )
    except (PlateInvalid, NoSeats, TooManySeats) as error:
        fields = {PlateInvalid: form.registration, NoSeats: form.seats, TooManySeats: form.child_seats}
        status = _refuse(fields[type(error)], explain(error))
        return _vehicle_page(organisation_id, vehicle_id, form), status
    flash(_("Gespeichert."), "success")
    return redirect(url_for("organisations.vehicles", organisation_id=organisation_id))


def _vehicle_page(organisation_id: str, vehicle_id: str | None, form: VehicleForm) -> str:
    with portal().reading() as session:
        organisation, _tasks = _organisation(session, organisation_id, Task.PLAN)
    return render_template(
        "organisations/vehicle.html", organisation=organisation, vehicle_id=vehicle_id, form=form
    )


def _list_page(form: FoundForm) -> str:
    with portal().reading() as session:
        found = organisations_with_task(session, current_user.id, Task.SEE_LINES)
    return render_template("organisations/mine.html", organisations=found, form=form)


def _members_page(organisation_id: str, form: InviteForm, invited: Invited | None = None) -> str:
    with portal().reading() as session:
        organisation, tasks = _organisation(session, organisation_id, Task.SEE)
        people = [(one, one.roles_in(organisation_id)) for one in members_of(session, organisation_id)]
        return render_template(
            "organisations/members.html",
            organisation=organisation,
            tasks=tasks,
            people=people,
            invitations=open_invitations(session, organisation_id, _now()),
            form=form,
            invited=invited,
            role_words=ROLE_WORDS,
            may_words=MAY_WORDS,
        )


def _member_page(
    template: str,
    organisation_id: str,
    person_id: str,
    form: MemberForm,
    refused: Explained | None = None,
) -> str:
    with portal().reading() as session:
        organisation, _tasks = _organisation(session, organisation_id, Task.MANAGE_MEMBERS)
        _roles_of(session, organisation_id, person_id)
        runs = coming_runs_of_driver(session, person_id, organisation_id, seconds(_now()))
        return render_template(
            template,
            organisation=organisation,
            person=session.get_one(Person, person_id),
            form=form,
            runs=len(runs),
            refused=refused,
            may_words=MAY_WORDS,
            role_words=ROLE_WORDS,
        )


def _roles_of(session: Session, organisation_id: str, person_id: str) -> frozenset[MembershipRole]:
    """What the member is there; raises Unknown."""
    person = session.get(Person, person_id)
    roles = person.roles_in(organisation_id) if person else frozenset()
    if not roles:
        raise Unknown("member", person_id)
    return roles


def _organisation(session: Session, organisation_id: str, task: Task) -> tuple[Organisation, frozenset[Task]]:
    """The organisation, if the person asking may do this there, and what else they may."""
    organisation = require_task(session, current_user.id, organisation_id, task)
    return organisation, session.get_one(Person, current_user.id).tasks_in(organisation_id)


def _refuse(field: object, explained: Explained) -> int:
    """Put the refusal beside the field; the status of the answer."""
    field.errors = [*field.errors, f"{explained.title}. {explained.advice}"]  # type: ignore[attr-defined]
    return explained.status


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
