"""The security headers of every answer, and the pages' one style sheet, which the policy admits by its digest."""

from __future__ import annotations

import base64
import hashlib

from flask import Flask, Response


def add_headers(app: Flask, *, has_forms: bool = False) -> None:
    """Give every answer of an application its headers; has_forms: pages send forms and run scripts of our own."""
    # As the layout includes it: a template without data, which Flask does not escape.
    style = app.jinja_env.get_template("style.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'; " + (
        "form-action 'self'; script-src 'self'; connect-src 'self'" if has_forms else "form-action 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Under "no-referrer" browsers hide the origin of a page's own forms, by which forms are checked.
        "Referrer-Policy": "same-origin" if has_forms else "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }

    def complete(response: Response) -> Response:
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(complete)
