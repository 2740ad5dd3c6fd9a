"""The processes: started, answering, replaced and stopped; and casts through a real server."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ballot_server.cli.serve_command import serve
from ballot_server.clock import read_clock
from ballot_server.config import PortOutOfRangeError, PortsEqualError, Settings
from ballot_server.domain.staff import Role
from ballot_server.i18n import Language, translate_error
from ballot_server.services.installation import open_installation
from ballot_server.services.issue_certificate import issue_certificate, view_authority
from ballot_server.services.staff_links import StaffLink, read_link
from ballot_server.services.staff_sessions import StaffDoor
from ballot_server.storage.repositories import BallotRepository
from ballot_server.web.addresses import find_room_address
from ballot_server.web.processes import (
    AddressUnusableError,
    PortTakenError,
    RunningServer,
    ServerProcess,
    ServerStoppedError,
    TlsFiles,
    open_listener,
    start_private_server,
)
from crypto.confirmation import Confirmation, verify_confirmation
from crypto.encoding import decode_canonical_object
from tests.support.rooms import MEETING, Answer, Room, ask, furnish_room
from tests.support.staff import create_staff_client, get_installation, sign_in


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    furnished = furnish_room(tmp_path_factory.mktemp("room"), slips=14)
    yield furnished
    furnished.installation.close()


@pytest.fixture(scope="module")
def server(room: Room) -> Iterator[RunningServer]:
    path = room.installation.database.engine.url.database
    assert path is not None
    with start_private_server(Path(path).parent) as running:
        yield running


def cast(server: RunningServer, room: Room, data: bytes) -> Answer:
    return ask(server.address, "POST", f"/api/elections/{room.election}/ballots", data)


def test_cast_through_the_server_is_confirmed(server: RunningServer, room: Room) -> None:
    sealed = room.seal_ballot(0)
    answer = cast(server, room, sealed.data)
    confirmation = Confirmation.from_object(decode_canonical_object(answer.body))
    verify_confirmation(confirmation, room.manifest.server_key)
    assert confirmation.ballot_hash == sealed.ballot_hash


def test_two_phones_with_one_slip_store_one_ballot(server: RunningServer, room: Room) -> None:
    rivals = [room.seal_ballot(1, option=number % 3).data for number in range(6)]
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda data=data: answers.append(cast(server, room, data))) for data in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409, 409]


def test_burst_of_casts_is_stored_whole(server: RunningServer, room: Room) -> None:
    ballots = [room.seal_ballot(slip).data for slip in range(4, 12)]
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda data=data: answers.append(cast(server, room, data))) for data in ballots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [200] * 8
    with room.installation.database.read() as session:
        stored = {ballot.data for ballot in BallotRepository(session).list_sorted(room.manifest.election_hash)}
    assert set(ballots) <= stored


def test_half_sent_requests_hold_nobody_up(server: RunningServer, room: Room) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    line = f"POST /api/elections/{room.election}/ballots HTTP/1.1\r\nHost: {host}\r\n"
    length = len(room.seal_ballot(2).data)
    halves = [line, f"{line}Content-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\nhalf"]
    slow = [socket.create_connection((host, int(port))) for _ in range(60)]
    for number, connection in enumerate(slow):
        connection.sendall(halves[number % 2].encode())
    answer = cast(server, room, room.seal_ballot(2).data)
    for connection in slow:
        connection.close()
    assert answer.status == 200


def test_chunked_body_is_refused_by_the_real_server(server: RunningServer, room: Room) -> None:
    headers = {"Transfer_Encoding": "chunked", "Content_Type": "application/octet-stream"}
    path = f"/api/elections/{room.election}/ballots"
    answer = ask(server.address, "POST", path, b"4\r\nhalf\r\n0\r\n\r\n", **headers)
    assert (answer.status, answer.error) == (411, "length_missing")


def test_state_is_served(server: RunningServer) -> None:
    answer = ask(server.address, "GET", f"/api/meetings/{MEETING}")
    assert json.loads(answer.body)["current"] == "s1"


def test_process_that_dies_is_replaced_on_the_same_socket(room: Room, tmp_path: Path) -> None:
    with ServerProcess("voters", listener=open_listener("127.0.0.1", 0), data_folder=tmp_path) as process:
        process.wait_until_ready()
        process.end_abruptly()
        process.keep_running()
        process.wait_until_ready()
        assert ask(f"http://127.0.0.1:{process.port}", "GET", "/healthz").status == 200


def test_confirmed_ballots_survive_a_server_killed_again_and_again(tmp_path: Path) -> None:
    room = furnish_room(tmp_path)
    confirmed: list[bytes] = []
    with ServerProcess("voters", listener=open_listener("127.0.0.1", 0), data_folder=tmp_path) as process:
        for slip in range(0, 6, 2):
            process.wait_until_ready()
            for sealed in (room.seal_ballot(slip), room.seal_ballot(slip + 1)):
                path = f"/api/elections/{room.election}/ballots"
                assert ask(f"http://127.0.0.1:{process.port}", "POST", path, sealed.data).status == 200
                confirmed.append(sealed.ballot_hash)
            process.end_abruptly()
            process.keep_running()
    with room.installation.database.read() as session:
        stored = [ballot.ballot_hash for ballot in BallotRepository(session).list_sorted(room.manifest.election_hash)]
    room.installation.close()
    assert stored == sorted(confirmed)


def test_process_that_cannot_start_is_reported(tmp_path: Path) -> None:
    (tmp_path / "server.key").write_bytes(b"short")
    with pytest.raises(ServerStoppedError):
        start_private_server(tmp_path)


def test_open_listener_says_that_a_port_is_taken() -> None:
    with open_listener("127.0.0.1", 0) as taken, pytest.raises(PortTakenError):
        open_listener("127.0.0.1", taken.getsockname()[1])


def test_open_listener_says_that_an_address_is_not_ours() -> None:
    with pytest.raises(AddressUnusableError):
        open_listener("203.0.113.1", 0)


def test_find_room_address_prefers_the_first_route_that_is_not_the_machine_itself() -> None:
    routes = {"192.168.255.254": None, "10.255.255.254": "127.0.0.1", "172.31.255.254": "10.1.2.3"}
    assert find_room_address(routes.get) == "10.1.2.3"


def test_find_room_address_falls_back_to_the_machine_itself() -> None:
    assert find_room_address(lambda _target: None) == "127.0.0.1"


@pytest.mark.parametrize("ports", [(8080, 8080, 0), (0, 8443, 8443), (8080, 8443, 8080)])
def test_settings_refuse_one_port_for_two_applications(ports: tuple[int, int, int]) -> None:
    with pytest.raises(PortsEqualError):
        Settings(voters_port=ports[0], staff_port=ports[1], laptop_port=ports[2])


def test_settings_refuse_a_port_out_of_range() -> None:
    with pytest.raises(PortOutOfRangeError):
        Settings(voters_port=70000)


PROGRAM = """
import argparse, sys
from ballot_server.cli import serve_command
parser = argparse.ArgumentParser()
serve_command.register(parser.add_subparsers())
arguments = parser.parse_args()
sys.exit(arguments.run(arguments))
"""


def run_serve(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", "--host", "127.0.0.1", "--data", str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


PORTS = ("--voters-port", "0", "--staff-port", "0", "--laptop-port", "0")


@dataclass(frozen=True)
class Announced:
    """What `serve` said: addresses, the first chair's link if there is one, and every line."""

    voters: str
    staff: str
    laptop: str
    code: str | None
    lines: tuple[str, ...]


