"""Snapshot folders: opened as they were written, refused when they are not what they say, mended when written again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from routing import store
from routing.errors import SnapshotOutdated, SnapshotUnreadable
from routing.store import Texts
from routing.timetable import Timetable
from tests.gtfs.feeds import feed, to_zip
from tests.routing.osm_drawings import osm_file, way
from tests.worlds import world

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Shelf:
    numbers: NDArray[np.int32]
    table: NDArray[np.uint16]
    nothing: NDArray[np.float64]
    words: Texts
    title: str


def shelf() -> Shelf:
    return Shelf(
        np.arange(1000, dtype=np.int32),
        np.arange(12, dtype=np.uint16).reshape(3, 4),
        np.empty(0),
        Texts.of(["Meißen", "", "Großenhain"]),
        "Würfel",
    )


def write(parent: Path) -> Path:
    one = shelf()
    return store.write(parent, "shelf", {f.name: getattr(one, f.name) for f in fields(one)})


def read(folder: Path) -> Shelf:
    return Shelf(**store.read(folder, "shelf", Shelf))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written, found = shelf(), read(write(tmp_path))
    for name in ("numbers", "table", "nothing"):
        array = getattr(found, name)
        assert array.dtype == getattr(written, name).dtype
        np.testing.assert_array_equal(array, getattr(written, name))
    assert (list(found.words), found.title) == (["Meißen", "", "Großenhain"], "Würfel")


def test_the_files_are_ordinary_numpy_files(tmp_path: Path) -> None:
    np.testing.assert_array_equal(np.load(write(tmp_path) / "table.npy"), shelf().table)


def test_mapped_arrays_share_the_file_and_never_write_to_it(tmp_path: Path) -> None:
    folder = write(tmp_path)
    before = (folder / "numbers.npy").read_bytes()
    numbers = read(folder).numbers
    assert isinstance(numbers.base, np.memmap)
    numbers[0] = 99
    assert (folder / "numbers.npy").read_bytes() == before
    assert read(folder).numbers[0] == 0


def test_the_same_values_are_the_same_folder(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert first.name == second.name
    assert contents(first) == contents(second)
    stamp = (first / "numbers.npy").stat().st_mtime_ns
    assert write(tmp_path / "a") == first
    assert (first / "numbers.npy").stat().st_mtime_ns == stamp
    assert [path.name for path in (tmp_path / "a").iterdir()] == [first.name]  # no draft is left


def test_a_folder_reached_through_a_link_is_the_folder(tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(write(tmp_path))
    assert read(tmp_path / "here").title == "Würfel"


def rewritten(folder: Path, **changed: object) -> Path:
    """A sound folder whose manifest says something else."""
    manifest = json.loads((folder / store.MANIFEST).read_text()) | changed
    content = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False).encode()
    target = folder.with_name(f"shelf-{hashlib.sha256(content).hexdigest()[:16]}")
    folder.rename(target)
    (target / store.MANIFEST).write_bytes(content)
    return target


def test_another_version_is_outdated_not_damaged(tmp_path: Path) -> None:
    newer = rewritten(write(tmp_path), format=store.FORMAT_VERSION + 1)
    with pytest.raises(
        SnapshotOutdated, match=r"format \d+, this program reads format \d+; import the source again"
    ):
        read(newer)
    with pytest.raises(SnapshotOutdated, match="import the source again"):
        store.verify(newer, "shelf")


def test_another_kind_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(SnapshotUnreadable, match="written as drawer, not as shelf"):
        read(rewritten(write(tmp_path), kind="drawer"))


def _changed_manifest(folder: Path) -> None:
    path = folder / store.MANIFEST
    path.write_text(path.read_text().replace("Würfel", "Wurfel"))


def _truncated_manifest(folder: Path) -> None:
    path = folder / store.MANIFEST
    path.write_bytes(path.read_bytes()[:-20])


def _other_type(folder: Path) -> None:
    path = folder / store.MANIFEST
    path.write_text(path.read_text().replace('"<i4"', '"<f4"'))


def _truncated(folder: Path) -> None:
    path = folder / "numbers.npy"
    path.write_bytes(path.read_bytes()[:-4])


def _missing(folder: Path) -> None:
    (folder / "words.blob.npy").unlink()


def _empty(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def _flipped(folder: Path) -> None:
    path = folder / "numbers.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def _flipped_header(folder: Path) -> None:
    path = folder / "table.npy"
    path.write_bytes(path.read_bytes().replace(b"(3, 4)", b"(4, 3)"))


OPENING_NOTICES: list[tuple[Callable[[Path], None], str]] = [
    (_changed_manifest, r"manifest.json: damaged"),
    (_truncated_manifest, r"manifest.json: "),
    (_other_type, r"manifest.json: damaged"),
    (_truncated, r"numbers.npy: damaged, its size"),
    (_missing, r"words.blob.npy: .*No such file"),
    (_empty, r"manifest.json: .*No such file"),
]
ONLY_VERIFYING_NOTICES: list[tuple[Callable[[Path], None], str]] = [
    (_flipped, r"numbers.npy: damaged, its checksum"),
    (_flipped_header, r"table.npy: damaged, its checksum"),
]


@pytest.mark.parametrize(("damage", "message"), OPENING_NOTICES)
def test_opening_refuses(damage: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    folder = write(tmp_path)
    damage(folder)
    with pytest.raises(SnapshotUnreadable, match=message):
        read(folder)


@pytest.mark.parametrize(("damage", "message"), [*OPENING_NOTICES, *ONLY_VERIFYING_NOTICES])
def test_verifying_refuses(damage: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    folder = write(tmp_path)
    store.verify(folder, "shelf")
    damage(folder)
    if damage is _truncated:
        message = r"numbers.npy: damaged"
    with pytest.raises(SnapshotUnreadable, match=message):
        store.verify(folder, "shelf")


def test_a_damaged_header_changes_nothing_that_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path)
    _flipped_header(folder)
    np.testing.assert_array_equal(read(folder).table, shelf().table)


def test_a_folder_with_other_names_is_of_another_version(tmp_path: Path) -> None:
    folder = store.write(tmp_path, "shelf", {"numbers": np.arange(3), "title": "", "colour": "blau"})
    with pytest.raises(SnapshotOutdated, match="differs in colour, nothing, table, words; import"):
        read(folder)


@pytest.mark.parametrize("damage", [damage for damage, _ in [*OPENING_NOTICES, *ONLY_VERIFYING_NOTICES]])
def test_writing_again_mends(damage: Callable[[Path], None], tmp_path: Path) -> None:
    folder = write(tmp_path)
    sound = contents(folder)
    damage(folder)
    assert write(tmp_path) == folder
    assert contents(folder) == sound
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_who_mapped_a_folder_keeps_it_while_it_is_mended(tmp_path: Path) -> None:
    folder = write(tmp_path)
    _flipped(folder)
    mapped = read(folder).numbers
    last = int(mapped[-1])
    write(tmp_path)
    assert mapped[-1] == last != read(folder).numbers[-1]


BUILD = """
import sys
from pathlib import Path
import gtfs
from routing import hierarchy
from routing.linking import link
from routing.osm import read_osm
feed, extract, parent = map(Path, sys.argv[1:])
timetable = gtfs.load(feed).timetable
found = read_osm(extract)
car = hierarchy.build(found.roads)
for part in (timetable, found.roads, found.gazetteer, car, link(timetable, found.roads, car)):
    part.save(parent)
