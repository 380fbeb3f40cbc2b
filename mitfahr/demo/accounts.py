"""The people of the demonstration. All of them log in with one password, which the log-in page shows
while the demonstration timetable serves. Addresses end in .example, which no mail ever reaches."""

from __future__ import annotations

from dataclasses import dataclass

from mitfahr.demo.rides import commutes
from mitfahr.domain.roles import MembershipRole, Role
from mitfahr.domain.vehicles import Car

DEMO_PASSWORD = "demo-landkreis"  # noqa: S105 - public on purpose
ASSOCIATION = "BürgerBus Lommatzscher Pflege e. V. (Demo)"
ASSOCIATION_PHONE = "+49 30 23125200"  # from the block that is reserved for fiction


@dataclass(frozen=True)
class Account:
    """`what` is said on the log-in page; "" is somebody who has no log-in of their own. `role` None is a resident."""

    email: str
    """Without a log-in merely the name by which the demonstration knows the person."""
    first_name: str
    last_name: str
    what: str
    role: Role | None = None
    membership: MembershipRole | None = None
    phone: str | None = None
    is_woman: bool = False
    car: Car | None = None

    @property
    def can_log_in(self) -> bool:
        return bool(self.what)


RESIDENT = Account(
    "bewohnerin@demo.example", "Erika", "Lehmann", "Bewohnerin", phone="+49 30 23125301", is_woman=True
)
SECOND_RESIDENT = Account("bewohner@demo.example", "Paul", "Schubert", "Bewohner, sucht Mitfahrten")
DISPATCHER = Account("leitstelle@demo.example", "Sabine", "Krause", "Leitstelle am Telefon", Role.DISPATCHER)
COORDINATOR = Account(
    "koordination@demo.example",
    "Helga",
    "Naumann",
    "BürgerBus, Koordination",
    Role.VOLUNTEER,
    MembershipRole.COORDINATOR,
)
VOLUNTEERS = (
    Account(
        "buergerbus@demo.example",
        "Dieter",
        "Zschoche",
        "BürgerBus, Fahrer",
        Role.VOLUNTEER,
        MembershipRole.DRIVER,
    ),
    Account(
        "buergerbus2@demo.example",
        "Monika",
        "Pietzsch",
        "",
        Role.VOLUNTEER,
        MembershipRole.DRIVER,
        "+49 30 23125502",
    ),
    Account(
        "buergerbus3@demo.example",
        "Rolf",
        "Kießling",
        "",
        Role.VOLUNTEER,
        MembershipRole.DRIVER,
        "+49 30 23125503",
    ),
    Account(
        "buergerbus4@demo.example",
        "Ute",
        "Börner",
        "",
        Role.VOLUNTEER,
        MembershipRole.DRIVER,
        "+49 30 23125504",
    ),
)
SHIFT_DRIVER = Account(
    "schicht@demo.example",
    "Jana",
    "Seidel",
    "bietet Fahrten im Schichtwechsel an",
    Role.DRIVER,
    phone="+49 30 23125421",
    car=Car("Kombi", "weißer", None, 3),
)
TIMETABLE_STAFF = Account("fahrplan@demo.example", "Jens", "Hofmann", "Fahrplanpflege", Role.TIMETABLE_STAFF)
ADMIN = Account("admin@demo.example", "Katrin", "Vogel", "Verwaltung des Portals", Role.ADMIN)

_DRIVER_NAMES = (
    "Anna Richter, Thomas Weber, Claudia Fischer, Michael Wolf, Petra Schäfer, Frank Neumann, Ines Schwarz, Uwe Zimmermann, "
    "Julia Braun, Ronny Krüger, Kerstin Hartmann, Steffen Lange, Nicole Werner, Mario Schmitz, Silke Krause, Torsten Meier, "
    "Heike Lehmann, Sven Köhler, Birgit Herrmann, Maik Walter"
)
_DRIVERS_SHOWN = 8


def drivers() -> list[Account]:
    """Those who offer rides: the first eight can log in."""
    names = [name.split(" ") for name in _DRIVER_NAMES.split(", ")]
    return [
        Account(
            f"fahrt{number}@demo.example",
            first,
            last,
            "bietet Fahrten an" if number <= _DRIVERS_SHOWN else "",
            Role.DRIVER,
            phone=f"+49 30 231254{number:02d}",
            is_woman=commute.terms.women_only,
            car=commute.car,
        )
        for number, ((first, last), commute) in enumerate(zip(names, commutes(), strict=True), 1)
    ]


def accounts() -> list[Account]:
    """Everybody; those who can log in are in the order of the log-in page."""
    return [
        RESIDENT,
        SECOND_RESIDENT,
        *drivers(),
        SHIFT_DRIVER,
        *VOLUNTEERS,
        COORDINATOR,
        DISPATCHER,
        TIMETABLE_STAFF,
        ADMIN,
    ]
