"""Access rules: none missing, none of another audience, and the laptop's pages for the laptop alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Blueprint
from flask.testing import FlaskClient

from ballot_server.domain.election import ElectionState
from ballot_server.web.access import Audience, RouteRuleError, allow
from ballot_server.web.application import build_application
from ballot_server.web.context import WebContext
from ballot_server.web.staff_app import create_staff_app
from tests.support.rooms import TITLE, Room, furnish_room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    furnished = furnish_room(tmp_path)
    yield furnished
    furnished.installation.close()


@pytest.fixture
def client(room: Room) -> FlaskClient:
    return create_staff_app(WebContext(installation=room.installation)).test_client()


def build_with_one_route(room: Room, *, audience: Audience | None) -> None:
    blueprint = Blueprint("stray", __name__)

    def view() -> str:
        return "stray"

    blueprint.get("/stray")(view if audience is None else allow(audience)(view))
    build_application("voters", Audience.ROOM, [blueprint], WebContext(installation=room.installation))


def test_application_is_not_built_with_a_route_without_a_rule(room: Room) -> None:
    with pytest.raises(RouteRuleError) as caught:
        build_with_one_route(room, audience=None)
    assert caught.value.fields == {"endpoint": "stray.view"}


def test_voters_application_is_not_built_with_a_laptop_route(room: Room) -> None:
    with pytest.raises(RouteRuleError):
        build_with_one_route(room, audience=Audience.LAPTOP)


def test_application_is_built_when_the_rule_is_its_own(room: Room) -> None:
    build_with_one_route(room, audience=Audience.ROOM)


@pytest.mark.parametrize("path", ["/", "/screen", "/healthz"])
def test_laptop_pages_answer_the_laptop(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Host": "127.0.0.1:8443"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/screen", "/healthz"])
def test_laptop_pages_refuse_another_machine(client: FlaskClient, path: str) -> None:
    answer = client.get(path, environ_base={"REMOTE_ADDR": "192.168.1.20"})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "192.168.1.2:8443", "127.0.0.1.evil.example", ""])
def test_laptop_pages_refuse_a_foreign_name_pointed_at_the_laptop(client: FlaskClient, host: str) -> None:
    assert client.get("/screen", headers={"Host": host}).status_code in (400, 403)


def test_screen_shows_how_many_and_never_an_option(client: FlaskClient, room: Room) -> None:
    page = client.get("/screen").get_data(as_text=True)
    assert TITLE in page
    assert "Đã bỏ: 0 / 6" in page
    options = {option.text.vi for contest in room.manifest.contests for option in contest.options}
    assert not any(option in page for option in options)


def test_screen_names_no_election_once_all_is_decided(client: FlaskClient, room: Room) -> None:
    room.move_to(ElectionState.CLOSED, ElectionState.TALLIED, ElectionState.PUBLISHED)
    assert TITLE not in client.get("/screen").get_data(as_text=True)


def test_screen_speaks_vietnamese_whatever_the_browser_prefers(client: FlaskClient) -> None:
    page = client.get("/screen", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Đang bỏ phiếu" in page
