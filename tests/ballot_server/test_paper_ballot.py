"""The paper ballot to print: its texts, its boxes, and nothing that tells one ballot from another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pymupdf
import pytest

from ballot_server.i18n import Language
from ballot_server.minutes.paper_ballot import BallotQuestion, PaperBallotSheet, render_paper_ballot
from tests.support.printed_files import read_text, squeeze

SHEET = PaperBallotSheet(
    unit="Chi bộ tổ dân phố số 5",
    superior="Đảng bộ phường Ngọc Lâm",
    title="Rà soát, đưa vào danh sách cần được chi bộ giáo dục, giúp đỡ",
    date=date(2026, 1, 15),
    questions=(
        BallotQuestion("Đồng chí Đặng Văn Khôi", ("Đồng ý", "Không đồng ý"), 1),
        BallotQuestion("Đồng chí Bùi Thị Kim Oanh", ("Đồng ý", "Không đồng ý"), 1),
    ),
    rehearsal=False,
)
MM = 72 / 25.4
LEVELS = ("Tín nhiệm cao", "Tín nhiệm", "Tín nhiệm thấp")
ENDLESS = "Nguyễn " * 28 + "Văn"
ELECTION = replace(SHEET, questions=(BallotQuestion("Bầu ban chi ủy", tuple(f"Ông/bà {n}" for n in range(1, 13)), 3),))


def read(sheet: PaperBallotSheet, folder: Path, language: Language = Language.VIETNAMESE) -> str:
    path = folder / "ballot.pdf"
    path.write_bytes(render_paper_ballot(sheet, language))
    return squeeze(read_text(path))


def test_ballot_says_what_is_asked_and_what_a_blank_is(tmp_path: Path) -> None:
    text = read(SHEET, tmp_path)
    for expected in ("PHIẾU BIỂU QUYẾT", SHEET.title, "Đồng chí Bùi Thị Kim Oanh", "Không đồng ý", "là phiếu trắng"):
        assert squeeze(expected) in text
    assert squeeze("Đánh dấu X vào một ô ở mỗi nội dung.") in text


def test_short_ballot_stands_on_a_page_twice_and_a_long_one_once(tmp_path: Path) -> None:
    assert read(SHEET, tmp_path).count(squeeze("PHIẾU BIỂU QUYẾT")) == 2
    assert read(ELECTION, tmp_path).count(squeeze("PHIẾU BIỂU QUYẾT")) == 1


def test_ballot_of_candidates_says_how_many_may_be_marked(tmp_path: Path) -> None:
    assert squeeze("nhiều nhất 3 ô") in read(ELECTION, tmp_path)


def test_ballot_with_different_questions_says_it_at_each(tmp_path: Path) -> None:
    text = read(replace(SHEET, questions=(*SHEET.questions, *ELECTION.questions)), tmp_path)
    assert squeeze("(Chọn nhiều nhất 1.)") in text
    assert squeeze("(Chọn nhiều nhất 3.)") in text


def test_rehearsals_ballot_says_so(tmp_path: Path) -> None:
    assert squeeze("PHIẾU DIỄN TẬP") in read(replace(SHEET, rehearsal=True), tmp_path)


def test_hostile_text_is_printed_as_text(tmp_path: Path) -> None:
    hostile = "#panic() $x$ [b] <c> \\ *d*"
    question = BallotQuestion(hostile, ('#read("/etc/passwd")',), 1)
    text = read(replace(SHEET, questions=(question,)), tmp_path)
    assert squeeze(hostile) in text
    assert squeeze("#read(") in text


def test_same_ballot_gives_the_same_bytes() -> None:
    assert render_paper_ballot(SHEET) == render_paper_ballot(SHEET)


def test_ballot_is_printed_in_english(tmp_path: Path) -> None:
    assert squeeze("Mark one box with X") in read(SHEET, tmp_path, Language.ENGLISH)


def make_candidates(count: int, name: str = "Nguyễn Thị Minh Khai {}") -> PaperBallotSheet:
    return replace(SHEET, questions=(BallotQuestion("Bầu", tuple(name.format(n) for n in range(count)), 15),))


def shrink(area: pymupdf.Rect) -> pymupdf.Rect:
    """Return the middle of a word's box: boxes of neighbouring lines touch."""
    return pymupdf.Rect(area.x0 + 0.5, area.y0 + 3, area.x1 - 0.5, area.y1 - 3)


def list_overprinted(document: pymupdf.Document) -> list[tuple[str, str]]:
    """Return pairs of words that are printed over each other."""
    pairs = []
    for page in document:
        words = [(shrink(pymupdf.Rect(word[:4])), word[4]) for word in page.get_text("words")]
        pairs += [(a, b) for place, (one, a) in enumerate(words) for two, b in words[:place] if one.intersects(two)]
    return pairs


@pytest.mark.parametrize(
    ("sheet", "pages"),
    [
        (SHEET, 1),
        (make_candidates(60), 1),
        (make_candidates(60, "Ông/bà {}"), 1),
        (replace(SHEET, questions=tuple(BallotQuestion(f"Ông {n}", LEVELS, 1) for n in range(30))), 2),
        (make_candidates(60, ENDLESS + " {}"), 4),
        (make_candidates(60, "W" * 197 + "{}"), 8),
        (replace(SHEET, unit=ENDLESS, superior="W" * 200, title=ENDLESS, questions=SHEET.questions * 9), None),
    ],
)
def test_ballot_prints_every_name_within_the_margins_and_none_over_another(
    sheet: PaperBallotSheet, pages: int | None
) -> None:
    document = pymupdf.open(stream=render_paper_ballot(sheet), filetype="pdf")
    frame = pymupdf.Rect(9 * MM, 9 * MM, 201 * MM, 294 * MM)
    assert [word[4] for page in document for word in page.get_text("words") if word[:4] not in frame] == []
    assert list_overprinted(document) == []
    assert pages is None or len(document) == pages
    text = squeeze(" ".join(page.get_text() for page in document))
    for question in sheet.questions:
        for option in question.options:
            assert squeeze(option) in text


def test_ballot_of_several_pages_numbers_them(tmp_path: Path) -> None:
    assert "Trang2/4" in read(make_candidates(60, ENDLESS + " {}"), tmp_path)
    assert "Trang" not in read(make_candidates(60), tmp_path)


def test_candidates_stand_below_each_other_in_the_order_of_the_ballot(tmp_path: Path) -> None:
    text = read(make_candidates(60), tmp_path)
    places = [text.index(f"Khai{number}" + ("Nguy" if number not in (59,) else "")) for number in range(60)]
    assert places == sorted(places)
