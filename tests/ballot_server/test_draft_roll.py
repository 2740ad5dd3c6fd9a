"""A meeting in preparation takes its roll from the unit's, as of its date."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ballot_server.domain.staff import Role
from ballot_server.services.draft_meeting import get_draft
from ballot_server.storage.repositories import RollRepository
from tests.support.chair_evenings import DETAILS, ELECTION
from tests.support.registers import BOOK_TWO, Registry, open_registry
from tests.support.staff import sign_in


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with open_registry(tmp_path) as opened:
        sign_in(opened.clerk, Role.CHAIR)
        yield opened


def begin(registry: Registry, **changes: str) -> str:
    """Begin a draft; return its code."""
    answer = registry.clerk.post("/drafts", data={**DETAILS, **changes})
    return str(answer.headers["Location"]).rsplit("/", 1)[-1]


def take(registry: Registry, code: str) -> str:
    """Take the unit's roll; return the page after it."""
    return registry.clerk.post(f"/drafts/{code}/roll/unit", follow_redirects=True).get_data(as_text=True)


def list_names(registry: Registry, code: str) -> list[str]:
    return [entry.member.name for entry in get_draft(registry.installation.database, code).roll.entries]


def list_exempt(registry: Registry, code: str, on: date) -> list[str]:
    roll = get_draft(registry.installation.database, code).roll
    return [entry.member.name for entry in roll.entries if entry.member.is_exempt(on)]


def test_draft_takes_the_units_roll_by_given_name(registry: Registry) -> None:
    code = begin(registry)
    assert "Đã lấy danh sách của chi bộ theo ngày 15/01/2026: 5 người" in take(registry, code)
    assert list_names(registry, code)[:2] == ["Lê Văn An", "Đỗ Thị Ánh"]


def test_roll_is_that_of_the_meetings_date(registry: Registry) -> None:
    registry.act(f"{registry.find('anh')}/exemptions/other", **BOOK_TWO)
    registry.act(f"{registry.find('thanh')}/left", left_on="2026-03-01")
    early, late = begin(registry), begin(registry, held_on="2026-07-15")
    for code in (early, late):
        take(registry, code)
    assert list_exempt(registry, early, date(2026, 1, 15)) == ["Đỗ Thị Ánh", "Nguyễn Thị Sâm"]
    assert list_exempt(registry, late, date(2026, 7, 15)) == ["Nguyễn Thị Sâm"]
    assert "Nguyễn Văn Thành" in list_names(registry, early)
    assert "Nguyễn Văn Thành" not in list_names(registry, late)


def test_lapsed_exemption_is_named_on_the_draft(registry: Registry) -> None:
    assert "Lê Văn An" in take(registry, begin(registry)).split('class="warning"')[1]


def test_another_date_takes_the_roll_anew(registry: Registry) -> None:
    code = begin(registry)
    registry.act(f"{registry.find('thanh')}/left", left_on="2026-03-01")
    take(registry, code)
    registry.clerk.post(f"/drafts/{code}/details", data={**DETAILS, "held_on": "2026-03-01"})
    assert "Nguyễn Văn Thành" not in list_names(registry, code)


def test_file_for_one_meeting_leaves_the_units_roll_alone(registry: Registry) -> None:
    code = begin(registry)
    data = {"roll": (io.BytesIO(b"name,card_number,class\nMai,1,official\n"), "roll.csv")}
    registry.clerk.post(f"/drafts/{code}/roll", data=data, content_type="multipart/form-data")
    assert list_names(registry, code) == ["Mai"]
    assert "<b>5</b> đảng viên" in registry.get()


def test_empty_roll_of_the_unit_is_refused(tmp_path: Path) -> None:
    with open_registry(tmp_path, roll="") as registry:
        sign_in(registry.clerk, Role.CHAIR)
        answer = registry.clerk.post(f"/drafts/{begin(registry)}/roll/unit")
    assert "Danh sách của chi bộ không có ai vào ngày họp." in answer.get_data(as_text=True)


def test_roll_that_lacks_somebody_concerned_is_refused(registry: Registry) -> None:
    code = begin(registry)
    take(registry, code)
    registry.clerk.post(f"/drafts/{code}/elections", data={**ELECTION, "contests": "Đồng chí Thành; 00125001"})
    registry.act(f"{registry.find('thanh')}/left", left_on="2026-01-01")
    answer = registry.clerk.post(f"/drafts/{code}/roll/unit")
    assert "không có số thẻ 00125001" in answer.get_data(as_text=True)


def test_meeting_is_not_created_with_a_roll_that_has_changed_since(registry: Registry) -> None:
    code = begin(registry)
    take(registry, code)
    registry.clerk.post(f"/drafts/{code}/elections", data={**ELECTION, "contests": "Đồng chí Thành; 00125001"})
    registry.act(f"{registry.find('anh')}/exemptions/other", **BOOK_TWO)
    answer = registry.clerk.post(f"/drafts/{code}/finalise")
    assert "Danh sách của chi bộ đã thay đổi từ lúc lấy." in answer.get_data(as_text=True)
    take(registry, code)
    assert registry.clerk.post(f"/drafts/{code}/finalise").status_code == 303
    with registry.installation.database.read() as session:
        assert len(RollRepository(session).load(code).entries) == 5
