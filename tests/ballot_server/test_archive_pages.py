"""The chair's pages of archives: until when, keeping longer, destroying with a second person, and what is said then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ballot_server.domain.staff import Role
from ballot_server.i18n import Language
from ballot_server.services.follow_ups import list_follow_ups
from ballot_server.services.show_election import show_result
from ballot_server.services.voter_view import read_board
from ballot_server.web.context import WebContext
from ballot_server.web.voters_app import create_voters_app
from tests.support.archives_kept import DAY_AFTER, LAST_DAY, destroy, end_evening
from tests.support.chair_evenings import VOTERS, ChairEvening, begin_chair_evening
from tests.support.evenings import AGREE, DISAGREE, MEETING, Evening
from tests.support.paper_evenings import count_paper
from tests.support.printed_files import read_text
from tests.support.staff import NAMES, PASSPHRASE, START, HandClock, StaffClient, create_staff_client, sign_in

LIST = "/chair/archives"
PAGE = f"/chair/archives/{MEETING}"
ORDER = {
    "decision_number": "12-QĐ/CB",
    "decision_on": "2026-07-10",
    "deciding_body": "Chi ủy Chi bộ 5",
    "destruction_ground": "Hết thời hạn lưu <b>",
    "carried_out_by": "Lê Quang Vinh",
    "witnesses": "Phạm Thị Thu Hà\nHoàng Đức Long",
    "copies": "",
}
SECOND = {"second_name": NAMES[Role.CLERK], "second_passphrase": PASSPHRASE}


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with end_evening(tmp_path) as ended:
        yield ended


def visit(evening: Evening, *, days: int = 182, role: Role = Role.CHAIR) -> StaffClient:
    """Return a browser so many days after the meeting; 182 days after it is the first day of destruction."""
    client = create_staff_client(
        evening.folder, clock=HandClock(START + timedelta(days=days)), installation=evening.installation
    )
    for each in {Role.CLERK, role}:
        sign_in(client, each)
    sign_in(client, role)
    return client


def show(client: StaffClient, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def review(client: StaffClient, **changes: str) -> str:
    answer = client.post(f"{PAGE}/review", data={**ORDER, **changes})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def read_seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_list_says_until_when_each_archive_is_kept(evening: Evening) -> None:
    page = show(visit(evening, days=0), LIST)
    assert "Giữ đến hết 15/07/2026. Còn 181 ngày." in page
    assert "Đang trong hạn lưu" in page


def test_list_says_which_archives_are_over(evening: Evening) -> None:
    page = show(visit(evening), LIST)
    assert "Đã hết hạn lưu" in page
    assert "Đã hết hạn 1 ngày." in page


def test_archive_within_its_keeping_offers_no_destruction(evening: Evening) -> None:
    page = show(visit(evening, days=181))
    assert "Sớm nhất là ngày 16/07/2026." in page
    assert f'action="{PAGE}/review"' not in page


def test_archive_page_says_that_the_period_is_an_inference_where_nobody_was_elected(evening: Evening) -> None:
    assert "suy ra (I)" in show(visit(evening))


def test_keeping_longer_is_shown_with_its_reason(evening: Evening) -> None:
    chair = visit(evening)
    answer = chair.post(f"{PAGE}/keeping", data={"keep_until": "2026-09-30", "reason": "Khiếu nại"})
    assert answer.status_code == 303
    page = show(chair)
    assert "đến hết 30/09/2026; Khiếu nại (Nguyễn Văn Chủ)" in page
    assert "Giữ đến hết 30/09/2026" in page


def test_keeping_shorter_is_refused_on_the_page(evening: Evening) -> None:
    answer = visit(evening).post(f"{PAGE}/keeping", data={"keep_until": "2026-07-01", "reason": "Khiếu nại"})
    assert answer.status_code == 409
    assert "Ô “Giữ đến hết ngày”: tệp lưu trữ đã phải giữ đến hết 15/07/2026." in answer.get_data(as_text=True)


def test_review_shows_what_goes_and_changes_nothing(evening: Evening) -> None:
    archive = read_board(evening.database, MEETING)
    page = review(visit(evening))
    assert "Sẽ bị xóa" in page
    assert f"{len(archive)} byte" in page
    assert "Hết thời hạn lưu &lt;b&gt;" in page
    assert read_board(evening.database, MEETING) == archive


def test_review_refuses_an_order_that_lacks_something_and_keeps_the_rest(evening: Evening) -> None:
    answer = visit(evening).post(f"{PAGE}/review", data={**ORDER, "decision_number": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Chưa ghi ô “Số quyết định”" in page
    assert 'value="Chi ủy Chi bộ 5"' in page


def test_review_is_refused_before_the_keeping_is_over(evening: Evening) -> None:
    answer = visit(evening, days=181).post(f"{PAGE}/review", data=ORDER)
    assert answer.status_code == 409
    assert "còn phải giữ đến hết 15/07/2026" in answer.get_data(as_text=True)


def test_review_asks_for_the_passphrase_again(evening: Evening) -> None:
    chair = visit(evening)
    clock = HandClock(START + timedelta(days=182, minutes=6))
    other = create_staff_client(evening.folder, clock=clock, installation=evening.installation)
    other.set_cookie("__Host-phieukin", _read_cookie(chair), domain="localhost", secure=True)
    answer = other.post(f"{PAGE}/review", data=ORDER)
    assert answer.status_code == 403
    assert 'name="passphrase"' in answer.get_data(as_text=True)


def _read_cookie(client: StaffClient) -> str:
    cookie = client.get_cookie("__Host-phieukin")
    assert cookie is not None
    return str(cookie.value)


def test_passphrase_of_the_second_person_is_never_sent_back(evening: Evening) -> None:
    chair = visit(evening)
    clock = HandClock(START + timedelta(days=182, minutes=6))
    other = create_staff_client(evening.folder, clock=clock, installation=evening.installation)
    other.set_cookie("__Host-phieukin", _read_cookie(chair), domain="localhost", secure=True)
    page = other.post(f"{PAGE}/destruction", data={**ORDER, **SECOND}).get_data(as_text=True)
    assert NAMES[Role.CLERK] in page
    assert PASSPHRASE not in page


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        ({"second_name": NAMES[Role.CHAIR].upper(), "second_passphrase": PASSPHRASE}, "phải là người khác"),
        ({"second_name": NAMES[Role.CLERK], "second_passphrase": "sai"}, "không đúng"),
        ({"second_name": "Không Ai", "second_passphrase": PASSPHRASE}, "không đúng"),
        ({}, "không đúng"),
    ],
)
def test_destruction_is_refused_without_a_second_person(
    evening: Evening, second: dict[str, str], sentence: str
) -> None:
    chair = visit(evening)
    seen = read_seen(review(chair))
    answer = chair.post(f"{PAGE}/destruction", data={**ORDER, **second, "seen": seen})
    assert answer.status_code in (403, 409)
    assert sentence in answer.get_data(as_text=True)
    assert read_board(evening.database, MEETING)


def test_destruction_is_refused_of_an_archive_that_nobody_looked_at(evening: Evening) -> None:
    answer = visit(evening).post(f"{PAGE}/destruction", data={**ORDER, **SECOND, "seen": "x"})
    assert answer.status_code == 409
    assert "không còn như lúc xem" in answer.get_data(as_text=True)


def test_destruction_by_two_people_is_done_and_has_its_record(evening: Evening) -> None:
    chair = visit(evening)
    answer = chair.post(f"{PAGE}/destruction", data={**ORDER, **SECOND, "seen": read_seen(review(chair))})
    assert answer.status_code == 303
    page = show(chair)
    assert "Đã tiêu hủy ngày 16/07/2026, theo quyết định số 12-QĐ/CB." in page
    assert "Nguyễn Văn Chủ ra lệnh, Trần Thị Thư xác nhận" in page
    record = chair.get(f"{PAGE}/record.pdf")
    path = evening.folder / "record.pdf"
    path.write_bytes(record.data)
    assert "12-QĐ/CB" in read_text(path)


@pytest.fixture
def destroyed(evening: Evening) -> StaffClient:
    """Return the chair's browser after the destruction."""
    destroy(evening)
    return visit(evening)


