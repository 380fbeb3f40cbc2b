"""Alerts of a live source as passengers read them: in which language, when, and about what."""

from __future__ import annotations

import pytest

from gtfs.alerts import read_alerts
from gtfs.realtime import Remark, Tally
from mitfahr.alert_notices import notices_of
from mitfahr.domain.local_keys import LineKey
from mitfahr.domain.notices import Cause, Notice, NoticeText, Severity
from routing.timetable import Timetable
from tests.gtfs.feeds import built, feed
from tests.gtfs.messages import message

TITLE = 'header_text { translation { text: "Umleitung" } }'


@pytest.fixture(scope="module")
def timetable(tmp_path_factory: pytest.TempPathFactory) -> Timetable:
    return built(feed(), tmp_path_factory.mktemp("feed"))


def notices(timetable: Timetable, text: str) -> tuple[dict[str, Notice], Tally]:
    tally = Tally()
    return notices_of(read_alerts(message(alerts={"a1": text})), timetable, "first", tally), tally


def test_texts_times_and_importance(timetable: Timetable) -> None:
    text = """
        header_text { translation { text: " Umleitung " } translation { text: "Diversion" language: "en-GB" } }
        description_text { translation { text: "Bis Freitag." language: "de" } translation { text: "?" language: "fr" } }
        active_period { start: 100 end: 200 } active_period { start: 300 }
        cause: CONSTRUCTION severity_level: SEVERE url { translation { text: "https://example.org/bau" } }
    """
    found, tally = notices(timetable, text)
    assert found["a1"] == Notice(
        texts={"en": NoticeText("Diversion", ""), "de": NoticeText("Umleitung", "Bis Freitag.")},
        severity=Severity.SEVERE,
        cause=Cause.CONSTRUCTION,
        url="https://example.org/bau",
        periods=((100, 200), (300, None)),
    )
    assert tally.counts == {Remark.NOTICE: 1}


def test_a_language_that_nobody_here_speaks_is_better_than_nothing(timetable: Timetable) -> None:
    found, _ = notices(timetable, 'description_text { translation { text: "Travaux" language: "fr" } }')
    assert found["a1"].texts == {"de": NoticeText("Travaux", "Travaux")}


@pytest.mark.parametrize(
    ("informed", "expected"),
    [
        ('route_id: "R"', (LineKey("Verkehrsgesellschaft Meißen", "421"), None, "")),
        ('stop_id: "B"', (None, "Coswig Börse", "")),
        ('route_id: "R" stop_id: "B"', (LineKey("Verkehrsgesellschaft Meißen", "421"), "Coswig Börse", "")),
        ('agency_id: "V"', (LineKey("Verkehrsgesellschaft Meißen", ""), None, "")),
        ("route_type: 3", (LineKey("Verkehrsgesellschaft Meißen", "421"), None, "")),
        ('trip { trip_id: "t1" }', (None, None, "t1")),
    ],
)
def test_what_it_is_about(
    timetable: Timetable, informed: str, expected: tuple[LineKey | None, str | None, str]
) -> None:
    found, _ = notices(timetable, f"{TITLE} informed_entity {{ {informed} }}")
    (target,) = found["a1"].targets
    assert (target.line, target.stop.name if target.stop else None, target.trip_id) == expected


@pytest.mark.parametrize(
    "text",
    [
        f'{TITLE} informed_entity {{ route_id: "weg" }}',
        f'{TITLE} informed_entity {{ route_id: "R" stop_id: "weg" }}',
        f'{TITLE} informed_entity {{ trip {{ trip_id: "weg" }} }}',
        f"{TITLE} informed_entity {{ route_type: 0 }}",
        'header_text { translation { text: "  " } }',
        "",
    ],
)
def test_about_nothing_is_not_about_everything(timetable: Timetable, text: str) -> None:
    found, tally = notices(timetable, text)
    assert found == {}
    assert tally.json() == {"notice_unplaced": {"n": 1, "samples": ["a1"]}}
