"""Tellers at their phones: pages of a real browser against the real staff's server over TLS."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from ballot_server.domain.paper import CountSheet, InvalidCount
from ballot_server.services.count_paper import enter_sheet, seat_counters
from ballot_server.services.paper_ballots import PaperNumbers, count_paper_ballots
from ballot_server.services.trustee_proceedings import CEREMONY, get_proceeding
from ballot_server.services.trustee_room import (
    ask_counts,
    ask_decryption,
    ask_destruction,
    ask_paper,
    ceremony_state,
    decryption_state,
    end_when_destroyed,
    open_when_signed,
    post_paper_when_signed,
    restart_ceremony,
    tally_when_decrypted,
)
from ballot_server.services.trustee_view import CeremonyStage
from ballot_server.services.verify_results import verify_results
from crypto.board import format_head
from crypto.verify import verify_archive
from tests.support.browser import LocalBrowser
from tests.support.evenings import AGREE, DISAGREE, MEETING
from tests.support.halls import Hall, open_hall
from tests.support.phones import PATIENCE_MS, Phone, switch_on, switch_on_one
from tests.support.teller_tables import NAMES
from tests.support.terminals import Terminal

pytestmark = pytest.mark.slow

HANDS = {"meeting": MEETING, "election": "s1"}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with open_hall(tmp_path) as opened:
        yield opened


@pytest.fixture
def phones(hall: Hall, browser: LocalBrowser) -> Iterator[list[Phone]]:
    switched_on = switch_on(browser, hall.addresses)
    yield switched_on
    for phone in switched_on:
        phone.page.context.close()


def compare_words(phones: Sequence[Phone]) -> list[str]:
    """Let the phones join, and return the words that all of them show."""
    for phone in phones:
        phone.join()
    for phone in phones:
        phone.wait_for("So bốn từ")
    words = phones[0].read_words()
    assert [phone.read_words() for phone in phones] == [words] * len(phones)
    return words


def make_key(phones: Sequence[Phone]) -> None:
    compare_words(phones)
    for phone in phones:
        phone.press("same")
    for phone in phones:
        phone.wait_for("Đang chờ chủ trì")


def come_to_close(hall: Hall, phones: Sequence[Phone]) -> None:
    """Make the key, sign, open, vote and close; four people have voted."""
    make_key(phones)
    hold_vote(hall, phones)


def hold_vote(hall: Hall, phones: Sequence[Phone]) -> None:
    evening = hall.table.evening
    hall.table.prepare_election()
    ask_counts(evening.database, **HANDS)
    for phone in phones:
        phone.press("right")
    for phone in phones:
        phone.wait_for("Đã xác nhận sáu con số")
    evening.manifests["s1"] = open_when_signed(evening.database, evening.board, **HANDS)
    evening.cast("s1", AGREE, AGREE, DISAGREE, AGREE)
    evening.close("s1")


def decrypt(hall: Hall, phones: Sequence[Phone], *, ballots: int = 4) -> dict[str, int]:
    """Let the phones compare the words of the whole and decrypt; return the counts."""
    for phone in phones:
        phone.wait_for("So số phiếu và bốn từ")
    assert len({tuple(phone.read_words()) for phone in phones}) == 1
    for phone in phones:
        assert "Lần bỏ phiếu s1" in phone.read()
        assert f"Số phiếu: {ballots}" in phone.read()
        phone.press("same")
    for phone in phones:
        phone.wait_for("Đã gửi phần giải mã")
    evening = hall.table.evening
    tallied = tally_when_decrypted(evening.database, evening.board, **HANDS)
    return dict(tallied.result.contests[0].counts)


def list_rounds(hall: Hall) -> set[str]:
    """Return the rounds of the ceremony in which anything has come."""
    with hall.table.evening.database.read() as session:
        return {message.round for message in get_proceeding(session, MEETING, CEREMONY).messages}


def relay_otherwise(phone: Phone, pattern: str, change: Callable[[bytes], bytes]) -> None:
    """Let a phone receive something else than the server sent."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=change(response.body()))

    phone.page.context.route(re.compile(pattern), answer)


