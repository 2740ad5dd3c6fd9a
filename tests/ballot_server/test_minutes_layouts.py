"""The look of minutes by the day of the meeting: which layout ruled, and what of it can be measured on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pymupdf
import pytest

from ballot_server.minutes.composition import compose_minutes
from ballot_server.minutes.layouts import (
    GUIDANCE_OF_2018,
    GUIDANCE_OF_2026,
    REGULATION_OF_2026,
    Layout,
    find_layout,
)
from ballot_server.minutes.record import MinutesRecord
from tests.support.minutes_samples import make_large_minutes, make_minutes
from tests.support.printed_minutes import MM, open_minutes

OLDER, NEWER = date(2025, 6, 3), date(2026, 8, 3)
STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


def on(day: date) -> MinutesRecord:
    """Return the minutes of a meeting on a day."""
    return replace(make_minutes(), date=day)


def list_spans(page: pymupdf.Page) -> Iterator[tuple[str, float, str, pymupdf.Rect]]:
    """Yield the texts of a page with size, font and place."""
    for block in page.get_text("dict")["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                yield span["text"], span["size"], span["font"], pymupdf.Rect(span["bbox"])


def find_span(page: pymupdf.Page, start: str) -> tuple[float, str, pymupdf.Rect]:
    """Return size, font and place of the first text that begins so."""
    return next((size, font, place) for text, size, font, place in list_spans(page) if text.startswith(start))


@pytest.mark.parametrize(
    ("day", "layout"),
    [
        (date(2014, 5, 1), GUIDANCE_OF_2018),
        (date(2018, 4, 3), GUIDANCE_OF_2018),
        (date(2026, 1, 8), GUIDANCE_OF_2018),
        (date(2026, 1, 9), REGULATION_OF_2026),
        (date(2026, 5, 26), REGULATION_OF_2026),
        (date(2026, 5, 27), GUIDANCE_OF_2026),
        (date(2031, 1, 1), GUIDANCE_OF_2026),
    ],
)
def test_find_layout_returns_what_ruled_on_the_day(day: date, layout: Layout) -> None:
    assert find_layout(day) is layout


def test_every_layout_is_named_in_the_decision_record() -> None:
    record = Path("docs/decisions/0018-layouts-by-date.md").read_text(encoding="utf-8")
    assert all(layout.name in record for layout in (GUIDANCE_OF_2018, REGULATION_OF_2026, GUIDANCE_OF_2026))


@pytest.mark.parametrize("day", [OLDER, NEWER])
@pytest.mark.parametrize(
    ("start", "size", "font"),
    [
        ("ĐẢNG CỘNG SẢN VIỆT NAM", 15, "Tinos-Bold"),
        ("ĐẢNG BỘ PHƯỜNG NGỌC LÂM", 14, "Tinos-Regular"),
        ("CHI BỘ TỔ DÂN PHỐ SỐ 5", 14, "Tinos-Bold"),
        ("Số 15-BB/CB", 14, "Tinos-Regular"),
        ("BIÊN BẢN KIỂM PHIẾU", 16, "Tinos-Bold"),
        ("Rà soát, sàng lọc", 14, "Tinos-Bold"),
        ("Chi bộ tổ dân phố số 5", 14, "Tinos-Regular"),
    ],
)
def test_first_page_is_set_in_the_sizes_of_the_third_annex(day: date, start: str, size: int, font: str) -> None:
    found, name, _ = find_span(open_minutes(on(day))[0], start)
    assert (round(found, 1), name.partition("+")[2] or name) == (size, font)


@pytest.mark.parametrize("day", [OLDER, NEWER])
def test_text_keeps_the_margins_of_the_guidance(day: date) -> None:
    page = open_minutes(replace(make_large_minutes(14), date=day))[3]
    edges = [place for _, size, _, place in list_spans(page) if size > 9.5 and place.y0 > 17 * MM]
    assert min(place.x0 for place in edges) == pytest.approx(30 * MM, abs=1.5 * MM)
    assert max(place.x1 for place in edges) <= 195 * MM + 0.5
    assert max(place.y1 for place in edges) <= 277 * MM + 0.5


def test_page_number_stands_above_the_text_in_the_middle_from_the_second_page_on() -> None:
    document = open_minutes(make_large_minutes(14))
    middle = (30 + 195) / 2 * MM
    tops = [
        [(text, (place.x0 + place.x1) / 2) for text, _, _, place in list_spans(page) if place.y1 < 17 * MM]
        for page in document
    ]
    assert tops[0] == []
    for number, top in enumerate(tops[1:], 2):
        assert top == [(str(number), pytest.approx(middle, abs=2))]


def test_line_under_the_heading_is_as_long_as_the_heading() -> None:
    page = open_minutes(make_minutes())[0]
    _, _, heading = find_span(page, "ĐẢNG CỘNG SẢN VIỆT NAM")
    lines = [drawn["rect"] for drawn in page.get_drawings() if abs(drawn["rect"].y0 - heading.y1) < 6]
    assert [(line.x0, line.x1) for line in lines] == [
        (pytest.approx(heading.x0, abs=1), pytest.approx(heading.x1, abs=1))
    ]


def test_separators_stand_under_agency_and_subject() -> None:
    texts = [text for text, _, _, _ in list_spans(open_minutes(make_minutes())[0])]
    assert texts.index("CHI BỘ TỔ DÂN PHỐ SỐ 5") < texts.index("*") < texts.index("Số 15-BB/CB")
    assert "-----" in texts


def test_older_minutes_leave_room_for_the_place_before_the_day() -> None:
    assert compose_minutes(on(OLDER)).front.day == "………………, ngày 03 tháng 6 năm 2025"


def test_newer_minutes_say_the_day_alone() -> None:
    assert compose_minutes(on(NEWER)).front.day == "ngày 03 tháng 8 năm 2026"


@pytest.mark.parametrize(("day", "font"), [(OLDER, "Tinos-Bold"), (NEWER, "Tinos-Regular")])
def test_offices_of_signers_are_bold_in_older_minutes_only(day: date, font: str) -> None:
    _, name, _ = find_span(open_minutes(on(day))[-1], "CHỦ TRÌ")
    assert (name.partition("+")[2] or name) == font


def test_recipients_stand_at_the_end_and_at_the_left() -> None:
    page = open_minutes(make_minutes())[-1]
    _, _, label = find_span(page, "Nơi nhận:")
    _, _, chair = find_span(page, "Trần Thị Hòa")
    assert label.x0 == pytest.approx(30 * MM, abs=1)
    assert label.y0 > chair.y1
    assert find_span(page, "– Đảng bộ phường Ngọc Lâm (báo cáo);")[2].y0 < find_span(page, "– Lưu Chi bộ")[2].y0


def test_unit_without_a_superior_files_its_minutes_alone() -> None:
    assert compose_minutes(replace(make_minutes(), superior="")).recipients == ("Lưu Chi bộ tổ dân phố số 5.",)


def test_body_outside_the_party_keeps_its_heading_and_has_none_of_the_partys_signs() -> None:
    document = compose_minutes(replace(make_minutes(), heading=STATE))
    assert (document.front.heading, document.front.number, document.front.day) == (
        STATE,
        "Số: 15-BB/CB",
        "ngày 15 tháng 01 năm 2026",
    )
    assert (document.recipients, document.layout.separator, document.layout.title_rule) == ((), "", "")


def test_heading_of_a_body_outside_the_party_stands_on_one_line() -> None:
    texts = [text for text, _, _, _ in list_spans(open_minutes(replace(make_minutes(), heading=STATE))[0])]
    assert STATE in texts
    assert "*" not in texts


@pytest.mark.parametrize(("heading", "number"), [("", "Số ………-BB/………"), (STATE, "Số: ………………")])
def test_minutes_without_a_number_leave_room_for_it(heading: str, number: str) -> None:
    assert compose_minutes(replace(make_minutes(), number="", heading=heading)).front.number == number


def test_minutes_without_a_subject_are_about_the_one_election() -> None:
    record = replace(make_minutes(), title="", annulled=())
    assert compose_minutes(record).front.subtitle == "Rà soát, đưa vào danh sách"


def test_minutes_without_a_subject_say_how_often_was_voted() -> None:
    assert compose_minutes(replace(make_minutes(), title="")).front.subtitle == "về 2 lần bỏ phiếu"
