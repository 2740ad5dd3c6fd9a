"""The projector's page: state and numbers, the tellers' words, and a result only once it is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.domain.staff import Role
from ballot_server.services.trustee_room import ceremony_state
from tests.support.chair_evenings import TELLERS, VOTERS, VOTERS_ADDRESS, ChairEvening, begin_chair_evening
from tests.support.evenings import AGREE, DISAGREE


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        yield begun


def see(evening: ChairEvening) -> str:
    """Return what both addresses of the projector's page show, which is the same."""
    screen = evening.visit(Role.SCREEN)
    page = screen.get("/screen").get_data(as_text=True)
    assert screen.get("/api/screen").get_data(as_text=True) == page
    return page


def list_numbers(page: str) -> list[int]:
    """Return the numbers in the page's text, its addresses, styles and date left out."""
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    return [
        int(number) for number in re.findall(r"[0-9]+", text.replace("tổ dân phố số 5", "").replace(VOTERS_ADDRESS, ""))
    ]


def test_screen_shows_the_tellers_words_while_the_key_is_made(evening: ChairEvening) -> None:
    evening.prepare()
    evening.seat_tellers()
    assert "Chờ đủ người vào ghế." in see(evening)
    evening.drive(lambda: "So bốn từ này" in see(evening))
    evening.drive(lambda: all(place.voice.find("key_made") for place in evening.places))
    assert "So bốn từ này" not in see(evening)


def test_screen_names_who_is_awaited_while_the_key_is_made(evening: ChairEvening) -> None:
    evening.prepare()
    evening.seat_tellers()
    for place in evening.places[:2]:
        place.device.attempt()
    page = evening.get("/screen")
    assert f"{TELLERS[2]} (đang chờ người này)" in page
    assert f"{TELLERS[0]} (" not in page


def test_screen_shows_the_eight_words_of_the_key_until_the_vote_closes(evening: ChairEvening) -> None:
    evening.come_to_opening()
    words = ceremony_state(evening.installation.database, meeting=evening.code).key_words
    assert len(words) == 8
    shown = " · ".join(f'<span class="word">{word}</span>' for word in words)
    assert shown in see(evening)
    evening.open()
    assert shown in see(evening)
    evening.close(outstanding=len(VOTERS))
    assert words[0] not in see(evening)


def test_screen_shows_no_number_of_an_option_before_publication(evening: ChairEvening) -> None:
    evening.come_to_opening()
    seen = [see(evening)]
    evening.open()
    evening.cast(AGREE, AGREE, AGREE, DISAGREE)
    seen.append(see(evening))
    evening.close()
    seen.append(see(evening))
    evening.count()
    seen.append(see(evening))
    for page in seen:
        assert set(list_numbers(page)) <= {4}, page
        assert "<table" not in page
        assert "data-slide" not in page
        assert "<img" not in page
        assert "Căn cứ" not in page


def test_screen_shows_the_result_after_publication(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.hold(AGREE, AGREE, AGREE, DISAGREE)
    page = see(evening)
    assert "Không đưa vào danh sách đảng viên cần được chi bộ giáo dục, giúp đỡ" in page
    assert "Đồng ý: 3 (60,00%); Không đồng ý: 1 (20,00%); Phiếu trắng: 0 (0,00%)" in page
    assert "Mức cần đạt" in page


def test_screen_says_how_many_of_those_present_have_voted(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.open()
    evening.cast(AGREE)
    assert f"Đã bỏ: 1 / {len(VOTERS)}" in see(evening)


def test_screen_shows_what_is_voted_on_and_the_options(evening: ChairEvening) -> None:
    evening.prepare()
    page = see(evening)
    assert "Đồng chí Đặng Văn Khôi" in page
    assert "Đồng ý / Không đồng ý" in page


def test_screen_names_the_wifi_before_and_during_the_vote(evening: ChairEvening) -> None:
    evening.prepare(wifi="Chi-bo-5")
    sentence = "Xin tắt dữ liệu di động (4G) và nối Wi-Fi <strong>Chi-bo-5</strong>."
    assert sentence in see(evening)
    evening.make_key()
    evening.print_slips()
    evening.check_in(*VOTERS)
    evening.open()
    assert sentence in see(evening)


def test_screen_of_an_annulled_election_shows_no_number(evening: ChairEvening) -> None:
    evening.come_to_opening()
    evening.open()
    evening.cast(AGREE)
    evening.act("chair/elections/s1/annul", ground="Sai mẫu số")
    assert list_numbers(see(evening)) == []


def test_screen_without_scripts_reloads_itself(evening: ChairEvening) -> None:
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in see(evening)


@pytest.mark.parametrize("script", ["/screen.js", "/chair.js"])
def test_scripts_are_files_of_ours(evening: ChairEvening, script: str) -> None:
    answer = evening.chair.get(script)
    assert answer.mimetype == "text/javascript"
    assert "innerHTML" not in answer.get_data(as_text=True)
