"""The chair's pages: a whole evening in a browser's requests, with three tellers' devices, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import docx
import pytest

from ballot_server.domain.election import ElectionState
from ballot_server.domain.staff import Role
from ballot_server.services.verify_results import verify_results
from ballot_server.web.context import attach_context, get_context
from crypto.verify import verify_archive
from tests.support.chair_evenings import VOTERS, ChairEvening, begin_chair_evening
from tests.support.evenings import AGREE, BLANK, DISAGREE
from tests.support.printed_files import read_text, squeeze


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        yield begun


def page_of(evening: ChairEvening, election: str = "") -> str:
    return evening.get(f"/chair/{evening.code}" + (f"/elections/{election}" if election else ""))


def test_evening_from_the_pages_ends_in_minutes_and_a_verified_archive(evening: ChairEvening, tmp_path: Path) -> None:
    evening.come_to_opening()
    evening.hold(AGREE, AGREE, AGREE, AGREE)
    archive = evening.finish()
    report = verify_archive(archive, confirmations=evening.confirmations)
    assert verify_results(report)
    minutes = tmp_path / "minutes.pdf"
    minutes.write_bytes(evening.chair.get(f"/chair/{evening.code}/minutes.pdf").data)
    text = squeeze(read_text(minutes))
    assert squeeze("Rà soát, đưa vào danh sách") in text
    assert squeeze("đường truyền không mã hóa (HTTP)") in text
    assert evening.chair.get(f"/chair/{evening.code}/archive.jsonl").data == archive
    assert "Đã khóa sổ." in page_of(evening)


def test_minutes_to_edit_are_offered_beside_those_to_sign_and_say_the_same(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.hold(AGREE, AGREE, AGREE, AGREE)
    evening.act("chair/minutes")
    assert f'href="/chair/{evening.code}/minutes.docx"' in page_of(evening)
    answer = evening.chair.get(f"/chair/{evening.code}/minutes.docx")
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        f"attachment; filename=bien-ban-{evening.code}.docx",
    )
    headings = [each.text for each in docx.Document(BytesIO(answer.data)).paragraphs if each.style.name == "Heading 2"]
    assert headings[0] == "1. Rà soát, đưa vào danh sách"


def test_meeting_page_names_each_next_step_in_turn(evening: ChairEvening) -> None:
    evening.prepare()
    assert "Mời tổ kiểm phiếu vào ghế để lập khóa" in page_of(evening)
    evening.seat_tellers()
    assert "Chờ tổ kiểm phiếu lập khóa" in page_of(evening)
    evening.drive(lambda: all(place.voice.find("key_made") for place in evening.places))
    assert "In thẻ bỏ phiếu, ở mục" in page_of(evening)
    evening.print_slips()
    assert "Bỏ phiếu: Rà soát, đưa vào danh sách." in page_of(evening)


def test_codes_of_the_tellers_are_shown_once(evening: ChairEvening) -> None:
    evening.prepare()
    evening.seat_tellers()
    code = evening.places[0].code.code
    assert code not in page_of(evening)


def test_code_for_another_device_replaces_the_old_one(evening: ChairEvening) -> None:
    evening.prepare()
    evening.seat_tellers()
    answer = evening.act("chair/ceremony/code", seat="2")
    assert evening.places[1].code.code not in answer.get_data(as_text=True)
    assert "phieukin trustee join" in answer.get_data(as_text=True)


def test_threshold_of_all_tellers_is_refused(evening: ChairEvening) -> None:
    evening.prepare()
    answer = evening.send("chair/ceremony", names="A\nB\nC", threshold="3")
    assert answer.status_code == 422
    assert "Hãy chọn 2 trong 3" in answer.get_data(as_text=True)


def test_slips_are_a_file_that_nothing_stores(evening: ChairEvening) -> None:
    evening.prepare()
    answer = evening.print_slips(count=3)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(evening.addresses) == 3


def test_slips_are_not_printed_twice(evening: ChairEvening) -> None:
    evening.prepare()
    evening.print_slips(count=3)
    answer = evening.send("chair/slips", series="A", count="3")
    assert answer.status_code == 409
    assert "đã in rồi" in answer.get_data(as_text=True)


@pytest.mark.parametrize("count", ["", "0", "-1", "5001", "hai", "1.5", "٣"])
def test_wrong_number_of_slips_is_refused_with_its_limits(evening: ChairEvening, count: str) -> None:
    evening.prepare()
    answer = evening.send("chair/slips", series="A", count=count)
    assert answer.status_code == 400
    assert "phải là số từ 1 đến 5000" in answer.get_data(as_text=True)


def test_preview_says_base_need_and_reachability_before_opening(evening: ChairEvening) -> None:
    evening.prepare()
    evening.print_slips()
    evening.check_in(*VOTERS[:3])
    page = page_of(evening, "s1")
    assert "7 chính thức − 1 được miễn − 1 bị đình chỉ = 5" in page
    assert "Cần ít nhất 4/5 phiếu “Đồng ý”." in page
    assert "Có mặt 3 &lt; 4: không thể đạt" in page
    assert "mẫu số là 6" in page


def test_preview_says_who_votes_and_which_version_applies(evening: ChairEvening) -> None:
    evening.prepare()
    evening.print_slips()
    page = page_of(evening, "s1")
    assert "Người được miễn dù có mặt cũng không được phát thẻ" in page
    assert "Đảng viên được đưa ra bỏ phiếu cũng được bỏ phiếu." in page
    assert "hiệu lực từ 28/10/2021 [V]" in page


CONFIDENCE = {"title": "Tín nhiệm", "rule_set": "vn-confidence", "contests": "Đồng chí A"}


def test_preview_says_that_the_quorum_is_missed_and_opening_is_refused(evening: ChairEvening) -> None:
    evening.prepare(CONFIDENCE)
    evening.make_key()
    evening.print_slips()
    evening.check_in(*VOTERS[:3])
    # Two thirds of the five summoned are four.
    assert "(5 người), tức là 4 người; có mặt 3 người: KHÔNG đủ" in page_of(evening, "s1")
    evening.act("chair/elections/s1/counts")
    evening.drive(lambda: "Nút mở bỏ phiếu hiện ra" not in page_of(evening, "s1"))
    answer = evening.send("chair/elections/s1/open")
    assert answer.status_code == 409
    assert "cần 4, đang có 3. Chờ đủ người" in answer.get_data(as_text=True)
    assert evening.find().state is ElectionState.READY


def test_preview_says_what_is_missing(evening: ChairEvening) -> None:
    evening.prepare()
    assert "Loạt thẻ A chưa in nên chưa mở bỏ phiếu được." in page_of(evening, "s1")


def test_opening_without_signatures_is_refused(evening: ChairEvening) -> None:
    evening.come_to_opening()
    answer = evening.send("chair/elections/s1/open")
    assert answer.status_code == 409
    assert "Hãy bấm yêu cầu ký trước." in answer.get_data(as_text=True)
    assert evening.find().state is ElectionState.READY


def test_counts_that_changed_after_signing_are_signed_again(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.act("chair/elections/s1/counts")
    evening.act("desk/attendance", card="00125009", expected="absent_unexcused", attendance="present")
    assert "Hãy yêu cầu ký lại." in page_of(evening, "s1")
    assert evening.send("chair/elections/s1/open").status_code == 409


def test_close_with_outstanding_slips_asks_again_and_names_their_number(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.open()
    evening.cast(AGREE)
    answer = evening.act("chair/elections/s1/close")
    assert "Còn 3 thẻ chưa bỏ" in answer.get_data(as_text=True)
    assert evening.find().state is ElectionState.OPEN


def test_close_confirmed_for_fewer_than_are_outstanding_asks_again(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.open()
    evening.act("chair/elections/s1/close", confirmed="3")
    assert evening.find().state is ElectionState.OPEN


def test_close_with_the_number_confirmed_closes(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.open()
    evening.cast(AGREE)
    evening.close(outstanding=3)
    assert evening.find().state is ElectionState.CLOSED


def test_result_stands_on_the_chairs_page_with_need_outcome_and_ground(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.open()
    evening.cast(AGREE, AGREE, DISAGREE, BLANK)
    evening.close()
    evening.count()
    page = page_of(evening, "s1")
    assert "Không đạt: Đồng ý 2 phiếu, cần 4 trên 5." in page
    assert "Căn cứ:" in page


def test_tally_before_the_tellers_answer_is_refused(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.open()
    evening.cast(AGREE)
    evening.close(outstanding=3)
    evening.act("chair/elections/s1/decryption")
    answer = evening.send("chair/elections/s1/tally")
    assert answer.status_code == 409
    assert "Hãy chờ tổ kiểm phiếu." in answer.get_data(as_text=True)


def test_annulling_needs_a_ground(evening: ChairEvening) -> None:
    evening.prepare()
    answer = evening.send("chair/elections/s1/annul", ground="  ")
    assert answer.status_code == 409
    assert "Chưa ghi ô “Lý do hủy”." in answer.get_data(as_text=True)


def test_annulled_election_is_repeated_with_the_same_slips(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.open()
    evening.cast(AGREE)
    evening.act("chair/elections/s1/annul", ground="Sai mẫu số")
    evening.act("chair/elections/s1/repeat")
    evening.hold(AGREE, AGREE, AGREE, AGREE, election="s1-2")
    verify_archive(evening.finish())
    assert evening.find("s1-2").title_vi == "Rà soát, đưa vào danh sách (bỏ phiếu lại)"


def test_election_that_is_not_annulled_is_not_repeated(evening: ChairEvening) -> None:
    evening.prepare()
    assert "chưa hủy nên" in evening.send("chair/elections/s1/repeat").get_data(as_text=True)


def test_election_is_not_repeated_twice(evening: ChairEvening) -> None:
    evening.prepare()
    evening.act("chair/elections/s1/annul", ground="Sai mẫu số")
    evening.act("chair/elections/s1/repeat")
    assert "đã có lần bỏ phiếu lại" in evening.send("chair/elections/s1/repeat").get_data(as_text=True)


def test_two_ballots_in_order_are_held_and_concluded_together(evening: ChairEvening) -> None:
    subject = {"contests": "Đồng chí Đặng Văn Khôi; 00125007"}
    evening.prepare(
        {**subject, "title": "Tiến bộ", "rule_set": "vn-screening-progress"},
        {**subject, "title": "Đưa ra", "rule_set": "vn-screening-removal", "follows": "s1"},
    )
    evening.make_key()
    evening.print_slips()
    evening.check_in(*VOTERS)
    evening.hold(AGREE, AGREE, AGREE, AGREE)
    evening.hold(DISAGREE, DISAGREE, DISAGREE, DISAGREE, election="s2")
    assert "Công nhận sự tiến bộ của đảng viên" in page_of(evening, "s2")
    verify_archive(evening.finish())


def test_minutes_before_any_result_are_refused(evening: ChairEvening) -> None:
    evening.come_to_opening()
    answer = evening.send("chair/minutes")
    assert answer.status_code == 409
    assert "chưa có kết quả nào" in answer.get_data(as_text=True)


def test_minutes_that_are_not_written_are_not_there(evening: ChairEvening) -> None:
    evening.prepare()
    for name in ("minutes.pdf", "minutes.docx"):
        assert evening.chair.get(f"/chair/{evening.code}/{name}").status_code == 404


def test_board_is_not_ended_while_a_share_is_left(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.hold(AGREE, AGREE, AGREE, AGREE)
    evening.act("chair/minutes")
    evening.act("chair/destruction")
    answer = evening.send("chair/end")
    assert answer.status_code == 409
    assert "Các ghế chưa hủy khóa: 1, 2, 3." in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "act", ["ceremony", "slips", "minutes", "destruction", "end", "elections/s1/open", "elections/s1/close"]
)
def test_grave_act_asks_for_the_passphrase_again_after_a_while(evening: ChairEvening, act: str) -> None:
    evening.prepare()
    evening.clock.move(timedelta(minutes=6))
    answer = evening.send(f"chair/{act}")
    assert answer.status_code == 403
    assert "Gõ lại cụm mật khẩu" in answer.get_data(as_text=True)


def test_unknown_meeting_and_election_are_not_there(evening: ChairEvening) -> None:
    evening.prepare()
    assert evening.chair.get("/chair/M0000009").status_code == 404
    assert evening.chair.get(f"/chair/{evening.code}/elections/s9").status_code == 404
    assert evening.chair.post("/chair/M0000009/ceremony", data={"names": "A", "threshold": "2"}).status_code == 404
    assert evening.send("chair/elections/s9/counts").status_code == 404


def test_version_changes_when_somebody_is_marked_and_not_by_itself(evening: ChairEvening) -> None:
    evening.prepare()
    address = f"/api/chair/{evening.code}"
    before = json.loads(evening.get(address))
    assert json.loads(evening.get(address)) == before
    evening.act("desk/attendance", card=VOTERS[0], expected="absent_unexcused", attendance="present")
    assert json.loads(evening.get(address)) != before


def test_pages_speak_english_when_asked(evening: ChairEvening) -> None:
    evening.come_to_opening()
    assert "What to do next" in evening.get(f"/chair/{evening.code}?lang=en")
    page = evening.get(f"/chair/{evening.code}/elections/s1?lang=en")
    assert "Before opening" in page
    assert "Trước khi mở" not in page


def test_clerk_does_not_reach_the_chairs_pages(evening: ChairEvening) -> None:
    evening.prepare()
    assert evening.visit(Role.CLERK).get(f"/chair/{evening.code}").status_code == 403


def test_slips_are_not_printed_while_the_voters_address_is_unknown(evening: ChairEvening) -> None:
    evening.prepare()
    with evening.chair.application.test_request_context():
        context = replace(get_context(), voters_address=None)
    attach_context(evening.chair.application, context)
    answer = evening.send("chair/slips", series="A", count="3")
    assert "chưa biết địa chỉ cho điện thoại" in answer.get_data(as_text=True)


def test_browser_that_opens_a_tellers_address_is_told_how_to_use_it(evening: ChairEvening) -> None:
    assert "phieukin trustee join" in evening.get("/trustee")
