"""The part of the GTFS reference that is checked: tables, fields, keys and references.

Source: https://gtfs.org/documentation/schedule/reference/ (revision of 2025). Files that do not stand
here (pathways, levels, translations, fares v2, flex) are not evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """How a value is written."""

    TEXT = auto()
    INTEGER = auto()
    FLOAT = auto()
    LATITUDE = auto()
    LONGITUDE = auto()
    DATE = auto()
    TIME = auto()
    TIMEZONE = auto()
    URL = auto()
    COLOR = auto()
    EMAIL = auto()
    PHONE = auto()
    LANGUAGE = auto()
    CURRENCY = auto()


class OnFault(Enum):
    """What a broken row of a table means for the feed."""

    REFUSE = auto()
    """No safe reading without the row: the feed is refused."""
    LEAVE_OUT = auto()
    """The stop or trip is left out; refused when there are many (`check.LEFT_OUT_SHARE`)."""
    IGNORE = auto()
    """The timetable does not depend on it: the row is ignored."""


@dataclass(frozen=True)
class Field:
    """`needed`: the column must be there; `filled`: and no value may be empty.

    `refers` lists `(table, field)` any of which must hold the value. `allowed` are the values of an
    enumeration, `minimum` the smallest number. A fault in a `cosmetic` field is only reported.
    """

    kind: Kind = Kind.TEXT
    needed: bool = False
    filled: bool = False
    refers: tuple[tuple[str, str], ...] = ()
    allowed: frozenset[int] | None = None
    minimum: float | None = None
    cosmetic: bool = False


@dataclass(frozen=True)
class TableSpec:
    fields: dict[str, Field]
    key: tuple[str, ...]
    on_fault: OnFault
    needed: bool = False
    most_rows: int = 200_000
    """More are no timetable of a region: what is checked must fit into memory whatever it is."""

    @property
    def serves(self) -> bool:
        """The timetable is built from it."""
        return self.on_fault is not OnFault.IGNORE


def _enum(*allowed: int, filled: bool = False) -> Field:
    return Field(Kind.INTEGER, needed=filled, filled=filled, allowed=frozenset(allowed))


def _to(*targets: str, filled: bool = False) -> Field:
    refers = tuple((target.split(".")[0], target.split(".")[1]) for target in targets)
    return Field(needed=filled, filled=filled, refers=refers)


_ID = Field(needed=True, filled=True)
_TEXT = Field()
_NAME = Field(needed=True, filled=True)
_LINK = Field(Kind.URL, cosmetic=True)
_COLOR = Field(Kind.COLOR, cosmetic=True)
_EMAIL = Field(Kind.EMAIL, cosmetic=True)
_PHONE = Field(Kind.PHONE, cosmetic=True)
_LANGUAGE = Field(Kind.LANGUAGE, cosmetic=True)
_DATE = Field(Kind.DATE, needed=True, filled=True)
_TIME = Field(Kind.TIME, needed=True, filled=True)
_COUNT = Field(Kind.INTEGER, minimum=0)
_PLACE = _enum(0, 1, 2)

TABLES: dict[str, TableSpec] = {
    "agency": TableSpec(
        {
            "agency_id": _TEXT,
            "agency_name": _NAME,
            "agency_url": Field(Kind.URL, cosmetic=True, needed=True),
            "agency_timezone": Field(Kind.TIMEZONE, needed=True, filled=True),
            "agency_lang": _LANGUAGE,
            "agency_phone": _PHONE,
            "agency_fare_url": _LINK,
            "agency_email": _EMAIL,
        },
        ("agency_id",),
        OnFault.REFUSE,
        needed=True,
    ),
    "stops": TableSpec(
        {
            "stop_id": _ID,
            "stop_code": _TEXT,
            "stop_name": _TEXT,
            "stop_desc": _TEXT,
            "stop_lat": Field(Kind.LATITUDE, needed=True),
            "stop_lon": Field(Kind.LONGITUDE, needed=True),
            "zone_id": _TEXT,
            "stop_url": _LINK,
            "location_type": _enum(0, 1, 2, 3, 4),
            "parent_station": Field(refers=(("stops", "stop_id"),), cosmetic=True),
            "stop_timezone": Field(Kind.TIMEZONE, cosmetic=True),
            "wheelchair_boarding": _PLACE,
            "platform_code": _TEXT,
        },
        ("stop_id",),
        OnFault.LEAVE_OUT,
        needed=True,
    ),
    "routes": TableSpec(
        {
            "route_id": _ID,
            "agency_id": _to("agency.agency_id"),
            "route_short_name": _TEXT,
            "route_long_name": _TEXT,
            "route_desc": _TEXT,
            "route_type": Field(Kind.INTEGER, needed=True, filled=True, minimum=0),
            "route_url": _LINK,
            "route_color": _COLOR,
            "route_text_color": _COLOR,
        },
        ("route_id",),
        OnFault.LEAVE_OUT,
        needed=True,
    ),
    "calendar": TableSpec(
        {
            "service_id": _ID,
            "monday": _enum(0, 1, filled=True),
            "tuesday": _enum(0, 1, filled=True),
            "wednesday": _enum(0, 1, filled=True),
            "thursday": _enum(0, 1, filled=True),
            "friday": _enum(0, 1, filled=True),
            "saturday": _enum(0, 1, filled=True),
            "sunday": _enum(0, 1, filled=True),
            "start_date": _DATE,
            "end_date": _DATE,
        },
        ("service_id",),
        OnFault.REFUSE,
    ),
    "calendar_dates": TableSpec(
        {"service_id": _ID, "date": _DATE, "exception_type": _enum(1, 2, filled=True)},
        ("service_id", "date"),
        OnFault.REFUSE,
        most_rows=1_000_000,
    ),
    "trips": TableSpec(
        {
            "route_id": _to("routes.route_id", filled=True),
            "service_id": _to("calendar.service_id", "calendar_dates.service_id", filled=True),
            "trip_id": _ID,
            "trip_headsign": _TEXT,
            "trip_short_name": _TEXT,
            "direction_id": _enum(0, 1),
            "block_id": _TEXT,
            "shape_id": Field(refers=(("shapes", "shape_id"),), cosmetic=True),
            "wheelchair_accessible": _PLACE,
            "bikes_allowed": _PLACE,
        },
        ("trip_id",),
        OnFault.LEAVE_OUT,
        needed=True,
        most_rows=500_000,
    ),
    "stop_times": TableSpec(
        {
            "trip_id": _to("trips.trip_id", filled=True),
            "arrival_time": Field(Kind.TIME, needed=True),
            "departure_time": Field(Kind.TIME, needed=True),
            "stop_id": Field(needed=True, refers=(("stops", "stop_id"),)),
            "location_group_id": _TEXT,
            "location_id": _TEXT,
            "stop_sequence": Field(Kind.INTEGER, needed=True, filled=True, minimum=0),
            "stop_headsign": _TEXT,
            "start_pickup_drop_off_window": _TEXT,
            "end_pickup_drop_off_window": _TEXT,
            "pickup_type": _enum(0, 1, 2, 3),
            "drop_off_type": _enum(0, 1, 2, 3),
            "shape_dist_traveled": Field(Kind.FLOAT, minimum=0, cosmetic=True),
            "timepoint": _enum(0, 1),
        },
        ("trip_id", "stop_sequence"),
        OnFault.LEAVE_OUT,
        needed=True,
        most_rows=2_000_000,
    ),
    "frequencies": TableSpec(
        {
            "trip_id": _to("trips.trip_id", filled=True),
            "start_time": _TIME,
            "end_time": _TIME,
            "headway_secs": Field(Kind.INTEGER, needed=True, filled=True, minimum=1),
            "exact_times": _enum(0, 1),
        },
        ("trip_id", "start_time"),
        OnFault.LEAVE_OUT,
    ),
    "transfers": TableSpec(
        {
            "from_stop_id": _to("stops.stop_id"),
            "to_stop_id": _to("stops.stop_id"),
            "from_route_id": _to("routes.route_id"),
            "to_route_id": _to("routes.route_id"),
            "from_trip_id": _to("trips.trip_id"),
            "to_trip_id": _to("trips.trip_id"),
            "transfer_type": _enum(0, 1, 2, 3, 4, 5),
            "min_transfer_time": _COUNT,
        },
        ("from_stop_id", "to_stop_id", "from_trip_id", "to_trip_id", "from_route_id", "to_route_id"),
        OnFault.IGNORE,
        most_rows=1_000_000,
    ),
    "feed_info": TableSpec(
        {
            "feed_publisher_name": Field(needed=True),
            "feed_publisher_url": _LINK,
            "feed_lang": _LANGUAGE,
            "feed_start_date": Field(Kind.DATE),
            "feed_end_date": Field(Kind.DATE),
            "feed_version": _TEXT,
        },
        (),
        OnFault.IGNORE,
    ),
    "shapes": TableSpec(
        {
            "shape_id": _ID,
            "shape_pt_lat": Field(Kind.LATITUDE, needed=True, filled=True),
            "shape_pt_lon": Field(Kind.LONGITUDE, needed=True, filled=True),
            "shape_pt_sequence": Field(Kind.INTEGER, needed=True, filled=True, minimum=0),
            "shape_dist_traveled": Field(Kind.FLOAT, minimum=0),
        },
        ("shape_id", "shape_pt_sequence"),
        OnFault.IGNORE,
        most_rows=1_000_000,
    ),
    "fare_attributes": TableSpec(
        {
            "fare_id": _ID,
            "price": Field(Kind.FLOAT, needed=True, filled=True, minimum=0),
            "currency_type": Field(Kind.CURRENCY, needed=True, filled=True),
            "payment_method": _enum(0, 1, filled=True),
            "transfers": _enum(0, 1, 2),
            "agency_id": _to("agency.agency_id"),
            "transfer_duration": _COUNT,
        },
        ("fare_id",),
        OnFault.IGNORE,
    ),
    "fare_rules": TableSpec(
        {
            "fare_id": _to("fare_attributes.fare_id", filled=True),
            "route_id": _to("routes.route_id"),
            "origin_id": _TEXT,
            "destination_id": _TEXT,
            "contains_id": _TEXT,
        },
        ("fare_id", "route_id", "origin_id", "destination_id", "contains_id"),
        OnFault.IGNORE,
    ),
    "attributions": TableSpec(
        {
            "attribution_id": _TEXT,
            "agency_id": _to("agency.agency_id"),
            "route_id": _to("routes.route_id"),
            "trip_id": _to("trips.trip_id"),
            "organization_name": _NAME,
            "is_producer": _enum(0, 1),
            "is_operator": _enum(0, 1),
            "is_authority": _enum(0, 1),
            "attribution_url": _LINK,
            "attribution_email": _EMAIL,
            "attribution_phone": _PHONE,
        },
        (),
        OnFault.IGNORE,
    ),
}

NOT_EVALUATED = frozenset(
    {
        "areas",
        "booking_rules",
        "fare_leg_join_rules",
        "fare_leg_rules",
        "fare_media",
        "fare_products",
        "fare_transfer_rules",
        "levels",
        "location_group_stops",
        "location_groups",
        "networks",
        "pathways",
        "rider_categories",
        "route_networks",
        "stop_areas",
        "timeframes",
        "translations",
    }
)
"""Files of the reference that the portal does not read."""


NOT_EVALUATED_FIELDS = frozenset(
    {
        "cars_allowed",
        "cemv_support",
        "continuous_drop_off",
        "continuous_pickup",
        "default_lang",
        "drop_off_booking_rule_id",
        "feed_contact_email",
        "feed_contact_url",
        "level_id",
        "network_id",
        "pickup_booking_rule_id",
        "route_sort_order",
        "safe_duration_factor",
        "safe_duration_offset",
        "stop_access",
        "tts_stop_name",
    }
)
"""Fields of the reference that the portal does not read, in whichever file."""


def file_of(table: str) -> str:
    return f"{table}.txt"
