"""The exemption books on their pages: new lines, decisions, returns, what lapses, and every bad field a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.registers import BOOK_ONE, BOOK_TWO, Registry, open_registry

UNDECIDED = {"deciding_body": "", "decision_number": "", "decision_on": ""}


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with open_registry(tmp_path) as opened:
        yield opened


def write(registry: Registry, book: str, query: str = "anh", **changes: str) -> str:
    """Write a line about a member; return its address under the roll."""
    fields = {**(BOOK_ONE if book == "age_health" else BOOK_TWO), **changes}
    return registry.act(f"{registry.find(query)}/exemptions/{book}", **fields).removeprefix("/chair/roll")


def test_line_of_book_one_exempts_from_its_resolution(registry: Registry) -> None:
    path = write(registry, "age_health")
    page = registry.get(path)
    assert "Đang được miễn: 01/01/2026 – đến khi trở lại" in page
    assert "12-NQ/CB, 20/12/2025" in page
    assert "Đỗ Thị Ánh" in registry.get("/exemptions/age_health")


def test_proposal_of_book_two_is_no_exemption_until_the_committee_decides(registry: Registry) -> None:
    path = write(registry, "other", **UNDECIDED)
    assert "chưa phải là miễn, vẫn tính vào tổng số" in registry.get(path)
    assert "<b>1</b> đang được miễn" in registry.get()
    registry.act(path, **BOOK_TWO)
    assert "Đang được miễn: 01/01/2026 – 30/06/2026" in registry.get(path)
    assert "<b>2</b> đang được miễn" in registry.get()


def test_decision_goes_into_the_members_history(registry: Registry) -> None:
    registry.act(write(registry, "other", **UNDECIDED), **BOOK_TWO)
    page = registry.get(registry.find("anh"))
    assert "Miễn, Số quyết định: <ins>41-QĐ/ĐU</ins>" in page
    assert "Miễn, Lý do: <ins>nghỉ sinh con</ins>" in page


def test_reduced_duties_are_kept_apart_and_exempt_nobody(registry: Registry) -> None:
    path = write(registry, "age_health", kind="reduction")
    assert "Giảm công tác không phải là miễn" in registry.get(path)
    assert "Được giảm công tác" in registry.get("/exemptions/age_health")
    assert "<b>1</b> đang được miễn" in registry.get()


def test_member_returns_by_the_units_resolution(registry: Registry) -> None:
    path = write(registry, "age_health")
    answer = registry.send(f"{path}/return", returned_on="2026-01-15")
    assert "Chưa ghi ô “Nghị quyết cho trở lại”." in answer.get_data(as_text=True)
    registry.act(f"{path}/return", returned_on="2026-01-15", return_resolution="15-NQ/CB")
    assert "Đã trở lại" in registry.get(path)
    assert "<b>1</b> đang được miễn" in registry.get()


def test_lapsed_exemption_stays_named_until_the_return_is_written(registry: Registry) -> None:
    book = registry.get("/exemptions/other")
    assert "Đã hết hạn, chưa ghi trở lại" in book
    assert "Lê Văn An" in book
    path = "/entries/" + book.split("/chair/roll/entries/")[1].split('"')[0]
    registry.act(f"{path}/return", returned_on="2026-01-01")
    assert "Đã hết hạn, chưa ghi trở lại" not in registry.get("/exemptions/other")


@pytest.mark.parametrize(("days", "within"), [(30, 30), (31, 60), (60, 60), (61, 90), (90, 90)])
def test_book_names_what_ends_within_30_60_and_90_days(registry: Registry, days: int, within: int) -> None:
    ends = registry.clock.now.date() + timedelta(days=days)
    write(registry, "other", ends=ends.isoformat())
    page = registry.get("/exemptions/other")
    assert f"Hết hạn trong {within} ngày tới" in page
    assert f"Còn {days} ngày thì hết hạn miễn." in page


def test_book_does_not_warn_of_what_ends_after_90_days(registry: Registry) -> None:
    write(registry, "other", ends=(registry.clock.now.date() + timedelta(days=91)).isoformat())
    assert "Hết hạn trong" not in registry.get("/exemptions/other")


def test_line_that_came_from_a_file_says_what_it_lacks(registry: Registry) -> None:
    page = registry.get("/exemptions/age_health")
    assert "Chưa ghi lý do." in page
    assert "Chưa ghi ngày nghị quyết hoặc quyết định." in page


def test_struck_line_stays_readable_and_never_counts(registry: Registry) -> None:
    path = write(registry, "age_health")
    registry.act(f"{path}/strike", struck="ghi nhầm người")
    assert "ghi nhầm người" in registry.get(path)
    assert "<b>1</b> đang được miễn" in registry.get()
    assert "Dòng này đã gạch bỏ" in registry.send(path, **BOOK_ONE).get_data(as_text=True)
    assert "Dòng này đã gạch bỏ" in registry.send(f"{path}/strike", struck="x").get_data(as_text=True)


@pytest.mark.parametrize(
    ("book", "changes", "sentence"),
    [
        ("other", {"ends": ""}, "miễn vì lý do khác phải có thời hạn"),
        ("other", {"kind": "reduction"}, "chỉ giảm công tác vì tuổi cao"),
        ("other", {"reason": "age"}, "lý do này thuộc sổ kia"),
        ("other", {"reason": ""}, "Chưa chọn ô “Lý do”"),
        ("other", {"paper": " "}, "Chưa ghi ô “Giấy tờ”"),
        ("other", {"applied_on": ""}, "Chưa ghi ô “Ngày làm đơn hoặc báo cáo”"),
        ("other", {"starts": "31/06/2026"}, "“31/06/2026” không phải một ngày có thật"),
        ("other", {"starts": "01/06/26"}, "“01/06/26” không phải một ngày có thật"),
        ("other", {"starts": "0026-06-01"}, "“0026-06-01” không phải một ngày có thật"),
        ("other", {"starts": ""}, "Chưa ghi ô “Từ ngày”"),
        ("other", {"ends": "31/12/2025"}, "31/12/2025 sớm hơn ngày bắt đầu 01/01/2026"),
        ("other", {"reason": "mobile_work", "ends": "01/01/2027"}, "chỉ được miễn dưới 1 năm"),
        ("other", {"decision_on": ""}, "Chưa ghi ô “Ngày quyết định”"),
        ("other", {"decision_number": ""}, "Chưa ghi ô “Số quyết định”"),
        ("other", {"deciding_body": ""}, "Chưa ghi ô “Cấp ủy quyết định”"),
        ("other", {"resolution_number": "", "resolution_on": ""}, "Chưa ghi ô “Số nghị quyết của chi bộ”"),
        ("other", {"decision_on": "19/12/2025"}, "Ngày 19/12/2025 của bước sau lại sớm hơn ngày 20/12/2025"),
        ("age_health", {"reason": "maternity"}, "lý do này thuộc sổ kia"),
        ("age_health", {"decision_number": "1", "decision_on": "2025-12-28"}, "do chi bộ tự quyết"),
        ("age_health", {"resolution_on": ""}, "Chưa ghi ô “Ngày nghị quyết”"),
        ("age_health", {"kind": "holiday"}, "Chưa chọn ô “Loại”"),
        ("age_health", {"paper": "x" * 201}, "“Giấy tờ” dài quá 200 ký tự"),
        ("age_health", {"paper": "a\u200bb"}, "“Giấy tờ” có ký tự ẩn U+200B"),
    ],
)
def test_bad_field_is_told_in_a_sentence_and_nothing_is_written(
    registry: Registry, book: str, changes: dict[str, str], sentence: str
) -> None:
    fields = {**(BOOK_ONE if book == "age_health" else BOOK_TWO), **changes}
    answer = registry.send(f"{registry.find('anh')}/exemptions/{book}", **fields)
    assert answer.status_code == 409
    assert sentence in answer.get_data(as_text=True)
    assert "Đỗ Thị Ánh" not in registry.get(f"/exemptions/{book}")


def test_mobile_work_may_last_a_day_less_than_a_year(registry: Registry) -> None:
    assert write(registry, "other", reason="mobile_work", ends="31/12/2026")


def test_every_bad_field_is_told_at_once(registry: Registry) -> None:
    page = registry.send(f"{registry.find('anh')}/exemptions/other").get_data(as_text=True)
    assert all(f"“{label}”" in page for label in ("Loại", "Lý do", "Giấy tờ", "Từ ngày", "Đến hết ngày"))


def test_two_exemptions_of_one_member_may_not_overlap(registry: Registry) -> None:
    write(registry, "other")
    fields = {**BOOK_ONE, "starts": "2026-06-30"}
    answer = registry.send(f"{registry.find('anh')}/exemptions/age_health", **fields)
    assert "từ 01/01/2026 đến 30/06/2026 trùng với thời gian này" in answer.get_data(as_text=True)
    write(registry, "age_health", starts="2026-07-01")


def test_return_before_the_first_day_is_refused(registry: Registry) -> None:
    path = write(registry, "other")
    answer = registry.send(f"{path}/return", returned_on="2025-12-31")
    assert "Ngày 31/12/2025 của bước sau lại sớm hơn ngày 01/01/2026" in answer.get_data(as_text=True)


def test_nobody_returns_from_a_proposal(registry: Registry) -> None:
    path = write(registry, "other", **UNDECIDED)
    answer = registry.send(f"{path}/return", returned_on="2026-01-15")
    assert "chưa phải là miễn đã có quyết định" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/exemptions/third", "/entries/0", "/entries/77", "/members/1/exemptions/third"])
def test_unknown_book_or_line_is_not_found(registry: Registry, path: str) -> None:
    assert registry.clerk.get(f"/chair/roll{path}").status_code == 404
