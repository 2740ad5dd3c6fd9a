"""The security headers of every answer, and the pages' one style sheet, which the policy admits by its digest."""

from __future__ import annotations

import base64
import hashlib

from flask import Flask, Response


def add_headers(app: Flask) -> None:
    """Give every answer of an application its headers."""
    # As the layout includes it: a template without data, which Flask does not escape.
    style = app.jinja_env.get_template("style.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }

    def complete(response: Response) -> Response:
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(complete)
