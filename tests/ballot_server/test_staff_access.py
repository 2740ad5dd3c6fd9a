"""Every route of the staff's application, asked for by everybody: who gets through, and who does not."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from werkzeug.test import TestResponse

from ballot_server.domain.staff import Role
from ballot_server.services.installation import open_installation
from ballot_server.web.access import (
    STAFF_AUDIENCES,
    Audience,
    RouteRuleError,
    allow,
    current_trustee,
    find_audience,
    recognise_trustees,
)
from ballot_server.web.application import build_application
from ballot_server.web.context import WebContext
from ballot_server.web.sessions import keep_sessions
from ballot_server.web.staff_app import create_staff_app
from tests.support.staff import StaffClient, browse, create_staff_client, get_installation, sign_in

PEOPLE: dict[str, Role | None] = {
    "nobody": None,
    "screen": Role.SCREEN,
    "kiosk": Role.KIOSK,
    "clerk": Role.CLERK,
    "chair": Role.CHAIR,
}

# Written out by hand, so that a change in the application's own table is noticed here.
ADMITTED = {
    Audience.ANYBODY_STAFF_APP: {"nobody", "screen", "kiosk", "clerk", "chair"},
    Audience.LAPTOP: {"nobody", "screen", "kiosk", "clerk", "chair"},
    Audience.SCREEN: {"screen", "clerk", "chair"},
    Audience.KIOSK: {"kiosk"},
    Audience.DESK: {"clerk", "chair"},
    Audience.CHAIR: {"chair"},
    Audience.TRUSTEE: set(),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    client = create_staff_client(tmp_path_factory.mktemp("staff"))
    app = client.application
    # A teller's code opens the tellers' addresses to nobody else; here no code is valid at all.
    recognise_trustees(app, lambda code: None)
    yield app
    get_installation(client).close()


def list_requests() -> list[tuple[str, str, str]]:
    """Return (endpoint, method, rule) of every route, from an application that is built only to be asked."""
    with tempfile.TemporaryDirectory() as folder:
        installation = open_installation(Path(folder), lambda count: b"\x07" * count)
        app = create_staff_app(WebContext(installation=installation))
        installation.close()
    return sorted(
        (rule.endpoint, method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def is_turned_away(answer: TestResponse) -> bool:
    """Tell whether the door refused, by status and words or by leading to the sign-in page."""
    if answer.status_code == 303 and answer.request.method == "GET":
        return str(answer.headers["Location"]).startswith("/sign-in")
    if answer.status_code not in (401, 403):
        return False
    page = answer.get_data(as_text=True)
    sentences = (
        "Chưa đăng nhập",
        "Tài khoản này không làm được",
        "Mã tham gia không đúng",
        "chỉ mở được trên chính máy",
    )
    return any(sentence in page for sentence in sentences)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(("endpoint", "method", "rule"), list_requests())
def test_route_answers_those_it_is_for_and_turns_all_others_away(
    app: Flask, person: str, endpoint: str, method: str, rule: str
) -> None:
    audience = find_audience(app, endpoint)
    assert audience is not None
    client = browse(app)
    role = PEOPLE[person]
    if role is not None:
        sign_in(client, role)
    else:
        client.get("/sign-in")
    path = re.sub(r"<[^>]+>", "M0000001", rule)
    sends_json = path.startswith("/api/") and method != "GET"
    answer = client.open(path, method=method, json={} if sends_json else None)
    assert is_turned_away(answer) == (person not in ADMITTED[audience]), answer.get_data(as_text=True)


def test_routes_are_asked_for_at_all() -> None:
    assert len(list_requests()) >= 14


def build_with(tmp_path: Path, audience: Audience) -> StaffClient:
    """Return a browser on an application with one page of this audience, at /stray and /api/stray."""
    blueprint = Blueprint("stray", __name__)

    @blueprint.route("/stray", methods=["GET", "POST"])
    @blueprint.route("/api/stray", methods=["GET", "POST"])
    @allow(audience)
    def view() -> str:
        return str(current_trustee()) if audience is Audience.TRUSTEE else "inside"

    installation = open_installation(tmp_path, lambda count: b"\x07" * count)
    app = build_application("staff", STAFF_AUDIENCES, [blueprint], WebContext(installation=installation))
    keep_sessions(app)
    return browse(app)


def test_staff_application_is_not_built_with_a_voters_route(tmp_path: Path) -> None:
    with pytest.raises(RouteRuleError):
        build_with(tmp_path, Audience.ROOM)


def test_join_code_opens_the_tellers_addresses(tmp_path: Path) -> None:
    client = build_with(tmp_path, Audience.TRUSTEE)
    recognise_trustees(client.application, {"GOOD": "first teller"}.get)
    answer = client.get("/api/stray", headers={"Authorization": "Bearer GOOD"})
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "first teller")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer BAD", "Basic GOOD", "GOOD", "Bearer GOOD BAD"])
def test_wrong_join_code_opens_nothing(tmp_path: Path, header: str | None) -> None:
    client = build_with(tmp_path, Audience.TRUSTEE)
    recognise_trustees(client.application, {"GOOD": "first teller"}.get)
    answer = client.get("/api/stray", headers={"Authorization": header})
    assert answer.status_code == 401
    assert b'"error":"join_code_wrong"' in answer.data


def test_join_code_opens_nothing_in_an_application_that_knows_no_tellers(tmp_path: Path) -> None:
    client = build_with(tmp_path, Audience.TRUSTEE)
    assert client.get("/api/stray", headers={"Authorization": "Bearer GOOD"}).status_code == 401


def test_chair_is_no_teller(tmp_path: Path) -> None:
    client = build_with(tmp_path, Audience.TRUSTEE)
    sign_in(client, Role.CHAIR)
    assert client.get("/api/stray").status_code == 401


def test_laptop_page_answers_the_laptop_alone(tmp_path: Path) -> None:
    client = build_with(tmp_path, Audience.LAPTOP)
    answers = [
        client.get("/stray").status_code,
        client.get("/stray", environ_base={"REMOTE_ADDR": "192.168.1.20"}).status_code,
        client.get("/stray", base_url="https://evil.example").status_code,
    ]
    assert answers == [200, 403, 403]


def test_cross_site_form_with_a_stolen_mark_is_refused(tmp_path: Path) -> None:
    client = build_with(tmp_path, Audience.CHAIR)
    sign_in(client, Role.CHAIR)
    assert client.post("/stray", headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_form_that_the_browser_calls_foreign_is_refused(tmp_path: Path, site: str) -> None:
    client = build_with(tmp_path, Audience.CHAIR)
    sign_in(client, Role.CHAIR)
    assert client.post("/stray", headers={"Sec-Fetch-Site": site}).status_code == 403


@pytest.mark.parametrize("origin", [None, "null", "", "https://localhost:9999", "https://localhost.evil.example"])
def test_form_without_our_origin_is_refused(tmp_path: Path, origin: str | None) -> None:
    client = build_with(tmp_path, Audience.CHAIR)
    sign_in(client, Role.CHAIR)
    assert client.post("/stray", headers={"Origin": origin}).status_code == 403


def test_form_without_its_mark_is_refused(tmp_path: Path) -> None:
    client = build_with(tmp_path, Audience.CHAIR)
    sign_in(client, Role.CHAIR)
    assert client.post("/stray", with_mark=False).status_code == 403


def test_form_with_another_sessions_mark_is_refused(tmp_path: Path) -> None:
    client = build_with(tmp_path, Audience.CHAIR)
    sign_in(client, Role.CHAIR)
    other = browse(client.application)
    sign_in(other, Role.CLERK)
    answer = client.post("/stray", with_mark=False, data={"form_mark": other.read_mark()})
    assert answer.status_code == 403


def test_form_with_its_mark_is_taken(tmp_path: Path) -> None:
    client = build_with(tmp_path, Audience.CHAIR)
    sign_in(client, Role.CHAIR)
    answer = client.post("/stray", with_mark=False, data={"form_mark": client.read_mark()})
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_api_takes_nothing_but_json(tmp_path: Path, kind: str) -> None:
    client = build_with(tmp_path, Audience.CHAIR)
    sign_in(client, Role.CHAIR)
    assert client.post("/api/stray", data="{}", content_type=kind).status_code == 415


def test_api_takes_json_with_the_mark_in_a_header(tmp_path: Path) -> None:
    client = build_with(tmp_path, Audience.CHAIR)
    sign_in(client, Role.CHAIR)
    assert client.post("/api/stray", json={}).status_code == 200


def test_image_on_a_foreign_page_changes_nothing(tmp_path: Path) -> None:
    client = create_staff_client(tmp_path)
    sign_in(client, Role.CHAIR)
    paths = [rule for _, method, rule in list_requests() if method == "POST" and "<" not in rule]
    reads = {rule for _, method, rule in list_requests() if method == "GET"}
    refused = [client.get(path).status_code for path in paths if path not in reads]
    assert set(refused) == {405}
    get_installation(client).close()
