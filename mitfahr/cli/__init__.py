"""The command line: `mitfahr --help`.

Commands import what they need when they run, so that help and mistakes answer at once.
"""

from __future__ import annotations

from mitfahr.cli.main import main

__all__ = ["main"]
