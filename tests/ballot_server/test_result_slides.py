"""Slides of published results: what stands on them, how large, and that nothing runs off them."""

from __future__ import annotations

import re
import socket
import unicodedata
from dataclasses import replace

import pymupdf
import pytest

from ballot_server.i18n import Language
from ballot_server.minutes.record import BaseRecord, ContestRecord, ElectionRecord, OptionRecord, TestRecord
from ballot_server.minutes.result_slides import (
    MOST_BARS,
    SlidesRecord,
    compose_election_slides,
    compose_slides,
    render_result_slides,
)
from ballot_server.minutes.screen_charts import ScreenShape, render_screen_chart
from ballot_server.minutes.slide import ContestSlide, NumbersSlide, SummarySlide
from tests.support.minutes_samples import BASES, SLIPS, make_contest, make_election, make_minutes

LEAST_LETTERS_POINTS = 21.9
BODY_ENDS = 498
"""Where the margin begins, in points from the top of a slide."""

LONG = (
    "Xem xét việc bổ sung, điều chỉnh quy hoạch tổng thể phát triển kinh tế – xã hội và bảo đảm quốc phòng, an ninh "
    "của đơn vị giai đoạn tiếp theo, tầm nhìn dài hạn, cùng các giải pháp kèm theo số"
)
HOSTILE = (
    "<img src=http://x.y/z>",
    '#read("/etc/passwd")',
    "$x^2$ *bold* _it_ \\ @ref",
    "[[[]]] </para>",
    "=HYPERLINK(1)",
    "A" * 5000,
    "dài " * 1200,
)


def make_slides(*elections: ElectionRecord, rehearsal: bool = False, head: str = "") -> SlidesRecord:
    """Return what slides of a meeting are made of."""
    minutes = make_minutes(*elections)
    return SlidesRecord(
        superior=minutes.superior,
        unit=minutes.unit,
        place=minutes.place,
        date=minutes.date,
        rehearsal=rehearsal,
        head=head,
        elections=minutes.elections,
    )


def make_committee(count: int, name: str = "Nguyễn Thị Ứng Cử {}") -> ElectionRecord:
    """Return an election of so many candidates with 0 to 15 votes each, 10 of 18 needed."""
    options = tuple(
        OptionRecord(
            name.format(number), number * 7 % 16, None, "Trúng cử" if number * 7 % 16 >= 10 else "Không trúng cử"
        )
        for number in range(1, count + 1)
    )
    contest = ContestRecord(
        subject="Bầu ban chấp hành nhiệm kỳ 2025–2030",
        options=options,
        blank=OptionRecord("Phiếu trắng", 1),
        bases=BASES,
        tests=tuple(TestRecord(each.label, 10, 18, each.count, passed=each.count >= 10) for each in options),
        outcome="Bầu đủ số lượng",
        clause="quy định về điều kiện trúng cử",
        note="Ghi kết quả vào biên bản.",
        marks=15,
    )
    return make_election(contest, title="Bầu ban chấp hành")


def open_slides(record: SlidesRecord, language: Language = Language.VIETNAMESE) -> pymupdf.Document:
    """Return the slides as a document."""
    return pymupdf.open(stream=render_result_slides(record, language), filetype="pdf")


def read_slide(page: pymupdf.Page) -> str:
    """Return a slide's text on one line."""
    return unicodedata.normalize("NFC", " ".join(page.get_text().split()))


def is_foot(size: float, top: float) -> bool:
    """Tell whether a text is of the line at a slide's foot."""
    return top > BODY_ENDS and abs(size - 15) < 0.01


def list_spans(page: pymupdf.Page) -> list[tuple[str, float, pymupdf.Rect]]:
    """Return each run of text with its size and place, watermark and the line at the foot left out."""
    return [
        (span["text"], span["size"], pymupdf.Rect(span["bbox"]))
        for block in page.get_text("dict")["blocks"]
        for line in block.get("lines", ())
        for span in line["spans"]
        if span["text"].strip() and abs(line["dir"][0]) == 1 and not is_foot(span["size"], span["bbox"][1])
    ]


def check_places(document: pymupdf.Document) -> None:
    """Check that no text runs off a slide or into the line at its foot."""
    for page in document:
        for text, _, place in list_spans(page):
            room = pymupdf.Rect(0, 0, page.rect.width, BODY_ENDS + 2)
            assert room.contains(place), (page.number + 1, text, place)


def test_slides_are_wide_ones() -> None:
    page = open_slides(make_slides())[0]
    assert page.rect.width / 72 * 2.54 == pytest.approx(33.87, abs=0.01)
    assert page.rect.height / 72 * 2.54 == pytest.approx(19.05, abs=0.01)


def test_first_slide_names_unit_meeting_and_day() -> None:
    text = read_slide(open_slides(make_slides())[0])
    for part in (
        "Đảng bộ phường Ngọc Lâm",
        "Chi bộ tổ dân phố số 5",
        "Kết quả bỏ phiếu kín",
        "ngày 15 tháng 01 năm 2026",
        "Nhà văn hóa tổ 5",
    ):
        assert part in text


