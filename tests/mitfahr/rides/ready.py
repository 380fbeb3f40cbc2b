"""Imported by the server that forks the processes of long tests: what is drawn here, every one of them has."""

from __future__ import annotations

import multiprocessing

from tests.mitfahr.rides.portal import district

district()

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.mitfahr.rides.ready"])
