"""Style sheets, scripts and fonts: served by WhiteNoise under a path that carries the hash of all of them.

A changed file changes the path, so browsers may keep everything for ever. `pack` compresses them once into the data
folder; where nobody has packed (tests), the files are served as they lie in the source.
"""

from __future__ import annotations

import functools
import hashlib
import shutil
import tempfile
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

FOLDER = Path(__file__).parent / "static"
ONE_YEAR_S = 365 * 24 * 3600


def pack(data_dir: Path) -> None:
    """Put a copy of the static files with `.br` and `.gz` beside each into the data folder; takes seconds, once."""
    packed = _packed(data_dir)
    if packed.exists():
        return
    packed.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=packed.parent))
    shutil.copytree(FOLDER, draft, dirs_exist_ok=True)
    compressor = Compressor(quiet=True)
    for path in draft.rglob("*"):
        if path.is_file() and compressor.should_compress(str(path)):
            compressor.compress(str(path))
    try:
        draft.rename(packed)
    except OSError:  # another process was faster
        shutil.rmtree(draft)


def serve(app: Flask, data_dir: Path) -> None:
    """Mount the static files and give the templates `asset("mitfahr.css")`, their address."""
    prefix, packed = f"static/{_hash_of(FOLDER)}", _packed(data_dir)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=packed if packed.exists() else FOLDER,
        prefix=prefix,
        max_age=ONE_YEAR_S,
        allow_all_origins=False,
        add_headers_function=_no_sniffing,
    )

    def asset(name: str) -> str:
        return f"/{prefix}/{name}"

    app.jinja_env.globals["asset"] = asset


def _packed(data_dir: Path) -> Path:
    return data_dir / "static" / _hash_of(FOLDER)


def _no_sniffing(headers: dict[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


@functools.cache
def _hash_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
