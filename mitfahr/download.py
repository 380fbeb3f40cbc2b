"""Fetch a file from the web: bounded in size and time, complete or not at all."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mitfahr.domain.errors import FileTooLarge, FileUnreadable
from routing.progress import Progress

TIMEOUT_S = 60
CHUNK = 1 << 20
USER_AGENT = "mitfahr (Mitfahrportal)"


def is_web_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def filename_of(url: str) -> str:
    """The last part of the address's path: what people call the file."""
    return Path(unquote(urlsplit(url).path)).name or urlsplit(url).netloc


def download(url: str, folder: Path, limit_mb: int, progress: Progress) -> Path:
    """The file behind an http(s) address, stored in `folder` under its own name.

    Raises FileUnreadable (no answer, an error page, cut off) and FileTooLarge.
    """
    target = folder / filename_of(url)
    try:
        request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT})  # noqa: S310 (checked by caller)
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            _store(answer, target, limit_mb, progress)
    except urllib.error.HTTPError as error:
        raise FileUnreadable(url, f"der Server antwortet mit {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise FileUnreadable(url, f"keine Verbindung ({error.reason})") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise FileUnreadable(url, str(error) or type(error).__name__) from error
    return target


def _store(answer: http.client.HTTPResponse, target: Path, limit_mb: int, progress: Progress) -> None:
    announced = int(answer.headers.get("Content-Length") or 0)
    if announced > limit_mb << 20:
        raise FileTooLarge(limit_mb)
    size = 0
    with target.open("wb") as file:
        while chunk := answer.read(CHUNK):
            size += len(chunk)
            if size > limit_mb << 20:
                raise FileTooLarge(limit_mb)
            file.write(chunk)
            progress("Datei wird geladen", size / announced if announced else 0.0)
    if announced and size != announced:
        raise FileUnreadable(target.name, f"abgebrochen nach {size} von {announced} Byte")
