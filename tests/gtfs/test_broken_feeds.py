"""The 38 defective feeds of google/transitfeed: each is refused, or accepted with the right finding.

A line of the table: feed, refused or number of trips, then what must be found as code@file:line.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import gtfs
from tests.gtfs.feeds import errors

pytestmark = pytest.mark.real

TABLE = """
au-sydney-entrances      refused  missing_required_file@routes.txt missing_calendar_and_calendar_date_files@calendar.txt
bad_date_format          refused  invalid_date@calendar.txt:2 invalid_date@calendar_dates.txt:2
bad_eol.zip              142      mixed_line_ends@calendar.txt:2 mixed_line_ends@routes.txt:5
bad_utf8                 refused  invalid_encoding@agency.txt:1 invalid_encoding@routes.txt:5
contains_null            refused  invalid_character@stops.txt:9
duplicate_schedule_id    142      duplicate_key@calendar.txt:4
duplicate_stop           143
duplicate_stop_sequence  refused  duplicate_key@stop_times.txt:4
empty_file               refused  empty_file@agency.txt
extra_row_cells          142      invalid_row_length@routes.txt:4
filter_unusual_trips     152
flatten_feed             8        unusable_trip@stop_times.txt:23 stop_without_stop_time@stops.txt:8
good_feed                142
good_feed.zip            142
googletransit            142      invalid_input_files_in_subfolder@good_feed
invalid_agency_ids       refused  missing_required_agency_id@agency.txt:3
invalid_route_agency     refused  foreign_key_violation@routes.txt:4
missing_agency           refused  missing_required_file@agency.txt
missing_calendar         refused  missing_calendar_and_calendar_date_files@calendar.txt
missing_column           refused  missing_required_column@agency.txt:1
missing_departure_time   1        stop_time_with_only_arrival_or_departure_time@stop_times.txt:3
missing_endpoint_times   refused  missing_trip_edge@stop_times.txt:16 missing_trip_edge@stop_times.txt:21
missing_routes           refused  missing_required_file@routes.txt
missing_row_cells        142      invalid_row_length@routes.txt:4
missing_stop_times       refused  missing_required_file@stop_times.txt
missing_stops            refused  missing_required_file@stops.txt
missing_trips            refused  missing_required_file@trips.txt
missing_weekday_column   refused  missing_required_column@calendar.txt:1
negative_stop_sequence   refused  number_out_of_range@stop_times.txt:9
one_line.kml             refused  invalid_input_files@one_line.kml
one_stop.kml             refused  invalid_input_files@one_stop.kml
only_calendar_dates      142
repeated_route_name      142      duplicate_route_name@routes.txt:5
same_short_long_name     142      route_long_name_contains_short_name@routes.txt:5
undefined_stop           refused  foreign_key_violation@stop_times.txt:11
unknown_file             9        unknown_file@frecuencias.txt
unknown_format.zip       refused  invalid_input_files@unknown_format.zip
unrecognized_columns     142      unknown_column@agency.txt:1 unknown_column@calendar.txt:1
unused_stop              142      stop_without_stop_time@stops.txt:6
upgrade_translations     refused  several_feeds@
utf16                    142      invalid_encoding@agency.txt:1
utf8bom                  142
"""
ROWS = [line.split(maxsplit=2) for line in TABLE.strip().splitlines()]


def test_the_table_names_every_feed(real_data: Path) -> None:
    assert sorted(path.name for path in (real_data / "broken_feeds").iterdir()) == sorted(r[0] for r in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_broken_feed(real_data: Path, row: list[str]) -> None:
    name, outcome, *expected = row
    loaded = gtfs.load(real_data / "broken_feeds" / name)
    found = {f"{f.code}@{f.file}" + (f":{f.line}" if f.line else "") for f in loaded.findings}
    assert set(" ".join(expected).split()) <= found
    if loaded.timetable is None:
        assert outcome == "refused"
        assert errors(loaded)
    else:
        assert outcome == str(loaded.timetable.n_trips)
        assert not errors(loaded)
