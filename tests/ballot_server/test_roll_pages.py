"""The unit's roll on its pages: files looked through before they change anything, people, history, export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.domain.staff import Role
from tests.support.registers import HEADINGS, ROLL, Registry, open_registry
from tests.support.staff import sign_in

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with open_registry(tmp_path) as opened:
        yield opened


def test_roll_shows_its_numbers_and_who_is_exempt(registry: Registry) -> None:
    page = registry.get()
    assert "<b>5</b> đảng viên" in page
    assert "<b>4</b> chính thức" in page
    assert "<b>1</b> đang được miễn" in page


def test_roll_says_whose_exemption_has_lapsed_and_still_stands(registry: Registry) -> None:
    assert "lại tính vào tổng số: Lê Văn An." in registry.get()


def test_people_are_listed_by_given_name(registry: Registry) -> None:
    page = registry.get()
    names = ["Lê Văn An", "Đỗ Thị Ánh", "Trần Thị Lan Hương", "Nguyễn Thị Sâm", "Nguyễn Văn Thành"]
    places = [page.index(f">{name}</a>") for name in names]
    assert places == sorted(places)


@pytest.mark.parametrize(("query", "found"), [("sam", 1), ("nguyen", 2), ("125003", 1), ("nobody", 0), ("%", 0)])
def test_search_needs_no_tone_marks(registry: Registry, query: str, found: int) -> None:
    assert f"Tìm thấy {found} người" in registry.clerk.get("/chair/roll", query_string={"q": query}).text


def test_file_is_looked_through_before_anything_changes(tmp_path: Path) -> None:
    with open_registry(tmp_path, roll="") as registry:
        page = registry.look_through(ROLL).get_data(as_text=True)
        assert "<b>5</b> Người mới" in page
        assert "<b>0</b> đảng viên" in registry.get()


def test_look_shows_changes_field_by_field_and_who_is_missing(registry: Registry) -> None:
    changed = ROLL.replace("Bí thư", "Phó bí thư").replace("Đỗ Thị Ánh,00125002,chính thức,,,,,,,\n", "")
    page = registry.look_through(changed).get_data(as_text=True)
    assert "Chức vụ: <del>Bí thư</del> → <ins>Phó bí thư</ins>" in page
    assert "<b>1</b> Có trong danh sách, không có trong tệp" in page
    assert "<b>3</b> không thay đổi" in page


def test_same_file_changes_nothing(registry: Registry) -> None:
    page = registry.look_through(ROLL).get_data(as_text=True)
    assert "Tệp giống hệt danh sách." in page
    assert "/import/apply" not in page


def test_import_stores_the_change_with_who_when_and_from_which_file(registry: Registry) -> None:
    assert registry.import_file(ROLL.replace("Bí thư", "Phó bí thư"), "mới.csv").status_code == 303
    page = registry.get(registry.find("thanh"))
    assert "Trần Thị Thư – từ tệp mới.csv" in page
    assert "Chức vụ: <del>Bí thư</del> → <ins>Phó bí thư</ins>" in page


def test_column_that_the_file_lacks_changes_nothing(registry: Registry) -> None:
    page = registry.look_through("name,card_number,class\nNguyễn Văn Thành,00125001,chính thức\n").text
    assert "<b>1</b> không thay đổi" in page


def test_missing_people_stay_unless_they_are_said_to_have_left(registry: Registry) -> None:
    shorter = ROLL.replace("Đỗ Thị Ánh,00125002,chính thức,,,,,,,\n", "")
    registry.import_file(shorter)
    assert "<b>5</b> đảng viên" in registry.get()
    registry.import_file(shorter, missing_left="yes")
    assert "<b>4</b> đảng viên" in registry.get()
    assert "Đã rời chi bộ từ ngày 15/01/2026." in registry.get("?gone=yes&q=anh")


def test_file_with_a_bad_cell_imports_nothing_and_names_row_and_column(registry: Registry) -> None:
    answer = registry.look_through(ROLL.replace("00125001,chính thức", "00125001,chính"))
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Danh sách có 1 chỗ phải sửa. Chưa nhập dòng nào." in page
    assert "Dòng 2, cột “class”" in page


def test_file_that_drops_a_standing_exemption_is_refused(registry: Registry) -> None:
    answer = registry.look_through(ROLL.replace("age_health,03-NQ/CB,01/03/2022", ",,"))
    assert "tệp không ghi miễn, nhưng sổ miễn đang ghi 03-NQ/CB" in answer.get_data(as_text=True)


def test_file_with_another_exemption_than_the_book_is_refused(registry: Registry) -> None:
    answer = registry.look_through(ROLL.replace("03-NQ/CB", "30-NQ/CB"))
    assert "tệp ghi 30-NQ/CB 01/03/2022–, nhưng sổ miễn ghi 03-NQ/CB" in answer.get_data(as_text=True)


def test_file_with_an_exemption_without_its_resolution_is_refused(registry: Registry) -> None:
    answer = registry.look_through(f"{HEADINGS}\nMai,9,chính thức,other,,1/1/2026,1/3/2026,,,")
    assert "Dòng 2, cột “exemption_resolution”: được miễn mà không ghi số" in answer.get_data(as_text=True)


def test_file_may_add_an_exemption_after_one_that_lapsed(registry: Registry) -> None:
    longer = ROLL.replace("05-QĐ/ĐU,01/07/2025,31/12/2025", "06-QĐ/ĐU,01/01/2026,30/06/2026")
    assert registry.import_file(longer).status_code == 303
    assert "<b>2</b> đang được miễn" in registry.get()


def test_import_is_refused_when_the_roll_changed_since_the_look(registry: Registry) -> None:
    page = registry.look_through(ROLL.replace("Bí thư", "Phó bí thư")).get_data(as_text=True)
    hidden = {key: page.split(f'name="{key}" value="')[1].split('"')[0] for key in ("digest", "version")}
    fields = {"name": "Đỗ Thị Ánh", "card_number": "00125002", "class": "official", "note": "mới"}
    registry.act(registry.find("anh"), **fields)
    answer = registry.send("/import/apply", **hidden)
    assert answer.status_code == 409
    assert "Danh sách vừa được sửa sau khi xem trước." in answer.get_data(as_text=True)


def test_import_twice_is_refused_the_second_time(registry: Registry) -> None:
    page = registry.look_through(ROLL.replace("Bí thư", "Phó bí thư")).get_data(as_text=True)
    hidden = {key: page.split(f'name="{key}" value="')[1].split('"')[0] for key in ("digest", "version")}
    registry.act("/import/apply", **hidden)
    assert "Tệp đã xem trước không còn" in registry.send("/import/apply", **hidden).get_data(as_text=True)


def test_import_without_a_file_is_refused(registry: Registry) -> None:
    assert "Chưa chọn tệp danh sách." in registry.send("/import").get_data(as_text=True)


def test_member_is_added_changed_and_leaves_with_a_history(registry: Registry) -> None:
    address = registry.act("/members", name="Võ Thị Ử", card_number="000777", **{"class": "probationary"})
    path = address.removeprefix("/chair/roll")
    registry.act(path, name="Võ Thị Ử", card_number="000777", suspended="yes", **{"class": "official"})
    registry.act(f"{path}/left", left_on="2026-01-10")
    page = registry.get(path)
    assert "Vào danh sách: <ins>Võ Thị Ử</ins>" in page
    assert "Loại đảng viên: <del>dự bị</del> → <ins>chính thức</ins>" in page
    assert "Đình chỉ sinh hoạt: <del>không</del> → <ins>có</ins>" in page
    assert "Rời chi bộ từ ngày: <ins>10/01/2026</ins>" in page
    registry.act(f"{path}/left", back="yes")
    assert "Rời chi bộ từ ngày: <del>10/01/2026</del>" in registry.get(path)


@pytest.mark.parametrize(
    ("fields", "sentences"),
    [
        ({"name": "", "card_number": ""}, ("Chưa ghi ô “Họ và tên”", "Chưa ghi ô “Số thẻ đảng viên”")),
        ({"class": "king"}, ("Chưa chọn ô “Loại đảng viên”",)),
        ({"note": "x" * 201}, ("“Ghi chú” dài quá 200 ký tự",)),
        ({"name": "A\u202eB"}, ("“Họ và tên” có ký tự ẩn U+202E",)),
        ({"card_number": "1" * 41}, ("“Số thẻ đảng viên” dài quá 40 ký tự",)),
        ({"card_number": "0012 5001"}, ("Số thẻ 0012 5001 đang là của Nguyễn Văn Thành.",)),
    ],
)
def test_bad_fields_are_told_one_by_one(registry: Registry, fields: dict[str, str], sentences: tuple[str, ...]) -> None:
    answer = registry.send("/members", **{"name": "Mai", "card_number": "9", "class": "official", **fields})
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert all(sentence in page for sentence in sentences)


def test_leaving_needs_a_day(registry: Registry) -> None:
    answer = registry.send(f"{registry.find('thanh')}/left", left_on="30/02/2026")
    assert "không phải một ngày có thật" in answer.get_data(as_text=True)


def test_hostile_text_is_shown_as_text(registry: Registry) -> None:
    path = registry.act("/members", name=HOSTILE, card_number="x", note=HOSTILE, **{"class": "official"})
    assert HOSTILE not in registry.get(path.removeprefix("/chair/roll")) + registry.get()


@pytest.mark.parametrize("path", ["/members/0", "/members/999", "/members/-1", "/members/x", "/members/99999999999"])
def test_unknown_member_is_not_found(registry: Registry, path: str) -> None:
    assert registry.clerk.get(f"/chair/roll{path}").status_code == 404


@pytest.mark.parametrize("file", ["roll.xlsx", "roll.csv"])
def test_exported_file_changes_nothing_when_it_is_imported(registry: Registry, file: str) -> None:
    data = registry.clerk.get(f"/chair/roll/{file}").data
    assert "Tệp giống hệt danh sách." in registry.look_through(data, file).get_data(as_text=True)


def test_template_can_be_imported_as_it_is(registry: Registry) -> None:
    data = registry.clerk.get("/chair/roll/template.xlsx").data
    assert "<b>2</b> Người mới" in registry.look_through(data, "mau.xlsx").get_data(as_text=True)


def test_pages_speak_english_and_keep_it(registry: Registry) -> None:
    page = registry.get("?lang=en")
    assert "Roll of the unit" in page
    assert "/chair/roll/exemptions/other?lang=en" in page


def test_screen_does_not_reach_the_roll(registry: Registry) -> None:
    sign_in(registry.clerk, Role.SCREEN)
    assert registry.clerk.get("/chair/roll").status_code == 403