def test_destroyed_meeting_says_so_and_leads_to_what_is_left(destroyed: StaffClient) -> None:
    page = show(destroyed, f"/chair/{MEETING}")
    assert "đã được tiêu hủy theo quyết định, ngày 16/07/2026" in page
    assert f"/chair/{MEETING}/minutes.pdf" in page
    assert f"{PAGE}/record.pdf" in page
    assert f"/chair/{MEETING}/elections/s1" in page


def test_destroyed_meetings_election_still_shows_its_numbers(destroyed: StaffClient) -> None:
    page = show(destroyed, f"/chair/{MEETING}/elections/s1")
    assert "Đã công bố" in page
    assert "2/5" in page or ">2<" in page


@pytest.mark.parametrize("path", ["archive.jsonl", "report.json", "elections/s1/zero-report.pdf"])
def test_destroyed_archive_is_not_downloaded_empty(destroyed: StaffClient, path: str) -> None:
    answer = destroyed.get(f"/chair/{MEETING}/{path}")
    assert answer.status_code == 410
    assert "đã tiêu hủy ngày 16/07/2026" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/screen", f"/desk/{MEETING}", "/chair", LIST, "/chair/follow-ups"])
def test_other_pages_of_the_staff_go_on(destroyed: StaffClient, path: str) -> None:
    show(destroyed, path)


@pytest.mark.parametrize("path", ["minutes", "destruction", "end", "ceremony", "elections/s1/annul"])
def test_nothing_is_done_to_a_destroyed_meeting(destroyed: StaffClient, path: str) -> None:
    form = {"names": "A\nB\nC", "threshold": "2", "ground": "x"}
    answer = destroyed.post(f"/chair/{MEETING}/{path}", data=form)
    assert answer.status_code in (404, 409, 410)


def test_voters_pages_say_that_the_board_is_gone(evening: Evening, destroyed: StaffClient) -> None:
    room = create_voters_app(WebContext(installation=evening.installation)).test_client()
    assert "đã được tiêu hủy" in room.get("/board").get_data(as_text=True)
    assert room.get(f"/board/{MEETING}.jsonl").status_code == 410
    assert MEETING not in room.get("/check").get_data(as_text=True)
    assert room.get("/").status_code == 200


