"""The attendance sheet: who votes, who does not and why, the numbers of the database, and nothing about slips."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pymupdf
import pytest

from ballot_server.domain.member import Attendance
from ballot_server.i18n import Language
from ballot_server.minutes.attendance_sheet import (
    AttendanceSheet,
    SheetElection,
    SheetPerson,
    render_attendance_sheet,
)
from ballot_server.minutes.room_paper import RoomPaper
from ballot_server.services.check_in import open_desk
from ballot_server.services.print_attendance import compose_sheet, print_attendance
from tests.support.chair_evenings import ELECTION, VOTERS, ChairEvening, begin_chair_evening
from tests.support.printed_files import count_missing_glyphs, list_fonts, read_text, squeeze

MM = 72 / 25.4
PAPER = RoomPaper("Chi bộ tổ dân phố số 5", "Đảng bộ phường Ngọc Lâm", "Nhà văn hóa tổ 5", date(2026, 1, 15))
ENDLESS = "Nguyễn " * 28 + "Văn"
HOSTILE = '#panic() $x$ [b] <c> \\ *d* `e` //f #read("/etc/passwd") "); #'


def make_person(row: int, **changes: str) -> SheetPerson:
    person = SheetPerson(row, f"Trần Thị Lan {row}", f"{row:08d}", tuple(Attendance)[row % 3])
    return replace(person, **changes)


def make_sheet(people: int = 5, *, is_filled: bool = True) -> AttendanceSheet:
    return AttendanceSheet(
        paper=PAPER,
        people=tuple(make_person(row) for row in range(1, people + 1)),
        others=(make_person(900, why="đảng viên dự bị"),),
        elections=(SheetElection("Rà soát", people, people // 3),),
        is_filled=is_filled,
        clerk="Lê Quang Vinh",
        chair="Nguyễn Văn Thành",
    )


def save(folder: Path, sheet: AttendanceSheet, language: Language = Language.VIETNAMESE) -> Path:
    path = folder / "sheet.pdf"
    path.write_bytes(render_attendance_sheet(sheet, language))
    return path


def read(folder: Path, sheet: AttendanceSheet, language: Language = Language.VIETNAMESE) -> str:
    return squeeze(read_text(save(folder, sheet, language)))


def list_stray_words(path: Path) -> list[str]:
    """Return the words outside the page's margins."""
    frame = pymupdf.Rect(21 * MM, 14 * MM, (210 - 13) * MM, (297 - 3) * MM)
    return [word[4] for page in pymupdf.open(path) for word in page.get_text("words") if word[:4] not in frame]


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        begun.prepare()
        yield begun


def compose(evening: ChairEvening, *, is_filled: bool = True) -> AttendanceSheet:
    return compose_sheet(evening.installation.database, evening.code, is_filled=is_filled, language=Language.VIETNAMESE)


def print_sheet(evening: ChairEvening) -> bytes:
    database = evening.installation.database
    return print_attendance(database, meeting=evening.code, is_filled=True, language=Language.VIETNAMESE)


def mark(evening: ChairEvening, card: str, attendance: str) -> None:
    evening.act("desk/attendance", card=card, expected="absent_unexcused", attendance=attendance)


def test_sheet_lists_who_votes_by_name_with_the_desks_row_numbers(evening: ChairEvening) -> None:
    sheet = compose(evening)
    assert [(person.row, person.name) for person in sheet.people] == [
        (5, "Đỗ Mạnh Cường"),
        (2, "Trần Thị Lan Hương"),
        (4, "Đặng Văn Khôi"),
        (1, "Nguyễn Văn Thành"),
        (3, "Lê Quang Vinh"),
    ]
    rows = {line.row: line.member.name for line in open_desk(evening.installation.database, evening.code).people}
    assert all(rows[person.row] == person.name for person in (*sheet.people, *sheet.others))


def test_sheet_lists_apart_who_does_not_vote_and_why(evening: ChairEvening) -> None:
    assert {person.name: person.why for person in compose(evening).others} == {
        "Cao Xuân Bách": "đang bị đình chỉ sinh hoạt",
        "Nguyễn Thị Sâm": "đang được miễn công tác và sinh hoạt",
        "Hà Thị Quỳnh Trang": "sinh hoạt tạm thời ở đây",
        "Nguyễn Hải Yến": "đảng viên dự bị",
    }


def test_sheet_lists_the_exempt_with_those_who_vote_where_rules_let_them(tmp_path: Path) -> None:
    with begin_chair_evening(tmp_path) as evening:
        evening.prepare({**ELECTION, "rule_set": "vn-resolution"})
        sheet = compose(evening)
    assert {person.name: person.note for person in sheet.people}["Nguyễn Thị Sâm"] == (
        "đang được miễn; có mặt thì được bỏ phiếu"
    )
    # Whoever votes only if present is not summoned before coming.
    assert sheet.elections[0].summoned == 5


