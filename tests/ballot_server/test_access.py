"""Access rules: none missing, none of another audience, and the laptop's pages for the laptop alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Blueprint

from ballot_server.domain.election import ElectionState
from ballot_server.domain.staff import Role
from ballot_server.web.access import ROOM_AUDIENCES, Audience, RouteRuleError, allow
from ballot_server.web.application import build_application
from ballot_server.web.context import WebContext
from tests.support.rooms import TITLE, Room, furnish_room
from tests.support.staff import StaffClient, create_staff_client, sign_in


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    furnished = furnish_room(tmp_path)
    yield furnished
    furnished.installation.close()


@pytest.fixture
def client(room: Room, tmp_path: Path) -> StaffClient:
    """The projector's browser at the serving laptop."""
    browser = create_staff_client(tmp_path, installation=room.installation, is_laptop=True)
    sign_in(browser, Role.SCREEN)
    return browser


def build_with_one_route(room: Room, *, audience: Audience | None) -> None:
    blueprint = Blueprint("stray", __name__)

    def view() -> str:
        return "stray"

    blueprint.get("/stray")(view if audience is None else allow(audience)(view))
    build_application("voters", ROOM_AUDIENCES, [blueprint], WebContext(installation=room.installation))


def test_application_is_not_built_with_a_route_without_a_rule(room: Room) -> None:
    with pytest.raises(RouteRuleError) as caught:
        build_with_one_route(room, audience=None)
    assert caught.value.fields == {"endpoint": "stray.view"}


@pytest.mark.parametrize("audience", [audience for audience in Audience if audience not in ROOM_AUDIENCES])
def test_voters_application_is_not_built_with_a_route_of_the_staff(room: Room, audience: Audience) -> None:
    with pytest.raises(RouteRuleError):
        build_with_one_route(room, audience=audience)


def test_application_is_built_when_the_rule_is_its_own(room: Room) -> None:
    build_with_one_route(room, audience=Audience.ROOM)


@pytest.mark.parametrize("path", ["/", "/screen", "/healthz"])
def test_laptop_pages_answer_the_laptop(client: StaffClient, path: str) -> None:
    assert client.get(path, base_url="http://localhost:8444").status_code == 200


@pytest.mark.parametrize("path", ["/", "/screen", "/healthz"])
def test_laptop_pages_refuse_another_machine(client: StaffClient, path: str) -> None:
    answer = client.get(path, base_url="http://localhost:8444", environ_base={"REMOTE_ADDR": "192.168.1.20"})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "192.168.1.2:8443", "127.0.0.1.evil.example", ""])
def test_laptop_pages_refuse_a_foreign_name_pointed_at_the_laptop(client: StaffClient, host: str) -> None:
    assert client.get("/screen", base_url="http://localhost", headers={"Host": host}).status_code in (400, 403)


def test_screen_shows_how_many_and_never_an_option(client: StaffClient, room: Room) -> None:
    page = client.get("/screen", base_url="http://localhost").get_data(as_text=True)
    assert TITLE in page
    assert "Đã bỏ: 0 / 6" in page
    options = {option.text.vi for contest in room.manifest.contests for option in contest.options}
    assert not any(option in page for option in options)


def test_screen_names_no_election_once_all_is_decided(client: StaffClient, room: Room) -> None:
    room.move_to(ElectionState.CLOSED, ElectionState.TALLIED, ElectionState.PUBLISHED)
    assert TITLE not in client.get("/screen", base_url="http://localhost").get_data(as_text=True)


def test_screen_speaks_vietnamese_whatever_the_browser_prefers(client: StaffClient) -> None:
    page = client.get("/screen", base_url="http://localhost", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Đang bỏ phiếu" in page