def test_two_phones_and_a_terminal_hold_an_evening(hall: Hall, phones: list[Phone], tmp_path: Path) -> None:
    evening = hall.table.evening
    terminal = Terminal(hall.addresses[2], tmp_path / "device")
    with ExitStack() as stack:
        terminal.start()
        stack.callback(terminal.close)
        come_to_close(hall, phones[:2])
        ask_decryption(evening.database, **HANDS)
        assert decrypt(hall, phones[:2]) == {"agree": 3, "disagree": 1, "blank": 0}
        terminal.read_until("Sent the partial decryption")
        evening.publish("s1")
        minutes = evening.write_minutes()
        ask_destruction(evening.database, meeting=MEETING)
        for phone in phones[:2]:
            phone.press("destroy")
        for phone in phones[:2]:
            phone.wait_for("Phần khóa trên máy này đã hủy")
        terminal.read_until("is destroyed")
        archive = end_when_destroyed(evening.database, evening.board, meeting=MEETING)
        report = verify_archive(archive, head=format_head(minutes.head))
        assert verify_results(report).own_rules == ()


def say_same_until_waiting(phones: Sequence[Phone]) -> None:
    """Tap "the same" wherever it is asked, until every phone waits for the chair."""
    press = "document.querySelector('button[data-answer=same]:not([disabled])')?.click()"
    for _ in range(240):
        if all("Đang chờ chủ trì" in phone.page.inner_text("h1") for phone in phones):
            return
        for phone in phones:
            phone.page.evaluate(press)
        phones[0].page.wait_for_timeout(250)
    raise AssertionError("the phones never finished the key")


def test_page_loaded_again_at_any_step_of_the_ceremony_goes_on(hall: Hall, phones: list[Phone]) -> None:
    first, second, third = phones
    first.join()
    first.wait_for("Đang lập khóa")
    first.page.reload()
    second.join()
    second.close_tab()
    third.join()
    second.open()
    for phone in phones:
        phone.wait_for("So bốn từ")
    words = third.read_words()
    first.page.reload()
    first.wait_for("So bốn từ")
    assert first.read_words() == words
    first.press("same")
    first.wait_for("Đang lập khóa")
    first.close_tab()
    first.open()
    first.wait_for("Đang lập khóa")
    assert first.read_words() == words
    for phone in phones[1:]:
        phone.press("same")
        phone.page.reload()
    # A tap that the reload overtook is asked for again.
    say_same_until_waiting(phones)
    state = ceremony_state(hall.table.evening.database, meeting=MEETING)
    assert (state.stage, state.attempt) == (CeremonyStage.FINISHED, 1)
    kept = [record["key"] for phone in phones for record in phone.read_storage() if record["seed"] is not None]
    assert kept == []


def test_relay_that_shows_other_rounds_after_a_closed_tab_changes_nothing(phones: list[Phone]) -> None:
    def forge(answer: bytes) -> bytes:
        return answer.replace(b"nonce", b"other").replace(b"commitment", b"another")

    words = compare_words(phones)
    relay_otherwise(phones[0], r"/api/trustee/round\?.*round=(commitment|opening)", forge)
    phones[0].close_tab()
    phones[0].open()
    phones[0].wait_for("So bốn từ")
    assert phones[0].read_words() == words
    for phone in phones:
        phone.press("same")
    for phone in phones:
        phone.wait_for("Đang chờ chủ trì")


def test_server_restarted_in_the_middle_of_the_ceremony_is_waited_for(hall: Hall, phones: list[Phone]) -> None:
    words = compare_words(phones)
    hall.server.end_abruptly()
    expect(phones[0].page.locator(".lost")).to_be_visible(timeout=PATIENCE_MS)
    assert phones[0].read_words() == words
    phones[0].press("same")
    hall.server.keep_running()
    for phone in phones[1:]:
        phone.press("same")
    for phone in phones:
        phone.wait_for("Đang chờ chủ trì")
    assert ceremony_state(hall.table.evening.database, meeting=MEETING).attempt == 1


def test_teller_who_sees_other_words_stops_the_ceremony_before_any_share_leaves(
    hall: Hall, phones: list[Phone]
) -> None:
    words = compare_words(phones)
    phones[1].press("differ")
    phones[1].wait_for("Đã báo: bốn từ khác nhau")
    for phone in (phones[0], phones[2]):
        phone.wait_for("Lập khóa đã dừng")
        assert f"{NAMES[1]} thấy bốn từ khác nhau." in phone.read()
    assert list_rounds(hall) == {"commitment", "opening", "failure"}
    assert ceremony_state(hall.table.evening.database, meeting=MEETING).stage is CeremonyStage.FAILED

    restart_ceremony(hall.table.evening.database, meeting=MEETING, random_bytes=secrets.token_bytes)
    for phone in phones:
        phone.wait_for("So bốn từ")
        assert phone.read_words() != words
        phone.press("same")
    for phone in phones:
        phone.wait_for("Đang chờ chủ trì")


