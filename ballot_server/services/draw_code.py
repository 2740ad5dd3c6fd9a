"""QR codes for pages."""

from __future__ import annotations

from ballot_server.minutes.qr_code import draw_qr_code


def draw_code(text: str) -> str:
    """Return a QR code as SVG without styles or scripts."""
    return draw_qr_code(text)
