"""Fetch a small message again and again: only when it has changed, bounded in size and in time."""

from __future__ import annotations

import http.client
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mitfahr.download import USER_AGENT, is_web_address
from mitfahr.languages.stored import SOURCE_ANSWERS, SOURCE_FILE, SOURCE_SILENT, SOURCE_SLOW, SOURCE_TOO_LARGE

TIMEOUT_S = 10.0
"""For all of it: a source that answers a byte at a time does not keep the others waiting."""
CHUNK = 1 << 16
UNCHANGED = 304


class FetchFailed(Exception):
    """Nothing was got; the message is a German sentence of `mitfahr.languages.stored`."""


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a server recognises the last answer it gave."""

    etag: str | None = None
    last_modified: str | None = None

    @classmethod
    def of(cls, answer: http.client.HTTPResponse) -> Marks:
        return cls(_short(answer.headers.get("ETag"), 300), _short(answer.headers.get("Last-Modified"), 100))

    def headers(self) -> dict[str, str]:
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """`content` is None where nothing has changed since the answer of the marks."""

    content: bytes | None
    marks: Marks


def fetch_message(source: str, known: Marks, limit_mb: int, timeout_s: float = TIMEOUT_S) -> Fetched:
    """What lies behind an http(s) address or in a file now. Raises FetchFailed."""
    if not is_web_address(source):
        return _from_file(Path(source), limit_mb)
    with failing_in_words():
        answer = answer_of(source, known, timeout_s)
        if answer is None:
            return Fetched(None, known)
        with answer:
            return Fetched(_read(answer, limit_mb, time.monotonic() + timeout_s), Marks.of(answer))


def answer_of(url: str, known: Marks, timeout_s: float) -> http.client.HTTPResponse | None:
    """The open answer of a server, to be read and closed; None where nothing has changed since `known`."""
    headers = {"User-Agent": USER_AGENT, **known.headers()}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 (http or https, say the callers)
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout_s)  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == UNCHANGED:
            return None
        raise
    return answer


@contextmanager
def failing_in_words() -> Iterator[None]:
    """Whatever goes wrong between us and a server is a FetchFailed with a sentence."""
    try:
        yield
    except urllib.error.HTTPError as error:
        raise FetchFailed(SOURCE_ANSWERS % {"status": f"{error.code} {error.reason}".strip()}) from None
    except TimeoutError:
        raise FetchFailed(SOURCE_SLOW) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise FetchFailed(SOURCE_SLOW) from None
        raise FetchFailed(SOURCE_SILENT % {"reason": _reason(error.reason)}) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise FetchFailed(SOURCE_SILENT % {"reason": _reason(error)}) from None


def _read(answer: http.client.HTTPResponse, limit_mb: int, until_s: float) -> bytes:
    parts, size = [], 0
    while chunk := answer.read1(CHUNK):
        size += len(chunk)
        if size > limit_mb << 20:
            raise FetchFailed(SOURCE_TOO_LARGE % {"mb": limit_mb})
        if time.monotonic() > until_s:
            raise FetchFailed(SOURCE_SLOW)
        parts.append(chunk)
    return b"".join(parts)


def _from_file(path: Path, limit_mb: int) -> Fetched:
    try:
        if path.stat().st_size > limit_mb << 20:
            raise FetchFailed(SOURCE_TOO_LARGE % {"mb": limit_mb})
        return Fetched(path.read_bytes(), Marks())
    except OSError as error:
        raise FetchFailed(SOURCE_FILE % {"reason": error.strerror or type(error).__name__}) from None


def _reason(error: object) -> str:
    """Without the address, which may hold a key."""
    if isinstance(error, socket.gaierror):
        return "DNS"
    return getattr(error, "strerror", None) or type(error).__name__


def _short(text: str | None, longest: int) -> str | None:
    """A mark that is too long to be kept is none."""
    return text if text is not None and len(text) <= longest else None