def test_bad_share_of_a_malicious_relay_names_its_maker_to_everybody(hall: Hall, phones: list[Phone]) -> None:
    def spoil(answer: bytes) -> bytes:
        shown = json.loads(answer)
        if shown["complete"]:
            message = json.loads(shown["messages"][0])
            message["signature"] = message["signature"][:-1] + ("0" if message["signature"][-1] != "0" else "1")
            shown["messages"][0] = json.dumps(message, separators=(",", ":"), sort_keys=True)
        return json.dumps(shown).encode()

    relay_otherwise(phones[0], r"/api/trustee/round\?.*round=share", spoil)
    compare_words(phones)
    for phone in phones:
        phone.press("same")
    for phone in phones:
        phone.wait_for("Lập khóa đã dừng")
    assert f"Phần khóa do máy của {NAMES[1]} gửi không khớp." in phones[0].read()
    for phone in phones[1:]:
        assert f"Máy của {NAMES[0]} báo: phần khóa do máy của {NAMES[1]} gửi không khớp." in phone.read()
    (report,) = ceremony_state(hall.table.evening.database, meeting=MEETING).reports
    assert (report.reporter, report.at_fault) == (1, 2)


def test_other_openings_for_one_phone_give_it_other_words_or_stop_it(hall: Hall, phones: list[Phone]) -> None:
    def spoil(answer: bytes) -> bytes:
        shown = json.loads(answer)
        if shown["complete"]:
            message = json.loads(shown["messages"][1])
            message["nonce"] = "0" * 64
            shown["messages"][1] = json.dumps(message, separators=(",", ":"), sort_keys=True)
        return json.dumps(shown).encode()

    relay_otherwise(phones[0], r"/api/trustee/round\?.*round=opening", spoil)
    for phone in phones:
        phone.join()
    phones[0].wait_for("Lập khóa đã dừng")
    assert f"Dữ liệu do máy của {NAMES[1]} gửi không đúng." in phones[0].read()
    assert "share" not in list_rounds(hall)


def test_progress_tells_everybody_who_is_in_and_what_is_missing(hall: Hall, phones: list[Phone]) -> None:
    first, second, third = phones
    first.join()
    second.join()
    seats = first.page.locator(".seats li")
    expect(seats.nth(1)).to_contain_text("đã vào ghế")
    expect(seats.nth(2)).to_contain_text(f"{NAMES[2]}chưa vào ghế")
    third.join()
    for phone in phones:
        phone.wait_for("So bốn từ")
    first.press("same")
    expect(third.page.locator(".seats li").nth(0)).to_contain_text("đã so bốn từ")
    expect(third.page.locator(".seats li").nth(1)).to_contain_text("đang so bốn từ")


def test_wrong_counts_are_signed_by_nobody_until_they_are_right(hall: Hall, phones: list[Phone]) -> None:
    make_key(phones)
    hall.table.prepare_election()
    database = hall.table.evening.database
    ask_counts(database, **HANDS)
    phone = phones[0]
    phone.wait_for("Sáu con số trước khi mở bỏ phiếu")
    rows = [re.sub(r"\s+", " ", row) for row in phone.page.locator(".counts div").all_inner_texts()]
    assert rows == [
        "Thẻ đã in tất cả thẻ của lần này 6",
        "Thẻ đã phát đã có người bốc 5",
        "Thẻ còn lại chưa phát, đang ở trên bàn 1",
        "Thẻ nộp lại người về sớm trả, đã hủy 0",
        "Thẻ mất đã phát mà không thu lại được 0",
        "Người có mặt đang ở đây và được bỏ phiếu 5",
    ]
    phone.press("wrong")
    phone.wait_for("Đã báo: có số sai")
    phones[1].press("right")
    phones[1].wait_for("Đã xác nhận sáu con số")
    expect(phones[1].page.locator(".seats li").nth(0)).to_contain_text("báo có số sai")
    assert ask_counts(database, **HANDS).signed == (2,)
    phone.press("again")
    phone.press("right")
    phone.wait_for("Đã xác nhận sáu con số")


