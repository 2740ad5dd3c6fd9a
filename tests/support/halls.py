"""A meeting served over TLS and at the laptop itself, by the processes that serve it in earnest."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ballot_server.clock import read_clock
from ballot_server.services.issue_certificate import issue_certificate, view_authority
from ballot_server.services.join_address import format_join_address
from ballot_server.web.processes import ServerProcess, TlsFiles, open_listener
from tests.support.teller_tables import Table, lay_table


@dataclass
class Hall:
    """The table with its servers; `addresses` are what the tellers are given, by seat."""

    table: Table
    remote: ServerProcess
    laptop: ServerProcess
    folder: Path
    addresses: list[str]

    def restart_servers(self) -> None:
        """Kill both servers and start them again on the same addresses."""
        for server in (self.remote, self.laptop):
            server.end_abruptly()
            server.keep_running()

    def address_at_laptop(self, seat: int) -> str:
        """Return a seat's address on the laptop itself."""
        return format_join_address(f"http://127.0.0.1:{self.laptop.port}", self.table.places[seat - 1].code.code)


def serve_over_tls(data: Path) -> ServerProcess:
    """Return the staff's server of a data folder, answering."""
    issued = issue_certificate(data, host=None, hostname=socket.gethostname(), addresses=(), now=read_clock())
    tls = TlsFiles(issued.certificate, issued.key, issued.authority)
    server = ServerProcess("staff", listener=open_listener("127.0.0.1", 0), data_folder=data, tls=tls)
    server.wait_until_ready()
    return server


@contextmanager
def open_hall(folder: Path) -> Iterator[Hall]:
    """Yield a meeting whose tellers have their addresses and nothing more."""
    data = folder / "data"
    with ExitStack() as stack:
        table = stack.enter_context(lay_table(data))
        remote = stack.enter_context(serve_over_tls(data))
        laptop = stack.enter_context(ServerProcess("laptop", listener=open_listener("127.0.0.1", 0), data_folder=data))
        laptop.wait_until_ready()
        authority = view_authority(data).der
        server = f"https://localhost:{remote.port}"
        addresses = [format_join_address(server, place.code.code, authority) for place in table.places]
        yield Hall(table, remote, laptop, data, addresses)
