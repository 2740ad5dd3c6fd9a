"""The voters' guide: one page, in big letters, with the room's network and address, and nothing about anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pymupdf
import pytest

from ballot_server.domain.staff import Role
from ballot_server.i18n import Language
from ballot_server.minutes.voter_guide import VoterGuide, render_voter_guide
from tests.support.chair_evenings import VOTERS_ADDRESS, ChairEvening, begin_chair_evening
from tests.support.printed_files import count_missing_glyphs, list_fonts, read_text, squeeze

MM = 72 / 25.4
SMALLEST = 14
GUIDE = VoterGuide("Chi bộ tổ dân phố số 5", date(2026, 1, 15), VOTERS_ADDRESS, "Chi-bo-5")
HOSTILE = "#panic() $x$ [b] <c> \\ *d*"
LONGEST = VoterGuide("W" * 200, date(2026, 1, 15), f"https://{'w' * 44}.vn:8443", "W" * 32, rehearsal=True)


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        begun.prepare(wifi="Chi-bo-5")
        yield begun


def save(folder: Path, guide: VoterGuide, language: Language = Language.VIETNAMESE) -> Path:
    path = folder / "guide.pdf"
    path.write_bytes(render_voter_guide(guide, language))
    return path


def read(folder: Path, guide: VoterGuide, language: Language = Language.VIETNAMESE) -> str:
    return squeeze(read_text(save(folder, guide, language)))


@pytest.mark.parametrize(
    "expected",
    [
        "Tự rút một thẻ",
        "Tắt dữ liệu di động (4G), nối Wi-Fi",
        "Chi-bo-5",
        "http://192.168.10.1:8080/v",
        "Chọn, bấm Xem lại, rồi bấm Bỏ phiếu",
        "Chờ câu “Đã ghi nhận phiếu”",
        "http://192.168.10.1:8080/check",
        "Khi gặp trục trặc",
        "máy bỏ phiếu chung",
        "tổ kiểm phiếu chỉ cùng nhau mở tổng số",
    ],
)
def test_guide_says_how_to_vote(tmp_path: Path, expected: str) -> None:
    assert squeeze(expected) in read(tmp_path, GUIDE)


def test_guide_uses_the_booths_own_words(tmp_path: Path) -> None:
    booth = (Path(__file__).parents[2] / "kiosk" / "src" / "booth" / "texts.ts").read_text(encoding="utf-8")
    for language, words in (
        (Language.VIETNAMESE, ("Xem lại", "Bỏ phiếu", "Đã ghi nhận phiếu", "Mã phiếu")),
        (Language.ENGLISH, ("Review", "Cast", "Your ballot is recorded", "Ballot code")),
    ):
        text = read(tmp_path, GUIDE, language).casefold()
        for word in words:
            assert f'"{word}"' in booth
            assert squeeze(word).casefold() in text


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("guide", [GUIDE, LONGEST, replace(GUIDE, wifi="", address="", rehearsal=True)])
def test_guide_is_one_page_within_its_margins(tmp_path: Path, guide: VoterGuide, language: Language) -> None:
    (page,) = pymupdf.open(save(tmp_path, guide, language))
    frame = pymupdf.Rect(14 * MM, 11 * MM, 196 * MM, 286 * MM)
    assert [word[4] for word in page.get_text("words") if word[:4] not in frame] == []


@pytest.mark.parametrize("language", list(Language))
def test_guide_is_set_in_big_letters(tmp_path: Path, language: Language) -> None:
    (page,) = pymupdf.open(save(tmp_path, GUIDE, language))
    # The mark in the drawing of a ballot is no text to read.
    spans = [span for span in page.get_texttrace() if len(span["chars"]) > 1]
    assert min(span["size"] for span in spans) >= SMALLEST


def test_guide_without_network_or_address_says_whom_to_ask(tmp_path: Path) -> None:
    text = read(tmp_path, replace(GUIDE, wifi="", address=""))
    assert squeeze("Chưa rõ mạng nào thì hỏi tổ kiểm phiếu.") in text
    assert squeeze("mở địa chỉ in trên thẻ") in text
    assert "Chọnmạngcótên" not in text


def test_hostile_text_is_printed_as_text(tmp_path: Path) -> None:
    hostile = replace(GUIDE, unit=HOSTILE, wifi=HOSTILE, address=HOSTILE)
    assert read(tmp_path, hostile).count(squeeze(HOSTILE)) == 4


def test_unprintable_characters_are_replaced_visibly(tmp_path: Path) -> None:
    path = save(tmp_path, replace(GUIDE, wifi="A\u202eB\u200b漢"))
    assert "A□B□□" in read_text(path)
    assert count_missing_glyphs(path) == 0


def test_same_guide_gives_the_same_bytes() -> None:
    assert render_voter_guide(GUIDE) == render_voter_guide(GUIDE)


def test_guide_embeds_its_fonts(tmp_path: Path) -> None:
    fonts = list_fonts(save(tmp_path, GUIDE))
    assert fonts
    assert all("Tinos" in name and embedded for name, embedded in fonts.items())


@pytest.mark.parametrize("page", ["/desk/{code}", "/chair/{code}"])
@pytest.mark.parametrize("paper", ["attendance.pdf", "guide.pdf"])
def test_pages_offer_the_papers_of_the_room(evening: ChairEvening, page: str, paper: str) -> None:
    address = f"/desk/{evening.code}/{paper}"
    assert f'href="{address}"' in evening.get(page.format(code=evening.code))
    answer = evening.chair.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF")


def test_filled_sheet_is_offered_once_somebody_is_recorded(evening: ChairEvening) -> None:
    address = f"/desk/{evening.code}/attendance-filled.pdf"
    assert address not in evening.get(f"/desk/{evening.code}")
    evening.act("desk/attendance", card="00125001", expected="absent_unexcused", attendance="present")
    assert address in evening.get(f"/desk/{evening.code}")
    assert evening.chair.get(address).status_code == 200


def test_guide_of_the_page_names_the_meetings_network(evening: ChairEvening, tmp_path: Path) -> None:
    path = tmp_path / "guide.pdf"
    path.write_bytes(evening.chair.get(f"/desk/{evening.code}/guide.pdf").data)
    assert "Chi-bo-5" in read_text(path)
    path.write_bytes(evening.chair.get(f"/desk/{evening.code}/guide.pdf?lang=en").data)
    assert "HOW TO VOTE" in read_text(path)


def test_meeting_on_paper_offers_no_guide_to_phones(tmp_path: Path) -> None:
    with begin_chair_evening(tmp_path) as evening:
        evening.prepare(mode="paper")
        page = evening.get(f"/desk/{evening.code}")
    assert "guide.pdf" not in page
    assert "attendance.pdf" in page


@pytest.mark.parametrize("paper", ["attendance.pdf", "attendance-filled.pdf", "guide.pdf"])
def test_paper_of_an_unknown_meeting_is_not_found(evening: ChairEvening, paper: str) -> None:
    assert evening.chair.get(f"/desk/K7M2QX9R/{paper}").status_code == 404


def test_papers_are_for_the_desk_and_the_zero_report_for_the_chair(evening: ChairEvening) -> None:
    clerk, screen = evening.visit(Role.CLERK), evening.visit(Role.SCREEN)
    assert clerk.get(f"/desk/{evening.code}/attendance.pdf").status_code == 200
    assert clerk.get(f"/chair/{evening.code}/elections/s1/zero-report.pdf").status_code == 403
    for paper in ("attendance.pdf", "attendance-filled.pdf", "guide.pdf"):
        assert screen.get(f"/desk/{evening.code}/{paper}").status_code == 403