def test_totals_are_the_databases(evening: ChairEvening, tmp_path: Path) -> None:
    for card in VOTERS[:3]:
        mark(evening, card, "present")
    mark(evening, VOTERS[3], "absent_excused")
    mark(evening, "00125023", "present")
    sheet = compose(evening)
    desk = open_desk(evening.installation.database, evening.code)
    assert desk.present == 4
    assert [(each.summoned, each.present) for each in sheet.elections] == [(5, 3)]
    text = read(tmp_path, sheet)
    for expected in (
        "có tên ở mục I: 5 (năm)",
        "Có mặt: 3 (ba)",
        "Vắng có lý do: 1 (một)",
        "Vắng không lý do: 1 (một)",
        "có tên ở mục II: 4 (bốn)",
        "Trong đó có mặt: 1 (một)",
    ):
        assert squeeze(expected) in text


def test_sheet_before_the_meeting_leaves_blanks(tmp_path: Path) -> None:
    text = read(tmp_path, make_sheet(is_filled=False))
    assert "bằngchữ:" in text
    assert "XX" not in text
    assert not re.search("[0-9]X", text)
    assert squeeze("có tên ở mục I: 5 (năm)") in text


def test_sheet_says_nothing_of_the_order_in_which_people_came(tmp_path: Path) -> None:
    printed = []
    for name, order in (("one", VOTERS), ("two", tuple(reversed(VOTERS)))):
        with begin_chair_evening(tmp_path / name) as evening:
            evening.prepare()
            for card in order:
                mark(evening, card, "present")
                evening.clock.move(timedelta(seconds=60))
            printed.append(print_sheet(evening))
    assert printed[0] == printed[1]


def test_sheet_says_nothing_of_slips(evening: ChairEvening) -> None:
    evening.make_key()
    for card in VOTERS:
        mark(evening, card, "present")
    before = print_sheet(evening)
    evening.print_slips()
    evening.act("desk/slips", series="A", handed_out="4", lost="1")
    assert print_sheet(evening) == before


def test_heading_is_repeated_and_pages_are_numbered_for_five_hundred(tmp_path: Path) -> None:
    path = save(tmp_path, make_sheet(500))
    document = pymupdf.open(path)
    pages = len(document)
    for number, page in enumerate(document, start=1):
        text = squeeze(page.get_text())
        assert f"Trang{number}/{pages}" in text
        assert squeeze("Họ và tên") in text
    assert list_stray_words(path) == []


def test_endless_names_stay_within_the_margins(tmp_path: Path) -> None:
    names = (ENDLESS, "W" * 200, "ệ" * 200)
    people = tuple(make_person(row, name=names[row % 3], card_number="9" * 40) for row in range(1, 61))
    sheet = replace(
        make_sheet(), people=people, others=people[:3], paper=replace(PAPER, unit=ENDLESS, superior="W" * 200)
    )
    path = save(tmp_path, replace(sheet, clerk="W" * 200, chair=ENDLESS))
    assert list_stray_words(path) == []
    assert read_text(path).count("Nguyễn") >= 60 // 3 * 28


def test_hostile_text_is_printed_as_text(tmp_path: Path) -> None:
    person = make_person(1, name=HOSTILE, card_number=HOSTILE, note=HOSTILE, why=HOSTILE)
    sheet = replace(
        make_sheet(),
        people=(person,),
        others=(person,),
        elections=(SheetElection(HOSTILE, 1, 1),),
        paper=replace(PAPER, unit=HOSTILE, superior=HOSTILE, place=HOSTILE),
        clerk=HOSTILE,
        chair=HOSTILE,
    )
    assert read(tmp_path, sheet).count(squeeze(HOSTILE)) >= 11


def test_unprintable_characters_are_replaced_visibly(tmp_path: Path) -> None:
    path = save(tmp_path, replace(make_sheet(), people=(make_person(1, name="An\u202egiả\u200b 漢"),)))
    assert "An□giả□ □" in read_text(path)
    assert count_missing_glyphs(path) == 0


def test_same_sheet_gives_the_same_bytes() -> None:
    assert render_attendance_sheet(make_sheet(60)) == render_attendance_sheet(make_sheet(60))


def test_sheet_embeds_its_fonts(tmp_path: Path) -> None:
    fonts = list_fonts(save(tmp_path, make_sheet()))
    assert fonts
    assert all("Tinos" in name and embedded for name, embedded in fonts.items())


def test_rehearsals_sheet_says_so_on_every_page(tmp_path: Path) -> None:
    path = save(tmp_path, replace(make_sheet(60), paper=replace(PAPER, rehearsal=True)))
    assert all("DIỄN TẬP" in page.get_text() for page in pymupdf.open(path))
    assert "DIỄN TẬP" not in read_text(save(tmp_path, make_sheet()))


def test_sheet_is_printed_in_english(tmp_path: Path) -> None:
    assert squeeze("Those who do not vote") in read(tmp_path, make_sheet(), Language.ENGLISH)
