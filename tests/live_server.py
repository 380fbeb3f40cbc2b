"""A server of real time for tests: it says what it is told to say."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Source:
    """`asked` are the headers of all requests so far."""

    url: str
    content: bytes = b""
    status: int = 200
    etag: str | None = None
    seconds_a_byte: float = 0.0
    asked: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def live_server() -> Iterator[Source]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            source.asked.append(dict(self.headers.items()))
            known = source.etag is not None and self.headers.get("If-None-Match") == source.etag
            self.send_response(304 if known else source.status)
            if source.etag is not None:
                self.send_header("ETag", source.etag)
            self.end_headers()
            if known:
                return
            if not source.seconds_a_byte:
                self.wfile.write(source.content)
                return
            for byte in source.content:
                time.sleep(source.seconds_a_byte)
                self.wfile.write(bytes([byte]))

        def log_message(self, format: str, *args: object) -> None:
            """Tests are silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Whoever hangs up in the middle is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    source = Source(f"http://127.0.0.1:{server.server_port}/tripUpdates?key=geheim")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield source
    finally:
        server.shutdown()
        server.server_close()
