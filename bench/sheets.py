"""Slips as the clerk prints them before a large meeting."""

from __future__ import annotations

from datetime import date
from secrets import token_bytes

from ballot_server.minutes.qr_code import draw_qr_code
from ballot_server.minutes.slips import Slip, SlipSheet, render_slips
from bench.reference import time_once
from bench.table import Row, Section, format_seconds
from crypto.slip import format_slip_code, format_slip_url, generate_meeting_code, generate_slip_code

SLIPS = 500


def measure_slips() -> Section:
    """Measure one PDF of many slips, against drawing its QR codes alone."""
    meeting = generate_meeting_code(token_bytes)
    codes = [generate_slip_code(token_bytes) for _ in range(SLIPS)]
    address = "http://192.168.10.1:8080"
    slips = [Slip(format_slip_url(address, meeting, code, "0" * 16), format_slip_code(code)) for code in codes]
    sheet = SlipSheet("Chi bộ", "Bỏ phiếu", date(2026, 1, 15), "A", "white", address, tuple(slips))
    drawing = time_once(lambda: [draw_qr_code(slip.url) for slip in slips])
    printed: list[bytes] = []
    whole = time_once(lambda: printed.append(render_slips(sheet)))
    row = Row(
        f"{SLIPS} slips as PDF, {len(printed[0]) / 1_000_000:.1f} MB",
        f"{whole:.1f} s",
        whole / drawing,
        f"{format_seconds(drawing)} for the {SLIPS} QR codes alone",
    )
    return Section("Slips", [row], "Once; the time of all threads together.")
