"""The staff's pages as a browser without scripts walks through them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from werkzeug.test import TestResponse

from ballot_server.domain.staff import Role
from ballot_server.services.issue_certificate import issue_certificate
from ballot_server.services.staff_links import list_people, make_first_link
from ballot_server.web.access import STAFF_AUDIENCES, Audience, allow
from ballot_server.web.account import blueprint as account_pages
from ballot_server.web.application import build_application
from ballot_server.web.browsers import describe_browser
from ballot_server.web.context import WebContext, get_context
from ballot_server.web.screen import blueprint as screen_pages
from ballot_server.web.sessions import current_staff, keep_sessions, require_recent_passphrase
from ballot_server.web.sign_in import blueprint as sign_in_pages
from ballot_server.web.sign_in import handle_sign_in
from ballot_server.web.voters_app import create_voters_app
from tests.support.staff import (
    BROWSER,
    NAMES,
    PASSPHRASE,
    START,
    HandClock,
    StaffClient,
    browse,
    create_staff_client,
    get_installation,
    sign_in,
)

COOKIE = "__Host-phieukin"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def client(tmp_path: Path, clock: HandClock) -> Iterator[StaffClient]:
    """A browser on an installation that has a chair, who is not signed in."""
    created = create_staff_client(tmp_path, clock=clock)
    sign_in(browse(created.application), Role.CHAIR)
    yield created
    get_installation(created).close()


def fill_in(client: StaffClient, path: str = "/sign-in", **fields: str) -> TestResponse:
    """Open the sign-in page and send it filled in."""
    client.get("/sign-in")
    return client.post(path, data={"name": NAMES[Role.CHAIR], "passphrase": PASSPHRASE, **fields})


def read(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def make_first_code(client: StaffClient) -> str:
    with client.application.test_request_context():
        context = get_context()
    code = make_first_link(context.installation.database, context.door)
    assert code is not None
    return code


# Signing in


def test_page_leads_to_the_sign_in_and_back(client: StaffClient) -> None:
    away = client.get("/account")
    back = fill_in(client, next="/account")
    assert (away.status_code, away.headers["Location"]) == (303, "/sign-in?next=/account")
    assert (back.status_code, back.headers["Location"]) == (303, "/account")
    assert NAMES[Role.CHAIR] in read(client.get("/account"))


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/account/people",
        "/missing",
        "account",
    ],
)
def test_sign_in_leads_nowhere_but_to_our_own_pages(client: StaffClient, address: str) -> None:
    assert fill_in(client, next=address).headers["Location"] == "/"


def test_sign_in_gives_a_cookie_that_no_script_and_no_other_site_gets(client: StaffClient) -> None:
    cookie = fill_in(client).headers["Set-Cookie"]
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= attributes
    assert re.match(r"__Host-phieukin=[0-9a-f]{64};", cookie)
    assert "Domain" not in cookie


def test_sign_in_changes_the_secret_that_the_browser_had(client: StaffClient) -> None:
    client.get("/sign-in")
    before = client.get_cookie(COOKIE)
    fill_in(client)
    after = client.get_cookie(COOKIE)
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_secret_planted_before_the_sign_in_opens_nothing_after_it(client: StaffClient) -> None:
    client.set_cookie(COOKIE, "ab" * 32, domain="localhost", secure=True)
    fill_in(client)
    thief = browse(client.application)
    thief.set_cookie(COOKIE, "ab" * 32, domain="localhost", secure=True)
    assert thief.get("/account").status_code == 303


def test_second_sign_in_ends_the_first_one_of_the_same_browser(client: StaffClient) -> None:
    fill_in(client)
    first = client.get_cookie(COOKIE)
    assert first is not None
    client.post("/sign-in", data={"name": NAMES[Role.CHAIR], "passphrase": PASSPHRASE})
    thief = browse(client.application)
    thief.set_cookie(COOKIE, first.value, domain="localhost", secure=True)
    assert thief.get("/account").status_code == 303


def test_wrong_passphrase_is_said_and_the_name_kept(client: StaffClient) -> None:
    answer = fill_in(client, passphrase="mèo xanh nước ngoài")
    assert answer.status_code == 403
    assert "Tên hoặc cụm mật khẩu không đúng" in read(answer)
    assert f'value="{NAMES[Role.CHAIR]}"' in read(answer)
    assert "nước ngoài" not in read(answer)


def test_too_many_tries_are_answered_with_the_time_to_wait(client: StaffClient) -> None:
    for _ in range(6):
        fill_in(client, passphrase="mèo xanh nước ngoài")
    answer = fill_in(client)
    assert (answer.status_code, "chờ 16 phút" in read(answer)) == (429, True)


def test_sign_in_from_a_foreign_page_is_refused(client: StaffClient) -> None:
    answer = client.post("/sign-in", data={"name": NAMES[Role.CHAIR], "passphrase": PASSPHRASE}, with_mark=False)
    assert answer.status_code == 403


def test_sign_out_ends_the_session_on_the_server(client: StaffClient) -> None:
    fill_in(client)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    client.post("/sign-out")
    client.set_cookie(COOKIE, cookie.value, domain="localhost", secure=True)
    assert client.get("/account").status_code == 303


def test_form_sent_after_the_session_ended_says_so(client: StaffClient, clock: HandClock) -> None:
    sign_in(client, Role.CHAIR)
    clock.move(timedelta(hours=1))
    answer = client.post("/account/people", data={"name": "A", "role": "clerk"})
    assert (answer.status_code, "Chưa đăng nhập" in read(answer)) == (401, True)


def test_api_says_in_json_that_nobody_is_signed_in(tmp_path: Path) -> None:
    client = build_trial(tmp_path, HandClock())
    answer = client.get("/api/trial")
    assert (answer.status_code, answer.mimetype) == (401, "application/json")


# One-time links


def test_first_chair_comes_in_by_the_link_without_a_script(tmp_path: Path) -> None:
    client = create_staff_client(tmp_path)
    code = make_first_code(client)
    client.get("/welcome")
    asked = read(client.post("/welcome", data={"code": f"{code[:4]}-{code[4:8].lower()} {code[8:]}"}))
    offered = re.search(r'<p class="offer">(.+)</p>', asked)
    assert offered is not None
    fields = {"code": code, "name": "Lê Thị Chủ", "passphrase": offered[1], "passphrase_again": offered[1]}
    answer = client.post("/welcome/finish", data=fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Lê Thị Chủ (chủ trì)" in read(client.get("/account"))
    get_installation(client).close()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"passphrase_again": "khác hẳn cụm kia"}, "không giống nhau"),
        ({"passphrase": "ngắn", "passphrase_again": "ngắn"}, "ít nhất 10 ký tự"),
        ({"name": " "}, "Tên không dùng được"),
    ],
)
def test_wrong_choice_is_said_and_the_rest_kept(tmp_path: Path, fields: dict[str, str], sentence: str) -> None:
    client = create_staff_client(tmp_path)
    code = make_first_code(client)
    client.get("/welcome")
    right = {"code": code, "name": "Lê Thị Chủ", "passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE}
    answer = client.post("/welcome/finish", data={**right, "offered": "lời mời", **fields})
    assert (answer.status_code, sentence in read(answer)) == (400, True)
    assert '<p class="offer">lời mời</p>' in read(answer)
    get_installation(client).close()


def test_wrong_code_is_said(client: StaffClient) -> None:
    client.get("/welcome")
    answer = client.post("/welcome", data={"code": "0000-0000-0000-0000"})
    assert (answer.status_code, "Mã mời không đúng" in read(answer)) == (403, True)


def test_code_never_stands_in_an_address_that_is_sent(client: StaffClient) -> None:
    sign_in(client, Role.CHAIR)
    page = read(client.post("/account/people", data={"name": "Trần Thị Thư", "role": "clerk"}))
    code = re.search(r'<span class="code">([0-9A-Z-]{19})</span>', page)
    assert code is not None
    assert not re.search(rf'(href|src|action)="[^"]*{code[1].replace("-", "")}', page)


def add_person(client: StaffClient, name: str, role: Role) -> str:
    """Return the code of a link that the chair makes."""
    page = read(client.post("/account/people", data={"name": name, "role": role.value}))
    found = re.search(r'<span class="code">([0-9A-Z-]{19})</span>', page)
    assert found is not None, page
    return found[1]


def test_chair_adds_a_clerk_who_chooses_a_passphrase(client: StaffClient) -> None:
    sign_in(client, Role.CHAIR)
    code = add_person(client, "Phạm Văn Bàn", Role.CLERK)
    desk = browse(client.application)
    desk.get("/welcome")
    assert "Phạm Văn Bàn" in read(desk.post("/welcome", data={"code": code}))
    desk.post("/welcome/finish", data={"code": code, "passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE})
    assert "Phạm Văn Bàn (thư ký)" in read(desk.get("/account"))


def test_screen_comes_in_without_a_passphrase_and_sees_the_projectors_page(client: StaffClient) -> None:
    sign_in(client, Role.CHAIR)
    code = add_person(client, "Máy chiếu hội trường", Role.SCREEN)
    screen = browse(client.application)
    screen.get("/welcome")
    assert 'type="password"' not in read(screen.post("/welcome", data={"code": code}))
    answer = screen.post("/welcome/finish", data={"code": code})
    assert answer.headers["Location"] == "/screen"
    assert screen.get("/screen").status_code == 200


def test_chair_removes_a_clerk(client: StaffClient) -> None:
    sign_in(client, Role.CHAIR)
    desk = browse(client.application)
    sign_in(desk, Role.CLERK)
    client.post("/account/people/remove", data={"name": NAMES[Role.CLERK]})
    assert desk.get("/account").status_code == 303
    assert {person.role for person in list_people(get_installation(client).database)} == {Role.CHAIR}


def test_chair_ends_a_clerks_session_from_the_list(client: StaffClient) -> None:
    sign_in(client, Role.CHAIR)
    desk = browse(client.application)
    sign_in(desk, Role.CLERK)
    page = read(desk.get("/account"))
    session = re.search(r'name="session" value="([0-9a-f]+)"', page)
    assert session is not None
    client.post("/account/sessions/end", data={"session": session[1]})
    assert desk.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/account/people", {"name": NAMES[Role.CHAIR], "role": "clerk"}, 409),
        ("/account/people", {"name": "Ai Đó", "role": "chair"}, 403),
        ("/account/people", {"name": "Ai Đó", "role": "king"}, 403),
        ("/account/people", {"name": "", "role": "clerk"}, 400),
        ("/account/people/renew", {"name": NAMES[Role.CHAIR]}, 403),
        ("/account/people/remove", {"name": NAMES[Role.CHAIR]}, 403),
        ("/account/people/remove", {"name": "Không Ai"}, 404),
    ],
)
def test_account_page_refuses_what_a_chair_may_not_do(
    client: StaffClient, path: str, fields: dict[str, str], status: int
) -> None:
    sign_in(client, Role.CHAIR)
    assert client.post(path, data=fields).status_code == status


# Acts that need the passphrase again


def build_trial(folder: Path, clock: HandClock) -> StaffClient:
    """Return a browser on an application with one act that needs the passphrase, at /trial."""
    blueprint = Blueprint("trial", __name__)

    @blueprint.post("/trial")
    @blueprint.get("/api/trial")
    @allow(Audience.CHAIR)
    def act() -> str:
        require_recent_passphrase()
        return f"{current_staff().name} did it"

    context = build_context(create_staff_client(folder, clock=clock).application)
    app = build_application("staff", STAFF_AUDIENCES, [blueprint, sign_in_pages, screen_pages, account_pages], context)
    keep_sessions(app)
    handle_sign_in(app)
    return browse(app)


def build_context(app: Flask) -> WebContext:
    with app.test_request_context():
        return get_context()


def test_act_goes_on_soon_after_the_sign_in(tmp_path: Path, clock: HandClock) -> None:
    client = build_trial(tmp_path, clock)
    sign_in(client, Role.CHAIR)
    clock.move(timedelta(minutes=4))
    assert read(client.post("/trial")) == f"{NAMES[Role.CHAIR]} did it"


def test_act_asks_for_the_passphrase_later_and_loses_nothing(tmp_path: Path, clock: HandClock) -> None:
    client = build_trial(tmp_path, clock)
    sign_in(client, Role.CHAIR)
    clock.move(timedelta(minutes=6))
    asked = client.post("/trial", data={"contest": ["a", "b"], "note": '"><script>'})
    assert asked.status_code == 403
    hidden = re.findall(r'<input type="hidden" name="(contest|note)" value="([^"]*)">', read(asked))
    assert hidden == [("contest", "a"), ("contest", "b"), ("note", "&#34;&gt;&lt;script&gt;")]
    assert read(client.post("/trial", data={"passphrase": PASSPHRASE})) == f"{NAMES[Role.CHAIR]} did it"


def test_act_is_not_done_with_a_wrong_passphrase(tmp_path: Path, clock: HandClock) -> None:
    client = build_trial(tmp_path, clock)
    sign_in(client, Role.CHAIR)
    clock.move(timedelta(minutes=6))
    answer = client.post("/trial", data={"passphrase": "mèo xanh nước ngoài"})
    assert (answer.status_code, "Việc này chưa được làm" in read(answer)) == (403, True)
    assert "nước ngoài" not in read(answer)


def test_guessing_at_an_act_is_stopped(tmp_path: Path, clock: HandClock) -> None:
    client = build_trial(tmp_path, clock)
    sign_in(client, Role.CHAIR)
    clock.move(timedelta(minutes=6))
    for _ in range(6):
        client.post("/trial", data={"passphrase": "mèo xanh nước ngoài"})
    assert client.post("/trial", data={"passphrase": PASSPHRASE}).status_code == 429


# Appearance and headers


@pytest.mark.parametrize("path", ["/sign-in", "/welcome", "/missing"])
def test_page_speaks_vietnamese_and_english_when_asked(client: StaffClient, path: str) -> None:
    assert '<html lang="vi">' in read(client.get(path, headers={"Accept-Language": "en"}))
    assert '<html lang="en">' in read(client.get(f"{path}?lang=en"))


def test_english_stays_when_a_form_is_sent(client: StaffClient) -> None:
    assert 'action="/sign-in?lang=en"' in read(client.get("/sign-in?lang=en"))


@pytest.mark.parametrize("path", ["/sign-in", "/welcome", "/welcome.js", "/missing", "/account"])
def test_every_answer_has_its_headers(client: StaffClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_name_is_shown_as_text(client: StaffClient) -> None:
    sign_in(client, Role.CHAIR)
    page = read(client.post("/account/people", data={"name": "<b>Bàn</b>", "role": "clerk"}))
    assert "<b>Bàn" not in page
    assert "&lt;b&gt;Bàn" in page


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (BROWSER, "Chrome, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36 Zalo/1.0", "Zalo, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("curl/8.0", "?"),
    ],
)
def test_browser_is_named_in_words_that_people_know(agent: str, words: str) -> None:
    assert describe_browser(agent) == words


# The authority's page


def test_authority_page_shows_the_fingerprint_and_the_way_on(tmp_path: Path, client: StaffClient) -> None:
    issued = issue_certificate(tmp_path, host=None, hostname="laptop", addresses=["192.168.1.5"], now=START)
    context = WebContext(installation=get_installation(client), staff_address="https://192.168.1.5:8443")
    page = read(create_voters_app(context).test_client().get("/authority"))
    assert issued.authority_fingerprint in page
    assert 'href="https://192.168.1.5:8443/"' in page


def test_authority_page_says_when_there_is_none(client: StaffClient) -> None:
    voters = create_voters_app(WebContext(installation=get_installation(client))).test_client()
    answers = [voters.get(path) for path in ("/authority", "/authority.crt")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "chưa có chứng chỉ" in read(answers[0])
