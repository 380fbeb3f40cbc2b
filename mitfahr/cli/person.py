"""`mitfahr person …`"""

from __future__ import annotations

import click

from mitfahr.domain.roles import Role

GIVEN = [role.value for role in Role if role is not Role.RESIDENT]


@click.group()
def person() -> None:
    """Konten anlegen und Rollen vergeben."""


@person.command()
@click.argument("email")
@click.option("--first-name", required=True, help="Vorname")
@click.option("--last-name", required=True, help="Nachname")
@click.option("--phone", help="Telefonnummer")
@click.option("--role", "roles", multiple=True, type=click.Choice(GIVEN), help="Rolle; mehrfach möglich")
@click.password_option(
    help="Passwort (10 bis 200 Zeichen); ohne Angabe wird gefragt",
    envvar="MITFAHR_NEW_PASSWORD",
    show_envvar=True,
)
def add(
    email: str, first_name: str, last_name: str, phone: str | None, roles: tuple[str, ...], password: str
) -> None:
    """Ein Konto anlegen.

    \b
    Beispiel (das Passwort wird gefragt):
      mitfahr person add anna@example.org --first-name Anna --last-name Muster --role admin
    """
    from mitfahr.cli.installation import Installation, utc_now
    from mitfahr.services.change_roles import change_roles
    from mitfahr.services.register_person import register_person

    installation = Installation.open()
    added = register_person(
        installation.sessions,
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        password=password,
        now=utc_now(),
    )
    if roles:
        with installation.sessions.begin() as session:
            change_roles(session, None, added.id, [Role(role) for role in roles])
    click.echo(f"{added.full_name} hat jetzt ein Konto ({', '.join(('resident', *roles))}).")


@person.command("role")
@click.argument("email")
@click.option("--add", "added", multiple=True, type=click.Choice(GIVEN), help="Rolle geben")
@click.option("--remove", "removed", multiple=True, type=click.Choice(GIVEN), help="Rolle nehmen")
def change(email: str, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """Rollen geben und nehmen; ohne Angabe werden sie nur gezeigt.

    \b
    Beispiel:
      mitfahr person role anna@example.org --add timetable_staff --remove driver
    """
    from mitfahr.cli.installation import Installation
    from mitfahr.db.people import person_by_email
    from mitfahr.domain.errors import Unknown
    from mitfahr.services.change_roles import change_roles

    installation = Installation.open()
    with installation.sessions.begin() as session:
        found = person_by_email(session, email)
        if found is None:
            raise Unknown("person", email)
        if added or removed:
            roles = found.roles | {Role(role) for role in added}
            change_roles(session, None, found.id, roles - {Role(role) for role in removed})
        click.echo(f"{found.full_name}: {', '.join(sorted(found.roles))}")
