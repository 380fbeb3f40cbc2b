"""Any well-formed feed comes out of the arrays with the times that went in."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gtfs.feeds import built, feed, timetable_text

STOP_IDS = ["A", "B", "C", "ä ö", "NA", "001"]
STOPS = "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(
    f"{stop_id},Ort {i},51.{i},13.{i}\n" for i, stop_id in enumerate(STOP_IDS)
)
minutes = st.integers(0, 59)


@st.composite
def trips(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    """(stop, arrival, departure) of two to six halts; times never fall and may pass several midnights."""
    stops = draw(st.lists(st.sampled_from(STOP_IDS), min_size=2, max_size=6))
    clock = draw(st.integers(0, 50 * 60))
    halts = []
    for stop in stops:
        arrival = clock + draw(minutes)
        clock = arrival + draw(st.sampled_from([0, 0, 1, 5]))
        halts.append((stop, arrival * 60, clock * 60))
    return halts


def hms(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def line(name: str, halts: list[tuple[str, int, int]]) -> str:
    texts = [
        f"{stop} {hms(arr)[:-3].zfill(5)}" + ("" if arr == dep else f"/{hms(dep)[:-3].zfill(5)}")
        for stop, arr, dep in halts
    ]
    return " | ".join([name, *texts])


@settings(max_examples=40, deadline=None)
@given(world=st.lists(trips(), min_size=1, max_size=6), shuffle=st.randoms(use_true_random=False))
def test_times_come_out_as_they_went_in(world: list[list[tuple[str, int, int]]], shuffle: object) -> None:
    rows = [
        f"t{i},{hms(arr)},{hms(dep)},{stop},{sequence * 7}\n"
        for i, halts in enumerate(world)
        for sequence, (stop, arr, dep) in enumerate(halts)
    ]
    shuffle.shuffle(rows)  # type: ignore[attr-defined]
    files = feed(
        stops=STOPS,
        trips="route_id,service_id,trip_id\n" + "".join(f"R,WEEK,t{i}\n" for i in range(len(world))),
        stop_times="trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + "".join(rows),
    )
    with tempfile.TemporaryDirectory() as folder:
        timetable = built(files, Path(folder))
    assert sorted(timetable_text(timetable)) == sorted(line(f"t{i}", halts) for i, halts in enumerate(world))


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(
        ["stops", "trips", "stop_times", "calendar", "routes", "agency", "transfers", "frequencies"]
    ),
    content=st.binary(max_size=200),
    keep=st.integers(0, 80),
)
def test_no_bytes_whatever_stop_the_import(name: str, content: bytes, keep: int) -> None:
    from tests.gtfs.feeds import load

    original = feed().get(f"{name}.txt", "")
    start = original if isinstance(original, bytes) else original.encode()
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(feed(**{name: start[:keep] + content}), Path(folder))
    codes = {finding.code for finding in loaded.findings}
    assert "runtime_exception_in_validator_error" not in codes
