"""QR codes as one SVG path each, with the quiet zone inside the picture."""

from __future__ import annotations

from itertools import groupby

import qrcode

QUIET_ZONE_MODULES = 4


def draw_qr_code(text: str) -> str:
    """Return a QR code (correction level M) as SVG, four modules of white on each side."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    side = len(matrix) + 2 * QUIET_ZONE_MODULES
    path = "".join(_draw_row(row, line + QUIET_ZONE_MODULES) for line, row in enumerate(matrix))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'


def _draw_row(row: list[bool], line: int) -> str:
    """Return one rectangle for every run of dark modules in a row."""
    rectangles = []
    at = QUIET_ZONE_MODULES
    for is_dark, run in groupby(row):
        length = len(list(run))
        if is_dark:
            rectangles.append(f"M{at} {line}h{length}v1h-{length}z")
        at += length
    return "".join(rectangles)
