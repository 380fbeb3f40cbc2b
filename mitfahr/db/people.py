"""People, what they may do, and the organisations they act for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from mitfahr.db.base import Base, new_id, stored_enum
from mitfahr.domain.errors import Unknown
from mitfahr.domain.optional_mails import OptionalMail
from mitfahr.domain.people_keys import MAX_KEY, TypedPerson, name_key, phone_key, sound_key
from mitfahr.domain.phone_numbers import takes_sms
from mitfahr.domain.reminders import Reminder
from mitfahr.domain.roles import MembershipRole, Role, Task, tasks

MAX_EMAIL = 254
MAX_NAME = 80
MAX_PHONE = 40


class Person(Base):
    """Somebody with an account, or a caller whom the dispatchers book for (then without a password).

    `email` is stored in lower case, so that one address is one account however it is typed.
    """

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    email: Mapped[str | None] = mapped_column(sa.String(MAX_EMAIL), unique=True)
    first_name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    last_name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    phone: Mapped[str | None] = mapped_column(sa.String(MAX_PHONE))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(10), default="de")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_woman: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """The person has said so, to offer or find rides for women; nobody guesses it."""
    wants_reminder_day_before: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    wants_reminder_soon: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    wants_wish_mails: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    wants_rating_mails: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    mails_chosen_at: Mapped[dt.datetime | None]
    """Since when it is as these four say; before, other mails may have been wanted."""
    usual_search: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    """How the person travels, filled in at every search because they wished it; None for most."""
    sms_agreed_at: Mapped[dt.datetime | None]
    """Since when the person, who has no mail address, lets us send news to their number by SMS."""
    callers_merged_at: Mapped[dt.datetime | None]
    """Since when the account has what was booked for its person on the telephone before."""
    created_at: Mapped[dt.datetime]
    name_key: Mapped[str] = mapped_column(sa.String(MAX_KEY), default="", server_default="")
    sound_key: Mapped[str] = mapped_column(sa.String(MAX_KEY), default="", server_default="")
    phone_key: Mapped[str | None] = mapped_column(sa.String(MAX_PHONE), index=True)
    """By what a caller is found, see `mitfahr.domain.people_keys`; they follow name and number by themselves."""

    role_rows: Mapped[list[PersonRole]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", passive_deletes=True
    )
    memberships: Mapped[list[Membership]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", passive_deletes=True, back_populates="person"
    )

    @validates("first_name", "last_name", "phone", include_backrefs=False)
    def _follow(self, name: str, value: str | None) -> str | None:
        if name == "phone":
            self.phone_key = phone_key(value)
            return value
        names = {"first_name": self.first_name or "", "last_name": self.last_name or ""} | {name: value or ""}
        self.name_key, self.sound_key = name_key(**names), sound_key(**names)
        return value

    @property
    def roles(self) -> frozenset[Role]:
        """Everybody is a resident, every member of an organisation a volunteer; the other roles are rows."""
        given = {Role.RESIDENT, *(row.role for row in self.role_rows)}
        return frozenset(given | {Role.VOLUNTEER} if self.memberships else given)

    @property
    def wanted_reminders(self) -> frozenset[Reminder]:
        wanted = {
            Reminder.DAY_BEFORE: self.wants_reminder_day_before,
            Reminder.SOON: self.wants_reminder_soon,
        }
        return frozenset(reminder for reminder, is_wanted in wanted.items() if is_wanted)

    @property
    def wanted_mails(self) -> frozenset[OptionalMail]:
        wanted = {
            OptionalMail.WISH_FITS: self.wants_wish_mails,
            OptionalMail.RATING: self.wants_rating_mails,
        }
        return frozenset(mail for mail, is_wanted in wanted.items() if is_wanted)

    @property
    def has_account(self) -> bool:
        """Callers whom the dispatchers book for have none."""
        return self.password_hash is not None

    @property
    def reads_sms(self) -> bool:
        """Whether news reaches the person by SMS: nobody with a mail address pays for two channels."""
        return self.email is None and self.sms_agreed_at is not None and takes_sms(self.phone)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def roles_in(self, organisation_id: str) -> frozenset[MembershipRole]:
        """What the person is within the organisation; nothing if they are no member."""
        return frozenset(row.role for row in self.memberships if row.organisation_id == organisation_id)

    def tasks_in(self, organisation_id: str) -> frozenset[Task]:
        return tasks(self.roles, self.roles_in(organisation_id))

    @property
    def tasks_somewhere(self) -> frozenset[Task]:
        """What the person may do in one organisation at least."""
        return tasks(self.roles, {row.role for row in self.memberships})


class PersonRole(Base):
    """One role of one person, beyond being a resident."""

    __tablename__ = "person_role"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(stored_enum(Role), primary_key=True)


class Organisation(Base):
    """An association that runs a BürgerBus, a transport company, a municipality."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    phone: Mapped[str | None] = mapped_column(sa.String(MAX_PHONE))
    email: Mapped[str | None] = mapped_column(sa.String(MAX_EMAIL))
    created_at: Mapped[dt.datetime]


