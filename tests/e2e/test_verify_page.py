"""The verifying page in a real browser with its network off: what it says of archives, good, damaged and not at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from time import perf_counter

import pytest
from playwright.sync_api import Page

from ballot_server.web.processes import RunningServer, start_private_server
from crypto.ballot import ContestShape
from crypto.board import format_head
from crypto.verify.sentences import CHECKS
from tests.support.archives import ElectionPlan, SampleArchive
from tests.support.browser import LAN_NAME, LocalBrowser
from tests.support.lying_results import MINUTES, OUTCOMES
from tests.support.rehearsals import rehearse_every_vote
from tests.support.ruled_archives import (
    begin_ruled_board,
    build_elected_archive,
    build_mixed_archive,
    build_ruled_archive,
    read_installed_text,
)

PATIENCE_MS = 60_000
SHAPE = (ContestShape(options=3, marks=2), ContestShape(options=1, marks=1))
PLANS = (
    ElectionPlan(shape=SHAPE, votes=(((0, 1), (0,)), ((2,), ()), ((), (0,)), ((0,), ()))),
    ElectionPlan(election="s2", slot=1),
)
LARGEST_MEGABYTES = 256


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start_private_server(tmp_path_factory.mktemp("verify") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def sample() -> SampleArchive:
    return build_elected_archive(PLANS, printed=5)


@pytest.fixture
def page(browser: LocalBrowser, server: RunningServer) -> Iterator[Page]:
    opened = open_page(browser, server)
    yield opened
    opened.context.close()


@cache
def build_busy_archive() -> bytes:
    """Return an archive that keeps a verifier busy for some seconds."""
    votes = (((0,),) * 4,) * 100
    return build_elected_archive((ElectionPlan(shape=(ContestShape(3, 1),) * 4, votes=votes),), printed=100).data


def open_page(browser: LocalBrowser, server: RunningServer, *, width: int = 390, query: str = "") -> Page:
    """Return the page, loaded as a phone on the room's network loads it, and then cut off."""
    page = browser.new_page(viewport={"width": width, "height": 844}, locale="vi-VN")
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.address.replace("127.0.0.1", LAN_NAME) + f"/verify{query}")
    page.wait_for_selector("#archive", state="attached")
    page.context.set_offline(True)
    return page


def choose(page: Page, selector: str, data: bytes, name: str = "board.jsonl") -> None:
    page.set_input_files(selector, {"name": name, "mimeType": "application/jsonl", "buffer": data})


def check(page: Page, data: bytes, *, head: str = "", confirmation: bytes | None = None) -> str:
    """Have the page check an archive; return what it says at the end."""
    choose(page, "#archive", data)
    page.fill("#head", head)
    if confirmation is not None:
        choose(page, "#confirmation", confirmation, "confirmation.json")
    page.click("button.main")
    page.wait_for_selector("button.main >> text=/Kiểm tra tệp khác|Check another file/")
    return read(page)


def read(page: Page) -> str:
    return page.inner_text("main")


def head_of(sample: SampleArchive) -> str:
    assert sample.head is not None
    return format_head(sample.head)


def test_archive_with_its_head_is_the_one_of_the_minutes(page: Page, sample: SampleArchive) -> None:
    text = check(page, sample.data, head=head_of(sample).lower())
    assert "là tệp mà biên bản đã ký nói tới" in text
    assert "CHƯA so" not in text


def test_archive_without_head_is_consistent_and_not_compared(page: Page, sample: SampleArchive) -> None:
    text = check(page, sample.data)
    assert "CHƯA so với biên bản đã ký" in text
    assert "là tệp mà biên bản đã ký nói tới" not in text


def test_page_says_what_it_counted_and_explains_each_check(page: Page, sample: SampleArchive) -> None:
    text = check(page, sample.data, confirmation=sample.confirmations[0].encode())
    totals = sample.entries[-1].body
    assert (
        f"Đã kiểm tra {totals['entries']} mục, {totals['ballots']} lá phiếu, {totals['proofs']} chứng minh,"
        f" {totals['signatures']} chữ ký." in text
    )
    assert [name for name in CHECKS if f"{name}, số lượng" not in text or CHECKS[name].vi not in text] == []


def test_page_shows_the_counts_of_every_contest(page: Page, sample: SampleArchive) -> None:
    check(page, sample.data)
    rows = page.locator("section.finding").first.locator("table").first.locator("tbody td").all_inner_texts()
    assert rows == ["2", "50,00%", "1", "25,00%", "1", "25,00%", "1", "25,00%"]