def read_announcement(process: subprocess.Popen[str]) -> Announced:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl+C" in line:
            found = re.findall(r"https?://\S+", "".join(lines))
            codes = re.findall(r"/welcome#(\S+)", "".join(lines))
            return Announced(found[0], found[1], found[2], codes[0] if codes else None, tuple(lines))
    raise AssertionError(f"serve ended with {process.wait()} and announced {lines}")


def ask_with_tls(address: str, folder: Path, **limits: ssl.TLSVersion) -> int:
    """Return the health page's status, from a client that trusts the installation's authority and nothing else."""
    context = ssl.create_default_context(cafile=folder / "authority.pem")
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    for name, version in limits.items():
        setattr(context, name, version)
    host, port = address.removeprefix("https://").split(":")
    connection = http.client.HTTPSConnection(host, int(port), timeout=20, context=context)
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_announces_its_applications_and_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    process = run_serve(tmp_path, *PORTS)
    said = read_announcement(process)
    answers = [
        ask(said.voters, "GET", "/v").status,
        ask(said.voters, "GET", "/authority").status,
        ask(said.voters, "GET", "/screen").status,
        ask(said.laptop, "GET", "/screen").status,
        ask(said.laptop, "GET", "/healthz").status,
        ask_with_tls(said.staff, tmp_path),
    ]
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert answers == [200, 200, 404, 303, 200, 200]
    assert (process.returncode, output) == (0, "Đã tắt.\n")
    with pytest.raises(ConnectionRefusedError):
        ask(said.voters, "GET", "/healthz")


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Announced, Path]]:
    """What a running `serve` announced, and its data folder."""
    folder = tmp_path_factory.mktemp("evening")
    process = run_serve(folder, *PORTS)
    yield read_announcement(process), folder
    process.terminate()
    process.communicate(timeout=60)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_staff_address_refuses_old_tls(evening: tuple[Announced, Path]) -> None:
    said, folder = evening
    # The alert is the server's: this client would go as low as it is asked to.
    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
        ask_with_tls(said.staff, folder, minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)


