"""A meeting whose tellers reach the staff's application over TLS, in the process that serves it in earnest."""

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
    """The table with its server; `addresses` are what the tellers are given, by seat."""

    table: Table
    server: ServerProcess
    folder: Path
    addresses: list[str]


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
        server = stack.enter_context(serve_over_tls(data))
        authority = view_authority(data).der
        address = f"https://localhost:{server.port}"
        addresses = [format_join_address(address, place.code.code, authority) for place in table.places]
        yield Hall(table, server, data, addresses)