def test_numbers_slide_holds_every_count_of_the_record() -> None:
    slips = replace(SLIPS, issued=17, returned=15, not_returned=2, valid=13, blank=1, invalid=2)
    election = replace(make_election(), summoned=21, present=18, slips=slips)
    [slide] = [slide for slide in compose_election_slides(election, Language.VIETNAMESE) if slide.kind == "numbers"]
    assert isinstance(slide, NumbersSlide)
    assert {figure.label: figure.value for figure in slide.figures} == {
        "Triệu tập": "21",
        "Có mặt": "18",
        "Phiếu phát ra": "17",
        "Phiếu thu về": "15",
        "Không thu về": "2",
        "Hợp lệ": "13",
        "trong đó phiếu trắng": "1",
        "Không hợp lệ": "2",
    }
    text = read_slide(open_slides(make_slides(election))[1])
    assert [int(number) for number in re.findall(r"\b[0-9]+\b", text.split("Quy tắc")[0])] == [
        21, 18, 17, 15, 2, 13, 1, 2,
    ]  # fmt: skip
    assert "22 chính thức − 3 miễn − 1 đình chỉ = 18" in text
    assert "“Đồng ý” ít nhất hai phần ba cơ sở: cần 12/18" in text


def test_numbers_slide_says_where_blank_ballots_are_counted_if_contests_differ() -> None:
    text = read_slide(open_slides(make_slides())[1])
    assert "theo nội dung trong đó phiếu trắng" in text


def test_contest_slide_holds_counts_threshold_outcome_and_clause() -> None:
    text = read_slide(open_slides(make_slides(make_election(make_contest("Đồng chí A", 11))))[2])
    for part in (
        "Đồng chí A",
        "11 (61,11%)",
        "3 (16,67%)",
        "1 (5,56%)",
        "cần 12",
        "Không đưa vào danh sách",
        "Căn cứ: mục III, điểm 1",
    ):
        assert part in text, part


def test_slides_number_contests_and_pages() -> None:
    contests = tuple(make_contest(f"Đồng chí {name}") for name in "ABC")
    document = open_slides(make_slides(make_election(*contests)))
    assert len(document) == 5
    assert [re.findall(r"[0-9]/[0-9]", read_slide(page))[-1] for page in document] == [
        "1/5",
        "2/5",
        "3/5",
        "4/5",
        "5/5",
    ]
    assert "2/3" in read_slide(document[3])


def test_every_slide_of_a_rehearsal_is_marked() -> None:
    document = open_slides(make_slides(rehearsal=True))
    assert all(read_slide(page).count("DIỄN TẬP") >= 2 for page in document)
    assert "không phải kết quả thật" in read_slide(document[0])


def test_no_slide_of_a_meeting_is_marked_as_rehearsal() -> None:
    assert not any("DIỄN TẬP" in read_slide(page) for page in open_slides(make_slides()))


def test_every_slide_shows_the_head_where_it_is_known() -> None:
    head = "K7M2QX9RABCDEFGH1234ABCD5678WXYZ"
    document = open_slides(make_slides(head=head))
    assert all("K7M2 QX9R ABCD EFGH 1234 ABCD 5678 WXYZ" in read_slide(page) for page in document)
    assert not any("Mã niêm phong" in read_slide(page) for page in open_slides(make_slides()))


def test_same_record_gives_the_same_bytes() -> None:
    record = make_slides(make_committee(12), rehearsal=True)
    assert render_result_slides(record) == render_result_slides(record)


def test_slides_hold_their_font() -> None:
    fonts = {
        font[3].partition("+")[2] for page in open_slides(make_slides(make_committee(9))) for font in page.get_fonts()
    }
    assert fonts
    assert all(name.startswith("Tinos") for name in fonts)


def test_letters_are_at_least_four_hundredths_of_a_slides_height() -> None:
    contests = tuple(make_contest(f"Đồng chí Nguyễn Thị Hoàng Oanh {number}", 8 + number % 7) for number in range(14))
    document = open_slides(make_slides(make_election(*contests), make_committee(12)))
    for page in document:
        for text, size, _ in list_spans(page):
            # The chart's axis and caption explain; they are 0.85 of the chart's letters.
            explains = text.strip() in ("0", "18") or text.startswith(("Trục từ", "Đậm", "Gạch chéo"))
            assert size >= LEAST_LETTERS_POINTS * (0.85 if explains else 1), (page.number + 1, text, size)


def test_summary_counts_every_contest_once() -> None:
    contests = tuple(make_contest(f"Đồng chí số {number}", 8 + number % 7) for number in range(1, 15))
    election = make_election(*contests)
    summaries = [
        each for each in compose_election_slides(election, Language.VIETNAMESE) if isinstance(each, SummarySlide)
    ]
    rows = [row for slide in summaries for row in slide.table.rows]
    assert rows == [
        (str(place), each.subject, str(each.options[0].count), str(each.options[1].count), "1", each.outcome)
        for place, each in enumerate(contests, 1)
    ]
    assert [slide.part for slide in summaries] == ["1/2", "2/2"]