def test_phones_sign_what_was_counted_on_paper_before_they_decrypt(hall: Hall, phones: list[Phone]) -> None:
    make_key(phones)
    evening = hall.table.evening
    hall.table.prepare_election(present=3)
    ask_counts(evening.database, **HANDS)
    for phone in phones:
        phone.press("right")
    for phone in phones:
        phone.wait_for("Đã xác nhận sáu con số")
    evening.manifests["s1"] = open_when_signed(evening.database, evening.board, **HANDS)
    count_paper_ballots(evening.database, **HANDS, numbers=PaperNumbers(printed=2, handed_out=2))
    evening.cast("s1", AGREE, DISAGREE, AGREE)
    evening.close("s1")
    codes = seat_counters(evening.database, **HANDS, names=("An", "Bình"), random_bytes=evening.random_source.randbytes)
    for code in codes:
        enter_sheet(
            evening.database, code.code, CountSheet(ballots=2, reasons=(InvalidCount("Rách", 1),), counts=((0, 1, 0),))
        )
    ask_paper(evening.database, **HANDS)
    for phone in phones:
        phone.wait_for("Số phiếu giấy đã kiểm")
        said = phone.read()
        assert "Phát 2, gồm 0 đổi từ thẻ. Thu về 2, không hợp lệ 1." in said
        assert "Không hợp lệ: Rách, 1 phiếu." in said
        assert "Nội dung 1: Đồng ý 0, Không đồng ý 1, phiếu trắng 0." in said
    phones[0].press("wrong")
    phones[0].wait_for("Đã báo: có số sai")
    for phone in phones[1:]:
        phone.press("right")
    for phone in phones[1:]:
        phone.wait_for("Đã xác nhận số phiếu giấy")
    post_paper_when_signed(evening.database, evening.board, **HANDS)
    ask_decryption(evening.database, **HANDS)
    assert decrypt(hall, phones, ballots=3) == {"agree": 2, "disagree": 2, "blank": 0}


def test_tab_closed_after_the_close_is_opened_again_and_decrypts(hall: Hall, phones: list[Phone]) -> None:
    come_to_close(hall, phones)
    phones[0].close_tab()
    database = hall.table.evening.database
    ask_decryption(database, **HANDS)
    phones[1].wait_for("Chờ các máy khác kiểm tra xong")
    phones[1].close_tab()
    hall.server.end_abruptly()
    hall.server.keep_running()
    # Nobody kept the address: the browser knows its seat.
    for phone in phones[:2]:
        phone.page.goto(phone.address.partition("#")[0])
    for phone in phones:
        phone.wait_for("So số phiếu và bốn từ")
    words = phones[2].read_words()
    phones[2].page.reload()
    for phone in phones:
        phone.wait_for_other_words(words)
    assert decrypt(hall, phones) == {"agree": 3, "disagree": 1, "blank": 0}
    phones[0].page.reload()
    phones[0].wait_for("Đang chờ chủ trì")


def test_missing_phone_is_named_and_its_absence_confirmed_by_each_teller(hall: Hall, phones: list[Phone]) -> None:
    come_to_close(hall, phones)
    phones[2].close_tab()
    database = hall.table.evening.database
    ask_decryption(database, **HANDS)
    for phone in phones[:2]:
        phone.wait_for_question("missing")
        phone.wait_for(f"Vẫn thiếu {NAMES[2]}")
    phones[0].press("missing")
    phones[0].wait_for("Chờ các máy khác kiểm tra xong")
    assert decryption_state(database, **HANDS).missing == ()
    phones[1].press("missing")
    assert decrypt(hall, phones[:2]) == {"agree": 3, "disagree": 1, "blank": 0}
    assert decryption_state(database, **HANDS).missing == (3,)


def test_teller_who_sees_other_words_of_the_whole_does_not_decrypt(hall: Hall, phones: list[Phone]) -> None:
    come_to_close(hall, phones)
    database = hall.table.evening.database
    ask_decryption(database, **HANDS)
    for phone in phones:
        phone.wait_for("So số phiếu và bốn từ")
    phones[0].press("differ")
    phones[0].wait_for("Đã báo: có chỗ khác nhau")
    state = decryption_state(database, **HANDS)
    assert (state.answered, state.reports[0].problem) == ((), "declined")
    ask_decryption(database, **HANDS)
    assert decrypt(hall, phones) == {"agree": 3, "disagree": 1, "blank": 0}