def test_phone_is_told_that_the_archive_is_destroyed(evening: Evening, destroyed: StaffClient) -> None:
    room = create_voters_app(WebContext(installation=evening.installation)).test_client()
    election = evening.manifests["s1"].election_hash.hex()
    answer = room.get(f"/api/elections/{election}/closed")
    assert (answer.status_code, answer.get_json()["error"]) == (410, "archive_destroyed")


def test_follow_ups_name_an_archive_that_is_over(evening: Evening) -> None:
    page = show(visit(evening), "/chair/follow-ups")
    assert "Phiếu đã niêm phong sắp hoặc đã hết hạn lưu" in page
    assert list_follow_ups(evening.database, DAY_AFTER).failed


def test_follow_ups_leave_out_an_archive_that_must_be_kept(evening: Evening) -> None:
    assert "hết hạn lưu" not in show(visit(evening, days=1), "/chair/follow-ups")


def test_downloaded_archive_says_in_its_name_until_when_it_is_kept(evening: Evening) -> None:
    answer = visit(evening).get(f"/chair/{MEETING}/archive.jsonl")
    assert f"archive-{MEETING}-luu-den-{LAST_DAY}.jsonl" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("role", [Role.CLERK, Role.SCREEN])
@pytest.mark.parametrize("path", [LIST, PAGE, f"{PAGE}/record.pdf"])
def test_pages_are_the_chairs_alone(evening: Evening, role: Role, path: str) -> None:
    assert visit(evening, role=role).get(path).status_code == 403


@pytest.mark.parametrize("path", [LIST, PAGE])
def test_pages_speak_english(evening: Evening, path: str) -> None:
    assert "Kept until the end of 15/07/2026" in show(visit(evening), f"{path}?lang=en")


def test_every_link_of_a_destroyed_meeting_leads_somewhere(tmp_path: Path) -> None:
    with begin_chair_evening(tmp_path) as held:
        held.come_to_opening()
        held.hold(AGREE, AGREE, AGREE, DISAGREE)
        held.finish()
        destroy_by_pages(held)
        found = crawl(held.chair, f"/chair/{held.code}", f"{LIST}/{held.code}")
    assert [path for path, status in found.items() if status != 200] == []
    assert found[f"/chair/{held.code}/minutes.pdf"] == 200


def test_numbers_of_paper_beside_phones_are_shown_as_before(tmp_path: Path) -> None:
    with begin_chair_evening(tmp_path) as held:
        hold_mixed(held)
        before = show_result(held.installation.database, held.code, "s1", Language.VIETNAMESE)
        page = destroy_by_pages(held)
        after = show_result(held.installation.database, held.code, "s1", Language.VIETNAMESE)
        shown = held.get(f"/chair/{held.code}/elections/s1")
    assert "2 phiếu điện tử, 2 phiếu giấy" in page
    assert before is not None
    assert after == before
    assert "Đã công bố" in shown


def hold_mixed(held: ChairEvening) -> None:
    """Hold an evening of two ballots by phone and two on paper, to its end."""
    held.prepare()
    held.make_key()
    held.print_slips()
    for card in VOTERS:
        held.act("desk/attendance", card=card, expected="absent_unexcused", attendance="present")
    held.act("desk/slips", series="A", handed_out="2", lost="0")
    held.act("desk/paper", election="s1", paper_issued="2")
    held.open()
    held.cast(AGREE, AGREE)
    held.close()
    count_paper(held, {"ballots": "2", "c0_o0": "1", "c0_o1": "1"})
    held.act("chair/elections/s1/paper/signatures")
    held.drive(lambda: "paper/post" in held.get(f"/chair/{held.code}/elections/s1"))
    held.act("chair/elections/s1/paper/post")
    held.count()
    held.act("chair/elections/s1/publish")
    held.finish()


def destroy_by_pages(held: ChairEvening) -> str:
    """Let half a year pass and destroy the archive on the chair's pages; return the page that showed what goes."""
    sign_in(held.chair, Role.CLERK)
    held.clock.move(timedelta(days=182))
    sign_in(held.chair, Role.CHAIR)
    page = held.chair.post(f"{LIST}/{held.code}/review", data=ORDER).get_data(as_text=True)
    form = {**ORDER, **SECOND, "seen": read_seen(page)}
    answer = held.chair.post(f"{LIST}/{held.code}/destruction", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return page


def crawl(client: StaffClient, *starts: str) -> dict[str, int]:
    """Return the status of every address about a meeting that its pages lead to, followed from page to page."""
    found: dict[str, int] = {}
    open_paths = list(starts)
    while open_paths:
        path = open_paths.pop()
        if path in found:
            continue
        answer = client.get(path)
        found[path] = answer.status_code
        if answer.mimetype == "text/html":
            links = re.findall(r'(?:href|src)="([^"#?]+)"', answer.get_data(as_text=True))
            open_paths += [link for link in links if link.startswith(starts)]
    return found
