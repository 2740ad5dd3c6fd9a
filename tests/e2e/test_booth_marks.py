"""Contests of more than one mark, of up to sixty candidates, and many persons at three levels each, on a real page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page

from crypto.manifest import Contest, Option, Text
from tests.support.booths import PATIENCE_MS, PHONE, Booth, read, serve, tap
from tests.support.browser import LocalBrowser
from tests.support.mocked_booth import MockedElection, mock_election

LEVELS = ("Tín nhiệm cao", "Tín nhiệm", "Tín nhiệm thấp")


def name_options(texts: list[str] | tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(id=f"o{index}", text=Text(vi=text, en=f"en {text}")) for index, text in enumerate(texts))


def choose_at_most(marks: int, candidates: int, subject: str = "Bầu chi ủy") -> Contest:
    """Return a contest of so many candidates, named 01, 02 …"""
    names = [f"Nguyễn Thị Ứng Cử {number:02d}" for number in range(1, candidates + 1)]
    return Contest(id="c0", text=Text(vi=subject, en="Committee"), options=name_options(names), marks=marks)


def rate(persons: int) -> tuple[Contest, ...]:
    """Return a contest of three levels for each person."""
    return tuple(
        Contest(
            id=f"c{n}", text=Text(vi=f"Đồng chí {n:02d}", en=f"Member {n:02d}"), options=name_options(LEVELS), marks=1
        )
        for n in range(1, persons + 1)
    )


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booth]:
    folder: Path = tmp_path_factory.mktemp("pages")
    with serve(folder) as served:
        yield served


@pytest.fixture
def phone(browser: LocalBrowser) -> Iterator[Page]:
    page = browser.new_page(**PHONE)
    page.set_default_timeout(2 * PATIENCE_MS)
    yield page
    page.context.close()


def open_page(page: Page, booth: Booth, *contests: Contest) -> MockedElection:
    election = mock_election(contests)
    election.attach(page)
    page.goto(f"{booth.address}/v#{election.fragment}")
    page.wait_for_selector("fieldset")
    return election


def mark(page: Page, *options: int, contest: int = 0) -> None:
    for option in options:
        page.locator(f"label[for=contest-{contest}-{option}]").tap()


def list_checked(page: Page) -> list[str]:
    found: list[str] = page.locator("input:checked").evaluate_all("inputs => inputs.map(input => input.id)")
    return found


def test_mark_too_many_is_refused_beside_it_and_says_why(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 60))
    mark(phone, 0, 20, 40)
    mark(phone, 59)
    assert list_checked(phone) == ["contest-0-0", "contest-0-20", "contest-0-40"]
    said = phone.inner_text("label[for=contest-0-59] + .warning")
    assert said == "Chỉ được chọn 3. Xin bỏ bớt một ý trước khi chọn ý khác."


def test_mark_is_free_again_once_another_is_taken_away(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(2, 5))
    mark(phone, 0, 1, 2)
    mark(phone, 1, 2)
    assert list_checked(phone) == ["contest-0-0", "contest-0-2"]
    assert phone.inner_text("fieldset .warning") == ""


def test_blank_beside_marks_is_refused_and_takes_none_away(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 5))
    mark(phone, 1, 3)
    mark(phone, 5)
    assert list_checked(phone) == ["contest-0-1", "contest-0-3"]
    assert "Muốn để trống, xin bỏ hết các dấu đã chọn trước" in read(phone)


def test_mark_beside_blank_is_refused_and_leaves_it_blank(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 5))
    mark(phone, 5)
    mark(phone, 1)
    assert list_checked(phone) == ["contest-0-5"]
    assert "Ông/bà đang để trống mục này" in read(phone)


def test_page_counts_the_marks_as_they_are_made(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 5))
    counts = [phone.inner_text(".count")]
    for option in (0, 4, 0):
        mark(phone, option)
        counts.append(phone.inner_text(".count"))
    assert [text.split(".")[0] for text in counts] == ["Đã chọn 0", "Đã chọn 1", "Đã chọn 2", "Đã chọn 1"]


def test_review_names_every_choice_in_words_and_what_is_left_to_choose(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 60), *rate(1))
    mark(phone, 58, 2)
    tap(phone, "Xem lại")
    chosen = phone.locator("ul.chosen li").all_inner_texts()
    assert chosen == ["Nguyễn Thị Ứng Cử 03", "Nguyễn Thị Ứng Cử 59"]
    assert "Bầu chi ủy: ông/bà mới chọn 2, được chọn nhiều nhất 3." in read(phone)
    assert "Ông/bà chưa chọn cho: Đồng chí 01." in read(phone)


def test_review_says_when_all_marks_are_used(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(2, 3))
    mark(phone, 0, 1)
    tap(phone, "Xem lại")
    assert "Đã chọn đủ 2." in read(phone)
    assert phone.locator(".reviewed .warning").count() == 0


def test_change_leads_back_with_all_marks_kept(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 60), *rate(2))
    mark(phone, 7, 44)
    mark(phone, 1, contest=2)
    tap(phone, "Xem lại")
    phone.locator("section.reviewed button").nth(1).tap()
    assert list_checked(phone) == ["contest-0-7", "contest-0-44", "contest-2-1"]


def test_marks_stay_when_the_language_changes(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 60))
    mark(phone, 7, 44)
    tap(phone, "English")
    assert list_checked(phone) == ["contest-0-7", "contest-0-44"]
    assert phone.inner_text("label[for=contest-0-7]") == "en Nguyễn Thị Ứng Cử 08"


def test_contest_whose_last_mark_was_taken_away_counts_as_not_chosen(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 5))
    mark(phone, 1, 1)
    tap(phone, "Xem lại")
    assert "Ông/bà chưa chọn cho: Bầu chi ủy." in read(phone)


def test_contest_left_blank_on_purpose_says_so_on_the_review(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 5))
    mark(phone, 5)
    tap(phone, "Xem lại")
    assert phone.inner_text(".chosen") == "Để trống (phiếu trắng)"
    assert "Ông/bà chưa chọn cho" not in read(phone)


def test_fifteen_marks_among_sixty_candidates_are_cast_as_chosen(booth: Booth, phone: Page) -> None:
    election = open_page(phone, booth, choose_at_most(15, 60))
    chosen = list(range(0, 60, 4))
    mark(phone, *chosen)
    tap(phone, "Xem lại")
    tap(phone, "Bỏ phiếu")
    phone.wait_for_selector("h1.recorded")
    assert election.count() == (tuple(int(option in chosen) for option in range(61)),)


def test_thirty_persons_at_three_levels_take_one_tap_each_and_two_more(booth: Booth, phone: Page) -> None:
    election = open_page(phone, booth, *rate(30))
    phone.evaluate("() => { window.taps = 0; addEventListener('pointerup', () => { window.taps += 1 }) }")
    for person in range(30):
        mark(phone, person % 3, contest=person)
    tap(phone, "Xem lại")
    tap(phone, "Bỏ phiếu")
    phone.wait_for_selector("h1.recorded")
    assert phone.evaluate("() => window.taps") == 32
    assert election.count() == tuple((*(int(level == person % 3) for level in range(3)), 0) for person in range(30))


def test_hint_tells_each_limit_where_contests_differ(booth: Booth, phone: Page) -> None:
    open_page(phone, booth, choose_at_most(3, 5), *rate(1))
    assert "Xem mỗi mục được chọn bao nhiêu" in read(phone)
    assert "Được chọn nhiều nhất 3" in phone.inner_text("#contest-0")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_sixty_candidates_stand_alike_in_their_order_with_none_chosen(
    booth: Booth, browser: LocalBrowser, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700}, locale="vi-VN")
    open_page(page, booth, choose_at_most(15, 60))
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert list_checked(page) == []
    boxes = page.locator("label.option").evaluate_all(
        "rows => rows.map(row => { const b = row.getBoundingClientRect(); const s = getComputedStyle(row);"
        " return [b.top, b.width, b.height, s.fontSize, s.color, s.backgroundColor] })"
    )
    texts = page.locator("label.option").all_inner_texts()
    assert texts == [*sorted(texts[:-1]), "Để trống (phiếu trắng)"]
    assert len({(box[1], *box[3:]) for box in boxes}) == 1
    assert min(box[2] for box in boxes) >= 64
    gaps = {round(after[0] - before[0] - before[2]) for before, after in pairwise(boxes)}
    assert len(gaps) == 1
    assert gaps.pop() >= 8
    page.context.close()


def test_count_stays_in_sight_and_hides_no_focused_row(booth: Booth, browser: LocalBrowser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 700}, locale="vi-VN")
    open_page(page, booth, choose_at_most(15, 60))
    page.focus("#contest-0-59")
    for _ in range(25):
        page.keyboard.press("Shift+Tab")
    count = page.locator(".count").bounding_box()
    row = page.locator("label:has(input:focus)").bounding_box()
    assert count is not None
    assert row is not None
    assert 0 <= count["y"] < 700
    assert row["y"] >= count["y"] + count["height"]
    page.context.close()
