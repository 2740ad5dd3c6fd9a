"""The desk's pages: marking people, counting slips, and what a clerk is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.domain.staff import Role
from tests.support.chair_evenings import VOTERS, ChairEvening, begin_chair_evening


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        begun.prepare()
        yield begun


def desk(evening: ChairEvening, query: str = "") -> str:
    return evening.get(f"/desk/{evening.code}?q={query}")


def test_clerk_finds_and_marks_somebody_in_two_actions(evening: ChairEvening) -> None:
    clerk = evening.visit(Role.CLERK)
    page = clerk.get(f"/desk/{evening.code}?q=khoi").get_data(as_text=True)
    assert page.count('name="card"') == 2
    assert "Đặng Văn Khôi" in page
    fields = {"card": "00125007", "expected": "absent_unexcused", "attendance": "present", "q": "khoi"}
    answer = clerk.post(f"/desk/{evening.code}/attendance", data=fields)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/desk/{evening.code}?q=khoi#people")
    assert "00125007 – Có mặt" in clerk.get(f"/desk/{evening.code}?q=khoi").get_data(as_text=True)


def test_second_desk_sees_what_the_first_marked(evening: ChairEvening) -> None:
    evening.act("desk/attendance", card=VOTERS[0], expected="absent_unexcused", attendance="present")
    answer = evening.send("desk/attendance", card=VOTERS[0], expected="absent_unexcused", attendance="absent_excused")
    assert answer.status_code == 409
    assert "Nguyễn Văn Chủ đã ghi Nguyễn Văn Thành: Có mặt, lúc" in answer.get_data(as_text=True)


@pytest.mark.parametrize("field", ["expected", "attendance"])
def test_form_with_an_unknown_attendance_is_refused(evening: ChairEvening, field: str) -> None:
    fields = {"card": VOTERS[0], "expected": "absent_unexcused", "attendance": "present", field: "asleep"}
    answer = evening.send("desk/attendance", **fields)
    assert answer.status_code == 400
    assert "Hãy tải lại trang" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("sam", "Không phát thẻ: đang được miễn công tác và sinh hoạt."),
        ("bach", "Không phát thẻ: đang bị đình chỉ sinh hoạt."),
        ("yen", "Không phát thẻ: đảng viên dự bị, không bỏ phiếu."),
        ("trang", "Không phát thẻ: sinh hoạt tạm thời ở đây, không bỏ phiếu."),
    ],
)
def test_desk_says_who_gets_no_slip_and_why(evening: ChairEvening, query: str, sentence: str) -> None:
    assert sentence in desk(evening, query)


def test_desk_counts_invited_present_and_slips(evening: ChairEvening) -> None:
    evening.print_slips(count=6)
    evening.check_in(*VOTERS)
    page = desk(evening)
    assert "<b>9</b> trong danh sách" in page
    assert "<b>4</b> có mặt, được rút thẻ" in page
    assert "<b>4/6</b>" in page
    assert "<b>2</b> thẻ còn lại, loạt A" in page


def test_clerk_prints_the_slips_at_the_desk(evening: ChairEvening) -> None:
    clerk = evening.visit(Role.CLERK)
    answer = clerk.post(f"/desk/{evening.code}/slips/print", data={"series": "A", "count": "6"})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<b>0/6</b>" in desk(evening)


def test_desk_refuses_a_wrong_number_of_slips(evening: ChairEvening) -> None:
    answer = evening.send("desk/slips/print", series="A", count="0")
    assert answer.status_code == 400
    assert "phải là số từ 1 đến 5000" in answer.get_data(as_text=True)


def test_more_slips_out_than_people_stands_out(evening: ChairEvening) -> None:
    evening.print_slips(count=6)
    evening.act("desk/slips", series="A", handed_out="2", lost="0")
    assert "đang có 2 thẻ ở ngoài, nhưng chỉ 0 người" in desk(evening)


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"handed_out": "9"}, 409, "chỉ in 6 thẻ"),
        ({"handed_out": "1", "lost": "2"}, 409, "không thể nhiều hơn đã phát 1"),
        ({"handed_out": "x"}, 400, "“Đã phát” phải là số"),
        ({"lost": "-1"}, 400, "“Mất” phải là số"),
        ({"series": "Q"}, 404, "không có loại thẻ Q"),
    ],
)
def test_wrong_slip_numbers_are_refused_with_their_reason(
    evening: ChairEvening, fields: dict[str, str], status: int, sentence: str
) -> None:
    evening.print_slips(count=6)
    answer = evening.send("desk/slips", **{"series": "A", "handed_out": "2", "lost": "0", **fields})
    assert answer.status_code == status
    assert sentence in answer.get_data(as_text=True)


def test_no_slip_is_counted_out_while_its_election_is_open(evening: ChairEvening) -> None:
    evening.make_key()
    evening.print_slips()
    evening.check_in(*VOTERS)
    evening.open()
    assert "Ai đến muộn thì bỏ từ lần sau." in desk(evening)
    answer = evening.send("desk/slips", series="A", handed_out="5", lost="0")
    assert answer.status_code == 409


def test_desk_sends_slips_that_are_brought_back_to_the_kiosk(evening: ChairEvening) -> None:
    evening.print_slips(count=6)
    page = desk(evening)
    assert "mang thẻ đến máy bỏ phiếu chung" in page
    assert 'name="brought_back"' not in page
    evening.act("desk/slips", series="A", handed_out="3", brought_back="2", lost="0")
    assert "Đã trả lại: 0 thẻ." in desk(evening)


def test_desk_page_names_no_slip_and_no_credential(evening: ChairEvening) -> None:
    evening.print_slips(count=6)
    codes = [address.rpartition(".")[2] for address in evening.addresses]
    page = desk(evening)
    assert not any(code in page for code in codes)
    assert not re.findall("(?:[0-9A-Z]{4}-){4}[0-9A-Z]{4}", page)


def test_screen_does_not_reach_the_desk(evening: ChairEvening) -> None:
    assert evening.visit(Role.SCREEN).get(f"/desk/{evening.code}").status_code == 403


def test_desk_lists_its_meetings(evening: ChairEvening) -> None:
    assert f"/desk/{evening.code}" in evening.get("/desk")


def test_mark_is_taken_back_with_a_reason_that_stays_readable(evening: ChairEvening) -> None:
    evening.act("desk/attendance", card=VOTERS[0], expected="absent_unexcused", attendance="present")
    assert "Đến" in desk(evening, VOTERS[0])
    answer = evening.send("desk/attendance/undo", card=VOTERS[0], event="1", reason="")
    assert "Chưa ghi ô “Lý do”." in answer.get_data(as_text=True)
    evening.act("desk/attendance/undo", card=VOTERS[0], event="1", reason="bấm nhầm người")
    page = desk(evening, VOTERS[0])
    assert "Lấy lại lần ghi trước – Nguyễn Văn Chủ: bấm nhầm người" in page
    assert "00125001 – Vắng không lý do" in page


def test_counter_shows_the_five_numbers_and_turns_red_on_a_mismatch(evening: ChairEvening) -> None:
    evening.print_slips(count=6)
    evening.check_in(*VOTERS)
    page = desk(evening)
    figures = re.findall(r"<span>(\S+(?: \S+)?) <b>(\d+)</b></span>", page)
    assert figures == [("Mời", "9"), ("Có mặt", "4"), ("Phát", "4"), ("Hủy", "0"), ("Còn", "2")]
    assert 'class="counter"' in page
    evening.act("desk/slips", series="A", handed_out="5", lost="0")
    page = desk(evening)
    assert 'class="counter wrong"' in page
    assert "LỆCH" in page


def test_late_arrival_stands_beside_what_the_opening_froze(evening: ChairEvening) -> None:
    evening.make_key()
    evening.print_slips()
    evening.check_in(*VOTERS)
    evening.open()
    evening.act("desk/attendance", card="00125009", expected="absent_unexcused", attendance="present")
    evening.act("desk/attendance", card=VOTERS[0], expected="present", attendance="absent_excused")
    for page in (desk(evening), evening.get(f"/chair/{evening.code}/elections/s1")):
        assert "Lúc mở: 4 người được bỏ phiếu có mặt." in page
        assert "Sau khi mở: +1 đến, −1 về." in page
        assert "Đến: Đỗ Mạnh Cường." in page
        assert "Về: Nguyễn Văn Thành." in page