class Membership(Base):
    """A person acts for an organisation in one role; several rows are several roles."""

    __tablename__ = "membership"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[MembershipRole] = mapped_column(stored_enum(MembershipRole), primary_key=True)

    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(lazy="joined")


def lock_person(session: Session, person_id: str) -> Person:
    """The person as they are now, locked until the transaction ends; raises Unknown.

    The key stays free (FOR NO KEY UPDATE): whoever writes a row that points at the person only needs that,
    and would otherwise wait for us while we wait for them.
    """
    locked = {"of": Person, "key_share": True}
    person = session.get(Person, person_id, with_for_update=locked, populate_existing=True)
    if person is None:
        raise Unknown("person", person_id)
    return person


def person_by_email(session: Session, email: str) -> Person | None:
    """The account of this address, in whatever case it is typed."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def people_like(session: Session, typed: TypedPerson, limit: int) -> list[Person]:
    """Open accounts and callers whom `typed` may mean, by name; words are beginnings of names, or sound like one.

    Who is written as it was typed comes before who only sounds like it.
    """
    wanted = select(Person).where(Person.is_active)
    if typed.number is not None:
        wanted = wanted.where(Person.phone_key == typed.number)
    elif typed.number_end is not None:
        wanted = wanted.where(Person.phone_key.endswith(typed.number_end))
    written = sa.and_(sa.true(), *(Person.name_key.contains(f" {word}") for word in typed.words))
    heard = sa.and_(sa.true(), *(Person.sound_key.contains(f" {one} ") for one in typed.sounds))
    if len(typed.sounds) < len(typed.words):  # a letter that is not heard sounds like everybody
        heard = written
    return list(
        session.scalars(
            wanted.where(sa.or_(written, heard))
            .order_by(written.desc(), Person.last_name, Person.first_name, Person.id)
            .limit(limit)
        )
    )


def staff_for(session: Session, role: Role) -> list[Person]:
    """Everybody with the role whose account is open; where nobody has it, the administrators."""
    for wanted in (role, Role.ADMIN):
        people = session.scalars(
            select(Person)
            .join(PersonRole)
            .where(PersonRole.role == wanted, Person.is_active)
            .order_by(Person.id)
        ).all()
        if people:
            return list(people)
    return []


def organisation_by_name(session: Session, name: str) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.name == name))


def organisations(session: Session) -> list[Organisation]:
    """All of them, by name."""
    return list(session.scalars(select(Organisation).order_by(Organisation.name)))


def members_of(session: Session, organisation_id: str, role: MembershipRole | None = None) -> list[Person]:
    """Everybody who acts for the organisation, or does so in this role, by last name."""
    is_meant = Membership.organisation_id == organisation_id
    if role is not None:
        is_meant &= Membership.role == role
    return list(
        session.scalars(
            select(Person)
            .where(Person.memberships.any(is_meant))
            .order_by(Person.last_name, Person.first_name, Person.id)
        )
    )
