"""Three tellers in three terminals against the real staff's server, from the key to its destruction."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ballot_server.services.issue_certificate import view_authority
from ballot_server.services.join_address import format_join_address
from ballot_server.services.trustee_room import (
    ask_counts,
    ask_decryption,
    ask_destruction,
    ceremony_state,
    end_when_destroyed,
    open_when_signed,
    tally_when_decrypted,
)
from ballot_server.services.trustee_view import CeremonyStage
from ballot_server.services.verify_results import verify_results
from ballot_server.web.processes import ServerProcess, open_listener
from crypto.board import format_head
from crypto.encoding import decode_canonical_object
from crypto.verify import verify_archive
from tests.support.evenings import AGREE, DISAGREE, MEETING
from tests.support.halls import serve_over_tls
from tests.support.teller_tables import Table, lay_table
from tests.support.terminals import PROGRAM, Terminal

HANDS = {"meeting": MEETING, "election": "s1"}


@dataclass
class Hall:
    """The table with its servers and terminals."""

    table: Table
    servers: list[ServerProcess]
    terminals: list[Terminal]

    def restart_servers(self) -> None:
        """Kill both servers and start them again on the same addresses."""
        for server in self.servers:
            server.end_abruptly()
            server.keep_running()

    def read_all(self, words: str) -> None:
        """Wait until every terminal has printed some words."""
        for terminal in self.terminals:
            terminal.read_until(words)


@contextmanager
def open_hall(folder: Path) -> Iterator[Hall]:
    """Yield a meeting served over TLS and at the laptop itself, with terminals that have not started."""
    data = folder / "data"
    with ExitStack() as stack:
        table = stack.enter_context(lay_table(data))
        servers = [
            stack.enter_context(serve_over_tls(data)),
            stack.enter_context(ServerProcess("laptop", listener=open_listener("127.0.0.1", 0), data_folder=data)),
        ]
        for server in servers:
            server.wait_until_ready()
        remote, laptop = f"https://localhost:{servers[0].port}", f"http://127.0.0.1:{servers[1].port}"
        authority = view_authority(data).der
        codes = [place.code.code for place in table.places]
        addresses = [
            format_join_address(remote, codes[0], authority),
            format_join_address(remote, codes[1], authority),
            format_join_address(laptop, codes[2]),
        ]
        terminals = [Terminal(address, folder / f"device{seat}") for seat, address in enumerate(addresses, 1)]
        for terminal in terminals:
            terminal.start()
            stack.callback(terminal.close)
        yield Hall(table, servers, terminals)


def list_secrets(folder: Path) -> list[bytes]:
    """Return the share and the signing seed of a device, as bytes."""
    (holding,) = folder.rglob("holding.json")
    stored = decode_canonical_object(holding.read_bytes())
    return [bytes.fromhex(str(stored[name])) for name in ("share", "seed")]


def read_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_tellers_in_terminals_hold_an_evening_with_kills_in_between(tmp_path: Path) -> None:
    with open_hall(tmp_path) as hall:
        evening, terminals = hall.table.evening, hall.terminals
        database, board = evening.database, evening.board
        hall.read_all("The key is made")
        assert ceremony_state(database, meeting=MEETING).stage is CeremonyStage.FINISHED
        secrets = [secret for terminal in terminals for secret in list_secrets(terminal.store)]

        terminals[0].kill()
        hall.table.prepare_election()
        ask_counts(database, **HANDS)
        terminals[0].start()
        hall.read_all("Signed the six counts")
        evening.manifests["s1"] = open_when_signed(database, board, **HANDS)
        evening.cast("s1", AGREE, AGREE, DISAGREE, AGREE)
        evening.close("s1")

        hall.restart_servers()
        terminals[1].kill()
        ask_decryption(database, **HANDS)
        terminals[0].read_until("Waiting for: ")
        terminals[0].kill()
        terminals[0].start()
        terminals[1].start()
        hall.read_all("Sent the partial decryption")
        tallied = tally_when_decrypted(database, board, **HANDS)
        assert tallied.result.contests[0].counts == {"agree": 3, "disagree": 1, "blank": 0}

        evening.publish("s1")
        minutes = evening.write_minutes()
        ask_destruction(database, meeting=MEETING)
        hall.read_all("is destroyed")
        assert [terminal.process.wait(60) for terminal in terminals] == [0, 0, 0]
        report = verify_archive(end_when_destroyed(database, board, meeting=MEETING), head=format_head(minutes.head))
        assert verify_results(report).own_rules == ()
        found = read_files(evening.folder)
        left = b"".join(read_files(terminal.store) for terminal in terminals)
        for secret in secrets:
            for written in (secret, secret.hex().encode()):
                assert written not in found
                assert written not in left


@pytest.mark.slow
def test_terminal_refuses_a_server_of_another_authority(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with ExitStack() as stack:
        table = stack.enter_context(lay_table(data))
        server = stack.enter_context(serve_over_tls(data))
        code = table.places[0].code.code
        address = format_join_address(f"https://localhost:{server.port}", code, b"another authority")
        answer = subprocess.run(
            [sys.executable, "-c", PROGRAM, "trustee", "join", address, "--store", str(tmp_path / "device")],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert answer.returncode == 1
    assert answer.stderr == "Máy chủ này không phải máy chủ của cuộc họp. Đừng đi tiếp; hãy báo chủ trì.\n"
