"""Answers made smaller on their way; only those that hold nothing secret beside what a visitor chose."""

from __future__ import annotations

import gzip

from flask import Response, request

_WORTHWHILE_BYTES = 600
_LEVEL = 6


def compress(response: Response) -> Response:
    """Return an answer compressed, where the browser takes that and it is worth it."""
    response.headers["Vary"] = "Accept-Encoding"
    body = response.get_data()
    if len(body) >= _WORTHWHILE_BYTES and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(body, compresslevel=_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