"""


def built(feed_path: Path, extract: Path, parent: Path, seed: int) -> dict[str, bytes]:
    """All bytes of what a process of its own builds, by folder and file."""
    environment = os.environ | {"PYTHONHASHSEED": str(seed)}
    subprocess.run(
        [sys.executable, "-c", BUILD, feed_path, extract, parent], check=True, cwd=ROOT, env=environment
    )
    return {
        f"{folder.name}/{name}": content
        for folder in sorted(parent.iterdir())
        for name, content in contents(folder).items()
    }


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_two_processes_build_the_same_bytes(tmp_path: Path) -> None:
    zipped = to_zip(feed(), tmp_path / "feed.zip")
    places = {i: (400.0 * (i % 4), 400.0 * (i // 4)) for i in range(12)}
    streets = [way(i, i + 1, highway="residential", name=f"Weg {i}") for i in range(11) if i % 4 < 3]
    streets += [way(i, i + 4, highway="secondary", name="Elbstraße") for i in range(8)]
    extract = osm_file(tmp_path, places, streets)
    first = built(zipped, extract, tmp_path / "first", seed=1)
    assert {name.split("-")[0] for name in first} == {"timetable", "roads", "gazetteer", "hierarchy", "links"}
    assert first == built(zipped, extract, tmp_path / "second", seed=2)


@pytest.mark.real
@pytest.mark.soak
def test_two_processes_build_the_same_bytes_of_a_real_region(real_data: Path, tmp_path: Path) -> None:
    zipped = real_data / "rnv" / "rnv_gtfs_20160919-20161007.zip"
    extract = real_data / "rnv" / "rnv.osm.pbf"
    first = built(zipped, extract, tmp_path / "first", seed=1)
    second = built(zipped, extract, tmp_path / "second", seed=2)
    assert [name for name in first if first[name] != second.get(name)] == []
    assert len(first) == len(second) > 80


def test_a_timetable_opens_within_milliseconds(tmp_path: Path) -> None:
    """It has more files than anything else; what is in them is not read."""
    folder = world("line 1 | A B\nt1 | 08:00 08:10").timetable.save(tmp_path)
    taken_s = []
    for _ in range(5):
        begin = time.process_time()
        Timetable.open(folder)
        taken_s.append(time.process_time() - begin)
    assert min(taken_s) < 0.05  # 3 ms on a quiet machine


def test_no_folder_at_all_is_said_like_damage(tmp_path: Path) -> None:
    shutil.rmtree(write(tmp_path))
    with pytest.raises(SnapshotUnreadable, match=r"manifest\.json"):
        read(tmp_path / "shelf-0")
