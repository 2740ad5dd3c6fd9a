"""Minutes at the ends of what a meeting can be: nothing runs over, nothing is parted from what it belongs to."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pymupdf
import pytest

from ballot_server.i18n import Language
from tests.support.minutes_extremes import EXTREMES, make_levels
from tests.support.minutes_samples import make_contest, make_election, make_large_minutes, make_minutes
from tests.support.printed_minutes import (
    TEXT_AREA,
    find_charts,
    find_last_row,
    list_stray_drawings,
    list_stray_words,
    open_minutes,
    read_body,
)

ENDLESS = "names of 5,000 characters"
READABLE = [name for name in EXTREMES if name != ENDLESS]
NEVER_LAST = (
    "Phương án",
    "Người ứng cử",
    "Số lượng cần bầu",
    "Số liệu về phiếu",
    "TT",
    "Tỷ lệ tính trên",
    "Tổng hợp",
    "Biểu đồ, phần",
    "Được miễn công tác",
)
"""What begins something and may not end a page."""


@cache
def open_extreme(name: str) -> pymupdf.Document:
    """Return the minutes of an extreme meeting."""
    return open_minutes(EXTREMES[name]())


@pytest.mark.parametrize("name", EXTREMES)
def test_no_word_and_no_line_leaves_the_margins(name: str) -> None:
    document = open_extreme(name)
    assert list_stray_words(document) == []
    assert list_stray_drawings(document) == []


@pytest.mark.parametrize("name", READABLE)
def test_no_page_ends_with_a_heading_or_the_head_of_a_table(name: str) -> None:
    for page in open_extreme(name)[:-1]:
        row = find_last_row(page)
        assert not row.startswith(NEVER_LAST)
        assert re.match(r"(?:[IV]+|\d+(?:\.\d+)?)\. [^\d]*$", row) is None or re.match(r"\d+\. (?:Nguyễn|Lê) ", row)


@pytest.mark.parametrize("name", EXTREMES)
def test_every_page_holds_text(name: str) -> None:
    assert all(page.get_text(clip=TEXT_AREA).strip() for page in open_extreme(name))


@pytest.mark.parametrize("name", READABLE)
def test_last_page_holds_clerk_and_chair_with_their_names_and_a_teller(name: str) -> None:
    document = open_extreme(name)
    text = document[-1].get_text()
    assert all(word in text for word in ("THƯ KÝ", "CHỦ TRÌ", "Nơi nhận:"))
    assert "TỔ TRƯỞNG" in text or "THÀNH VIÊN" in text


@pytest.mark.parametrize("tellers", range(1, 15))
def test_signatures_of_any_number_of_tellers_stay_whole(tellers: int) -> None:
    names = tuple(f"Người kiểm phiếu {number:02}" for number in range(1, tellers + 1))
    for contests in (1, 2, 3):
        record = replace(make_large_minutes(contests), tellers=names)
        signed = dict.fromkeys(names, 0)
        for page in open_minutes(record)[-3:]:
            text = page.get_text(clip=TEXT_AREA).partition("TỔ KIỂM PHIẾU\n")
            below = text[2] if text[1] else text[0]
            places = below.count("(ký, ghi rõ họ tên)")
            found = [name for name in names if name in below] if places else []
            clerk = sum(name in below for name in (record.clerk, record.chair)) if places else 0
            assert places == len(found) + clerk
            for name in found:
                signed[name] += 1
        assert set(signed.values()) == {1}


def test_signatures_never_stand_alone_where_all_fit_on_a_page() -> None:
    for contests in range(1, 12):
        text = open_minutes(make_large_minutes(contests))[-1].get_text()
        assert all(word in text for word in ("Biên bản đã được đọc", "Mã niêm phong", "TỔ TRƯỞNG", "CHỦ TRÌ"))


@pytest.mark.parametrize("name", ["14 contests of 3 options", "30 contests"])
def test_every_contest_has_heading_table_and_chart_on_one_page(name: str) -> None:
    for page in open_extreme(name):
        text = page.get_text(clip=TEXT_AREA)
        headings = re.findall(r"(?m)^1\.\d+\. ", text)
        assert len(headings) == text.count("Phương án") == text.count("Trục từ 0")


def test_every_contest_of_thirty_has_one_chart() -> None:
    assert len(list(find_charts(open_extreme("30 contests")))) == 30


def test_sixty_candidates_have_a_row_and_a_bar_each() -> None:
    body = read_body(open_extreme("60 candidates"))
    assert all(body.count(f"Nguyễn Văn Ứng Cử {place} ") >= 2 for place in range(1, 61))
    assert "Biểu đồ, phần 3/3" in body


def test_five_hundred_exempt_are_named_with_their_resolutions() -> None:
    body = read_body(open_extreme("500 exempt"))
    assert all(f"Trần Thị Miễn {place} Tuổi cao, sức khỏe yếu" in body for place in range(1, 501))
    assert "Nghị quyết 500-NQ/CB" in body


def test_five_hundred_absentees_are_named_under_their_kind() -> None:
    body = read_body(open_extreme("500 absentees"))
    excused, _, unexcused = body.partition("Vắng không lý do: 1.")
    assert all(f"{place}. Nguyễn Thị Vắng Mặt" in excused for place in range(1, 501))
    assert all(f"{place}. Lê Văn Không Phép {place}" in unexcused for place in range(2, 251))


@pytest.mark.parametrize("name", READABLE)
def test_extremes_hold_in_english_too(name: str) -> None:
    document = open_minutes(EXTREMES[name](), Language.ENGLISH)
    assert list_stray_words(document) == []
    assert list_stray_drawings(document) == []


def test_detail_of_a_contest_stays_with_its_table() -> None:
    detail = "Chức vụ và nơi công tác của người được lấy phiếu " * 4
    for contests in range(1, 7):
        people = (make_contest(f"Đồng chí Số {number}", detail=detail) for number in range(contests))
        for page in open_minutes(make_minutes(make_election(*people)))[:-1]:
            assert not find_last_row(page).startswith(("Chức vụ", "được lấy phiếu"))


def test_minutes_of_levels_show_a_line_for_each_need() -> None:
    charts = list(find_charts(open_minutes(make_levels(14))))
    assert {len(chart.lines) for chart in charts} == {2}
