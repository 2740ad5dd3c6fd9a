"""The security headers of every answer; the style sheets that pages hold are admitted by their digests."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from flask import Flask, Response, g

_CAMERA = "uses_camera"


def add_headers(app: Flask, *, has_forms: bool = False, styles: Sequence[bytes] = ()) -> None:
    """Give every answer of an application its headers.

    has_forms: its pages send forms; styles: sheets that pages hold besides the layout's.
    """
    # As the layout includes it: a template without data, which Flask does not escape.
    layout_style = app.jinja_env.get_template("style.css").render().encode()
    digests = " ".join(f"'sha256-{_digest(style)}'" for style in (layout_style, *styles))
    form_target = "'self'" if has_forms else "'none'"
    # Only the staff's pages hold pictures: charts of published results. Voters' drawings stand in their pages.
    pictures = "img-src 'self'; " if has_forms else ""

    def write_policy(scripts: str) -> str:
        return (
            f"default-src 'none'; style-src {digests}; script-src {scripts}; connect-src 'self'; {pictures}"
            f"base-uri 'none'; frame-ancestors 'none'; form-action {form_target}"
        )

    headers = {
        "Content-Security-Policy": write_policy("'self'"),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Under "no-referrer" browsers hide the origin of a page's own forms, by which forms are checked.
        "Referrer-Policy": "same-origin" if has_forms else "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }

    # The reader of codes in pictures is a compiled module of our own.
    camera_headers = {
        "Content-Security-Policy": write_policy("'self' 'wasm-unsafe-eval'"),
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    }

    def complete(response: Response) -> Response:
        response.headers.update(headers)
        if _CAMERA in g:
            response.headers.update(camera_headers)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(complete)


def use_camera() -> None:
    """Let the page that answers the present request use the camera and the module that reads codes."""
    g.uses_camera = True


def _digest(style: bytes) -> str:
    return base64.b64encode(hashlib.sha256(style).digest()).decode()
