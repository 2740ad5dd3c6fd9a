"""What a teller's terminal takes for an answer, where it keeps things, and whose certificate it believes."""

from __future__ import annotations

import io
import queue
import ssl
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ballot_server.cli.main import main
from ballot_server.i18n import Language
from ballot_server.services.issue_certificate import issue_certificate, view_authority
from ballot_server.services.join_address import JoinAddress, fingerprint_authority
from ballot_server.trustee.conversation import ConsentingConversation, InputClosedError, TerminalConversation
from ballot_server.trustee.keeping import (
    DeviceUnwritableError,
    find_default_folder,
    load_device_secret,
    open_storage,
)
from ballot_server.trustee.link import LinkLostError
from ballot_server.trustee.transport import AuthorityDiffersError, CertificateRefusedError, open_transport

CODE = "0123456789ABCDEF"


class Keyboard(io.StringIO):
    """A keyboard whose lines come when a test types them."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: queue.SimpleQueue[str] = queue.SimpleQueue()

    def type(self, line: str) -> None:
        """Type a line."""
        self._typed.put(line)

    def __iter__(self) -> Iterator[str]:
        """Yield lines as they come; an empty one ends them."""
        return iter(self._typed.get, "")


class Screen(io.StringIO):
    """A screen that types an answer as soon as a question is shown."""

    def __init__(self, keyboard: Keyboard, *answers: str) -> None:
        super().__init__()
        self._keyboard = keyboard
        self._answers = list(answers)

    def write(self, text: str) -> int:
        """Show a text; each is followed by the next answer."""
        if self._answers:
            self._keyboard.type(self._answers.pop(0))
        return super().write(text)


def ask(*answers: str) -> tuple[bool, str]:
    """Ask to destroy the share; return what the terminal understood and showed."""
    keyboard = Keyboard()
    screen = Screen(keyboard, *answers)
    answer = TerminalConversation(keyboard, screen, Language.VIETNAMESE).ask("destroy")
    return answer, screen.getvalue()


@pytest.mark.parametrize("line", ["có\n", " Có \n", "CO\n", "co\u0301\n", "yes\n"])
def test_ask_takes_yes(line: str) -> None:
    assert ask(line)[0] is True


@pytest.mark.parametrize("line", ["không\n", "Khong\n", "no\n"])
def test_ask_takes_no(line: str) -> None:
    assert ask(line)[0] is False


def test_ask_asks_again_after_anything_else() -> None:
    answer, shown = ask("\n", "ừ\n", "có\n")
    assert (answer, shown.count("Hãy gõ “có” hoặc “không”")) == (True, 2)


def test_ask_never_takes_a_closed_input_for_an_answer() -> None:
    with pytest.raises(InputClosedError):
        ask("")


def test_ask_never_takes_what_was_typed_before_the_question() -> None:
    keyboard = Keyboard()
    screen = Screen(keyboard)
    talk = TerminalConversation(keyboard, screen, Language.VIETNAMESE)
    keyboard.type("có\n")
    while talk._lines.empty():
        pass
    screen._answers = ["không\n"]
    assert talk.ask("destroy") is False


def test_offer_is_shown_once_and_taken_later() -> None:
    keyboard = Keyboard()
    screen = io.StringIO()
    talk = TerminalConversation(keyboard, screen, Language.VIETNAMESE)
    first, second = talk.offer("missing", names="Bà A"), talk.offer("missing", names="Bà A")
    keyboard.type("có\n")
    while talk._lines.empty():
        pass
    assert (first, second, talk.offer("missing", names="Bà A")) == (False, False, True)
    assert screen.getvalue().count("Bà A") == 1


def test_offer_about_somebody_else_is_not_taken_by_an_earlier_yes() -> None:
    keyboard = Keyboard()
    talk = TerminalConversation(keyboard, io.StringIO(), Language.VIETNAMESE)
    talk.offer("missing", names="Bà A")
    keyboard.type("có\n")
    while talk._lines.empty():
        pass
    assert [talk.offer("missing", names="Ông B"), talk.offer("missing", names="Ông B")] == [False, False]


def test_status_is_not_repeated() -> None:
    screen = io.StringIO()
    talk = TerminalConversation(Keyboard(), screen, Language.VIETNAMESE)
    for _ in range(3):
        talk.show_status("waiting_for_chair")
    assert screen.getvalue() == "Đang chờ chủ trì…\n"


def test_consenting_conversation_never_says_that_somebody_is_missing() -> None:
    talk = ConsentingConversation(Keyboard(), io.StringIO(), Language.ENGLISH)
    assert (talk.ask("destroy"), talk.offer("missing", names="A"), talk.offer("missing", names="A")) == (
        True,
        False,
        False,
    )


def test_help_does_not_offer_to_assume_yes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["trustee", "join", "--help"])
    assert "assume-yes" not in capsys.readouterr().out


def test_join_refuses_a_wrong_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trustee", "join", "https://192.168.1.5:8443/trustee"]) == 1
    assert capsys.readouterr().err.startswith("Địa chỉ không đúng.")


def test_device_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = load_device_secret(tmp_path, CODE, lambda count: b"\x01" * count)
    second = load_device_secret(tmp_path, CODE, lambda count: b"\x02" * count)
    (path,) = (tmp_path / "devices").iterdir()
    assert (first, second, stat.S_IMODE(path.stat().st_mode)) == (b"\x01" * 32, b"\x01" * 32, 0o600)


def test_device_secret_that_was_half_written_is_made_anew(tmp_path: Path) -> None:
    load_device_secret(tmp_path, CODE, lambda count: b"\x01" * count)
    (path,) = (tmp_path / "devices").iterdir()
    path.write_bytes(b"short")
    assert load_device_secret(tmp_path, CODE, lambda count: b"\x02" * count) == b"\x02" * 32


def test_device_secret_in_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DeviceUnwritableError):
        load_device_secret(tmp_path / "file", CODE, bytes)


def test_storage_lies_in_a_folder_of_its_ceremony_and_seat(tmp_path: Path) -> None:
    open_storage(tmp_path, bytes(16), 2).save_holding(b"holding")
    assert (tmp_path / ("00" * 16) / "2" / "holding.json").read_bytes() == b"holding"


def test_default_folder_follows_the_desktop_rules() -> None:
    home = Path("/home/a")
    assert find_default_folder({}, home) == home / ".local/share/phieukin/trustees"
    assert find_default_folder({"XDG_DATA_HOME": "/data"}, home) == Path("/data/phieukin/trustees")
    assert find_default_folder({"XDG_DATA_HOME": "relative"}, home) == home / ".local/share/phieukin/trustees"


class _Answering(BaseHTTPRequestHandler):
    """A server that hands out an authority and answers everything else with a word."""

    authority = ""
    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        """Answer one request."""
        self.asked.append((self.path, self.headers.get("Authorization")))
        body = self.authority if self.path == "/authority.pem" else "hello"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextmanager
def serve(folder: Path, shown: bytes | None = None) -> Iterator[tuple[JoinAddress, list[tuple[str, str | None]]]]:
    """Yield the joining address of a TLS server and what it was asked; shown: the authority that it hands out."""
    issued = issue_certificate(
        folder, host=None, hostname="laptop", addresses=(), now=datetime.now(tz=UTC).replace(microsecond=0)
    )
    der = view_authority(folder).der
    handler = type("Handler", (_Answering,), {"authority": ssl.DER_cert_to_PEM_cert(shown or der), "asked": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield (
            JoinAddress("https", "127.0.0.1", server.server_port, CODE, fingerprint_authority(shown or der)),
            handler.asked,
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_transport_reaches_a_server_whose_authority_the_address_names(tmp_path: Path) -> None:
    with serve(tmp_path) as (address, _):
        assert open_transport(address)("GET", "/x", None, {}) == (200, b"hello")


def test_transport_refuses_another_authority(tmp_path: Path) -> None:
    with serve(tmp_path) as (address, _):
        other = JoinAddress(address.scheme, address.host, address.port, CODE, "0" * 16)
        with pytest.raises(AuthorityDiffersError):
            open_transport(other)


def test_transport_refuses_a_server_that_shows_the_right_authority_without_its_certificate(tmp_path: Path) -> None:
    folder, other = make_folder(tmp_path / "a"), make_folder(tmp_path / "b")
    issue_certificate(folder, host=None, hostname="laptop", addresses=(), now=datetime.now(tz=UTC))
    with serve(other, shown=view_authority(folder).der) as (address, asked):
        with pytest.raises(CertificateRefusedError):
            open_transport(address)("GET", "/x", None, {"Authorization": f"Bearer {CODE}"})
        assert asked == [("/authority.pem", None)]


def test_transport_refuses_a_private_authority_that_the_address_does_not_name(tmp_path: Path) -> None:
    with serve(tmp_path) as (address, asked):
        unnamed = JoinAddress(address.scheme, address.host, address.port, CODE, None)
        with pytest.raises(CertificateRefusedError):
            open_transport(unnamed)("GET", "/x", None, {"Authorization": f"Bearer {CODE}"})
        assert asked == []


def test_transport_says_that_nobody_answers() -> None:
    with pytest.raises(LinkLostError):
        open_transport(JoinAddress("https", "127.0.0.1", 1, CODE, "0" * 16))