def test_page_says_base_needs_and_outcome_in_words(page: Page) -> None:
    text = check(page, build_ruled_archive())
    # Six official members, one exempt and one suspended; 2 agree, ⌈2·4/3⌉ = 3 are needed.
    assert "Mẫu số: 4 (6 chính thức − 1 được miễn − 1 bị đình chỉ)." in text
    assert "Được triệu tập và được bỏ phiếu: 4; có mặt: 3." in text
    assert "Đồng ý: được 2, cần 3 trên mẫu số 4 (ít nhất 2/3): không đạt." in text
    assert "Kết luận: Không đưa vào danh sách" in text
    assert "V10, số lượng 1" in text
    assert "V11, số lượng 1" in text
    assert "không có sẵn trong chương trình" not in text


def test_page_names_rules_that_are_not_installed(page: Page) -> None:
    text = check(page, build_ruled_archive(text=read_installed_text() + "\n# Changed.\n"))
    assert "Quy tắc này không có sẵn trong chương trình" in text


def test_page_says_who_is_elected_and_how_many_seats_are_left(page: Page, sample: SampleArchive) -> None:
    text = check(page, sample.data)
    # Of four ballots more than half is three; nobody has three.
    assert "Mỗi người ứng cử cần 3 trên mẫu số 4 (quá 1/2)." in text
    assert "Phương án 1: Không trúng cử" in text
    assert "Còn thiếu 2 người so với số lượng cần bầu." in text


def test_page_adds_paper_to_phones(page: Page) -> None:
    text = check(page, build_mixed_archive())
    assert "3 lá phiếu bỏ bằng máy." in text
    assert "4 lá phiếu giấy." in text
    assert "Đồng ý: được 3, cần 6 trên mẫu số 8 (ít nhất 2/3): không đạt." in text


def test_outcome_that_the_rules_do_not_give_fails(page: Page) -> None:
    text = check(page, build_ruled_archive(change_result=OUTCOMES["outcome"]))
    assert "KHÔNG ĐẠT phép kiểm tra V10" in text
    assert CHECKS["V10"].vi in text
    assert 'Phải là: "not_listed"' in text
    assert 'Thực tế: "listed"' in text


def test_minutes_with_another_number_fail(page: Page) -> None:
    text = check(page, build_ruled_archive(change_numbers=MINUTES["returned"]))
    assert "KHÔNG ĐẠT phép kiểm tra V11" in text
    assert CHECKS["V11"].vi in text


def test_every_kind_of_vote_is_told_in_words(page: Page, tmp_path_factory: pytest.TempPathFactory) -> None:
    evening = rehearse_every_vote(tmp_path_factory)
    text = check(page, evening.archive)
    assert "Cộng dồn từ hình thức nặng nhất đến" in text
    assert "Bằng phiếu ở vị trí cuối, chưa xác định" in text
    assert "Chi bộ chỉ đề nghị; cấp có thẩm quyền quyết định." in text
    assert "Mẫu số: số phiếu hợp lệ trừ phiếu trắng, tính riêng cho từng nội dung." in text
    assert "–: " not in text
    outcomes = sum(len(election["contests"]) for election in evening.result["elections"])
    assert text.count("Kết luận: ") == outcomes


def test_damaged_archive_fails_one_check_and_reports_nothing_else(page: Page, sample: SampleArchive) -> None:
    place = sample.data.index(b'"kind":"closed"')
    data = sample.data[: place - 200] + bytes([sample.data[place - 200] ^ 1]) + sample.data[place - 199 :]
    text = check(page, data)
    assert "KHÔNG ĐẠT phép kiểm tra V1" in text
    assert CHECKS["V1"].vi in text
    assert "Ở mục số 5 (dòng 6 của tệp)." in text
    assert [name for name in CHECKS if name != "V1" and CHECKS[name].vi in text] == []
    assert "Đã kiểm tra" not in text


def test_wrong_head_fails_with_what_was_expected_and_found(page: Page, sample: SampleArchive) -> None:
    wrong = "0000-" * 7 + "0000"
    text = check(page, sample.data, head=wrong)
    assert "KHÔNG ĐẠT phép kiểm tra V1" in text
    assert f"Phải là: {wrong}" in text
    assert f"Thực tế: {head_of(sample)}" in text
    assert "so lại từng nhóm với biên bản" in text


def test_head_of_another_form_is_refused_before_anything_is_checked(page: Page, sample: SampleArchive) -> None:
    choose(page, "#archive", sample.data)
    page.fill("#head", "0000-0000")
    page.click("button.main")
    page.wait_for_selector("[role=alert]:not(:empty)")
    assert "Mã niêm phong phải có 32 chữ và số" in read(page)
    assert page.input_value("#head") == "0000-0000"
    assert "Đã chọn: board.jsonl" in read(page)


