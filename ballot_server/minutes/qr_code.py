"""QR codes with the quiet zone inside the picture: as one SVG path each, or as PNG where there is no SVG."""

from __future__ import annotations

import struct
import zlib
from itertools import groupby

import qrcode

QUIET_ZONE_MODULES = 4
PIXELS_A_MODULE = 10


def draw_qr_code(text: str) -> str:
    """Return a QR code (correction level M) as SVG, four modules of white on each side."""
    matrix = _make_matrix(text)
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


def draw_qr_picture(text: str) -> bytes:
    """Return the same as a PNG of black and white.

    Source: PNG specification, third edition, chunk layout, image header, filtering.
    """
    matrix = _make_matrix(text)
    side = (len(matrix) + 2 * QUIET_ZONE_MODULES) * PIXELS_A_MODULE
    edge = "1" * (QUIET_ZONE_MODULES * PIXELS_A_MODULE)
    white = _pack_pixels("1" * side)
    lines = [white] * (QUIET_ZONE_MODULES * PIXELS_A_MODULE)
    for row in matrix:
        pixels = "".join(("0" if is_dark else "1") * PIXELS_A_MODULE for is_dark in row)
        lines.extend([_pack_pixels(f"{edge}{pixels}{edge}")] * PIXELS_A_MODULE)
    lines.extend([white] * (QUIET_ZONE_MODULES * PIXELS_A_MODULE))
    # One bit a pixel, grey, no filter and no interlacing.
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def _pack_pixels(bits: str) -> bytes:
    """Return a line of pixels, 1 for white, after the mark that it is not filtered."""
    padded = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return b"\0" + int(padded, 2).to_bytes(len(padded) // 8, "big")


def _make_matrix(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix
