"""Downloads against a real HTTP server: bounded, complete or refused with a reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mitfahr.domain.errors import FileTooLarge, FileUnreadable
from mitfahr.download import download, filename_of
from routing.progress import silent

CONTENT = b"x" * 3_000_000


class Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that hangs up in the middle is what some tests are about."""


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/gone"):
            self.send_error(404)
            return
        self.send_response(200)
        if not self.path.startswith("/silent"):
            self.send_header("Content-Length", str(len(CONTENT) * (2 if self.path.startswith("/cut") else 1)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    server = Quiet(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_file_arrives_whole_and_tells_how_far_it_is(url: str, tmp_path: Path) -> None:
    told: list[float] = []
    path = download(f"{url}/fahr%20plan.zip?v=1", tmp_path, 10, lambda _step, done: told.append(done))
    assert path == tmp_path / "fahr plan.zip"
    assert path.read_bytes() == CONTENT
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("path", ["/announced.zip", "/silent.zip"])
def test_too_large_is_refused_announced_or_not(url: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(FileTooLarge):
        download(url + path, tmp_path, 2, silent)


@pytest.mark.parametrize(
    ("path", "reason"), [("/gone.zip", "404"), ("/cut.zip", "abgebrochen|IncompleteRead")]
)
def test_no_file_and_half_a_file_are_refused(url: str, tmp_path: Path, path: str, reason: str) -> None:
    with pytest.raises(FileUnreadable, match=reason):
        download(url + path, tmp_path, 10, silent)


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="keine Verbindung"):
        download("http://127.0.0.1:9/x.zip", tmp_path, 10, silent)


def test_names() -> None:
    assert filename_of("https://example.org/a/b.zip") == "b.zip"
    assert filename_of("https://example.org/") == "example.org"
