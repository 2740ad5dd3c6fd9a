"""Slips as the clerk prints them before a large meeting, and the attendance sheet that people sign."""

from __future__ import annotations

from datetime import date
from secrets import token_bytes

from ballot_server.domain.member import Attendance
from ballot_server.minutes.attendance_sheet import (
    AttendanceSheet,
    SheetElection,
    SheetPerson,
    render_attendance_sheet,
)
from ballot_server.minutes.qr_code import draw_qr_code
from ballot_server.minutes.room_paper import RoomPaper
from ballot_server.minutes.slips import render_slips
from ballot_server.services.make_slips import SlipDesign, make_slips
from bench.reference import measure_against_floor, time_once
from bench.table import Row, Section, compare_with_floor, format_seconds
from crypto.slip import generate_meeting_code
from crypto.words import encode_words

SLIPS = 500
HELD_ON = date(2026, 1, 15)


def measure_slips() -> Section:
    """Measure many slips from their codes to the PDF, against their parts, and the sheet of as many people."""
    design = SlipDesign(
        meeting=generate_meeting_code(token_bytes),
        unit="Chi bộ",
        held_on=HELD_ON,
        series="A",
        colour="white",
        title="Bỏ phiếu",
        address="http://192.168.10.1:8080",
        fingerprint="0" * 16,
        key_words=encode_words(token_bytes(32), 8),
        wifi="Chi-bo-5",
    )
    making = measure_against_floor(lambda: make_slips(design, SLIPS, token_bytes), rounds=1)
    sheet = make_slips(design, SLIPS, token_bytes).sheet
    drawing = time_once(lambda: [draw_qr_code(slip.url) for slip in sheet.slips])
    printed: list[bytes] = []
    whole = time_once(lambda: printed.append(render_slips(sheet)))
    people = time_once(lambda: render_attendance_sheet(_list_people()))
    rows = [
        compare_with_floor(f"{SLIPS} slips: codes and their 24 lists", making),
        Row(
            f"{SLIPS} slips as PDF, {len(printed[0]) / 1_000_000:.1f} MB",
            format_seconds(whole),
            whole / drawing,
            f"{format_seconds(drawing)} for the {SLIPS} QR codes alone",
        ),
        Row(
            f"attendance sheet of {SLIPS} people",
            format_seconds(people),
            people / whole,
            f"{format_seconds(whole)} for the slips' PDF",
        ),
    ]
    return Section("Slips and sheets", rows, "Once; the time of all threads together. The aim for 500 slips: 10 s.")


def _list_people() -> AttendanceSheet:
    return AttendanceSheet(
        paper=RoomPaper("Chi bộ", "Đảng bộ", "Hội trường", HELD_ON),
        people=tuple(
            SheetPerson(row, f"Trần Thị Lan Hương {row}", f"{row:08d}", Attendance.PRESENT)
            for row in range(1, SLIPS + 1)
        ),
        others=(),
        elections=(SheetElection("Bỏ phiếu", SLIPS, SLIPS),),
        is_filled=True,
    )
