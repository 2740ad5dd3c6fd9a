"""The pages around paper ballots: a whole evening on paper, paper beside phones, two tellers, and moving to paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.domain.election import ElectionState
from ballot_server.domain.staff import Role
from ballot_server.services.verify_results import verify_results
from crypto.verify import verify_archive
from tests.support.chair_evenings import ELECTION, ROLL, VOTERS, ChairEvening, begin_chair_evening
from tests.support.evenings import AGREE
from tests.support.paper_evenings import SHEET, count_paper, enter, name_tellers, visit_count
from tests.support.printed_files import read_text, squeeze

OUT = {"printed": "6", "handed_out": "4", "brought_back": "0", "lost": "0"}


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        yield begun


def prepare_on_paper(evening: ChairEvening) -> None:
    """Prepare a meeting on paper with four people in the room."""
    evening.begin_draft(mode="paper")
    assert evening.upload("roll", "roll", "roll.csv", ROLL.encode()).status_code == 303
    evening.act("draft/elections", **ELECTION)
    evening.act("draft/finalise")
    for card in VOTERS:
        evening.act("desk/attendance", card=card, expected="absent_unexcused", attendance="present")


def come_to_count(evening: ChairEvening) -> None:
    """Hold an election on paper until its box is closed."""
    prepare_on_paper(evening)
    evening.act("chair/elections/s1/paper/ballots", **OUT)
    evening.act("chair/elections/s1/paper/open")
    evening.act("chair/elections/s1/close")


def page_of(evening: ChairEvening, election: str = "s1") -> str:
    return evening.get(f"/chair/{evening.code}" + (f"/elections/{election}" if election else ""))


def test_evening_on_paper_ends_in_minutes_and_a_verified_archive(evening: ChairEvening, tmp_path: Path) -> None:
    come_to_count(evening)
    count_paper(evening, SHEET)
    evening.act("chair/elections/s1/paper/tally")
    evening.act("chair/elections/s1/publish")
    evening.act("chair/minutes")
    evening.act("chair/end")
    report = verify_archive(evening.chair.get(f"/chair/{evening.code}/archive.jsonl").data)
    assert verify_results(report)
    assert report.elections[0].totals == ((3, 0, 0),)
    path = tmp_path / "minutes.pdf"
    path.write_bytes(evening.chair.get(f"/chair/{evening.code}/minutes.pdf").data)
    text = squeeze(read_text(path))
    assert squeeze("Lý do không hợp lệ: có ký tên hoặc viết thêm trên phiếu: 1.") in text
    assert "Đã khóa sổ." in page_of(evening, "")


def test_meeting_on_paper_asks_for_no_key_and_no_slips(evening: ChairEvening) -> None:
    prepare_on_paper(evening)
    page = page_of(evening, "")
    assert "không cần khóa, không cần thẻ" in page
    assert "Bỏ phiếu: Rà soát, đưa vào danh sách." in page
    assert "/slips" not in page


def test_two_tellers_who_differ_are_told_the_cells_and_no_number(evening: ChairEvening) -> None:
    come_to_count(evening)
    first, second = name_tellers(evening)
    enter(visit_count(evening), first, SHEET)
    answer = enter(visit_count(evening), second, {**SHEET, "c0_o0": "2", "c0_o1": "1"}).get_data(as_text=True)
    for page in (answer, page_of(evening)):
        assert "Đồng chí Đặng Văn Khôi: Đồng ý" in page
        assert "Đồng chí Đặng Văn Khôi: Không đồng ý" in page
        assert "phiếu trắng</li>" not in page
        assert "số phiếu trong hòm</li>" not in page
    assert "paper/tally" not in page_of(evening)


def test_two_tellers_who_differed_count_again_and_agree(evening: ChairEvening) -> None:
    come_to_count(evening)
    codes = name_tellers(evening)
    for code, sheet in zip(codes, (SHEET, {**SHEET, "c0_o0": "2", "c0_o1": "1"}), strict=True):
        enter(visit_count(evening), code, sheet)
    for code in codes:
        enter(visit_count(evening), code, SHEET)
    assert "Hai người ra cùng một số." in page_of(evening)
    assert "paper/tally" in page_of(evening)


def test_what_one_teller_entered_is_shown_to_nobody(evening: ChairEvening) -> None:
    come_to_count(evening)
    first, second = name_tellers(evening)
    answer = enter(visit_count(evening), first, {**SHEET, "ballots": "4", "other_count": "0"})
    other = visit_count(evening).post("/count", data={"code": second})
    again = visit_count(evening).post("/count", data={"code": first})
    assert 'value="3"' not in answer.get_data(as_text=True) + other.get_data(as_text=True)
    assert "Đã nhận số của" in again.get_data(as_text=True)
    assert "c0_o0" not in again.get_data(as_text=True)


def test_sheet_that_contradicts_itself_is_not_taken_and_stays_on_the_page(evening: ChairEvening) -> None:
    come_to_count(evening)
    first, _ = name_tellers(evening)
    answer = enter(visit_count(evening), first, {**SHEET, "c0_o0": "2"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "cộng các ô được 2, nhưng phiếu hợp lệ ông/bà nhập là 3" in page
    assert 'name="c0_o0" type="number" inputmode="numeric" min="0" max="5000" value="2"' in page


def test_wrong_code_opens_no_sheet(evening: ChairEvening) -> None:
    come_to_count(evening)
    name_tellers(evening)
    answer = visit_count(evening).post("/count", data={"code": "0000-0000-0000-0000"})
    assert answer.status_code == 409
    assert "Mã kiểm phiếu không đúng" in answer.get_data(as_text=True)


def test_codes_are_void_once_other_tellers_are_named(evening: ChairEvening) -> None:
    come_to_count(evening)
    old, _ = name_tellers(evening)
    name_tellers(evening)
    assert visit_count(evening).post("/count", data={"code": old}).status_code == 409


def test_same_teller_named_twice_is_refused(evening: ChairEvening) -> None:
    come_to_count(evening)
    answer = evening.send("chair/elections/s1/paper/counters", counter_1="Phạm Thị Thu Hà", counter_2="phạm thị thu hà")
    assert "hai người kiểm phiếu khác nhau" in answer.get_data(as_text=True)


def test_one_ballot_too_many_in_the_box_is_named_before_anything_is_shown(evening: ChairEvening) -> None:
    come_to_count(evening)
    count_paper(evening, {"ballots": "5", "c0_o0": "5"})
    page = page_of(evening)
    assert "Thừa phiếu giấy: trong hòm có 5 phiếu, nhưng chỉ phát 4 phiếu." in page
    assert "paper/tally" not in page
    answer = evening.send("chair/elections/s1/paper/tally")
    assert answer.status_code == 409
    assert evening.find().state is ElectionState.CLOSED


def test_more_paper_out_than_people_present_cannot_be_opened(evening: ChairEvening) -> None:
    prepare_on_paper(evening)
    evening.act("chair/elections/s1/paper/ballots", **{**OUT, "handed_out": "5"})
    answer = evening.send("chair/elections/s1/paper/open")
    assert answer.status_code == 409
    assert "nhiều hơn số người có mặt" in answer.get_data(as_text=True)


def test_numbers_that_contradict_each_other_are_refused(evening: ChairEvening) -> None:
    prepare_on_paper(evening)
    answer = evening.send("chair/elections/s1/paper/ballots", **{**OUT, "printed": "3"})
    assert "Số phiếu giấy không khớp: in 3, phát 4" in answer.get_data(as_text=True)


def test_paper_cannot_be_handed_out_once_an_election_on_paper_is_open(evening: ChairEvening) -> None:
    prepare_on_paper(evening)
    evening.act("chair/elections/s1/paper/ballots", **OUT)
    evening.act("chair/elections/s1/paper/open")
    assert evening.send("chair/elections/s1/paper/ballots", **OUT).status_code == 409


def test_election_on_paper_is_annulled_and_repeated_on_paper(evening: ChairEvening) -> None:
    come_to_count(evening)
    evening.act("chair/elections/s1/annul", ground="Phát nhầm phiếu")
    evening.act("chair/elections/s1/repeat")
    assert evening.find("s1-2").is_on_paper
    assert "Lần này chỉ bỏ phiếu bằng phiếu giấy." in page_of(evening, "s1-2")


def test_paper_beside_phones_is_signed_by_the_tellers_and_added_up(evening: ChairEvening) -> None:
    # Five are present; one slip and four paper ballots would leave one phone: the floor of a rehearsal is one.
    evening.prepare()
    evening.make_key()
    evening.print_slips()
    for card in VOTERS:
        evening.act("desk/attendance", card=card, expected="absent_unexcused", attendance="present")
    evening.act("desk/slips", series="A", handed_out="2", lost="0")
    evening.act("desk/paper", election="s1", paper_issued="2")
    evening.open()
    evening.cast(AGREE, AGREE)
    evening.close()
    refused = evening.send("chair/elections/s1/decryption")
    assert "phiếu giấy chưa kiểm" in refused.get_data(as_text=True)
    count_paper(evening, {"ballots": "2", "c0_o0": "1", "c0_o1": "1"})
    evening.act("chair/elections/s1/paper/signatures")
    evening.drive(lambda: "paper/post" in page_of(evening))
    evening.act("chair/elections/s1/paper/post")
    evening.count()
    evening.act("chair/elections/s1/publish")
    report = verify_archive(evening.finish())
    assert verify_results(report)
    assert report.elections[0].totals == ((3, 1, 0),)
    assert report.elections[0].returned == 4


def test_moving_to_paper_annuls_the_vote_and_asks_the_same_on_paper(evening: ChairEvening, tmp_path: Path) -> None:
    evening.come_to_opening()
    evening.open()
    evening.cast(AGREE, AGREE)
    evening.act("chair/elections/s1/paper/switch", ground="Mạng hỏng")
    assert evening.find().state is ElectionState.ANNULLED
    assert evening.send("chair/elections/s1/decryption").status_code == 409
    evening.act("chair/elections/s1-2/paper/ballots", **OUT)
    evening.act("chair/elections/s1-2/paper/open")
    evening.act("chair/elections/s1-2/close")
    count_paper(evening, SHEET, "s1-2")
    evening.act("chair/elections/s1-2/paper/tally")
    evening.act("chair/elections/s1-2/publish")
    report = verify_archive(evening.finish())
    assert verify_results(report)
    assert [election.ground for election in report.elections] == ["Mạng hỏng", None]
    path = tmp_path / "minutes.pdf"
    path.write_bytes(evening.chair.get(f"/chair/{evening.code}/minutes.pdf").data)
    assert squeeze("bằng điện thoại bị dừng và hủy (lý do: Mạng hỏng)") in squeeze(read_text(path))


def test_election_on_paper_cannot_be_moved_to_paper(evening: ChairEvening) -> None:
    prepare_on_paper(evening)
    answer = evening.send("chair/elections/s1/paper/switch", ground="Mạng hỏng")
    assert "đã dùng phiếu giấy" in answer.get_data(as_text=True)


def test_paper_ballot_is_printed_for_the_desk_too(evening: ChairEvening) -> None:
    prepare_on_paper(evening)
    clerk = evening.visit(Role.CLERK)
    answer = clerk.get(f"/chair/{evening.code}/elections/s1/paper/ballot.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


def test_projector_says_that_the_vote_is_on_paper(evening: ChairEvening) -> None:
    prepare_on_paper(evening)
    evening.act("chair/elections/s1/paper/ballots", **OUT)
    evening.act("chair/elections/s1/paper/open")
    page = evening.get("/screen")
    assert "Bỏ phiếu bằng phiếu giấy" in page
    assert "Phiếu giấy đã phát: 4" in page


def test_desk_calls_nobody_without_a_slip_where_all_vote_on_paper(evening: ChairEvening) -> None:
    prepare_on_paper(evening)
    page = evening.get(f"/desk/{evening.code}?q=00125001")
    assert "không được phát thẻ" not in page
    assert 'class="warning"' not in page
    assert "<b>4</b> có mặt được bỏ phiếu" in page


def test_desk_still_finds_everybodys_box_after_a_vote_moved_to_paper(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.act("chair/elections/s1/paper/switch", ground="Mạng hỏng")
    page = evening.get(f"/desk/{evening.code}?q=00125001")
    assert 'class="warning"' not in page.partition('id="people"')[2].partition('id="slips"')[0]