def test_few_contests_have_no_summary() -> None:
    slides = compose_election_slides(make_election(make_contest(), make_contest("B")), Language.VIETNAMESE)
    assert [slide.kind for slide in slides] == ["numbers", "contest", "contest"]


def test_sixty_candidates_stand_on_slides_of_a_few_in_their_order() -> None:
    election = make_committee(60)
    slides = [each for each in compose_election_slides(election, Language.VIETNAMESE) if isinstance(each, ContestSlide)]
    charts = [slide.chart for slide in slides if slide.chart is not None]
    assert all(len(chart.bars) <= MOST_BARS + 1 for chart in charts)
    bars = [(bar.label, bar.count) for chart in charts for bar in chart.bars]
    lines = (*election.contests[0].options, election.contests[0].blank)
    assert bars == [(line.label, line.count) for line in lines]
    assert [slide.piece for slide in slides if slide.chart is not None] == list(range(1, len(charts) + 1))
    assert {(chart.whole, chart.end) for chart in charts} == {(18, 18)}


def test_every_candidate_is_named_under_what_came_of_it() -> None:
    election = make_committee(60)
    named: dict[str, list[str]] = {}
    for slide in compose_election_slides(election, Language.VIETNAMESE):
        if isinstance(slide, ContestSlide):
            for group in slide.groups:
                named.setdefault(group.label, []).extend(group.value.split("; "))
    assert list(named) == ["Trúng cử", "Không trúng cử"]
    for outcome, names in named.items():
        assert names == [each.label for each in election.contests[0].options if each.outcome == outcome]


@pytest.mark.parametrize(
    "election",
    [
        make_committee(60),
        make_committee(60, "Đồng chí Nguyễn Phước Tôn Nữ Hoàng Thị Thanh Tuyền Bảo Châu, Phó Chủ tịch khu phố {}"),
        make_election(*(make_contest(f"{LONG} {number}", 8 + number % 7) for number in range(14)), title=LONG),
        make_election(*(make_contest(f"Đồng chí {number}", 8 + number % 7) for number in range(200))),
        make_election(*(replace(make_contest(text), outcome=text, clause=text, note=text) for text in HOSTILE)),
    ],
    ids=["sixty", "sixty long names", "fourteen long titles", "two hundred", "hostile"],
)
def test_nothing_runs_off_a_slide(election: ElectionRecord) -> None:
    record = make_slides(election, rehearsal=True, head="K" * 32)
    document = open_slides(record)
    assert len(document) == len(compose_slides(record, Language.VIETNAMESE))
    check_places(document)


def test_meeting_of_one_voter_and_one_of_none_have_slides() -> None:
    one = replace(
        make_contest(),
        options=(OptionRecord("Đồng ý", 1), OptionRecord("Không đồng ý", 0)),
        blank=OptionRecord("Phiếu trắng", 0),
        bases=(BaseRecord("cơ sở", 1, "cơ sở"),),
        tests=(TestRecord("Đồng ý", 1, 1, 1, passed=True),),
    )
    none = replace(one, options=tuple(replace(each, count=0) for each in one.options), bases=(), tests=())
    check_places(open_slides(make_slides(make_election(one, none))))


def test_hostile_texts_stay_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("rendering asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    for text in HOSTILE[:5]:
        contest = replace(
            make_contest(text), outcome=text, clause=text, options=(OptionRecord(text, 12), OptionRecord("Không", 2))
        )
        document = open_slides(replace(make_slides(make_election(contest, title=text)), unit=text, superior=text))
        assert read_slide(document[0]).count(text) == 2
        assert read_slide(document[1]).startswith(text)
        assert read_slide(document[2]).count(text) == 5


def test_characters_that_cannot_be_printed_are_replaced_and_listed() -> None:
    record = replace(make_slides(make_election(make_contest("\u202egnp.exe"))), unit="Chi bộ 😀")
    document = open_slides(record)
    assert "Chi bộ □" in read_slide(document[0])
    assert "U+202E, U+1F600" in read_slide(document[0])
    assert "□gnp.exe" in read_slide(document[2])


def test_decomposed_letters_are_composed() -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Thị Ánh")
    text = " ".join(open_slides(make_slides(make_election(make_contest(name))))[2].get_text().split())
    assert "Nguyễn Thị Ánh" in text


def test_slides_speak_english_on_request() -> None:
    text = " ".join(read_slide(page) for page in open_slides(make_slides(rehearsal=True), Language.ENGLISH))
    for part in ("Results of the secret vote", "Ballots issued", "Ground: ", "This is a rehearsal, not a real result."):
        assert part in text


@pytest.mark.parametrize("shape", list(ScreenShape))
def test_screen_picture_has_the_same_bytes_each_time(shape: ScreenShape) -> None:
    [slide] = [
        each for each in compose_election_slides(make_election(), Language.VIETNAMESE) if isinstance(each, ContestSlide)
    ]
    assert slide.chart is not None
    pictures = {render_screen_chart(slide.chart, shape, Language.VIETNAMESE) for _ in range(2)}
    assert len(pictures) == 1
    [picture] = pictures
    assert picture.startswith(b"<svg")
    assert b"<script" not in picture
    assert b"http" not in picture.replace(b"http://www.w3.org/", b"")