def test_staff_address_takes_tls_1_2(evening: tuple[Announced, Path]) -> None:
    said, folder = evening
    assert ask_with_tls(said.staff, folder, maximum_version=ssl.TLSVersion.TLSv1_2) == 200


def test_staff_address_answers_nothing_without_tls(evening: tuple[Announced, Path]) -> None:
    said, _ = evening
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        ask(said.staff.replace("https", "http"), "GET", "/sign-in")


def test_announced_fingerprint_is_the_one_on_the_page(evening: tuple[Announced, Path]) -> None:
    said, folder = evening
    fingerprint = view_authority(folder).fingerprint
    page = ask(said.voters, "GET", "/authority").body.decode()
    assert fingerprint in page
    assert any(fingerprint in line for line in said.lines)


def test_downloaded_authority_is_the_one_that_serves(evening: tuple[Announced, Path]) -> None:
    said, folder = evening
    answer = ask(said.voters, "GET", "/authority.crt")
    assert (answer.headers["Content-Type"], answer.body) == ("application/x-x509-ca-cert", view_authority(folder).der)


def test_first_start_offers_a_link_for_the_chair_that_works(evening: tuple[Announced, Path]) -> None:
    said, folder = evening
    assert said.code is not None
    installation = open_installation(folder, os.urandom)
    link = read_link(installation.database, StaffDoor(), said.code)
    installation.close()
    assert link == StaffLink(name="", role=Role.CHAIR)


def test_serve_offers_no_link_once_there_is_a_chair(tmp_path: Path) -> None:
    client = create_staff_client(tmp_path)
    sign_in(client, Role.CHAIR)
    get_installation(client).close()
    process = run_serve(tmp_path, *PORTS)
    said = read_announcement(process)
    process.terminate()
    process.communicate(timeout=60)
    assert said.code is None


def test_visitors_who_are_refused_leave_no_trace_and_no_time(tmp_path: Path) -> None:
    room = furnish_room(tmp_path)
    room.installation.close()
    process = run_serve(tmp_path, *PORTS)
    said = read_announcement(process)
    with pytest.raises(ssl.SSLCertVerificationError):
        http.client.HTTPSConnection(said.staff.removeprefix("https://"), timeout=20).request("GET", "/")
    ballot = room.seal_ballot(0).data
    path = f"/api/elections/{room.election}/ballots"
    first = ask(said.voters, "POST", path, ballot)
    second = ask(said.voters, "POST", path, room.seal_ballot(0, option=1).data)
    process.terminate()
    output, _ = process.communicate(timeout=60)
    assert (first.status, second.status, output) == (200, 409, "Đã tắt.\n")


def test_replaced_process_serves_its_new_certificate(tmp_path: Path) -> None:
    open_installation(tmp_path, os.urandom).close()
    first = issue_certificate(tmp_path, host=None, hostname="", addresses=[], now=read_clock())
    tls = TlsFiles(first.certificate, first.key, first.authority)
    with ServerProcess("staff", listener=open_listener("127.0.0.1", 0), data_folder=tmp_path, tls=tls) as process:
        process.wait_until_ready()
        second = issue_certificate(tmp_path, host=None, hostname="", addresses=["10.1.2.3"], now=read_clock())
        process.replace()
        process.wait_until_ready()
        served = ssl.get_server_certificate(("127.0.0.1", process.port))
    assert second.certificate.read_text(encoding="ascii") == served


def test_serve_refuses_a_port_that_is_taken(tmp_path: Path) -> None:
    with open_listener("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        settings = Settings(tmp_path, host="127.0.0.1", voters_port=port, staff_port=0, laptop_port=0)
        with pytest.raises(PortTakenError) as caught:
            serve(settings, Language.VIETNAMESE)
    sentence = translate_error(caught.value, Language.VIETNAMESE)
    assert sentence.startswith(f"Cổng {settings.voters_port} đang có chương trình khác dùng.")


def test_servers_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    process = run_serve(tmp_path, *PORTS)
    said = read_announcement(process)
    os.kill(process.pid, signal.SIGKILL)
    # The children hold the output too: its end is theirs.
    process.communicate(timeout=60)
    for address in (said.voters, said.staff.replace("https", "http"), said.laptop):
        with pytest.raises(ConnectionRefusedError):
            ask(address, "GET", "/healthz")


def test_server_runs_no_file_of_the_folder_it_was_started_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("flask", "gevent", "ballot_server"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('run')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    # It returns only once the server has answered.
    with start_private_server(tmp_path / "data") as server:
        assert ask(server.address, "GET", "/healthz").status == 200