def test_board_without_one_ballot_is_refused_by_the_phone_that_got_it(hall: Hall, phones: list[Phone]) -> None:
    def leave_out(board: bytes) -> bytes:
        *others, closed = board.splitlines()
        entry = json.loads(closed)
        entry["body"]["ballots"] = entry["body"]["ballots"][:-1]
        return b"\n".join([*others, json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode(), b""])

    come_to_close(hall, phones)
    relay_otherwise(phones[0], r"/api/trustee/board", leave_out)
    ask_decryption(hall.table.evening.database, **HANDS)
    phones[0].wait_for("Hòm phiếu KHÔNG ĐÚNG")
    assert re.search(r"Phép kiểm tra V\d không đạt", phones[0].read())
    assert decryption_state(hall.table.evening.database, **HANDS).answered == ()


def test_second_tab_of_a_seat_is_refused_with_a_sentence(phones: list[Phone]) -> None:
    phone = phones[0]
    phone.join()
    phone.wait_for("Đang lập khóa")
    second = Phone(phone.page.context.new_page(), phone.address)
    second.open()
    second.wait_for("Ghế này đang mở ở một thẻ khác")
    phone.page.close()
    second.page.reload()
    second.wait_for("Đang lập khóa")


def test_browser_without_storage_is_told_before_it_joins(hall: Hall, phones: list[Phone]) -> None:
    without = b"Object.defineProperty(globalThis, 'indexedDB', { value: undefined });\n"
    relay_otherwise(phones[0], r"/assets/trustee\.js", lambda script: without + script)
    phones[0].open()
    phones[0].wait_for("Trình duyệt này không giữ được phần khóa")
    seats = ceremony_state(hall.table.evening.database, meeting=MEETING).seats
    assert [seat.has_joined for seat in seats] == [False, False, False]


def test_seat_is_taken_by_a_tap_alone_and_by_one_browser(
    hall: Hall, browser: LocalBrowser, phones: list[Phone]
) -> None:
    phones[0].open()
    phones[0].wait_for_question("yes")
    assert not any(seat.has_joined for seat in ceremony_state(hall.table.evening.database, meeting=MEETING).seats)
    phones[0].press("yes")
    phones[0].wait_for("Đang lập khóa")
    other = switch_on_one(browser, hall.addresses[0])
    other.join()
    other.wait_for("Ghế này đã có máy khác")
    other.page.context.close()


def test_address_without_a_code_says_what_to_do(phones: list[Phone]) -> None:
    phones[0].page.goto(phones[0].address.partition("#")[0])
    phones[0].wait_for("Chưa có mã vào ghế")
    phones[0].page.goto(phones[0].address.partition("#")[0] + "#0000000000000000")
    phones[0].press("yes")
    phones[0].wait_for("Mã vào ghế không đúng")


def test_page_never_freezes_while_the_phone_works(hall: Hall, browser: LocalBrowser, phones: list[Phone]) -> None:
    page = phones[0].page
    browser.throttle(page, 4)
    page.add_init_script(
        "window.longest = 0; new PerformanceObserver((list) => {"
        "for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);"
        "}).observe({ type: 'longtask', buffered: true });"
    )
    come_to_close(hall, phones)
    page.evaluate("window.longest = 0")
    ask_decryption(hall.table.evening.database, **HANDS)
    assert decrypt(hall, phones) == {"agree": 3, "disagree": 1, "blank": 0}
    assert page.evaluate("window.longest") < 100


def test_page_speaks_english_when_asked(phones: list[Phone]) -> None:
    phones[0].open()
    phones[0].page.click("#controls button:has-text('English')")
    phones[0].wait_for("Take a teller's seat")
    phones[0].press("yes")
    phones[0].wait_for("Making the key")


def test_texts_on_the_smallest_phone_need_no_sideways_scrolling(hall: Hall, browser: LocalBrowser) -> None:
    small = switch_on(browser, hall.addresses, viewport={"width": 320, "height": 640})
    compare_words(small)
    for phone in small:
        phone.page.click("#controls button:has-text('A+')", click_count=3)
        width = phone.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
        phone.page.context.close()
