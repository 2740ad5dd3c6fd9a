"""At most two places for a confidence vote: the contest records the other one, a third is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.services.draft_election import CONFIDENCE
from ballot_server.services.draft_meeting import get_draft
from ballot_server.services.election_plan import decode_plan
from tests.support.chair_evenings import ROLL, ChairEvening, begin_chair_evening

VOTE = {
    "title": "Lấy phiếu tín nhiệm",
    "rule_set": "vn-confidence",
    "contests": "Đồng chí Thành; 00125001\nĐồng chí Khôi; 00125007",
}


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        begun.begin_draft()
        assert begun.upload("roll", "roll", "roll.csv", ROLL.encode()).status_code == 303
        yield begun


def list_places(evening: ChairEvening) -> list[str]:
    draft = get_draft(evening.installation.database, evening.code)
    return [contest.other_place for election in draft.elections for contest in election.contests]


def test_contest_records_the_other_place(evening: ChairEvening) -> None:
    evening.act("draft/elections", **VOTE, other_places="2: Đảng ủy phường Ngọc Lâm")
    assert list_places(evening) == ["", "Đảng ủy phường Ngọc Lâm"]
    assert "còn lấy phiếu ở: Đảng ủy phường Ngọc Lâm" in evening.get(f"/drafts/{evening.code}")


def test_meeting_keeps_the_other_place(evening: ChairEvening) -> None:
    evening.act("draft/elections", **VOTE, other_places="1: Ủy ban nhân dân phường")
    evening.act("draft/finalise")
    assert [planned.other_place for planned in decode_plan(evening.find()).planned] == ["Ủy ban nhân dân phường", ""]


def test_third_place_is_refused_with_its_clause(evening: ChairEvening) -> None:
    answer = evening.send("draft/elections", **VOTE, other_places="1: Đảng ủy phường\n1: Đoàn thanh niên")
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Dòng 1: ngoài cuộc họp này còn ghi “Đảng ủy phường” và “Đoàn thanh niên”" in page
    assert "731-CV/TU ngày 11/4/2023" in page
    assert list_places(evening) == []


@pytest.mark.parametrize("places", ["Đảng ủy phường", "x: Đảng ủy", "1:", "1: "])
def test_entry_that_names_no_line_or_no_place_is_refused(evening: ChairEvening, places: str) -> None:
    answer = evening.send("draft/elections", **VOTE, other_places=places)
    assert "Mỗi dòng ghi số dòng ở trên, dấu hai chấm, tên nơi" in answer.get_data(as_text=True)


def test_line_that_is_not_there_is_refused(evening: ChairEvening) -> None:
    assert evening.send("draft/elections", **VOTE, other_places="3: Đảng ủy").status_code == 409


def test_form_asks_for_other_places_in_confidence_votes_alone(evening: ChairEvening) -> None:
    for rule_set, asked in [*((name, True) for name in CONFIDENCE), ("vn-admission", False)]:
        page = evening.get(f"/drafts/{evening.code}/elections/new?rule_set={rule_set}")
        assert ('name="other_places"' in page) is asked
