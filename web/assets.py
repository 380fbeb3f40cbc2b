"""Style sheets, scripts and fonts: served by WhiteNoise under a path that carries the hash of all of them.

A changed file changes the path, so browsers may keep everything for ever.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

FOLDER = Path(__file__).parent / "static"
ONE_YEAR_S = 365 * 24 * 3600


def serve(app: Flask) -> None:
    """Mount the static files and give the templates `asset("mitfahr.css")`, their address."""
    prefix = f"static/{_hash_of(FOLDER)}"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=FOLDER,
        prefix=prefix,
        max_age=ONE_YEAR_S,
        allow_all_origins=False,
        add_headers_function=_no_sniffing,
    )

    def asset(name: str) -> str:
        return f"/{prefix}/{name}"

    app.jinja_env.globals["asset"] = asset


def _no_sniffing(headers: dict[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def _hash_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
