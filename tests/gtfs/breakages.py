"""A good feed broken in many ways, one line for each: what is done to it, and what must be said.

    file | what is done | outcome | code@file:line …

What is done, `A → B` always in one line of the file or in all its lines (`*`):

    delete                      without the file
    = text                      the file has this content (\\n, \\t, \\0, \\xNN as in Python)
    3: old → new                in line 3, `old` becomes `new`
    *: old → new                everywhere
    3: delete                   without line 3
    3: repeat                   line 3 twice
    + text                      one more line at the end
    column name                 without this column
    column name = value         one more column with this value in every row
    encode codec                written in another encoding
    name other                  the file has another name

Outcomes: `refused`, or the number of trips the timetable still has; codes may be several. The feed has
four stops (A to D and the station S of A and B), two lines, 60 trips of three halts (t1 first: lines 2
to 4 of stop_times.txt), so that one broken trip is among few.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.gtfs.feeds import Files

N_TRIPS = 60


def good_feed() -> dict[str, str]:
    """Every file that is checked, without a single remark."""
    trips = [f"{'R' if i % 2 else 'Q'},WEEK,t{i},Radebeul,0,,L,1,1" for i in range(1, N_TRIPS + 1)]
    halts = []
    for i in range(1, N_TRIPS + 1):
        clock = [
            f"{minute // 60:02}:{minute % 60:02}:00" for minute in (300 + 15 * i, 312 + 15 * i, 330 + 15 * i)
        ]
        halts += [
            f"t{i},{clock[0]},{clock[0]},A,1,0,1,0,1",
            f"t{i},{clock[1]},{clock[1]},C,2,0,0,9.5,1",
            f"t{i},{clock[2]},{clock[2]},D,3,1,0,18.0,1",
        ]
    lines = {
        "agency.txt": [
            "agency_id,agency_name,agency_url,agency_timezone,agency_lang,agency_phone,agency_email",
            "V,Verkehrsgesellschaft Meißen,https://example.org,Europe/Berlin,de,03521 7416 0,info@example.org",
        ],
        "stops.txt": [
            "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,platform_code,wheelchair_boarding,stop_url,stop_code",
            "A,Meißen Markt,51.1634,13.4714,0,S,1,1,https://example.org/a,100",
            "B,Meißen Markt,51.1635,13.4716,0,S,2,1,https://example.org/b,101",
            "C,Coswig Börse,51.1300,13.5800,0,,,0,https://example.org/c,102",
            "D,Radebeul Ost,51.1030,13.6780,,,,2,https://example.org/d,103",
            "S,Meißen Markt,51.1634,13.4715,1,,,1,https://example.org/s,104",
        ],
        "routes.txt": [
            "route_id,agency_id,route_short_name,route_long_name,route_type,route_color,route_text_color",
            "R,V,421,Meißen – Radebeul,3,00A1FF,FFFFFF",
            "Q,V,422,Meißen – Coswig – Radebeul,3,,",
        ],
        "trips.txt": [
            "route_id,service_id,trip_id,trip_headsign,direction_id,block_id,shape_id,wheelchair_accessible,bikes_allowed",
            *trips,
            "R,WEEK,t0,Markt,1,,,1,1",
        ],
        "stop_times.txt": [
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type,shape_dist_traveled,timepoint",
            *halts,
            "t0,04:00:00,04:00:00,D,1,0,1,,1",
            "t0,04:40:00,04:40:00,B,2,1,0,,1",
        ],
        "calendar.txt": [
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            "WEEK,1,1,1,1,1,0,0,20260601,20260731",
        ],
        "calendar_dates.txt": ["service_id,date,exception_type", "WEEK,20260606,1", "WEEK,20260604,2"],
        "frequencies.txt": [
            "trip_id,start_time,end_time,headway_secs,exact_times",
            "t0,04:00:00,05:00:00,1800,1",
        ],
        "transfers.txt": [
            "from_stop_id,to_stop_id,transfer_type,min_transfer_time",
            "A,B,2,120",
            "S,S,0,",
        ],
        "shapes.txt": [
            "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled",
            "L,51.1634,13.4714,1,0",
            "L,51.1300,13.5800,2,9.5",
            "L,51.1030,13.6780,3,18.0",
        ],
        "feed_info.txt": [
            "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version",
            "Landkreis,https://example.org,de,20260601,20260731,7a",
        ],
        "fare_attributes.txt": ["fare_id,price,currency_type,payment_method,transfers", "e,2.80,EUR,0,0"],
        "fare_rules.txt": ["fare_id,route_id", "e,R"],
        "attributions.txt": ["organization_name,is_producer,attribution_url", "VVO,1,https://example.org"],
    }
    return {name: "\n".join(rows) + "\n" for name, rows in lines.items()}


TABLE = r'''
agency | delete | refused | missing_required_file@agency.txt
agency | = | refused | empty_file@agency.txt
agency | 2: delete | refused | empty_file@agency.txt:1
agency | column agency_name | refused | missing_required_column@agency.txt:1
agency | column agency_timezone | refused | missing_required_column@agency.txt:1
agency | column agency_url | refused | missing_required_column@agency.txt:1
agency | 2: Europe/Berlin → Europe/Meissen | refused | invalid_timezone@agency.txt:2
agency | 2: Europe/Berlin →  | refused | missing_required_field@agency.txt:2
agency | 2: Europe/Berlin → MEZ | refused | invalid_timezone@agency.txt:2
agency | 2: Verkehrsgesellschaft Meißen →  | refused | missing_required_field@agency.txt:2
agency | 2: https://example.org → www.example.org | 62 | invalid_url@agency.txt:2
agency | 2: ,de, → ,deutsch_, | 62 | invalid_language_code@agency.txt:2
agency | 2: 03521 7416 0 → keine | 62 | invalid_phone_number@agency.txt:2
agency | 2: info@example.org → info(at)example.org | 62 | invalid_email@agency.txt:2
agency | + V,Anderer,https://example.org,Europe/Berlin,de,, | refused | duplicate_key@agency.txt:3
agency | 2: repeat | 62 | duplicate_key@agency.txt:3
agency | + ,Anderer,https://example.org,Europe/Berlin,de,, | refused | missing_required_agency_id@agency.txt:3
agency | + W,Anderer,https://example.org,Europe/London,de,, | refused | inconsistent_agency_timezone@agency.txt:3
agency | 2: V, → W, | refused | foreign_key_violation@routes.txt:2 foreign_key_violation@routes.txt:3
agency | name Agency.txt | refused | missing_required_file@agency.txt unknown_file@Agency.txt
stops | delete | refused | missing_required_file@stops.txt
stops | = <!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n | refused | csv_parsing_failed@stops.txt:1
stops | = {"error": "not found"}\n | refused | csv_parsing_failed@stops.txt:1
stops | = \n\n\n | refused | csv_parsing_failed@stops.txt:1
stops | column stop_id | refused | missing_required_column@stops.txt:1
stops | column stop_lat | refused | missing_required_column@stops.txt:1
stops | column stop_lon | refused | missing_required_column@stops.txt:1
stops | column stop_name | 62 | missing_stop_name@stops.txt:2
stops | 4: C, → , | refused | missing_required_field@stops.txt:4 foreign_key_violation@stop_times.txt:3
stops | 4: C, → X, | refused | foreign_key_violation@stop_times.txt:3
stops | 4: delete | refused | foreign_key_violation@stop_times.txt:3
stops | 4: repeat | 62 | duplicate_key@stops.txt:5
stops | + C,Andere,51.2,13.2,0,,,0,,9 | refused | duplicate_key@stops.txt:7
stops | 4: Coswig Börse →  | 62 | missing_stop_name@stops.txt:4
stops | 4: 51.1300 → 0, 13.5800 → 0 | refused | point_near_origin@stops.txt:4
stops | 4: 51.1300 → 899.99 | refused | number_out_of_range@stops.txt:4
stops | 4: 13.5800 → -181 | refused | number_out_of_range@stops.txt:4
stops | 4: 51.1300 → NaN | refused | invalid_float@stops.txt:4
stops | 4: 51.1300 → inf | refused | invalid_float@stops.txt:4
stops | 4: 51.1300 → 51°7'48" | refused | invalid_float@stops.txt:4
stops | 4: 51.1300 → "51,1300" | refused | invalid_float@stops.txt:4
stops | 4: 51.1300 → 51,1300 | refused | invalid_row_length@stops.txt:4
stops | 4: 51.1300 → 90 | refused | point_near_pole@stops.txt:4
stops | 4: 51.1300 →  | refused | stop_without_location@stops.txt:4
stops | 4: 51.1300,13.5800 → 13.5800,51.1300 | 62 | stop_far_off@stops.txt:4
stops | 4: ,0, → ,7, | 62 | unexpected_enum_value@stops.txt:4
stops | 4: ,0, → ,zwei, | refused | invalid_integer@stops.txt:4
stops | 4: 51.1300,13.5800,0 → 51.1300,13.5800,1 | refused | location_with_unexpected_stop_time@stop_times.txt:3
stops | 4: 51.1300,13.5800,0, → 51.1300,13.5800,2,S | refused | location_with_unexpected_stop_time@stop_times.txt:3
stops | 2: ,S, → ,X, | 62 | foreign_key_violation@stops.txt:2
stops | 2: ,S, → ,C, | 62 | wrong_parent_location_type@stops.txt:2
stops | 2: ,S, → ,A, | 62 | wrong_parent_location_type@stops.txt:2
stops | 6: ,1,,, → ,1,S,, | 62 | station_with_parent_station@stops.txt:6
stops | + E,Eingang,51.1634,13.4714,2,,,0,,9 | 62 | location_without_parent_station@stops.txt:7
stops | + F,Nirgends,51.1634,13.4714,0,,,0,,9 | 62 | stop_without_stop_time@stops.txt:7
stops | 2: ,1,1,https → ,1,5,https | 62 | unexpected_enum_value@stops.txt:2
stops | 2: https://example.org/a → example | 62 | invalid_url@stops.txt:2
stops | 4: Coswig → "Coswig | refused | csv_parsing_failed@stops.txt:4
stops | 4: Coswig Börse → "Coswig" Börse | refused | csv_parsing_failed@stops.txt:4
stops | 4: Coswig Börse → """Coswig"" Börse" | 62 |
stops | 4: Coswig Börse → "Coswig\nBörse" | 62 | new_line_in_value@stops.txt:4
stops | 4: Coswig Börse → Coswig, Börse | refused | invalid_row_length@stops.txt:4
stops | 4: Coswig Börse → \tCoswig Börse  | 62 | leading_or_trailing_whitespaces@stops.txt:4
stops | 4: Coswig Börse → Coswig\0Börse | refused | invalid_character@stops.txt:4
stops | 4: Coswig Börse → Coswig B\ufffdrse | 62 | invalid_character@stops.txt:4
stops | 4: Coswig Börse → Coswig BÃ¶rse | 62 | twice_encoded_text@stops.txt:4
stops | 4: Coswig Börse → Coswig\u202eesröB | 62 | non_ascii_or_non_printable_char@stops.txt:4
stops | 4: Coswig Börse → <script>alert(1)</script> | 62 |
stops | 4: C, → C\x07, | refused | non_ascii_or_non_printable_char@stops.txt:4 foreign_key_violation@stop_times.txt:3
stops | 4: ,102 →  | 62 | invalid_row_length@stops.txt:4
stops | 4: ,102 → ,102,,, | 62 | invalid_row_length@stops.txt:4
stops | 4: ,102 → ,102,103 | refused | invalid_row_length@stops.txt:4
stops | 1: stop_id → Stop_ID | refused | missing_required_column@stops.txt:1 unknown_column@stops.txt:1
stops | 1: stop_id →  stop_id  | 62 | leading_or_trailing_whitespaces@stops.txt:1
stops | 1: stop_id → \ufeffstop_id | 62 |
stops | 1: stop_code → stop_name | refused | duplicated_column@stops.txt:1
stops | 1: stop_code →  | 62 | empty_column_name@stops.txt:1
stops | 1: stop_code → halte_code | 62 | unknown_column@stops.txt:1
stops | 1: delete | refused | csv_parsing_failed@stops.txt:1
stops | *: , → ; | refused | csv_parsing_failed@stops.txt:1
stops | *: , → \t | refused | csv_parsing_failed@stops.txt:1
stops | *: , → | | refused | csv_parsing_failed@stops.txt:1
stops | *: \n → \r\n | 62 |
stops | *: \n → \r | 62 |
stops | 4: 102\n → 102\r\n | 62 | mixed_line_ends@stops.txt:4
stops | 4: 102\n → 102\n\n | 62 |
stops | 4: 102\n → 102\n,,,,,,,,,\n | 62 | empty_row@stops.txt:5
stops | encode utf-16 | 62 | invalid_encoding@stops.txt:1
stops | encode utf-16-be | 62 | invalid_encoding@stops.txt:1
stops | encode utf-32 | 62 | invalid_encoding@stops.txt:1
stops | encode utf-8-sig | 62 |
stops | encode cp1252 | 62 | invalid_encoding@stops.txt:2
stops | encode cp437 | 62 | invalid_encoding@stops.txt:2
stops | 4: 51.1300 → 51.1300xxxxx | refused | invalid_float@stops.txt:4
routes | delete | refused | missing_required_file@routes.txt
routes | column route_id | refused | missing_required_column@routes.txt:1
routes | column route_type | refused | missing_required_column@routes.txt:1
routes | 2: R, → X, | refused | foreign_key_violation@trips.txt:2
routes | 2: R, → , | refused | missing_required_field@routes.txt:2
routes | 2: repeat | 62 | duplicate_key@routes.txt:3
routes | + R,V,999,Anders,3,, | refused | duplicate_key@routes.txt:4
routes | 2: ,3, → ,, | refused | missing_required_field@routes.txt:2
routes | 2: ,3, → ,Bus, | refused | invalid_integer@routes.txt:2
routes | 2: ,3, → ,99, | 62 | unexpected_enum_value@routes.txt:2
routes | 2: ,3, → ,-3, | refused | number_out_of_range@routes.txt:2
routes | 2: R,V, → R,X, | refused | foreign_key_violation@routes.txt:2
routes | 2: 421,Meißen – Radebeul → , | 62 | route_both_short_and_long_name_missing@routes.txt:2
routes | 2: 421 → Meißen – Radebeul | 62 | route_long_name_contains_short_name@routes.txt:2 route_short_name_too_long@routes.txt:2
routes | 3: 422,Meißen – Coswig – Radebeul → 421,Meißen – Radebeul | 62 | duplicate_route_name@routes.txt:3
routes | 2: 00A1FF → blau | 62 | invalid_color@routes.txt:2
trips | delete | refused | missing_required_file@trips.txt
trips | column trip_id | refused | missing_required_column@trips.txt:1
trips | column route_id | refused | missing_required_column@trips.txt:1
trips | column service_id | refused | missing_required_column@trips.txt:1
trips | 3: ,t2, → ,, | refused | missing_required_field@trips.txt:3 foreign_key_violation@stop_times.txt:5
trips | 3: ,t2, → ,t1, | refused | duplicate_key@trips.txt:3
trips | 3: repeat | 62 | duplicate_key@trips.txt:4
trips | 3: Q,WEEK → X,WEEK | 61 | foreign_key_violation@trips.txt:3 broken_records_left_out@
trips | 3: WEEK → END | 61 | foreign_key_violation@trips.txt:3
trips | 3: WEEK →  | 61 | missing_required_field@trips.txt:3
trips | 3: delete | 61 | foreign_key_violation@stop_times.txt:5
trips | *: WEEK → END | refused | foreign_key_violation@trips.txt:2
trips | 3: ,0,,L → ,5,,L | 62 | unexpected_enum_value@trips.txt:3
trips | 3: ,L,1,1 → ,M,1,1 | 62 | foreign_key_violation@trips.txt:3
trips | 3: ,L,1,1 → ,L,3,1 | 62 | unexpected_enum_value@trips.txt:3
trips | 3: ,,L → ,U,L, 4: ,,L → ,U,L | 62 | block_trips_with_overlapping_stop_times@trips.txt:4
trips | + R,WEEK,leer,Markt,1,,,1,1 | 62 | unused_trip@trips.txt:63
stop_times | delete | refused | missing_required_file@stop_times.txt
stop_times | = trip_id,arrival_time,departure_time,stop_id,stop_sequence\n | refused | empty_file@stop_times.txt:1
stop_times | column trip_id | refused | missing_required_column@stop_times.txt:1
stop_times | column arrival_time | refused | missing_required_column@stop_times.txt:1
stop_times | column departure_time | refused | missing_required_column@stop_times.txt:1
stop_times | column stop_id | refused | missing_required_column@stop_times.txt:1
stop_times | column stop_sequence | refused | missing_required_column@stop_times.txt:1
stop_times | 3: 05:27:00,05:27:00 → 5:27:00,5:27:00 | 62 |
stop_times | 3: 05:27:00,05:27:00 → 05:27,05:27 | 61 | invalid_time@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → 05:61:00,05:61:00 | 61 | invalid_time@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → 999:99:99,999:99:99 | 61 | invalid_time@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → 999:00:00,999:00:00 | 61 | invalid_time@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → -05:27:00,-05:27:00 | 61 | invalid_time@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → 5 Uhr 27,5 Uhr 27 | 61 | invalid_time@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → 19620,19620 | 61 | invalid_time@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → 05:28:00,05:27:00 | 61 | start_and_end_range_out_of_order@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → 05:10:00,05:10:00 | 61 | stop_time_with_arrival_before_previous_departure_time@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → 05:27:00, | 62 | stop_time_with_only_arrival_or_departure_time@stop_times.txt:3
stop_times | 3: 05:27:00,05:27:00 → , | 62 | stop_time_timepoint_without_times@stop_times.txt:3
stop_times | 2: 05:15:00,05:15:00 → , | 61 | missing_trip_edge@stop_times.txt:2
stop_times | 4: 05:45:00,05:45:00 → , | 61 | missing_trip_edge@stop_times.txt:4
stop_times | 4: 05:45:00,05:45:00 → 05:27:30,05:27:30 | 62 | fast_travel_between_consecutive_stops@stop_times.txt:4
stop_times | 3: ,C,2 → ,X,2 | 61 | foreign_key_violation@stop_times.txt:3
stop_times | 3: ,C,2 → ,,2 | 61 | missing_required_field@stop_times.txt:3
stop_times | 3: ,C,2 → ,S,2 | 61 | location_with_unexpected_stop_time@stop_times.txt:3
stop_times | 3: ,C,2 → ,C,1 | 61 | duplicate_key@stop_times.txt:3
stop_times | 3: ,C,2 → ,C,-2 | 61 | number_out_of_range@stop_times.txt:3
stop_times | 3: ,C,2 → ,C, | 61 | missing_required_field@stop_times.txt:3
stop_times | 3: ,C,2 → ,C,zwei | 61 | invalid_integer@stop_times.txt:3
stop_times | 3: ,C,2 → ,C,2.5 | 61 | invalid_integer@stop_times.txt:3
stop_times | 3: ,C,2 → ,C,99999999999 | 61 | invalid_integer@stop_times.txt:3
stop_times | 3: ,C,2 → ,C,5 | 61 | stop_time_with_arrival_before_previous_departure_time@stop_times.txt:3
stop_times | 3: t1, → x, | 62 | foreign_key_violation@stop_times.txt:3
stop_times | 3: t1, → , | 62 | missing_required_field@stop_times.txt:3
stop_times | 3: repeat | 62 | duplicate_key@stop_times.txt:4
stop_times | 3: ,0,0,9.5 → ,9,0,9.5 | 62 | unexpected_enum_value@stop_times.txt:3
stop_times | 3: 9.5 → -9.5 | 62 | number_out_of_range@stop_times.txt:3
stop_times | 3: 9.5 → weit | 62 | invalid_float@stop_times.txt:3
stop_times | 3: 9.5 → 99.5 | 62 | decreasing_or_equal_stop_time_distance@stop_times.txt:4
stop_times | *: :00, → , | refused | invalid_time@stop_times.txt:2 too_many_broken_records@
stop_times | + t0,05:00:00,05:00:00,A | 60 | invalid_row_length@stop_times.txt:184 missing_required_field@stop_times.txt:184
calendar | delete | 62 | expired_calendar@calendar_dates.txt:2
calendar | column monday | refused | missing_required_column@calendar.txt:1
calendar | column start_date | refused | missing_required_column@calendar.txt:1
calendar | column service_id | refused | missing_required_column@calendar.txt:1
calendar | 2: 20260731 → 2026-07-31 | refused | invalid_date@calendar.txt:2
calendar | 2: 20260731 → 31.07.2026 | refused | invalid_date@calendar.txt:2
calendar | 2: 20260731 → 20260732 | refused | invalid_date@calendar.txt:2
calendar | 2: 20260731 → 20260229 | refused | invalid_date@calendar.txt:2
calendar | 2: 20260731 → 00000000 | refused | invalid_date@calendar.txt:2
calendar | 2: 20260731 →  | refused | missing_required_field@calendar.txt:2
calendar | 2: 20260731 → 20260501 | refused | start_and_end_range_out_of_order@calendar.txt:2
calendar | 2: 20260601 → 19260601 | 62 | service_range_too_long@calendar.txt:2
calendar | 2: 20260731 → 21260731 | 62 | service_range_too_long@calendar.txt:2
calendar | 2: ,1,1,1 → ,2,1,1 | refused | unexpected_enum_value@calendar.txt:2
calendar | 2: ,1,1,1 → ,ja,1,1 | refused | invalid_integer@calendar.txt:2
calendar | 2: ,1,1,1 → ,,1,1 | refused | missing_required_field@calendar.txt:2
calendar | 2: repeat | 62 | duplicate_key@calendar.txt:3
calendar | + WEEK,0,0,0,0,0,1,1,20260601,20260731 | refused | duplicate_key@calendar.txt:3
calendar_dates | 2: 20260606 → 20260906 | 62 | too_many_days_without_service@calendar.txt
calendar_dates | 2: 20260606 → 20260631 | refused | invalid_date@calendar_dates.txt:2
calendar_dates | 2: ,1 → ,3 | refused | unexpected_enum_value@calendar_dates.txt:2
calendar_dates | 2: ,1 → , | refused | missing_required_field@calendar_dates.txt:2
calendar_dates | 3: 20260604 → 20260606 | refused | duplicate_key@calendar_dates.txt:3
calendar_dates | column date | refused | missing_required_column@calendar_dates.txt:1
frequencies | 2: t0 → x | 61 | foreign_key_violation@frequencies.txt:2
frequencies | 2: 1800 → 0 | 60 | number_out_of_range@frequencies.txt:2
frequencies | 2: 1800 → -60 | 60 | number_out_of_range@frequencies.txt:2
frequencies | 2: 1800 → oft | 60 | invalid_integer@frequencies.txt:2
frequencies | 2: 05:00:00,1800 → 167:00:00,1 | refused | number_out_of_range@frequencies.txt:2
frequencies | 2: 05:00:00 → 03:00:00 | 60 | start_and_end_range_out_of_order@frequencies.txt:2
frequencies | 2: 05:00:00 → 04:00:00 | 60 | start_and_end_range_equal@frequencies.txt:2
frequencies | + t0,04:30:00,06:00:00,1800,1 | 65 | overlapping_frequency@frequencies.txt:3
frequencies | 2: 04:00:00,05:00:00 → 4 Uhr,5 Uhr | 60 | invalid_time@frequencies.txt:2
frequencies | column headway_secs | refused | missing_required_column@frequencies.txt:1
transfers | 2: A,B → X,B | 62 | foreign_key_violation@transfers.txt:2
transfers | 2: ,2,120 → ,9,120 | 62 | unexpected_enum_value@transfers.txt:2
transfers | 2: ,120 → ,-120 | 62 | number_out_of_range@transfers.txt:2
transfers | 2: ,120 → , | 62 | missing_required_field@transfers.txt:2
transfers | 2: A,B → A,D | 62 | transfer_distance_too_large@transfers.txt:2
transfers | + A,B,3, | 62 | duplicate_key@transfers.txt:4
transfers | = <html></html>\n | 62 | csv_parsing_failed@transfers.txt:1
shapes | 3: 51.1300 → 899.99 | 62 | number_out_of_range@shapes.txt:3
shapes | 3: L,51 → ,51 | 62 | missing_required_field@shapes.txt:3
shapes | 3: ,2,9.5 → ,1,9.5 | 62 | duplicate_key@shapes.txt:3
shapes | 3: ,2,9.5 → ,2,0 | 62 | equal_shape_distance_diff_coordinates@shapes.txt:3
shapes | 3: ,2,9.5 → ,2,99 | 62 | decreasing_shape_distance@shapes.txt:4
shapes | + M,51.1,13.5,1,0 | 62 | single_shape_point@shapes.txt:5 unused_shape@shapes.txt:5
shapes | column shape_pt_lat | 62 | missing_required_column@shapes.txt:1
feed_info | 2: 20260731 → morgen | 62 | invalid_date@feed_info.txt:2
feed_info | 2: 20260731 → 20250731 | 62 | start_and_end_range_out_of_order@feed_info.txt:2
feed_info | + Zwei,https://example.org,de,,, | 62 | more_than_one_entity@feed_info.txt:3
fare_attributes | 2: 2.80 → -2.80 | 62 | number_out_of_range@fare_attributes.txt:2
fare_attributes | 2: EUR → Euro | 62 | invalid_currency@fare_attributes.txt:2
fare_rules | 2: e,R → x,R | 62 | foreign_key_violation@fare_rules.txt:2
attributions | 2: ,1, → ,7, | 62 | unexpected_enum_value@attributions.txt:2
'''


@dataclass(frozen=True)
class Breakage:
    """`expected` are code@file:line; `trips` is None where the feed must be refused."""

    file: str
    deed: str
    trips: int | None
    expected: frozenset[str]

    def __str__(self) -> str:
        return f"{self.file} {self.deed}"

    def done(self) -> Files:
        """The good feed, broken."""
        files: Files = dict(good_feed())
        name = f"{self.file}.txt"
        text = str(files.pop(name))
        content = _done(text, self.deed)
        if content is not None:
            files[self.deed.removeprefix("name ") if self.deed.startswith("name ") else name] = content
        return files


def breakages() -> list[Breakage]:
    return [_parsed(line) for line in TABLE.strip().splitlines()]


def _parsed(line: str) -> Breakage:
    file, rest = line.split(" | ", 1)
    deed, outcome, expected = re.fullmatch(r"(.*) \| (refused|\d+) \|(.*)", rest).groups()  # type: ignore[union-attr]
    trips = None if outcome == "refused" else int(outcome)
    return Breakage(file, deed, trips, frozenset(expected.split()))


def _done(text: str, deed: str) -> str | bytes | None:
    word, _, rest = deed.partition(" ")
    match word:
        case "delete":
            return None
        case "=":
            return _plain(rest)
        case "+":
            return text + rest + "\n"
        case "column":
            return _without_column(text, rest)
        case "encode":
            return text.encode(rest)
        case "name":
            return text
    for part in re.split(r", (?=\d+: )", deed):
        where, _, what = part.partition(": ")
        text = _at(text, where, what)
    return text


def _at(text: str, where: str, what: str) -> str:
    lines = text.splitlines(keepends=True)
    at = slice(None) if where == "*" else slice(int(where) - 1, int(where))
    if what in ("delete", "repeat"):
        lines[at] = lines[at] * (what == "repeat") * 2
        return "".join(lines)
    for swap in what.split(", ") if what.count(" → ") > 1 else [what]:
        old, new = map(_plain, swap.split(" → ", 1) if " → " in swap else (swap.removesuffix(" →"), ""))
        assert any(old in line for line in lines[at]), (where, old)
        lines[at] = [
            line.replace(old, new) if where == "*" else line.replace(old, new, 1) for line in lines[at]
        ]
    return "".join(lines)


def _without_column(text: str, name: str) -> str:
    rows = [line.split(",") for line in text.splitlines()]
    at = rows[0].index(name)
    return "".join(",".join(row[:at] + row[at + 1 :]) + "\n" for row in rows)


def _plain(text: str) -> str:
    """With \\n, \\t, \\0, \\x07 and \\u202e as in Python."""
    return re.sub(
        r"\\(n|r|t|0|x\w\w|u\w{4})", lambda found: f"\\{found[1]}".encode().decode("unicode_escape"), text
    )
