"""Pages leave compressed: weak signals in valleys are why. Static files are compressed beforehand (`web.assets`)."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import brotli
from flask import Flask, Response, request

SMALLEST_BYTES = 700
"""Below it nothing is gained."""

TEXTS = frozenset(
    {
        "text/html",
        "text/css",
        "text/calendar",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
    }
)
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda text: brotli.compress(text, quality=5),
    "gzip": lambda text: gzip.compress(text, 5, mtime=0),
}


def compress(app: Flask) -> None:
    """Encode answers as the browser asks for it."""

    def encode(response: Response) -> Response:
        if response.mimetype not in TEXTS or response.direct_passthrough or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        chosen = request.accept_encodings.best_match(list(ENCODERS))
        if chosen and "Content-Encoding" not in response.headers:
            text = response.get_data()
            if len(text) >= SMALLEST_BYTES:
                response.set_data(ENCODERS[chosen](text))
                response.headers["Content-Encoding"] = chosen
        return response

    app.after_request(encode)
