"""Preparing a meeting: what is refused with which sentence, and what finalising makes of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from ballot_server.domain.base_parts import FixedBase
from ballot_server.domain.election import ElectionState
from ballot_server.domain.member import Attendance
from ballot_server.services.draft_election import plan_election
from ballot_server.services.draft_meeting import DraftUnknownError, fill_room, finalise_draft, get_draft
from ballot_server.services.meeting_draft import decode_draft, encode_draft
from ballot_server.storage.repositories import MeetingRepository, RollRepository, SeriesRepository
from tests.support.chair_evenings import DETAILS, ELECTION, ROLL, ChairEvening, begin_chair_evening
from tests.support.staff import get_installation

RULES = resources.files("ballot_server") / "rules" / "data" / "majority-of-votes-cast.toml"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        yield begun


@pytest.fixture
def drafted(evening: ChairEvening) -> ChairEvening:
    """Return a draft with its roll."""
    evening.begin_draft()
    assert evening.upload("roll", "roll", "roll.csv", ROLL.encode()).status_code == 303
    return evening


def page(evening: ChairEvening) -> str:
    return evening.get(f"/drafts/{evening.code}")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit": "  "}, "Chưa ghi ô “Đơn vị họp (chi bộ)”."),
        ({"superior": ""}, "Chưa ghi ô “Đơn vị cấp trên”."),
        ({"place": "x" * 201}, "dài quá 200 ký tự"),
        ({"unit": "Chi bộ \u202e5"}, "có ký tự ẩn U+202E"),
        ({"held_on": "2026-02-30"}, "“2026-02-30” không phải một ngày có thật"),
        ({"held_on": "mai"}, "không phải một ngày có thật"),
        ({"tellers": "A\nB"}, "Cần từ 3 đến 9 người"),
        ({"wifi": "phòng họp chi bộ số 5"[:20] + "ộ" * 5}, "dài quá 32 byte"),
        ({"wifi": "Phong\u200bhop"}, "có ký tự ẩn U+200B"),
        ({"tellers": "\n".join("ABCDEFGHIJ")}, "Tổ kiểm phiếu có 10 người."),
    ],
)
def test_wrong_details_are_refused_and_kept_in_the_form(
    evening: ChairEvening, changes: dict[str, str], sentence: str
) -> None:
    answer = evening.chair.post("/drafts", data={**DETAILS, **changes})
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert sentence in text
    assert "Lê Quang Vinh" in text


def test_vietnamese_date_is_read(evening: ChairEvening) -> None:
    evening.begin_draft(held_on="15/01/2026")
    assert get_draft(evening.installation.database, evening.code).details.held_on == date(2026, 1, 15)


@pytest.mark.parametrize("held_on", ["15/01/26", "15/1/0026", "0026-01-15", "20260115", "15/01/2026/"])
def test_meeting_in_the_first_century_is_refused(evening: ChairEvening, held_on: str) -> None:
    answer = evening.chair.post("/drafts", data={**DETAILS, "held_on": held_on})
    assert answer.status_code == 409
    assert "không phải một ngày có thật" in answer.get_data(as_text=True)


def test_wifi_name_is_kept_with_the_meeting_and_shown_in_the_form(evening: ChairEvening) -> None:
    evening.begin_draft(wifi="Chi bộ 5 – họp")
    assert 'value="Chi bộ 5 – họp"' in page(evening)
    evening.prepare(wifi="Chi bộ 5 – họp")
    with evening.installation.database.read() as session:
        assert MeetingRepository(session).get(evening.code).wifi == "Chi bộ 5 – họp"


def test_details_are_changed(evening: ChairEvening) -> None:
    evening.begin_draft()
    evening.act("draft/details", **{**DETAILS, "place": "Hội trường"})
    assert "Hội trường" in page(evening)


def test_wrong_roll_is_shown_by_row_and_column_and_nothing_is_imported(evening: ChairEvening) -> None:
    evening.begin_draft()
    wrong = ROLL.replace("00125002,official", "00125002,general").replace("chính thức", "chính", 1)
    answer = evening.upload("roll", "roll", "roll.csv", wrong.encode())
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "Danh sách có 1 chỗ phải sửa. Chưa nhập dòng nào." in text
    assert "Dòng 2, cột “class”" in text
    assert "Chưa nhập danh sách." in page(evening)


def test_roll_that_is_no_spreadsheet_is_refused(evening: ChairEvening) -> None:
    evening.begin_draft()
    answer = evening.upload("roll", "roll", "roll.pdf", b"%PDF")
    assert "không phải .xlsx hoặc .csv" in answer.get_data(as_text=True)


def test_roll_without_a_file_is_refused(evening: ChairEvening) -> None:
    evening.begin_draft()
    answer = evening.send("draft/roll")
    assert answer.status_code == 400
    assert "Chưa chọn tệp danh sách." in answer.get_data(as_text=True)


def test_roll_larger_than_the_limit_is_refused_in_words_of_a_file(evening: ChairEvening) -> None:
    evening.begin_draft()
    address, body = f"/drafts/{evening.code}/roll", b"x" * 1_100_000
    answer = evening.chair.post(address, data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "Tệp lớn quá" in answer.get_data(as_text=True)


def test_roll_that_lacks_somebody_concerned_is_refused(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **ELECTION)
    shorter = ROLL.replace("Đặng Văn Khôi,00125007,chính thức,không,,,không\n", "")
    answer = drafted.upload("roll", "roll", "roll.csv", shorter.encode())
    assert "không có số thẻ 00125007" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Chưa ghi ô “Tên lần bỏ phiếu”."),
        ({"contests": " \n "}, "Chưa ghi nội dung bỏ phiếu."),
        ({"contests": "\n".join(["A"] * 61)}, "Có 61 nội dung; một phiếu nhiều nhất 60."),
        ({"contests": "Đồng chí A\nĐồng chí B; 999"}, "Dòng 2: số thẻ “999” không có trong danh sách"),
        ({"contests": ELECTION["contests"], "follows": "s9"}, "phải theo quy tắc –"),
        ({"rule_set": "vn-screening-removal"}, "Hãy chọn ở ô “Bỏ sau lần nào”"),
    ],
)
def test_wrong_election_is_refused_and_kept_in_the_form(
    drafted: ChairEvening, changes: dict[str, str], sentence: str
) -> None:
    answer = drafted.send("draft/elections", **{**ELECTION, "title_en": "Kept as typed", **changes})
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert sentence in text
    assert "Kept as typed" in text
    assert get_draft(drafted.installation.database, drafted.code).elections == ()


@pytest.mark.parametrize(
    ("rule_set", "sentence"),
    [
        ("", "Chưa chọn quy tắc."),
        ("rule-file", "Chưa chọn quy tắc."),
        ("vn-nothing", "Không có bộ quy tắc “vn-nothing”."),
    ],
)
def test_election_without_rules_is_refused(drafted: ChairEvening, rule_set: str, sentence: str) -> None:
    answer = drafted.send("draft/elections", **{**ELECTION, "rule_set": rule_set})
    assert answer.status_code == 409
    assert sentence in answer.get_data(as_text=True)


def test_form_of_an_election_asks_what_its_rules_need(drafted: ChairEvening) -> None:
    def ask(rule_set: str) -> set[str]:
        answer = drafted.chair.get(f"/drafts/{drafted.code}/elections/new?rule_set={rule_set}")
        assert answer.status_code == 200
        return set(re.findall(' name="([a-z_]+)"', answer.get_data(as_text=True)))

    plain = ask("vn-resolution")
    assert {"title", "contests", "member_concerned"} <= plain
    rare = {"candidates", "seats", "post_holders", "failures", "fixed_value", "fixed_ground", "follows"}
    assert plain & rare == set()
    assert ask("vn-committee-election") & rare == {"candidates", "seats"}
    assert ask("vn-discipline") & rare == {"post_holders"}
    assert ask("vn-recognition") & rare == {"failures"}
    assert ask("vn-screening-removal") & rare == {"follows"}
    assert rare | {"rule_file"} <= ask("rule-file")
    assert {"own_form", "own_base", "own_numerator", "own_quorum_numerator", "fixed_value"} <= ask("own-rule")


def test_form_of_an_election_without_rules_sends_back(drafted: ChairEvening) -> None:
    answer = drafted.chair.get(f"/drafts/{drafted.code}/elections/new")
    assert "Chưa chọn quy tắc. Hãy chọn ở mục 3" in answer.get_data(as_text=True)


COMMITTEE = {
    "title": "Bầu chi ủy",
    "rule_set": "vn-committee-election",
    "contests": "Bầu chi ủy nhiệm kỳ 2025–2030",
    "candidates": "Đặng Văn Khôi; 00125007\nBà Lê Thị Hoa\n\nÔng Trần Văn Nam",
    "seats": "2",
}
DISCIPLINE = {"title": "Kỷ luật", "rule_set": "vn-discipline", "contests": "Đồng chí A\nĐồng chí B"}
RECOGNITION = {"title": "Công nhận", "rule_set": "vn-recognition", "contests": "Đồng chí A\nĐồng chí B"}
OWN = {
    "title": "Sửa điều lệ",
    "rule_set": "own-rule",
    "contests": "Điều 4",
    "own_title": "Sửa điều lệ: bốn phần năm",
    "own_source": "Điều lệ Hội",
    "own_clause": "Điều 12",
    "own_form": "yes_no",
    "own_base": "all_members",
    "own_comparator": "at_least",
    "own_numerator": "4",
    "own_denominator": "5",
    "own_quorum_numerator": "1",
    "own_quorum_denominator": "2",
}


def test_committee_election_is_planned_with_its_candidates_and_seats(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **COMMITTEE)
    draft = get_draft(drafted.installation.database, drafted.code)
    [planned] = plan_election(draft.elections[0]).planned
    assert [option.text.vi for option in planned.contest.options] == [
        "Đặng Văn Khôi",
        "Bà Lê Thị Hoa",
        "Ông Trần Văn Nam",
    ]
    assert (planned.contest.marks, planned.seats) == (2, 2)
    assert "bầu 2 trong số: Đặng Văn Khôi, Bà Lê Thị Hoa, Ông Trần Văn Nam" in page(drafted)


def test_removal_from_office_is_on_the_ballot_of_post_holders_alone(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **DISCIPLINE, post_holders="2")
    draft = get_draft(drafted.installation.database, drafted.code)
    options = [{option.id for option in contest.options} for contest in plan_election(draft.elections[0]).contests]
    assert ["removal_from_office" in each for each in options] == [False, True]


def test_past_failures_are_planned_by_line(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **RECOGNITION, failures="2: 1, 1:3")
    draft = get_draft(drafted.installation.database, drafted.code)
    assert [contest.previous_failed for contest in draft.elections[0].contests] == [3, 1]
    assert "đã 3 lần không đạt" in page(drafted)


def test_own_rule_of_the_form_is_planned_with_its_source(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **OWN)
    draft = get_draft(drafted.installation.database, drafted.code)
    rule_set = plan_election(draft.elections[0]).rule_set
    assert (rule_set.source.document.vi, rule_set.base.kind.value) == ("Điều lệ Hội", "all_members")
    assert "Sửa điều lệ: bốn phần năm" in page(drafted)


def test_fixed_base_of_an_own_rule_is_planned_with_its_ground(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **{**OWN, "own_base": "fixed", "fixed_value": "40", "fixed_ground": "Quyết định 12"})
    draft = get_draft(drafted.installation.database, drafted.code)
    assert draft.elections[0].fixed == FixedBase(40, "Quyết định 12")
    assert "Mẫu số nhập tay: 40. Căn cứ: Quyết định 12" in page(drafted)


@pytest.mark.parametrize(
    ("form", "changes", "sentence"),
    [
        (COMMITTEE, {"candidates": " "}, "Chưa ghi người ứng cử."),
        (COMMITTEE, {"candidates": "\n".join(f"Ông {n}" for n in range(61))}, "Có 61 người ứng cử"),
        (COMMITTEE, {"candidates": "Ông A\nÔng A"}, "Có hai người ứng cử cùng ghi là “Ông A”."),
        (COMMITTEE, {"candidates": "Ông A; 999\nÔng B"}, "Dòng 1: số thẻ “999” không có trong danh sách"),
        (COMMITTEE, {"seats": "4"}, "Số lượng cần bầu ghi là “4”. Hãy ghi một số từ 1 đến 3"),
        (COMMITTEE, {"seats": "hai"}, "Số lượng cần bầu ghi là “hai”."),
        (COMMITTEE, {"seats": ""}, "Số lượng cần bầu ghi là “–”."),
        (COMMITTEE, {"contests": "Một\nHai"}, "Có 2 nội dung; một phiếu nhiều nhất 1."),
        (DISCIPLINE, {"post_holders": "3"}, "Ô “Dòng nào là người đang giữ chức vụ” ghi “3”"),
        (DISCIPLINE, {"post_holders": "A"}, "chỉ có các dòng từ 1 đến 2"),
        (RECOGNITION, {"failures": "2"}, "Chưa hiểu “2”."),
        (RECOGNITION, {"failures": "1: 100"}, "Chưa hiểu “1: 100”."),
        (RECOGNITION, {"failures": "5: 1"}, "Ô “Lần trước không đạt” ghi “5: 1”"),
        (OWN, {"own_title": ""}, "Chưa ghi ô “Tên quy tắc”."),
        (OWN, {"own_numerator": "6"}, "Ô “Phân số” ghi “6/5”."),
        (OWN, {"own_quorum_denominator": ""}, "Ô “Phải có mặt ít nhất” ghi “1/–”."),
        (OWN, {"own_comparator": "more_than", "own_numerator": "5"}, "Không thể cần nhiều hơn toàn bộ mẫu số."),
        (OWN, {"own_base": "nothing"}, "Ô “Tính trên số nào (mẫu số)” chưa chọn đúng"),
        (OWN, {"own_form": "candidates", "own_base": "votes_cast"}, "không đi được với cách bỏ phiếu đã chọn"),
        (OWN, {"own_base": "fixed"}, "Mẫu số ghi là “–”."),
        (OWN, {"own_base": "fixed", "fixed_value": "40"}, "Chưa ghi ô “Căn cứ của mẫu số”."),
    ],
)
def test_wrong_entry_that_rules_ask_for_is_refused_and_kept(
    drafted: ChairEvening, form: dict[str, str], changes: dict[str, str], sentence: str
) -> None:
    answer = drafted.send("draft/elections", **{**form, "title_en": "Kept as typed", **changes})
    assert answer.status_code == 409
    text = html.unescape(answer.get_data(as_text=True))
    assert sentence in text
    assert "Kept as typed" in text
    assert get_draft(drafted.installation.database, drafted.code).elections == ()


def test_second_ballot_pairs_with_the_first_by_its_member(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **{**ELECTION, "rule_set": "vn-screening-progress"})
    other = {"title": "Lần hai", "rule_set": "vn-screening-removal", "follows": "s1"}
    answer = drafted.send("draft/elections", **other, contests="Đồng chí Đỗ Mạnh Cường; 00125009")
    assert "không tìm được nội dung tương ứng" in answer.get_data(as_text=True)
    drafted.act("draft/elections", **other, contests=ELECTION["contests"])


def test_election_that_another_follows_is_not_taken_out(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **{**ELECTION, "rule_set": "vn-screening-progress"})
    drafted.act("draft/elections", **{**ELECTION, "rule_set": "vn-screening-removal", "follows": "s1", "title": "Hai"})
    assert "Hãy bỏ “Hai” trước." in drafted.send("draft/elections/remove", election="s1").get_data(as_text=True)
    drafted.act("draft/elections/remove", election="s2")
    drafted.act("draft/elections/remove", election="s1")
    assert "Chưa có lần bỏ phiếu nào." in page(drafted)


def test_own_rule_file_is_used(drafted: ChairEvening) -> None:
    own = RULES.read_text(encoding="utf-8").replace('id = "majority-of-votes-cast"', 'id = "own-rule"', 1)
    answer = drafted.upload("elections", "rule_file", "own.toml", own.encode(), **{**ELECTION, "rule_set": ""})
    assert answer.status_code == 303
    draft = get_draft(drafted.installation.database, drafted.code)
    assert (draft.elections[0].rule_origin, draft.elections[0].rule_text) == ("own.toml", own)


def test_own_rule_file_that_is_wrong_is_refused_with_key_and_reason(drafted: ChairEvening) -> None:
    own = RULES.read_text(encoding="utf-8").replace("[base]", "[base]\nwrong_key = 1", 1)
    answer = drafted.upload("elections", "rule_file", "own.toml", own.encode(), **ELECTION)
    assert "Tệp own.toml, khóa base.wrong_key: không có khóa này." in answer.get_data(as_text=True)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"x" * 100_001])
def test_own_rule_file_that_is_no_text_is_refused(drafted: ChairEvening, data: bytes) -> None:
    answer = drafted.upload("elections", "rule_file", "own.toml", data, **ELECTION)
    assert answer.status_code == 409
    assert "Tệp own.toml" in answer.get_data(as_text=True)


def test_hostile_text_is_shown_as_text(evening: ChairEvening) -> None:
    evening.begin_draft(unit=HOSTILE, chair=HOSTILE, tellers=f"{HOSTILE}\nB\nC")
    evening.upload("roll", "roll", f"{HOSTILE}.csv", ROLL.replace("Đặng Văn Khôi", HOSTILE).encode())
    evening.act("draft/elections", **{**ELECTION, "title": HOSTILE, "contests": f"{HOSTILE}; 00125007"})
    pages = [page(evening), evening.get("/chair")]
    evening.act("draft/finalise")
    pages += [evening.get(f"/chair/{evening.code}"), evening.get(f"/chair/{evening.code}/elections/s1")]
    pages += [evening.get(f"/desk/{evening.code}"), evening.get("/screen"), evening.get("/")]
    for text in pages:
        assert HOSTILE not in text
        assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize("missing", ["tellers", "roll", "elections"])
def test_unfinished_draft_is_not_created(evening: ChairEvening, missing: str) -> None:
    evening.begin_draft(**({"tellers": ""} if missing == "tellers" else {}))
    if missing != "roll":
        evening.upload("roll", "roll", "roll.csv", ROLL.encode())
    if missing != "elections":
        evening.act("draft/elections", **{**ELECTION, "contests": "Đồng chí A"})
    answer = evening.send("draft/finalise")
    assert answer.status_code == 409
    sentences = {"tellers": "Chưa ghi tên tổ kiểm phiếu.", "roll": "Chưa có danh sách", "elections": "Chưa có lần bỏ"}
    assert sentences[missing] in answer.get_data(as_text=True)


def test_finalise_makes_the_meeting_and_ends_the_draft(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **ELECTION)
    drafted.act("draft/finalise")
    with drafted.installation.database.read() as session:
        assert MeetingRepository(session).get(drafted.code).tellers[0] == "Phạm Thị Thu Hà"
        assert {entry.attendance for entry in RollRepository(session).load(drafted.code).entries} == {
            Attendance.ABSENT_UNEXCUSED
        }
        assert [each.letter for each in SeriesRepository(session).list_all(drafted.code)] == ["A"]
    assert drafted.find().state is ElectionState.READY
    assert drafted.chair.get(f"/drafts/{drafted.code}").status_code == 404


def test_finalise_twice_makes_one_meeting(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **ELECTION)
    drafted.act("draft/finalise")
    installation = get_installation(drafted.chair)
    with pytest.raises(DraftUnknownError):
        finalise_draft(installation.database, installation.seed, drafted.code)


def test_failed_finalise_leaves_the_draft(drafted: ChairEvening) -> None:
    exempt = "name,card_number,class,exemption,exemption_from\nNguyễn Văn A,1,official,age_health,2020-01-01\n"
    drafted.upload("roll", "roll", "roll.csv", exempt.encode())
    drafted.act("draft/elections", **{**ELECTION, "contests": "Đồng chí A"})
    answer = drafted.send("draft/finalise")
    assert "Không ai trong danh sách được bỏ phiếu" in answer.get_data(as_text=True)
    assert "Nguyễn Văn A" in page(drafted)


def test_real_meeting_has_the_floor_and_a_practice_has_none(drafted: ChairEvening) -> None:
    drafted.act("draft/details", **{key: value for key, value in DETAILS.items() if key != "rehearsal"})
    drafted.act("draft/elections", **ELECTION)
    drafted.act("draft/finalise")
    with drafted.installation.database.read() as session:
        meeting = MeetingRepository(session).get(drafted.code)
    assert (meeting.rehearsal, meeting.floor) == (False, 3)


def test_draft_is_removed(drafted: ChairEvening) -> None:
    drafted.act("draft/remove")
    assert drafted.chair.get(f"/drafts/{drafted.code}").status_code == 404


def test_draft_survives_its_encoding(drafted: ChairEvening) -> None:
    drafted.act("draft/elections", **ELECTION)
    draft = get_draft(drafted.installation.database, drafted.code)
    assert decode_draft(encode_draft(draft)) == draft


def test_full_room_has_everybody_present(drafted: ChairEvening) -> None:
    roll = fill_room(get_draft(drafted.installation.database, drafted.code).roll)
    assert {entry.attendance for entry in roll.entries} == {Attendance.PRESENT}
