"""The projector's page in a browser, at the sizes of projectors: large letters, pages that turn, a lost link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from ballot_server.domain.staff import Role
from tests.support.browser import LocalBrowser
from tests.support.chair_evenings import ELECTION, VOTERS, ChairEvening, begin_chair_evening
from tests.support.evenings import AGREE, DISAGREE
from tests.support.staff import StaffClient

CONTESTS = tuple(f"Đồng chí Nguyễn Thị Hoàng Oanh {number}" for number in range(1, 15))
SCREENS = ((1920, 1080), (1024, 768))
LEAST_CONTRAST = 10

# Every text that is to be seen: its size, its place, and its contrast with the white page.
MEASURE = """() => {
  const light = (rgb) => {
    const [r, g, b] = rgb.match(/[0-9.]+/g).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const texts = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.checkVisibility() === false) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const place = range.getBoundingClientRect();
    const style = getComputedStyle(element);
    texts.push({
      text: walker.currentNode.data.trim(), size: parseFloat(style.fontSize),
      right: place.right, bottom: place.bottom, contrast: 1.05 / (light(style.color) + 0.05),
    });
  }
  return texts;
}"""
PICTURE = """async () => {
  const picture = Array.from(document.images).find((image) => image.checkVisibility());
  if (!picture) return null;
  await picture.decode();
  const place = picture.getBoundingClientRect();
  const scale = Math.min(place.width / picture.naturalWidth, place.height / picture.naturalHeight);
  return { letters: 16 * scale, bottom: place.bottom, right: place.right, alt: picture.alt };
}"""


@dataclass
class Link:
    """The way from a browser to the application, without a network; it can be cut."""

    client: StaffClient
    is_cut: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """Answer a browser's request."""
        address = urlsplit(route.request.url)
        self.asked.append(address.path)
        if self.is_cut:
            route.abort()
            return
        answer = self.client.get(f"{address.path}?{address.query}")
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)


@dataclass(frozen=True)
class Evening:
    """An evening whose only election, of fourteen contests, is published, and what the page was while it was open."""

    chair: ChairEvening
    while_open: bytes


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    with begin_chair_evening(tmp_path_factory.mktemp("projector")) as begun:
        begun.prepare({**ELECTION, "contests": "\n".join(CONTESTS)})
        begun.make_key()
        begun.print_slips()
        begun.check_in(*VOTERS)
        begun.open()
        while_open = begun.visit(Role.SCREEN).get("/screen").data
        begun.cast(AGREE, AGREE, AGREE, DISAGREE)
        begun.close()
        begun.count()
        begun.act("chair/elections/s1/publish")
        yield Evening(begun, while_open)


@pytest.fixture
def link(evening: Evening) -> Link:
    return Link(evening.chair.visit(Role.SCREEN))


