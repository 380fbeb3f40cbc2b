"""Errors of the programming interface: problem details (RFC 9457) in the language asked for, readable by any page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

API_ROOT = "/api/v1"

OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Expose-Headers": "Location",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Pages of other hosts may read the answers; no cookie has any meaning here."""


def answers_path(path: str) -> bool:
    """Whether whoever asks at this path expects JSON, errors included."""
    return path == API_ROOT or path.startswith(f"{API_ROOT}/")


def problem(
    status: int,
    title: str,
    detail: str,
    parameters: Sequence[Mapping[str, str]] | None = None,
    code: str | None = None,
) -> Response:
    """`parameters`: name and detail of each parameter that is to blame; `code` names what was refused."""
    body: dict[str, Any] = {
        "type": f"/api#fehler-{status}",
        "title": str(title),
        "status": status,
        "detail": str(detail),
    }
    if code is not None:
        body["code"] = code
    if parameters is not None:
        body["parameters"] = list(parameters)
    answer = json_response(body, status, "application/problem+json")
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Mitfahrportal"'
    return answer


def json_response(body: Any, status: int = 200, mimetype: str = "application/json") -> Response:
    """Keys in their order and umlauts as they are."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, OPEN_TO_ALL, mimetype=mimetype)
