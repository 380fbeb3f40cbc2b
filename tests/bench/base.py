"""An earlier state of the code beside this one: checked out into var/bench, measured by today's benchmark."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

MEASURED = ("routing", "gtfs", "mitfahr", "pyproject.toml")


def last_tag() -> str | None:
    """The last release, None before the first."""
    command = ["git", "describe", "--tags", "--abbrev=0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def checkout(ref: str) -> Path:
    """The root of a checkout of `ref`, with its kernels compiled."""
    commit = subprocess.run(
        ["git", "rev-parse", "--verify", f"{ref}^{{commit}}"], check=True, capture_output=True, text=True
    ).stdout.strip()
    root = Path("var/bench/base").resolve() / commit
    if not root.exists():
        tar = subprocess.run(["git", "archive", commit, *MEASURED], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=BytesIO(tar)) as archive:
            archive.extractall(root, filter="data")
    shutil.rmtree(root / "tests", ignore_errors=True)
    shutil.copytree("tests/bench", root / "tests" / "bench")
    shutil.copy("tests/__init__.py", root / "tests")
    (root / "var" / "bench").mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "routing.warm_up"], cwd=root, check=True)
    return root