def test_confirmation_of_a_ballot_that_is_not_there_is_found(page: Page, sample: SampleArchive) -> None:
    other = build_elected_archive((ElectionPlan(votes=(((1,),),) * 4),), printed=5).confirmations[3].encode()
    text = check(page, sample.data, confirmation=other)
    assert "KHÔNG ĐẠT phép kiểm tra V12" in text
    assert CHECKS["V12"].vi in text


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%\xe2\xe3", b"", b"{}\n", bytes(100_000), "Biên bản\n".encode()])
def test_file_that_is_no_archive_is_called_so(page: Page, data: bytes) -> None:
    text = check(page, data)
    assert "KHÔNG ĐẠT phép kiểm tra V1" in text
    assert "Có thể đây không phải tệp lưu của một cuộc họp" in text


def test_board_of_a_meeting_that_is_not_over_is_called_so(page: Page, sample: SampleArchive) -> None:
    data = b"".join(sample.data.splitlines(keepends=True)[:-1])
    assert "Cuộc họp này chưa kết thúc" in check(page, data)


def test_huge_file_is_refused_with_a_sentence(page: Page, tmp_path: Path) -> None:
    huge = tmp_path / "huge.jsonl"
    with huge.open("wb") as file:
        file.truncate((LARGEST_MEGABYTES + 1) * 1_000_000)
    page.set_input_files("#archive", huge)
    page.click("button.main")
    page.wait_for_selector("[role=alert]:not(:empty)")
    assert "Tệp quá lớn (257.0 MB; trang này nhận nhiều nhất 256.0 MB)" in read(page)


def test_missing_file_is_asked_for(page: Page) -> None:
    page.click("button.main")
    page.wait_for_selector("[role=alert]:not(:empty)")
    assert "Chưa chọn tệp lưu" in read(page)


def test_damage_in_an_annulled_election_is_told_and_stops_nothing(page: Page) -> None:
    builder = begin_ruled_board([ElectionPlan(), ElectionPlan(election="s2", slot=1)], printed=4)
    manifest = builder.open_election(ElectionPlan())
    ballots = builder.cast(ElectionPlan(), manifest)
    builder.close(manifest, [*ballots, ballots[0]])
    builder.annul("s1")
    builder.hold_election(ElectionPlan(election="s2", slot=1))
    text = check(page, builder.finish().data)
    assert "Lần bỏ phiếu này đã bị hủy: Sai mẫu số. Không phiếu nào được tính." in text
    assert "có chỗ hỏng (phép kiểm tra V5" in text


def test_another_file_is_checked_after_the_first(page: Page, sample: SampleArchive) -> None:
    assert "KHÔNG ĐẠT" in check(page, b"{}\n")
    page.click("button.main")
    assert "KHÔNG ĐẠT" not in check(page, sample.data)


def test_stopped_work_goes_back_to_the_choice(browser: LocalBrowser, server: RunningServer) -> None:
    page = open_page(browser, server)
    choose(page, "#archive", build_busy_archive())
    page.click("button.main")
    page.click("text=Dừng lại")
    page.wait_for_selector("#archive", state="attached")
    assert "Đã chọn: board.jsonl" in read(page)
    page.context.close()


def test_file_dropped_on_the_page_is_chosen(page: Page, sample: SampleArchive) -> None:
    page.evaluate(
        """(text) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "dropped.jsonl"));
            const event = { dataTransfer: transfer, bubbles: true, cancelable: true };
            document.body.dispatchEvent(new DragEvent("drop", event));
        }""",
        sample.data.decode(),
    )
    assert "Đã chọn: dropped.jsonl" in read(page)


def test_language_changes_keep_the_result(page: Page, sample: SampleArchive) -> None:
    check(page, sample.data, head=head_of(sample))
    page.click("#controls button[lang=en]")
    assert "this is the file that the signed minutes name." in read(page)
    assert CHECKS["V5"].en in read(page)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_screen_scrolls_sideways(
    browser: LocalBrowser, server: RunningServer, sample: SampleArchive, width: int
) -> None:
    page = open_page(browser, server, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    check(page, sample.data, head=head_of(sample))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("button.main")
    check(page, sample.data, head="0" * 32)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_page_answers_while_it_works_and_asks_nothing_of_the_network(
    browser: LocalBrowser, server: RunningServer
) -> None:
    page = open_page(browser, server)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    choose(page, "#archive", build_busy_archive())
    page.evaluate(
        """() => {
            window.longest = 0;
            let last = performance.now();
            const note = () => {
                const now = performance.now();
                window.longest = Math.max(window.longest, now - last);
                last = now;
                setTimeout(note, 0);
            };
            note();
        }"""
    )
    begun = perf_counter()
    page.click("button.main")
    page.wait_for_selector("h1.warning, h2 >> text=Đã kiểm tra những gì")
    milliseconds = 1000 * (perf_counter() - begun)
    assert "CHƯA so với biên bản đã ký" in read(page)
    # A page that did the work itself would be silent for nearly all of the time.
    assert page.evaluate("window.longest") < milliseconds / 2
    assert asked == []
    page.context.close()