def show(browser: LocalBrowser, link: Link, size: tuple[int, int] = SCREENS[0], **options: Any) -> Page:
    """Return the projector's page on a screen of this size."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **options)
    page.route("**/*", link.answer)
    page.clock.install()
    page.goto("https://localhost/screen")
    return page


def read_slide(page: Page) -> str:
    """Return the text of the slide that is to be seen."""
    # In one go, for the page may turn at any moment.
    slides = page.evaluate(
        "Array.from(document.querySelectorAll('[data-slide]:not([hidden])'), (each) => each.innerText)"
    )
    [shown] = slides
    return str(shown)


@pytest.mark.parametrize("size", SCREENS, ids=["wide", "narrow"])
def test_every_page_of_a_result_fits_in_letters_a_room_can_read(
    browser: LocalBrowser, link: Link, size: tuple[int, int]
) -> None:
    page = show(browser, link, size)
    pictures = 0
    for _ in range(page.locator("[data-slide]").count()):
        for text in page.evaluate(MEASURE):
            assert text["right"] <= size[0] + 1, text
            assert text["bottom"] <= size[1] + 1, text
            assert text["size"] >= 0.04 * size[1] - 0.5, text
            assert text["contrast"] >= LEAST_CONTRAST, text
        picture = page.evaluate(PICTURE)
        if picture is not None:
            pictures += 1
            assert picture["letters"] >= 0.038 * size[1], picture
            assert picture["bottom"] <= size[1] + 1
            assert picture["right"] <= size[0] + 1
        page.keyboard.press("ArrowRight")
    assert pictures == len(CONTESTS)


@pytest.mark.parametrize("size", SCREENS, ids=["wide", "narrow"])
def test_open_vote_is_in_letters_a_room_can_read_with_the_address_and_the_words_in_view(
    browser: LocalBrowser, evening: Evening, size: tuple[int, int]
) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_content(evening.while_open.decode())
    for text in page.evaluate(MEASURE):
        assert text["size"] >= 0.04 * size[1] - 0.5, text
        assert text["contrast"] >= LEAST_CONTRAST, text
        assert text["right"] <= size[0] + 1, text
    for shown in (".count", ".words", "strong"):
        place = page.locator(shown).first.bounding_box()
        assert place is not None
        assert place["y"] + place["height"] <= size[1]


def test_every_contest_has_its_page_with_the_chart_in_words(browser: LocalBrowser, link: Link) -> None:
    page = show(browser, link)
    seen = {}
    for _ in range(page.locator("[data-slide]").count()):
        picture = page.evaluate(PICTURE)
        if picture is not None:
            seen[page.locator("h3:visible").inner_text()] = picture["alt"]
        page.keyboard.press("ArrowRight")
    assert len(seen) == len(CONTESTS)
    for number, (heading, alt) in enumerate(seen.items(), 1):
        assert f"{number}/14" in heading
        assert CONTESTS[number - 1] in heading
        assert "Đồng ý: 3 (60,00%); Không đồng ý: 1 (20,00%)" in alt


def test_narrow_screen_loads_the_narrow_picture_alone(browser: LocalBrowser, link: Link) -> None:
    show(browser, link, SCREENS[1])
    pictures = [path for path in link.asked if "/charts/" in path]
    assert pictures
    assert all(path.endswith("-narrow.svg") for path in pictures)


def test_pages_turn_by_themselves_and_begin_again(browser: LocalBrowser, link: Link) -> None:
    page = show(browser, link)
    first = read_slide(page)
    seen = [first]
    for _ in range(page.locator("[data-slide]").count()):
        while read_slide(page) == seen[-1]:
            page.clock.run_for(1_000)
        seen.append(read_slide(page))
    assert seen[-1] == first
    assert len(set(seen)) == len(seen) - 1


def test_space_bar_stops_the_pages_and_lets_them_go_on(browser: LocalBrowser, link: Link) -> None:
    page = show(browser, link)
    page.keyboard.press("ArrowLeft")
    last = read_slide(page)
    assert "14/14" in last
    page.keyboard.press(" ")
    for _ in range(10):
        page.clock.run_for(3_000)
    assert read_slide(page) == last
    page.keyboard.press(" ")
    while read_slide(page) == last:
        page.clock.run_for(1_000)
    assert "Triệu tập" in read_slide(page)


def test_lost_link_is_said_with_the_last_time_until_it_is_back(browser: LocalBrowser, link: Link) -> None:
    page = show(browser, link)
    lost = page.locator("[data-lost]")
    page.clock.run_for(3_100)
    assert not lost.is_visible()
    link.is_cut = True
    while not lost.is_visible():
        page.clock.run_for(1_000)
    assert "Mất kết nối với máy chủ" in lost.inner_text()
    time = lost.locator("time").inner_text()
    assert time.count(":") == 2
    page.clock.run_for(60_000)
    assert lost.locator("time").inner_text() == time
    assert page.evaluate("document.querySelector('[data-lost]').getBoundingClientRect().top") == 0
    link.is_cut = False
    while lost.is_visible():
        page.clock.run_for(1_000)


def test_page_without_scripts_shows_all_slides_one_below_another(browser: LocalBrowser, link: Link) -> None:
    page = browser.new_page(viewport={"width": 1024, "height": 768}, java_script_enabled=False)
    page.route("**/*", link.answer)
    page.goto("https://localhost/screen")
    slides = page.locator("[data-slide]").all()
    assert len(slides) > len(CONTESTS)
    assert all(slide.is_visible() for slide in slides)
