"""Hostile and odd archives: named, refused, never extracted beside the quarantine folder."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import pytest

import gtfs
from gtfs import archive
from tests.gtfs.feeds import errors, feed, places, to_folder, to_zip


def codes(path: Path) -> set[str]:
    """Codes of the errors of a feed that must be refused."""
    loaded = gtfs.load(path)
    assert loaded.timetable is None
    return {finding.code for finding in errors(loaded)}


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 only a beginning", b"<html>404</html>"])
def test_no_zip(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "feed.zip"
    path.write_bytes(content)
    assert codes(path) == {"invalid_input_files"}


def test_missing_file(tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere.zip") == {"invalid_input_files"}


def test_empty_archive_and_folder(tmp_path: Path) -> None:
    assert "missing_required_file" in codes(to_zip({}, tmp_path / "empty.zip"))
    (tmp_path / "empty").mkdir()
    assert "missing_required_file" in codes(tmp_path / "empty")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated(tmp_path: Path, share: float) -> None:
    path = to_zip(feed(), tmp_path / "feed.zip")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert codes(path) == {"invalid_input_files"}


def test_wrong_checksum_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zipped:
        for name, content in feed().items():
            zipped.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"Coswig", b"Coswug"))
    loaded = gtfs.load(path)
    assert loaded.timetable is None
    assert places(loaded, "unreadable_file") == [("stops.txt", None, "", "")]


def test_lying_size(tmp_path: Path) -> None:
    """The directory claims ten bytes for stops.txt."""
    path = to_zip(feed(), tmp_path / "feed.zip")
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    entry = content.index(b"stops.txt", directory) - 46
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)
    path.write_bytes(content)
    assert codes(path) & {"unreadable_file", "file_too_large"}


def test_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = to_zip(feed(), tmp_path / "feed.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as zipped, zipped.open("shapes.txt", "w") as member:
        for _ in range(30):
            member.write(bytes(1 << 20))
    assert codes(path) == {"implausible_compression"}


def test_sizes_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = to_zip(feed(), tmp_path / "feed.zip")
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 100)
    assert codes(path) == {"file_too_large"}
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 10_000)
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 500)
    assert codes(path) == {"archive_too_large"}


@pytest.mark.parametrize(
    "name", ["../stops.txt", "/etc/stops.txt", "a/../../stops.txt", "..\\stops.txt", "C:\\stops.txt"]
)
def test_names_that_lead_outside(tmp_path: Path, name: str) -> None:
    path = to_zip(feed() | {name: "x"}, tmp_path / "feed.zip")
    assert codes(path) == {"unsafe_file_name"}


def test_symbolic_link(tmp_path: Path) -> None:
    path = to_zip(feed(stops=None), tmp_path / "feed.zip")
    link = zipfile.ZipInfo("stops.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr(link, "/etc/passwd")
    assert codes(path) == {"unsafe_file_type"}


def test_symbolic_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    folder = to_folder(feed(stops=None), tmp_path / "feed")
    (folder / "stops.txt").symlink_to("/etc/passwd")
    assert "missing_required_file" in codes(folder)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["stops.txt", "STOPS.TXT", "./stops.txt"])
def test_two_members_of_one_name(tmp_path: Path, name: str) -> None:
    path = to_zip(feed(), tmp_path / "feed.zip")
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr(name, "stop_id\nX\n")
    assert codes(path) == {"duplicate_file"}


def test_thousands_of_members(tmp_path: Path) -> None:
    many = {f"{i}.txt": "" for i in range(archive.MAX_MEMBERS)}
    assert codes(to_zip(feed() | many, tmp_path / "feed.zip")) == {"too_many_files"}


def test_encrypted_flag(tmp_path: Path) -> None:
    path = to_zip(feed(), tmp_path / "feed.zip")
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1
    path.write_bytes(content)
    assert codes(path) == {"encrypted_file"}


def test_zip_in_zip(tmp_path: Path) -> None:
    inner = to_zip(feed(), tmp_path / "inner.zip").read_bytes()
    loaded = gtfs.load(to_zip({"inner.zip": inner}, tmp_path / "feed.zip"))
    assert loaded.timetable is None
    assert places(loaded, "nested_archive") == [("inner.zip", None, "", "")]


def test_two_feeds_in_two_folders(tmp_path: Path) -> None:
    both = {f"{folder}/{name}": content for folder in ("alt", "neu") for name, content in feed().items()}
    assert codes(to_zip(both, tmp_path / "feed.zip")) == {"several_feeds"}


@pytest.mark.parametrize("pack", [to_zip, to_folder])
def test_one_feed_in_a_folder_is_accepted(tmp_path: Path, pack: object) -> None:
    files = {f"gtfs/{name}": content for name, content in feed().items()} | {"__MACOSX/gtfs/._stops.txt": "x"}
    path = to_zip(files, tmp_path / "feed.zip") if pack is to_zip else to_folder(files, tmp_path / "feed")
    loaded = gtfs.load(path)
    assert loaded.timetable is not None
    assert places(loaded, "invalid_input_files_in_subfolder") == [("gtfs", None, "", "")]


def test_folders_may_be_written_as_windows_does(tmp_path: Path) -> None:
    files = {f"gtfs\\{name}": text for name, text in feed().items()}
    loaded = gtfs.load(to_zip(files, tmp_path / "feed.zip"))
    assert loaded.timetable is not None
    assert places(loaded, "invalid_input_files_in_subfolder") == [("gtfs", None, "", "")]


def test_unknown_files_are_named_and_not_read(tmp_path: Path) -> None:
    loaded = gtfs.load(to_zip(feed() | {"haltestellen.txt": "?", "pathways.txt": "?"}, tmp_path / "feed.zip"))
    assert loaded.timetable is not None
    assert places(loaded, "unknown_file") == [("haltestellen.txt", None, "", "")]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "quarantine"))
    (tmp_path / "quarantine").mkdir()
    gtfs.load(to_zip(feed(), tmp_path / "feed.zip"))
    assert list((tmp_path / "quarantine").iterdir()) == []


def test_an_unforeseen_fault_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_tables_among", lambda *_: {"stops": 1 / 0})
    assert codes(to_zip(feed(), tmp_path / "feed.zip")) == {"runtime_exception_in_validator_error"}
